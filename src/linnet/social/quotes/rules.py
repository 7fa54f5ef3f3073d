"""Who may quote what, and how a quote stands."""

from typing import Literal, get_args

from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

# `ask`: its author elsewhere decides each time; ours answer at once.
Policy = Literal["public", "followers", "nobody", "ask"]
CHOICES: tuple[Policy, ...] = ("public", "followers", "nobody")

State = Literal["pending", "accepted", "rejected", "revoked", "deleted"]
STATES: tuple[State, ...] = get_args(State)


class Quote(Value):
    """Post `post_id` quotes `quoted_id`. `stamp_uri`: where a server elsewhere says that it may."""

    post_id: int
    quoted_id: int
    state: State
    stamp_uri: str
    since: int


class Stamp(Value):
    """The leave for a post to quote one of ours. `quoting_uri` '' : that post is ours too."""

    id: int
    quoted_post_id: int
    quoting_id: int
    quoting_uri: str
    quoting_account_id: int
    made_at: int
    revoked_at: int | None = None


class RemoteQuote(Value):
    """What a post from elsewhere quotes, and how that stands as far as its stamp shows. `state` None:
    that cannot be had now; `quoted_id` 0: nor can the quoted post."""

    quoted_id: int
    state: State | None
    stamp_uri: str = ""


class QuoteUnclear(Value):
    """Event: a new post from elsewhere quotes something, and whether it may could not be found out now."""

    post_id: int


class QuoteAsked(Value):
    """Event: a post of ours would like to quote one of `author_id`, elsewhere."""

    post_id: int
    account_id: int
    quoted_id: int
    author_id: int


class QuoteAnswered(Value):
    """Event: `asker_id`, elsewhere, asked by `request_uri` whether `quoting_uri` may quote a post of
    `account_id`, which is ours. `stamp_id` 0: it may not."""

    account_id: int
    asker_id: int
    quoted_id: int
    request_uri: str
    quoting_uri: str
    stamp_id: int


class QuoteRevoked(Value):
    """Event: `account_id`, which is ours, took the leave back that it gave to a post of `quoting_account_id`."""

    stamp_id: int
    account_id: int
    quoting_account_id: int


def check_policy(text: str, field: str = "quotable") -> Policy:
    """What one of ours may choose. Raises Invalid."""
    for known in CHOICES:
        if text == known:
            return known
    raise Invalid(field, f"must be one of {', '.join(CHOICES)}")


def allows(policy: Policy, *, own: bool, follows: bool) -> bool:
    """May somebody quote a post with this policy, or ask whether they may? `own`: it is theirs;
    `follows`: they follow its author."""
    return own or policy in ("public", "ask") or (policy == "followers" and follows)
