"""Rows of keys."""

from linnet.db.tx import Tx
from linnet.federation.keys.rules import SigningKey

ONE = "SELECT account_id, public_pem, sealed, created_at FROM signing_key WHERE account_id = :account_id"
ANY = "SELECT account_id, public_pem, sealed, created_at FROM signing_key ORDER BY account_id LIMIT 1"
# The keys of accounts that were closed long enough ago, and of which no letter waits.
DROP_CLOSED = """DELETE FROM signing_key WHERE account_id IN (
        SELECT c.account_id FROM closing c WHERE c.closed_at < :before)
    AND NOT EXISTS (SELECT 1 FROM activity a JOIN delivery d ON d.activity_id = a.id
        WHERE a.account_id = signing_key.account_id)"""
INSERT = """INSERT INTO signing_key (account_id, public_pem, sealed, created_at)
    VALUES (:account_id, :public_pem, :sealed, :created_at) ON CONFLICT (account_id) DO NOTHING"""


def one(tx: Tx, account_id: int) -> SigningKey | None:
    """The key of an account."""
    return tx.one(SigningKey, ONE, account_id=account_id)


def any_one(tx: Tx) -> SigningKey | None:
    """Some key, if there is one."""
    return tx.one(SigningKey, ANY)


def insert(tx: Tx, row: SigningKey) -> None:
    """Keeps `row`, unless the account has a key."""
    tx.run(
        INSERT,
        account_id=row.account_id,
        public_pem=row.public_pem,
        sealed=row.sealed,
        created_at=row.created_at,
    )


def drop_closed(tx: Tx, before: int) -> int:
    """Forgets the keys of accounts that were closed before then and have nothing left to say."""
    return tx.run(DROP_CLOSED, before=before)
