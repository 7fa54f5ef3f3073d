"""Time: what a person sees of their own, and what they may do about it.

Nobody else's time is on this page; the firm sees days and activities only, in its statement.
"""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.effort import actions, queries, split, timers, totals, written
from linnet.desk.effort.rules import CHANNELS, HERE, DayTime, Entry, Setting
from linnet.desk.effort.split import Split
from linnet.desk.effort.timers import Timer
from linnet.desk.effort.totals import OwnSpan
from linnet.desk.effort.words import CHANNEL_WORDS
from linnet.desk.statement.rules import WORDS
from linnet.kernel.clock import MINUTE, SECOND
from linnet.kernel.days import (
    Period,
    after,
    before,
    day_of,
    day_start,
    days_between,
    next_day,
    parse_day,
    span_words,
)
from linnet.kernel.errors import LinnetError, NotAllowed
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.site import forms, words
from linnet.site.desk_times import clock, day_words, period_of, short_day, spent
from linnet.site.frame import Frame, Visit

FIELDS = ("day", "minutes", "note", "idle", "channel")
TAPS = ("phone", "facebook", "linkedin", "instagram", "forum", "blog", "mail", "other")
SPLIT_DAYS = 84  # twelve weeks: long enough for a range, short enough to be about now
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
    timer: Timer | None
    tapped: dict[str, int]  # minutes of today, by channel
    split: Split


def own(tx: Tx, person_id: int, account_id: int, period: Period, day: str, now: int) -> Own:
    """A week of a person, and one day of it in full."""
    today = day_of(now, queries.firm_zone(tx))
    week = totals.day_times(tx, account_id, period.first, period.last, now)
    recent = totals.day_times(tx, account_id, next_day(today, 1 - SPLIT_DAYS), today, now)
    tapped: dict[str, int] = {}
    for entry in queries.entries_of(tx, person_id, today, today):
        tapped[entry.channel] = tapped.get(entry.channel, 0) + entry.minutes
    return Own(
        queries.measured(tx, person_id),
        queries.setting(tx),
        [time for time in week if time.person_id == person_id],
        queries.entries_of(tx, person_id, period.first, period.last),
        totals.own_spans(tx, person_id, day) if day else [],
        queries.timer(tx, person_id),
        tapped,
        split.split(time for time in recent if time.person_id == person_id),
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
        channel_words=CHANNEL_WORDS,
        channels=[(channel, CHANNEL_WORDS[channel]) for channel in CHANNELS if channel != HERE],
        taps=TAPS,
        tap=written.TAP,
        split_words=split_words(found.split),
        running=timers.elapsed(found.timer, visit.now) if found.timer else 0,
        forgotten=found.timer is not None and timers.forgotten(found.timer, visit.now),
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


PART_WORDS = {"answer": "answering", "find": "finding", "read": "reading", "rest": "managing and elsewhere"}


def split_words(found: Split) -> tuple[str, str]:
    """How much of the time was writing: the sentence, and what else there was. ('', '') for none."""
    if not found.ms:
        return "", ""
    parts = dict(found.parts)
    rest = ", ".join(
        f"{PART_WORDS[part]} {spent(ms)}" for part, ms in found.parts if part in PART_WORDS and ms
    )
    whole = f"{spent(parts['write'])} of {spent(found.ms)}"
    if found.share is None or found.low is None or found.high is None:
        few = f"{words.some(found.days, 'day')}: too few for a share, which needs {split.DAYS_LEAST}"
        return f"Writing was {whole}, on {few}.", rest
    share, low, high = (
        words.percent(round(part * 1000), 1000) for part in (found.share, found.low, found.high)
    )
    sure = f"n {found.days} days, range {low} to {high}"
    return f"Writing was {share} of the time ({whole}; {sure}).", rest


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
            channel=form.text("channel", "other"),
            id=new_id(),
            now=visit.now,
        )
    except LinnetError as error:
        return await _page(visit, error)
    return visit.back("/time", flash="Written down.")


async def tap(visit: Visit) -> Response:
    """Five minutes more on a channel, today."""
    person_id, account_id = visit.session.person_id, visit.account.id
    entry = await visit.db.write(written.tap, person_id, account_id, visit.form.text("channel"), visit.now)
    return visit.back(
        "/time#outside", flash=f"{CHANNEL_WORDS[entry.channel]}: {entry.minutes} min today, by taps."
    )


async def start_timer(visit: Visit) -> Response:
    """Starts one's own timer; one that runs is stopped and written down."""
    form = visit.form
    try:
        done = await visit.db.write(
            written.start_timer,
            visit.session.person_id,
            visit.account.id,
            channel=form.text("channel"),
            note=form.text("note"),
            now=visit.now,
        )
    except LinnetError as error:
        return await _page(visit, error)
    return visit.back("/time#outside", flash=f"{_came_to(done)} The timer runs.".strip())


async def stop_timer(visit: Visit) -> Response:
    """Stops it; `minutes`: how long it really was, of one that was forgotten."""
    try:
        minutes = visit.form.whole("minutes") if visit.form.text("minutes").strip() else None
        done = await visit.db.write(written.stop_timer, visit.session.person_id, visit.now, minutes)
    except LinnetError as error:
        return await _page(visit, error)
    none = "Nothing was written down: all of it was measured here already, or it was no time."
    return visit.back("/time#outside", flash=_came_to(done) or none)


def _came_to(done: list[Entry]) -> str:
    if not done:
        return ""
    return f"{CHANNEL_WORDS[done[0].channel]}: {sum(entry.minutes for entry in done)} min written down."


async def drop_timer(visit: Visit) -> Response:
    """Throws it away."""
    await visit.db.write(written.drop_timer, visit.session.person_id)
    return visit.back("/time#outside", flash="Thrown away. Nothing was written down.")


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
        frame.post("/time/tap", tap),
        frame.post("/time/timer", start_timer),
        frame.post("/time/timer/stop", stop_timer),
        frame.post("/time/timer/drop", drop_timer),
        frame.post("/time/forget", forget),
        frame.post("/time/idle", set_idle),
    ]
