"""Trials of pages, as lived: which page is promoted in which week, and what was counted."""
