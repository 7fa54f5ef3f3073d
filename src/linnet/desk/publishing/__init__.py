"""Publishing for the firm: the same post as anybody's, with its links tracked."""
