"""An actor elsewhere: the row, and whether it is fresh enough."""

from linnet.kernel.clock import DAY
from linnet.kernel.value import Value
from linnet.social.people.foreign import RemoteAccount

FRESH = DAY  # how long a profile is taken as it was fetched


class Actor(Value):
    """What federation needs of an account elsewhere, beside what `social` shows of it. `key_pem` '':
    it has none that we can use. Times in ms."""

    account_id: int
    uri: str
    authority: str
    inbox: str
    shared_inbox: str
    outbox: str
    followers: str
    following: str
    featured: str
    key_id: str
    key_pem: str
    also_known_as: str  # JSON [uri]
    fetched_at: int
    gone_at: int | None = None
    moved_to: str = ""  # where it says that it went; `finding.moves` looks whether that is so


class Described(Value):
    """An actor document, read: what people see of it, and what federation needs."""

    account: RemoteAccount
    inbox: str
    shared_inbox: str
    outbox: str
    followers: str
    following: str
    featured: str
    key_id: str
    key_pem: str
    also_known_as: tuple[str, ...]
    moved_to: str = ""


def is_fresh(actor: Actor, now: int) -> bool:
    """May it be taken as it is, without asking its server?"""
    return actor.gone_at is None and actor.fetched_at > now - FRESH
