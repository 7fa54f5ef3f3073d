"""What happens to pictures. Files are written before their row is and removed after it is gone
(by the job `RemoveFiles`), so that a row never names a file that is not there."""

from collections.abc import Sequence
from typing import ClassVar

from linnet.db.tx import Tx
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.value import changed
from linnet.social.media import queries, rules
from linnet.social.media.rules import Media, Picture, Use

SWEEP_AT_ONCE = 100


class RemoveFiles(Job):
    """These names of the store have no row any more."""

    names: tuple[str, ...]

    lane: ClassVar[str] = "media"


class SweepMedia(Job):
    """Recurring: pictures that nobody used, files that nobody knows."""

    lane: ClassVar[str] = "media"
    lease: ClassVar[int] = 10 * MINUTE


def add(
    tx: Tx,
    picture: Picture,
    *,
    id: int,
    account_id: int,
    person_id: int | None,
    use: Use = "post",
    alt: str = "",
    focus: tuple[float, float] = (0.0, 0.0),
    now: int,
) -> Media:
    """A row for what the workshop made. It is loose until a post, a profile or a draft takes it.
    Raises Invalid("description"), Invalid("focus")."""
    queries.insert(
        tx,
        picture,
        id=id,
        account_id=account_id,
        person_id=person_id,
        use=use,
        alt=rules.check_alt(alt),
        focus=rules.check_focus(*focus),
        now=now,
    )
    return _must(tx, id, account_id)


def media(tx: Tx, id: int, account_id: int) -> Media:
    """A picture of this account. Raises NotFound, for somebody else's too."""
    return _must(tx, id, account_id)


def describe(
    tx: Tx, id: int, account_id: int, *, alt: str | None = None, focus: tuple[float, float] | None = None
) -> Media:
    """Changes what is said about a picture; None leaves a thing as it is. If it stands in a post
    (`post_id` of the answer), the caller owes that post a new revision. Raises NotFound, Invalid."""
    had = _must(tx, id, account_id)
    x, y = (had.focus_x, had.focus_y) if focus is None else rules.check_focus(*focus)
    text = had.alt if alt is None else rules.check_alt(alt)
    queries.describe(tx, id, text, (x, y))
    return changed(had, alt=text, focus_x=x, focus_y=y)


def attach(tx: Tx, ids: Sequence[int], post_id: int, account_id: int) -> list[Media]:
    """Makes these, in this order, the pictures of the post: for a new post and for an edit. What
    it had before and is not among them stays with it, out of sight, for the history. All are
    pictures, so nothing can be mixed. Raises Invalid("media_ids"), Conflict."""
    found = queries.among(tx, ids)
    rules.check_attach(ids, found, post_id=post_id, account_id=account_id)
    for position, id in enumerate(ids):
        if not queries.place(tx, id, post_id, position):
            raise Conflict("This picture was used in another post a moment ago.")
    queries.shelve(tx, post_id, ids)
    return queries.of_post(tx, post_id)


def detach(tx: Tx, post_id: int, now: int) -> None:
    """The post is gone, but its pictures may come back in another ("delete and write anew"): they
    are loose from now on, and swept after a day. Those of its history go at once."""
    queries.let_go(tx, post_id, now)
    remove_of_post(tx, post_id, now)


def remove_of_post(tx: Tx, post_id: int, now: int) -> None:
    """The post is gone and its pictures, files and all, go with it."""
    drop(tx, queries.ever_of_post(tx, post_id), now)


def drop(tx: Tx, gone: Sequence[Media], now: int) -> None:
    """These pictures go, files and all, whatever had them."""
    if gone:
        queries.delete(tx, [m.id for m in gone])
        remove_files(tx, [name for m in gone for name in (m.file, m.thumb_file)], now)


def remove(tx: Tx, id: int, account_id: int, now: int) -> None:
    """Takes a loose picture away. Raises NotFound, Conflict when it stands in a post or is kept."""
    had = _must(tx, id, account_id)
    if not queries.delete_loose(tx, id):
        raise Conflict("This picture is in use.")
    remove_files(tx, [had.file, had.thumb_file], now)


def keep(tx: Tx, ids: Sequence[int], account_id: int, now: int) -> None:
    """A draft, a planned post or the firm needs these although no post has them: they are not
    swept until `release`d or attached. Raises Invalid("media_ids") as `attach`."""
    for media in queries.among(tx, ids):
        if media.post_id is not None:
            raise Invalid("media_ids", f"name a picture that stands in another post: {media.id}")
    _check_own(tx, ids, account_id)
    queries.keep(tx, ids, now, kept=True)


def release(tx: Tx, ids: Sequence[int], account_id: int, now: int) -> None:
    """Nobody needs these any more: swept after a day. Unknown ids are ignored."""
    own = [m.id for m in queries.among(tx, ids) if m.account_id == account_id]
    queries.keep(tx, own, now, kept=False)


def sweep(tx: Tx, now: int) -> int:
    """Removes pictures that have been loose for a day, at most 100; answers how many."""
    loose = queries.loose(tx, now - rules.LOOSE_FOR, SWEEP_AT_ONCE)
    old = [m for m in loose if queries.delete_loose(tx, m.id)]  # not what is taken up at this moment
    if old:
        remove_files(tx, [name for m in old for name in (m.file, m.thumb_file)], now)
    return len(old)


def _must(tx: Tx, id: int, account_id: int) -> Media:
    found = queries.media(tx, id)
    if found is None or found.account_id != account_id:
        raise NotFound("picture")
    return found


def _check_own(tx: Tx, ids: Sequence[int], account_id: int) -> None:
    own = {m.id for m in queries.among(tx, ids) if m.account_id == account_id}
    for id in ids:
        if id not in own:
            raise Invalid("media_ids", f"name a picture that is not yours to use: {id}")


def remove_files(tx: Tx, names: list[str], now: int) -> None:
    """Their rows are gone or name them no more: a job takes them off the disk."""
    going = tuple(name for name in names if name)
    if going:
        jobs.add(tx, RemoveFiles(going), now=now)


def remove_of_account(tx: Tx, account_id: int, n: int, now: int) -> int:
    """The account is gone: up to `n` of its pictures go, files and all; answers how many."""
    gone = queries.of_account(tx, account_id, n)
    if gone:
        queries.delete(tx, [m.id for m in gone])
        remove_files(tx, [name for m in gone for name in (m.file, m.thumb_file)], now)
    return len(gone)
