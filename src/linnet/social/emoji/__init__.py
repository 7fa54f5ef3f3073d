"""Emoji with a picture of their own, from other servers: in names, posts and reactions."""
