"""Following hashtags and stopping to. Every action is safe to repeat."""

from linnet.db.tx import Tx
from linnet.social.posts import queries as posts
from linnet.social.posts.rules import Tag
from linnet.social.tags import queries
from linnet.social.text.scan import Hashtag


def follow(tx: Tx, account_id: int, tag: Hashtag, now: int) -> Tag:
    """Public posts with the tag come home from now on. A tag that nobody wrote yet is made."""
    made = posts.make_tags(tx, [tag])[0]
    queries.put(tx, account_id, made.id, now)
    return made


def unfollow(tx: Tx, account_id: int, key: str) -> None:
    """No more of them; what came home already stays."""
    tag = queries.tag(tx, key)
    if tag:
        queries.drop(tx, account_id, tag.id)


def forget_account(tx: Tx, account_id: int) -> int:
    """The account is gone: it follows no tags any more; answers how many those were."""
    return queries.drop_account(tx, account_id)
