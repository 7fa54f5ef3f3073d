"""Keeping a key. It is never changed: others would not believe the new one (interop paper §1)."""

from linnet.db.tx import Tx
from linnet.federation.keys import queries
from linnet.federation.keys.rules import SigningKey
from linnet.social.closing.rules import KEY_KEPT


def keep(tx: Tx, row: SigningKey) -> SigningKey:
    """Keeps `row` unless the account has a key by now; answers the one that counts."""
    queries.insert(tx, row)
    kept = queries.one(tx, row.account_id)
    assert kept is not None
    return kept


def sweep(tx: Tx, now: int) -> int:
    """Recurring: forgets the keys of closed accounts whose last letters were delivered or given up."""
    return queries.drop_closed(tx, now - KEY_KEPT)
