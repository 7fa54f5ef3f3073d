"""The shared words: values, errors, time, ids, JSON, settings. Imports nothing of ours."""
