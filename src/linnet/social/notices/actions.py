"""Giving and taking back notices."""

from linnet.db.tx import Tx
from linnet.kernel.errors import NotFound
from linnet.kernel.ids import new_id
from linnet.social.notices import queries
from linnet.social.notices.rules import Kind, Notice, NoticeGiven


def add(tx: Tx, *, account_id: int, kind: Kind, from_id: int, post_id: int | None = None, now: int) -> None:
    """Tells `account_id` what `from_id` did, unless it is the same account, or they blocked or
    muted the other or the thread."""
    if account_id == from_id or queries.unwanted(tx, account_id, from_id, post_id or 0, now):
        return
    _give(tx, account_id, kind, from_id, post_id, now)


def add_own(
    tx: Tx, *, account_id: int, kind: Kind, from_id: int, post_id: int | None = None, now: int
) -> None:
    """As `add`, and also about oneself (one's own poll is over), and only once per post: the cause
    is a job, which may come twice."""
    if queries.given(tx, account_id, kind, post_id or 0):
        return
    if account_id == from_id or not queries.unwanted(tx, account_id, from_id, post_id or 0, now):
        _give(tx, account_id, kind, from_id, post_id, now)


def _give(tx: Tx, account_id: int, kind: Kind, from_id: int, post_id: int | None, now: int) -> None:
    notice = Notice(new_id(), account_id, kind, from_id, post_id, now)
    queries.insert(tx, notice)
    tx.emit(NoticeGiven(notice.id, account_id))


def forget(tx: Tx, *, account_id: int, kind: Kind, from_id: int, post_id: int | None = None) -> None:
    """Takes a notice back, because its cause was."""
    queries.forget(tx, account_id, kind, from_id, post_id or 0)


def forget_post(tx: Tx, post_id: int) -> None:
    """The post is gone: so are all notices of it."""
    queries.forget_post(tx, post_id)


def forget_pair(tx: Tx, account_id: int, from_id: int) -> None:
    """`account_id` blocked `from_id`: their notices go."""
    queries.forget_pair(tx, account_id, from_id)


def dismiss(tx: Tx, account_id: int, notice_id: int) -> None:
    """Takes one notice off the list. Raises NotFound."""
    if not queries.dismiss(tx, account_id, notice_id):
        raise NotFound("notice")


def clear(tx: Tx, account_id: int) -> None:
    """Takes all notices off the list."""
    queries.clear(tx, account_id)


def forget_account(tx: Tx, account_id: int, n: int) -> int:
    """The account is gone: up to `n` of its notices go, and of those about it; answers how many."""
    return queries.forget_account(tx, account_id, n)
