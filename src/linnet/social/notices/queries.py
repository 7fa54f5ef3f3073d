"""Table `notice`."""

from linnet.db.tx import Tx
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.social.notices.rules import KINDS, Kind, Notice

INSERT = """INSERT INTO notice (id, account_id, kind, from_id, post_id, created_at)
    VALUES (:id, :account_id, :kind, :from_id, :post_id, :now)"""


def insert(tx: Tx, notice: Notice) -> None:
    tx.run(
        INSERT,
        id=notice.id,
        account_id=notice.account_id,
        kind=notice.kind,
        from_id=notice.from_id,
        post_id=notice.post_id,
        now=notice.created_at,
    )


UNWANTED = """SELECT 1 WHERE EXISTS (
        SELECT 1 FROM block WHERE (account_id = :account_id AND target_id = :from_id)
            OR (account_id = :from_id AND target_id = :account_id))
    OR EXISTS (SELECT 1 FROM mute WHERE account_id = :account_id AND target_id = :from_id
        AND notices AND COALESCE(until, :now + 1) > :now)
    OR EXISTS (SELECT 1 FROM thread_mute m JOIN post p ON p.root_id = m.root_id
        WHERE m.account_id = :account_id AND p.id = :post_id)
    OR EXISTS (SELECT 1 FROM account a WHERE a.id = :from_id AND (a.suspended_at IS NOT NULL OR a.held = 'suspend'
        OR (a.held = 'limit' AND NOT EXISTS (SELECT 1 FROM follow f
            WHERE f.followee_id = a.id AND f.follower_id = :account_id))))"""


def unwanted(tx: Tx, account_id: int, from_id: int, post_id: int, now: int) -> bool:
    """Did `account_id` block or mute this person or this thread, or did the owner suspend their server, or
    limit it (then only who follows them is told)?"""
    return tx.value(UNWANTED, account_id=account_id, from_id=from_id, post_id=post_id, now=now) is not None


GIVEN = "SELECT 1 FROM notice WHERE post_id = :post_id AND account_id = :account_id AND kind = :kind"


def given(tx: Tx, account_id: int, kind: Kind, post_id: int) -> bool:
    """Has the account such a notice of this post already?"""
    return tx.value(GIVEN, post_id=post_id, account_id=account_id, kind=kind) is not None


FORGET = """DELETE FROM notice WHERE from_id = :from_id AND account_id = :account_id AND kind = :kind
    AND COALESCE(post_id, 0) = :post_id"""
FORGET_POST = "DELETE FROM notice WHERE post_id = :post_id"
FORGET_PAIR = """DELETE FROM notice WHERE (account_id = :account_id AND from_id = :from_id)"""


def forget(tx: Tx, account_id: int, kind: Kind, from_id: int, post_id: int) -> None:
    tx.run(FORGET, account_id=account_id, kind=kind, from_id=from_id, post_id=post_id)


def forget_post(tx: Tx, post_id: int) -> None:
    tx.run(FORGET_POST, post_id=post_id)


def forget_pair(tx: Tx, account_id: int, from_id: int) -> None:
    tx.run(FORGET_PAIR, account_id=account_id, from_id=from_id)


ONE = """SELECT id, account_id, kind, from_id, post_id, created_at FROM notice
    WHERE id = :id AND account_id = :account_id"""
_SEEN = """NOT EXISTS (SELECT 1 FROM account a WHERE a.id = n.from_id
            AND (a.suspended_at IS NOT NULL OR a.held = 'suspend'))"""
OF_ALL = f"""SELECT n.id, n.account_id, n.kind, n.from_id, n.post_id, n.created_at FROM notice n
    WHERE n.account_id = :account_id AND n.id < :below AND n.id > :above
        AND (:from_id = 0 OR n.from_id = :from_id) AND {_SEEN}"""
# The ids come from the index notice_kind alone: SQLite takes notice_account for anything that it does not hold.
OF_KIND = f"""SELECT n.id FROM notice n
    WHERE n.account_id = :account_id AND n.kind = :kind AND n.id < :below AND n.id > :above
        AND (:from_id = 0 OR n.from_id = :from_id) AND {_SEEN}"""
