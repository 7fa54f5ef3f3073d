"""Marks on posts: favourites, bookmarks, pins, threads that were left. The rows only; what people may do is in `reactions`."""
