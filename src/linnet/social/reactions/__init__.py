"""What people do with posts: favourite, bookmark, pin, vote, leave a thread."""
