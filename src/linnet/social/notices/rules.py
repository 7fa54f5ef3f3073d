"""Notices: who did what that concerns you."""

from typing import Literal

from linnet.kernel.value import Value

Kind = Literal["mention", "boost", "favourite", "follow", "follow_request", "poll", "post", "edit", "quote"]
KINDS: tuple[Kind, ...] = (
    "mention",
    "boost",
    "favourite",
    "follow",
    "follow_request",
    "poll",
    "post",
    "edit",
    "quote",
)


class Notice(Value):
    """Something that `from_id` did which concerns `account_id`."""

    id: int
    account_id: int
    kind: Kind
    from_id: int
    post_id: int | None
    created_at: int


class NoticeGiven(Value):
    """Event: a new notice stands in `account_id`'s list."""

    notice_id: int
    account_id: int
