"""The firm that this server is for: its name, hours, money and websites."""
