"""Accepting a letter, and what becomes of it."""

from collections.abc import Iterable
from typing import ClassVar

from linnet.db.tx import Tx
from linnet.federation.letters import queries, rules
from linnet.federation.letters.rules import Letter
from linnet.federation.peers import actions as peers
from linnet.jobs import rows
from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE, moment

_TRIMMED = 100  # parked letters that are forgotten with one that is parked, where there are too many


class ReadLetter(Job):
    """Job: read the letter, do what it says."""

    lane: ClassVar[str] = "read"
    lease: ClassVar[int] = 2 * MINUTE
    patience: ClassVar[int] = rules.TRIES

    letter_id: int


def accept(tx: Tx, letter: Letter, now: int) -> bool:
    """Keeps a letter whose sender is proven: one row, and the job to read it. False when the same
    activity came before, read or not."""
    if queries.is_seen(tx, letter.uri) or not queries.insert(tx, letter):
        return False
    rows.add(tx, ReadLetter(letter.id), now=now)
    peers.heard(tx, letter.host, now)
    return True


def read(tx: Tx, letter: Letter, now: int) -> bool:
    """It was read. In the transaction of what it comes to: both are one fact. False when somebody else
    read it meanwhile (a worker whose lease ran out): then it has come to that already."""
    return queries.see(tx, letter.id, letter.uri, now)


def dropped(tx: Tx, letter: Letter, reason: str, now: int) -> None:
    """It was read and means nothing here, for this reason."""
    queries.see(tx, letter.id, letter.uri, now)
    queries.count(tx, day_of(now), reason, letter.host, 1)


def failed(tx: Tx, letter: Letter, reason: str, now: int) -> None:
    """Reading it failed. It is parked after the last try, and stays readable with its reason."""
    if queries.failed(tx, letter.id, reason[:500], most=rules.TRIES, now=now):
        queries.trim(tx, kept=rules.PARKED, bytes=rules.PARKED_BYTES, n=_TRIMMED)


def postponed(tx: Tx, letter: Letter, reason: str, now: int) -> None:
    """What it speaks of could not be had for now: it is read again later, when that may be asked for
    again, and parked after the last try."""
    failed(tx, letter, reason, now)
    if letter.tries + 1 < rules.TRIES:
        rows.add(tx, ReadLetter(letter.id), now=now, run_at=now + rules.LATER[letter.tries])


def again(tx: Tx, letter_id: int, now: int) -> bool:
    """A parked letter is read again. False when it is not parked."""
    found = queries.unpark(tx, letter_id)
    if found:
        rows.add(tx, ReadLetter(letter_id), now=now)
    return found


def count(tx: Tx, counts: Iterable[tuple[str, str, str, int]]) -> None:
    """Adds up what was refused: (day, reason, host, times)."""
    for day, reason, host, times in counts:
        queries.count(tx, day, reason, host, times)


def sweep(tx: Tx, now: int) -> None:
    """Forgets what is old. A letter that nobody reads any more (whoever tried was killed by it, three
    times) is parked, so that it is seen."""
    queries.park_left(tx, before=now - rules.LEFT, now=now)
    queries.trim(tx, kept=rules.PARKED, bytes=rules.PARKED_BYTES, n=rules.QUEUE)
    queries.forget(
        tx,
        seen=now - rules.SEEN_KEPT,
        parked=now - rules.PARKED_KEPT,
        dropped=day_of(now - rules.DROPPED_KEPT),
    )


def day_of(now: int) -> str:
    """The day in UTC: 2026-10-26."""
    return moment(now).strftime("%Y-%m-%d")
