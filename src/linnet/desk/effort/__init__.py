"""Measured time: what the firm puts in."""
