"""Our own keys: made at first need, sealed in the database under a key file that is not in it."""
