"""Which days are for posting and which are quiet: coins from a committed seed, in pairs of weeks. Pure.

What week 1 of a fortnight gets, week 2 gets the opposite: every weekday is on as often as it is quiet.
All of it is counted in local days, so that the clock's changes and leap days make no difference.

- half_week: one coin for half a and one for half b of each fortnight.
- daily: one coin for each weekday of each fortnight; only where visits follow within the day.
- whole_weeks: one coin for each fortnight.
Of three arms (full, light, quiet) three weeks belong together: for each coin of above one of the six orders of
the arms is drawn, so that in three weeks each part of the week has every arm once.

- which_page: in each fortnight half of the pages, drawn by lot, are promoted in week 1 and the others in
  week 2 (of an odd number a coin says which week has one more). So every week has as much to post.
"""

import math
from collections.abc import Sequence
from datetime import date

from linnet.desk.trial.reckoning.chance import Stream
from linnet.desk.trial.values import Arm, AssignedDay, Block, Calendar, Design, PageCalendar, PageWeek
from linnet.kernel.clock import zone
from linnet.kernel.days import day_of, days_between, next_day, parse_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed

COINS_LEAST = 6  # 2 of 64 calendars: the smallest p is .031; with fewer the test cannot say anything
WEEKS_MOST = 104
PAGES_LEAST, PAGES_MOST = 6, 60
SHORTEST_HALF = 3  # days
DAILY_WEEKS_LEAST = 4  # the model has up to ten terms; 28 days are the least to carry them
LIGHT_MOST = 20  # posts on a light day
ORDERS: tuple[tuple[Arm, Arm, Arm], ...] = (
    ("on", "light", "quiet"),
    ("on", "quiet", "light"),
    ("light", "on", "quiet"),
    ("light", "quiet", "on"),
    ("quiet", "on", "light"),
    ("quiet", "light", "on"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def check(design: Design) -> Design:
    """The design, if a trial can be made of it. Raises Invalid with what to change."""
    first = parse_day(design.start, "start")
    zone(design.zone)
    if design.weeks < design.cycle or design.weeks % design.cycle:
        raise Invalid("weeks", _UNEVEN[design.cycle])
    if design.weeks > WEEKS_MOST:
        raise Invalid("weeks", f"must be {WEEKS_MOST} at most")
    if design.kind == "half_week":
        _check_cuts(design.cuts, first)
    if design.kind == "which_page":
        _check_pages(design.pages)
    elif design.pages:
        raise Invalid("pages", "belong to a which-page trial only")
    _check_light(design)
    if design.kind == "daily" and design.weeks < DAILY_WEEKS_LEAST:
        least = -(-DAILY_WEEKS_LEAST // design.cycle) * design.cycle
        raise Invalid("weeks", f"must be {least} at least, to tell weekdays and trend from posting")
    if coins(design) < COINS_LEAST:
        raise Invalid("weeks", _too_few(design))
    return design


def coins(design: Design) -> int:
    """How many coins are thrown, or orders of three arms drawn: the size of the sample. Days are not: they
    share coins."""
    each = {"half_week": 2, "daily": 7, "whole_weeks": 1, "which_page": len(design.pages)}
    return design.weeks // design.cycle * each[design.kind]


def calendars(design: Design, cycles: int | None = None) -> int:
    """How many calendars could be drawn for the whole trial, or for its first `cycles` (fortnights). Of three
    arms: in how many of them the third arm lies where it does, because these are compared (`three`)."""
    every = design.weeks // design.cycle
    cycles = every if cycles is None else cycles
    if design.kind == "which_page":
        pages = len(design.pages)
        return int((math.comb(pages, pages // 2) * (2 if pages % 2 else 1)) ** cycles)
    return int(2 ** (coins(design) * cycles // every))


def first_start(day: str, cuts: tuple[int, int] = (0, 4)) -> str:
    """The first day from `day` on on which a trial of half-weeks can start."""
    return next_day(day, (cuts[0] - parse_day(day).weekday()) % 7)


def last_day(design: Design) -> str:
    """The trial's last day."""
    return next_day(design.start, 7 * design.weeks - 1)


def today(design: Design, now: int) -> str:
    """The local day of the trial at `now` (ms)."""
    return day_of(now, zone(design.zone))


def calendar(design: Design, seed: str) -> Calendar:
    """The calendar that this seed gives. Raises Invalid for a design that cannot be, for a which-page
    trial (`page_calendar`) and for what is no seed."""
    check(design)
    if design.kind == "which_page":
        raise Invalid("kind", "which-page has weeks for pages, not days on and quiet")
    orders = draw_orders(design, Stream(seed, "calendar"))
    days = []
    blocks: list[Block] = []
    every = zip(days_between(design.start, last_day(design)), spots(design), strict=True)
    for n, (day, (block, coin, turn)) in enumerate(every):
        arm = orders[coin][turn]
        half = "ab"[block % 2] if design.kind == "half_week" else ""
        days.append(AssignedDay(day, arm == "on", n // 7, half, block, coin, arm == "light"))
        begun = blocks.pop().first if blocks and blocks[-1].index == block else day
        blocks.append(Block(block, begun, day, arm == "on", coin, arm == "light"))
    return Calendar(design, tuple(days), tuple(blocks))


def draw_orders(design: Design, stream: Stream) -> list[tuple[Arm, ...]]:
    """For each coin, the arms of the weeks that belong together, in their order."""
    if design.light:
        return [ORDERS[stream.below(len(ORDERS))] for _ in range(coins(design))]
    return [("on", "quiet") if stream.bits(1) else ("quiet", "on") for _ in range(coins(design))]


def spots(design: Design) -> list[tuple[int, int, int]]:
    """For each day in order: its block, its coin, and which of the weeks that belong together it is in, from 0.
    What the coins show is not in it."""
    found = []
    for n in range(7 * design.weeks):
        week, weekday = divmod(n, 7)
        cycle, turn = divmod(week, design.cycle)
        part = _part(design, weekday)
        per_week = {"half_week": 2, "daily": 7}.get(design.kind, 1)
        found.append((week * per_week + part, cycle * per_week + part, turn))
    return found


def places(design: Design) -> list[tuple[int, int, bool]]:
    """The spots of two arms: block, coin, and whether the day is of the first week of its fortnight (on with
    heads) or of the second (on with tails)."""
    return [(block, coin, turn == 0) for block, coin, turn in spots(design)]


def page_calendar(design: Design, seed: str) -> PageCalendar:
    """The weeks of a which-page trial that this seed gives. Raises Invalid."""
    check(design)
    if design.kind != "which_page":
        raise Invalid("kind", "has days on and quiet, not weeks for pages")
    weeks = []
    stream = Stream(seed, "calendar")
    for fortnight in range(design.weeks // 2):
        chosen = draw_pages(len(design.pages), stream)
        for second in (False, True):
            week = 2 * fortnight + second
            first = next_day(design.start, 7 * week)
            promoted = tuple(p for p, c in zip(design.pages, chosen, strict=True) if c != second)
            weeks.append(PageWeek(week, first, next_day(first, 6), promoted))
    return PageCalendar(design, tuple(weeks))


def draw_pages(n: int, stream: Stream) -> list[bool]:
    """Which of `n` pages are promoted in the first week of a fortnight."""
    first = n // 2 + (stream.bits(1) if n % 2 else 0)
    chosen = set(stream.shuffled(range(n))[:first])
    return [i in chosen for i in range(n)]


def assigned(found: Calendar, day: str) -> AssignedDay | None:
    """What a day was assigned; None outside of the trial."""
    n = (parse_day(day) - date.fromisoformat(found.design.start)).days
    return found.days[n] if 0 <= n < len(found.days) else None


def visible(found: Calendar, day: str) -> tuple[Block, ...]:
    """What the owner may see on `day`: the blocks until now, the current and the next one. Before the
    start: the first one. Later ones stay hidden, so that news is not saved up for days on."""
    begun = [block for block in found.blocks if block.first <= day]
    return found.blocks[: len(begun) + 1]


def _part(design: Design, weekday: int) -> int:
    """Which part of the week a day is in; `weekday` counts from the first day of the trial."""
    if design.kind == "half_week":
        return int(weekday >= (design.cuts[1] - design.cuts[0]) % 7)
    return weekday if design.kind == "daily" else 0


_UNEVEN = {
    2: "must be an even number: what one week gets, the next gets the opposite",
    3: "must be 3, 6, 9 and so on: in three weeks each part of the week is full, light and quiet once",
}


def _check_light(design: Design) -> None:
    if not 0 <= design.light <= LIGHT_MOST:
        raise Invalid("light", f"must be 1 to {LIGHT_MOST} posts on a light day")
    if design.light and design.kind == "which_page":
        raise Invalid("light", "belongs to a trial of days: pages are promoted or not")


def _check_cuts(cuts: tuple[int, int], first: date) -> None:
    if not all(0 <= cut <= 6 for cut in cuts):
        raise Invalid("cuts", "are two weekdays, from 0 for Monday to 6 for Sunday")
    length = (cuts[1] - cuts[0]) % 7
    if min(length, 7 - length) < SHORTEST_HALF:
        raise Invalid("cuts", f"must leave {SHORTEST_HALF} days at least in each half of the week")
    if first.weekday() != cuts[0]:
        raise Invalid("start", f"must be a {_WEEKDAYS[cuts[0]]}: there the first half of the week begins")


def _check_pages(pages: Sequence[str]) -> None:
    if not PAGES_LEAST <= len(pages) <= PAGES_MOST:
        raise Invalid("pages", f"must be {PAGES_LEAST} to {PAGES_MOST}: each is a part of the sample")
    if len(set(pages)) < len(pages) or not all(pages):
        raise Invalid("pages", "must be there once each")


def _too_few(design: Design) -> str:
    cycle, drawn = design.cycle, "draws" if design.light else "coins"
    weeks = next(w for w in range(cycle, WEEKS_MOST, cycle) if coins(changed(design, weeks=w)) >= COINS_LEAST)
    return (
        f"are too few: they have {coins(design)} {drawn}, and with fewer than {COINS_LEAST} no result can be told "
        f"from luck. Take {weeks} weeks or more"
    )
