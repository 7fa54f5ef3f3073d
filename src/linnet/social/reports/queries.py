"""Table `report`."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.social.reports.rules import Report

COLUMNS = """id, uri, from_id, from_host, about_id, post_ids, category, comment, forwarded, created_at,
    closed_at, closed_by"""
REPORT = f"SELECT {COLUMNS} FROM report WHERE id = :id"
OPEN = f"SELECT {COLUMNS} FROM report WHERE closed_at IS NULL ORDER BY id LIMIT :n"
CLOSED = f"SELECT {COLUMNS} FROM report WHERE closed_at IS NOT NULL ORDER BY id DESC LIMIT :n"
# Each counted only as far as it matters.
FROM_HOST = """SELECT COUNT(*) FROM (SELECT 1 FROM report WHERE from_host = :host AND from_host <> ''
    AND created_at > :since LIMIT :most) lately"""
OPEN_FROM_HOST = """SELECT COUNT(*) FROM (SELECT 1 FROM report WHERE from_host = :host AND from_host <> ''
    AND closed_at IS NULL LIMIT :most) undecided"""
POSTS_OF = (
    "SELECT id FROM post WHERE id IN :ids AND account_id = :account_id AND boost_of_id IS NULL ORDER BY id"
)


def report(tx: Tx, id: int) -> Report | None:
    """The report with this id."""
    return tx.one(Report, REPORT, id=id)


def open_reports(tx: Tx, n: int = 100) -> list[Report]:
    """What nobody has decided yet, the oldest first."""
    return tx.all(Report, OPEN, n=n)


def closed_reports(tx: Tx, n: int = 50) -> list[Report]:
    """What was decided, the newest first."""
    return tx.all(Report, CLOSED, n=n)


def from_host(tx: Tx, host: str, since: int, most: int) -> int:
    """How many came from this server since then (ms), counted up to `most`."""
    count: int = tx.value(FROM_HOST, host=host, since=since, most=most)
    return count


def open_from_host(tx: Tx, host: str, most: int) -> int:
    """How many of this server nobody has decided yet, counted up to `most`."""
    count: int = tx.value(OPEN_FROM_HOST, host=host, most=most)
    return count


def posts_of(tx: Tx, account_id: int, ids: Sequence[int]) -> list[int]:
    """Those of `ids` that are posts of this account."""
    return tx.all(int, POSTS_OF, ids=list(ids), account_id=account_id) if ids else []


INSERT = """INSERT INTO report (id, uri, from_id, from_host, about_id, post_ids, category, comment, forwarded,
        created_at)
    VALUES (:id, :uri, :from_id, :from_host, :about_id, :post_ids, :category, :comment, :forwarded, :created_at)
    ON CONFLICT DO NOTHING"""
CLOSE = "UPDATE report SET closed_at = :now, closed_by = :person_id WHERE id = :id AND closed_at IS NULL"


def insert(tx: Tx, row: Report) -> bool:
    """False when the same complaint came before."""
    changed = tx.run(
        INSERT,
        id=row.id,
        uri=row.uri,
        from_id=row.from_id,
        from_host=row.from_host,
        about_id=row.about_id,
        post_ids=row.post_ids,
        category=row.category,
        comment=row.comment,
        forwarded=row.forwarded,
        created_at=row.created_at,
    )
    return changed > 0


def close(tx: Tx, id: int, person_id: int, now: int) -> bool:
    """False when it was closed before."""
    return tx.run(CLOSE, id=id, person_id=person_id, now=now) > 0
