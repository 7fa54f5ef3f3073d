"""Collections and their pages (interop paper §8)."""

from collections.abc import Sequence
from typing import Any

from linnet.federation.render import context
from linnet.federation.render.context import Context
from linnet.federation.render.facts import Json
from linnet.kernel.page import WIDE

# Where the first page begins: ordered collections stand with the newest first, others with the oldest.
START = {True: WIDE, False: 0}


def whole(id: str, items: Sequence[Any], *, ordered: bool, kind: Context = context.PLAIN) -> Json:
    """A short collection with everything in it."""
    return {
        "@context": kind,
        "id": id,
        "type": "OrderedCollection" if ordered else "Collection",
        "totalItems": len(items),
        "orderedItems" if ordered else "items": list(items),
    }


def paged(id: str, *, total: int, ordered: bool, hidden: bool = False, owner: str = "") -> Json:
    """A collection whose members stand on pages; of a hidden one only the number is told."""
    found: Json = {
        "@context": context.PLAIN,
        "id": id,
        "type": "OrderedCollection" if ordered else "Collection",
        "totalItems": total,
    }
    if owner:
        found["attributedTo"] = owner
    return found if hidden else found | {"first": f"{id}?page=true"}


def page(id: str, items: Sequence[Any], *, bound: int, next: int, ordered: bool, kind: Context) -> Json:
    """The page that begins behind `bound` (`START`: the first one); `next` is the bound of the one
    after it (0: there is none)."""
    name = "max_id" if ordered else "min_id"
    here = "" if bound == START[ordered] else f"&{name}={bound}"
    found: Json = {
        "@context": kind,
        "id": f"{id}?page=true{here}",
        "type": "OrderedCollectionPage" if ordered else "CollectionPage",
        "partOf": id,
        "orderedItems" if ordered else "items": list(items),
    }
    if next:
        found["next"] = f"{id}?page=true&{name}={next}"
    return found
