"""Time in files: calendars and timesheets, in and out. Everybody their own."""

from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.effort import calendars, errands, queries, sheet, totals, written
from linnet.desk.effort.calendars import BYTES_MOST, LEFT, Event
from linnet.desk.effort.rules import CHANNELS, HERE, DayTime, Entry, check_channel
from linnet.desk.effort.totals import OwnSpan
from linnet.desk.effort.words import CHANNEL_WORDS
from linnet.desk.effort.written import TakenIn
from linnet.desk.sales import sheet as tables
from linnet.kernel.days import day_of, days_between, next_day, parse_day
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as, encode
from linnet.site import forms
from linnet.site.desk_times import clock, short_day
from linnet.site.frame import Frame, Visit
from linnet.site.office import csv_file
from linnet.social.people import queries as people

FIELDS = ("calendar", "file", "first", "last", "channel", "events")
SHOWN = 150  # events to tick at once
USUAL_DAYS = 28
MOST_DAYS = 366  # in one file
SPANS_MOST = 92  # days of which spans are looked for: 35 have any


class Choice(Value):
    """An event to tick. `known`: it is written down already."""

    event: Event
    day: str
    span: str
    known: bool


class Offer(Value):
    """What a calendar file holds, to choose from. `sealed`: the events again, for the form."""

    choices: list[Choice]
    left: list[str]
    more: int
    channel: str
    sealed: str


class _Sealed(Value):
    events: list[Event]


async def page(visit: Visit) -> Response:
    """Files in and out."""
    return await _page(visit)


async def _page(
    visit: Visit,
    error: LinnetError | None = None,
    *,
    done: TakenIn | None = None,
    passed: int = 0,
    unused: tuple[str, ...] = (),
    offer: Offer | None = None,
    status: int = 200,
) -> Response:
    today = day_of(visit.now, visit.zone)
    return visit.render(
        "desk/sheets.html",
        title="Time in files",
        activity="manage",
        status=forms.status_for(error) if error else status,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        done=done,
        passed=passed,
        unused=unused,
        offer=offer,
        today=today,
        since=next_day(today, 1 - USUAL_DAYS),
        month=f"{today[:7]}-01",
        channels=[(channel, CHANNEL_WORDS[channel]) for channel in CHANNELS if channel != HERE],
        channel_words=CHANNEL_WORDS,
    )


# timesheets


async def take_sheet(visit: Visit) -> Response:
    """A timesheet: all of it, or what is wrong line by line."""
    try:
        file = visit.form.file("file")
        if file is None:
            raise Invalid("file", "is missing: choose a CSV file")
        name = await visit.db.read(_name, visit.session.person_id)
        found = sheet.read(await file.read(tables.BYTES_MOST + 1), name, visit.zone)
        if found.bad:
            done = TakenIn(0, 0, 0, found.bad)
        else:
            done = await visit.db.write(
                written.take_in, visit.session.person_id, visit.account.id, found.lines, "csv", visit.now
            )
    except LinnetError as error:
        return await _page(visit, error)
    status = 422 if done.bad else 200
    return await _page(visit, done=done, passed=found.passed, unused=found.unused, status=status)


def _name(tx: Tx, person_id: int) -> str:
    person = people.person(tx, person_id)
    return person.name if person else ""


class Mine(Value):
    """A person's own time of some days."""

    name: str
    times: list[DayTime]
    entries: list[Entry]
    spans: list[OwnSpan]


def mine(tx: Tx, visit: Visit, first: str, last: str, *, spans: bool) -> Mine:
    """What a file of one's own time is made of; `spans`: with the times of day, where they are kept."""
    person_id = visit.session.person_id
    times = totals.day_times(tx, visit.account.id, first, last, visit.now)
    entries = queries.entries_of(tx, person_id, first, last)
    own: list[OwnSpan] = []
    if spans:
        for day in days_between(max(first, next_day(last, 1 - SPANS_MOST)), last):
            own += totals.own_spans(tx, person_id, day)
    return Mine(
        _name(tx, person_id),
        [time for time in times if time.person_id == person_id],
        [entry for entry in entries if entry.account_id == visit.account.id],
        own,
    )


