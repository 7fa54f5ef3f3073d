"""Tables `post`, `post_key`, `post_version`, `tombstone`, `mention`, `tag`, `post_tag`: rows."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.social.posts.rules import OPEN, Post, Tag, Version
from linnet.social.text.scan import Hashtag


class Grave(Value):
    """What is left of a post: whose it was, and when it went (ms)."""

    account_id: int
    deleted_at: int


IN_ORDER = 16
IS_TAKEN = "SELECT 1 FROM post WHERE id = :id"
COLUMNS = """id, account_id, person_id, text, html, warning, sensitive, visibility, language, reply_to_id,
    reply_to_account_id, root_id, boost_of_id, poll_id, app_id, created_at, edited_at, replies_count,
    boosts_count, favourites_count, revision, uri, url, quotable, quotes_count, emoji"""
POST = f"SELECT {COLUMNS} FROM post WHERE id = :id"
VISIBLE_POST = f"""SELECT {COLUMNS}
    FROM post p WHERE id = :id
        AND (visibility IN ('public', 'quiet') OR account_id = :viewer_id
            OR EXISTS (SELECT 1 FROM mention m WHERE m.post_id = p.id AND m.account_id = :viewer_id)
            OR (visibility = 'followers' AND EXISTS (SELECT 1 FROM follow f
                WHERE f.followee_id = p.account_id AND f.follower_id = :viewer_id)))
        AND NOT EXISTS (SELECT 1 FROM block b WHERE b.account_id = p.account_id AND b.target_id = :viewer_id)
        AND NOT EXISTS (SELECT 1 FROM account z WHERE z.id = p.account_id
            AND (z.suspended_at IS NOT NULL OR z.held = 'suspend'))"""
BY_URI = f"SELECT {COLUMNS} FROM post WHERE uri = :uri AND uri <> ''"
IS_GONE = "SELECT 1 FROM farewell WHERE uri = :uri AND account_id IN (:account_id, 0)"
KEY = "SELECT post_id FROM post_key WHERE account_id = :account_id AND key = :key"
BOOST = "SELECT id FROM post WHERE boost_of_id = :post_id AND account_id = :account_id"
BOOSTS = f"SELECT {COLUMNS} FROM post WHERE boost_of_id = :post_id"
GREW_SINCE = """SELECT 1 FROM post WHERE root_id = :root_id AND id > :above AND visibility IN ('public', 'quiet')
    AND boost_of_id IS NULL LIMIT 1"""
LAST_BOOST = f"{BOOSTS} ORDER BY id DESC LIMIT 1"


# Who lives elsewhere and has to do with a post: is mentioned, answered or quoted, answered, boosted, liked
# or quoted it.
CONCERNED = """SELECT a.id FROM account a WHERE a.host <> '' AND a.id IN (
    SELECT account_id FROM mention WHERE post_id = :id
    UNION SELECT reply_to_account_id FROM post WHERE id = :id AND reply_to_account_id IS NOT NULL
    UNION SELECT account_id FROM post WHERE reply_to_id = :id
    UNION SELECT account_id FROM post WHERE boost_of_id = :id
    UNION SELECT account_id FROM favourite WHERE post_id = :id
    UNION SELECT p.account_id FROM quote q JOIN post p ON p.id = q.quoted_id WHERE q.post_id = :id
    UNION SELECT p.account_id FROM quote q JOIN post p ON p.id = q.post_id WHERE q.quoted_id = :id) ORDER BY a.id"""


def post(tx: Tx, post_id: int) -> Post | None:
    """The row, whoever may see it."""
    return tx.one(Post, POST, id=post_id)


def visible(tx: Tx, post_id: int, viewer_id: int) -> Post | None:
    """The row if `viewer_id` (0: anybody) may see it."""
    return tx.one(Post, VISIBLE_POST, id=post_id, viewer_id=viewer_id)


def free_id(tx: Tx, id: int) -> int:
    """`id`, or one soon after it that no post has: what other servers say was published in one moment shares
    it, in the order in which they come. After a few in ever longer steps: somebody may say so of a hundred
    thousand posts."""
    tries = 0
    while tx.value(IS_TAKEN, id=id) is not None:
        id += 1 << max(tries - IN_ORDER, 0)
        tries += 1
    return id


def by_uri(tx: Tx, uri: str) -> Post | None:
    """The post or boost from elsewhere with this address."""
    return tx.one(Post, BY_URI, uri=uri)


def is_gone(tx: Tx, uri: str, account_id: int) -> bool:
    """Did this account, or the address itself, say that what is there of the account was deleted, perhaps
    before it came? What others say of the address counts for nothing: they share a server, not a post."""
    return tx.value(IS_GONE, uri=uri, account_id=account_id) is not None


def by_key(tx: Tx, account_id: int, key: str) -> int | None:
    """The id of the post that was published under this Idempotency-Key."""
    found: int | None = tx.value(KEY, account_id=account_id, key=key)
    return found


def boost_of(tx: Tx, post_id: int, account_id: int) -> int | None:
    """The id of the account's boost of this post."""
    found: int | None = tx.value(BOOST, post_id=post_id, account_id=account_id)
    return found


