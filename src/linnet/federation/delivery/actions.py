"""Letters are written down, handed to postmen, and what became of them is written down; each in one
transaction.

A delivery is a row until it was accepted, refused or given up. It is taken out in the transaction
that counts it, so nothing is lost when a process dies between sending and writing down: the letter
goes out again, and whoever receives it knows it by its id.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence

from linnet.db.tx import Tx
from linnet.federation import authority
from linnet.federation.delivery import queries, rules
from linnet.federation.delivery.queries import Failed
from linnet.federation.delivery.rules import Delivery, Done, Outcome, Over, Turn
from linnet.federation.peers import actions as peers
from linnet.federation.peers.rules import HOLD, Peer, Report
from linnet.jobs import rows
from linnet.jobs.rows import Job
from linnet.kernel.ids import first_id_at, new_id
from linnet.kernel.value import changed

SWEPT = 2_000  # activities forgotten in one transaction
DROPPED = 1_000  # letters to a suspended host taken out in one turn
NO_ADDRESS = "this is no address that letters can be sent to"
SUPERSEDED = "a later letter says how it is now"

Bodies = dict[int, bytes]


class SendAgain(Job):
    """Job: put a letter that was set aside back into its host's queue."""

    lane = "deliver"

    host: str
    activity_id: int
    inbox: str
    followers: int
    tries: int
    created_at: int
    reason: str


def send(
    tx: Tx,
    *,
    account_id: int,
    kind: str,
    object_uri: str,
    body: bytes,
    inboxes: Mapping[str, int],
    post_id: int | None,
    now: int,
) -> int:
    """Writes an activity down for these inboxes (and how many followers each reaches); answers its id.
    What cannot go anywhere is written down as failed, with the reason.

    `object_uri`: the thing it is about. Letters of one account about one thing arrive in the order in
    which they were sent; so an Undo should name the same thing as what it undoes."""
    id = new_id()
    placed = {inbox: authority.authority(inbox) for inbox in inboxes}
    counts = Counter(host for host in placed.values() if host)
    queries.add_activity(
        tx,
        id=id,
        account_id=account_id,
        kind=kind,
        object_uri=object_uri,
        post_id=post_id,
        body=body.decode(),
        inboxes=len(placed),
        hosts=len(counts),
        followers=sum(inboxes.values()),
        now=now,
    )
    if kind in rules.SUPERSEDES and counts:
        _supersede(tx, account_id, kind, object_uri, id, list(counts), now)
    refused = peers.queue(tx, counts, now) if counts else {}
    letters = [
        Delivery(placed[inbox], new_id(), id, inbox, n, 0, now) for inbox, n in sorted(inboxes.items())
    ]
    why = {one.id: refused.get(one.host, "") if one.host else NO_ADDRESS for one in letters}
    queries.add(tx, [one for one in letters if not why[one.id]])
    for one in letters:
        if why[one.id]:
            _fail(tx, [one], why[one.id], now)
    return id


def _supersede(
    tx: Tx, account_id: int, kind: str, object_uri: str, id: int, hosts: list[str], now: int
) -> None:
    """At hosts that do not answer, what waits about a thing need not go any more when a later letter
    says how the thing is now. (Where letters are under way their order is kept anyway.)"""
    kinds = rules.SUPERSEDES[kind]
    taken = queries.take_out_superseded(tx, account_id, kinds, object_uri, id, hosts)
    off: dict[str, int] = defaultdict(int)
    for row in taken:
        off[row.host] += 1
    for host in sorted(off):
        peers.take_off(tx, host, off[host])
    _fail(tx, taken, SUPERSEDED, now)


def _fail(tx: Tx, taken: Sequence[Delivery], reason: str, now: int) -> None:
    queries.fail(
        tx, [Failed(row.activity_id, row.inbox, row.host, row.followers, reason, now) for row in taken]
    )


# the postman's hands


def exchange(
    tx: Tx,
    done: Sequence[Done],
    over: Sequence[Over],
    *,
    want: int,
    known: Collection[int],
    now: int,
    jitter: float,
) -> tuple[list[Turn], Bodies]:
    """Takes what became of letters, and hands out up to `want` turns with the texts that are not
    `known` yet: one write for many letters."""
    _settle(tx, done, over, now, jitter)
    turns = [
        turn
        for peer in (peers.hold(tx, want, rules.LEASE, now) if want else [])
        if (turn := _turn(tx, peer, now))
    ]
    missing = {one.activity_id for turn in turns for one in turn.deliveries} - set(known)
    return turns, queries.bodies(tx, missing)


