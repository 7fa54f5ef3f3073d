"""What a letter is, what makes one acceptable, and what its sender is told. Pure."""

from linnet.federation import vocab
from linnet.federation.asking import FOR_NOW
from linnet.federation.authority import Drop, authority, normal
from linnet.federation.vocab import Json
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.value import Value

# What somebody may want of us. Everything else that is well-formed is thanked for and not kept.
KINDS = frozenset(
    {
        "Accept",
        "Add",
        "Announce",
        "Block",
        "Create",
        "Delete",
        "EmojiReact",
        "Flag",
        "Follow",
        "Like",
        "Move",
        "QuoteRequest",
        "Reject",
        "Remove",
        "Undo",
        "Update",
    }
)

MOST_NAMED = 400  # addresses of what a letter is about, and of who made that
TRIES = 3  # readings, before a letter is parked
# When it is read again, after the first and the second time that something could not be had: an
# address that failed is not asked for five minutes.
LATER = (6 * MINUTE, HOUR)
LEFT = 7 * DAY  # a letter that was not read by then is not going to be
SEEN_KEPT = 30 * DAY  # longer than any server goes on sending the same letter
PARKED_KEPT = 90 * DAY
# what is kept parked, in letters and bytes: whoever sends what cannot be read does not fill the disk
PARKED, PARKED_BYTES = 5_000, 256 << 20
DROPPED_KEPT = 90 * DAY

QUEUE = 100_000  # letters that may wait to be read
QUEUE_BYTES = 1 << 30  # ... and how long they may be, all together, where no setting says so
LEAST_FREE = 1 << 30  # bytes of the disk: strangers must not take the last of it from the firm
SHARE = 2  # one host may have a half of that: who sends more than can be read does not shut out the others
PER_HOST, PER_HOST_IN = 30_000, 5 * MINUTE  # proven letters of one host: a floodgate, not a quota
# What is answered with a letter, which we keep for two weeks: of one host so much in an hour.
ANSWERED = frozenset({"Follow", "QuoteRequest"})
PER_HOST_ANSWERED, PER_HOST_ANSWERED_IN = 6_000, HOUR

_LATER = 300  # seconds after which it makes sense to try again
_SOON = 10

# What the sender is told, by reason. A signature that is none, of whatever kind, is 401: servers knock
# again differently after that, and after nothing else (interop paper §1).
_STATUS = {
    "too_big": 413,
    "content_type": 415,
    "content_encoding": 415,
    "cut_off": 400,
    "json": 400,
    "shape": 400,
    "type": 202,
    "farewell": 202,
    "no_inbox": 404,
    "gone_inbox": 410,
    "blocked": 403,
    "crowded": 503,
    "database": 503,
    "fault": 503,
}


class Letter(Value):
    """An activity that was accepted: the row. Times in ms."""

    id: int
    uri: str  # of the activity
    actor_uri: str  # who signed it
    host: str  # authority of both
    recipient_id: int | None  # whose inbox; None: the one that all share
    body: str
    received_at: int
    tries: int = 0
    reason: str = ""  # why it was parked
    parked_at: int | None = None


class Load(Value):
    """What waits to be read."""

    letters: int
    bytes: int


EMPTY = Load(0, 0)


class Shape(Value):
    """What every activity has, in the form in which we compare it. `about`: addresses of its object
    that say who made it."""

    uri: str
    actor: str
    kind: str  # one of KINDS; '' for another
    about: tuple[str, ...]


def share(most_bytes: int) -> Load:
    """What of one host may wait, where `most_bytes` may wait in all."""
    return Load(QUEUE // SHARE, most_bytes // SHARE)


def shape(document: Json) -> Shape | Drop:
    """Who does what, by the letter's own word."""
    if not vocab.types(document):
        return Drop("shape", "no type")
    uri, actor = normal(document.get("id")), normal(vocab.uri(document.get("actor")))
    if not uri or len(uri) > vocab.LONGEST:
        return Drop("shape", "id is no https address")
    if not actor or len(vocab.many(document.get("actor"))) != 1:
        return Drop("shape", "actor is not one https address")
    about: list[str] = []
    for one in vocab.many(document.get("object")):
        inner = one if isinstance(one, dict) else {}
        about += (vocab.uri(one), *vocab.uris(inner.get("attributedTo")), *vocab.uris(inner.get("actor")))
        if len(about) > MOST_NAMED:  # each is looked at before anything is proven
            return Drop("shape", "about more than anybody reads")
    return Shape(uri, actor, vocab.kind_of(document, KINDS), tuple(filter(None, map(normal, about))))


def is_farewell(document: Json, said: Shape) -> bool:
    """Does an account say that it is gone? It is told to everybody its server ever met."""
    return said.kind == "Delete" and normal(vocab.uri(document.get("object"))) == said.actor


def hosts(said: Shape) -> frozenset[str]:
    """Every authority that has a part in the letter: none of them may be blocked."""
    return frozenset(authority(one) for one in (said.uri, said.actor, *said.about))


def status(drop: Drop) -> int:
    """The HTTP status for a letter that was not accepted."""
    return 503 if drop.reason in FOR_NOW else _STATUS.get(drop.reason, 401)


def retry_after(drop: Drop) -> int:
    """Seconds until it makes sense to try again; 0: it never does."""
    if status(drop) != 503:
        return 0
    return _SOON if drop.reason == "crowded" else _LATER


def seconds(ms: int) -> int:
    """Whole seconds, at least one."""
    return max(-(-ms // SECOND), 1)
