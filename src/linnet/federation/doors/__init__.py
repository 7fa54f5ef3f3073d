"""What other servers may read here: actors, posts, collections, and how they are found."""
