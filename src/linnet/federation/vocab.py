"""Reading ActivityStreams as servers really write it: a string where a list could be, an object
where an id could be. No JSON-LD processing (security paper §0.2, A13, A14): names are taken as
they are written, contexts are never looked at.

Every function is total: what does not fit reads as nothing ('' or ()), never as an error.
"""

from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

CONTENT_TYPE = "application/activity+json"
LD_TYPE = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
PROFILE = "https://www.w3.org/ns/activitystreams"
ACCEPT = f"{CONTENT_TYPE}, {LD_TYPE}"

ACTORS = frozenset({"Person", "Service", "Group", "Organization", "Application"})
POSTS = frozenset({"Note", "Question"})
# Other things that somebody may post; shown with their name and a link (interop paper §9).
PAGES = frozenset({"Article", "Page", "Event", "Video", "Image", "Audio"})
_PUBLIC = frozenset({"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"})

MOST = 200  # members of a list that are looked at
LONGEST = 2048  # characters of an address


def is_activity_type(content_type: str) -> bool:
    """May a document of this Content-Type be believed to be ActivityPub? (security paper A19)"""
    media, _, rest = content_type.partition(";")
    kind = media.strip().lower()
    return kind == CONTENT_TYPE or (kind == "application/ld+json" and PROFILE in rest)


def many(value: object) -> tuple[Any, ...]:
    """A list, or the one thing, or nothing: always as a tuple, at most `MOST` long."""
    if value is None:
        return ()
    return tuple(value[:MOST]) if isinstance(value, list) else (value,)


def first(value: object) -> Any:
    """The first of `many`, or None."""
    found = many(value)
    return found[0] if found else None


def text(value: object) -> str:
    """A string, or ''."""
    return value if isinstance(value, str) else ""


def obj(value: object) -> Json:
    """The object itself (of a list, the first), or {}."""
    one = first(value)
    return one if isinstance(one, dict) else {}


def uri(value: object) -> str:
    """The address that is meant: a string, or the `id` (or else `href`) of an object; '' for none
    and for what is too long to be one."""
    one = first(value)
    if isinstance(one, dict):
        one = one.get("id") or one.get("href")
    return one if isinstance(one, str) and 0 < len(one) <= LONGEST else ""


def uris(value: object) -> tuple[str, ...]:
    """Every address of a list."""
    return tuple(found for found in (uri(one) for one in many(value)) if found)


def types(value: Json) -> frozenset[str]:
    """Every type that the object says it has."""
    return frozenset(one for one in many(value.get("type")) if isinstance(one, str))


def kind_of(value: Json, wanted: frozenset[str]) -> str:
    """The type of `value` that is among `wanted`; '' for none. Of several the first written."""
    return next((one for one in many(value.get("type")) if isinstance(one, str) and one in wanted), "")


def number(value: object) -> int | None:
    """A whole number from 0 to 2^53, or None. Counts are claims: the caller clamps them."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= 1 << 53 else None


def flag(value: object, *, default: bool) -> bool:
    """A boolean; anything else is the default."""
    return value if isinstance(value, bool) else default


def is_public(address: str) -> bool:
    """Does it mean everybody, in any of the three ways in which that is written?"""
    return address in _PUBLIC


def moment(value: object) -> int | None:
    """An xsd:dateTime as ms since 1970 UTC; without a zone it is UTC. None for anything else."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    try:
        ms = int(found.timestamp() * 1000)
    except (OverflowError, ValueError):
        return None
    return ms if 0 <= ms < 1 << 46 else None
