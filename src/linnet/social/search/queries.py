"""Tables `post_search` and `account_search`: the one place with two SQL texts per engine.

Both index folded words (rules.words), so that both engines find the same things.
"""

from linnet.db.tx import Tx
from linnet.kernel.page import WIDE
from linnet.social.search import rules

LITE_PUT_POST = "INSERT INTO post_search (rowid, text) VALUES (:id, :text)"
LITE_PUT_ACCOUNT = "INSERT INTO account_search (rowid, handle, name, bio) VALUES (:id, :handle, :name, :bio)"
LITE_DROP_POST = "DELETE FROM post_search WHERE rowid = :id"
LITE_DROP_ACCOUNT = "DELETE FROM account_search WHERE rowid = :id"
PG_PUT_POST = "INSERT INTO post_search (id, words) VALUES (:id, to_tsvector('simple', :text))"
PG_PUT_ACCOUNT = """INSERT INTO account_search (id, words) VALUES (:id,
    setweight(to_tsvector('simple', :handle), 'A') || setweight(to_tsvector('simple', :name), 'A')
    || setweight(to_tsvector('simple', :bio), 'B'))"""
PG_DROP_POST = "DELETE FROM post_search WHERE id = :id"
PG_DROP_ACCOUNT = "DELETE FROM account_search WHERE id = :id"


def _folded(text: str) -> str:
    return " ".join(rules.every_word(text))


def put_post(tx: Tx, post_id: int, text: str) -> None:
    drop_post(tx, post_id)
    tx.run(LITE_PUT_POST if tx.dialect == "sqlite" else PG_PUT_POST, id=post_id, text=_folded(text))


def drop_post(tx: Tx, post_id: int) -> None:
    tx.run(LITE_DROP_POST if tx.dialect == "sqlite" else PG_DROP_POST, id=post_id)


def put_account(tx: Tx, account_id: int, handle: str, name: str, bio: str) -> None:
    drop_account(tx, account_id)
    tx.run(
        LITE_PUT_ACCOUNT if tx.dialect == "sqlite" else PG_PUT_ACCOUNT,
        id=account_id,
        handle=_folded(handle),
        name=_folded(name),
        bio=_folded(bio),
    )


def drop_account(tx: Tx, account_id: int) -> None:
    tx.run(LITE_DROP_ACCOUNT if tx.dialect == "sqlite" else PG_DROP_ACCOUNT, id=account_id)


# What `viewer_id` finds: public posts of those who allow it, and of the others what concerns the viewer.
_FOUND = """(:author_id = 0 OR p.account_id = :author_id)
        AND (p.account_id = :viewer_id OR (p.visibility = 'public' AND EXISTS (
                SELECT 1 FROM account a WHERE a.id = p.account_id AND a.indexable))
            OR EXISTS (SELECT 1 FROM mention m WHERE m.post_id = p.id AND m.account_id = :viewer_id)
            OR EXISTS (SELECT 1 FROM favourite f WHERE f.post_id = p.id AND f.account_id = :viewer_id)
            OR EXISTS (SELECT 1 FROM bookmark k WHERE k.post_id = p.id AND k.account_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = p.account_id)
            OR (b.account_id = p.account_id AND b.target_id = :viewer_id))
        AND EXISTS (SELECT 1 FROM account a WHERE a.id = p.account_id AND a.suspended_at IS NULL
            AND (a.held = '' OR (a.held = 'limit' AND EXISTS (SELECT 1 FROM follow f
                WHERE f.followee_id = a.id AND f.follower_id = :viewer_id))))"""
# Read from the newest match on, until the page is full: the index goes through its rows in either direction.
LITE_POSTS = f"""SELECT s.rowid FROM post_search s CROSS JOIN post p
    WHERE post_search MATCH :match AND s.rowid < :below AND s.rowid > :above AND p.id = s.rowid AND {_FOUND}
    ORDER BY s.rowid DESC LIMIT :n OFFSET :skip"""
PG_POSTS = f"""SELECT p.id FROM post_search s JOIN post p ON p.id = s.id
    WHERE s.words @@ to_tsquery('simple', :match) AND p.id < :below AND p.id > :above AND {_FOUND}
    ORDER BY p.id DESC LIMIT :n OFFSET :skip"""


