"""What reading has to know before it writes."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.social.follows import actions as follows

HAS_FOLLOWERS = """SELECT 1 FROM follow f JOIN account a ON a.id = f.follower_id
    WHERE f.followee_id = :account_id AND a.host = '' LIMIT 1"""
ANY_LOCAL = "SELECT 1 FROM account WHERE id IN :ids AND host = '' AND suspended_at IS NULL LIMIT 1"
IS_OF_OURS = (
    "SELECT 1 FROM post p JOIN account a ON a.id = p.account_id WHERE p.id = :post_id AND a.host = ''"
)
ANY_FOLLOWED = """SELECT 1 FROM tag t JOIN tag_follow f ON f.tag_id = t.id WHERE t.key IN :keys LIMIT 1"""
IS_FEATURED = "SELECT 1 FROM actor WHERE account_id = :account_id AND featured = :uri AND featured <> ''"
FOLLOWED_BY = """SELECT followee_id FROM follow WHERE follower_id = :account_id AND uri = :uri AND uri <> ''
    UNION SELECT followee_id FROM follow_request WHERE follower_id = :account_id AND uri = :uri AND uri <> ''"""
URIS_OF_POSTS = "SELECT uri FROM post WHERE account_id = :account_id AND uri <> '' ORDER BY id LIMIT :n"
FOLLOWERS = "SELECT follower_id FROM follow WHERE followee_id = :account_id"
FOLLOWING = "SELECT followee_id FROM follow WHERE follower_id = :account_id"
REQUESTERS = "SELECT follower_id FROM follow_request WHERE followee_id = :account_id"
REQUESTED = "SELECT followee_id FROM follow_request WHERE follower_id = :account_id"


def has_followers_here(tx: Tx, account_id: int) -> bool:
    """Does somebody of ours follow it?"""
    return tx.value(HAS_FOLLOWERS, account_id=account_id) is not None


def any_local(tx: Tx, account_ids: Sequence[int]) -> bool:
    """Is one of these ours, and not closed?"""
    return bool(account_ids) and tx.value(ANY_LOCAL, ids=list(account_ids)) is not None


def is_of_ours(tx: Tx, post_id: int) -> bool:
    """Did one of ours write this post?"""
    return tx.value(IS_OF_OURS, post_id=post_id) is not None


def any_followed(tx: Tx, keys: Sequence[str]) -> bool:
    """Does somebody here follow one of these tags?"""
    return bool(keys) and tx.value(ANY_FOLLOWED, keys=list(keys)) is not None


def is_featured(tx: Tx, account_id: int, uri: str) -> bool:
    """Is this the account's collection of pinned posts?"""
    return tx.value(IS_FEATURED, account_id=account_id, uri=uri) is not None


def followed_by(tx: Tx, account_id: int, uri: str) -> int | None:
    """Whom the account follows, or asked to follow, by the Follow with this id."""
    found: int | None = tx.value(FOLLOWED_BY, account_id=account_id, uri=uri)
    return found


def uris_of_posts(tx: Tx, account_id: int, n: int) -> list[str]:
    """Addresses of what we have of an account elsewhere, the oldest `n`."""
    return tx.all(str, URIS_OF_POSTS, account_id=account_id, n=n)


def end_ties(tx: Tx, account_id: int) -> None:
    """The account is gone: so is every follow and request from it and of it."""
    for sql in (FOLLOWERS, REQUESTERS):
        for id in tx.all(int, sql, account_id=account_id):
            follows.end(tx, id, account_id, by_id=account_id)
    for sql in (FOLLOWING, REQUESTED):
        for id in tx.all(int, sql, account_id=account_id):
            follows.end(tx, account_id, id, by_id=account_id)
