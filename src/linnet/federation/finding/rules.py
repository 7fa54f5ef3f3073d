"""What may be asked for because somebody looks at something: how often and how much. Pure."""

from typing import Any

from linnet.federation import vocab
from linnet.federation.authority import Proven, authority, normal
from linnet.federation.vocab import Json
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.value import Value

PROFILE_AGAIN = DAY  # how often one profile is asked for
AWAY_AGAIN = 10 * MINUTE  # ... whose server could not be asked
THREAD_AGAIN = 15 * MINUTE  # how often one thread is
ASKED_KEPT = 30 * DAY
# When a quoted post or its stamp is asked for again that could not be had, counted from the last time.
QUOTE_AGAIN = (10 * MINUTE, HOUR, 6 * HOUR, DAY)

MOST_OF_PROFILE = 20  # posts of a profile that are looked at
MOST_PINNED = 5
MOST_IN_THREAD = 400  # posts of a thread that are known and may be asked for again
MOST_NEW = 60  # posts of a thread that are fetched at a time (security paper B12)
MOST_AGAIN = 20  # posts of a thread that are asked for again
DEEPEST = 20  # answers to answers
PAGES = 4  # of one collection
PER_HOST = 40  # documents of one server for one thread

COLLECTIONS = frozenset({"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"})


class Node(Value):
    """A post of a thread that is here. `uri` '' is ours."""

    id: int
    reply_to_id: int | None
    account_id: int
    uri: str
    visibility: str


def items(document: Json) -> tuple[Any, ...]:
    """What stands in a collection or on a page of one."""
    ordered = vocab.many(document.get("orderedItems"))
    return ordered or vocab.many(document.get("items"))


def total(document: Json) -> int | None:
    """How many the collection says it has; None for anything but a sensible number (A31)."""
    said = document.get("totalItems")
    return vocab.number(said) if isinstance(said, int) else None


def is_collection(document: Json) -> bool:
    """Is it one, or a page of one?"""
    return bool(vocab.kind_of(document, COLLECTIONS))


def on_the_same_server(proven: Proven, value: object) -> str:
    """The address in `value`, if it is of the same authority as the document that names it; ''."""
    address = normal(vocab.uri(value)).partition("#")[0]
    return address if address and authority(address) == proven.authority else ""


def post_in(value: object) -> object:
    """The post in a member of a collection: the member itself, or what it created. An Announce stays one:
    what it passes on is somebody else's. Other activities are none."""
    one = vocab.obj(value)
    if "Create" in vocab.types(one):
        return one.get("object")
    if one and "object" in one and not passes_on(one):
        return None
    return value


def passes_on(document: Json) -> bool:
    """Is it an Announce that everybody may see, of something with an address?"""
    named = [*vocab.uris(document.get("to")), *vocab.uris(document.get("cc"))]
    return (
        "Announce" in vocab.types(document)
        and bool(vocab.uri(document.get("object")))
        and any(vocab.is_public(one) for one in named)
    )
