"""A small firm for tests of the desk."""

from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.kernel.ids import first_id_at

BERLIN = ZoneInfo("Europe/Berlin")

FIRM = """INSERT INTO firm (id, account_id, name, time_zone, currency, hourly_cost, office_hours, field_words, created_at)
    VALUES (1, :account_id, 'Corner Bakery', :zone, 'EUR', :hourly_cost, '[]', '[]', 1)"""
POST = """INSERT INTO post (id, account_id, person_id, text, visibility, reply_to_id, reply_to_account_id, root_id, boost_of_id, created_at)
    VALUES (:id, :account_id, :person_id, 'x', :visibility, :reply_to_id, :reply_to_account_id, :root_id, :boost_of_id, :at)"""
MENTION = "INSERT INTO mention (post_id, account_id) VALUES (:post_id, :account_id)"
LINK = """INSERT INTO link (code, kind, target, canonical, account_id, channel, created_at)
    VALUES (:code, 'site', 'https://bakery.example/', 'bakery.example/', :account_id, 'fediverse', :at)"""
VISIT = """INSERT INTO visit (id, visitor, site, code, path, first_at, last_at, hits, kind, rule)
    VALUES (:id, :id, 'bakery.example', :code, '/', :at, :at, 1, :kind, 'R5')"""

_serial = iter(range(1, 1 << 40))


def found_firm(tx: Tx, account_id: int, *, zone: str = "Europe/Berlin", hourly_cost: int = 4000) -> None:
    """The firm speaks through this account; an hour costs 40.00 EUR."""
    tx.run(FIRM, account_id=account_id, zone=zone, hourly_cost=hourly_cost)


def post(
    tx: Tx,
    account_id: int,
    at: int,
    *,
    person_id: int | None = None,
    to: tuple[int, int] | None = None,
    root: int = 0,
    boost_of: int | None = None,
    visibility: str = "public",
    mentions: tuple[int, ...] = (),
) -> int:
    """A post written at `at`; `to`: (post, account) that it answers."""
    id = first_id_at(at) + next(_serial) % 60_000
    tx.run(
        POST,
        id=id,
        account_id=account_id,
        person_id=person_id,
        visibility=visibility,
        at=at,
        reply_to_id=to[0] if to else None,
        reply_to_account_id=to[1] if to else None,
        root_id=root or id,
        boost_of_id=boost_of,
    )
    for mentioned in mentions:
        tx.run(MENTION, post_id=id, account_id=mentioned)
    return id


def link(tx: Tx, code: str, account_id: int, at: int) -> None:
    """A tracked link to the firm's own site."""
    tx.run(LINK, code=code, account_id=account_id, at=at)


def visit(tx: Tx, at: int, kind: str = "person", code: str = "") -> None:
    """A visit to the firm's site."""
    tx.run(VISIT, id=next(_serial), at=at, kind=kind, code=code)
