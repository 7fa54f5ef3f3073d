"""Time elsewhere: taps, timers, files; each for themselves, on both engines."""

import pytest

from linnet.desk.effort import actions, calendars, errands, queries, sheet, totals, written
from linnet.desk.effort.written import Bad, Line
from linnet.kernel.clock import HOUR, MINUTE, SECOND
from linnet.kernel.days import day_start
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from tests import cast
from tests.desk import BERLIN, found_firm

TODAY = "2026-11-24"
NOON = day_start(TODAY, BERLIN) + 12 * HOUR


@pytest.fixture
def team(db):
    def make(tx):
        ann, firm = cast.both(tx, "bakery")
        bob = cast.person(tx, "bob")
        found_firm(tx, firm.id)
        actions.measure(tx, ann.id, True, NOON)
        return ann, bob, firm

    return db.write_now(make)


def entries(db, who, first="2026-01-01", last="2026-12-31"):
    return db.read_now(queries.entries_of, who.id, first, last)


def said(db, who):
    return [(e.day, e.minutes, e.channel, e.note, e.how) for e in entries(db, who)]


# -- taps and timers ------------------------------------------------------------------------------


def test_taps_of_a_day_are_one_entry_that_grows(db, team):
    ann, bob, firm = team
    for channel in ("phone", "phone", "facebook"):
        db.write_now(written.tap, ann.id, firm.id, channel, NOON)
    db.write_now(written.tap, ann.id, firm.id, "phone", NOON + 24 * HOUR)
    db.write_now(written.tap, bob.id, firm.id, "phone", NOON)
    assert said(db, ann) == [
        (TODAY, 10, "phone", "", "tap"),
        (TODAY, 5, "facebook", "", "tap"),
        ("2026-11-25", 5, "phone", "", "tap"),
    ]
    assert len(said(db, bob)) == 1
    with pytest.raises(Invalid):
        db.write_now(written.tap, ann.id, firm.id, "linnet", NOON)
    db.write_now(written.tap, ann.id, firm.id + 1, "phone", NOON)  # for another account: apart
    assert [e.minutes for e in entries(db, ann, TODAY, TODAY)] == [10, 5, 5]
    found = db.read_now(totals.day_times, firm.id, TODAY, TODAY, NOON)
    assert sum(t.ms for t in found if t.channel == "phone") == 15 * MINUTE


def test_a_timer_is_one_each_and_survives_what_happens(db, team):
    ann, bob, firm = team
    start = lambda who, at, **more: db.write_now(  # noqa: E731 # short words for what is done often below
        lambda tx: written.start_timer(
            tx, who.id, firm.id, **{"channel": "phone", "note": " the  mill ", "now": at, **more}
        )
    )
    assert start(ann, NOON) == []
    start(bob, NOON, channel="forum", note="")
    running = db.read_now(queries.timer, ann.id)
    assert (running.channel, running.note, running.started_at) == ("phone", "the mill", NOON)
    done = start(ann, NOON + 10 * MINUTE, channel="facebook", note="")  # the one before is stopped
    assert [(e.minutes, e.channel, e.note) for e in done] == [(10, "phone", "the mill")]
    db.write_now(written.stop_timer, ann.id, NOON + 25 * MINUTE)
    assert said(db, ann) == [
        (TODAY, 10, "phone", "the mill", "timer"),
        (TODAY, 15, "facebook", "", "timer"),
    ]
    assert db.read_now(queries.timer, ann.id) is None
    assert db.read_now(queries.timer, bob.id).channel == "forum"
    for act in (written.drop_timer, lambda tx, who: written.stop_timer(tx, who, NOON)):
        with pytest.raises(NotFound):
            db.write_now(act, ann.id)
    db.write_now(written.drop_timer, bob.id)
    assert said(db, bob) == []
    with pytest.raises(Invalid):
        start(ann, NOON, channel="other", note=" ")


