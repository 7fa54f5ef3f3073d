"""Tables `entry_verdict` and `entry_shown`; what the ranking looks at."""

from collections.abc import Iterable, Sequence

from linnet.db.tx import Tx
from linnet.desk.ideas.rules import (
    CANDIDATES,
    RECENT,
    SHARED_FOR,
    WINDOW,
    Decision,
    Past,
    Record,
    Sign,
    SourceOf,
    Story,
)
from linnet.kernel.clock import DAY
from linnet.kernel.ids import first_id_at
from linnet.kernel.page import WIDE

CANDIDATE = """SELECT e.id, e.url, e.title, e.summary, e.author, e.published_at, e.dated, e.found_at FROM entry e
    WHERE e.published_at > :since AND e.published_at <= :now
        AND NOT EXISTS (SELECT 1 FROM entry_verdict v WHERE v.entry_id = e.id AND v.verdict = 'shared'
            AND v.decided_at > :shared_since)
        AND NOT EXISTS (SELECT 1 FROM entry_verdict v WHERE v.entry_id = e.id AND v.account_id = :account_id)
    ORDER BY e.published_at DESC, e.id DESC LIMIT :n"""
SAVED = """SELECT e.id, e.url, e.title, e.summary, e.author, e.published_at, e.dated, e.found_at
    FROM entry_verdict v JOIN entry e ON e.id = v.entry_id
    WHERE v.account_id = :account_id AND v.verdict = 'saved' AND v.decided_at < :before
    ORDER BY v.decided_at DESC LIMIT :n"""
SOURCES = """SELECT c.entry_id, f.id AS feed_id, f.title, f.address, f.every FROM entry_feed c
    JOIN feed f ON f.id = c.feed_id WHERE c.entry_id IN :ids ORDER BY c.found_at, f.id"""
RECORDS = """SELECT c.feed_id, COUNT(DISTINCT s.entry_id) AS shown, COUNT(DISTINCT v.entry_id) AS used
    FROM entry_feed c JOIN entry_shown s ON s.entry_id = c.entry_id AND s.account_id = :account_id
    LEFT JOIN entry_verdict v ON v.entry_id = s.entry_id AND v.account_id = s.account_id
        AND v.verdict IN ('shared', 'saved')
    WHERE c.feed_id IN :ids GROUP BY c.feed_id"""
SIGNS = """SELECT CASE WHEN v.verdict = 'dismissed' THEN v.reason ELSE v.verdict END AS kind, e.title, e.summary,
    v.decided_at AS at
    FROM entry_verdict v JOIN entry e ON e.id = v.entry_id
    WHERE v.account_id = :account_id AND v.verdict = :verdict AND v.decided_at > :since
    ORDER BY v.decided_at DESC LIMIT :n"""
LATELY = """SELECT e.title, e.summary, v.decided_at AS at FROM entry_verdict v JOIN entry e ON e.id = v.entry_id
    WHERE v.account_id = :account_id AND v.verdict = 'shared' AND v.decided_at > :since
    ORDER BY v.decided_at DESC LIMIT :n"""
POSTED = """SELECT text FROM post WHERE account_id = :account_id AND id > :above AND boost_of_id IS NULL
    ORDER BY id DESC LIMIT :n"""


def candidates(tx: Tx, account_id: int, now: int) -> list[Story]:
    """The newest stories of two weeks that nobody here shared within 90 days and on which the
    account has not decided."""
    return tx.all(
        Story,
        CANDIDATE,
        account_id=account_id,
        since=now - WINDOW,
        now=now,
        shared_since=now - SHARED_FOR,
        n=CANDIDATES,
    )


def saved(tx: Tx, account_id: int, *, before: int = WIDE, n: int = 50) -> list[Story]:
    """What the account keeps for later, the newest decision first."""
    return tx.all(Story, SAVED, account_id=account_id, before=before, n=n)


