"""Events of `social` that concern somebody elsewhere become jobs, in the event's own transaction.
Where nobody is concerned it costs one look into an index (docs/benchmarks.md: posting).

A key per thing lets a later job take the place of one that still waits: of two edits one is told,
and a follow that was taken back at once ends as taken back.
"""

from collections.abc import Callable
from typing import Any

from linnet.db.tx import Tx
from linnet.federation.telling import queries
from linnet.federation.telling.job import PROFILE_WAITS, VOTES_WAIT, Tell, What
from linnet.jobs import rows
from linnet.kernel.value import Value
from linnet.social.closing.rules import AccountClosed
from linnet.social.follows import queries as follows
from linnet.social.follows.rules import Followed, FollowRejected, FollowRequested, Unfollowed
from linnet.social.people.moving import Moved
from linnet.social.people.rules import AccountChanged
from linnet.social.polls.rules import PollEnded
from linnet.social.posts import queries as posts
from linnet.social.posts.rules import OPEN, PostDeleted, PostEdited, PostPublished
from linnet.social.quotes.rules import QuoteAnswered, QuoteAsked, QuoteRevoked
from linnet.social.reactions.rules import Favourited, Pinned, Unfavourited, Unpinned, Voted
from linnet.social.reports.rules import Reported
from linnet.social.safety.rules import Blocked, Unblocked


def published(tx: Tx, event: PostPublished, now: int) -> None:
    """A post or a boost."""
    if event.boost_of_id:
        inner = queries.object(tx, event.boost_of_id)
        other = inner.account_id if inner else 0
    else:
        other = (event.reply_to_account_id or 0) if event.visibility in OPEN else 0
    wide = event.visibility != "direct"
    if queries.concerns(tx, event.account_id, followers=wide, other_id=other, post_id=event.post_id):
        what: What = "announce" if event.boost_of_id else "create"
        rows.add(tx, Tell(what, event.account_id, now, post_id=event.post_id, other_id=other), now=now)


def reported(tx: Tx, event: Reported, now: int) -> None:
    """A complaint about somebody elsewhere, which the server passes on in its own name."""
    rows.add(tx, Tell("flag", 0, now, row_id=event.report_id, other_id=event.about_id), now=now)


def moved(tx: Tx, event: Moved, now: int) -> None:
    """An account of ours goes on as another one: its followers' servers follow that one."""
    if queries.concerns(tx, event.account_id, followers=True):
        rows.add(tx, Tell("move", event.account_id, now, other_id=event.to_id), now=now)


def closed(tx: Tx, event: AccountClosed, now: int) -> None:
    """An account of ours is gone. What it still wanted to say of its profile is not said any more."""
    rows.cancel(tx, _key("profile", event.account_id))
    if queries.is_known(tx, event.account_id):
        rows.add(tx, Tell("gone", event.account_id, now), now=now)


def edited(tx: Tx, event: PostEdited, now: int) -> None:
    """A post is different."""
    _changed(tx, event.post_id, "edit", now, now)


def voted(tx: Tx, event: Voted, now: int) -> None:
    """A vote of ours in a poll elsewhere; or anybody's in ours, whose count is told."""
    post = queries.object(tx, event.post_id)
    if post is None:
        return
    if not post.host:
        _changed(tx, event.post_id, "count", now, now + VOTES_WAIT)
    elif queries.between(tx, event.account_id, post.account_id):
        tell = Tell("vote", event.account_id, now, post_id=post.id, other_id=post.account_id)
        rows.add(tx, tell, now=now)


def poll_ended(tx: Tx, event: PollEnded, now: int) -> None:
    """The last count of a poll of ours."""
    rows.cancel(tx, _key("count", event.post_id))
    _changed(tx, event.post_id, "count", now, now)


def _changed(tx: Tx, post_id: int, what: What, now: int, run_at: int) -> None:
    post = queries.object(tx, post_id)
    if post is None or post.host:
        return
    wide = post.visibility != "direct"
    if (
        queries.concerns(tx, post.account_id, followers=wide, post_id=post_id)
        or posts.concerned(tx, post_id)
        or queries.voters(tx, post_id)
    ):
        tell = Tell(what, post.account_id, now, post_id=post_id)
        if what == "edit":
            rows.add(tx, tell, now=now, key=_key(what, post_id))
        else:  # a poll that many vote in is not put off for ever
            rows.add_if_new(tx, tell, now=now, run_at=run_at, key=_key(what, post_id))


