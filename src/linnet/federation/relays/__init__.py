"""Relays: servers that pass on what others write to everybody, and what comes by them."""
