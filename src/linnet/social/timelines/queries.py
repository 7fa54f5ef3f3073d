"""Table `timeline`, and the timelines that are read from the posts themselves.

Home is pushed: one row per follower, written with the post. A page of it is one range scan
whatever the size of the tables (docs/decisions/0004-home-is-pushed.md). All answers are ids,
newest first.
"""

from linnet.db.tx import Tx
from linnet.kernel.page import NEWEST, Page, in_order

HOME_DOWN = """SELECT post_id FROM timeline WHERE owner_id = :owner_id AND post_id < :below AND post_id > :above
    ORDER BY post_id DESC LIMIT :n"""
HOME_UP = """SELECT post_id FROM timeline WHERE owner_id = :owner_id AND post_id < :below AND post_id > :above
    ORDER BY post_id LIMIT :n"""


def home(tx: Tx, owner_id: int, page: Page = NEWEST) -> list[int]:
    """Ids of the posts in the home timeline of `owner_id`."""
    sql = HOME_UP if page.ascending else HOME_DOWN
    return in_order(
        page, tx.all(int, sql, owner_id=owner_id, below=page.below, above=page.above, n=page.size)
    )


FAN_OUT = """INSERT INTO timeline (owner_id, post_id)
    SELECT f.follower_id, :post_id FROM follow f JOIN account a ON a.id = f.follower_id
    WHERE f.followee_id = :author_id AND a.host = ''
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = f.follower_id
            AND m.target_id = :author_id AND COALESCE(m.until, :now + 1) > :now)
        AND (:reply_to_account_id = 0 OR :reply_to_account_id = :author_id OR :reply_to_account_id = f.follower_id
            OR EXISTS (SELECT 1 FROM follow g WHERE g.followee_id = :reply_to_account_id AND g.follower_id = f.follower_id))
    ON CONFLICT DO NOTHING"""
# A boost of what stands among the last lines of a home already, itself or boosted by another, adds nothing.
_NEWS = """NOT EXISTS (SELECT 1 FROM timeline t WHERE t.owner_id = {owner} AND t.post_id IN :shown
            AND t.post_id > COALESCE((SELECT r.post_id FROM timeline r WHERE r.owner_id = {owner}
                ORDER BY r.post_id DESC LIMIT 1 OFFSET :recent), 0))"""
FAN_OUT_BOOST = f"""INSERT INTO timeline (owner_id, post_id)
    SELECT f.follower_id, :post_id FROM follow f JOIN account a ON a.id = f.follower_id
    WHERE f.followee_id = :author_id AND a.host = '' AND f.boosts
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = f.follower_id
            AND m.target_id IN (:author_id, :about_id) AND COALESCE(m.until, :now + 1) > :now)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = f.follower_id AND b.target_id = :about_id)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = :about_id AND b.target_id = f.follower_id)
        AND {_NEWS.format(owner="f.follower_id")}
    ON CONFLICT DO NOTHING"""
PUT_BOOST = f"""INSERT INTO timeline (owner_id, post_id) SELECT a.id, :post_id FROM account a
    WHERE a.id = :author_id AND {_NEWS.format(owner="a.id")} ON CONFLICT DO NOTHING"""
BOOSTS = "SELECT id FROM post WHERE boost_of_id = :post_id ORDER BY id DESC LIMIT :n"
RECENT = 40  # lines of a home, as in Mastodon
FAN_OUT_TAGS = """INSERT INTO timeline (owner_id, post_id)
    SELECT DISTINCT t.account_id, :post_id FROM tag_follow t
    WHERE t.tag_id IN :tag_ids AND t.account_id <> :author_id
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = t.account_id AND m.target_id = :author_id)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = t.account_id AND b.target_id = :author_id)
            OR (b.account_id = :author_id AND b.target_id = t.account_id))
        AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = :author_id AND a.held <> '')
    ON CONFLICT DO NOTHING"""
PUT = "INSERT INTO timeline (owner_id, post_id) VALUES (:owner_id, :post_id) ON CONFLICT DO NOTHING"


def fan_out(tx: Tx, post_id: int, *, author_id: int, reply_to_account_id: int, now: int) -> None:
    """Puts a post into the homes of the author's local followers. Answers to people whom a
    follower does not follow stay out of that follower's home."""
    tx.run(FAN_OUT, post_id=post_id, author_id=author_id, reply_to_account_id=reply_to_account_id, now=now)