def concerned(tx: Tx, post_id: int) -> list[int]:
    """The accounts elsewhere that have to do with a post, beside its author's followers."""
    return tx.all(int, CONCERNED, id=post_id)


def boosts_of(tx: Tx, post_id: int) -> list[Post]:
    """Every boost of this post."""
    return tx.all(Post, BOOSTS, post_id=post_id)


def grew_since(tx: Tx, root_id: int, above: int) -> bool:
    """Is there more of a thread that everybody may see, with ids above `above`?"""
    return tx.value(GREW_SINCE, root_id=root_id, above=above) is not None


def last_boost(tx: Tx, post_id: int) -> Post | None:
    """The newest of them."""
    return tx.one(Post, LAST_BOOST, post_id=post_id)


INSERT = """INSERT INTO post (id, account_id, person_id, text, html, warning, sensitive, visibility, language,
        reply_to_id, reply_to_account_id, root_id, boost_of_id, poll_id, app_id, created_at, uri, url, quotable,
        emoji)
    VALUES (:id, :account_id, :person_id, :text, :html, :warning, :sensitive, :visibility, :language,
        :reply_to_id, :reply_to_account_id, :root_id, :boost_of_id, :poll_id, :app_id, :created_at, :uri, :url, :quotable,
        :emoji)"""
INSERT_KEY = "INSERT INTO post_key (account_id, key, post_id) VALUES (:account_id, :key, :post_id)"
UPDATE = """UPDATE post SET text = :text, html = :html, warning = :warning, sensitive = :sensitive,
    language = :language, edited_at = :edited_at, emoji = :emoji, revision = revision + 1 WHERE id = :id"""
DELETE = "DELETE FROM post WHERE id = :id"
GRAVE = "SELECT account_id, deleted_at FROM tombstone WHERE post_id = :id AND was_open"
TOMBSTONE = """INSERT INTO tombstone (post_id, account_id, deleted_at, was_open)
    VALUES (:post_id, :account_id, :now, :was_open) ON CONFLICT DO NOTHING"""
FORGET_GONE = "DELETE FROM farewell WHERE at < :before"
PUT_GONE = """INSERT INTO farewell (uri, account_id, at) VALUES (:uri, :account_id, :now)
    ON CONFLICT DO NOTHING"""
SET_COUNTS = """UPDATE post SET replies_count = :replies, boosts_count = :boosts, favourites_count = :favourites,
    revision = revision + 1 WHERE id = :id
        AND (replies_count <> :replies OR boosts_count <> :boosts OR favourites_count <> :favourites)"""
TOUCH = "UPDATE post SET revision = revision + 1 WHERE id = :id"
COUNT_REPLY = "UPDATE post SET replies_count = replies_count + :by, revision = revision + 1 WHERE id = :id"
COUNT_REPLIES_HERE = """UPDATE post SET revision = revision + 1, replies_count = (SELECT COUNT(*) FROM post r
        WHERE r.reply_to_id = :id AND r.visibility IN ('public', 'quiet'))
    WHERE id = :id AND replies_count < (SELECT COUNT(*) FROM post r
        WHERE r.reply_to_id = :id AND r.visibility IN ('public', 'quiet'))"""
