"""Complaints about accounts and posts, from here and from elsewhere, for the owner to decide."""
