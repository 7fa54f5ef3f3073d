"""Writing home timelines."""

from linnet.db.tx import Tx
from linnet.social.timelines import queries

TAKEN_UP = 20  # posts of somebody newly followed


def fan_out(
    tx: Tx,
    post_id: int,
    *,
    author_id: int,
    reply_to_account_id: int,
    tag_ids: list[int],
    now: int,
    author_here: bool,
) -> None:
    """The post into the author's own home (who lives elsewhere has none here), those of the local
    followers, and those of people who follow one of `tag_ids` (given only for public posts)."""
    if author_here:
        queries.put(tx, author_id, post_id)
    queries.fan_out(tx, post_id, author_id=author_id, reply_to_account_id=reply_to_account_id, now=now)
    if tag_ids:
        queries.fan_out_tags(tx, post_id, author_id, tag_ids)


def fan_out_boost(tx: Tx, boost_id: int, of_id: int, *, by: int, about: int, here: bool, now: int) -> None:
    """A boost of `of_id` into the home of who boosted (`by`; `here`: an account of ours) and those of local
    followers. Where the post by `about`, or another boost of it, stands among the last lines, it is not shown
    once more; if that goes, this one comes (`posts.actions.remove`)."""
    queries.fan_out_boost(tx, boost_id, of_id=of_id, author_id=by, about_id=about, author_here=here, now=now)


def put(tx: Tx, post_id: int, owner_ids: list[int]) -> None:
    """The post into these homes and no other: a direct post."""
    for owner_id in owner_ids:
        queries.put(tx, owner_id, post_id)


def take_out(tx: Tx, post_id: int, owner_ids: list[int]) -> None:
    """A post that stays, out of the homes of those who may not see it any more."""
    if owner_ids:
        queries.drop_from(tx, post_id, owner_ids)


def take_up(tx: Tx, owner_id: int, author_id: int, *, boosts: bool = True) -> None:
    """After a follow: the author's last posts into the home of `owner_id`."""
    queries.take_up(tx, owner_id, author_id, boosts, TAKEN_UP)


def drop(tx: Tx, owner_id: int, author_id: int) -> None:
    """After an unfollow, block or mute: the author's posts out of the home of `owner_id`."""
    queries.drop_author(tx, owner_id, author_id)


def drop_post(tx: Tx, post_id: int, author_id: int) -> None:
    """Before a post is deleted: out of every home."""
    queries.drop_post(tx, post_id, author_id)


def forget_owner(tx: Tx, owner_id: int, n: int) -> int:
    """The account is gone: up to `n` lines of its home go; answers how many."""
    return queries.drop_owner(tx, owner_id, n)