def test_a_forgotten_timer_goes_on_until_somebody_says(db, team):
    ann, _, firm = team
    db.write_now(lambda tx: written.start_timer(tx, ann.id, firm.id, channel="phone", note="", now=NOON))
    morning = NOON + 20 * HOUR
    for act in (
        lambda tx: written.stop_timer(tx, ann.id, morning),
        lambda tx: written.start_timer(tx, ann.id, firm.id, channel="forum", note="", now=morning),
    ):
        with pytest.raises(Conflict):
            db.write_now(act)
    assert db.read_now(queries.timer, ann.id).started_at == NOON
    assert said(db, ann) == []
    with pytest.raises(Invalid):
        db.write_now(written.stop_timer, ann.id, morning, 2000)
    db.write_now(written.stop_timer, ann.id, morning, 40)
    assert said(db, ann) == [(TODAY, 40, "phone", "", "timer")]


def test_what_was_measured_meanwhile_counts_once(db, team):
    ann, _, firm = team
    db.write_now(lambda tx: written.start_timer(tx, ann.id, firm.id, channel="phone", note="", now=NOON))

    def look(tx):
        for at in range(0, 6 * 60 + 1, 15):
            actions.beat(tx, ann.id, firm.id, "read", "tab", NOON + 2 * MINUTE + at * SECOND)

    db.write_now(look)
    db.write_now(written.stop_timer, ann.id, NOON + 20 * MINUTE)
    found = db.read_now(totals.day_times, firm.id, TODAY, TODAY, NOON + HOUR)
    assert {t.channel: t.ms // MINUTE for t in found} == {"linnet": 6, "phone": 14}


def test_a_full_day_is_full(db, team):
    ann, _, firm = team
    add = lambda minutes: db.write_now(  # noqa: E731 # short words for what is done often below
        lambda tx: actions.add_entry(
            tx, ann.id, firm.id, day=TODAY, minutes=minutes, note="", channel="mail", id=new_id(), now=NOON
        )
    )
    add(1436)
    with pytest.raises(Invalid):
        db.write_now(written.tap, ann.id, firm.id, "phone", NOON)
    add(4)


# -- files ----------------------------------------------------------------------------------------


def take(db, who, firm, text, name="Ann"):
    found = sheet.read(text.encode(), name, BERLIN)
    assert not found.bad
    return db.write_now(written.take_in, who.id, firm.id, found.lines, "csv", NOON)


def test_a_timesheet_goes_round_and_twice_is_once(db, team):
    ann, bob, firm = team
    text = (
        "date,minutes,channel,activity,note\n"
        '2026-11-20,25,phone,,=the mill; a "quote"\n'
        "2026-11-20,5,facebook,write,\n"
        "2026-11-20,5,facebook,write,\n"
        "2026-11-21,90,blog,write,Grüße\n"
    )
    first = take(db, ann, firm, text)
    assert (first.added, first.changed, first.again, first.bad) == (4, 0, 0, ())
    again = take(db, ann, firm, text)
    assert (again.added, again.changed, again.again) == (0, 0, 4)
    out = sheet.write_own("Ann", [], entries(db, ann))
    own = take(db, ann, firm, out)  # one's own file, unchanged
    assert (own.added, own.changed, own.again) == (0, 0, 4)
    corrected = take(db, ann, firm, out.replace(",90,", ",85,"))
    assert (corrected.added, corrected.changed, corrected.again) == (0, 1, 3)
    out = sheet.write_own("Ann", [], entries(db, ann))
    other = take(db, bob, firm, out.replace(",Ann,", ",bob,"), "bob")  # as on another server
    assert other.added == 4
    cut = lambda sheet_text: [line.rpartition(",")[0] for line in sheet_text.splitlines()]  # noqa: E731 # without ids
    assert cut(sheet.write_own("Ann", [], entries(db, bob))) == cut(out)
    assert {e.how for e in entries(db, bob)} == {"csv"}


def test_a_file_with_one_wrong_line_writes_nothing(db, team):
    ann, _, firm = team
    line = Line(2, "2026-11-20", 600, "phone", "outside", "", "csv:a")
    wrong = [
        line,
        changed(line, line=3, ref="csv:b"),
        changed(line, line=4, ref="csv:c"),  # 1800 minutes on one day
        changed(line, line=5, ref="csv:d", day="2026-11-25"),  # tomorrow
        changed(line, line=6, ref="csv:a", day="2026-11-19"),
        changed(line, line=7, ref="csv:e", day="2026-11-19", channel="other"),
    ]
    done = db.write_now(written.take_in, ann.id, firm.id, wrong, "csv", NOON)
    assert (done.added, [bad.line for bad in done.bad]) == (0, [4, 5, 6, 7])
    assert done.bad[0] == Bad(4, "Minutes make more than 24 hours on 2026-11-20.")
    assert said(db, ann) == []
    with pytest.raises(Invalid):
        db.write_now(written.take_in, ann.id, firm.id, [line] * 5001, "csv", NOON)


def test_nobody_corrects_what_is_somebody_elses(db, team):
    ann, bob, firm = team
    db.write_now(written.tap, ann.id, firm.id, "phone", NOON)
    (own,) = entries(db, ann)
    line = Line(2, TODAY, 99, "phone", "outside", "mine", f"csv:{own.id}", own.id)
    assert db.write_now(written.take_in, bob.id, firm.id, [line], "csv", NOON).added == 1
    assert entries(db, ann) == [own]
    assert [e.minutes for e in entries(db, bob)] == [99]


CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:test
BEGIN:VEVENT
UID:weekly
DTSTART;TZID={zone}:20261020T100000
DTEND;TZID={zone}:20261020T103000
RRULE:FREQ=WEEKLY
EXDATE;TZID={zone}:20261103T100000
SUMMARY:Call\\, the mill
END:VEVENT
BEGIN:VEVENT
UID:weekly
RECURRENCE-ID;TZID={zone}:20261110T100000
DTSTART;TZID={zone}:20261111T120000
DTEND;TZID={zone}:20261111T130000
SUMMARY:Call\\, later
END:VEVENT
BEGIN:VEVENT
UID:night
DTSTART:20261024T223000Z
DURATION:PT4H
SUMMARY:=baking
END:VEVENT
BEGIN:VEVENT
UID:holiday
DTSTART;VALUE=DATE:20261102
SUMMARY:Holiday
END:VEVENT
BEGIN:VEVENT
UID:off
DTSTART:20261102T100000Z
DURATION:PT1H
STATUS:CANCELLED
END:VEVENT
BEGIN:VEVENT
UID:often
DTSTART:20261102T100000Z
DURATION:PT1H
RRULE:FREQ=MINUTELY
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize("zone", ["Europe/Berlin", "W. Europe Standard Time"])
def test_events_of_a_calendar_become_entries_once(db, team, zone):
    ann, _, firm = team
    data = CALENDAR.format(zone=zone).encode()
    found = errands.read_now(data, "2026-10-12", "2026-11-24", "Europe/Berlin")
    lines = [calendars.line_of(e, n, "meeting", BERLIN) for n, e in enumerate(found.events, 1)]
    assert [(x.day, x.minutes, x.note) for x in lines] == [
        ("2026-10-20", 30, "Call, the mill"),
        ("2026-10-25", 240, "=baking"),  # 4 hours of UTC in the night of 25 hours
        ("2026-10-27", 30, "Call, the mill"),
        ("2026-11-11", 60, "Call, later"),
        ("2026-11-17", 30, "Call, the mill"),
        ("2026-11-24", 30, "Call, the mill"),
    ]
    assert found.left == {"all day": 1, "cancelled": 1, "often": 1}
    done = db.write_now(written.take_in, ann.id, firm.id, lines[:4], "ics", NOON)
    assert (done.added, done.bad) == (4, ())
    again = db.write_now(written.take_in, ann.id, firm.id, lines, "ics", NOON)
    assert (again.added, again.again) == (2, 4)
    assert {e.channel for e in entries(db, ann)} == {"meeting"}
    # 10:00 by the wall on both sides of the change of the clocks
    assert [e.at for e in found.events if e.title == "Call, the mill"][1] - found.events[0].at == 169 * HOUR


def test_an_event_that_was_moved_is_the_same_event(db, team):
    ann, _, firm = team

    def lines(text):
        found = errands.read_now(text.encode(), "2026-10-12", "2026-11-24", "Europe/Berlin")
        return [calendars.line_of(e, n, "meeting", BERLIN) for n, e in enumerate(found.events, 1)]

    text = CALENDAR.format(zone="Europe/Berlin")
    first = lines(text)
    db.write_now(written.take_in, ann.id, firm.id, first, "ics", NOON)
    moved = text.replace("20261111T1", "20261112T0").replace("DTSTART:20261024T2230", "DTSTART:20261101T2230")
    again = db.write_now(written.take_in, ann.id, firm.id, lines(moved), "ics", NOON)
    assert (again.added, again.changed, again.again) == (0, 2, 4)
    days = [e.day for e in entries(db, ann)]
    assert ("2026-11-12" in days, "2026-11-11" in days, len(days)) == (True, False, 6)
    nameless = lines(EVENT.replace("UID:z\n", "").format(line="RRULE:FREQ=WEEKLY"))
    assert len({line.ref for line in nameless}) == len(nameless) == 6  # six Saturdays


def test_own_time_as_a_calendar_is_read_again(db, team):
    ann, _, firm = team
    for channel in ("phone", "facebook"):
        db.write_now(written.tap, ann.id, firm.id, channel, NOON)

    def look(tx):
        for at in range(0, 6 * 60 + 1, 15):
            actions.beat(tx, ann.id, firm.id, "read", "tab", NOON + at * SECOND)

    db.write_now(look)
    spans = db.read_now(totals.own_spans, ann.id, TODAY)
    data = calendars.write("Ann, time", "bakery.example", entries(db, ann), spans, NOON)
    assert b"SUMMARY:Phone\\, 5 min" in data
    found = errands.read_now(data, TODAY, TODAY, "Europe/Berlin")
    assert sorted((e.title, e.minutes) for e in found.events) == [
        ("Facebook, 5 min", 5),
        ("Phone, 5 min", 5),
        ("Reading", 6),
    ]
    assert found.left == {}


EVENT = """BEGIN:VCALENDAR
BEGIN:VEVENT
UID:z
DTSTART:20000101T100000Z
DURATION:PT1H
{line}
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b" ",
        bytes(range(256)),
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n",
        EVENT.format(line="RRULE:FREQ=WEEKLY;UNTIL=x").encode(),
        b"x" * (calendars.BYTES_MOST + 1),
    ],
)
def test_what_is_no_calendar(data):
    with pytest.raises(Invalid) as refused:
        errands.read_now(data, "2026-10-01", TODAY, "Europe/Berlin")
    assert refused.value.field == "file"


def test_events_that_are_no_hours():
    def left(line):
        return errands.read_now(EVENT.format(line=line).encode(), "2026-10-01", TODAY, "Europe/Berlin")

    assert left("RRULE:FREQ=DAILY;INTERVAL=0").left == {"often": 1}
    assert left("RRULE:FREQ=DAILY;BYSECOND=1,2,3").left == {"often": 1}
    assert left("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30") == calendars.Events((), {})
    assert len(left("RRULE:FREQ=DAILY").events) == 55
    for first, last in (("2026-11-25", TODAY), ("2026-01-01", TODAY), ("x", TODAY)):
        with pytest.raises(Invalid):
            errands.read_now(b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", first, last, "Europe/Berlin")
