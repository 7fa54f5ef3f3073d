"""What is worth sharing: stories from the feeds, ranked, with the reasons in words."""
