"""The program that reads calendar files of strangers: bytes in on stdin, events out on stdout.

It runs by itself (`errands.read_calendar` starts it) with little memory and little time, no
environment, and knows nothing of Linnet: a rule that repeats for ever, or never, costs this process.
`icalendar` and `recurring_ical_events` know the formats, the repetitions, their exceptions and the
time zones, also those that Windows calls otherwise (docs/decisions/0012-calendar-files.md).

    argv     first day, day after the last, time zone of the firm
    stdin    the calendar
    stdout   JSON {"problem": "..."} or {"events": [{"uid", "at", "end", "minutes", "title"}],
             "left": {why: how many}}; at and end in ms since 1970
"""

import datetime as dt
import json
import resource
import sys
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

MEMORY = 512 << 20  # bytes of address space
CPU_SECONDS = 10
EVENTS_MOST = 1_000
TITLE_MOST = 80
UID_MOST = 500
OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}

# why an event is not among those to choose from
ALL_DAY, CANCELLED, LONG, OFTENER, ODD, NO_TIME = "all day", "cancelled", "long", "often", "odd", "no time"
OURS = "X-LINNET-MINUTES"  # in files that Linnet wrote: an entry has a day and minutes, no time of day


class Refused(Exception):
    """The file cannot be read. The message continues "The file ..."."""


def read(data: bytes, first: str, until: str, zone_name: str) -> dict[str, Any]:
    """The events of [first, until) as the protocol above has them. Raises Refused."""
    zone = ZoneInfo(zone_name)
    try:
        calendars = icalendar.Calendar.from_ical(data, multiple=True)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Refused("is no calendar in the format iCalendar (.ics)") from error
    if not calendars:
        raise Refused("is no calendar in the format iCalendar (.ics)")
    start, end = _midnight(first, zone), _midnight(until, zone)
    left: Counter[str] = Counter()
    events: list[dict[str, Any]] = []
    for calendar in calendars:
        for event in list(calendar.walk("VEVENT")):
            if _too_often(event):
                calendar.subcomponents = [part for part in calendar.subcomponents if part is not event]
                left[OFTENER] += 1
        series = _series(calendar)
        for event in _within(calendar, start, end):
            found, why = _as_event(event, zone, start, end, series)
            if found is None:
                left[why] += 1
            else:
                events.append(found)
            if len(events) > EVENTS_MOST:
                raise Refused(f"has more than {EVENTS_MOST} events in these days: choose fewer days")
    events.sort(key=lambda event: (event["at"], event["uid"]))
    return {"events": events, "left": dict(left)}


def _within(calendar: Any, start: dt.datetime, end: dt.datetime) -> Any:
    query = recurring_ical_events.of(calendar, skip_bad_series=True)
    try:
        yield from query.between(start, end)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise Refused("has an event whose times cannot be read") from error


def _series(calendar: Any) -> set[str]:
    """The UIDs that stand for more than one event."""
    parts = calendar.walk("VEVENT")
    return {str(part.get("UID", "")) for part in parts if {"RRULE", "RDATE", "RECURRENCE-ID"} & set(part)}


def _midnight(day: str, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time.min, zone)


def _too_often(event: Any) -> bool:
    rules = event.get("RRULE")
    for rule in rules if isinstance(rules, list) else [rules]:
        if rule is None:
            continue
        often = OFTEN & {str(value).upper() for value in rule.get("FREQ", [])}
        if often or "BYMINUTE" in rule or "BYSECOND" in rule or 0 in rule.get("INTERVAL", []):
            return True
    return False


def _as_event(
    event: Any, zone: ZoneInfo, first: dt.datetime, until: dt.datetime, series: set[str]
) -> tuple[dict[str, Any] | None, str]:
    """One event, or why it is none to choose: only hours that somebody spent can be."""
    try:
        start, end = event.start, event.end
    except (ValueError, KeyError, TypeError, AttributeError):
        return None, ODD
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None, CANCELLED
    ours = str(event.get(OURS, ""))
    if not isinstance(start, dt.datetime):
        if not (ours.isascii() and ours.isdigit() and len(ours) <= 4):
            return None, ALL_DAY
        start = end = dt.datetime.combine(start, dt.time(12), zone)
    began, ended = (at if at.tzinfo else at.replace(tzinfo=zone) for at in (start, end))
    seconds = (ended - began).total_seconds()
    minutes = int(ours) if ours.isascii() and ours.isdigit() and len(ours) <= 4 else round(seconds / 60)
    if not first <= began < until:
        return None, ODD  # what only reaches into these days belongs to the day on which it began
    if minutes < 1:
        return None, NO_TIME
    if minutes > 24 * 60:
        return None, LONG
    words = "".join(c if c.isprintable() else " " for c in str(event.get("SUMMARY", "")))
    title = " ".join(words.split())[:TITLE_MOST]
    return {
        "uid": _name(event, began, title, series),
        "at": round(began.timestamp() * 1000),
        "end": round(ended.timestamp() * 1000),
        "minutes": minutes,
        "title": title,
    }, ""


def _name(event: Any, began: dt.datetime, title: str, series: set[str]) -> str:
    """What it is called, also when it is moved in its calendar: a repetition by the moment that the
    rule gave it, a single event by its UID."""
    uid, occurrence = str(event.get("UID", "")), event.get("RECURRENCE-ID")
    if not uid:
        return f"{began.isoformat()} {title}"
    if uid in series and occurrence is not None:
        return f"{uid[:UID_MOST]} {occurrence.dt}"
    return uid[:UID_MOST]


def main() -> None:
    """Limits first, then the file."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    try:
        answer = read(sys.stdin.buffer.read(), *sys.argv[1:4])
    except Refused as error:
        answer = {"problem": str(error)}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
