"""The job: an event of ours concerns somebody elsewhere."""

from typing import ClassVar, Literal

from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE, SECOND

What = Literal[
    "create",
    "edit",
    "count",
    "delete",
    "announce",
    "unannounce",
    "like",
    "unlike",
    "follow",
    "unfollow",
    "accept",
    "reject",
    "block",
    "unblock",
    "pin",
    "unpin",
    "vote",
    "profile",
    "flag",
    "move",
    "quote",
    "quote_answer",
    "unstamp",
    "gone",
]

PROFILE_WAITS = 5 * SECOND  # somebody who changes a profile changes it a few times
VOTES_WAIT = MINUTE  # at most one count of a poll in that time


class Tell(Job):
    """Job: an event of ours concerns somebody elsewhere. It carries what cannot be known later.

    `account_id`: who speaks; `other_id`: whom it is about; `row_id`: the favourite, follow, block or stamp,
    which is part of its address; `uri`: the Follow or QuoteRequest that is answered (`instrument`: the
    post that would quote), or what a boost passed on;
    `object_id`: the post that a boost passed on; `elsewhere`: who had to do with a post that is gone;
    `at`: when it happened (ms)."""

    lane: ClassVar[str] = "deliver"

    what: What
    account_id: int
    at: int
    post_id: int = 0
    object_id: int = 0
    other_id: int = 0
    row_id: int = 0
    uri: str = ""
    visibility: str = ""
    elsewhere: tuple[int, ...] = ()
    instrument: str = ""