def deleted(tx: Tx, event: PostDeleted, now: int) -> None:
    """A post or a boost is gone: what is known of it goes along."""
    inner = queries.object(tx, event.boost_of_id) if event.boost_of_id else None
    other = inner.account_id if inner else 0
    wide = event.visibility != "direct"
    named = event.elsewhere and queries.speaks(tx, event.account_id)
    if not named and not queries.concerns(tx, event.account_id, followers=wide, other_id=other):
        return
    tell = Tell(
        "unannounce" if event.boost_of_id else "delete",
        event.account_id,
        now,
        post_id=event.post_id,
        object_id=event.boost_of_id or 0,
        other_id=other,
        uri=inner.uri if inner else "",
        visibility=event.visibility,
        elsewhere=event.elsewhere,
    )
    rows.cancel(tx, _key("edit", event.post_id))
    rows.cancel(tx, _key("count", event.post_id))
    rows.add(tx, tell, now=now)


def favourited(tx: Tx, event: Favourited, now: int) -> None:
    """A favourite of ours at somebody else's post."""
    _liked(tx, "like", event.post_id, event.account_id, 0, now)


def unfavourited(tx: Tx, event: Unfavourited, now: int) -> None:
    """... taken back."""
    _liked(tx, "unlike", event.post_id, event.account_id, event.favourite_id, now)


def _liked(tx: Tx, what: What, post_id: int, account_id: int, row_id: int, now: int) -> None:
    post = queries.object(tx, post_id)
    if post is None or not post.host or not queries.between(tx, account_id, post.account_id):
        return
    row_id = row_id or queries.favourite(tx, post_id, account_id)
    tell = Tell(
        what,
        account_id,
        now,
        post_id=post_id,
        other_id=post.account_id,
        row_id=row_id,
    )
    rows.add(tx, tell, now=now, key=_key("like", post_id, account_id))


def pinned(tx: Tx, event: Pinned, now: int) -> None:
    """A post is on top of the profile."""
    _pin(tx, "pin", event.post_id, event.account_id, now)


def unpinned(tx: Tx, event: Unpinned, now: int) -> None:
    """... and not any more."""
    _pin(tx, "unpin", event.post_id, event.account_id, now)


def _pin(tx: Tx, what: What, post_id: int, account_id: int, now: int) -> None:
    post = queries.object(tx, post_id)
    if post and post.visibility in OPEN and queries.concerns(tx, account_id):
        tell = Tell(what, account_id, now, post_id=post_id)
        rows.add(tx, tell, now=now, key=_key("pin", post_id))


def follow_requested(tx: Tx, event: FollowRequested, now: int) -> None:
    """One of ours would like to follow somebody elsewhere."""
    asked = follows.request(tx, event.follower_id, event.followee_id)
    if asked and queries.between(tx, event.follower_id, event.followee_id):
        tell = Tell("follow", event.follower_id, now, other_id=event.followee_id, row_id=asked.id)
        rows.add(tx, tell, now=now, key=_key("follow", event.follower_id, event.followee_id))


def followed(tx: Tx, event: Followed, now: int) -> None:
    """Somebody elsewhere follows one of ours, at once or because it was accepted."""
    row = follows.follow(tx, event.follower_id, event.followee_id)
    if row:
        _answer(tx, "accept", event.follower_id, event.followee_id, row.id, row.uri, now)


def follow_rejected(tx: Tx, event: FollowRejected, now: int) -> None:
    """One of ours does not want to be followed."""
    _answer(tx, "reject", event.follower_id, event.followee_id, event.follow_id, event.uri, now)


def unfollowed(tx: Tx, event: Unfollowed, now: int) -> None:
    """One of ours follows no more, or takes a follower away."""
    if event.by_id == event.follower_id and queries.between(tx, event.follower_id, event.followee_id):
        tell = Tell("unfollow", event.follower_id, now, other_id=event.followee_id, row_id=event.follow_id)
        rows.add(tx, tell, now=now, key=_key("follow", event.follower_id, event.followee_id))
    elif event.by_id == event.followee_id:
        _answer(tx, "reject", event.follower_id, event.followee_id, event.follow_id, event.uri, now)


