"""Digests of bodies: the old header `Digest` (RFC 3230) and `Content-Digest` (RFC 9530)."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable

# What is understood; one of these must be there, and each that is there must fit.
KNOWN: dict[str, Callable[[bytes], bytes]] = {
    "sha-256": lambda body: hashlib.sha256(body).digest(),
    "sha-512": lambda body: hashlib.sha512(body).digest(),
}
MOST = 10  # digests in one header

# SHA-256=...   and   sha-256=:...:   (the colons are what a structured field has around bytes)
_ONE = re.compile(r"([A-Za-z0-9-]{1,20})=(:?)([A-Za-z0-9+/]+={0,2})(:?)")


def digest(body: bytes) -> str:
    """The value of `Digest`. The name in capitals: Takahe compares the whole text."""
    return f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest`."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def fits(header: str, body: bytes) -> bool:
    """Is this header (of either kind) a digest of `body`? Names in any case, several of them
    allowed, unknown ones left aside."""
    parts = header.split(",")
    if len(parts) > MOST:
        return False
    known = 0
    for part in parts:
        found = _ONE.fullmatch(part.strip(" \t"))
        if found is None or found[2] != found[4]:
            return False
        make = KNOWN.get(found[1].lower())
        if make is None:
            continue
        told = strict_base64(found[3])
        if told is None or not hmac.compare_digest(told, make(body)):
            return False
        known += 1
    return known > 0


def strict_base64(text: str) -> bytes | None:
    """The bytes of base64 in its one proper form (RFC 4648, 3.5), or None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.b64encode(data).decode() == text else None
