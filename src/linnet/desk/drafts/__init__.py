"""From an idea to a draft, to a time, to a post: exactly once."""
