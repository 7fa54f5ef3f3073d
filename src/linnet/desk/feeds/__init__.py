"""Sources of news: feeds found, fetched, read, and folded into stories."""
