"""What the owner reads about letters: how far each has come, what was refused, what waits and why."""

from linnet.db.tx import Tx
from linnet.door.neighbours import Refusal, Told, Wait, Way
from linnet.federation.delivery.actions import SendAgain
from linnet.federation.peers import rules as peers
from linnet.federation.peers.rules import Peer
from linnet.kernel.errors import NotFound
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as

SHOWN = 100  # of what was refused, and of what waits

# `least` 0: all letters, 1: those about posts
TOLD = """SELECT a.id, a.account_id, COALESCE(w.handle, '') AS handle, a.kind, a.post_id,
        COALESCE(p.text, '') AS text, a.created_at, a.inboxes, a.hosts, a.followers, a.inboxes_done,
        a.followers_done,
        (SELECT COUNT(*) FROM delivery_failed f WHERE f.activity_id = a.id) AS refused,
        (SELECT COUNT(*) FROM delivery d WHERE d.activity_id = a.id) AS queued,
        (SELECT COUNT(*) FROM (SELECT d.host FROM delivery d WHERE d.activity_id = a.id
            UNION SELECT f.host FROM delivery_failed f WHERE f.activity_id = a.id) l) AS hosts_left
    FROM activity a LEFT JOIN account w ON w.id = a.account_id LEFT JOIN post p ON p.id = a.post_id
    WHERE a.id < :before AND a.id > :above AND a.inboxes > 0 AND COALESCE(a.post_id, 0) >= :least
    ORDER BY a.id DESC LIMIT :n"""
REFUSED = """SELECT host, inbox, followers, reason, at FROM delivery_failed WHERE activity_id = :id
    ORDER BY host, inbox LIMIT :n"""
WAITING = """SELECT d.host, d.inbox, d.followers, d.tries, r.next_at, r.held, r.failures, r.failing_since, r.error
    FROM delivery d JOIN peer r ON r.host = d.host WHERE d.activity_id = :id ORDER BY d.host, d.inbox LIMIT :n"""
ASIDE = """SELECT run_at, body FROM job WHERE key >= :from_key AND key < :to_key AND kind = 'SendAgain'
    ORDER BY key LIMIT :n"""


class _Waiting(Value):
    """A row of the queue with its server."""

    host: str
    inbox: str
    followers: int
    tries: int
    next_at: int
    held: int
    failures: int
    failing_since: int | None
    error: str


class _Aside(Value):
    """A letter that was set aside."""

    run_at: int
    body: str


def told(tx: Tx, *, all_kinds: bool, before: int, n: int) -> list[Told]:
    """Letters older than the id `before`, the newest first; those about posts, or all."""
    return tx.all(Told, TOLD, before=before, above=0, least=0 if all_kinds else 1, n=n)


def way(tx: Tx, id: int, now: int) -> Way:
    """One letter: what was refused, what waits and why. Raises NotFound."""
    found = tx.one(Told, TOLD, before=id + 1, above=id - 1, least=0, n=1)
    if found is None:
        raise NotFound("letter")
    waiting = [_wait(row, now) for row in tx.all(_Waiting, WAITING, id=id, n=SHOWN)]
    # ';' comes after ':'
    keys = {"from_key": f"again:{id}:", "to_key": f"again:{id};"}
    waiting += [_alone(row) for row in tx.all(_Aside, ASIDE, n=SHOWN, **keys)]
    return Way(found, tx.all(Refusal, REFUSED, id=id, n=SHOWN), waiting)


def _wait(row: _Waiting, now: int) -> Wait:
    peer = Peer(
        row.host,
        next_at=row.next_at,
        held=row.held,
        failures=row.failures,
        failing_since=row.failing_since,
        error=row.error,
    )
    state = peers.state(peer, now)
    return Wait(row.host, row.inbox, row.followers, row.tries, row.next_at, state, row.error)


def _alone(row: _Aside) -> Wait:
    job = decode_as(SendAgain, row.body)
    return Wait(job.host, job.inbox, job.followers, job.tries, row.run_at, "failing", job.reason, alone=True)
