"""Table `closing`, and what is still there of an account that was closed."""

from linnet.db.tx import Tx
from linnet.social.closing.rules import Closing

CLOSING = "SELECT account_id, closed_at, person_id, done_at FROM closing WHERE account_id = :account_id"
INSERT = """INSERT INTO closing (account_id, closed_at, person_id) VALUES (:account_id, :now, :person_id)
    ON CONFLICT DO NOTHING"""
DONE = "UPDATE closing SET done_at = :now WHERE account_id = :account_id AND done_at IS NULL"
POSTS = "SELECT id FROM post WHERE account_id = :account_id ORDER BY id LIMIT :n"
FAVOURITES = "SELECT post_id FROM favourite WHERE account_id = :account_id ORDER BY id LIMIT :n"
FOLLOWERS = "SELECT follower_id FROM follow WHERE followee_id = :account_id ORDER BY id LIMIT :n"
FOLLOWING = "SELECT followee_id FROM follow WHERE follower_id = :account_id ORDER BY id LIMIT :n"
ASKERS = "SELECT follower_id FROM follow_request WHERE followee_id = :account_id ORDER BY id LIMIT :n"
ASKED = "SELECT followee_id FROM follow_request WHERE follower_id = :account_id ORDER BY id LIMIT :n"


def closing(tx: Tx, account_id: int) -> Closing | None:
    """When the account was closed; None: it was not."""
    return tx.one(Closing, CLOSING, account_id=account_id)


def insert(tx: Tx, account_id: int, person_id: int | None, now: int) -> bool:
    """False when it was closed before."""
    return tx.run(INSERT, account_id=account_id, person_id=person_id, now=now) > 0


def done(tx: Tx, account_id: int, now: int) -> None:
    """Nothing is left."""
    tx.run(DONE, account_id=account_id, now=now)


def posts(tx: Tx, account_id: int, n: int) -> list[int]:
    """Posts and boosts that are still there, the oldest first."""
    return tx.all(int, POSTS, account_id=account_id, n=n)


def favourites(tx: Tx, account_id: int, n: int) -> list[int]:
    """Posts that it marked as favourites."""
    return tx.all(int, FAVOURITES, account_id=account_id, n=n)


def followers(tx: Tx, account_id: int, n: int) -> list[int]:
    """Who follows it, or else who asks to."""
    return tx.all(int, FOLLOWERS, account_id=account_id, n=n) or tx.all(
        int, ASKERS, account_id=account_id, n=n
    )


def following(tx: Tx, account_id: int, n: int) -> list[int]:
    """Whom it follows, or else whom it asked."""
    return tx.all(int, FOLLOWING, account_id=account_id, n=n) or tx.all(
        int, ASKED, account_id=account_id, n=n
    )
