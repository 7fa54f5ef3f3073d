"""What an answer to a letter means, and which letters may be under way together. Pure."""

from collections.abc import Iterator, Sequence
from typing import Literal

from linnet.federation.peers import rules as peers
from linnet.federation.signing.shapes import FORMS, Form
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.value import Value

TURN = 16  # letters for one host in a row
TURN_TIME = 20 * SECOND  # after which no further one is begun
LEASE = 60 * SECOND  # a turn and its last letter, with room to write down how it went
SUSPECT_AFTER = 3  # failures of one letter at a server that is not otherwise known to be down
MOST_TRIES = 12
KEPT = 14 * DAY  # how long it can be read what was delivered

# done: accepted; refused: for good, why is written down; again: not this one, not now, the others go on;
# down: the server is not there, its turn is over; asked: it asked us to wait, its turn is over
Ending = Literal["done", "refused", "again", "down", "asked"]


ENDS_TURN = {"down", "asked"}


class Delivery(Value):
    """A letter on its way to one inbox."""

    host: str
    id: int
    activity_id: int
    inbox: str
    followers: int
    tries: int
    created_at: int
    account_id: int = 0
    kind: str = ""
    object_uri: str = ""
    unwanted: str = ""  # why it need not go any more


class Outcome(Value):
    """How it went."""

    ending: Ending
    reason: str = ""
    at: int = 0  # again, asked: not before, in ms
    form: str = ""  # done: of the signature that was accepted
    answered: bool = False  # sensibly: the server is alive


class Turn(Value):
    """What a postman holds: a host, its next letters, until when."""

    host: str
    until: int
    signature: str
    deliveries: tuple[Delivery, ...]


class Done(Value):
    """A delivery of a turn and how it went."""

    turn: Turn
    delivery: Delivery
    outcome: Outcome


class Over(Value):
    """A turn has ended; `outcome`: what ended it early."""

    turn: Turn
    outcome: Outcome | None = None


# What a letter makes needless of what was said about the same thing and never arrived. An edit does
# not stand for the post: who never had it does not know what was edited.
SUPERSEDES: dict[str, tuple[str, ...]] = {"Update": ("Update",), "Delete": ("Create", "Update")}

WORDS = {
    400: "it did not understand the letter",
    401: "it does not accept our signature",
    403: "it takes no letters from here",
    404: "nobody is at that address",
    405: "there is no inbox at that address",
    406: "it does not take letters of this kind",
    410: "the account is gone",
    413: "the letter is too long for it",
    415: "it does not take letters of this kind",
    422: "it does not accept this letter",
}
_AT_LEISURE = {404, 410, *range(300, 400)}  # believed the second time, an hour later
_LATER = {408, 425}  # of 4xx: no word about the letter
_NOT_MINE = {500, 501}  # of 5xx: may be about the letter and not about the server


def forms(remembered: str) -> list[Form]:
    """The signatures to try: what the host accepted last comes first."""
    return sorted(FORMS, key=lambda form: form != remembered)


def knock_again(status: int) -> bool:
    """May the other form of signature help?"""
    return status in {400, 401}


def judge(status: int, retry_after: str, delivery: Delivery, now: int, jitter: float) -> Outcome:
    """What an answer means."""
    if 200 <= status < 300:
        return Outcome("done", answered=True)
    reason = f"{status}: {WORDS.get(status, 'it answered so')}"
    asked = peers.retry_after(retry_after, now) if retry_after else None
    if status == 429:
        wait = now + peers.pause(delivery.tries + 1, 0, jitter) if asked is None else asked
        return Outcome("asked", "429: it asks for fewer letters", at=wait)
    if status in _AT_LEISURE:
        if delivery.tries:
            return Outcome("refused", reason, answered=True)
        return Outcome("again", reason, at=now + int(HOUR * (1 + jitter / 2)), answered=True)
    if 400 <= status < 500 and status not in _LATER:
        return Outcome("refused", reason, answered=True)
    if status in _NOT_MINE and delivery.tries + 1 >= SUSPECT_AFTER:
        return set_aside(reason, delivery, now, jitter)
    return Outcome("down", reason, at=asked or 0)


def set_aside(reason: str, delivery: Delivery, now: int, jitter: float) -> Outcome:
    """It is this letter that makes trouble: it is tried again alone, so that others need not wait."""
    if delivery.tries + 1 >= MOST_TRIES or is_old(delivery, now):
        return Outcome("refused", f"given up after {delivery.tries + 1} tries: {reason}")
    return Outcome("again", reason, at=now + max(peers.pause(delivery.tries + 1, 0, jitter), MINUTE))


def is_old(delivery: Delivery, now: int) -> bool:
    """Has it waited as long as anything does?"""
    return delivery.created_at <= now - peers.HOLD


def pairs(deliveries: Sequence[Delivery]) -> Iterator[tuple[Delivery, ...]]:
    """In their order: the first alone, for the server may not be there; then by ones and twos, where two
    may be under way together."""
    yield tuple(deliveries[:1])
    at = 1
    while at < len(deliveries):
        both = deliveries[at : at + 2]
        step = 2 if len(both) == 2 and independent(*both) else 1
        yield tuple(both[:step])
        at += step


def independent(one: Delivery, two: Delivery) -> bool:
    """May the second arrive before the first? Copies of one letter may, and new posts and edits of
    different ones. Nothing else: a follow and its end, a post and the account's, have their order."""
    if one.activity_id == two.activity_id:
        return one.inbox != two.inbox
    return {one.kind, two.kind} <= {"Create", "Update"} and one.object_uri != two.object_uri


def is_superseded(kind: str, later: Sequence[str]) -> bool:
    """Would a letter that was set aside say what is no longer so, after these later ones?"""
    return "Delete" in later or "Undo" in later or (kind == "Update" and "Update" in later)
