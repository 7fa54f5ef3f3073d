"""What a small business does with a microblog."""
