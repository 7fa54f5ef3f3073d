"""Table `asked`, and what is known of a thread or profile before it is asked for."""

from linnet.db.tx import Tx
from linnet.federation.finding.rules import MOST_IN_THREAD, Node
from linnet.kernel.value import Value


class Follower(Value):
    """One of ours who follows somebody; `boosts`: what those pass on too."""

    id: int
    boosts: bool


PROFILE_DUE = """SELECT 1 FROM account a WHERE a.id = :id AND a.host <> '' AND a.suspended_at IS NULL
    AND NOT EXISTS (SELECT 1 FROM asked k WHERE k.what = 'profile' AND k.id = :id AND k.at > :since)"""
# Only a thread in which somebody elsewhere wrote something that everybody may see.
THREAD_DUE = """SELECT p.root_id FROM post p WHERE p.id = :id AND p.boost_of_id IS NULL
    AND EXISTS (SELECT 1 FROM post o WHERE o.root_id = p.root_id AND o.uri <> '' AND o.boost_of_id IS NULL
        AND o.visibility IN ('public', 'quiet'))
    AND NOT EXISTS (SELECT 1 FROM asked k WHERE k.what = 'thread' AND k.id = p.root_id AND k.at > :since)"""
PUT_ASKED = """INSERT INTO asked (what, id, at) VALUES (:what, :id, :now)
    ON CONFLICT (what, id) DO UPDATE SET at = excluded.at"""
WAS_ASKED = "SELECT 1 FROM asked WHERE what = :what AND id = :id"
FORGET_ASKED = "DELETE FROM asked WHERE at < :before"
ROOT = "SELECT root_id FROM post WHERE id = :id AND boost_of_id IS NULL"
THREAD = """SELECT p.id, p.reply_to_id, p.account_id, p.uri, p.visibility FROM post p
    WHERE p.root_id = :root_id AND p.boost_of_id IS NULL ORDER BY p.id LIMIT :n"""
PINS = "SELECT post_id FROM pin WHERE account_id = :account_id"
FOLLOWERS_HERE = """SELECT f.follower_id AS id, f.boosts FROM follow f JOIN account a ON a.id = f.follower_id
    WHERE f.followee_id = :account_id AND a.host = ''
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = f.follower_id AND m.target_id = :account_id)
    LIMIT 1000"""


def profile_due(tx: Tx, account_id: int, since: int) -> bool:
    """Does this account live elsewhere, and was it not asked about since then (ms)?"""
    return tx.value(PROFILE_DUE, id=account_id, since=since) is not None


def thread_due(tx: Tx, post_id: int, since: int) -> int | None:
    """The post that the thread around this one begins with, if there is something to ask for and
    nobody did since then (ms)."""
    found: int | None = tx.value(THREAD_DUE, id=post_id, since=since)
    return found


def put_asked(tx: Tx, what: str, id: int, now: int) -> None:
    tx.run(PUT_ASKED, what=what, id=id, now=now)


def was_asked(tx: Tx, what: str, id: int) -> bool:
    """Was this ever asked about?"""
    return tx.value(WAS_ASKED, what=what, id=id) is not None


def forget_asked(tx: Tx, before: int) -> int:
    return tx.run(FORGET_ASKED, before=before)


def root_of(tx: Tx, post_id: int) -> int | None:
    """The post that a thread begins with."""
    found: int | None = tx.value(ROOT, id=post_id)
    return found


def thread(tx: Tx, root_id: int) -> list[Node]:
    """The posts of a thread, as far as they are here, the oldest first."""
    return tx.all(Node, THREAD, root_id=root_id, n=MOST_IN_THREAD)


def pins(tx: Tx, account_id: int) -> list[int]:
    """Ids of the posts on top of a profile."""
    return tx.all(int, PINS, account_id=account_id)


def followers_here(tx: Tx, account_id: int) -> list[Follower]:
    """Those of ours who follow it and do not mute it."""
    return tx.all(Follower, FOLLOWERS_HERE, account_id=account_id)
