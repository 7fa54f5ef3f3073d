"""The statement's arithmetic: exact ranges, cost of each, addresses of rows, what is not known."""

import csv
import io
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.effort.rules import DayTime
from linnet.desk.statement import rules
from linnet.desk.statement.ranges import at_least, poisson_range
from linnet.desk.statement.rules import (
    Address,
    Day,
    Statement,
    address,
    cost_per,
    counted,
    parse_address,
    seen,
)
from linnet.desk.statement.steps import Step
from linnet.desk.statement.unknown import Circumstances, not_known
from linnet.kernel.clock import MINUTE
from linnet.kernel.days import parse_period
from linnet.kernel.errors import Invalid
from tests.desk import BERLIN

WEEK = parse_period("2026-W43", BERLIN)


@pytest.mark.parametrize(
    ("k", "low", "high"),
    [  # Garwood 1936 and every table since: chi-square quantiles halved
        (0, 0.0, 3.6889),
        (1, 0.0253, 5.5716),
        (2, 0.2422, 7.2247),
        (3, 0.6187, 8.7673),
        (4, 1.0899, 10.2416),
        (5, 1.6235, 11.6683),
        (10, 4.7954, 18.3904),
        (20, 12.2165, 30.8884),
        (50, 37.1110, 65.9188),
        (100, 81.3640, 121.6268),
    ],
)
def test_the_exact_range_of_a_count(k, low, high):
    assert poisson_range(k) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 300), st.floats(0.01, 400))
def test_the_chance_of_k_or_more_is_the_sum_of_its_terms(k, mean):
    below = math.fsum(math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) for n in range(k))
    assert at_least(k, mean) == pytest.approx(1 - below, abs=1e-9)


def test_where_nothing_is_expected_nothing_comes():
    assert [at_least(1, mean) for mean in (0.0, -1.0)] == [0.0, 0.0]


@given(st.integers(0, 100_000))
def test_ranges_hold_their_count_and_rise_with_it(k):
    low, high = poisson_range(k)
    assert low <= k < high
    assert at_least(k + 1, high) == pytest.approx(0.975, abs=1e-6)
    if k:
        assert at_least(k, low) == pytest.approx(0.025, abs=1e-6)
        assert poisson_range(k - 1)[0] < low


def test_what_each_result_cost():
    of = lambda k, cost: cost_per("per.x", "Cost per x", counted("x", "X", k, "visits?"), cost, "EUR")  # noqa: E731
    ten = of(10, 7000)
    assert (ten.each, ten.low, ten.high) == (700, round(7000 / 18.3904), round(7000 / 4.7954))
    assert ten.words == "7.00 EUR each (n 10, range 3.81 to 14.60 EUR)"
    none = of(0, 7000)
    assert (none.each, none.low, none.high) == (None, None, None)
    assert none.words == "no result, 70.00 EUR spent"
    assert of(3, 0).words == "not known: no time with a cost was recorded"
    assert of(3, 100).each == 33
    assert of(8, 100).each == 13  # 12.5, half up


def test_lines_of_time_add_up_and_estimates_stand_apart():
    times = [
        DayTime("2026-10-20", 1, 7, "write", "page", 20 * MINUTE),
        DayTime("2026-10-21", 1, 7, "write", "page", 10 * MINUTE),
        DayTime("2026-10-21", 1, 7, "write", "app", 6 * MINUTE),
        DayTime("2026-10-21", 2, 7, "outside", "entry", 5 * MINUTE),
    ]
    lines = rules.time_lines(times, [], 4000, WEEK)
    assert [(x.activity, x.estimated, x.ms // MINUTE, x.cost, x.days) for x in lines] == [
        ("write", False, 30, 2000, 2),
        ("outside", False, 5, 333, 1),
        ("write", True, 6, 400, 1),
    ]
    assert [x.label.endswith(", in other apps (estimated)") for x in lines] == [False, False, True]
    assert "estimated=no" in lines[0].rows
    assert lines[2].rows == "time?activity=write&estimated=yes&from=2026-10-19&to=2026-10-25"
    other = rules.time_lines(times, [], 8000, WEEK)
    assert [x.ms for x in other] == [x.ms for x in lines]
    assert [x.cost for x in other] == [4000, 667, 800]


def test_addresses_go_both_ways():
    where = address("visits", WEEK, **{"class": "probable", "by": "link"})
    assert where == "visits?class=probable&by=link&from=2026-10-19&to=2026-10-25"
    assert parse_address(where) == Address(
        "visits", "2026-10-19", "2026-10-25", {"class": "probable", "by": "link"}
    )


def test_addresses_of_one_day_and_of_a_year():
    for first, last in (("2026-10-19", "2026-10-19"), ("2027-10-19", "2028-10-19")):  # 366 days
        assert parse_address(f"visits?from={first}&to={last}").first == first
    with pytest.raises(Invalid):
        parse_address("visits?from=2027-10-19&to=2028-10-20")


def test_what_was_seen_whole_has_no_range_and_its_own_n():
    whole, of = seen("x", "X", 7, "time?"), seen("x", "X", 7, "time?", n=3)
    assert ((whole.n, whole.low, whole.high), of.n) == ((7, None, None), 3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "visits",
        "visits?",
        "people?from=2026-10-19&to=2026-10-25",
        "visits?from=2026-10-19",
        "visits?from=2026-10-25&to=2026-10-19",
        "visits?from=2020-10-25&to=2026-10-19",
        "visits?class=human&from=2026-10-19&to=2026-10-25",
        "visits?trail=yes&from=2026-10-19&to=2026-10-25",
        "visits?class=unsure&class=staff&from=2026-10-19&to=2026-10-25",
        "visits?from=2026-10-19&to=2026-10-25&x",
        "visits?from=now&to=2026-10-25",
        "visits?" + "a=1&" * 50,
    ],
)
def test_what_is_no_address(text):
    with pytest.raises(Invalid):
        parse_address(text)


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader_of_addresses(text):
    with pytest.raises(Invalid):
        parse_address(f"visits?{text}")


