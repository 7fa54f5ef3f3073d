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


TAGGED = """SELECT DISTINCT p.id FROM tag k JOIN post_tag t ON t.tag_id = k.id JOIN post p ON p.id = t.post_id
    WHERE k.key IN :any AND t.post_id < :below AND t.post_id > :above
        AND p.visibility = 'public' AND p.boost_of_id IS NULL
        AND (SELECT COUNT(*) FROM post_tag x JOIN tag a ON a.id = x.tag_id
            WHERE x.post_id = p.id AND a.key IN :every) = :wanted
        AND NOT EXISTS (SELECT 1 FROM post_tag x JOIN tag n ON n.id = x.tag_id
            WHERE x.post_id = p.id AND n.key IN :none)
        AND EXISTS (SELECT 1 FROM account a WHERE a.id = p.account_id AND (NOT :local OR a.host = '')
            AND a.suspended_at IS NULL AND (a.held = '' OR (a.held = 'limit' AND EXISTS (SELECT 1 FROM follow f
                WHERE f.followee_id = a.id AND f.follower_id = :viewer_id))))
        AND (NOT :with_media OR EXISTS (SELECT 1 FROM media m WHERE m.post_id = p.id AND m.position >= 0))
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = :viewer_id AND b.target_id = p.account_id)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = p.account_id AND b.target_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = :viewer_id AND m.target_id = p.account_id)"""
TAGGED_DOWN, TAGGED_UP = f"{TAGGED} ORDER BY p.id DESC LIMIT :n", f"{TAGGED} ORDER BY p.id LIMIT :n"


def tagged(
    tx: Tx,
    any: list[str],
    page: Page = NEWEST,
    *,
    every: list[str],
    none: list[str],
    viewer_id: int = 0,
    local: bool = False,
    with_media: bool = False,
) -> list[int]:
    """Ids of public posts with one of the tags `any`, all of `every` and not one of `none` (keys)."""
    rows = tx.all(
        int,
        TAGGED_UP if page.ascending else TAGGED_DOWN,
        any=any,
        every=every,
        wanted=len(every),
        none=none,
        below=page.below,
        above=page.above,
        n=page.size,
        viewer_id=viewer_id,
        local=local,
        with_media=with_media,
    )
    return in_order(page, rows)


DROP_ACCOUNT = "DELETE FROM tag_follow WHERE account_id = :account_id"


def drop_account(tx: Tx, account_id: int) -> int:
    """Every tag that the account follows; how many those were."""
    return tx.run(DROP_ACCOUNT, account_id=account_id)
