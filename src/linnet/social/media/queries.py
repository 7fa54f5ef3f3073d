"""Table `media`."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.value import Value
from linnet.social.media.rules import Media, Picture, Use

COLUMNS = """id, account_id, person_id, post_id, use, kept, position, mime, width, height, bytes, file,
    thumb_file, thumb_width, thumb_height, blurhash, alt, focus_x, focus_y, loose_since, remote_url"""
MEDIA = f"SELECT {COLUMNS} FROM media WHERE id = :id"
AMONG = f"SELECT {COLUMNS} FROM media WHERE id IN :ids"
OF_POSTS = f"""SELECT {COLUMNS}
    FROM media WHERE post_id IN :ids AND post_id IS NOT NULL AND position >= 0 ORDER BY post_id, position"""
EVER_OF_POST = f"SELECT {COLUMNS} FROM media WHERE post_id = :id ORDER BY position, id"


def media(tx: Tx, id: int) -> Media | None:
    """The picture with this id."""
    return tx.one(Media, MEDIA, id=id)


def among(tx: Tx, ids: Sequence[int]) -> list[Media]:
    """The pictures with these ids that exist, in the order of `ids`."""
    if not ids:
        return []
    found = {m.id: m for m in tx.all(Media, AMONG, ids=list(ids))}
    return [found[id] for id in ids if id in found]


def of_post(tx: Tx, post_id: int) -> list[Media]:
    """The pictures of a post, in its order."""
    return of_posts(tx, [post_id]).get(post_id, [])


def of_posts(tx: Tx, post_ids: Sequence[int]) -> dict[int, list[Media]]:
    """The pictures of each of these posts, in its order; posts without any are left out."""
    found: dict[int, list[Media]] = {}
    for row in tx.all(Media, OF_POSTS, ids=list(post_ids)) if post_ids else ():
        if row.post_id is not None:
            found.setdefault(row.post_id, []).append(row)
    return found


def ever_of_post(tx: Tx, post_id: int) -> list[Media]:
    """As `of_post`, with those that an edit took out (first): for the history of a post."""
    return tx.all(Media, EVER_OF_POST, id=post_id)


class Loose(Value):
    """A picture that nobody used in time."""

    id: int
    file: str
    thumb_file: str


# A face or a header is loose too, but its account needs it.
LOOSE = """SELECT m.id, m.file, m.thumb_file FROM media m
    WHERE m.post_id IS NULL AND NOT m.kept AND m.loose_since < :before
    AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = m.account_id
        AND (a.avatar_id = m.id OR a.header_id = m.id))
    ORDER BY m.loose_since LIMIT :n"""
FILES = "SELECT file FROM media WHERE file <> '' AND file >= :folder AND file < :beyond"


def loose(tx: Tx, before: int, n: int) -> list[Loose]:
    """Pictures in no post, kept by nobody, since before `before` (ms), oldest first."""
    return tx.all(Loose, LOOSE, before=before, n=n)


def files_in(tx: Tx, folder: str) -> list[str]:
    """Names of the pictures in one folder of the store: those that begin with `folder`."""
    return tx.all(str, FILES, folder=folder, beyond=folder + "g")  # after every hexadecimal digit


INSERT = """INSERT INTO media (id, account_id, person_id, use, mime, width, height, bytes, file, thumb_file,
    thumb_width, thumb_height, blurhash, alt, focus_x, focus_y, loose_since)
    VALUES (:id, :account_id, :person_id, :use, :mime, :width, :height, :bytes, :file, :thumb_file,
    :thumb_width, :thumb_height, :blurhash, :alt, :focus_x, :focus_y, :now)"""
DESCRIBE = "UPDATE media SET alt = :alt, focus_x = :focus_x, focus_y = :focus_y WHERE id = :id"
PLACE = """UPDATE media SET post_id = :post_id, position = :position, kept = FALSE
    WHERE id = :id AND (post_id IS NULL OR post_id = :post_id)"""
SHELVE = "UPDATE media SET position = -1 WHERE post_id = :post_id AND id NOT IN :ids"
LET_GO = "UPDATE media SET post_id = NULL, position = 0, loose_since = :now WHERE post_id = :post_id AND position >= 0"
DELETE = "DELETE FROM media WHERE id IN :ids"
DELETE_LOOSE = "DELETE FROM media WHERE id = :id AND post_id IS NULL AND NOT kept"
KEEP = "UPDATE media SET kept = :kept, loose_since = :now WHERE id IN :ids AND post_id IS NULL"


def insert(
    tx: Tx,
    picture: Picture,
    *,
    id: int,
    account_id: int,
    person_id: int | None,
    use: Use,
    alt: str,
    focus: tuple[float, float],
    now: int,
) -> None:
    tx.run(
        INSERT,
        id=id,
        account_id=account_id,
        person_id=person_id,
        use=use,
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        bytes=picture.bytes,
        file=picture.file,
        thumb_file=picture.thumb_file,
        thumb_width=picture.thumb_width,
        thumb_height=picture.thumb_height,
        blurhash=picture.blurhash,
        alt=alt,
        focus_x=focus[0],
        focus_y=focus[1],
        now=now,
    )


INSERT_REMOTE = """INSERT INTO media (id, account_id, post_id, use, kept, position, mime, width, height, bytes, file,
    blurhash, alt, focus_x, focus_y, loose_since, remote_url)
    VALUES (:id, :account_id, :post_id, :use, TRUE, :position, :mime, :width, :height, 0, '',
    :blurhash, :alt, :focus_x, :focus_y, :now, :remote_url)"""
SET_FILE = """UPDATE media SET mime = :mime, width = :width, height = :height, bytes = :bytes, file = :file,
    thumb_file = :thumb_file, thumb_width = :thumb_width, thumb_height = :thumb_height, blurhash = :blurhash,
    looked_at = :now WHERE id = :id AND file = ''"""
LOOKED_AT = "UPDATE media SET looked_at = :now WHERE id = :id"
UNSET_FILES = "UPDATE media SET file = '', thumb_file = '', bytes = 0 WHERE id IN :ids AND remote_url <> ''"
SET_ADDRESS = """UPDATE media SET remote_url = :url, file = '', thumb_file = '', bytes = 0
    WHERE id = :id AND remote_url <> ''"""
CACHED_BYTES = "SELECT COALESCE(SUM(bytes), 0) FROM media WHERE remote_url <> '' AND file <> ''"
OLDEST_CACHED = """SELECT id, file, thumb_file, bytes FROM media WHERE remote_url <> '' AND file <> ''
    ORDER BY looked_at LIMIT :n"""


LAST_LOOK = "SELECT looked_at FROM media WHERE id = :id"


def last_look(tx: Tx, id: int) -> int:
    """When somebody looked at a picture from elsewhere, in ms; 0 for never."""
    return tx.value(LAST_LOOK, id=id) or 0


class Cached(Value):
    """A fetched picture from elsewhere, as the cache sees it."""

    id: int
    file: str
    thumb_file: str
    bytes: int


def insert_remote(tx: Tx, media: Media, now: int) -> None:
    tx.run(
        INSERT_REMOTE,
        id=media.id,
        account_id=media.account_id,
        post_id=media.post_id,
        use=media.use,
        position=media.position,
        mime=media.mime,
        width=media.width,
        height=media.height,
        blurhash=media.blurhash,
        alt=media.alt,
        focus_x=media.focus_x,
        focus_y=media.focus_y,
        remote_url=media.remote_url,
        now=now,
    )


def set_file(tx: Tx, id: int, picture: Picture, now: int) -> bool:
    """False when it was fetched by somebody else meanwhile, or is gone."""
    changed = tx.run(
        SET_FILE,
        id=id,
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        bytes=picture.bytes,
        file=picture.file,
        thumb_file=picture.thumb_file,
        thumb_width=picture.thumb_width,
        thumb_height=picture.thumb_height,
        blurhash=picture.blurhash,
        now=now,
    )
    return changed > 0


def set_address(tx: Tx, id: int, url: str) -> None:
    """The picture is somewhere else now; what was fetched is the old one."""
    tx.run(SET_ADDRESS, id=id, url=url)


def looked_at(tx: Tx, id: int, now: int) -> None:
    tx.run(LOOKED_AT, id=id, now=now)


def cached_bytes(tx: Tx) -> int:
    """How much room fetched pictures from elsewhere take."""
    total: int = tx.value(CACHED_BYTES)
    return total


def oldest_cached(tx: Tx, n: int) -> list[Cached]:
    """Those that nobody has looked at longest."""
    return tx.all(Cached, OLDEST_CACHED, n=n)


def unset_files(tx: Tx, ids: Sequence[int]) -> None:
    tx.run(UNSET_FILES, ids=list(ids))


def describe(tx: Tx, id: int, alt: str, focus: tuple[float, float]) -> None:
    tx.run(DESCRIBE, id=id, alt=alt, focus_x=focus[0], focus_y=focus[1])


def place(tx: Tx, id: int, post_id: int, position: int) -> bool:
    """False when it stands in another post by now."""
    return tx.run(PLACE, id=id, post_id=post_id, position=position) > 0


def shelve(tx: Tx, post_id: int, except_ids: Sequence[int]) -> None:
    tx.run(SHELVE, post_id=post_id, ids=list(except_ids))


def let_go(tx: Tx, post_id: int, now: int) -> None:
    tx.run(LET_GO, post_id=post_id, now=now)


def keep(tx: Tx, ids: Sequence[int], now: int, *, kept: bool) -> None:
    tx.run(KEEP, ids=list(ids), now=now, kept=kept)


def delete(tx: Tx, ids: Sequence[int]) -> None:
    tx.run(DELETE, ids=list(ids))


def delete_loose(tx: Tx, id: int) -> bool:
    """False when somebody has used it meanwhile."""
    return tx.run(DELETE_LOOSE, id=id) > 0


OF_ACCOUNT = """SELECT id, file, thumb_file FROM media
    WHERE account_id = :account_id AND use <> 'logo' ORDER BY id LIMIT :n"""


def of_account(tx: Tx, account_id: int, n: int) -> list[Loose]:
    """Pictures of the account, used or not; the firm's logo is the firm's."""
    return tx.all(Loose, OF_ACCOUNT, account_id=account_id, n=n)
