"""Tables `favourite`, `bookmark`, `pin`, `thread_mute`."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.ids import new_id
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.kernel.value import Value
from linnet.social.emoji.rules import PLAIN, Said
from linnet.social.follows.rules import Tie


class Marked(Value):
    """One line of a list of posts that is paged by `id`, which is the mark's, not the post's."""

    id: int
    post_id: int


PUT_FAVOURITE = """INSERT INTO favourite (id, account_id, post_id, emoji, emoji_media_id)
    VALUES (:id, :account_id, :post_id, :emoji, :emoji_media_id) ON CONFLICT DO NOTHING"""
SAY = """UPDATE favourite SET emoji = :emoji, emoji_media_id = :emoji_media_id
    WHERE post_id = :post_id AND account_id = :account_id"""
SAID = "SELECT emoji FROM favourite WHERE post_id = :post_id AND account_id = :account_id"
SAID_OF = """SELECT post_id, account_id, emoji, emoji_media_id FROM favourite
    WHERE post_id IN :post_ids AND account_id IN :account_ids AND emoji <> ''"""
DROP_FAVOURITE = "DELETE FROM favourite WHERE post_id = :post_id AND account_id = :account_id RETURNING id"
PUT_BOOKMARK = "INSERT INTO bookmark (id, account_id, post_id) VALUES (:id, :account_id, :post_id) ON CONFLICT DO NOTHING"
DROP_BOOKMARK = "DELETE FROM bookmark WHERE post_id = :post_id AND account_id = :account_id"
PUT_PIN = (
    "INSERT INTO pin (account_id, post_id, at) VALUES (:account_id, :post_id, :now) ON CONFLICT DO NOTHING"
)
DROP_PIN = "DELETE FROM pin WHERE account_id = :account_id AND post_id = :post_id"
PINS = "SELECT COUNT(*) FROM pin WHERE account_id = :account_id AND post_id <> :post_id"
PUT_MUTE = (
    "INSERT INTO thread_mute (account_id, root_id) VALUES (:account_id, :root_id) ON CONFLICT DO NOTHING"
)
DROP_MUTE = "DELETE FROM thread_mute WHERE account_id = :account_id AND root_id = :root_id"


def put_favourite(tx: Tx, account_id: int, post_id: int, said: Said = PLAIN) -> bool:
    """False when it is there already; then it stays as it was said."""
    row = {"id": new_id(), "account_id": account_id, "post_id": post_id}
    return tx.run(PUT_FAVOURITE, **row, emoji=said.text, emoji_media_id=said.picture) > 0


def say_favourite(tx: Tx, account_id: int, post_id: int, said: Said) -> None:
    """It is said with another emoji now."""
    row = {"account_id": account_id, "post_id": post_id}
    tx.run(SAY, **row, emoji=said.text, emoji_media_id=said.picture)


def said(tx: Tx, account_id: int, post_id: int) -> str:
    """What a favourite was said with; '' for a plain one and for none."""
    return tx.value(SAID, account_id=account_id, post_id=post_id) or ""


class Saying(Value):
    """A favourite that was said with an emoji."""

    post_id: int
    account_id: int
    emoji: str
    emoji_media_id: int | None


def sayings(tx: Tx, post_ids: Sequence[int], account_ids: Sequence[int]) -> dict[tuple[int, int], Said]:
    """What favourites of these posts by these accounts were said with, by (post, account)."""
    if not post_ids or not account_ids:
        return {}
    rows = tx.all(Saying, SAID_OF, post_ids=list(post_ids), account_ids=list(account_ids))
    return {(row.post_id, row.account_id): Said(row.emoji, row.emoji_media_id) for row in rows}


def drop_favourite(tx: Tx, account_id: int, post_id: int) -> int:
    """The id of the favourite that was; 0 when there was none."""
    return tx.value(DROP_FAVOURITE, account_id=account_id, post_id=post_id) or 0


def put_bookmark(tx: Tx, account_id: int, post_id: int) -> None:
    tx.run(PUT_BOOKMARK, id=new_id(), account_id=account_id, post_id=post_id)


def drop_bookmark(tx: Tx, account_id: int, post_id: int) -> None:
    tx.run(DROP_BOOKMARK, account_id=account_id, post_id=post_id)


def put_pin(tx: Tx, account_id: int, post_id: int, now: int) -> bool:
    """False when it is there already."""
    return tx.run(PUT_PIN, account_id=account_id, post_id=post_id, now=now) > 0


def drop_pin(tx: Tx, account_id: int, post_id: int) -> bool:
    """False when there was none."""
    return tx.run(DROP_PIN, account_id=account_id, post_id=post_id) > 0


def other_pins(tx: Tx, account_id: int, post_id: int) -> int:
    """How many other posts the account has pinned."""
    count: int = tx.value(PINS, account_id=account_id, post_id=post_id)
    return count


def put_thread_mute(tx: Tx, account_id: int, root_id: int) -> None:
    tx.run(PUT_MUTE, account_id=account_id, root_id=root_id)


def drop_thread_mute(tx: Tx, account_id: int, root_id: int) -> None:
    tx.run(DROP_MUTE, account_id=account_id, root_id=root_id)


FAVOURITES_DOWN = """SELECT id, post_id FROM favourite
    WHERE account_id = :account_id AND id < :below AND id > :above ORDER BY id DESC LIMIT :n"""
FAVOURITES_UP = """SELECT id, post_id FROM favourite
    WHERE account_id = :account_id AND id < :below AND id > :above ORDER BY id LIMIT :n"""
BOOKMARKS_DOWN = """SELECT id, post_id FROM bookmark
    WHERE account_id = :account_id AND id < :below AND id > :above ORDER BY id DESC LIMIT :n"""
BOOKMARKS_UP = """SELECT id, post_id FROM bookmark
    WHERE account_id = :account_id AND id < :below AND id > :above ORDER BY id LIMIT :n"""
FAVOURITERS_DOWN = """SELECT id, account_id FROM favourite
    WHERE post_id = :post_id AND id < :below AND id > :above ORDER BY id DESC LIMIT :n"""
FAVOURITERS_UP = """SELECT id, account_id FROM favourite
    WHERE post_id = :post_id AND id < :below AND id > :above ORDER BY id LIMIT :n"""


def favourites(tx: Tx, account_id: int, page: Page = NEWEST) -> list[Marked]:
    """What the account marked as favourites, the last first."""
    sql = FAVOURITES_UP if page.ascending else FAVOURITES_DOWN
    rows = tx.all(Marked, sql, account_id=account_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


def bookmarks(tx: Tx, account_id: int, page: Page = NEWEST) -> list[Marked]:
    """What the account bookmarked, the last first."""
    sql = BOOKMARKS_UP if page.ascending else BOOKMARKS_DOWN
    rows = tx.all(Marked, sql, account_id=account_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


def favouriters(tx: Tx, post_id: int, page: Page = NEWEST) -> list[Tie]:
    """Who marked the post as a favourite, the last first."""
    sql = FAVOURITERS_UP if page.ascending else FAVOURITERS_DOWN
    rows = tx.all(Tie, sql, post_id=post_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


DROP_FAVOURITES = "DELETE FROM favourite WHERE post_id = :post_id"
DROP_BOOKMARKS = "DELETE FROM bookmark WHERE post_id = :post_id"
DROP_PINS = "DELETE FROM pin WHERE post_id = :post_id"


def drop_post(tx: Tx, post_id: int) -> None:
    tx.run(DROP_FAVOURITES, post_id=post_id)
    tx.run(DROP_BOOKMARKS, post_id=post_id)
    tx.run(DROP_PINS, post_id=post_id)


DROP_BOOKMARKS_OF = "DELETE FROM bookmark WHERE account_id = :account_id"
DROP_PINS_OF = "DELETE FROM pin WHERE account_id = :account_id"
DROP_MUTES_OF = "DELETE FROM thread_mute WHERE account_id = :account_id"


def drop_account(tx: Tx, account_id: int) -> int:
    """Every mark of the account but its favourites, which are counted; how many those were."""
    mine = {"account_id": account_id}
    return tx.run(DROP_BOOKMARKS_OF, **mine) + tx.run(DROP_PINS_OF, **mine) + tx.run(DROP_MUTES_OF, **mine)
