"""The text of updates: what is in it, how long it is, how it is shown; and HTML from elsewhere made safe."""