def fan_out_boost(
    tx: Tx, boost_id: int, *, of_id: int, author_id: int, about_id: int, author_here: bool, now: int
) -> None:
    """Puts a boost of `of_id` (by `about_id`) into the booster's own home and those of local followers who want
    boosts, where neither the post nor another boost of it is among the last RECENT lines."""
    others = tx.all(int, BOOSTS, post_id=of_id, n=RECENT + 1)
    shown = [of_id, *(id for id in others if id != boost_id)]
    given = {"post_id": boost_id, "author_id": author_id, "shown": shown, "recent": RECENT}
    if author_here:
        tx.run(PUT_BOOST, **given)
    tx.run(FAN_OUT_BOOST, about_id=about_id, now=now, **given)


def fan_out_tags(tx: Tx, post_id: int, author_id: int, tag_ids: list[int]) -> None:
    """Puts a public post into the homes of those who follow one of its tags."""
    tx.run(FAN_OUT_TAGS, post_id=post_id, author_id=author_id, tag_ids=tag_ids)


def put(tx: Tx, owner_id: int, post_id: int) -> None:
    tx.run(PUT, owner_id=owner_id, post_id=post_id)


TAKE_UP = """INSERT INTO timeline (owner_id, post_id)
    SELECT :owner_id, p.id FROM post p WHERE p.account_id = :author_id
        AND p.visibility IN ('public', 'quiet', 'followers')
        AND (p.boost_of_id IS NULL OR :boosts) AND (p.reply_to_id IS NULL OR p.reply_to_account_id = :author_id)
        AND NOT EXISTS (SELECT 1 FROM post o JOIN block b
            ON (b.account_id = o.account_id AND b.target_id = :owner_id)
                OR (b.account_id = :owner_id AND b.target_id = o.account_id)
            WHERE o.id = p.boost_of_id)
        AND NOT EXISTS (SELECT 1 FROM timeline t WHERE t.owner_id = :owner_id AND t.post_id = p.boost_of_id)
    ORDER BY p.id DESC LIMIT :n
    ON CONFLICT DO NOTHING"""
DROP_AUTHOR = """DELETE FROM timeline WHERE owner_id = :owner_id AND post_id IN (
    SELECT p.id FROM post p WHERE p.account_id = :author_id)"""
DROP_ABOUT = """DELETE FROM timeline WHERE owner_id = :owner_id AND post_id IN (
    SELECT b.id FROM post o JOIN post b ON b.boost_of_id = o.id WHERE o.account_id = :author_id)"""
DROP_FROM = "DELETE FROM timeline WHERE post_id = :post_id AND owner_id IN :owner_ids"
DROP_POST = """DELETE FROM timeline WHERE post_id = :post_id AND owner_id IN (
    SELECT follower_id FROM follow WHERE followee_id = :author_id
    UNION SELECT :author_id
    UNION SELECT tf.account_id FROM post_tag pt JOIN tag_follow tf ON tf.tag_id = pt.tag_id WHERE pt.post_id = :post_id)"""


def drop_from(tx: Tx, post_id: int, owner_ids: list[int]) -> None:
    tx.run(DROP_FROM, post_id=post_id, owner_ids=owner_ids)


def take_up(tx: Tx, owner_id: int, author_id: int, boosts: bool, n: int) -> None:
    tx.run(TAKE_UP, owner_id=owner_id, author_id=author_id, boosts=boosts, n=n)


def drop_author(tx: Tx, owner_id: int, author_id: int) -> None:
    tx.run(DROP_AUTHOR, owner_id=owner_id, author_id=author_id)
    tx.run(DROP_ABOUT, owner_id=owner_id, author_id=author_id)


def drop_post(tx: Tx, post_id: int, author_id: int) -> None:
    """Before the post itself is deleted. A row of somebody who unfollowed since is harmless:
    unfollowing took it away already."""
    tx.run(DROP_POST, post_id=post_id, author_id=author_id)


OWNERS_AMONG = "SELECT owner_id FROM timeline WHERE post_id = :post_id AND owner_id IN :owners"


def owners_among(tx: Tx, post_id: int, owners: list[int]) -> list[int]:
    """Which of `owners` (those who are listening now) have the post at home."""
    return tx.all(int, OWNERS_AMONG, post_id=post_id, owners=owners)


