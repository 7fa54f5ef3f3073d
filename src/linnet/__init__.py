"""Linnet: a microblog for small businesses that tells them what it is worth."""

__version__ = "0.1.0"
