"""The promises of the trial, counted over simulated firms."""

import random
from collections import Counter

import pytest

from linnet.desk.trial import dose
from linnet.desk.trial.reckoning import analysis, calendar, judging, paged, power
from linnet.desk.trial.values import DayRecord, Protocol, Reading, Worth
from linnet.kernel.days import next_day
from linnet.kernel.value import changed
from tests.trials import world
from tests.trials.conftest import many, slack

pytestmark = pytest.mark.statistics

PAGES = tuple(f"/page-{n}" for n in range(12))
DESIGNS = {
    "half-weeks, 12 weeks": {"kind": "half_week", "weeks": 12},
    "half-weeks, 6 weeks (6 coins)": {"kind": "half_week", "weeks": 6},
    "daily, 4 weeks": {"kind": "daily", "weeks": 4},
    "whole weeks, 12 weeks (6 coins)": {"kind": "whole_weeks", "weeks": 12},
}


def at_end(number: int, *, plan: dict | None = None, **how: object) -> tuple[Reading, Protocol]:
    """Trial number so and so, followed to the letter, read once at its end."""
    chance = random.Random(number)
    key = world.seed(chance)
    protocol = world.plan(key, early_looks=False, **(plan or {}))
    days = world.trial(chance, protocol, key, **how)
    return analysis.read(protocol, key, days, calendar.last_day(protocol.design)), protocol


def covers(reading: Reading, effect: float) -> bool:
    return reading.low is not None and reading.low <= effect <= reading.high


@pytest.mark.parametrize("part", range(4))
def test_two_thousand_trials_without_an_effect_alarm_at_most_6_of_100_times(part, tell):
    """In four parts, so that they run beside each other: each must hold for its 500, and so all do."""
    n = many(500)
    alarms = sum(at_end(10_000 * part + i)[0].p <= 0.05 for i in range(n))
    tell(f"A/A, half-weeks, 12 weeks, part {part + 1}: {alarms} of {n} alarm at .05")
    assert 0.02 - slack(0.05, n) <= alarms / n <= 0.06 + slack(0.05, n)


@pytest.mark.parametrize("name", list(DESIGNS)[1:])
def test_every_design_keeps_its_size(name, tell):
    n = many(500)
    alarms = sum(at_end(i, plan=DESIGNS[name])[0].p <= 0.05 for i in range(n))
    tell(f"A/A, {name}: {alarms} of {n} alarm at .05")
    assert 0.01 - slack(0.03, n) <= alarms / n <= 0.07 + slack(0.05, n)


@pytest.mark.parametrize("effect", [0, 3, 10])
def test_ranges_hold_the_truth_in_93_to_97_of_100(effect, tell):
    n = many(1000)
    found = [at_end(500_000 + i, effect=effect)[0] for i in range(n)]
    held = sum(covers(r, effect) for r in found)
    mean = sum(r.effect for r in found) / n
    width = sum(r.high - r.low for r in found) / n
    seen = sum(r.p <= 0.05 for r in found)
    tell(f"coverage, effect {effect}: {held} of {n}; mean {mean:.2f}, width {width:.1f}, seen {seen}")
    assert 0.93 - slack(0.95, n) <= held / n <= 0.97 + slack(0.95, n)


def test_visits_not_from_search_with_search_as_covariate_are_worth_more_than_triple_the_length(tell):
    """50 visits a day, 60 of 100 from search engines, and posting brings 5: the primary outcome against all
    visits."""
    n = many(300)
    helped = plain = 0
    for i in range(n):
        chance = random.Random(i)
        key = world.seed(chance)
        protocol = world.plan(key, early_looks=False)
        days = world.trial(chance, protocol, key, effect=5, base=20, searches=30)
        last = calendar.last_day(protocol.design)
        helped += analysis.read(protocol, key, days, last).p <= 0.05
        without = changed(protocol, rules=changed(protocol.rules, covariate=False))
        every = {day.day: float(day.visits) for day in days}
        plain += analysis.secondary(without, key, days, every, last).p <= 0.05
    tell(f"+5 on 50 visits a day: seen in {helped} of {n}; in all visits, without a covariate, in {plain}")
    assert helped > 2 * plain
    assert helped / n >= 0.75 - slack(0.8, n)


def test_a_day_of_ten_times_the_visits_neither_alarms_nor_hides(tell):
    n = many(300)
    alarms, widths, raw = 0, 0.0, 0.0
    for i in range(n):
        chance = random.Random(i)
        key = world.seed(chance)
        protocol = world.plan(key, early_looks=False)
        days = world.trial(chance, protocol, key)
        at = chance.randrange(84)
        days[at] = changed(days[at], outcome=10 * days[at].outcome)
        last = calendar.last_day(protocol.design)
        capped = analysis.read(protocol, key, days, last)
        loose = changed(protocol, rules=changed(protocol.rules, cap=10_000))
        uncapped = analysis.read(loose, key, days, last)
        alarms += capped.p <= 0.05
        widths += capped.high - capped.low
        raw += uncapped.high - uncapped.low
    tell(
        f"one day of ten times the visits: {alarms} of {n} alarm; width {widths / n:.1f}, uncapped {raw / n:.1f}"
    )
    assert alarms / n <= 0.07 + slack(0.05, n)
    assert widths < 0.6 * raw


