"""Closing an account of ours: it is gone at once, and what is left of it goes piece by piece."""