def _turn(tx: Tx, peer: Peer, now: int) -> Turn | None:
    """The next letters for a host that is held. None: there was nothing to carry, and it is let go."""
    if peers.is_suspended(tx, peer.host):
        found, good = queries.next_for(tx, peer.host, DROPPED), []
        bad = [changed(one, unwanted="suspended: you suspended this server") for one in found]
    else:
        found = queries.next_for(tx, peer.host, rules.TURN + 1)
        good, bad = [one for one in found if not one.unwanted], [one for one in found if one.unwanted]
    for one in bad:
        queries.take_out(tx, one.host, one.id)
        _fail(tx, [one], one.unwanted, now)
    if good:
        if bad:
            peers.take_off(tx, peer.host, len(bad))
        return Turn(peer.host, peer.held, peer.signature, tuple(good[: rules.TURN]))
    off = len(bad) if found else peer.waiting  # a count that is wrong must not keep us busy for ever
    peers.report(tx, Report(peer.host, peer.held, off=off, over=True), now=now, jitter=0)
    return None


def _settle(tx: Tx, done: Sequence[Done], over: Sequence[Over], now: int, jitter: float) -> None:
    """What became of letters, counted once: who takes a row out counts it."""
    reports: dict[tuple[str, int], Report] = {}
    counted: dict[int, tuple[int, int]] = {}
    for one in done:
        key = one.turn.host, one.turn.until
        report = reports.get(key) or Report(*key)
        reports[key] = _one(tx, report, one.delivery, one.outcome, counted, now)
    for end in over:
        key = end.turn.host, end.turn.until
        reports[key] = _ended(reports.get(key) or Report(*key), end.outcome)
    for activity_id in sorted(counted):
        queries.count_done(tx, activity_id, *counted[activity_id])
    for key in sorted(reports):
        peers.report(tx, reports[key], now=now, jitter=jitter)


def _one(
    tx: Tx,
    report: Report,
    delivery: Delivery,
    outcome: Outcome,
    counted: dict[int, tuple[int, int]],
    now: int,
) -> Report:
    """One letter's end, or its try; answers the report with it."""
    if outcome.ending in rules.ENDS_TURN:
        return changed(report, off=report.off + _not_now(tx, delivery, outcome, now))
    row = queries.take_out(tx, delivery.host, delivery.id)
    if row is not None:
        report = changed(report, off=report.off + 1)
        if outcome.ending == "done":
            inboxes, followers = counted.get(row.activity_id, (0, 0))
            counted[row.activity_id] = inboxes + 1, followers + row.followers
        elif outcome.ending == "refused":
            _fail(tx, [row], outcome.reason, now)
        else:
            _set_aside(tx, row, outcome, now)
    if outcome.ending == "done":
        return changed(report, answered=True, delivered=True, form=outcome.form)
    return changed(report, answered=report.answered or outcome.answered)


def _not_now(tx: Tx, delivery: Delivery, outcome: Outcome, now: int) -> int:
    """The letter stays where it is, unless it has waited for seven days: then it is given up, with all
    that have waited for this host as long. Answers how many those are."""
    queries.tried(tx, delivery.host, delivery.id)
    if not rules.is_old(delivery, now):
        return 0
    taken = queries.take_out_old(tx, delivery.host, now - HOLD)
    _fail(tx, taken, f"given up after 7 days: {outcome.reason}", now)
    return len(taken)


def _set_aside(tx: Tx, row: Delivery, outcome: Outcome, now: int) -> None:
    again = SendAgain(
        row.host, row.activity_id, row.inbox, row.followers, row.tries + 1, row.created_at, outcome.reason
    )
    rows.add(tx, again, now=now, run_at=outcome.at, key=f"again:{row.activity_id}:{row.inbox}")


def _ended(report: Report, outcome: Outcome | None) -> Report:
    if outcome is None:
        return changed(report, over=True)
    return changed(
        report,
        over=True,
        failure=outcome.reason or "it did not answer",  # an empty one would mean that all went well
        not_before=outcome.at,
        asked=outcome.ending == "asked",
        answered=report.answered or outcome.ending == "asked",
    )


def again(tx: Tx, job: SendAgain, now: int) -> None:
    """Puts a letter that was set aside at the end of its host's queue. One about a thing of which a later
    letter spoke meanwhile stays out: it would arrive after that one."""
    row = Delivery(job.host, new_id(), job.activity_id, job.inbox, job.followers, job.tries, job.created_at)
    sent = queries.activity(tx, job.activity_id)
    if sent is None:
        return  # it was forgotten, and everything about it
    if rules.is_superseded(sent.kind, queries.later(tx, sent)):
        _fail(tx, [row], f"{SUPERSEDED} ({job.reason})", now)
        return
    why = peers.queue(tx, {job.host: 1}, now).get(job.host, "")
    if why:
        _fail(tx, [row], why, now)
    else:
        queries.add(tx, [row])


def sweep(tx: Tx, now: int) -> None:
    """Recurring: forgets activities of more than two weeks ago, and what became of them."""
    ids = queries.over(tx, first_id_at(now - rules.KEPT), SWEPT)
    if ids:
        queries.drop_activities(tx, ids)
