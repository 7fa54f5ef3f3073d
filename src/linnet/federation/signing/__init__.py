"""Signatures on HTTP requests, made and checked: draft-cavage-12 and RFC 9421. Pure."""