def through_looks(protocol: Protocol, key: str, days: list) -> tuple[str, int]:
    """The verdict of a trial that ends at the first planned look with a clear one, and its days."""
    for look in protocol.looks:
        reading = analysis.read(protocol, key, days, next_day(protocol.design.start, look.days - 1))
        found = judging.judge(protocol, reading)
        if found.kind != "cannot_tell":
            return found.kind, look.days
    return "cannot_tell", protocol.looks[-1].days


def firm(number: int, share: tuple[float, float]) -> tuple[str, int]:
    """A firm of any size with any kind of trial, whose posting brings a share of what would pay."""
    chance = random.Random(number)
    key = world.seed(chance)
    kind, weeks = chance.choice([("half_week", 8), ("half_week", 12), ("half_week", 16), ("whole_weeks", 16)])
    base = chance.choice([8, 20, 50, 120])
    line = base * chance.choice([0.05, 0.1, 0.3])
    worth = Worth("EUR", round(100 * line), 100_000, 100_000, 100_000, 30)
    protocol = world.plan(key, kind=kind, weeks=weeks, worth=worth, draws=499)
    effect = line * chance.uniform(*share)
    searches = chance.choice([0, base])
    days = world.trial(chance, protocol, key, base=base, effect=effect, searches=searches)
    return through_looks(protocol, key, days)


@pytest.mark.parametrize(
    ("share", "part"), [((0.0, 1.0), 0), ((0.0, 1.0), 1), ((1.0, 1.0), 2), ((1.0, 1.0), 3)]
)
def test_a_firm_for_which_it_does_not_pay_is_told_worth_it_at_most_5_of_100_times(share, part, tell):
    """500 firms below the line and 500 exactly on it, the worst case; with early looks."""
    n = many(250)
    found = Counter(firm(1_000_000 * part + i, share)[0] for i in range(n))
    tell(f"posting brings {share[0]:g} to {share[1]:g} of what pays, part {part}: {dict(found)} of {n}")
    assert found["worth_it"] / n <= 0.05 + slack(0.03, n)


def test_a_firm_for_which_it_pays_is_seldom_told_that_it_does_not(tell):
    n = many(400)
    found = Counter(firm(7_000_000 + i, (1.0, 2.0))[0] for i in range(n))
    tell(f"posting brings 1 to 2 times what pays: {dict(found)} of {n}")
    assert found["not_worth_it"] / n <= 0.05 + slack(0.03, n)


def test_planned_looks_are_paid_for_and_peeking_would_not_be(tell):
    n = many(600)
    planned = peeked = 0
    for i in range(n):
        chance = random.Random(3_000_000 + i)
        key = world.seed(chance)
        protocol = world.plan(key, weeks=16, draws=499)
        days = world.trial(chance, protocol, key)
        looks = [look.days for look in protocol.looks if look.purpose == "verdict"]
        limits = {look.days: look.limit / 10_000 for look in protocol.looks}
        ends = {
            at: analysis.read(protocol, key, days, next_day(world.START, at - 1))
            for at in {*looks, *range(42, 113, 14)}
        }
        planned += any(ends[at].p <= limits[at] for at in looks)
        peeked += any(reading.p <= 0.05 for reading in ends.values())
    tell(
        f"16 weeks without an effect: {planned} of {n} alarm at a planned look, {peeked} by peeking every two weeks"
    )
    assert planned / n <= 0.05 + slack(0.05, n)
    assert peeked / n > 0.08 - slack(0.1, n)


def test_a_stop_at_any_time_is_paid_for_by_the_wider_range(tell):
    n = many(400)
    wrong = 0
    for i in range(n):
        chance = random.Random(4_000_000 + i)
        key = world.seed(chance)
        protocol = world.plan(key, draws=499, early_looks=False)
        days = world.trial(chance, protocol, key, effect=5)
        readings = (analysis.read(protocol, key, days, next_day(world.START, at)) for at in range(38, 83, 4))
        wrong += any(not covers(reading, 5) for reading in readings if reading.low is not None)
    tell(
        f"looked at every 4 days from day 38 on: the range for a stop ever misses the truth in {wrong} of {n}"
    )
    assert wrong / n <= 0.05 + slack(0.05, n)


@pytest.mark.parametrize(
    ("effect", "line", "weeks", "wanted", "least"),
    [
        (20, 5, 12, "worth_it", 0.7),
        (3, 20, 6, "not_worth_it", 0.7),
        (3, 20, 12, "not_worth_it", 0.9),
        (3, 3.5, 12, "cannot_tell", 0.85),
    ],
)
def test_clear_worlds_get_their_verdict(effect, line, weeks, wanted, least, tell):
    n = many(250)
    found: Counter[str] = Counter()
    length = 0
    for i in range(n):
        chance = random.Random(5_000_000 + i)
        key = world.seed(chance)
        worth = Worth("EUR", round(100 * line), 100_000, 100_000, 100_000, 30)
        protocol = world.plan(key, weeks=weeks, worth=worth)
        kind, days = through_looks(protocol, key, world.trial(chance, protocol, key, effect=effect))
        found[kind] += 1
        length += days
    tell(
        f"effect {effect}, line {line}, {weeks} weeks: {dict(found)} of {n}; {length / n:.0f} days on average"
    )
    assert found[wanted] / n >= least - slack(least, n)