# Whose posts are shown where everybody's stand: `a` wrote it, `viewer_id` looks.
_SHOWN = """a.suspended_at IS NULL AND (a.held = '' OR (a.held = 'limit' AND EXISTS (SELECT 1 FROM follow f
            WHERE f.followee_id = a.id AND f.follower_id = :viewer_id)))
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = :viewer_id AND b.target_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = a.id AND b.target_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM mute m WHERE m.account_id = :viewer_id AND m.target_id = a.id)"""
# It starts a thread or goes on with the author's own.
_OPENS = "(p.reply_to_id IS NULL OR p.reply_to_account_id = p.account_id)"
# Of a post with pictures the first that is left: one row a post.
_FIRST = "m.position = (SELECT MIN(x.position) FROM media x WHERE x.post_id = m.post_id AND x.position >= 0)"

# Each is a scan of one index in the order of the page, which ends when the page is full: of all public
# posts, of ours alone (few among those of a relay), of pictures (few among words).
PUBLIC = f"""SELECT p.id FROM post p CROSS JOIN account a
    WHERE a.id = p.account_id AND p.visibility = 'public' AND p.boost_of_id IS NULL
        AND p.id < :below AND p.id > :above AND (NOT :remote OR p.uri <> '') AND {_OPENS} AND {_SHOWN}"""
HERE = f"""SELECT p.id FROM post p CROSS JOIN account a
    WHERE a.id = p.account_id AND p.uri = '' AND p.visibility = 'public' AND p.boost_of_id IS NULL
        AND p.id < :below AND p.id > :above AND {_OPENS} AND {_SHOWN}"""
PICTURES = f"""SELECT m.post_id FROM media m CROSS JOIN post p CROSS JOIN account a
    WHERE p.id = m.post_id AND a.id = p.account_id AND p.visibility = 'public' AND p.boost_of_id IS NULL
        AND m.post_id < :below AND m.post_id > :above AND {_FIRST}
        AND (NOT :local OR p.uri = '') AND (NOT :remote OR p.uri <> '') AND {_OPENS} AND {_SHOWN}"""
PUBLIC_DOWN, PUBLIC_UP = f"{PUBLIC} ORDER BY p.id DESC LIMIT :n", f"{PUBLIC} ORDER BY p.id LIMIT :n"
HERE_DOWN, HERE_UP = f"{HERE} ORDER BY p.id DESC LIMIT :n", f"{HERE} ORDER BY p.id LIMIT :n"
PICTURES_DOWN = f"{PICTURES} ORDER BY m.post_id DESC LIMIT :n"
PICTURES_UP = f"{PICTURES} ORDER BY m.post_id LIMIT :n"


def public(
    tx: Tx,
    page: Page = NEWEST,
    *,
    viewer_id: int = 0,
    local: bool = False,
    remote: bool = False,
    with_media: bool = False,
) -> list[int]:
    """Public posts that start a thread or go on with the author's own; `viewer_id` 0 is anybody."""
    given = {"below": page.below, "above": page.above, "n": page.size, "viewer_id": viewer_id}
    up = page.ascending
    if with_media:
        sql = PICTURES_UP if up else PICTURES_DOWN
        return in_order(page, tx.all(int, sql, local=local, remote=remote, **given))
    if local and remote:
        return []
    if local:
        return in_order(page, tx.all(int, HERE_UP if up else HERE_DOWN, **given))
    return in_order(page, tx.all(int, PUBLIC_UP if up else PUBLIC_DOWN, remote=remote, **given))


TAG = f"""SELECT t.post_id FROM post_tag t CROSS JOIN post p CROSS JOIN account a
    WHERE t.tag_id = (SELECT id FROM tag WHERE key = :key) AND t.post_id < :below AND t.post_id > :above
        AND p.id = t.post_id AND a.id = p.account_id AND p.visibility = 'public' AND p.boost_of_id IS NULL
        AND (NOT :local OR p.uri = '')
        AND (NOT :with_media OR EXISTS (SELECT 1 FROM media m WHERE m.post_id = t.post_id AND m.position >= 0))
        AND {_SHOWN}"""
TAG_DOWN, TAG_UP = f"{TAG} ORDER BY t.post_id DESC LIMIT :n", f"{TAG} ORDER BY t.post_id LIMIT :n"


