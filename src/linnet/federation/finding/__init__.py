"""Looking things up elsewhere: accounts by name or address, posts with what they answer, profiles."""
