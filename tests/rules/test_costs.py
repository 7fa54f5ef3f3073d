"""Cost: every way to look at the same time and money adds up to the same."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.effort import money, rules
from linnet.desk.effort.money import Tool, cost, shared, tool_cost
from linnet.desk.effort.rules import ACTIVITIES, CHANNELS, DayTime, Overhead, Rate
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.errors import Invalid

DAYS = [(date(2026, 1, 20) + timedelta(days=n)).isoformat() for n in range(60)]

times = st.lists(
    st.builds(
        lambda day, person, activity, source, ms, channel: DayTime(
            day,
            person,
            7,
            activity,
            source,
            ms,
            channel if source == "entry" else "linnet",
        ),
        st.sampled_from(DAYS),
        st.integers(1, 3),
        st.sampled_from(ACTIVITIES),
        st.sampled_from(["page", "app", "entry"]),
        st.integers(0, 10 * HOUR),
        st.sampled_from(CHANNELS),
    ),
    max_size=25,
)
rates = st.lists(
    st.builds(Rate, st.integers(0, 3), st.sampled_from(DAYS), st.one_of(st.none(), st.integers(0, 20_000))),
    max_size=6,
)
overheads = st.lists(st.builds(Overhead, st.sampled_from(DAYS), st.integers(1000, 10_000)), max_size=3)
tools = st.lists(
    st.builds(
        lambda n, amount, currency, first, length: Tool(
            n, f"tool {n}", amount, currency, first, later(first, length)
        ),
        st.integers(1, 99),
        st.integers(0, 10**6),
        st.sampled_from(["EUR", "USD"]),
        st.sampled_from(DAYS),
        st.one_of(st.none(), st.integers(0, 40)),
    ),
    max_size=4,
)


def later(day, days):
    return "" if days is None else (date.fromisoformat(day) + timedelta(days=days)).isoformat()


@given(times, rates, overheads, tools)
def test_all_ways_to_look_at_it_add_up_to_the_same(some, per_hour, on_top, paid):
    found = cost(
        rules.weighed(some, per_hour, 4000, on_top), paid, "EUR", DAYS[0], DAYS[-1], ["linnet", "phone"]
    )
    assert sum(line.cost for line in found.activities) == found.time
    assert sum(line.cost or 0 for line in found.channels) == found.time
    assert sum(line.ms for line in found.activities) == found.ms == sum(t.ms for t in some)
    assert sum(line.ms or 0 for line in found.channels) == found.ms
    assert sum(line.estimated for line in found.channels) == found.estimated
    assert found.time == sum(rules.costs(some, per_hour, 4000, on_top).values())
    own = sum(line.cost for line in found.tool_lines if line.currency == "EUR")
    assert found.total == found.time + own
    assert dict(found.foreign).get("USD", 0) == sum(
        line.cost for line in found.tool_lines if line.currency == "USD"
    )
    exact = Fraction(0)
    for one in some:
        hourly = rules.rate_on(per_hour, one.person_id, one.day, 4000)
        exact += Fraction(one.ms * hourly * rules.overhead_on(on_top, one.day), HOUR * 1000)
    lines = len({(t.activity, t.source) for t in some})
    assert abs(found.time - exact) <= Fraction(lines, 2)
    recorded = {t.channel for t in some}
    for line in found.channels:
        assert (line.ms is None) == (line.channel not in recorded)
        assert (line.ms is None) == (line.cost is None)


@given(times, rates, rates, st.integers(0, 9000))
def test_another_rate_changes_cost_and_nothing_else(some, before, after, usual):
    def shape(per_hour, otherwise):
        found = cost(rules.weighed(some, per_hour, otherwise), [], "EUR", DAYS[0], DAYS[-1])
        return (
            found.ms,
            found.estimated,
            found.days,
            found.people,
            [(a.activity, a.estimated, a.ms, a.days) for a in found.activities],
            [(c.channel, c.ms, c.estimated, c.days) for c in found.channels],
        )

    assert shape(before, 4000) == shape(after, usual)


def test_a_rate_and_an_overhead_are_valid_from_their_day():
    some = [DayTime(day, 1, 7, "write", "page", HOUR) for day in ("2026-02-09", "2026-02-10", "2026-02-11")]
    per_hour = [Rate(1, "2026-02-10", 6000)]
    on_top = [Overhead("2026-02-11", 1250)]
    assert [weight // rules.WHOLE for _, weight in rules.weighed(some, per_hour, 4000, on_top)] == [
        4000,
        6000,
        7500,
    ]
    assert rules.overhead_on([], "2026-02-11") == 1000


def test_a_channel_that_is_used_and_was_not_recorded_is_not_nothing():
    some = [DayTime("2026-02-09", 1, 7, "outside", "entry", 5 * MINUTE, "phone")]
    found = cost(rules.weighed(some, [], 6000), [], "EUR", "2026-02-09", "2026-02-15", ["linnet", "facebook"])
    assert [(c.channel, c.ms, c.cost) for c in found.channels] == [
        ("linnet", None, None),
        ("phone", 5 * MINUTE, 500),
        ("facebook", None, None),
    ]


def test_tools_cost_a_month_whole_and_parts_by_their_days():
    tool = Tool(1, "scheduler", 3000, "EUR", "2026-01-15", "2026-03-31")
    assert tool_cost(tool, "2026-02-01", "2026-02-28").cost == 3000
    assert tool_cost(tool, "2026-03-01", "2026-03-31").cost == 3000
    january = tool_cost(tool, "2026-01-01", "2026-01-31")
    assert (january.days, january.cost) == (17, round(3000 * 17 / 31))
    assert tool_cost(tool, "2026-04-01", "2026-04-30") is None
    assert tool_cost(tool, "2025-12-01", "2025-12-31") is None
    over = tool_cost(tool, "2026-01-26", "2026-02-01")  # a week over the end of a month
    assert over.cost == round(3000 * 6 / 31 + 3000 / 28)
    going = Tool(2, "goes on", 999, "JPY", "2026-01-01", "")
    assert tool_cost(going, "2028-02-01", "2028-02-29").cost == 999


@given(st.integers(0, 10**7), st.lists(st.integers(1, 40), min_size=1, max_size=8))
def test_a_month_cut_in_pieces_costs_the_month(amount, cuts):
    tool = Tool(1, "x", amount, "EUR", "2026-01-01", "")
    first, total, pieces = date(2026, 1, 1), 0, 0
    for cut in cuts:
        last = first + timedelta(days=cut - 1)
        total += tool_cost(tool, first.isoformat(), last.isoformat()).cost
        first, pieces = last + timedelta(days=1), pieces + 1
    whole = tool_cost(tool, "2026-01-01", (first - timedelta(days=1)).isoformat())
    assert abs(whole.cost - total) <= pieces


@given(st.integers(0, 10**9), st.dictionaries(st.integers(), st.integers(0, 10**9), min_size=1))
def test_shares_are_whole_and_add_up(total, weights):
    parts = shared(total, weights)
    every = sum(weights.values())
    assert sum(parts.values()) == (total if every else 0)
    for key, weight in weights.items():
        assert not every or abs(parts[key] - Fraction(total * weight, every)) < 1


@pytest.mark.parametrize(
    ("field", "tool"),
    [
        ("name", Tool(1, " ", 1, "EUR", "2026-01-01", "")),
        ("name", Tool(1, "x" * 81, 1, "EUR", "2026-01-01", "")),
        ("name", Tool(1, "a\x00b", 1, "EUR", "2026-01-01", "")),
        ("amount", Tool(1, "x", -1, "EUR", "2026-01-01", "")),
        ("amount", Tool(1, "x", 10**11, "EUR", "2026-01-01", "")),
        ("currency", Tool(1, "x", 1, "EURO", "2026-01-01", "")),
        ("first", Tool(1, "x", 1, "EUR", "soon", "")),
        ("last", Tool(1, "x", 1, "EUR", "2026-01-02", "2026-01-01")),
    ],
)
def test_tools_that_cannot_be(field, tool):
    with pytest.raises(Invalid) as refused:
        money.check_tool(tool)
    assert refused.value.field == field


def test_tools_that_can_just_be():
    for name, amount, last in (("x" * 80, 10**10, "2026-01-01"), ("x", 0, "")):
        tool = Tool(1, name, amount, "EUR", "2026-01-01", last)
        assert money.check_tool(tool) == tool
    assert money.check_tool(Tool(1, " a \n b ", 1, "EUR", "2026-01-01", "")).name == "a b"
    with pytest.raises(Invalid):
        money.check_tool(Tool(1, "x", 10**10 + 1, "EUR", "2026-01-01", ""))


def test_a_day_of_a_tool_is_rounded_half_up():
    tool = Tool(1, "x", 15, "EUR", "2026-01-01", "")
    assert [tool_cost(tool, "2026-04-01", last).cost for last in ("2026-04-01", "2026-04-02")] == [1, 1]
    assert tool_cost(Tool(1, "x", 14, "EUR", "2026-01-01", ""), "2026-04-01", "2026-04-01").cost == 0


def test_of_equal_rests_the_first_has_the_unit():
    assert shared(2, {"a": 1, "b": 1, "c": 1}) == {"a": 1, "b": 1, "c": 0}
    assert shared(10, {"a": 1, "b": 2}) == {"a": 3, "b": 7}
    assert shared(10, {"a": 5, "b": 2}) == {"a": 7, "b": 3}  # 7.14 and 2.86
    assert shared(5, {"a": 0, "b": 0}) == {"a": 0, "b": 0}


def test_a_cost_by_hand():
    times = [
        DayTime("2026-02-09", 1, 7, "write", "page", 30 * MINUTE),
        DayTime("2026-02-10", 2, 7, "write", "entry", 30 * MINUTE, "blog"),
        DayTime("2026-02-10", 1, 7, "write", "app", 6 * MINUTE),
    ]
    paid = [Tool(1, "a", 2800, "EUR", "2026-01-01", ""), Tool(2, "b", 5600, "USD", "2026-02-09", "")]
    found = cost(rules.weighed(times, [], 6000), paid, "EUR", "2026-02-09", "2026-02-15")
    assert (found.ms, found.estimated, found.days, found.people) == (66 * MINUTE, 6 * MINUTE, 2, 2)
    assert (found.time, found.tools, found.foreign, found.total) == (6600, 700, (("USD", 1400),), 7300)
    assert [(a.activity, a.estimated, a.ms, a.days, a.cost) for a in found.activities] == [
        ("write", False, 60 * MINUTE, 2, 6000),
        ("write", True, 6 * MINUTE, 1, 600),
    ]
    assert [(c.channel, c.ms, c.estimated, c.days, c.cost) for c in found.channels] == [
        ("linnet", 36 * MINUTE, 6 * MINUTE, 2, 3600),
        ("blog", 30 * MINUTE, 0, 1, 3000),
    ]


def test_overheads_and_channels_that_cannot_be():
    for permille in (999, 10_001, -1):
        with pytest.raises(Invalid):
            rules.check_overhead(permille)
    for channel in ("linnet", "smoke", ""):
        with pytest.raises(Invalid):
            rules.check_channel(channel)
    assert rules.check_channel("facebook") == "facebook"
    with pytest.raises(Invalid):
        rules.check_activity("dream")
