"""What a reading comes to, and how it is said: the one place where verdicts become words."""
