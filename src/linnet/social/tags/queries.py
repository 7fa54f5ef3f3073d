"""Table `tag_follow`."""

from linnet.db.tx import Tx
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.social.posts.rules import Tag
from linnet.social.tags.rules import TagFollow

TAG = "SELECT id, key, name FROM tag WHERE key = :key"
FOLLOWS = "SELECT 1 FROM tag_follow WHERE account_id = :account_id AND tag_id = :tag_id"
FOLLOWED_DOWN = """SELECT t.id, t.key, t.name FROM tag_follow f JOIN tag t ON t.id = f.tag_id
    WHERE f.account_id = :account_id AND f.tag_id < :below AND f.tag_id > :above ORDER BY f.tag_id DESC LIMIT :n"""
FOLLOWED_UP = """SELECT t.id, t.key, t.name FROM tag_follow f JOIN tag t ON t.id = f.tag_id
    WHERE f.account_id = :account_id AND f.tag_id < :below AND f.tag_id > :above ORDER BY f.tag_id LIMIT :n"""
PUT = """INSERT INTO tag_follow (account_id, tag_id, since) VALUES (:account_id, :tag_id, :now)
    ON CONFLICT DO NOTHING"""
DROP = "DELETE FROM tag_follow WHERE account_id = :account_id AND tag_id = :tag_id"


def tag(tx: Tx, key: str) -> Tag | None:
    """The tag that compares as `key`, if anybody ever wrote it."""
    return tx.one(Tag, TAG, key=key)


def follows(tx: Tx, account_id: int, tag_id: int) -> bool:
    """Does the account follow the tag?"""
    return tx.value(FOLLOWS, account_id=account_id, tag_id=tag_id) is not None


def followed(tx: Tx, account_id: int, page: Page = NEWEST) -> list[TagFollow]:
    """The tags that the account follows, the newest tag first."""
    sql = FOLLOWED_UP if page.ascending else FOLLOWED_DOWN
    rows = tx.all(TagFollow, sql, account_id=account_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


def put(tx: Tx, account_id: int, tag_id: int, now: int) -> None:
    tx.run(PUT, account_id=account_id, tag_id=tag_id, now=now)


def drop(tx: Tx, account_id: int, tag_id: int) -> None:
    tx.run(DROP, account_id=account_id, tag_id=tag_id)
