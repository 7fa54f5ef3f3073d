"""Who elsewhere is concerned, and where letters to them go. Reads only."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.federation.telling.rules import Inbox
from linnet.kernel.value import Value


class Reach(Value):
    """An inbox, and how many followers a letter reaches there."""

    inbox: str
    followers: int


class Object(Value):
    """A post that something is done to. `uri` and `host` '' are ours."""

    id: int
    account_id: int
    uri: str
    visibility: str
    host: str


# Each EXISTS is one look into an index: this is asked in the transaction of every post.
CONCERNS = """SELECT 1 FROM account s WHERE s.id = :account_id AND s.host = '' AND NOT s.invented
    AND s.suspended_at IS NULL AND (
    (:followers AND EXISTS (SELECT 1 FROM follow f WHERE f.followee_id = s.id AND f.elsewhere))
    OR EXISTS (SELECT 1 FROM account o WHERE o.id = :other_id AND o.host <> '')
    OR EXISTS (SELECT 1 FROM mention m JOIN account a ON a.id = m.account_id
        WHERE m.post_id = :post_id AND a.host <> ''))"""
SPEAKS = "SELECT 1 FROM account WHERE id = :id AND host = '' AND NOT invented AND suspended_at IS NULL"
KNOWN = "SELECT 1 FROM account WHERE id = :id AND host = '' AND NOT invented"
ELSEWHERE = "SELECT 1 FROM account WHERE id = :id AND host <> ''"
OBJECT = """SELECT p.id, p.account_id, p.uri, p.visibility, a.host
    FROM post p JOIN account a ON a.id = p.account_id WHERE p.id = :id"""
FAVOURITE = "SELECT id FROM favourite WHERE post_id = :post_id AND account_id = :account_id"
BLOCK = "SELECT id FROM block WHERE account_id = :account_id AND target_id = :target_id"
PINNED = "SELECT 1 FROM pin WHERE account_id = :account_id AND post_id = :post_id"
CHOICES = """SELECT o.poll_id AS poll_id, o.position, o.title FROM poll p
    JOIN poll_option o ON o.poll_id = p.id
    JOIN poll_vote v ON v.poll_id = o.poll_id AND v.position = o.position AND v.account_id = :account_id
    WHERE p.post_id = :post_id ORDER BY o.position"""
VOTERS = """SELECT DISTINCT v.account_id FROM poll p JOIN poll_vote v ON v.poll_id = p.id
    JOIN account a ON a.id = v.account_id WHERE p.post_id = :post_id AND a.host <> ''"""

# One letter for all who live at a server that has an inbox for all of them.
FOLLOWERS = """SELECT inbox, COUNT(*) AS followers FROM (
        SELECT CASE WHEN x.shared_inbox <> '' THEN x.shared_inbox ELSE x.inbox END AS inbox
        FROM follow f JOIN actor x ON x.account_id = f.follower_id JOIN account a ON a.id = f.follower_id
        WHERE f.followee_id = :account_id AND f.elsewhere AND x.gone_at IS NULL AND a.suspended_at IS NULL
    ) reached WHERE inbox <> '' GROUP BY inbox"""
INBOXES = """SELECT x.inbox AS own, x.shared_inbox AS shared FROM actor x JOIN account a ON a.id = x.account_id
    WHERE x.account_id IN :ids AND x.gone_at IS NULL AND a.suspended_at IS NULL AND x.inbox <> ''"""


# One inbox of each server that we know somebody of: whoever met an account may keep a copy of it.
EVERYWHERE = """SELECT CASE WHEN MAX(x.shared_inbox) <> '' THEN MAX(x.shared_inbox) ELSE MIN(x.inbox) END AS inbox
    FROM actor x WHERE x.gone_at IS NULL AND x.inbox <> '' GROUP BY x.authority"""


class Choice(Value):
    """One answer that a voter chose."""

    poll_id: int
    position: int
    title: str


def concerns(tx: Tx, account_id: int, *, followers: bool = True, other_id: int = 0, post_id: int = 0) -> bool:
    """Is somebody elsewhere concerned by what this account of ours does: a follower, `other_id`, or
    whom the post mentions? No for accounts that do not speak among servers."""
    found = tx.value(CONCERNS, account_id=account_id, followers=followers, other_id=other_id, post_id=post_id)
    return found is not None


def between(tx: Tx, account_id: int, other_id: int) -> bool:
    """Is the one ours and speaks, and the other elsewhere?"""
    return tx.value(SPEAKS, id=account_id) is not None and tx.value(ELSEWHERE, id=other_id) is not None


def object(tx: Tx, post_id: int) -> Object | None:
    """The post or boost."""
    return tx.one(Object, OBJECT, id=post_id)


def favourite(tx: Tx, post_id: int, account_id: int) -> int:
    """The id of the account's favourite; 0 when there is none."""
    return tx.value(FAVOURITE, post_id=post_id, account_id=account_id) or 0


def block(tx: Tx, account_id: int, target_id: int) -> int:
    """The id of the block; 0 when there is none."""
    return tx.value(BLOCK, account_id=account_id, target_id=target_id) or 0


def is_pinned(tx: Tx, account_id: int, post_id: int) -> bool:
    """Does the post stand on top of the profile?"""
    return tx.value(PINNED, account_id=account_id, post_id=post_id) is not None


def choices(tx: Tx, post_id: int, account_id: int) -> list[Choice]:
    """What the account chose in the post's poll."""
    return tx.all(Choice, CHOICES, post_id=post_id, account_id=account_id)


def voters(tx: Tx, post_id: int) -> list[int]:
    """Accounts elsewhere that voted in the post's poll."""
    return tx.all(int, VOTERS, post_id=post_id)


def followers(tx: Tx, account_id: int) -> dict[str, int]:
    """The inboxes of the account's followers elsewhere, and how many are reached in each."""
    return {row.inbox: row.followers for row in tx.all(Reach, FOLLOWERS, account_id=account_id)}


def inboxes(tx: Tx, account_ids: Sequence[int]) -> list[Inbox]:
    """The inboxes of those of these accounts that live elsewhere."""
    return tx.all(Inbox, INBOXES, ids=list(account_ids)) if account_ids else []


def everywhere(tx: Tx) -> list[str]:
    """An inbox of each server that we know somebody of."""
    return tx.all(str, EVERYWHERE)


def speaks(tx: Tx, account_id: int) -> bool:
    """Is it one of ours that speaks among servers: neither invented nor closed?"""
    return tx.value(SPEAKS, id=account_id) is not None


def is_known(tx: Tx, account_id: int) -> bool:
    """Is it one of ours that servers may have heard of, closed or not?"""
    return tx.value(KNOWN, id=account_id) is not None
