"""Timers, the split of time, the timesheet: by value."""

import csv
import io
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.effort import sheet, split, timers
from linnet.desk.effort.rules import ACTIVITIES, CHANNELS, DayTime, Entry, Span, total, union, without
from linnet.desk.effort.timers import Piece, Timer, stopped
from linnet.kernel.clock import HOUR, MINUTE, SECOND
from linnet.kernel.days import day_of, day_start
from linnet.kernel.errors import Conflict, Invalid
from tests.desk import BERLIN

NOON = day_start("2026-11-24", BERLIN) + 12 * HOUR
LONG_DAY = day_start("2026-10-25", BERLIN)  # 25 hours


def timer(at=NOON):
    return Timer(1, 7, "phone", "the mill", at)


def test_a_timer_comes_to_its_minutes():
    assert stopped(timer(), NOON + 25 * MINUTE, None, [], BERLIN) == [Piece("2026-11-24", 25)]
    assert stopped(timer(), NOON + 20 * SECOND, None, [], BERLIN) == [Piece("2026-11-24", 1)]
    assert stopped(timer(), NOON, None, [], BERLIN) == []
    assert stopped(timer(), NOON - HOUR, None, [], BERLIN) == []  # the clock was set back


def test_a_forgotten_timer_asks_instead_of_counting_the_night():
    morning = NOON + 20 * HOUR
    assert timers.forgotten(timer(), morning)
    assert not timers.forgotten(timer(), NOON + 4 * HOUR)
    with pytest.raises(Conflict, match="more than 4 hours"):
        stopped(timer(), morning, None, [], BERLIN)
    assert stopped(timer(), morning, 35, [], BERLIN) == [Piece("2026-11-24", 35)]
    for minutes in (0, 20 * 60 + 1):
        with pytest.raises(Invalid):
            stopped(timer(), morning, minutes, [], BERLIN)


def test_a_timer_over_midnight_belongs_to_both_days():
    night = timer(day_start("2026-11-25", BERLIN) - 10 * MINUTE)
    assert stopped(night, night.started_at + 25 * MINUTE, None, [], BERLIN) == [
        Piece("2026-11-24", 10),
        Piece("2026-11-25", 15),
    ]


def test_what_pages_measured_meanwhile_is_not_counted_again():
    measured = [Span(NOON + 5 * MINUTE, NOON + 11 * MINUTE, "read", 7)]
    assert stopped(timer(), NOON + 25 * MINUTE, None, measured, BERLIN) == [Piece("2026-11-24", 19)]
    whole = [Span(NOON - HOUR, NOON + HOUR, "write", 7)]
    assert stopped(timer(), NOON + 25 * MINUTE, None, whole, BERLIN) == []