CALM = Circumstances(
    over=True,
    until=0,
    unmeasured=0,
    measured_ms=1,
    estimated_ms=0,
    hourly_cost=4000,
    any_visit=True,
    visits=5,
    confirmed=1,
    unsure=0,
    any_lead=True,
    any_sale=True,
    sales=3,
    untrailed=0,
    remote_followers=0,
    foreign=(),
)


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        ({"over": False}, "period", "not over"),
        ({"unmeasured": 1}, "time.off", "1 person has time measuring off"),
        ({"unmeasured": 2}, "time.off", "2 people have time measuring off"),
        ({"measured_ms": 0}, "time.none", "No time was recorded"),
        ({"estimated_ms": 90_000}, "time.estimated", "2 min in other apps"),
        ({"hourly_cost": 0}, "hourly_cost", "No hourly cost"),
        ({"any_visit": False, "visits": 0, "confirmed": 0}, "visits.none", "No visit was ever counted"),
        ({"confirmed": 0}, "visits.confirmed", "No visit was confirmed"),
        ({"unsure": 1}, "visits.unsure", "1 visit was neither"),
        ({"any_lead": False}, "leads.none", "No leads were reported"),
        ({"any_sale": False}, "sales.none", "No sales were reported: connect your shop"),
        ({"untrailed": 2}, "sales.untrailed", "2 of 3 sales had no trail"),
        ({"remote_followers": 4}, "delivered.remote", "4 followers on other servers"),
        ({"foreign": ("CHF", "USD")}, "currencies", "CHF and USD was not converted"),
        ({"trial_runs": True}, "trial.runs", "before the trial does"),
        ({"trial_waived": True}, "trial.waived", "without a baseline"),
    ],
)
def test_what_is_not_known_is_said(change, key, words):
    assert [said.key for said in not_known(CALM)] == ["because"]
    fields = {name: getattr(CALM, name) for name in CALM.__struct_fields__} | change
    [said, last] = not_known(Circumstances(**fields))
    assert said.key == key
    assert words in said.words
    assert last.key == "because"


def test_the_statement_as_csv_has_no_formula_and_every_number():
    figures = (
        counted("visits.probable", "=cmd()", 10, "visits?x"),
        seen("money.EUR.all", "Money", -250, "sales?x", unit="EUR", n=2),
        seen("time.total", "Time", 90_000, "time?x", unit=rules.MS, n=1),
    )
    times = [DayTime("2026-10-20", 1, 7, "write", "page", 90_000)]
    whole = Statement(
        "@Bakery",
        WEEK,
        WEEK.end,
        True,
        "EUR",
        rules.time_lines(times, [], 4000, WEEK),
        figures,
        (cost_per("per", "Cost per visit", figures[0], 7000, "EUR"),),
        not_known(CALM),
        (Step("waiting", "=1 waits"),),
        (Day("2026-10-20", 90_000, 3, 1, 9, 0, 0),),
        "",
        (),
    )
    lines = list(csv.reader(io.StringIO(rules.to_csv(whole), newline="")))
    assert lines[1][:3] == ["statement", "'@Bakery", "2026-W43"]
    assert ["time", "Writing", "1.5", "minutes", "1", "", "", whole.time[0].rows] in lines
    assert ["cost", "Writing", "1.00", "EUR", "1", "", "", whole.time[0].rows] in lines
    assert ["figure", "'=cmd()", "10", "count", "10", "4.80", "18.39", "visits?x"] in lines
    assert ["figure", "Money", "-2.50", "EUR", "2", "", "", "sales?x"] in lines
    assert ["figure", "Time", "1.5", "minutes", "1", "", "", "time?x"] in lines
    assert ["cost of each", "Cost per visit", "7.00", "EUR", "10", "3.81", "14.60", "visits?x"] in lines
    assert ["day", "2026-10-20", "3", "probable visits", "", "", "", ""] in lines
    assert ["what to do", "'=1 waits", "", "", "", "", "", ""] in lines
    assert {len(line) for line in lines} == {8}
    assert whole.figure("visits.probable") == figures[0]
    with pytest.raises(KeyError):
        whole.figure("likes")
