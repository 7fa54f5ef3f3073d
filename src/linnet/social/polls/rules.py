"""Polls: what a good one is, and what a voter may do."""

import unicodedata

from linnet.kernel.clock import DAY, MINUTE
from linnet.kernel.errors import Conflict, Invalid, Late
from linnet.kernel.value import Value

FEWEST, MOST = 2, 4
OPTION_LENGTH = 50
SHORTEST, LONGEST = 5 * MINUTE, 31 * DAY


class NewPoll(Value):
    """A poll as it is asked for. `duration` in ms."""

    options: tuple[str, ...]
    duration: int
    multiple: bool = False
    hide_totals: bool = False


class ForeignPoll(Value):
    """A poll from elsewhere: answers with their votes as its server counts them; `expires_at` in ms."""

    options: tuple[tuple[str, int], ...]
    multiple: bool
    expires_at: int
    voters_count: int


class Poll(Value):
    """A poll. `expires_at` in ms."""

    id: int
    post_id: int
    account_id: int
    multiple: bool
    hide_totals: bool
    expires_at: int
    voters_count: int


class Option(Value):
    """One answer; `own`: the viewer chose it."""

    poll_id: int
    position: int
    title: str
    votes_count: int
    own: bool = False


class PollView(Value):
    """A poll as one viewer sees it."""

    poll: Poll
    options: tuple[Option, ...]


class PollEnded(Value):
    """Event: its time is over; those who took part have been told."""

    poll_id: int
    post_id: int


def check_poll(new: NewPoll) -> NewPoll:
    """The poll with its options trimmed. Raises Invalid("poll[options]" or "poll[expires_in]")."""
    options = tuple(" ".join(option.split()) for option in new.options)
    if not FEWEST <= len(options) <= MOST:
        raise Invalid("poll[options]", f"must be {FEWEST} to {MOST}")
    if not all(options):
        raise Invalid("poll[options]", "must not be empty")
    if any(len(option) > OPTION_LENGTH for option in options):
        raise Invalid("poll[options]", f"must have at most {OPTION_LENGTH} characters each")
    if any(unicodedata.category(c) in {"Cc", "Cs"} for option in options for c in option):
        raise Invalid("poll[options]", "must be text")
    if len(set(options)) < len(options):
        raise Invalid("poll[options]", "must differ from each other")
    if not SHORTEST <= new.duration <= LONGEST:
        raise Invalid("poll[expires_in]", "must be from 5 minutes to 31 days")
    return NewPoll(options, new.duration, new.multiple, new.hide_totals)


def check_vote(poll: Poll, options: int, choices: list[int], *, voted: bool, voter_id: int, now: int) -> None:
    """May the voter choose this? Raises Invalid("choices"), Late, Conflict."""
    if poll.expires_at <= now:
        raise Late("The poll is over.")
    if poll.account_id == voter_id:
        raise Invalid("choices", "cannot be made in your own poll")
    if voted:
        raise Conflict("You have already voted in this poll.")
    if not choices or any(not 0 <= choice < options for choice in choices):
        raise Invalid("choices", "must be among the answers")
    if len(set(choices)) < len(choices) or (len(choices) > 1 and not poll.multiple):
        raise Invalid("choices", "must be one answer" if not poll.multiple else "must differ")
