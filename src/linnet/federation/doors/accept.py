"""The same address for people and for servers: who wants what, read from `Accept` (RFC 9110 §12.5.1).

Total: an odd Accept (FediTest sends `application/json+activity`) is neither refused nor a crash.
"""

from collections.abc import Iterable

from linnet.federation.vocab import CONTENT_TYPE, LD_TYPE, PROFILE

_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_LONGEST = 2000


def wants_page(accept: str) -> bool:
    """At an address of ActivityPub: is it a browser that asks? Whoever does not ask for HTML first
    gets JSON."""
    pages, documents = _weights(accept)
    return pages > 0 and pages >= documents


def wants_document(accept: str) -> bool:
    """At the address of a page: is it a server that asks? Whoever does not ask for JSON first gets
    the page."""
    pages, documents = _weights(accept)
    return documents > 0 and documents > pages


def content_type(accept: str) -> str:
    """`application/activity+json`, or the other name of it for those who only know that one."""
    wanted = accept[:_LONGEST].lower()
    plain = CONTENT_TYPE in wanted or "application/ld+json" not in wanted or PROFILE not in wanted
    return CONTENT_TYPE if plain else LD_TYPE


def asks_for_document(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """As `wants_document`, from the raw headers of a request."""
    return any(name == b"accept" and wants_document(value.decode("latin-1")) for name, value in headers)


def _weights(accept: str) -> tuple[float, float]:
    """How much a page and how much a document is wanted. A `*/*` says nothing about either."""
    pages = documents = 0.0
    for part in accept[:_LONGEST].split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = _weight(parameters)
        if media in _PAGES:
            pages = max(pages, weight)
        elif media.startswith("application/") and ("json" in media or "activity" in media):
            documents = max(documents, weight)
    return pages, documents


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
