"""Quotes: which post quotes which, and with whose leave (FEP-044f)."""
