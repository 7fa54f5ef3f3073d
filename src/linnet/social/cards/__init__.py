"""What a page that a post links to says of itself: one card under the post."""
