"""Worked, did not work: trials that firms made public, read from them and put together (measuring paper, 4i)."""
