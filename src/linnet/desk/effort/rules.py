"""Measured time: from beats to spans, from spans to a sum in which no minute stands twice.

What a page does (design paper, 4b): while it is visible it sends a beat every 15 s, at once with
the first input after 15 s of quiet, and when it is hidden or left. A beat says what is being
done, how long ago the last input was, and `tab`: a random word that the page makes up anew each
time it is loaded or becomes visible again. The clock is the server's. So the beats of one `tab`
are one unbroken look at one page, and what lies between two of them was spent there.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby, pairwise
from typing import Literal, get_args

from linnet.kernel.clock import DAY, MINUTE, SECOND
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

Activity = Literal["write", "answer", "find_news", "find_people", "manage", "read", "outside"]
Source = Literal["page", "app", "entry"]
How = Literal["hand", "tap", "timer", "ics", "csv"]
Channel = Literal[
    "linnet",
    "phone",
    "facebook",
    "linkedin",
    "instagram",
    "bluesky",
    "forum",
    "blog",
    "newsletter",
    "mail",
    "meeting",
    "other",
]

# In this order: where two tabs show different things at one moment, the more active one has it.
ACTIVITIES: tuple[Activity, ...] = get_args(Activity)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
HERE: Channel = "linnet"  # what our pages and the apps of our API are; never written down by hand

BEAT = 15 * SECOND
LATE = 20 * SECOND  # a beat this late still speaks for all the time since the one before it
LOST = 60 * SECOND  # after a longer gap the machine slept or the line was cut: nothing is known
TAIL = 30 * SECOND  # what is granted after the last input
IDLE = 90 * SECOND
IDLE_LEAST, IDLE_MOST = 60 * SECOND, 300 * SECOND
RAW_KEPT = 35 * DAY
EVERYBODY = 0  # stands where the person stands in a rate
EVER = "2000-01-01"  # the day before which nothing is
ENTRY_MOST = 24 * 60  # minutes in a day
PLAIN = 1000  # overhead in permille: an hour costs its hourly cost and nothing more
OVERHEAD_MOST = 10 * PLAIN


class Beat(Value):
    """A sign of life of one page. `quiet`: ms since the last input."""

    person_id: int
    at: int
    tab: str
    account_id: int
    activity: Activity
    quiet: int


class Span(Value):
    """Time from `start` to `end` (ms), spent on one activity for one account."""

    start: int
    end: int
    activity: Activity
    account_id: int

    @property
    def ms(self) -> int:
        """How long it is."""
        return self.end - self.start


class DayTime(Value):
    """What one person spent on one thing on one day. `source` app is an estimate."""

    day: str
    person_id: int
    account_id: int
    activity: Activity
    source: Source
    ms: int
    channel: Channel = HERE


class Entry(Value):
    """Time that somebody wrote down: "phone, 5 min". `ref`: what it was in the file that it came
    from, '' for none; a person has each once."""

    id: int
    person_id: int
    account_id: int
    day: str
    minutes: int
    note: str
    created_at: int
    channel: Channel = "other"
    activity: Activity = "outside"
    how: How = "hand"
    ref: str = ""


class Setting(Value):
    """How time is measured here. Days as 2026-11-24; '' for none (folded_through), all (raw_from)."""

    idle: int
    folded_through: str
    raw_from: str


class Rate(Value):
    """What an hour of a person costs from a day on, in minor units; None: what the firm's costs.
    Of EVERYBODY: what the firm's usually costs from that day on."""

    person_id: int
    since_day: str
    hourly_cost: int | None


class Overhead(Value):
    """What an hour costs in all from a day on, in permille of the hourly cost: 1250 adds a quarter for
    the room, the phone, the insurance."""

    since_day: str
    permille: int


def check_beat(activity: str, tab: str, quiet: int) -> Activity:
    """`activity` as one of ACTIVITIES that a page can have. Raises Invalid."""
    for known in ACTIVITIES:
        if activity == known and known != "outside":
            if not (tab.isascii() and tab.isalnum() and len(tab) <= 32):
                raise Invalid("tab", "must be 1 to 32 letters and digits")
            if not 0 <= quiet <= DAY:
                raise Invalid("quiet", "must be 0 or more milliseconds, less than a day")
            return known
    raise Invalid("activity", f"must be one of {', '.join(ACTIVITIES[:-1])}")


