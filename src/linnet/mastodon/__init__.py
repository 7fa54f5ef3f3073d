"""Door: the Mastodon client API."""
