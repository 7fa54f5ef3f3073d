"""Who logs in (people), who speaks (accounts), and who may do what for whom (members)."""
