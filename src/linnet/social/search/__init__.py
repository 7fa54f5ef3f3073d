"""Full text over posts and people."""
