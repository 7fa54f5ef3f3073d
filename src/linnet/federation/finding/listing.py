"""Collections of other servers, page by page, within bounds: what is said to be in them is a claim, and
where it ends is for us to say (security paper A31, B12)."""

from collections.abc import AsyncIterator
from typing import Any

from linnet.federation import vocab
from linnet.federation.authority import Drop, Proven
from linnet.federation.fetching import for_now
from linnet.federation.finding import rules
from linnet.federation.finding.finder import Budget, Finder
from linnet.federation.vocab import Json
from linnet.kernel.value import Value


class Sheet(Value):
    """A page of a collection (or all of it): its members, and the document whose word that is."""

    items: tuple[Any, ...]
    word: Proven


async def sheets(
    finder: Finder, holder: Proven, value: object, budget: Budget, *, pages: int = rules.PAGES
) -> AsyncIterator[Sheet]:
    """What stands in the collection that `holder` names by `value`: its address, or a part of it as it
    is embedded. Only of the holder's own server, each page once, at most `pages` of them."""
    seen: set[str] = set()
    found = await _there(finder, holder, value, budget, seen)
    while found is not None and len(seen) <= pages + 1:
        word, document = found
        items = rules.items(document)
        if items:
            yield Sheet(items, word)
        following = document.get("next") or document.get("first")  # some name both on a page
        found = await _there(finder, word, following, budget, seen) if following else None


async def total(finder: Finder, holder: Proven, value: object, budget: Budget) -> int | None:
    """How many there are in the collection that `holder` names by `value`, as its server says."""
    embedded = vocab.obj(value)
    if "totalItems" in embedded:
        return rules.total(embedded)
    found = await _there(finder, holder, value, budget, set())
    return rules.total(found[1]) if found else None


class Cover(Value):
    """A collection from outside: how many are in it (None: that is not said), and whether who they are
    cannot be read (None: its server could not be asked now)."""

    total: int | None
    closed: bool | None


async def cover(finder: Finder, holder: Proven, value: object, budget: Budget) -> Cover:
    """The collection that `holder` names by `value`. Closed is what is named nowhere, is refused, or has no
    members and no first page although somebody is in it (as Mastodon reads it)."""
    document = vocab.obj(value)
    if not (document.get("first") or rules.items(document) or "totalItems" in document):
        address = rules.on_the_same_server(holder, value)
        found = await finder.document(address, budget) if address else Drop("no_collection")
        if isinstance(found, Drop):
            return Cover(None, None if for_now(found) or found.reason == "too_much_to_fetch" else True)
        if not rules.is_collection(found.document):
            return Cover(None, closed=True)
        document = found.document
    n = rules.total(document)
    shows = bool(document.get("first") or rules.items(document)) or n == 0
    return Cover(n, not shows)


async def _there(
    finder: Finder, holder: Proven, value: object, budget: Budget, seen: set[str]
) -> tuple[Proven, Json] | None:
    """A collection or page, and the document that says so: the holder itself where it is embedded."""
    embedded = vocab.obj(value)
    if embedded and (rules.items(embedded) or embedded.get("first") or embedded.get("next")):
        mark = f"#{len(seen)}"  # a part of a document cannot lead round in a ring: it ends with it
        seen.add(mark)
        return holder, embedded
    address = rules.on_the_same_server(holder, value)
    if not address or address in seen:
        return None
    seen.add(address)
    found = await finder.document(address, budget)
    if isinstance(found, Drop) or not rules.is_collection(found.document):
        return None
    return found, found.document
