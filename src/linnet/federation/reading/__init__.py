"""Reading letters: what an accepted activity means here, kind by kind."""
