"""Secrets that are handed out: made here, and kept only as a SHA-256.

The prefix says what a token is for and is part of what is hashed, so that a token of one kind
is never taken for another (security paper, E06 and E07), and so that scanners find leaked ones.
"""

import hashlib
import secrets

BYTES = 32  # 256 bits: a plain SHA-256 of it needs no salt and no slowness


def new_token(prefix: str) -> str:
    """A fresh secret of 256 bits, URL-safe, like `lns_Zm9v...`."""
    return f"{prefix}_{secrets.token_urlsafe(BYTES)}"


def token_hash(token: str, prefix: str) -> str:
    """What is stored of `token`: SHA-256, hex. '' (which matches no row) when the token is not of
    the kind `prefix`, or is longer than any we make."""
    if not token.startswith(f"{prefix}_") or len(token) > 100 or not token.isascii():
        return ""
    return hashlib.sha256(token.encode()).hexdigest()
