"""The firm's calendar as the pages of the desk show it and read it. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from linnet.desk.drafts.rules import Slot
from linnet.desk.firm.rules import Firm, Week
from linnet.desk.links.rules import without_code
from linnet.kernel.clock import MINUTE, moment, to_ms
from linnet.kernel.days import (
    Period,
    day_of,
    month_of,
    next_day,
    parse_day,
    parse_period,
    span_words,
    week_of,
)
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value
from linnet.site.words import DAYS, MONTHS
from linnet.social.text.scan import scan

USUAL = (9, 17)  # hours that a week shows where the firm has none


class Spot(Value):
    """A post in the calendar. `stage`: set | missed | sent; `clock`: 09:30."""

    at: int
    clock: str
    stage: str
    text: str
    href: str
    language: str = ""


class Cell(Value):
    """What stands in one hour of a day. `row` counts from 1."""

    row: int
    spots: list[Spot]


class Day(Value):
    """A column of the week. `open_row`, `open_span`: office hours in rows; 0: closed."""

    day: str
    name: str
    date: str
    today: bool
    past: bool
    open_row: int
    open_span: int
    cells: list[Cell]
    quiet: bool = False  # quiet time of a trial, as far as that may be known
    light: bool = False  # a light day of one


class Calendar(Value):
    """A week: its hours as rows, its days as columns."""

    hours: list[int]
    days: list[Day]


def slots(firm: Firm) -> list[Slot | None]:
    """The firm's office hours as the next free slot is looked for in."""
    return [Slot(*span) if span else None for span in firm.week]


def wall_time(day: str, clock: str, zone: ZoneInfo) -> int:
    """A day (2026-11-24) and a time (09:30) of the firm's clock in ms. Raises Invalid("date") or
    Invalid("time"), also for a time that the change of the clocks leaves out or brings twice."""
    on = parse_day(day.strip(), "date")
    match = re.fullmatch(r"(\d\d):(\d\d)(:00)?", clock.strip(), re.ASCII)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise Invalid("time", "is not a time like 09:30")
    wall = datetime(on.year, on.month, on.day, int(match[1]), int(match[2]), tzinfo=zone)
    if wall.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall.replace(tzinfo=None):
        raise Invalid("time", "does not exist on that day: the clocks go forward then. Choose an hour later")
    if wall.utcoffset() != wall.replace(fold=1).utcoffset():
        raise Invalid("time", "comes twice on that day: the clocks go back then. Choose another hour")
    return to_ms(wall)


def inputs(ms: int, zone: ZoneInfo) -> tuple[str, str]:
    """A moment as the two fields of a form: 2026-11-24 and 09:30."""
    then = moment(ms, zone)
    return then.date().isoformat(), f"{then:%H:%M}"


def clock(ms: int, zone: ZoneInfo) -> str:
    """09:30 on the firm's clock."""
    return f"{moment(ms, zone):%H:%M}"


def day_words(day: str) -> str:
    """2026-11-24 in words: Tuesday, 24 November."""
    on = date.fromisoformat(day)
    return f"{DAYS[on.weekday()]}, {on.day} {MONTHS[on.month - 1]}"


def short_day(day: str) -> str:
    """2026-11-24 in few letters: Tue 24 Nov."""
    on = date.fromisoformat(day)
    return f"{DAYS[on.weekday()][:3]} {on.day} {MONTHS[on.month - 1][:3]}"


def calendar(
    period: Period,
    spots: Sequence[Spot],
    week: Week,
    zone: ZoneInfo,
    now: int,
    meant: Mapping[str, str] | None = None,
) -> Calendar:
    """The week of `period`: its rows are the office hours, and of the others those with a post.
    `meant`: days that are quiet or light in a trial."""
    hours = _hours(spots, week, zone)
    today, meant = day_of(now, zone), meant or {}
    columns = []
    for step in range(7):
        day = next_day(period.first, step)
        span = week[step] if len(week) == 7 else None
        inside = [row for row, hour in enumerate(hours, 1) if span and _in_span(hour, span)]
        columns.append(
            Day(
                day,
                DAYS[step],
                str(date.fromisoformat(day).day),
                day == today,
                day < today,
                inside[0] if inside else 0,
                len(inside),
                _cells([spot for spot in spots if day_of(spot.at, zone) == day], hours, zone),
                meant.get(day) == "quiet",
                meant.get(day) == "light",
            )
        )
    return Calendar(hours, columns)


def _hours(spots: Sequence[Spot], week: Week, zone: ZoneInfo) -> list[int]:
    spans = [span for span in week if span] or [(USUAL[0] * 60, USUAL[1] * 60)]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    office = {hour for hour in range(24) if _in_span(hour, (first, last))}
    return sorted(office | {moment(spot.at, zone).hour for spot in spots})


def _in_span(hour: int, span: tuple[int, int]) -> bool:
    return span[0] < (hour + 1) * 60 and hour * 60 < span[1]


def _cells(spots: Sequence[Spot], hours: list[int], zone: ZoneInfo) -> list[Cell]:
    cells: dict[int, list[Spot]] = {}
    for spot in sorted(spots, key=lambda s: s.at):
        cells.setdefault(hours.index(moment(spot.at, zone).hour) + 1, []).append(spot)
    return [Cell(row, found) for row, found in cells.items()]


def as_typed(text: str) -> str:
    """A post's text for a list: its links without the codes that count clicks."""
    pieces, at = [], 0
    for link in scan(text).links:
        pieces += [text[at : link.start], without_code(text[link.start : link.end])]
        at = link.end
    return "".join([*pieces, text[at:]])


def spent(ms: int) -> str:
    """Time as people say it: 0 min, 42 min, 1 h 05 min."""
    minutes = (ms + MINUTE // 2) // MINUTE
    if ms and not minutes:
        return "under 1 min"
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def period_of(name: str, zone: ZoneInfo, now: int, kind: str = "week") -> Period:
    """The week or month called so; '' for the one that runs. Raises Invalid("period")."""
    if name:
        return parse_period(name, zone, "period")
    today = day_of(now, zone)
    return week_of(today, zone) if kind == "week" else month_of(today, zone)


def period_words(period: Period) -> str:
    """Week 48, 23 to 29 November 2026; November 2026."""
    words = span_words(period.first, period.last)
    return f"Week {int(period.name[-2:])}, {words}" if period.kind == "week" else words
