"""Door: ActivityPub."""
