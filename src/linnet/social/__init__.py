"""What a microblog does. Never knows that the desk exists."""