def _answer(tx: Tx, what: What, follower_id: int, followee_id: int, row_id: int, uri: str, now: int) -> None:
    if queries.between(tx, followee_id, follower_id):
        tell = Tell(
            what,
            followee_id,
            now,
            other_id=follower_id,
            row_id=row_id,
            uri=uri,
        )
        rows.add(tx, tell, now=now, key=_key("answer", follower_id, followee_id))


def blocked(tx: Tx, event: Blocked, now: int) -> None:
    """One of ours blocks somebody elsewhere."""
    _block(tx, "block", event.account_id, event.target_id, 0, now)


def unblocked(tx: Tx, event: Unblocked, now: int) -> None:
    """... and not any more."""
    _block(tx, "unblock", event.account_id, event.target_id, event.block_id, now)


def _block(tx: Tx, what: What, account_id: int, target_id: int, row_id: int, now: int) -> None:
    if queries.between(tx, account_id, target_id):
        row_id = row_id or queries.block(tx, account_id, target_id)
        tell = Tell(what, account_id, now, other_id=target_id, row_id=row_id)
        rows.add(tx, tell, now=now, key=_key("block", account_id, target_id))


def quote_asked(tx: Tx, event: QuoteAsked, now: int) -> None:
    """A post of ours would like to quote one from elsewhere."""
    if queries.between(tx, event.account_id, event.author_id):
        rows.add(
            tx, Tell("quote", event.account_id, now, post_id=event.post_id, other_id=event.author_id), now=now
        )


def quote_answered(tx: Tx, event: QuoteAnswered, now: int) -> None:
    """... and one from elsewhere one of ours."""
    if queries.between(tx, event.account_id, event.asker_id):
        tell = Tell(
            "quote_answer",
            event.account_id,
            now,
            other_id=event.asker_id,
            object_id=event.quoted_id,
            row_id=event.stamp_id,
            uri=event.request_uri,
            instrument=event.quoting_uri,
        )
        rows.add(tx, tell, now=now)


def quote_revoked(tx: Tx, event: QuoteRevoked, now: int) -> None:
    """A leave to quote is taken back: whoever sees the quote may hear of it."""
    if queries.concerns(tx, event.account_id, other_id=event.quoting_account_id):
        tell = Tell(
            "unstamp", event.account_id, now, row_id=event.stamp_id, other_id=event.quoting_account_id
        )
        rows.add(tx, tell, now=now)


OF_QUOTES: dict[type[Value], tuple[Callable[[Tx, Any, int], None], ...]] = {
    QuoteAsked: (quote_asked,),
    QuoteAnswered: (quote_answered,),
    QuoteRevoked: (quote_revoked,),
}


def account_changed(tx: Tx, event: AccountChanged, now: int) -> None:
    """A profile of ours looks different."""
    if queries.concerns(tx, event.account_id):
        tell = Tell("profile", event.account_id, now)
        rows.add(tx, tell, now=now, run_at=now + PROFILE_WAITS, key=_key("profile", event.account_id))


def _key(what: str, *ids: int) -> str:
    return ":".join(["tell", what, *map(str, ids)])


# What follows from what, for `app.EVENTS`.
Heed = Callable[[Tx, Any, int], None]
OF_ACCOUNTS: dict[type[Value], tuple[Heed, ...]] = {
    Moved: (moved,),
    AccountClosed: (closed,),
    Reported: (reported,),
}
OF_MARKS: dict[type[Value], tuple[Heed, ...]] = {
    Favourited: (favourited,),
    Unfavourited: (unfavourited,),
    Pinned: (pinned,),
    Unpinned: (unpinned,),
}
OF_TIES: dict[type[Value], tuple[Heed, ...]] = {
    FollowRequested: (follow_requested,),
    Followed: (followed,),
    FollowRejected: (follow_rejected,),
    Unfollowed: (unfollowed,),
    Blocked: (blocked,),
    Unblocked: (unblocked,),
}
