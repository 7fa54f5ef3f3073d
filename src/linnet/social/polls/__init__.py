"""Questions with answers to choose from, as part of a post."""
