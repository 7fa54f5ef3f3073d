"""Follows: what stands between two accounts."""

from linnet.kernel.errors import Invalid, NotAllowed
from linnet.kernel.value import Value


class Follow(Value):
    """A follow, or a request for one: the two tables have the same columns. `uri`: the address of the
    Follow when it came from elsewhere."""

    id: int
    follower_id: int
    followee_id: int
    boosts: bool
    tell: bool
    since: int
    uri: str = ""


class Tie(Value):
    """One line of a list of accounts that is paged by `id`, which is the tie's, not the account's."""

    id: int
    account_id: int


class Relationship(Value):
    """What stands between a viewer and the account `id`, as the client API asks for it."""

    id: int
    following: bool
    showing_boosts: bool
    notifying: bool
    followed_by: bool
    requested: bool
    requested_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notices: bool
    muted_until: int | None
    note: str


class Familiar(Value):
    """`follower_id`, whom the viewer follows, follows `account_id`."""

    account_id: int
    follower_id: int


class Followed(Value):
    """Event: a follow began (at once, or by an accepted request)."""

    follower_id: int
    followee_id: int


class Unfollowed(Value):
    """Event: a follow or a request ended, from either side: `by_id` ended it. `follow_id`, `uri`: of
    what ended."""

    follower_id: int
    followee_id: int
    by_id: int = 0
    follow_id: int = 0
    uri: str = ""


class FollowRequested(Value):
    """Event: somebody waits to be accepted."""

    follower_id: int
    followee_id: int


class FollowAccepted(Value):
    """Event: a request was accepted. `Followed` comes with it."""

    follower_id: int
    followee_id: int


class FollowRejected(Value):
    """Event: a request was turned down. `follow_id`, `uri`: the request's."""

    follower_id: int
    followee_id: int
    follow_id: int = 0
    uri: str = ""


def check_follow(follower_id: int, followee_id: int, *, blocked: bool) -> None:
    """May the one follow the other? Raises Invalid for oneself, NotAllowed after a block."""
    if follower_id == followee_id:
        raise Invalid("account", "is your own: nobody follows themselves")
    if blocked:
        raise NotAllowed("You cannot follow this account.")


def waits(*, locked: bool, followee_local: bool) -> bool:
    """Must the follow be accepted first? Of an account elsewhere always: only its own server's
    signed answer makes it one (security paper, A29)."""
    return locked or not followee_local
