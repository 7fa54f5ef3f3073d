"""Time: what a person sees of their own, and what they may do about it.

Nobody else's time is on this page; the firm sees days and activities only, in its statement.
"""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.effort import actions, queries, totals
from linnet.desk.effort.rules import DayTime, Entry, Setting
from linnet.desk.effort.totals import OwnSpan
from linnet.desk.statement.rules import WORDS
from linnet.kernel.clock import MINUTE, SECOND
from linnet.kernel.days import Period, after, before, day_of, day_start, days_between, next_day, parse_day
from linnet.kernel.errors import LinnetError, NotAllowed
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.desk_times import clock, day_words, period_of, short_day, span_words, spent
from linnet.site.frame import Frame, Visit

FIELDS = ("day", "minutes", "note", "idle")
PAUSE = 5 * MINUTE
IDLES = (60, 90, 120, 180, 300)


class Line(Value):
    """A day of the week that is shown."""

    day: str
    name: str
    ms: int
    parts: list[tuple[str, int, bool]]  # activity in words, ms, estimated


class Sitting(Value):
    """Spans with no longer pause than five minutes between them."""

    start: int
    end: int
    ms: int
    words: str
    estimated: bool


class Own(Value):
    """What the page shows of one person."""

    measured: bool
    setting: Setting
    times: list[DayTime]
    entries: list[Entry]
    spans: list[OwnSpan]


def own(tx: Tx, person_id: int, account_id: int, period: Period, day: str, now: int) -> Own:
    """A week of a person, and one day of it in full."""
    times = totals.day_times(tx, account_id, period.first, period.last, now)
    return Own(
        queries.measured(tx, person_id),
        queries.setting(tx),
        [time for time in times if time.person_id == person_id],
        queries.entries_of(tx, person_id, period.first, period.last),
        totals.own_spans(tx, person_id, day) if day else [],
    )


async def page(visit: Visit) -> Response:
    """A week of one's own time; `day`: that day span by span."""
    return await _page(visit)


async def _page(visit: Visit, error: LinnetError | None = None) -> Response:
    zone, today = visit.zone, day_of(visit.now, visit.zone)
    day = visit.query("day")
    if day:
        parse_day(day)
    period = period_of(visit.query("week"), zone, day_start(day, zone) if day else visit.now)
    found = await visit.db.read(own, visit.session.person_id, visit.account.id, period, day, visit.now)
    lines = [
        _line(one, found.times)
        for one in days_between(period.first, min(period.last, max(today, period.first)))
    ]
    return visit.render(
        "desk/time.html",
        title="Time",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        own=found,
        sittings=sittings(found.spans),
        period=period,
        span=span_words(period.first, period.last),
        week_before=before(period, zone).name,
        week_after=after(period, zone).name if period.last < today else "",
        lines=lines,
        total=sum(line.ms for line in lines),
        day=day,
        today=today,
        day_bounds=(day_start(day, zone), day_start(next_day(day), zone) - 1) if day else (0, 0),
        words=WORDS,
        idles=IDLES,
        idle=found.setting.idle // SECOND,
        spent=spent,
        clock=lambda ms: clock(ms, zone),
        day_words=day_words,
        short_day=short_day,
    )


def _line(day: str, times: list[DayTime]) -> Line:
    of_day = [time for time in times if time.day == day]
    sums: dict[tuple[str, bool], int] = {}
    for time in of_day:
        key = (WORDS[time.activity], time.source == "app")
        sums[key] = sums.get(key, 0) + time.ms
    parts = sorted(((words, ms, app) for (words, app), ms in sums.items()), key=lambda part: -part[1])
    return Line(day, day_words(day), sum(time.ms for time in of_day), parts)


def sittings(spans: list[OwnSpan]) -> list[Sitting]:
    """Spans, in order, as a person remembers them."""
    found: list[list[OwnSpan]] = []
    for span in spans:
        if found and span.start - max(one.end for one in found[-1]) <= PAUSE:
            found[-1].append(span)
        else:
            found.append([span])
    return [
        Sitting(
            group[0].start,
            max(one.end for one in group),
            sum(one.end - one.start for one in group),
            ", ".join(dict.fromkeys(WORDS[one.activity] for one in group)),
            all(one.source == "app" for one in group),
        )
        for group in found
    ]


async def measure(visit: Visit) -> Response:
    """Switches one's own measuring on or off."""
    on = visit.form.on("on")
    await visit.db.write(actions.measure, visit.session.person_id, on, visit.now)
    return visit.to(
        "/time", flash="Your time is measured from now on." if on else "Your time is not measured any more."
    )


async def add(visit: Visit) -> Response:
    """Time elsewhere, written down."""
    form = visit.form
    try:
        await visit.db.write(
            actions.add_entry,
            visit.session.person_id,
            visit.account.id,
            day=form.text("day").strip(),
            minutes=form.whole("minutes"),
            note=form.text("note"),
            id=new_id(),
            now=visit.now,
        )
    except LinnetError as error:
        return await _page(visit, error)
    return visit.back("/time", flash="Written down.")


async def drop(visit: Visit) -> Response:
    """Takes one's own entry away."""
    await visit.db.write(actions.delete_entry, visit.session.person_id, visit.id())
    return visit.back("/time", flash="Taken away.")


async def forget(visit: Visit) -> Response:
    """Deletes one's own measured time between two moments."""
    start, end = visit.form.whole("start"), visit.form.whole("end")
    await visit.db.write(actions.forget, visit.session.person_id, start, end)
    return visit.back("/time", flash="Deleted. It is in no sum any more.")


async def set_idle(visit: Visit) -> Response:
    """After how long without input nobody is taken to be there."""
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm may change how time is measured.")
    try:
        await visit.db.write(actions.set_idle, visit.form.whole("idle") * SECOND)
    except LinnetError as error:
        return await _page(visit, error)
    return visit.to("/time", flash="Changed. The last five weeks are counted anew.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/time", page, who="member"),
        frame.post("/time/measure", measure),
        frame.post("/time/entries", add),
        frame.post("/time/entries/{id}/delete", drop),
        frame.post("/time/forget", forget),
        frame.post("/time/idle", set_idle),
    ]
