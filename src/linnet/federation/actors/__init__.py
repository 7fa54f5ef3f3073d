"""What federation knows of accounts elsewhere: inboxes, keys, collections."""
