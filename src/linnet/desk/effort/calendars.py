"""Calendars: their events as time that may be written down, and own time as a calendar. Pure."""

import hashlib
import importlib
from collections.abc import Iterable
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from linnet.desk.effort.rules import Channel, Entry
from linnet.desk.effort.totals import OwnSpan
from linnet.desk.effort.words import ACTIVITY_WORDS, CHANNEL_WORDS
from linnet.desk.effort.written import Line
from linnet.kernel.clock import moment
from linnet.kernel.days import day_of
from linnet.kernel.value import Value

BYTES_MOST = 4 << 20
DAYS_MOST = 93
MINUTES = "X-LINNET-MINUTES"

# Why an event is not among those to choose from, in words; keys as `calendar_file` has them.
LEFT = {
    "all day": "for whole days, which are no hours",
    "cancelled": "cancelled",
    "long": "longer than a day",
    "often": "repeated within a day",
    "odd": "begun before these days, or without times that can be read",
    "no time": "without any length",
}


class Event(Value):
    """An event of a calendar file: `at` to `end` in ms. `uid` names it and which repetition it is."""

    uid: str
    at: int
    end: int
    minutes: int
    title: str


class Events(Value):
    """What a file holds of some days. `left`: why others are not among them, and how many."""

    events: tuple[Event, ...]
    left: dict[str, int]


def ref_of(event: Event) -> str:
    """The name under which an event is an entry once."""
    return f"ics:{hashlib.sha256(event.uid.encode()).hexdigest()[:32]}"


def line_of(event: Event, number: int, channel: Channel, zone: ZoneInfo) -> Line:
    """The event as an entry to be, on the day on which it begins."""
    note = event.title or "calendar"
    return Line(number, day_of(event.at, zone), event.minutes, channel, "outside", note, ref_of(event))


def write(name: str, host: str, entries: Iterable[Entry], spans: Iterable[OwnSpan], now: int) -> bytes:
    """A person's own time as iCalendar: what was measured or estimated with its times, what was
    written down as whole days with its minutes in the title (and in X-LINNET-MINUTES, by which we
    read it again). `name`: of the calendar; `host`: of this server, for the ids."""
    icalendar = importlib.import_module("icalendar")  # 2 MB that a server seldom needs
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//Linnet//time//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    stamp = moment(now, UTC).replace(microsecond=0)
    for entry in entries:
        event = icalendar.Event()
        event.add("uid", f"entry-{entry.id}@{host}")
        event.add("dtstamp", stamp)
        on = date.fromisoformat(entry.day)
        event.add("dtstart", on)
        event.add("dtend", on + timedelta(days=1))
        words = entry.note or CHANNEL_WORDS[entry.channel]
        event.add("summary", f"{words}, {entry.minutes} min")
        event.add("categories", [CHANNEL_WORDS[entry.channel], ACTIVITY_WORDS[entry.activity]])
        event.add("transp", "TRANSPARENT")
        event.add(MINUTES, str(entry.minutes))
        calendar.add_component(event)
    for span in spans:
        event = icalendar.Event()
        event.add("uid", f"span-{span.start}-{span.end}-{span.source}@{host}")
        event.add("dtstamp", stamp)
        event.add("dtstart", moment(span.start, UTC).replace(microsecond=0))
        event.add("dtend", moment(span.end, UTC).replace(microsecond=0))
        estimated = " (estimated)" if span.source == "app" else ""
        event.add("summary", f"{ACTIVITY_WORDS[span.activity]}{estimated}")
        event.add("categories", [CHANNEL_WORDS["linnet"]])
        calendar.add_component(event)
    return bytes(calendar.to_ical())
