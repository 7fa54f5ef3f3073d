"""Accounts that go on as others: from elsewhere to here, and from here to elsewhere.

A follower is only taken along when both sides say so: the old account by a Move, the new one by
naming the old one among those it also is (security paper A24).
"""

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY
from linnet.kernel.errors import Conflict, Invalid, Late, NotFound
from linnet.kernel.value import Value
from linnet.social.people import queries
from linnet.social.people.rules import AccountChanged

COOLDOWN = 30 * DAY
MOST = 10


class Alias(Value):
    """Who the account was before: its id and its name then."""

    account_id: int
    uri: str
    address: str
    since: int


class Moved(Value):
    """Event: an account of ours goes on as `to_id`, elsewhere or here."""

    account_id: int
    to_id: int


ALIASES = (
    "SELECT account_id, uri, address, since FROM alias WHERE account_id = :account_id ORDER BY since, uri"
)
PUT = """INSERT INTO alias (account_id, uri, address, since) VALUES (:account_id, :uri, :address, :now)
    ON CONFLICT DO NOTHING"""
DROP = "DELETE FROM alias WHERE account_id = :account_id AND uri = :uri"
MOVED_AT = "SELECT moved_at FROM account WHERE id = :id"
SET_MOVED = "UPDATE account SET moved_to_id = :to_id, moved_at = COALESCE(:now, moved_at), revision = revision + 1 WHERE id = :id"


def aliases(tx: Tx, account_id: int) -> list[Alias]:
    """Who the account also is."""
    return tx.all(Alias, ALIASES, account_id=account_id)


def moved_at(tx: Tx, account_id: int) -> int | None:
    """When the account last moved by its own word (ms), also when that was taken back; None: never."""
    at: int | None = tx.value(MOVED_AT, id=account_id)
    return at


def add_alias(tx: Tx, account_id: int, other_id: int, now: int) -> None:
    """The account was `other_id` before, elsewhere. Raises NotFound, Invalid."""
    other = queries.must_account(tx, other_id)
    if other.local:
        raise Invalid("address", "lives on this server: only accounts of other servers can move here")
    if len(aliases(tx, account_id)) >= MOST:
        raise Invalid("address", f"would be one too many: at most {MOST}")
    tx.run(PUT, account_id=account_id, uri=other.uri, address=f"@{other.address}", now=now)
    tx.emit(AccountChanged(account_id))


def drop_alias(tx: Tx, account_id: int, uri: str) -> None:
    """It was not that one after all. Raises NotFound."""
    if not tx.run(DROP, account_id=account_id, uri=uri):
        raise NotFound("alias")
    tx.emit(AccountChanged(account_id))


def move(tx: Tx, account_id: int, to_id: int, now: int) -> None:
    """The account goes on as `to_id`, which was asked and names it: the followers' servers are told to
    follow that one. Raises NotFound, Invalid, Conflict, Late (twice within 30 days)."""
    account, target = queries.must_account(tx, account_id), queries.must_account(tx, to_id)
    if target.id == account.id or target.local:
        raise Invalid("address", "is not an account of another server")
    if target.moved_to_id is not None:
        raise Invalid("address", "has itself moved on")
    if account.moved_to_id is not None:
        raise Conflict("This account has moved already: take that back first.")
    before = moved_at(tx, account_id)
    if before is not None and before > now - COOLDOWN:
        raise Late("An account can move once in 30 days: followers' servers would not believe it.")
    tx.run(SET_MOVED, id=account_id, to_id=to_id, now=now)
    tx.emit(AccountChanged(account_id))
    tx.emit(Moved(account_id, to_id))


def stay(tx: Tx, account_id: int) -> None:
    """Takes the sign "has moved" down again. The followers who went do not come back by it."""
    tx.run(SET_MOVED, id=account_id, to_id=None, now=None)
    tx.emit(AccountChanged(account_id))