@given(
    st.integers(-6 * 3600, 30 * 3600),
    st.integers(0, 4 * 3600),
    st.lists(st.tuples(st.integers(0, 4 * 3600), st.integers(1, 3000)), max_size=4),
)
def test_pieces_add_up_to_the_rounded_whole(offset, seconds, taken):
    start = LONG_DAY + offset * SECOND
    measured = union(
        Span(start + at * SECOND, start + (at + length) * SECOND, "read", 7) for at, length in taken
    )
    end = start + seconds * SECOND
    pieces = stopped(timer(start), end, None, measured, BERLIN)
    left = without([Span(start, end, "outside", 7)], measured) if seconds else []
    exact = total(left)
    assert sum(piece.minutes for piece in pieces) == (max(1, (exact + MINUTE // 2) // MINUTE) if exact else 0)
    by_second = {}
    for span in left:
        for at in range(span.start, span.end, SECOND):
            by_second[day_of(at, BERLIN)] = by_second.get(day_of(at, BERLIN), 0) + SECOND
    for piece in pieces:
        assert abs(piece.minutes * MINUTE - by_second[piece.day]) <= MINUTE


# -- writing is not the work ----------------------------------------------------------------------


def days_of(n, writing, reading, seed=0):
    chance = Random(seed)
    found = []
    for at in range(n):
        day = f"2026-{1 + at // 28:02d}-{1 + at % 28:02d}"
        more = chance.randrange(60)
        found.append(DayTime(day, 1, 7, "write", "page", writing * MINUTE + more * SECOND))
        found.append(DayTime(day, 1, 7, "read", "page", reading * MINUTE + more * SECOND))
    return found


def test_a_known_split_comes_out():
    minutes = {
        "write": 42,
        "answer": 13,
        "find_news": 20,
        "find_people": 7,
        "read": 55,
        "manage": 3,
        "outside": 9,
    }
    some = [DayTime("2026-11-24", 1, 7, what, "page", n * MINUTE) for what, n in minutes.items()]
    found = split.split(some)
    assert dict(found.parts) == {
        "write": 42 * MINUTE,
        "answer": 13 * MINUTE,
        "find": 27 * MINUTE,
        "read": 55 * MINUTE,
        "rest": 12 * MINUTE,
    }
    assert (found.ms, found.days) == (149 * MINUTE, 1)
    assert (found.share, found.low, found.high) == (None, None, None)


def test_a_share_needs_twenty_days():
    assert split.split(days_of(19, 10, 30)).share is None
    found = split.split(days_of(20, 10, 30))
    assert found.low <= found.share <= found.high
    assert 0.24 < found.low < found.high < 0.27
    assert split.split(days_of(20, 10, 30)) == found  # the same days, the same range
    assert split.split([]) == split.Split(0, 0, tuple((part, 0) for part in split.PARTS), None, None, None)


def test_the_range_has_the_truth_as_often_as_it_says():
    """Days of a person who writes a quarter of the time, very unevenly: 95 % within a margin."""
    inside = 0
    for seed in range(120):
        chance = Random(seed)
        days = []
        for _ in range(40):
            every = chance.expovariate(1 / 60)
            days.append((round(1000 * every * chance.betavariate(1, 3)), round(1000 * every) + 1))
        low, high = split.share_range(days)
        inside += low <= 0.25 <= high
    assert 0.88 * 120 <= inside <= 120


# -- the timesheet --------------------------------------------------------------------------------

lines = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf", "Co", "Cn"]), max_size=40
)
notes = st.one_of(
    lines, st.sampled_from(["=1+1", "+49 30", "-", "@x", "'=x", '"', "a;=b", "a,b", "=cmd|' /C'!A0"])
)
written = st.lists(
    st.builds(
        lambda n, day, minutes, note, channel, activity: Entry(
            n, 1, 7, f"2026-11-{day:02d}", minutes, " ".join(note.split()), 0, channel, activity
        ),
        st.integers(1, 10**17),
        st.integers(1, 24),
        st.integers(1, 1440),
        notes,
        st.sampled_from(CHANNELS[1:]),
        st.sampled_from(ACTIVITIES),
    ),
    max_size=8,
    unique_by=lambda entry: entry.id,
)


@given(written)
def test_a_timesheet_comes_back_as_it_went(entries):
    text = sheet.write_own("Jana", [], entries)
    found = sheet.read(text.encode(), "jana", BERLIN)
    assert (found.bad, found.passed, found.unused) == ((), 0, ())
    back = {(x.id, x.day, x.minutes, x.channel, x.activity, x.note) for x in found.lines}
    assert back == {(e.id, e.day, e.minutes, e.channel, e.activity, e.note) for e in entries}
    for row in csv.reader(io.StringIO(text.removeprefix(sheet.MARK))):
        assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row)


def test_what_linnet_measured_itself_is_passed_over():
    times = [
        DayTime("2026-11-24", 1, 7, "write", "page", 90_500),
        DayTime("2026-11-24", 1, 7, "read", "app", 60_000),
        DayTime("2026-11-24", 1, 7, "outside", "entry", 60_000, "phone"),
    ]
    text = sheet.write_own("Jana", times, [])
    assert '2026-11-24,Jana,Writing,"Here, in Linnet",1.5,,measured,' in text
    assert '2026-11-24,Jana,Reading,"Here, in Linnet",1,,estimated,' in text
    assert "Phone" not in text  # entries stand by themselves
    found = sheet.read(text.encode(), "Jana", BERLIN)
    assert (found.lines, found.passed) == ((), 2)
    team = sheet.write_team([("Jana", time) for time in [*times, times[2]]])
    assert "2026-11-24,Jana,Elsewhere (written down),Phone,2,,written down," in team


def test_other_peoples_sheets():
    text = "Datum;Minuten;Projekt;Bemerkung;Extra\n24.11.2026;0:25;LinkedIn;Grüße;x\n23.11.2026;25,0;;nothing\u00a0said;\n"
    found = sheet.read(text.encode("cp1252"), "Jana", BERLIN)
    assert [(x.line, x.day, x.minutes, x.channel, x.activity, x.note) for x in found.lines] == [
        (2, "2026-11-24", 25, "linkedin", "outside", "Grüße"),
        (3, "2026-11-23", 25, "other", "outside", "nothing\u00a0said"),
    ]
    assert found.unused == ("Extra",)
    assert found.lines == sheet.read(text.encode("cp1252"), "Jana", BERLIN).lines
    twice = "date,minutes,note\n2026-11-24,5,a\n2026-11-24,5,a\n"
    assert len({x.ref for x in sheet.read(twice.encode(), "Jana", BERLIN).lines}) == 2


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("soon,5,phone,,,", "Date is not a date"),
        ("2026-11-24,5.5,phone,,,", "Minutes must be whole"),
        ("2026-11-24,,phone,,,", "Minutes must be whole"),
        ("2026-11-24,-5,phone,,,", "Minutes must be whole"),
        ("2026-11-24,5,smoke,,,", "Channel must be one of"),
        ("2026-11-24,5,linnet,,,", "Channel must be one of"),
        ("2026-11-24,5,phone,dream,,", "Activity must be one of"),
        ("2026-11-24,5,phone,,Tom,", "everybody reads in their own"),
        ("2026-11-24,5,phone,,,x1", "Id is not one of ours"),
    ],
)
def test_lines_that_cannot_be(line, sentence):
    text = f"date,minutes,channel,activity,person,id\n2026-11-24,5,phone,,,\n{line}\n"
    found = sheet.read(text.encode(), "Jana", BERLIN)
    assert [x.line for x in found.lines] == [2]
    (bad,) = found.bad
    assert bad.line == 3
    assert sentence in bad.reason


def test_what_is_no_timesheet():
    for data in (b"", b"a,b\n1,2\n", b"date,note\n", b"\x00\x01"):
        with pytest.raises(Invalid):
            sheet.read(data, "Jana", BERLIN)