_AMONG = "SELECT id, account_id, kind, from_id, post_id, created_at FROM notice WHERE id IN"
ALL_DOWN, ALL_UP = f"{OF_ALL} ORDER BY n.id DESC LIMIT :n", f"{OF_ALL} ORDER BY n.id LIMIT :n"
KIND_DOWN = f"{_AMONG} ({OF_KIND} ORDER BY n.id DESC LIMIT :n)"
KIND_UP = f"{_AMONG} ({OF_KIND} ORDER BY n.id LIMIT :n)"


def one(tx: Tx, account_id: int, notice_id: int) -> Notice | None:
    """One of `account_id`'s own notices."""
    return tx.one(Notice, ONE, id=notice_id, account_id=account_id)


def page(
    tx: Tx, account_id: int, page: Page = NEWEST, kinds: tuple[Kind, ...] = KINDS, from_id: int = 0
) -> list[Notice]:
    """`account_id`'s notices of these kinds, newest first; `from_id` 0 is everybody. A page of some kinds
    is merged of a page of each: a few answers among ten thousand stars are found without reading those."""
    given = {"account_id": account_id, "below": page.below, "above": page.above, "n": page.size}
    up = page.ascending
    if set(kinds) == set(KINDS):
        return in_order(page, tx.all(Notice, ALL_UP if up else ALL_DOWN, from_id=from_id, **given))
    sql = KIND_UP if up else KIND_DOWN
    rows = [row for kind in set(kinds) for row in tx.all(Notice, sql, kind=kind, from_id=from_id, **given)]
    rows.sort(key=lambda notice: notice.id, reverse=not up)
    return in_order(page, rows[: page.size])


DISMISS = "DELETE FROM notice WHERE id = :id AND account_id = :account_id"
CLEAR = "DELETE FROM notice WHERE account_id = :account_id"
UNREAD = """SELECT COUNT(*) FROM (SELECT 1 FROM notice WHERE account_id = :account_id AND id > :after LIMIT :cap) seen"""


def dismiss(tx: Tx, account_id: int, notice_id: int) -> bool:
    return tx.run(DISMISS, id=notice_id, account_id=account_id) > 0


def clear(tx: Tx, account_id: int) -> None:
    tx.run(CLEAR, account_id=account_id)


def unread(tx: Tx, account_id: int, after: int, cap: int = 100) -> int:
    """How many notices are newer than `after`, counted up to `cap`."""
    count: int = tx.value(UNREAD, account_id=account_id, after=after, cap=cap)
    return count


UNSEEN = """SELECT COUNT(*) FROM (SELECT 1 FROM notice WHERE account_id = :account_id
    AND id > COALESCE((SELECT CAST(last_read_id AS BIGINT) FROM marker
        WHERE account_id = :account_id AND timeline = 'notifications'), 0)
    AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = notice.from_id
        AND (a.suspended_at IS NOT NULL OR a.held = 'suspend')) LIMIT :cap) unseen"""


def unseen(tx: Tx, account_id: int, cap: int = 100) -> int:
    """How many notices are newer than what the account has read (its marker), counted up to `cap`."""
    count: int = tx.value(UNSEEN, account_id=account_id, cap=cap)
    return count


FORGET_TO = """DELETE FROM notice WHERE id IN (
    SELECT id FROM notice WHERE account_id = :account_id ORDER BY id LIMIT :n)"""
FORGET_FROM = """DELETE FROM notice WHERE id IN (
    SELECT id FROM notice WHERE from_id = :account_id LIMIT :n)"""


def forget_account(tx: Tx, account_id: int, n: int) -> int:
    """Takes away up to `n` notices to the account and as many of what it did; how many those were."""
    return tx.run(FORGET_TO, account_id=account_id, n=n) + tx.run(FORGET_FROM, account_id=account_id, n=n)
