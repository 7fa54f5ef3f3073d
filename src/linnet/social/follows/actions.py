"""Following and what undoes it. Every action is safe to repeat."""

from linnet.db.tx import Tx
from linnet.kernel.errors import NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.social.follows import queries, rules
from linnet.social.follows.rules import (
    Follow,
    FollowAccepted,
    Followed,
    FollowRejected,
    FollowRequested,
    Unfollowed,
)
from linnet.social.notices import actions as notices
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.timelines import actions as timelines


def follow(
    tx: Tx,
    follower_id: int,
    followee_id: int,
    *,
    boosts: bool | None = None,
    tell: bool | None = None,
    uri: str = "",
    now: int,
) -> None:
    """Follows, or asks to where the account is locked. `boosts`: show their boosts at home;
    `tell`: a notice for every post; None keeps what is (at first: boosts, no notices). `uri`: the
    address of the Follow when it came from elsewhere. Again: changes these. Raises NotFound,
    Invalid (oneself), NotAllowed (a block, either way)."""
    followee = people_queries.must_account(tx, followee_id)
    if followee.local and followee.hidden:
        raise NotFound("account", cause="it was closed")
    people_queries.must_account(tx, follower_id)
    people.hold(tx, follower_id, followee_id)
    rules.check_follow(follower_id, followee_id, blocked=queries.blocked_either(tx, follower_id, followee_id))
    had, asked = queries.follow(tx, follower_id, followee_id), queries.request(tx, follower_id, followee_id)
    if had or asked:
        _set_options(tx, had, asked, boosts, tell, uri)
        return
    new = Follow(new_id(), follower_id, followee_id, boosts is not False, bool(tell), now, uri)
    if rules.waits(locked=followee.locked, followee_local=followee.local):
        if queries.insert_request(tx, new):
            notices.add(tx, account_id=followee_id, kind="follow_request", from_id=follower_id, now=now)
            tx.emit(FollowRequested(follower_id, followee_id))
        return
    _begin(tx, new, now)


def accept(tx: Tx, followee_id: int, follower_id: int, now: int) -> None:
    """The followee accepts a request. Raises NotFound when there is none."""
    asked = queries.request(tx, follower_id, followee_id)
    if asked is None or not queries.delete_request(tx, follower_id, followee_id):
        raise NotFound("follow request")
    notices.forget(tx, account_id=followee_id, kind="follow_request", from_id=follower_id)
    tx.emit(FollowAccepted(follower_id, followee_id))
    # what was asked of somebody elsewhere keeps the id under which it was asked
    local = people_queries.must_account(tx, followee_id).local
    _begin(tx, changed(asked, id=new_id() if local else asked.id, since=now), now)


def reject(tx: Tx, followee_id: int, follower_id: int) -> None:
    """The followee turns a request down; nobody is told. Raises NotFound when there is none."""
    asked = queries.request(tx, follower_id, followee_id)
    if asked is None or not queries.delete_request(tx, follower_id, followee_id):
        raise NotFound("follow request")
    notices.forget(tx, account_id=followee_id, kind="follow_request", from_id=follower_id)
    tx.emit(FollowRejected(follower_id, followee_id, asked.id, asked.uri))


def unfollow(tx: Tx, follower_id: int, followee_id: int) -> bool:
    """Ends a follow or takes back a request. False when there was neither. Raises NotFound."""
    people_queries.must_account(tx, followee_id)
    return end(tx, follower_id, followee_id, by_id=follower_id)


def remove_follower(tx: Tx, account_id: int, follower_id: int) -> bool:
    """Ends somebody's follow or request of the account. False when there was neither.
    Raises NotFound."""
    people_queries.must_account(tx, follower_id)
    return end(tx, follower_id, account_id, by_id=account_id)


def end(tx: Tx, follower_id: int, followee_id: int, *, by_id: int) -> bool:
    """Whatever stands from the one to the other ends, by the will of `by_id`: follow, request, their
    notices, the posts at home. False when there was nothing."""
    had = queries.follow(tx, follower_id, followee_id) or queries.request(tx, follower_id, followee_id)
    if had is None:
        return False
    followed = queries.delete_follow(tx, follower_id, followee_id)
    asked = queries.delete_request(tx, follower_id, followee_id)
    if followed:
        people.count_follow(tx, follower_id, followee_id, -1)
        timelines.drop(tx, follower_id, followee_id)
        notices.forget(tx, account_id=followee_id, kind="follow", from_id=follower_id)
    if asked:
        notices.forget(tx, account_id=followee_id, kind="follow_request", from_id=follower_id)
    if followed or asked:
        tx.emit(Unfollowed(follower_id, followee_id, by_id, had.id, had.uri))
    return followed or asked


def _begin(tx: Tx, new: Follow, now: int) -> None:
    if not queries.insert_follow(tx, new):
        return  # a twin of this request was faster
    people.count_follow(tx, new.follower_id, new.followee_id, 1)
    timelines.take_up(tx, new.follower_id, new.followee_id, boosts=new.boosts)
    notices.add(tx, account_id=new.followee_id, kind="follow", from_id=new.follower_id, now=now)
    tx.emit(Followed(new.follower_id, new.followee_id))


def _set_options(
    tx: Tx, had: Follow | None, asked: Follow | None, boosts: bool | None, tell: bool | None, uri: str
) -> None:
    for row, requested in ((had, False), (asked, True)):
        if row is None:
            continue
        wanted = changed(
            row,
            boosts=row.boosts if boosts is None else boosts,
            tell=row.tell if tell is None else tell,
            uri=uri or row.uri,
        )
        if wanted != row:
            queries.set_options(tx, wanted, requested=requested)