def sources(tx: Tx, entry_ids: Sequence[int]) -> list[SourceOf]:
    """Who carries these stories, the first to bring it first."""
    return tx.all(SourceOf, SOURCES, ids=list(entry_ids)) if entry_ids else []


def records(tx: Tx, account_id: int, feed_ids: Sequence[int]) -> list[Record]:
    """What became of the stories of these sources."""
    return tx.all(Record, RECORDS, account_id=account_id, ids=list(feed_ids)) if feed_ids else []


def signs(tx: Tx, account_id: int, now: int) -> list[Sign]:
    """The newest decisions of half a year: up to 200 of each kind."""
    return [
        sign
        for verdict in ("shared", "saved", "dismissed")
        for sign in tx.all(Sign, SIGNS, account_id=account_id, verdict=verdict, since=now - 180 * DAY, n=200)
        if sign.kind in {"shared", "saved", "off_topic"}
    ]


def lately(tx: Tx, account_id: int, now: int) -> list[Past]:
    """What the account shared in the last seven days."""
    return tx.all(Past, LATELY, account_id=account_id, since=now - RECENT, n=50)


def posted(tx: Tx, account_id: int, now: int) -> list[str]:
    """The account's own posts of 90 days, at most 2,000."""
    return tx.all(str, POSTED, account_id=account_id, above=first_id_at(now - SHARED_FOR), n=2000)


DECISION = """SELECT account_id, entry_id, verdict, reason, person_id, draft_id, post_id, decided_at FROM entry_verdict
    WHERE account_id = :account_id AND entry_id = :entry_id"""
PUT_DECISION = """INSERT INTO entry_verdict
    (account_id, entry_id, verdict, reason, person_id, draft_id, post_id, decided_at)
    VALUES (:account_id, :entry_id, :verdict, :reason, :person_id, :draft_id, :post_id, :decided_at)
    ON CONFLICT (account_id, entry_id) DO UPDATE SET verdict = excluded.verdict, reason = excluded.reason,
        person_id = excluded.person_id, draft_id = excluded.draft_id, post_id = excluded.post_id,
        decided_at = excluded.decided_at"""
DELETE_DECISION = "DELETE FROM entry_verdict WHERE account_id = :account_id AND entry_id = :entry_id"
PUT_SHOWN = """INSERT INTO entry_shown (account_id, entry_id, shown_at) VALUES (:account_id, :entry_id, :now)
    ON CONFLICT DO NOTHING"""
FORGET_DECISIONS = """DELETE FROM entry_verdict WHERE NOT EXISTS (
    SELECT 1 FROM entry e WHERE e.id = entry_verdict.entry_id)"""
FORGET_SHOWN = (
    "DELETE FROM entry_shown WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = entry_shown.entry_id)"
)


def decision(tx: Tx, account_id: int, entry_id: int) -> Decision | None:
    """What the account made of the story so far."""
    return tx.one(Decision, DECISION, account_id=account_id, entry_id=entry_id)


def put_decision(tx: Tx, row: Decision) -> None:
    tx.run(
        PUT_DECISION,
        account_id=row.account_id,
        entry_id=row.entry_id,
        verdict=row.verdict,
        reason=row.reason,
        person_id=row.person_id,
        draft_id=row.draft_id,
        post_id=row.post_id,
        decided_at=row.decided_at,
    )


def delete_decision(tx: Tx, account_id: int, entry_id: int) -> bool:
    return tx.run(DELETE_DECISION, account_id=account_id, entry_id=entry_id) > 0


def put_shown(tx: Tx, account_id: int, entry_ids: Iterable[int], now: int) -> None:
    tx.many(PUT_SHOWN, [{"account_id": account_id, "entry_id": id, "now": now} for id in sorted(entry_ids)])


def forget_gone(tx: Tx) -> int:
    """Decisions and showings of stories that are gone."""
    return tx.run(FORGET_DECISIONS) + tx.run(FORGET_SHOWN)
