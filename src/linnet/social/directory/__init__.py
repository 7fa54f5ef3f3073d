"""Who may be shown to everybody, and who might be worth following."""