@pytest.mark.parametrize("effect", [0, 2, 3])
def test_the_which_page_trial(effect, tell):
    n = many(400)
    seen = held = 0
    for i in range(n):
        chance = random.Random(6_000_000 + i)
        key = world.seed(chance)
        protocol = world.plan(key, kind="which_page", weeks=8, pages=PAGES, draws=399, early_looks=False)
        records = world.pages(chance, protocol, key, effect=effect)
        reading = paged.read(protocol, key, records, calendar.last_day(protocol.design))
        seen += reading.p <= 0.05
        held += covers(reading, effect)
    tell(f"which page, 12 pages, 8 weeks, effect {effect}: seen in {seen}, truth in the range {held} of {n}")
    assert 0.92 - slack(0.95, n) <= held / n <= 0.98 + slack(0.95, n)
    if not effect:
        assert seen / n <= 0.07 + slack(0.05, n)
    if effect == 3:
        assert seen / n >= 0.8 - slack(0.8, n)


@pytest.mark.parametrize("big", [7, 60])
@pytest.mark.parametrize("effect", [0, 3])
def test_the_which_page_trial_with_days_without_figures(effect, big, tell):
    """Two weeks of one lost day, one of two, one of four, which is not used: 8 days of 56 would break it, these
    are analysed all the same. With large pages a week of five days that was not taken for seven would leave the
    pages' own sizes in the errors."""
    n = many(400 if effect else 1000)
    seen = held = 0
    total = 0.0
    for i in range(n):
        chance = random.Random(7_000_000 + i)
        key = world.seed(chance)
        protocol = world.plan(key, kind="which_page", weeks=8, pages=PAGES, draws=399, early_looks=False)
        sizes = [1, 1, 2, 4, 0, 0, 0, 0]
        chance.shuffle(sizes)
        lost = [chance.sample(range(7), size) for size in sizes]
        records = world.pages_by_day(chance, protocol, key, lost, base=big, effect=effect * big / 7)
        reading = paged.read(protocol, key, records, calendar.last_day(protocol.design))
        assert (reading.lost, reading.dropped) == (8, len(PAGES))
        seen += reading.p <= 0.05
        held += covers(reading, effect * big / 7)
        total += reading.effect
    tell(
        f"which page, {big} visits, 8 of 56 days lost, effect {effect * big / 7:.0f}: {total / n:.2f} on average, "
        f"seen in {seen}, truth in the range {held} of {n}"
    )
    assert 0.92 - slack(0.95, n) <= held / n <= 0.98 + slack(0.95, n)
    if not effect:
        assert seen / n <= 0.06 + slack(0.05, n)


@pytest.mark.parametrize("weeks", [12, 52])
@pytest.mark.parametrize("alike", [0, 0.6])
def test_in_a_flat_world_there_is_no_visible_slope_of_effort(weeks, alike, tell):
    n = many(1000)
    seen = 0
    for i in range(n):
        chance = random.Random(8_000_000 + i)
        rows = world.visits(chance, [False] * (7 * weeks))
        effort, found = 0.0, []
        for week in range(weeks):
            effort = alike * effort + chance.gauss(0, (1 - alike**2) ** 0.5)
            came = sum(other for other, _ in rows[7 * week : 7 * week + 7])
            found.append(dose.Week(max(0, round(180 + 60 * effort)), came))
        seen += dose.slope(found).visible
    tell(
        f"effort and visits in a flat world, {weeks} weeks, effort alike {alike}: a slope seen in {seen} of {n}"
    )
    assert seen / n <= 0.05 + slack(0.05, n)


def test_the_power_step_foretells_how_often_a_trial_finds_the_effect(tell):
    """Over firms of different size: the smallest visible effect is found by about 80 of 100 trials."""
    n = many(120)
    seen = 0
    for i in range(n):
        chance = random.Random(9_000_000 + i)
        key, base = world.seed(chance), chance.choice([15, 50, 150])
        rows = world.visits(chance, [False] * 126, base=base)
        days = [DayRecord(next_day("2026-07-27", t), a, b, a + b, 0) for t, (a, b) in enumerate(rows)]
        protocol = world.plan(key, early_looks=False)
        last = None
        for step in power.steps(days, protocol.design, key, runs=100):
            last = step.power
        limit = protocol.looks[-1].limit / 10_000
        trial = world.trial(chance, protocol, key, base=base, effect=last.smallest)
        seen += analysis.read(protocol, key, trial, calendar.last_day(protocol.design)).p <= limit
    tell(f"the smallest visible effect of the power step: seen in {seen} of {n} trials")
    assert 0.65 - slack(0.8, n) <= seen / n <= 0.95 + slack(0.8, n)
