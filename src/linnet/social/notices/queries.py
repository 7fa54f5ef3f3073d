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
NEWEST_FIRST = """SELECT id, account_id, kind, from_id, post_id, created_at FROM notice
    WHERE account_id = :account_id AND id < :below AND id > :above AND kind IN :kinds
        AND (:from_id = 0 OR from_id = :from_id)
        AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = notice.from_id
            AND (a.suspended_at IS NOT NULL OR a.held = 'suspend'))
    ORDER BY id DESC LIMIT :n"""
OLDEST_FIRST = """SELECT id, account_id, kind, from_id, post_id, created_at FROM notice
    WHERE account_id = :account_id AND id < :below AND id > :above AND kind IN :kinds
        AND (:from_id = 0 OR from_id = :from_id)
        AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = notice.from_id
            AND (a.suspended_at IS NOT NULL OR a.held = 'suspend'))
    ORDER BY id LIMIT :n"""


def one(tx: Tx, account_id: int, notice_id: int) -> Notice | None:
    """One of `account_id`'s own notices."""
    return tx.one(Notice, ONE, id=notice_id, account_id=account_id)


def page(
    tx: Tx, account_id: int, page: Page = NEWEST, kinds: tuple[Kind, ...] = KINDS, from_id: int = 0
) -> list[Notice]:
    """`account_id`'s notices of these kinds, newest first; `from_id` 0 is everybody."""
    rows = tx.all(
        Notice,
        OLDEST_FIRST if page.ascending else NEWEST_FIRST,
        account_id=account_id,
        below=page.below,
        above=page.above,
        kinds=kinds,
        from_id=from_id,
        n=page.size,
    )
    return in_order(page, rows)


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
