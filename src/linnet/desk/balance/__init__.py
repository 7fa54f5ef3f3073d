"""The balance: how much of what a firm posts is about itself, and one quiet sentence when it is a lot."""