def posts(
    tx: Tx,
    text: str,
    *,
    viewer_id: int,
    author_id: int = 0,
    below: int = WIDE,
    above: int = 0,
    n: int = 20,
    skip: int = 0,
) -> list[int]:
    """Ids of posts with all words of `text`, newest first: public ones of people who allow it,
    and of the others those that concern the viewer (own, mentioned, favourited, bookmarked). From a
    limited server only of people whom the viewer follows."""
    match = rules.fts5(text) if tx.dialect == "sqlite" else rules.tsquery(text)
    if not match:
        return []
    return tx.all(
        int,
        LITE_POSTS if tx.dialect == "sqlite" else PG_POSTS,
        match=match,
        viewer_id=viewer_id,
        author_id=author_id,
        below=below,
        above=above,
        n=n,
        skip=skip,
    )


LITE_ACCOUNTS = """SELECT a.id FROM account_search s JOIN account a ON a.id = s.rowid
    WHERE account_search MATCH :match
        AND (a.discoverable OR a.id = :viewer_id OR a.handle_key = :exact
            OR EXISTS (SELECT 1 FROM follow f WHERE f.followee_id = a.id AND f.follower_id = :viewer_id))
        AND (NOT :following OR EXISTS (SELECT 1 FROM follow f WHERE f.followee_id = a.id AND f.follower_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = a.id AND b.target_id = :viewer_id)
        AND a.suspended_at IS NULL AND (a.held = '' OR (a.held = 'limit' AND (a.handle_key = :exact
            OR EXISTS (SELECT 1 FROM follow f WHERE f.followee_id = a.id AND f.follower_id = :viewer_id))))
    ORDER BY (a.handle_key = :exact) DESC, bm25(account_search, 4.0, 3.0, 1.0), a.followers_count DESC, a.id
    LIMIT :n OFFSET :skip"""
PG_ACCOUNTS = """SELECT a.id FROM account_search s JOIN account a ON a.id = s.id
    WHERE s.words @@ to_tsquery('simple', :match)
        AND (a.discoverable OR a.id = :viewer_id OR a.handle_key = :exact
            OR EXISTS (SELECT 1 FROM follow f WHERE f.followee_id = a.id AND f.follower_id = :viewer_id))
        AND (NOT :following OR EXISTS (SELECT 1 FROM follow f WHERE f.followee_id = a.id AND f.follower_id = :viewer_id))
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = a.id AND b.target_id = :viewer_id)
        AND a.suspended_at IS NULL AND (a.held = '' OR (a.held = 'limit' AND (a.handle_key = :exact
            OR EXISTS (SELECT 1 FROM follow f WHERE f.followee_id = a.id AND f.follower_id = :viewer_id))))
    ORDER BY (a.handle_key = :exact) DESC, ts_rank(s.words, to_tsquery('simple', :match)) DESC,
        a.followers_count DESC, a.id
    LIMIT :n OFFSET :skip"""


def accounts(
    tx: Tx, text: str, *, viewer_id: int, following: bool = False, n: int = 20, skip: int = 0
) -> list[int]:
    """Ids of people with all words of `text` in handle, name or bio; the exact handle first.
    Who is not discoverable, or on a limited server, is found by exact handle and by followers only."""
    match = rules.fts5(text) if tx.dialect == "sqlite" else rules.tsquery(text)
    if not match:
        return []
    return tx.all(
        int,
        LITE_ACCOUNTS if tx.dialect == "sqlite" else PG_ACCOUNTS,
        match=match,
        exact=text.strip().lstrip("@").lower(),
        viewer_id=viewer_id,
        following=following,
        n=n,
        skip=skip,
    )


TAGS = """SELECT key FROM tag WHERE key >= :low AND key < :high ORDER BY key LIMIT :n OFFSET :skip"""


def tags(tx: Tx, key: str, n: int = 20, skip: int = 0) -> list[str]:
    """Keys of tags that begin with `key`."""
    return tx.all(str, TAGS, low=key, high=key + "\U0010ffff", n=n, skip=skip)
