"""Table `actor`."""

from linnet.db.tx import Tx
from linnet.federation.actors.rules import Actor

COLUMNS = """account_id, uri, authority, inbox, shared_inbox, outbox, followers, following, featured, key_id,
    key_pem, also_known_as, fetched_at, gone_at, moved_to"""
BY_URI = f"SELECT {COLUMNS} FROM actor WHERE uri = :uri"
BY_KEY = f"""SELECT {COLUMNS} FROM actor WHERE key_id = :key_id AND key_id <> ''
    ORDER BY fetched_at DESC LIMIT 1"""
OF_ACCOUNT = f"SELECT {COLUMNS} FROM actor WHERE account_id = :account_id"


def by_uri(tx: Tx, uri: str) -> Actor | None:
    """The actor with this id."""
    return tx.one(Actor, BY_URI, uri=uri)


def by_key(tx: Tx, key_id: str) -> Actor | None:
    """Whose key this is, as their own document said when it was fetched."""
    return tx.one(Actor, BY_KEY, key_id=key_id)


def of_account(tx: Tx, account_id: int) -> Actor | None:
    """What federation knows of this account; None for one of ours."""
    return tx.one(Actor, OF_ACCOUNT, account_id=account_id)


PUT = """INSERT INTO actor (account_id, uri, authority, inbox, shared_inbox, outbox, followers, following, featured,
        key_id, key_pem, also_known_as, fetched_at, moved_to)
    VALUES (:account_id, :uri, :authority, :inbox, :shared_inbox, :outbox, :followers, :following, :featured,
        :key_id, :key_pem, :also_known_as, :fetched_at, :moved_to)
    ON CONFLICT (account_id) DO UPDATE SET inbox = excluded.inbox, shared_inbox = excluded.shared_inbox,
        outbox = excluded.outbox, followers = excluded.followers, following = excluded.following,
        featured = excluded.featured, key_id = excluded.key_id, key_pem = excluded.key_pem,
        also_known_as = excluded.also_known_as, fetched_at = excluded.fetched_at, gone_at = NULL,
        moved_to = excluded.moved_to"""
GONE = "UPDATE actor SET gone_at = :now, key_id = '', key_pem = '' WHERE account_id = :account_id"


def put(tx: Tx, row: Actor) -> None:
    tx.run(
        PUT,
        account_id=row.account_id,
        uri=row.uri,
        authority=row.authority,
        inbox=row.inbox,
        shared_inbox=row.shared_inbox,
        outbox=row.outbox,
        followers=row.followers,
        following=row.following,
        featured=row.featured,
        key_id=row.key_id,
        key_pem=row.key_pem,
        also_known_as=row.also_known_as,
        fetched_at=row.fetched_at,
        moved_to=row.moved_to,
    )


def gone(tx: Tx, account_id: int, now: int) -> None:
    tx.run(GONE, account_id=account_id, now=now)
