"""Accounts elsewhere: a second file of queries of table `account`, for what only other servers say."""

from linnet.db.tx import Tx
from linnet.social.people.rules import Account, handle_key

INSERT_FOREIGN = """INSERT INTO account (id, handle, handle_key, host, uri, created_at)
    VALUES (:id, :handle, :key, :host, :uri, :created_at)"""
SAVE_FOREIGN = """UPDATE account SET handle = :handle, handle_key = :handle_key, host = :host, url = :url,
    followers_count = :followers_count, following_count = :following_count, posts_count = :posts_count,
    hides_network = :hides_network, emoji = :emoji WHERE id = :id"""
GIVE_UP_HANDLE = "UPDATE account SET handle_key = :key, revision = revision + 1 WHERE id = :id"
SET_MOVED = """UPDATE account SET moved_to_id = :to_id, moved_at = COALESCE(:now, moved_at),
    revision = revision + 1 WHERE id = :id"""
SET_SUSPENDED = "UPDATE account SET suspended_at = :at, revision = revision + 1 WHERE id = :id"


def insert_foreign(tx: Tx, *, id: int, handle: str, host: str, uri: str, created_at: int) -> None:
    key = handle_key(handle)
    tx.run(INSERT_FOREIGN, id=id, handle=handle, key=key, host=host, uri=uri, created_at=created_at)


def save_foreign(tx: Tx, account: Account) -> None:
    """What only the other server says of an account; the rest is saved as a profile."""
    tx.run(
        SAVE_FOREIGN,
        id=account.id,
        handle=account.handle,
        handle_key=account.handle_key,
        host=account.host,
        url=account.url,
        followers_count=account.followers_count,
        following_count=account.following_count,
        posts_count=account.posts_count,
        hides_network=account.hides_network,
        emoji=account.emoji,
    )


def give_up_handle(tx: Tx, account: Account) -> None:
    """Another account answers to this handle now; no handle has a space in it."""
    tx.run(GIVE_UP_HANDLE, id=account.id, key=f"{account.handle_key} {account.id}")


def set_moved(tx: Tx, account_id: int, to_id: int | None, now: int | None) -> None:
    tx.run(SET_MOVED, id=account_id, to_id=to_id, now=now)


def set_suspended(tx: Tx, account_id: int, at: int | None) -> bool:
    return tx.run(SET_SUSPENDED, id=account_id, at=at) > 0


HOSTS = "SELECT host FROM peer ORDER BY host LIMIT :n"
HOSTS_COUNT = "SELECT COUNT(*) FROM peer"


def hosts(tx: Tx, n: int = 10_000) -> list[str]:
    """The servers that this one has to do with."""
    return tx.all(str, HOSTS, n=n)


def hosts_count(tx: Tx) -> int:
    """How many those are."""
    count: int = tx.value(HOSTS_COUNT)
    return count
