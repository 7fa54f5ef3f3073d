"""Closing an account of ours, with what the desk has of it."""