def check_idle(idle: int) -> int:
    """The idle limit in ms. Raises Invalid."""
    if not IDLE_LEAST <= idle <= IDLE_MOST:
        raise Invalid("idle", "must be 60 to 300 seconds")
    return idle


def check_rate(hourly_cost: int | None) -> int | None:
    """Minor units per hour. Raises Invalid."""
    if hourly_cost is not None and not 0 <= hourly_cost <= 10**9:
        raise Invalid("hourly_cost", "must be 0 or more, and an hour's cost")
    return hourly_cost


def check_overhead(permille: int) -> int:
    """From 1.0 to 10 times the hourly cost. Raises Invalid."""
    if not PLAIN <= permille <= OVERHEAD_MOST:
        raise Invalid("overhead", "must be 1.0 (nothing on top) to 10")
    return permille


def check_channel(channel: str) -> Channel:
    """Where time elsewhere was spent. Raises Invalid."""
    for known in CHANNELS:
        if channel == known and known != HERE:
            return known
    raise Invalid("channel", f"must be one of {', '.join(CHANNELS[1:])}")


def check_activity(activity: str) -> Activity:
    """One of ACTIVITIES. Raises Invalid."""
    for known in ACTIVITIES:
        if activity == known:
            return known
    raise Invalid("activity", f"must be one of {', '.join(ACTIVITIES)}")


def check_entry(
    minutes: int, note: str, day: str, today: str, already: int, channel: Channel = "other"
) -> str:
    """The note, trimmed; only time on channel "other" needs one. `already`: minutes that stand on
    the same day. Raises Invalid."""
    if not 1 <= minutes <= ENTRY_MOST:
        raise Invalid("minutes", "must be 1 to 1440")
    if minutes + already > ENTRY_MOST:
        raise Invalid("minutes", "make more than 24 hours on that day")
    if day > today:
        raise Invalid("day", "is not over yet: only time that was spent can be written down")
    line = " ".join(note.split())
    if len(line) > 80 or not line.isprintable() or (not line and channel == "other"):
        raise Invalid("note", "must be 1 to 80 characters on one line, such as: phone")
    return line


def page_spans(beats: Iterable[Beat], idle: int) -> list[Span]:
    """The time of one person in front of our pages: tabs and devices together, no moment twice.
    The order of `beats` does not matter, nor whether one comes twice."""
    ordered = sorted(set(beats), key=lambda b: (b.tab, b.at, b.quiet, b.activity))
    spans: list[Span] = []
    for _, tab in groupby(ordered, key=lambda b: b.tab):
        spans += tab_spans(list(tab), idle)
    return union(spans)


def tab_spans(beats: Sequence[Beat], idle: int) -> list[Span]:
    """The time in front of one tab, of its beats in order of time: while it was visible, and
    within `idle` ms of two inputs, or TAIL after an input that nothing followed."""
    windows = awake(sorted({beat.at - beat.quiet for beat in beats}), idle)
    spans, at_window = [], 0
    for before, beat in pairwise(beats):
        gap = beat.at - before.at
        if gap > LOST:
            continue
        start = before.at if gap <= LATE else beat.at - BEAT
        while at_window < len(windows) and windows[at_window][1] <= start:
            at_window += 1
        for from_, to in windows[at_window:]:
            if from_ >= beat.at:
                break
            spans.append(Span(max(start, from_), min(beat.at, to), beat.activity, beat.account_id))
    return [span for span in spans if span.ms > 0]


def awake(inputs: Sequence[int], idle: int) -> list[tuple[int, int]]:
    """When somebody was there, of the moments of their inputs in order."""
    windows: list[tuple[int, int]] = []
    for this, after in pairwise([*inputs, None]):
        if this is None:
            break
        end = after if after is not None and after - this <= idle else this + TAIL
        if windows and this <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(end, windows[-1][1]))
        else:
            windows.append((this, end))
    return windows


def union(spans: Iterable[Span]) -> list[Span]:
    """The same time with no moment twice, in order. Where spans overlap, the moment goes to the
    activity that stands first in ACTIVITIES, then to the account with the lower id."""
    edges: list[tuple[int, bool, tuple[int, int]]] = []
    for span in spans:
        if span.ms > 0:
            rank = (ACTIVITIES.index(span.activity), span.account_id)
            edges += [(span.start, True, rank), (span.end, False, rank)]
    edges.sort()
    open: dict[tuple[int, int], int] = {}
    merged: list[Span] = []
    for (at, begins, rank), following in pairwise([*edges, None]):  # type: ignore[misc] # only the last is None
        open[rank] = open.get(rank, 0) + (1 if begins else -1)
        if not open[rank]:
            del open[rank]
        if following is None or not open or following[0] == at:
            continue
        activity, account_id = min(open)
        _append(merged, Span(at, following[0], ACTIVITIES[activity], account_id))
    return merged


