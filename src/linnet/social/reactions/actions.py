"""Reacting to posts. Every action is safe to repeat and raises NotFound for a post that the account
cannot see; a boost stands for the post that it passes on."""

from linnet.db.tx import Tx
from linnet.kernel.errors import NotFound
from linnet.social.emoji import actions as emoji
from linnet.social.emoji.rules import Reaction
from linnet.social.marks import queries
from linnet.social.notices import actions as notices
from linnet.social.polls import actions as polls
from linnet.social.posts import actions as posts
from linnet.social.posts import queries as post_queries
from linnet.social.posts import rules as post_rules
from linnet.social.posts.rules import Post
from linnet.social.reactions.rules import Favourited, Pinned, Unfavourited, Unpinned, Voted


def favourite(tx: Tx, account_id: int, post_id: int, now: int, reaction: Reaction | None = None) -> None:
    """Marks a post as a favourite; its author is told. `reaction`: what somebody elsewhere said it with;
    another one later takes its place, and it is still one favourite."""
    post = _post(tx, account_id, post_id)
    said = emoji.put_reaction(tx, reaction, now)
    if queries.put_favourite(tx, account_id, post.id, said):
        posts.count_favourite(tx, post.id, 1)
        notices.add(
            tx, account_id=post.account_id, kind="favourite", from_id=account_id, post_id=post.id, now=now
        )
        tx.emit(Favourited(post.id, account_id))
    elif said.text:
        queries.say_favourite(tx, account_id, post.id, said)


def unfavourite(tx: Tx, account_id: int, post_id: int, reaction: Reaction | None = None) -> None:
    """Takes a favourite back. `reaction`: what it was said with, where that is told; an emoji whose place
    another one took is gone already, and the favourite stays."""
    post = _post(tx, account_id, post_id)
    if reaction and queries.said(tx, account_id, post.id) not in ("", reaction.text):
        return
    had = queries.drop_favourite(tx, account_id, post.id)
    if had:
        posts.count_favourite(tx, post.id, -1)
        notices.forget(tx, account_id=post.account_id, kind="favourite", from_id=account_id, post_id=post.id)
        tx.emit(Unfavourited(post.id, account_id, had))


def bookmark(tx: Tx, account_id: int, post_id: int) -> None:
    """Keeps a post in a private list."""
    queries.put_bookmark(tx, account_id, _post(tx, account_id, post_id).id)


def unbookmark(tx: Tx, account_id: int, post_id: int) -> None:
    """Takes a post off the private list."""
    queries.drop_bookmark(tx, account_id, _post(tx, account_id, post_id).id)


def pin(tx: Tx, account_id: int, post_id: int, now: int) -> None:
    """Puts one's own post on top of the profile. Raises Invalid for others' and for a sixth."""
    post = _post(tx, account_id, post_id)
    post_rules.check_pin(post, account_id, queries.other_pins(tx, account_id, post.id))
    if queries.put_pin(tx, account_id, post.id, now):
        tx.emit(Pinned(post.id, account_id))


def unpin(tx: Tx, account_id: int, post_id: int) -> None:
    """Takes a post off the top of the profile."""
    post = _post(tx, account_id, post_id)
    if queries.drop_pin(tx, account_id, post.id):
        tx.emit(Unpinned(post.id, account_id))


def mute_thread(tx: Tx, account_id: int, post_id: int) -> None:
    """No more notices from this thread."""
    queries.put_thread_mute(tx, account_id, _post(tx, account_id, post_id).root_id)


def unmute_thread(tx: Tx, account_id: int, post_id: int) -> None:
    """Notices from this thread again."""
    queries.drop_thread_mute(tx, account_id, _post(tx, account_id, post_id).root_id)


def vote(tx: Tx, account_id: int, post_id: int, choices: list[int], now: int) -> None:
    """Votes in the post's poll. Raises Invalid, Late, Conflict."""
    post = _post(tx, account_id, post_id)
    if post.poll_id is None:
        raise NotFound("poll")
    tx.hold(post.poll_id)  # of two votes at once the second sees the first
    polls.vote(tx, post.poll_id, account_id, choices, now)
    posts.touch(tx, post.id)
    tx.emit(Voted(post.id, account_id))


def choose(tx: Tx, account_id: int, post_id: int, title: str, now: int) -> bool:
    """An answer to the post's poll from elsewhere; see `polls.choose`."""
    post = _post(tx, account_id, post_id)
    if post.poll_id is None:
        return False
    tx.hold(post.poll_id)
    if not polls.choose(tx, post.poll_id, account_id, title, now):
        return False
    posts.touch(tx, post.id)
    tx.emit(Voted(post.id, account_id))
    return True


def _post(tx: Tx, account_id: int, post_id: int) -> Post:
    post = post_queries.visible(tx, post_id, account_id)
    if post and post.boost_of_id:
        post = post_queries.visible(tx, post.boost_of_id, account_id)
    if post is None:
        raise NotFound("post")
    return post
