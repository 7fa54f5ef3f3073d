"""How far an account has read its timelines."""