COUNT_BOOST = "UPDATE post SET boosts_count = boosts_count + :by, revision = revision + 1 WHERE id = :id"
COUNT_FAVOURITE = (
    "UPDATE post SET favourites_count = favourites_count + :by, revision = revision + 1 WHERE id = :id"
)


def insert(tx: Tx, post: Post) -> None:
    tx.run(
        INSERT,
        id=post.id,
        account_id=post.account_id,
        person_id=post.person_id,
        text=post.text,
        html=post.html,
        warning=post.warning,
        sensitive=post.sensitive,
        visibility=post.visibility,
        language=post.language,
        reply_to_id=post.reply_to_id,
        reply_to_account_id=post.reply_to_account_id,
        root_id=post.root_id,
        boost_of_id=post.boost_of_id,
        poll_id=post.poll_id,
        app_id=post.app_id,
        created_at=post.created_at,
        uri=post.uri,
        url=post.url,
        quotable=post.quotable,
        emoji=post.emoji,
    )


def insert_key(tx: Tx, account_id: int, key: str, post_id: int) -> None:
    tx.run(INSERT_KEY, account_id=account_id, key=key, post_id=post_id)


def update(tx: Tx, post: Post) -> None:
    tx.run(
        UPDATE,
        id=post.id,
        text=post.text,
        html=post.html,
        warning=post.warning,
        sensitive=post.sensitive,
        language=post.language,
        edited_at=post.edited_at,
        emoji=post.emoji,
    )


def delete(tx: Tx, post: Post, now: int) -> None:
    """The row goes; its id stays known as one that must not come back."""
    tx.run(DELETE, id=post.id)
    tx.run(TOMBSTONE, post_id=post.id, account_id=post.account_id, now=now, was_open=post.visibility in OPEN)


def grave(tx: Tx, post_id: int) -> Grave | None:
    """What is left of a post that everybody could see. Of others nobody is told that they were there."""
    return tx.one(Grave, GRAVE, id=post_id)


def put_gone(tx: Tx, uri: str, account_id: int, now: int) -> None:
    tx.run(PUT_GONE, uri=uri, account_id=account_id, now=now)


def forget_gone(tx: Tx, before: int) -> int:
    """What was deleted before then may come back, if whoever wrote it says so."""
    return tx.run(FORGET_GONE, before=before)


def set_counts(tx: Tx, post_id: int, replies: int, boosts: int, favourites: int) -> bool:
    """False when they were so already."""
    counts = {"replies": replies, "boosts": boosts, "favourites": favourites}
    return tx.run(SET_COUNTS, id=post_id, **counts) > 0


def touch(tx: Tx, post_id: int) -> None:
    tx.run(TOUCH, id=post_id)


def count_reply(tx: Tx, post_id: int, by: int) -> None:
    tx.run(COUNT_REPLY, id=post_id, by=by)


def count_replies_here(tx: Tx, post_id: int) -> None:
    """At least as many as are here."""
    tx.run(COUNT_REPLIES_HERE, id=post_id)


def count_boost(tx: Tx, post_id: int, by: int) -> None:
    tx.run(COUNT_BOOST, id=post_id, by=by)


def count_favourite(tx: Tx, post_id: int, by: int) -> None:
    tx.run(COUNT_FAVOURITE, id=post_id, by=by)


SET_EMOJI = "UPDATE post SET emoji = :emoji, revision = revision + 1 WHERE id = :id"
SET_QUOTABLE = "UPDATE post SET quotable = :quotable, revision = revision + 1 WHERE id = :id"
COUNT_QUOTE = "UPDATE post SET quotes_count = quotes_count + :by, revision = revision + 1 WHERE id = :id"


def set_emoji(tx: Tx, post_id: int, emoji: str) -> None:
    tx.run(SET_EMOJI, id=post_id, emoji=emoji)


def set_quotable(tx: Tx, post_id: int, quotable: str) -> None:
    tx.run(SET_QUOTABLE, id=post_id, quotable=quotable)


def count_quote(tx: Tx, post_id: int, by: int) -> None:
    tx.run(COUNT_QUOTE, id=post_id, by=by)


