"""When a firm may begin to post, and what is said about how it began. Pure.

What visits were like before the first post cannot be counted afterwards. So the first public post waits until
enough days are counted, or somebody says that it need not."""

from typing import Literal

from linnet.desk.trial.protocol import BASELINE_LEAST
from linnet.kernel.clock import zone
from linnet.kernel.days import date_words, day_of, next_day
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.value import Value

LEAST = BASELINE_LEAST  # whole days of visits: every weekday four times, as a trial asks
LATEST = 366  # a start is at most so many days away

How = Literal["", "page", "app"]
CHOICES = ("count", "today")


class FirstPost(Conflict):
    """A first public post that was sent without saying whether it waits for the start."""


class Start(Value):
    """The one row. `day`: the chosen day, '' for the reckoned one; days and times '' or None as long as it
    has not come to it."""

    account_id: int
    day: str = ""
    waived_by: int | None = None
    waived_at: int | None = None
    waived_days: int | None = None
    begun_at: int | None = None
    begun_days: int | None = None
    begun_how: How = ""


class Hold(Value):
    """Why a first post waits. `day`: when the firm begins, `reckoned`: the first day with the whole baseline
    before it; both '' as long as nothing was ever counted. `days`: how many are counted."""

    day: str
    reckoned: str
    days: int


def reckoned(first: str, days: int, today: str) -> str:
    """The first day before which LEAST whole days are counted. `first`: the day of the first visit, which is
    not a whole one; '' when there was none."""
    if not first:
        return ""
    left = LEAST - days
    return next_day(today, left + 1 if today <= first else left)


def hold(start: Start | None, first: str, days: int, today: str) -> Hold | None:
    """What holds the first public post back on `today`, None for nothing. A chosen day sooner than the
    reckoned one counts only where it was waived."""
    if start is None or start.begun_at is not None or days >= LEAST:
        return None
    if start.waived_at is not None and today >= start.day:
        return None
    sure = reckoned(first, days, today)
    day = start.day if start.waived_at is not None else max(start.day, sure) if sure else ""
    return Hold(day, sure, days)


def check_day(day: str, today: str) -> str:
    """A day that somebody chose to begin on. Raises Invalid("day")."""
    if not next_day(today) <= day <= next_day(today, LATEST):
        raise Invalid("day", "must be a day from tomorrow on, within a year")
    return day


def words(start: Start | None, time_zone: str, name: str) -> str:
    """How it began, as a statement says it; '' where there is nothing to be said, because the whole baseline
    was there or nobody was asked. `name`: of the person who waived."""
    if start is None:
        return ""
    waived = ""
    if start.waived_at is not None:
        by = f" by {name}" if name else ""
        waived = f"waived on {_day(start.waived_at, time_zone)}{by}, with {_days(start.waived_days)}"
    if start.begun_at is None:
        return (
            f"What visits were like before the first post: four weeks of counting were {waived}."
            if waived
            else ""
        )
    if (start.begun_days or 0) >= LEAST:
        return ""
    how = "was started from an app" if start.begun_how == "app" else "began"
    began = f"Posting {how} on {_day(start.begun_at, time_zone)} with {_days(start.begun_days)} before it"
    more = f"; four weeks of them were {waived}" if waived else ""
    return f"What visits were like before the first post. {began}{more}."


def _day(at: int, time_zone: str) -> str:
    return date_words(day_of(at, zone(time_zone)))


def _days(n: int | None) -> str:
    return f"{n or 0} {'day' if n == 1 else 'days'} of visits counted"
