"""What happened that concerns an account."""
