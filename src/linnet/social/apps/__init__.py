"""Client apps and what people allow them to do (OAuth 2)."""
