"""Days, weeks and months as a firm lives them: in its time zone, 23 to 25 hours long.

A day is written 2026-11-24, a week 2026-W48 (ISO 8601, from Monday), a month 2026-11. These
texts sort by time.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal

from linnet.kernel.clock import moment, to_ms
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

FIRST, LAST = date(2000, 1, 1), date(2199, 12, 31)


class Period(Value):
    """A week or month in a zone: `start` to `end` (ms, end not in it), `first` to `last` day."""

    kind: Literal["week", "month"]
    name: str
    first: str
    last: str
    start: int
    end: int


def day_of(ms: int, zone: tzinfo) -> str:
    """The day on which `ms` falls in `zone`."""
    return moment(ms, zone).date().isoformat()


def day_start(day: str, zone: tzinfo, field: str = "day") -> int:
    """The first moment of the day, in ms. Where midnight does not exist (the clock is set forward
    at midnight) it is the moment of the change. Raises Invalid."""
    return _midnight(parse_day(day, field), zone)


def parse_day(day: str, field: str = "day") -> date:
    """2026-11-24 as a date, from 2000 to 2199. Raises Invalid."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day, re.ASCII):
        try:
            found = date.fromisoformat(day)
        except ValueError:
            found = date.min
        if FIRST <= found <= LAST:
            return found
    raise Invalid(field, "is not a day like 2026-11-24")


def next_day(day: str, days: int = 1) -> str:
    """The day `days` later (or earlier)."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def same_clock(ms: int, days: int, zone: tzinfo) -> int:
    """The moment (ms) `days` later, or earlier, at the same time by the clock of `zone`."""
    return to_ms(moment(ms, zone) + timedelta(days=days))


def days_from(first: str, last: str) -> int:
    """How many days `last` is after `first`; below 0 before it."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def date_words(day: str) -> str:
    """2026-11-24 in words: 24 November 2026."""
    return f"{date.fromisoformat(day):%-d %B %Y}"


def span_words(first: str, last: str) -> str:
    """Two days of a span in words: 23 to 29 November 2026; a whole month is November 2026."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    if start.day == 1 and next_day(last) == f"{start + timedelta(days=32):%Y-%m-01}":
        return f"{start:%B %Y}"
    year = "" if start.year == end.year else f" {start.year}"
    month = "" if (start.year, start.month) == (end.year, end.month) else f" {start:%B}"
    return f"{start.day}{month}{year} to {end:%-d %B %Y}"


def days_between(first: str, last: str) -> Iterator[str]:
    """Every day from `first` to `last`, both in it."""
    day = first
    while day <= last:
        yield day
        day = next_day(day)


def week_of(day: str, zone: tzinfo) -> Period:
    """The week, Monday to Sunday, that has this day. Raises Invalid."""
    on = parse_day(day)
    year, week, weekday = on.isocalendar()
    monday = on - timedelta(days=weekday - 1)
    return _period("week", f"{year:04d}-W{week:02d}", monday, monday + timedelta(days=6), zone)


def month_of(day: str, zone: tzinfo) -> Period:
    """The month that has this day. Raises Invalid."""
    on = parse_day(day)
    last = on.replace(day=calendar.monthrange(on.year, on.month)[1])
    return _period("month", f"{on.year:04d}-{on.month:02d}", on.replace(day=1), last, zone)


def parse_period(name: str, zone: tzinfo, field: str = "period") -> Period:
    """2026-W48 or 2026-11 as a Period. Raises Invalid."""
    week = re.fullmatch(r"(\d{4})-W(\d{2})", name, re.ASCII)
    try:
        if week:
            return week_of(date.fromisocalendar(int(week[1]), int(week[2]), 1).isoformat(), zone)
        if re.fullmatch(r"\d{4}-\d{2}", name, re.ASCII):
            return month_of(f"{name}-01", zone)
    except (ValueError, Invalid):
        pass
    raise Invalid(field, "is not a week like 2026-W48 or a month like 2026-11")


def before(period: Period, zone: tzinfo) -> Period:
    """The week before a week, the month before a month."""
    return _of(period.kind, next_day(period.first, -1), zone)


def after(period: Period, zone: tzinfo) -> Period:
    """The week after a week, the month after a month."""
    return _of(period.kind, next_day(period.last), zone)


def _of(kind: Literal["week", "month"], day: str, zone: tzinfo) -> Period:
    return week_of(day, zone) if kind == "week" else month_of(day, zone)


def _period(kind: Literal["week", "month"], name: str, first: date, last: date, zone: tzinfo) -> Period:
    start, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    return Period(kind, name, first.isoformat(), last.isoformat(), start, end)


def _midnight(day: date, zone: tzinfo) -> int:
    return to_ms(datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC))
