"""The statement: what a week or month cost, and what came with it."""