MOVE = """UPDATE post SET html = REPLACE(html, :old, :new), text = REPLACE(text, :old, :new), revision = revision + 1
    WHERE html LIKE :marked"""


def move(tx: Tx, old: str, new: str) -> int:
    return tx.run(MOVE, old=f"{old}/", new=f"{new}/", marked=f"%{old}/%")


VERSIONS = "SELECT post_id, at, text, html, warning, sensitive, media FROM post_version WHERE post_id = :id ORDER BY at"
INSERT_VERSION = """INSERT INTO post_version (post_id, at, text, html, warning, sensitive, media)
    VALUES (:post_id, :at, :text, :html, :warning, :sensitive, :media) ON CONFLICT DO NOTHING"""
COUNT_VERSIONS = "SELECT COUNT(*) FROM post_version WHERE post_id = :id"
DELETE_VERSIONS = "DELETE FROM post_version WHERE post_id = :id"


def versions(tx: Tx, post_id: int) -> list[Version]:
    """Earlier states, the oldest first."""
    return tx.all(Version, VERSIONS, id=post_id)


def count_versions(tx: Tx, post_id: int) -> int:
    """How many of those there are."""
    count: int = tx.value(COUNT_VERSIONS, id=post_id)
    return count


def insert_version(tx: Tx, version: Version) -> None:
    tx.run(
        INSERT_VERSION,
        post_id=version.post_id,
        at=version.at,
        text=version.text,
        html=version.html,
        warning=version.warning,
        sensitive=version.sensitive,
        media=version.media,
    )


def delete_versions(tx: Tx, post_id: int) -> None:
    tx.run(DELETE_VERSIONS, id=post_id)


MENTIONED = "SELECT account_id FROM mention WHERE post_id = :post_id"
PUT_MENTION = (
    "INSERT INTO mention (post_id, account_id) VALUES (:post_id, :account_id) ON CONFLICT DO NOTHING"
)
DELETE_MENTIONS = "DELETE FROM mention WHERE post_id = :post_id"


def mentioned(tx: Tx, post_id: int) -> list[int]:
    """Ids of the accounts that the post mentions."""
    return tx.all(int, MENTIONED, post_id=post_id)


def put_mentions(tx: Tx, post_id: int, account_ids: Sequence[int]) -> None:
    for account_id in account_ids:
        tx.run(PUT_MENTION, post_id=post_id, account_id=account_id)


def delete_mentions(tx: Tx, post_id: int) -> None:
    tx.run(DELETE_MENTIONS, post_id=post_id)


TAGS_BY_KEY = "SELECT id, key, name FROM tag WHERE key IN :keys"
TAGS_OF = (
    "SELECT t.id, t.key, t.name FROM post_tag pt JOIN tag t ON t.id = pt.tag_id WHERE pt.post_id = :post_id"
)
INSERT_TAG = "INSERT INTO tag (id, key, name) VALUES (:id, :key, :name) ON CONFLICT DO NOTHING"
PUT_TAG = "INSERT INTO post_tag (tag_id, post_id) VALUES (:tag_id, :post_id) ON CONFLICT DO NOTHING"
DELETE_TAGS = "DELETE FROM post_tag WHERE post_id = :post_id"


def tags_of(tx: Tx, post_id: int) -> list[Tag]:
    """The tags of one post."""
    return tx.all(Tag, TAGS_OF, post_id=post_id)


def make_tags(tx: Tx, found: Sequence[Hashtag]) -> list[Tag]:
    """The tags as they are written here; new ones are made."""
    if not found:
        return []
    for tag in found:
        tx.run(INSERT_TAG, id=new_id(), key=tag.key, name=tag.name)
    return tx.all(Tag, TAGS_BY_KEY, keys=[tag.key for tag in found])


def put_tags(tx: Tx, post_id: int, found: Sequence[Hashtag]) -> list[Tag]:
    """Ties the post to its tags; new tags are made. Answers them."""
    tags = make_tags(tx, found)
    for row in tags:
        tx.run(PUT_TAG, tag_id=row.id, post_id=post_id)
    return tags


def delete_tags(tx: Tx, post_id: int) -> None:
    tx.run(DELETE_TAGS, post_id=post_id)