def _append(spans: list[Span], span: Span) -> None:
    last = spans[-1] if spans else None
    if (
        last
        and last.end == span.start
        and (last.activity, last.account_id) == (span.activity, span.account_id)
    ):
        spans[-1] = Span(last.start, span.end, last.activity, last.account_id)
    else:
        spans.append(span)


def without(spans: Iterable[Span], taken: Sequence[Span]) -> list[Span]:
    """`spans` less the moments that `taken` (in order, no overlaps) has: what was measured is
    not estimated again."""
    left: list[Span] = []
    for span in spans:
        start = span.start
        for other in taken:
            if other.end <= start:
                continue
            if other.start >= span.end:
                break
            if other.start > start:
                left.append(Span(start, other.start, span.activity, span.account_id))
            start = other.end
        if start < span.end:
            left.append(Span(start, span.end, span.activity, span.account_id))
    return left


def clip(spans: Iterable[Span], start: int, end: int) -> list[Span]:
    """The part of `spans` within [start, end)."""
    cut = (Span(max(s.start, start), min(s.end, end), s.activity, s.account_id) for s in spans)
    return [span for span in cut if span.ms > 0]


def total(spans: Iterable[Span]) -> int:
    """The sum of the lengths, in ms."""
    return sum(span.ms for span in spans)


def by_kind(spans: Iterable[Span], day: str, person_id: int, source: Source) -> list[DayTime]:
    """One line per account and activity."""
    sums: dict[tuple[int, Activity], int] = {}
    for span in spans:
        key = (span.account_id, span.activity)
        sums[key] = sums.get(key, 0) + span.ms
    return [
        DayTime(day, person_id, account, activity, source, ms)
        for (account, activity), ms in sorted(sums.items())
    ]


def rate_on(rates: Iterable[Rate], person_id: int, day: str, usual: int) -> int:
    """What an hour of this person costs on this day, in minor units. `usual`: where no rate says
    otherwise."""
    valid = sorted((rate for rate in rates if rate.since_day <= day), key=lambda rate: rate.since_day)
    by_person = {rate.person_id: rate.hourly_cost for rate in valid}  # the newest of each stays
    for who in (person_id, EVERYBODY):
        cost = by_person.get(who)
        if cost is not None:
            return cost
    return usual


def overhead_on(overheads: Iterable[Overhead], day: str) -> int:
    """The overhead that is valid on this day, in permille; PLAIN where none was said."""
    valid = [overhead for overhead in overheads if overhead.since_day <= day]
    return max(valid, key=lambda overhead: overhead.since_day).permille if valid else PLAIN


WHOLE = 60 * MINUTE * PLAIN  # what `weighed` is counted in: this many make one minor unit


def weighed(
    times: Iterable[DayTime], rates: Sequence[Rate], usual: int, overheads: Sequence[Overhead] = ()
) -> list[tuple[DayTime, int]]:
    """Each time with its exact cost in minor units times WHOLE: time x hourly cost x overhead of that
    person and day."""
    known: dict[tuple[int, str], int] = {}
    found = []
    for time in times:
        who = (time.person_id, time.day)
        if who not in known:
            known[who] = rate_on(rates, time.person_id, time.day, usual) * overhead_on(overheads, time.day)
        found.append((time, time.ms * known[who]))
    return found


def costs(
    times: Iterable[DayTime], rates: Sequence[Rate], usual: int, overheads: Sequence[Overhead] = ()
) -> dict[tuple[Activity, Source], int]:
    """The cost of each activity and source in minor units: the sum over people and days of
    hours times rate, rounded once (half up) for each line, so that the lines add up to the total."""
    exact: dict[tuple[Activity, Source], int] = {}
    for time, weight in weighed(times, rates, usual, overheads):
        key = (time.activity, time.source)
        exact[key] = exact.get(key, 0) + weight
    return {key: (value + WHOLE // 2) // WHOLE for key, value in exact.items()}
