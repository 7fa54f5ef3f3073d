"""One letter, from its row to what it comes to.

Fetch first, then one transaction: the effect and the note that it was read are one fact. Reading a
letter again does nothing new. What means nothing here is dropped with a reason and counted.
"""

import logging
from collections.abc import Awaitable, Callable

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation import authority, vocab
from linnet.federation.authority import Drop, Proven
from linnet.federation.fetching import for_now
from linnet.federation.finding.finder import Budget, Finder
from linnet.federation.letters import actions as letters
from linnet.federation.letters import queries as letter_queries
from linnet.federation.letters.actions import ReadLetter
from linnet.federation.letters.rules import Letter as Row
from linnet.federation.reading import complaints, naming, posts, quotes, relaying, ties
from linnet.federation.reading.effects import ConcernsNobody, Effect, Letter, Read
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import (
    Collision,
    Conflict,
    Gone,
    Invalid,
    Late,
    LinnetError,
    NotAllowed,
    NotFound,
    TooMany,
)
from linnet.kernel.wire import decode

log = logging.getLogger("linnet.federation")

READS: dict[str, Read] = {
    "Create": posts.create,
    "Update": posts.update,
    "Delete": posts.delete,
    "Announce": relaying.announce,
    "Like": naming.like,
    "EmojiReact": naming.like,
    "Add": posts.pin,
    "Remove": posts.pin,
    "Flag": complaints.flag,
    "Follow": ties.follow,
    "Accept": quotes.accept,
    "Reject": quotes.reject,
    "QuoteRequest": quotes.request,
    "Block": ties.block,
    "Move": ties.move,
}
UNDOES: dict[str, Callable[[Letter, Proven], Awaitable[Effect | Drop]]] = {
    "Follow": ties.undo_follow,
    "Block": ties.undo_block,
    "Like": posts.undo_like,
    "EmojiReact": posts.undo_like,
    "Announce": posts.undo_announce,
}
KINDS = frozenset(READS) | {"Undo"}

# The world will not change its mind about these: they are reasons, not failures.
_FINAL: dict[type[LinnetError], str] = {
    ConcernsNobody: "concerns_nobody_here",  # before what it is a kind of
    Invalid: "not_acceptable",
    NotFound: "concerns_nothing_here",
    NotAllowed: "not_allowed",
    Conflict: "not_acceptable",
    Gone: "gone",
    Late: "too_late",
    TooMany: "too_many_reports",
}


class Reader:
    """Reads letters for one server process."""

    def __init__(self, db: Database, finder: Finder, url: str) -> None:
        self._db = db
        self._finder = finder
        self._url = url

    async def read(self, job: ReadLetter) -> None:
        """The handler of the job. Raises when it should be tried again; after the last try the letter
        is parked with its reason."""
        row = await self._db.read(letter_queries.letter, job.letter_id)
        if row is None or row.parked_at is not None:
            return
        try:
            found = await self._effect(row)
            if isinstance(found, Drop):
                end = letters.postponed if for_now(found) else letters.dropped
                await self._db.write(end, row, found.reason, now_ms())
            else:
                await self._db.write(_apply, found, row, now_ms())
        except Exception as error:  # whatever it is, the letter says why it waits or means nothing
            reason = _why(error)
            log.info("letter %s from %s: %r", row.uri, row.host, error)
            if not reason:
                await self._db.write(letters.failed, row, repr(error)[:300], now_ms())
                raise
            await self._db.write(letters.dropped, row, reason, now_ms())

    async def _effect(self, row: Row) -> Effect | Drop:
        proven = authority.signed(decode(row.body), row.actor_uri)
        if isinstance(proven, Drop):
            return proven
        kind = vocab.kind_of(proven.document, KINDS)
        budget = Budget()
        sender = await self._finder.account_at(proven.actor, budget)
        if isinstance(sender, Drop):
            return sender
        if sender.local or (sender.hidden and kind != "Delete"):
            return Drop("sender_not_heard", proven.actor)
        letter = Letter(proven, sender, budget, self._finder, self._db, self._url)
        if kind == "Undo":
            return await self._undo(letter)
        read = READS.get(kind)
        return (
            await read(letter)
            if read
            else Drop("unknown_activity", ",".join(vocab.types(proven.document))[:100])
        )

    async def _undo(self, letter: Letter) -> Effect | Drop:
        """Only what the sender did, and when it is embedded or known by its address."""
        said = letter.proven.document.get("object")
        document = vocab.obj(said)
        if not document:
            bare = authority.named(letter.proven, said)
            return bare if isinstance(bare, Drop) else await naming.undo(letter, bare)
        undone = authority.inside(letter.proven, said)
        if isinstance(undone, Drop):
            return Drop("undoes_elsewhere", undone.detail)
        undo = UNDOES.get(vocab.kind_of(document, frozenset(UNDOES)))
        return await undo(letter, undone) if undo else Drop("unknown_activity")


def _why(error: Exception) -> str:
    """The reason that will not change; '' when it is worth another try."""
    if isinstance(error, Collision):
        return ""
    return next((word for kind, word in _FINAL.items() if isinstance(error, kind)), "")


def _apply(tx: Tx, effect: Effect, row: Row, now: int) -> None:
    if letters.read(tx, row, now):  # first: of two who read it at once the second finds nothing to do
        effect(tx, now)