def _days(visit: Visit) -> tuple[str, str]:
    """The days that are asked for, at most a year. Raises Invalid."""
    today = day_of(visit.now, visit.zone)
    first, last = visit.query("first") or f"{today[:7]}-01", visit.query("last") or today
    if not 0 <= (parse_day(last, "last") - parse_day(first, "first")).days < MOST_DAYS:
        raise Invalid("first", "must be a day before the last, within a year")
    return first, last


async def sheet_out(visit: Visit) -> Response:
    """One's own timesheet."""
    first, last = _days(visit)
    found = await visit.db.read(lambda tx: mine(tx, visit, first, last, spans=False))
    text = sheet.write_own(found.name, found.times, found.entries)
    return csv_file(visit, text, f"time-{first}-{last}.csv")


async def calendar_out(visit: Visit) -> Response:
    """One's own time as a calendar."""
    first, last = _days(visit)
    found = await visit.db.read(lambda tx: mine(tx, visit, first, last, spans=True))
    host = urlsplit(visit.house.settings.url).hostname or "linnet"
    data = calendars.write(f"{found.name}, time", host, found.entries, found.spans, visit.now)
    return _file(visit, data, "text/calendar; charset=utf-8", f"time-{first}-{last}.ics")


def _file(visit: Visit, data: bytes, kind: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{visit.firm.file_prefix}{name}"',
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=kind, headers=headers)


# calendars


async def offer_events(visit: Visit) -> Response:
    """The events of a calendar file, to tick. Nothing is written, and the file is not kept."""
    try:
        offer = await _offer(visit)
    except Invalid as error:
        field = "calendar" if error.field == "file" else error.field
        return await _page(visit, Invalid(field, error.problem, cause=error.cause))
    except LinnetError as error:
        return await _page(visit, error)
    return await _page(visit, offer=offer)


async def _offer(visit: Visit) -> Offer:
    form, today = visit.form, day_of(visit.now, visit.zone)
    channel = check_channel(form.text("channel", "meeting"))
    first, last = form.text("first").strip(), min(form.text("last").strip(), today)
    file = form.file("calendar")
    if file is None:
        raise Invalid("calendar", "is missing: choose an .ics file")
    found = await errands.read_calendar(await file.read(BYTES_MOST + 1), first, last, visit.firm.time_zone)
    events = [event for event in found.events if event.end <= visit.now]
    shown = events[:SHOWN]
    refs = [calendars.ref_of(event) for event in shown]
    known = await visit.db.read(queries.known_refs, visit.session.person_id, refs)
    choices = [
        Choice(
            event,
            short_day(day_of(event.at, visit.zone)),
            f"{clock(event.at, visit.zone)} to {clock(event.end, visit.zone)}"
            if event.end > event.at
            else "",
            ref in known,
        )
        for event, ref in zip(shown, refs, strict=True)
    ]
    left = [f"{n} {LEFT[why]}" for why, n in sorted(found.left.items()) if why in LEFT]
    later = len(found.events) - len(events)
    if later:
        left.append(f"{later} not over yet")
    return Offer(choices, left, len(events) - len(shown), channel, encode(_Sealed(shown)).decode())


async def take_events(visit: Visit) -> Response:
    """Writes down the events that were ticked, or all that were shown."""
    form = visit.form
    try:
        channel = check_channel(form.text("channel"))
        events = decode_as(_Sealed, form.text("events").encode()).events
        ticked = set(range(len(events))) if form.on("all") else set(form.ids("tick"))
        chosen = [event for n, event in enumerate(events) if n in ticked]
        if any(not 0 <= event.at <= visit.now for event in chosen):
            raise Invalid("events", "were changed on the way: send the calendar again")
        if not chosen:
            raise Invalid("events", "were not ticked: nothing was written down")
        lines = [calendars.line_of(event, n, channel, visit.zone) for n, event in enumerate(chosen, 1)]
        person_id, account_id = visit.session.person_id, visit.account.id
        done = await visit.db.write(written.take_in, person_id, account_id, lines, "ics", visit.now)
    except LinnetError as error:
        return await _page(visit, error)
    return await _page(visit, done=done, status=422 if done.bad else 200)


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/time/files", page, who="member"),
        frame.get("/time.csv", sheet_out, who="member"),
        frame.get("/time.ics", calendar_out, who="member"),
        frame.post("/time/files/sheet", take_sheet, uploads=True),
        frame.post("/time/files/calendar", offer_events, uploads=True),
        frame.post("/time/files/events", take_events),
    ]
