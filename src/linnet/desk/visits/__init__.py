"""Visits: every hit with its class and the rule that gave it; no address is ever written."""
