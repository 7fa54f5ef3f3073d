"""Durable work: rows written in the same transaction as their cause."""
