"""The header, and the digest in it. Pure."""

import re
from collections.abc import Iterable
from hashlib import sha256

from linnet.federation.authority import authority, normal
from linnet.kernel.value import Value

HEADER = "Collection-Synchronization"
LONGEST = 4096
_PARAMETER = re.compile(r'\s*(collectionId|url|digest)\s*=\s*"([^"\\]{1,2048})"\s*(?:,|$)')
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Said(Value):
    """What a server says: these of yours follow mine, as a digest, and `url` is where they are listed."""

    collection: str
    url: str
    digest: str


def digest(uris: Iterable[str]) -> str:
    """All of them at once, in whatever order: each one's SHA-256, by exclusive or."""
    found = 0
    for uri in set(uris):
        found ^= int.from_bytes(sha256(uri.encode()).digest())
    return f"{found:064x}"


def header(said: Said) -> str:
    """As it is sent."""
    return f'collectionId="{said.collection}", url="{said.url}", digest="{said.digest}"'


def read(value: str, actor: str) -> Said | None:
    """A header that came with a letter of `actor`; None for one that cannot be read, or that leads
    anywhere but to the actor's own server."""
    if len(value) > LONGEST:
        return None
    pairs, at = [], 0
    while at < len(value):
        found = _PARAMETER.match(value, at)
        if found is None:
            return None
        pairs.append((found[1], found[2]))
        at = found.end()
    named = dict(pairs)
    if len(named) != len(pairs) or len(named) != 3:
        return None
    said = Said(normal(named["collectionId"]), normal(named["url"]), named["digest"].lower())
    place = authority(actor)
    if not place or authority(said.url) != place or authority(said.collection) != place:
        return None
    return said if _DIGEST.fullmatch(said.digest) else None
