"""What every door (site, mastodon, federation) needs: the house, statuses, who is calling."""
