"""How the firm begins to post: first four weeks of counting, or at once because somebody said so."""
