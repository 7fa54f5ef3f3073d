"""Jobs as rows: added in the transaction of their cause, claimed by lease, done by deletion.

A job is a Value with three class words: `lane` (slow hosts must not delay planned posts),
`lease` (ms a worker may hold it) and `patience` (how many tries before it is parked).
Delivery is at least once: handlers are idempotent, usually because what they do outside or
inside is decided in one transaction by the state of a row.
"""

from collections.abc import Mapping
from typing import ClassVar

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY, SECOND
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.kernel.wire import encode_text

PARKED_KEPT = 90 * DAY  # how long it can be read what was given up
PARKED, TRIMMED = 10_000, 10_000  # how much of it; how much more is forgotten in one transaction
FOREVER = 1 << 40  # the patience of what must never be given up: the next try is a day later at most


class Job(Value):
    """Base of every job. Subclasses add fields (JSON-able) and may change the class words."""

    lane: ClassVar[str] = "desk"
    lease: ClassVar[int] = 60 * SECOND
    patience: ClassVar[int] = 8


class JobAdded(Value):
    """Event: there is work in this lane, due at `run_at` ms."""

    lane: str
    run_at: int


class Claimed(Value):
    """A job in a worker's hands until its lease ends."""

    id: int
    kind: str
    body: str
    tries: int
    claim: int


class Waiting(Value):
    """A job as the owner may look at it."""

    id: int
    lane: str
    kind: str
    run_at: int
    tries: int
    error: str


ADD = """INSERT INTO job (id, lane, kind, body, key, run_at, created_at)
    VALUES (:id, :lane, :kind, :body, :key, :run_at, :now)
    ON CONFLICT (key) WHERE key IS NOT NULL DO UPDATE
    SET lane = excluded.lane, kind = excluded.kind, body = excluded.body, run_at = excluded.run_at,
        tries = 0, claim = NULL, error = ''"""

ADD_IF_NEW = """INSERT INTO job (id, lane, kind, body, key, run_at, created_at)
    VALUES (:id, :lane, :kind, :body, :key, :run_at, :now)
    ON CONFLICT (key) WHERE key IS NOT NULL DO NOTHING"""


def add(tx: Tx, job: Job, *, now: int, run_at: int | None = None, key: str | None = None) -> None:
    """Adds `job`, due at `run_at` (ms; now by default). With a `key`, a job that waits under the
    same key is replaced: rescheduling is an upsert of one row."""
    _insert(tx, ADD, job, now, now if run_at is None else run_at, key)


def add_if_new(tx: Tx, job: Job, *, now: int, run_at: int, key: str) -> None:
    """Adds `job` unless one waits under the same key already (recurring work at the start)."""
    _insert(tx, ADD_IF_NEW, job, now, run_at, key)


def _insert(tx: Tx, sql: str, job: Job, now: int, run_at: int, key: str | None) -> None:
    kind = type(job).__name__
    tx.run(sql, id=new_id(), lane=job.lane, kind=kind, body=encode_text(job), key=key, run_at=run_at, now=now)
    tx.emit(JobAdded(job.lane, run_at))


CANCEL = "DELETE FROM job WHERE key = :key"


def cancel(tx: Tx, key: str) -> bool:
    """Takes back the job under `key`. False when there was none."""
    return tx.run(CANCEL, key=key) > 0


DUE = """SELECT id FROM job WHERE lane = :lane AND run_at <= :now
    ORDER BY run_at LIMIT :n"""
CLAIM = """UPDATE job SET run_at = :until, claim = :claim, tries = tries + 1
    WHERE id IN :ids AND run_at <= :now RETURNING id, kind, body, tries, claim"""


LONGER = "UPDATE job SET run_at = :until WHERE id IN :ids AND claim = :claim"


def claim(
    tx: Tx, lane: str, *, n: int, claim: int, now: int, lease: int, leases: Mapping[str, int] | None = None
) -> list[Claimed]:
    """Takes up to `n` due jobs of `lane` for `lease` ms, or for what `leases` says of their kind,
    under the name `claim`, which is used once. Two workers never hold the same one: the UPDATE
    checks again that it is due."""
    ids = tx.all(int, DUE, lane=lane, now=now, n=n)
    if not ids:
        return []
    taken = tx.all(Claimed, CLAIM, ids=ids, now=now, until=now + lease, claim=claim)
    for other in sorted({leases.get(job.kind, lease) for job in taken} - {lease} if leases else ()):
        alike = [job.id for job in taken if leases and leases.get(job.kind) == other]
        tx.run(LONGER, ids=alike, claim=claim, until=now + other)
    return taken


DONE = "DELETE FROM job WHERE id = :id AND claim = :claim"


def done(tx: Tx, job: Claimed) -> None:
    """The job is finished. If it was rescheduled meanwhile (same key), the new one stays."""
    tx.run(DONE, id=job.id, claim=job.claim)


RETRY = """UPDATE job SET run_at = :run_at, claim = NULL, error = :error
    WHERE id = :id AND claim = :claim"""


def retry(tx: Tx, job: Claimed, *, run_at: int, error: str) -> None:
    """The job failed and is due again at `run_at`."""
    tx.run(RETRY, id=job.id, claim=job.claim, run_at=run_at, error=error[:500])


PARK = """INSERT INTO job_parked (id, lane, kind, body, key, tries, error, parked_at)
    SELECT id, lane, kind, body, key, tries, :error, :now FROM job WHERE id = :id AND claim = :claim"""


def park(tx: Tx, job: Claimed, *, error: str, now: int) -> None:
    """The job is given up; it stays readable with its reason."""
    tx.run(PARK, id=job.id, claim=job.claim, error=error[:500], now=now)
    tx.run(DONE, id=job.id, claim=job.claim)


FORGET_PARKED = "DELETE FROM job_parked WHERE parked_at < :before"
TRIM_PARKED = """DELETE FROM job_parked WHERE id IN (SELECT id FROM job_parked
    ORDER BY parked_at DESC, id DESC LIMIT :n OFFSET :kept)"""


def sweep(tx: Tx, now: int) -> None:
    """Recurring: forgets work that was given up long ago, and the oldest of too much of it."""
    tx.run(FORGET_PARKED, before=now - PARKED_KEPT)
    tx.run(TRIM_PARKED, kept=PARKED, n=TRIMMED)


NEXT_DUE = "SELECT MIN(run_at) FROM job WHERE lane = :lane"


def next_due(tx: Tx, lane: str) -> int | None:
    """When the next job of `lane` is due, in ms."""
    due: int | None = tx.value(NEXT_DUE, lane=lane)
    return due


FREE_ALL = "UPDATE job SET run_at = :now, claim = NULL WHERE claim IS NOT NULL"


def free_all(tx: Tx, now: int) -> int:
    """Frees every lease. Only for a start that knows that no other worker is alive."""
    return tx.run(FREE_ALL, now=now)


def next_try(tries: int, now: int, jitter: float) -> int:
    """When to try again after the `tries`-th failure: 5 s, 20 s, 80 s ... at most a day, each
    stretched by up to a half (`jitter` 0..1). In ms."""
    wait = min(5 * SECOND * 4 ** min(tries - 1, 10), DAY)
    return now + int(wait * (1 + jitter / 2))
