"""Whom an account does not want to see: blocks, mutes, and its own notes on others."""
