"""Drafts: their stages, when they may go out, and the next free slot."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from linnet.desk.trial.rules import Quiet, quiet_at
from linnet.kernel.clock import DAY, HOUR, MINUTE, moment, to_ms
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as, encode_text
from linnet.social.polls.rules import NewPoll
from linnet.social.posts.rules import NewPost

Stage = Literal["idea", "draft", "set", "sent", "missed"]
OPEN: tuple[Stage, ...] = ("idea", "draft", "set", "missed")

SOONEST = MINUTE  # a time nearer than this has passed before the page is back
FURTHEST = 366 * DAY
APART = 3 * HOUR  # the next free slot keeps this distance from other posts
STEP = 30 * MINUTE
DAYS_AHEAD = 28
MOST_OPEN = 1000


class Draft(Value):
    """The row. `due_at`: when it goes out (stage set), ms; `version` rises with every change. `moved`:
    what moved it out of a trial's quiet time, in words; `insists`: it is to go out all the same."""

    id: int
    account_id: int
    person_id: int
    stage: Stage
    text: str
    warning: str
    sensitive: bool
    visibility: str
    language: str
    reply_to_id: int | None
    media: str
    poll: str
    entry_id: int | None
    go_links: bool
    app_id: int | None
    key: str
    due_at: int | None
    post_id: int | None
    problem: str
    version: int
    created_at: int
    updated_at: int
    quote_id: int | None = None
    quotable: str = ""  # who may quote it; '' as the account has set
    moved: str = ""
    insists: bool = False

    @property
    def media_ids(self) -> tuple[int, ...]:
        """Pictures that wait with it."""
        return decode_as(tuple[int, ...], self.media)

    @property
    def new_post(self) -> NewPost:
        """What it will publish. The key makes a second try harmless."""
        return NewPost(
            text=self.text,
            visibility=self.visibility,
            warning=self.warning,
            sensitive=self.sensitive,
            language=self.language,
            reply_to_id=self.reply_to_id,
            media_ids=self.media_ids,
            poll=decode_as(NewPoll, self.poll) if self.poll else None,
            key=f"draft:{self.id}",
            quote_id=self.quote_id,
            quotable=self.quotable,
        )


class Content(Value):
    """What is written in a draft."""

    text: str
    visibility: str = "public"
    warning: str = ""
    sensitive: bool = False
    language: str = ""
    reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    poll: NewPoll | None = None
    entry_id: int | None = None
    go_links: bool = False
    quote_id: int | None = None
    quotable: str = ""

    @property
    def media_text(self) -> str:
        """For the column."""
        return encode_text(list(self.media_ids))

    @property
    def poll_text(self) -> str:
        """For the column."""
        return encode_text(self.poll) if self.poll else ""


class DraftChanged(Value):
    """Event: a draft is new, different, planned, sent, missed or gone."""

    draft_id: int
    account_id: int
    stage: str


class Slot(Value):
    """Office hours of one weekday, in minutes of the day."""

    start: int
    end: int


def check_due(at: int, now: int, field: str = "scheduled_at") -> int:
    """A time to publish at. Raises Invalid for the past, or a year away."""
    if at < now + SOONEST:
        raise Invalid(field, "is in the past: choose a later time")
    if at > now + FURTHEST:
        raise Invalid(field, "is more than a year away")
    return at


def check_version(draft: Draft, version: int | None) -> None:
    """Raises Conflict when somebody else changed it since it was read (None: not asked)."""
    if version is not None and draft.version != version:
        raise Conflict(
            "Somebody else changed this draft while you were writing. Your text is still here: "
            "look at theirs, then save again."
        )


def check_open(draft: Draft) -> None:
    """Raises Conflict when it was sent already."""
    if draft.stage == "sent":
        raise Conflict("This draft was published already.")


def is_late(due_at: int, now: int, grace_minutes: int) -> bool:
    """Is it too late to go out without asking?"""
    return now > due_at + grace_minutes * MINUTE


def next_slot(
    taken: Sequence[int],
    hours: Sequence[Slot | None],
    zone: ZoneInfo,
    now: int,
    apart: int = APART,
    quiet: Sequence[Quiet] = (),
) -> int | None:
    """The first half hour within office hours (Monday first) that is `apart` ms from everything
    in `taken`, and in no `quiet` time; in ms. None when four weeks have none. Wall-clock times, so
    right over DST."""
    earliest = now + 10 * MINUTE
    today = moment(now, zone).date()
    for ahead in range(DAYS_AHEAD):
        day = today + timedelta(days=ahead)
        slot = hours[day.weekday()] if len(hours) == 7 else None
        if slot is None:
            continue
        for minute in range(slot.start, slot.end, STEP // MINUTE):
            at = _wall(day, minute, zone)
            if at < earliest or quiet_at(quiet, at):
                continue
            if all(abs(at - other) >= apart for other in taken):
                return at
    return None


def out_of_quiet(
    due_at: int,
    quiet: Sequence[Quiet],
    taken: Sequence[int],
    hours: Sequence[Slot | None],
    zone: ZoneInfo,
) -> int:
    """Where a planned post goes that would fall into a quiet time: the next free slot after it; where
    there is none, the same time of day on the first day after it. `due_at` must be in one of them."""
    last = quiet_at(quiet, due_at)
    if last is None:
        raise ValueError("it is in no quiet time")
    slot = next_slot(taken, hours, zone, last.end - 10 * MINUTE, quiet=quiet)
    if slot is not None:
        return slot
    then = moment(due_at, zone)
    at = _wall(moment(last.end, zone).date(), then.hour * 60 + then.minute, zone)
    return at if at >= last.end else at + DAY  # the trial's midnight is not that of the firm


def moved_words(
    from_at: int, zone: ZoneInfo, *, to_at: int | None = None, by_page: bool = False, light: int = 0
) -> str:
    """What stands with a draft that was moved and, with `to_at`, in the trial's log. `by_page`: because of a page
    that it leads to; `light`: because a light day had its so many posts."""
    it = "It" if to_at is None else "A planned post"
    where = "here" if to_at is None else f"to {_clock_words(to_at, zone)}"
    if light:
        posts = f"{light} post{'' if light == 1 else 's'}"
        why = f"That is a light day of the trial, for {posts}"
    else:
        why = "The trial does not promote its page then" if by_page else "That is quiet time of the trial"
    return f"{it} was set for {_clock_words(from_at, zone)}. {why}, so it was moved {where}."


def _clock_words(at: int, zone: ZoneInfo) -> str:
    return f"{moment(at, zone):%A, %-d %B, %H:%M}"


def _wall(day: date, minute: int, zone: ZoneInfo) -> int:
    return to_ms(datetime(day.year, day.month, day.day, minute // 60 % 24, minute % 60, tzinfo=zone))
