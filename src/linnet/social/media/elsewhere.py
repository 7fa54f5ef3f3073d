"""Pictures of other servers: known by their address, fetched when somebody looks, forgotten when the
cache is full. A second file of actions: what it writes is the same table.
"""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.clock import HOUR
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.social.media import actions, queries
from linnet.social.media.rules import ALT_LENGTH, Media, Picture, Use

AT_ONCE = 200
SEEN_EVERY = HOUR  # how often it is written down that somebody looked


class RemotePicture(Value):
    """A picture as another server names it. Sizes in pixels, 0 when it does not say."""

    url: str
    mime: str = ""
    alt: str = ""
    blurhash: str = ""
    width: int = 0
    height: int = 0
    focus_x: float = 0.0
    focus_y: float = 0.0


def add(
    tx: Tx, theirs: RemotePicture, *, account_id: int, use: Use, post_id: int | None, position: int, now: int
) -> int:
    """A row for it; answers its id. Nothing is fetched yet."""
    row = Media(
        id=new_id(),
        account_id=account_id,
        person_id=None,
        post_id=post_id,
        use=use,
        kept=True,
        position=position,
        mime=theirs.mime,
        width=theirs.width,
        height=theirs.height,
        bytes=0,
        file="",
        thumb_file="",
        thumb_width=0,
        thumb_height=0,
        blurhash=theirs.blurhash[:200],
        alt=theirs.alt[:ALT_LENGTH],
        focus_x=theirs.focus_x,
        focus_y=theirs.focus_y,
        loose_since=now,
        remote_url=theirs.url,
    )
    queries.insert_remote(tx, row, now)
    return row.id


def replace_of_post(
    tx: Tx,
    theirs: Sequence[RemotePicture],
    *,
    post_id: int,
    account_id: int,
    now: int,
    history: bool,
) -> None:
    """The pictures of an edited post from elsewhere; those that stay keep their row and file. `history`: the
    version that had the others is kept, and so are they."""
    had = {picture.remote_url: picture for picture in queries.of_post(tx, post_id)}
    kept = [had[picture.url].id for picture in theirs if picture.url in had]
    if not history:
        actions.drop(tx, [picture for picture in had.values() if picture.id not in kept], now)
    queries.shelve(tx, post_id, kept)
    for position, picture in enumerate(theirs):
        old = had.get(picture.url)
        if old is None:
            add(
                tx,
                picture,
                account_id=account_id,
                use="post",
                post_id=post_id,
                position=position,
                now=now,
            )
        else:
            queries.place(tx, old.id, post_id, position)
            queries.describe(tx, old.id, picture.alt[:ALT_LENGTH], (picture.focus_x, picture.focus_y))


def fetched(tx: Tx, id: int, picture: Picture, now: int) -> bool:
    """The workshop made a picture of what was fetched. False when it is not needed any more; its
    files are strays then, and swept."""
    return queries.set_file(tx, id, picture, now)


def looked(tx: Tx, media: Media, now: int) -> None:
    """Somebody looked at it."""
    queries.looked_at(tx, media.id, now)


def make_room(tx: Tx, budget: int, now: int) -> int:
    """Throws away what nobody has looked at longest, until the cache takes at most `budget` bytes;
    at most 200 at once. Answers how many went."""
    over = queries.cached_bytes(tx) - budget
    going: list[queries.Cached] = []
    for row in queries.oldest_cached(tx, AT_ONCE) if over > 0 else ():
        if over <= 0:
            break
        going.append(row)
        over -= row.bytes
    if going:
        queries.unset_files(tx, [row.id for row in going])
        actions.remove_files(tx, [name for row in going for name in (row.file, row.thumb_file)], now)
    return len(going)


def drop(tx: Tx, id: int | None, now: int) -> None:
    """The picture of a profile that has another one now."""
    found = queries.media(tx, id) if id else None
    if found and found.remote_url:
        queries.delete(tx, [found.id])
        actions.remove_files(tx, [found.file, found.thumb_file], now)


def is_now_at(tx: Tx, id: int, url: str, now: int) -> None:
    """Its server has another picture for the same thing: that one is fetched when somebody looks."""
    found = queries.media(tx, id)
    if found:
        queries.set_address(tx, id, url)
        actions.remove_files(tx, [found.file, found.thumb_file], now)


def is_at(tx: Tx, id: int, url: str) -> bool:
    """Is this the row of the picture at `url`?"""
    found = queries.media(tx, id)
    return found is not None and found.remote_url == url
