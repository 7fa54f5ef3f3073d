"""Members of collections, and who is called how. Reads only; what is not for everybody is left out
here and nowhere else."""

from linnet.db.tx import Tx
from linnet.kernel.page import WIDE
from linnet.kernel.value import Value
from linnet.social.people import queries as people
from linnet.social.people.rules import Account


class Member(Value):
    """A post in a collection. `uri` '' is one of ours."""

    id: int
    account_id: int
    uri: str


OUTBOX_COUNT = (
    "SELECT COUNT(*) FROM post WHERE account_id = :account_id AND visibility IN ('public', 'quiet')"
)
OUTBOX = """SELECT id FROM post WHERE account_id = :account_id AND id < :below
    AND visibility IN ('public', 'quiet') ORDER BY id DESC LIMIT :n"""

REPLIES = """SELECT p.id, p.account_id, p.uri FROM post p JOIN account a ON a.id = p.account_id
    WHERE p.reply_to_id = :post_id AND p.id > :above AND p.visibility IN ('public', 'quiet')
        AND a.suspended_at IS NULL AND NOT a.invented
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = :author_id AND b.target_id = p.account_id)
    ORDER BY p.id LIMIT :n"""
SHARES = """SELECT p.id, p.account_id, p.uri FROM post p JOIN account a ON a.id = p.account_id
    WHERE p.boost_of_id = :post_id AND p.id > :above AND p.visibility IN ('public', 'quiet')
        AND a.suspended_at IS NULL AND NOT a.invented
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = :author_id AND b.target_id = p.account_id)
    ORDER BY p.id LIMIT :n"""
THREAD = """SELECT p.id, p.account_id, p.uri FROM post p JOIN account a ON a.id = p.account_id
    WHERE p.root_id = :post_id AND p.id > :above AND p.visibility IN ('public', 'quiet')
        AND p.boost_of_id IS NULL AND a.suspended_at IS NULL AND NOT a.invented
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = :author_id AND b.target_id = p.account_id)
    ORDER BY p.id LIMIT :n"""
THREAD_COUNT = """SELECT COUNT(*) FROM post
    WHERE root_id = :post_id AND visibility IN ('public', 'quiet') AND boost_of_id IS NULL"""


def outbox_count(tx: Tx, account_id: int) -> int:
    """How many posts and boosts of the account everybody may see."""
    count: int = tx.value(OUTBOX_COUNT, account_id=account_id)
    return count


def outbox(tx: Tx, account_id: int, *, below: int = WIDE, n: int) -> list[int]:
    """Those posts and boosts, the newest first."""
    return tx.all(int, OUTBOX, account_id=account_id, below=below, n=n)


def replies(tx: Tx, post_id: int, author_id: int, *, above: int, n: int) -> list[Member]:
    """Answers to a post that everybody may see, without those of whom its author blocks."""
    return tx.all(Member, REPLIES, post_id=post_id, author_id=author_id, above=above, n=n)


def shares(tx: Tx, post_id: int, author_id: int, *, above: int, n: int) -> list[Member]:
    """Boosts of a post that everybody may see; blocks as in `replies`."""
    return tx.all(Member, SHARES, post_id=post_id, author_id=author_id, above=above, n=n)


def thread(tx: Tx, root_id: int, author_id: int, *, above: int, n: int) -> list[Member]:
    """The posts of a conversation that everybody may see, from its beginning; blocks as in `replies`."""
    return tx.all(Member, THREAD, post_id=root_id, author_id=author_id, above=above, n=n)


def thread_count(tx: Tx, root_id: int) -> int:
    """How many those are."""
    count: int = tx.value(THREAD_COUNT, post_id=root_id)
    return count


def named(tx: Tx, handle: str) -> Account | None:
    """The account of ours that is called so and speaks among servers."""
    found = people.by_handle(tx, handle)
    return found if found and not found.invented else None
