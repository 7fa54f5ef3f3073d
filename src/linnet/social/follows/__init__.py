"""Who follows whom, and who would like to."""
