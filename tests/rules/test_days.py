"""Days, weeks and months in a zone."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.kernel import days
from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.errors import Invalid
from linnet.kernel.money import DECIMALS, check_currency, decimal_text, show

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Beirut",
    "Africa/Casablanca",
]


def test_a_week_has_seven_days_and_sometimes_another_hour():
    autumn = days.parse_period("2026-W43", BERLIN)
    assert (autumn.first, autumn.last) == ("2026-10-19", "2026-10-25")
    assert autumn.end - autumn.start == 7 * DAY + HOUR
    spring = days.week_of("2026-03-25", BERLIN)
    assert (spring.name, spring.end - spring.start) == ("2026-W13", 7 * DAY - HOUR)
    assert days.month_of("2026-10-31", BERLIN) == days.parse_period("2026-10", BERLIN)
    assert days.parse_period("2026-W53", BERLIN).last == "2027-01-03"


@given(
    st.dates(min_value=days.FIRST.replace(year=2001), max_value=days.LAST.replace(year=2100)),
    st.sampled_from(ZONES),
    st.sampled_from([days.week_of, days.month_of]),
)
def test_periods_follow_each_other_without_a_gap(day, name, of):
    zone = ZoneInfo(name)
    period = of(day.isoformat(), zone)
    assert period.start < period.end
    assert period.first <= day.isoformat() <= period.last
    assert days.day_of(period.start, zone) == period.first
    assert days.day_of(period.end - 1, zone) == period.last
    assert days.day_of(period.start - 1, zone) < period.first
    later = days.after(period, zone)
    assert later.start == period.end
    assert days.before(later, zone) == period
    assert days.parse_period(period.name, zone) == period
    starts = [days.day_start(d, zone) for d in days.days_between(period.first, later.first)]
    assert starts[0] == period.start
    assert starts[-1] == period.end
    assert all(22 * HOUR < b - a < 26 * HOUR for a, b in pairwise(starts))


@pytest.mark.parametrize(
    "name",
    [
        "",
        "2026",
        "2026-13",
        "2026-W54",
        "2025-W53",
        "2026-w01",
        "26-10",
        "1999-12",
        "9999-W01",
        "2026-10-01",
        "２０２６-10",
    ],
)
def test_names_of_no_period(name):
    with pytest.raises(Invalid):
        days.parse_period(name, BERLIN)


@pytest.mark.parametrize("day", ["", "2026-02-30", "20261026", "2026-W43-1", "0001-01-01", "x"])
def test_what_is_no_day(day):
    with pytest.raises(Invalid):
        days.day_start(day, BERLIN)


def test_the_first_day_and_the_last():
    assert [days.parse_day(day).isoformat() for day in ("2000-01-01", "2199-12-31")] == [
        "2000-01-01",
        "2199-12-31",
    ]
    for day in ("1999-12-31", "2200-01-01"):
        with pytest.raises(Invalid):
            days.parse_day(day)


def test_money_is_written_as_its_currency_is():
    assert [decimal_text(n, "EUR") for n in (0, 5, -5, 123456, -100)] == [
        "0.00",
        "0.05",
        "-0.05",
        "1234.56",
        "-1.00",
    ]
    assert (decimal_text(1234, "JPY"), decimal_text(-1234, "KWD")) == ("1234", "-1.234")
    assert show(1234, "EUR") == "12.34 EUR"
    assert {len(code) for code in DECIMALS} == {3}
    for code in ("eur", "EURO", "XXX", "XAU", "", "€"):
        with pytest.raises(Invalid):
            check_currency(code)
