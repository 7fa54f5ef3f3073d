"""The play of `linnet demo`: a small town, its bakery: weeks of counting, of a trial, and after it. Everything in it is invented."""
