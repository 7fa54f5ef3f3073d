"""Tracked links: codes that tell which update, on which channel, a visit came from."""
