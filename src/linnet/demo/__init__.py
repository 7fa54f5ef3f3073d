"""The play of `linnet demo`: a small town and its bakery, which counts, tries and goes on. Everything in it is
invented."""
