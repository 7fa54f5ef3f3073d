"""Whole weeks of a firm, lived through the doors with the clock moved."""
