"""Other servers: how they are, and what the owner decided about their domains."""
