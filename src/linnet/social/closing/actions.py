"""Closing an account. One transaction makes it gone for everybody: nobody can act for it, nothing of it is
shown, nobody can have its handle again. A job then takes away what is left, a slice in each transaction,
which also plans the next one: whatever is killed in between, the rest goes after the next start.
"""

from typing import ClassVar

from linnet.db.tx import Tx
from linnet.jobs import rows
from linnet.jobs.rows import FOREVER, Job
from linnet.kernel.errors import Conflict
from linnet.social.closing import queries
from linnet.social.closing.rules import PICTURES, SETTLED, SLICE, WIDE_SLICE, AccountClosed
from linnet.social.directory import actions as directory
from linnet.social.follows import actions as follows
from linnet.social.markers import actions as markers
from linnet.social.marks import actions as marks
from linnet.social.marks import queries as mark_queries
from linnet.social.media import actions as media
from linnet.social.notices import actions as notices
from linnet.social.people import farewell
from linnet.social.posts import actions as posts
from linnet.social.posts import queries as post_queries
from linnet.social.safety import actions as safety
from linnet.social.tags import actions as tags
from linnet.social.timelines import actions as timelines


class CloseAccount(Job):
    """Job: take away a slice of what is left of a closed account."""

    patience: ClassVar[int] = FOREVER

    account_id: int


def close(tx: Tx, account_id: int, *, person_id: int | None, now: int) -> None:
    """The account is gone from now on. `person_id`: who wants it so; None: the command line. Raises
    NotFound, Conflict when it is closed already."""
    farewell.leave(tx, account_id, now)
    if not queries.insert(tx, account_id, person_id, now):
        raise Conflict("This account is closed already.")
    _go_on(tx, account_id, now)
    tx.emit(AccountClosed(account_id))


def take_away(tx: Tx, account_id: int, now: int) -> bool:
    """One slice of what is left, and the job for the next. False: nothing was left. Then it looks once more
    a little later: something may have come from who was writing at that very moment."""
    found = queries.closing(tx, account_id)
    if found is None or found.done_at is not None:
        return False
    if any(part(tx, account_id, now) for part in _PARTS):
        _go_on(tx, account_id, now)
        return True
    if now < found.closed_at + SETTLED:
        _go_on(tx, account_id, now, run_at=found.closed_at + SETTLED)
    else:
        queries.done(tx, account_id, now)
    return False


def _go_on(tx: Tx, account_id: int, now: int, run_at: int | None = None) -> None:
    # under one key: the row of the job that just runs is moved, so that it is never there twice
    rows.add(tx, CloseAccount(account_id), now=now, run_at=run_at, key=f"close:{account_id}")


def _posts(tx: Tx, account_id: int, now: int) -> int:
    """Posts and boosts with their pictures, which do not wait here for another post."""
    ids = queries.posts(tx, account_id, SLICE)
    for id in ids:
        tx.hold(id)
        post = post_queries.post(tx, id)
        if post:  # a boost of its own post went with that
            media.remove_of_post(tx, id, now)
            posts.remove(tx, post, now)
    return len(ids)


def _favourites(tx: Tx, account_id: int, _now: int) -> int:
    ids = queries.favourites(tx, account_id, SLICE)
    for id in ids:
        post = post_queries.post(tx, id)
        if mark_queries.drop_favourite(tx, account_id, id) and post:
            posts.count_favourite(tx, id, -1)
            notices.forget(tx, account_id=post.account_id, kind="favourite", from_id=account_id, post_id=id)
    return len(ids)


def _ties(tx: Tx, account_id: int, _now: int) -> int:
    """Follows and requests, both ways. Nobody elsewhere is told of each: they hear that it is gone."""
    followers = queries.followers(tx, account_id, SLICE)
    for id in followers:
        follows.end(tx, id, account_id, by_id=account_id)
    following = queries.following(tx, account_id, SLICE)
    for id in following:
        follows.end(tx, account_id, id, by_id=account_id)
    return len(followers) + len(following)


def _home(tx: Tx, account_id: int, _now: int) -> int:
    return timelines.forget_owner(tx, account_id, WIDE_SLICE) + notices.forget_account(
        tx, account_id, WIDE_SLICE
    )


def _lists(tx: Tx, account_id: int, _now: int) -> int:
    """What it kept for itself: bookmarks, blocks, mutes, notes, tags, how far it has read."""
    return sum(
        forget(tx, account_id)
        for forget in (
            marks.forget_account,
            safety.forget_account,
            tags.forget_account,
            markers.forget_account,
            directory.forget_account,
        )
    )


def _pictures(tx: Tx, account_id: int, now: int) -> int:
    return media.remove_of_account(tx, account_id, PICTURES, now)


_PARTS = (_posts, _favourites, _ties, _home, _lists, _pictures)