def tag(
    tx: Tx,
    key: str,
    page: Page = NEWEST,
    *,
    viewer_id: int = 0,
    local: bool = False,
    with_media: bool = False,
) -> list[int]:
    """Public posts with the tag (`key`: NFKC, case folded)."""
    rows = tx.all(
        int,
        TAG_UP if page.ascending else TAG_DOWN,
        key=key,
        below=page.below,
        above=page.above,
        n=page.size,
        viewer_id=viewer_id,
        local=local,
        with_media=with_media,
    )
    return in_order(page, rows)


_OF_ACCOUNT = """p.visibility IN :visibilities
        AND (:replies OR p.reply_to_id IS NULL OR p.reply_to_account_id = p.account_id)
        AND (:boosts OR p.boost_of_id IS NULL)
        AND (:tag = '' OR EXISTS (SELECT 1 FROM post_tag t
            WHERE t.tag_id = (SELECT id FROM tag WHERE key = :tag) AND t.post_id = p.id))
        AND (p.boost_of_id IS NULL OR EXISTS (SELECT 1 FROM post o WHERE o.id = p.boost_of_id
            AND o.visibility IN ('public', 'quiet')))"""
ACCOUNT = f"""SELECT p.id FROM post p
    WHERE p.account_id = :account_id AND p.id < :below AND p.id > :above AND {_OF_ACCOUNT}"""
ALBUM = f"""SELECT m.post_id FROM media m CROSS JOIN post p
    WHERE m.account_id = :account_id AND m.post_id < :below AND m.post_id > :above AND {_FIRST}
        AND p.id = m.post_id AND p.account_id = :account_id AND {_OF_ACCOUNT}"""
UNDER_TAG = f"""SELECT t.post_id FROM post_tag t CROSS JOIN post p
    WHERE t.tag_id = (SELECT id FROM tag WHERE key = :tag) AND t.post_id < :below AND t.post_id > :above
        AND p.id = t.post_id AND p.account_id = :account_id AND {_OF_ACCOUNT}"""
TAG_SIZE = """SELECT COUNT(*) FROM (SELECT 1 FROM post_tag t
    WHERE t.tag_id = (SELECT id FROM tag WHERE key = :tag) LIMIT :cap) counted"""
SELDOM = 2_000  # posts: a tag of fewer is gone through itself, instead of what the account wrote
ACCOUNT_DOWN, ACCOUNT_UP = f"{ACCOUNT} ORDER BY p.id DESC LIMIT :n", f"{ACCOUNT} ORDER BY p.id LIMIT :n"
ALBUM_DOWN, ALBUM_UP = f"{ALBUM} ORDER BY m.post_id DESC LIMIT :n", f"{ALBUM} ORDER BY m.post_id LIMIT :n"
UNDER_TAG_DOWN = f"{UNDER_TAG} ORDER BY t.post_id DESC LIMIT :n"
UNDER_TAG_UP = f"{UNDER_TAG} ORDER BY t.post_id LIMIT :n"


def account(
    tx: Tx,
    account_id: int,
    page: Page = NEWEST,
    *,
    visibilities: tuple[str, ...] = ("public", "quiet"),
    replies: bool = True,
    boosts: bool = True,
    with_media: bool = False,
    tag: str = "",
) -> list[int]:
    """One account's posts and boosts, of the visibilities that the viewer may see."""
    up = page.ascending
    sql = ACCOUNT_UP if up else ACCOUNT_DOWN
    if with_media:
        sql = ALBUM_UP if up else ALBUM_DOWN
    elif tag and tx.value(TAG_SIZE, tag=tag, cap=SELDOM) < SELDOM:
        sql = UNDER_TAG_UP if up else UNDER_TAG_DOWN
    rows = tx.all(
        int,
        sql,
        account_id=account_id,
        below=page.below,
        above=page.above,
        n=page.size,
        visibilities=visibilities,
        replies=replies,
        boosts=boosts,
        tag=tag,
    )
    return in_order(page, rows)


DROP_OWNER = """DELETE FROM timeline WHERE owner_id = :owner_id AND post_id IN (
    SELECT post_id FROM timeline WHERE owner_id = :owner_id ORDER BY post_id LIMIT :n)"""


def drop_owner(tx: Tx, owner_id: int, n: int) -> int:
    """Takes up to `n` lines out of a home; how many those were."""
    return tx.run(DROP_OWNER, owner_id=owner_id, n=n)
