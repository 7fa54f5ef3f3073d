"""What stands in whose home timeline, and the public, tag and account timelines."""
