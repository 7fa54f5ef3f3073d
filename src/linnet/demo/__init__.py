"""The play of `linnet demo`: a small town, its bakery, eight weeks. Everything in it is invented."""
