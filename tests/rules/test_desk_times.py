"""The firm's calendar on the pages: times that do not exist, weeks, words."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.kernel.clock import HOUR, MINUTE, moment, to_ms
from linnet.kernel.days import (
    date_words,
    day_of,
    day_start,
    days_from,
    parse_period,
    same_clock,
    span_words,
    week_of,
)
from linnet.kernel.errors import Invalid
from linnet.site.desk_times import (
    Spot,
    as_typed,
    calendar,
    inputs,
    period_of,
    period_words,
    spent,
    wall_time,
)

BERLIN = ZoneInfo("Europe/Berlin")
OPEN = (9 * 60, 17 * 60 + 30)


@pytest.mark.parametrize(
    ("day", "time", "field", "why"),
    [
        ("2026-03-29", "02:30", "time", "does not exist"),
        ("2026-03-29", "02:00", "time", "does not exist"),
        ("2026-10-25", "02:30", "time", "comes twice"),
        ("2026-10-25", "02:00", "time", "comes twice"),
        ("2026-02-30", "09:00", "date", "is not a day"),
        ("", "09:00", "date", "is not a day"),
        ("2026-11-24", "", "time", "is not a time"),
        ("2026-11-24", "24:00", "time", "is not a time"),
        ("2026-11-24", "9:00", "time", "is not a time"),
        ("2026-11-24", "09:0٣", "time", "is not a time"),
    ],
)
def test_times_that_are_none(day: str, time: str, field: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as wrong:
        wall_time(day, time, BERLIN)
    assert wrong.value.field == field


def test_the_hours_around_the_change_exist() -> None:
    assert wall_time("2026-03-29", "03:00", BERLIN) - wall_time("2026-03-29", "01:59", BERLIN) == MINUTE
    assert (
        wall_time("2026-10-25", "03:00", BERLIN) - wall_time("2026-10-25", "01:59", BERLIN)
        == HOUR + HOUR // 60 + HOUR
    )


@given(ms=st.integers(1_700_000_000_000, 1_900_000_000_000))
def test_what_a_form_shows_is_what_it_reads(ms: int) -> None:
    ms -= ms % MINUTE
    twice = moment(ms, BERLIN).utcoffset() != moment(ms, BERLIN).replace(fold=1).utcoffset()
    once = moment(ms, BERLIN).fold == 0
    if twice or not once:
        with pytest.raises(Invalid, match="comes twice"):
            wall_time(*inputs(ms, BERLIN), BERLIN)
    else:
        assert wall_time(*inputs(ms, BERLIN), BERLIN) == ms


def spot(text: str) -> Spot:
    at = to_ms(datetime.fromisoformat(text).replace(tzinfo=BERLIN))
    return Spot(at, text[-5:], "set", text, "/plan/1")


def test_a_week_shows_office_hours_and_what_is_outside_them() -> None:
    week = (OPEN, OPEN, None, None, OPEN, None, None)
    period = parse_period("2026-W48", BERLIN)
    spots = [
        spot("2026-11-29T23:59"),
        spot("2026-11-23T09:30"),
        spot("2026-11-23T09:00"),
        spot("2026-11-23T05:10"),
    ]
    found = calendar(period, spots, week, BERLIN, spot("2026-11-24T12:00").at)
    assert found.hours == [5, *range(9, 18), 23]
    monday, tuesday, wednesday, *_, sunday = found.days
    assert [(cell.row, [s.clock for s in cell.spots]) for cell in monday.cells] == [
        (1, ["05:10"]),
        (2, ["09:00", "09:30"]),
    ]
    assert (monday.open_row, monday.open_span) == (2, 9)
    assert (wednesday.open_row, wednesday.open_span) == (0, 0)
    assert [(cell.row, len(cell.spots)) for cell in sunday.cells] == [(11, 1)]
    assert (monday.past, tuesday.today, tuesday.past, wednesday.past) == (True, True, False, False)
    shut = calendar(period, [], (None,) * 7, BERLIN, spots[0].at)
    assert shut.hours == list(range(9, 17))
    assert all(day.open_span == 0 for day in shut.days)


def test_a_week_of_a_change_has_seven_days() -> None:
    period = week_of("2026-10-25", BERLIN)
    late = spot("2026-10-25T23:30")
    found = calendar(period, [late], (OPEN,) * 7, BERLIN, late.at)
    assert [day.date for day in found.days] == ["19", "20", "21", "22", "23", "24", "25"]
    assert found.days[6].cells[0].spots == [late]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-11-23", "2026-11-29", "23 to 29 November 2026"),
        ("2026-11-30", "2026-12-06", "30 November to 6 December 2026"),
        ("2026-12-28", "2027-01-03", "28 December 2026 to 3 January 2027"),
        ("2028-02-01", "2028-02-29", "February 2028"),
        ("2026-12-01", "2026-12-31", "December 2026"),
    ],
)
def test_spans_in_words(first: str, last: str, words: str) -> None:
    assert span_words(first, last) == words


def test_a_day_in_words() -> None:
    assert date_words("2026-11-04") == "4 November 2026"


def test_periods_by_name_and_by_now() -> None:
    now = spot("2026-11-24T12:00").at
    assert period_of("", BERLIN, now).name == "2026-W48"
    assert period_of("", BERLIN, now, "month").name == "2026-11"
    assert period_words(period_of("2026-W01", BERLIN, now)).startswith(
        "Week 1, 29 December 2025 to 4 January"
    )
    with pytest.raises(Invalid):
        period_of("2026-W54", BERLIN, now)
    assert day_of(period_of("2026-10", BERLIN, now).end, BERLIN) == "2026-11-01"


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "0 min"),
        (20_000, "under 1 min"),
        (30_000, "1 min"),
        (59 * MINUTE, "59 min"),
        (HOUR, "1 h 00 min"),
        (25 * HOUR + 5 * MINUTE, "25 h 05 min"),
    ],
)
def test_time_in_words(ms: int, words: str) -> None:
    assert spent(ms) == words


def test_links_are_shown_without_their_codes() -> None:
    text = "Rye: https://bakery.example/today?ln=Ab3xK7q and https://x.example/?a=1&ln=Ab3xK7q#b, ?ln=no"
    assert as_typed(text) == "Rye: https://bakery.example/today and https://x.example/?a=1#b, ?ln=no"


def test_the_same_time_by_the_clock_on_another_day():
    own = ZoneInfo("Europe/Berlin")
    nine = day_start("2027-03-27", own) + 9 * HOUR
    later = same_clock(nine, 1, own)  # the night has an hour less
    assert later - nine == 23 * HOUR
    assert same_clock(later, -1, own) == nine
    assert same_clock(nine, 31, ZoneInfo("UTC")) - nine == 31 * 24 * HOUR
    assert (
        same_clock(day_start("2027-03-27", own) + 150 * 60_000, 1, own)
        == day_start("2027-03-28", own) + 150 * 60_000
    )  # half past two is not there on that day: it is half past three
    assert (days_from("2027-02-27", "2027-03-01"), days_from("2027-03-01", "2027-02-27")) == (2, -2)
