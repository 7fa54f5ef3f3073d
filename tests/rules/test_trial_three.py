"""Three arms: calendars that balance, two arms compared while the third stays, second results without a verdict."""

import itertools
import json
import math
import random
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.trial import planning, protocol
from linnet.desk.trial.planning import Habits, OwnDay
from linnet.desk.trial.protocol import Document, export, verify
from linnet.desk.trial.reckoning import analysis, calendar, judging, looks, model, power, three
from linnet.desk.trial.values import AssignedDay, DayRecord, Design, Look, Protocol, Reading, Worth
from linnet.desk.trial.words import verdict
from linnet.kernel.clock import MINUTE
from linnet.kernel.days import next_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed
from linnet.kernel.wire import decode_as
from linnet.site.trial_chart import light_chart
from tests.trials import world

FIXTURES = Path(__file__).parent.parent / "fixtures" / "trials"
KEY = "5e" * 32
HALF = Design("half_week", "2026-11-30", 12, "Europe/Berlin", light=1)
WORTH = Worth("EUR", 3000, 100_000, 150_000, 200_000, 45, light_cost=1000, light_minutes=15)
seeds = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")


def played(weeks: int = 12, number: int = 1, **how: object) -> tuple[Protocol, list[DayRecord], str]:
    made = world.plan_three(KEY, weeks=weeks, kind=how.pop("kind", "half_week"))
    return made, world.three(random.Random(number), made, KEY, **how), calendar.last_day(made.design)


# the calendar


def test_the_calendar_of_three_arms_is_the_same_for_ever():
    shown = "".join({"on": "X", "light": "l", "quiet": "-"}[d.arm] for d in calendar.calendar(HALF, KEY).days)
    assert shown == ("-------lllllllXXXXXXX----XXXlllllllXXXX---llll-------XXXXXXXllllllllllXXXX-------XXX")


@given(
    seeds,
    st.sampled_from([("half_week", 9), ("half_week", 15), ("daily", 6), ("whole_weeks", 18)]),
    st.sampled_from([(0, 4), (5, 1), (2, 5)]),
)
def test_every_part_of_the_week_has_every_arm_once_in_three_weeks(seed, kind, cuts):
    start = calendar.first_start("2027-10-01", cuts)
    found = calendar.calendar(Design(kind[0], start, kind[1], "Europe/Berlin", cuts, light=2), seed)
    assert [day.day for day in found.days] == [next_day(start, n) for n in range(7 * kind[1])]
    for first in range(0, len(found.days), 21):
        for n in range(7):
            same = [found.days[first + n + 7 * week] for week in range(3)]
            assert {day.arm for day in same} == {"on", "light", "quiet"}
            assert len({day.coin for day in same}) == 1
    by = Counter((date.fromisoformat(day.day).weekday(), day.arm) for day in found.days)
    assert set(by.values()) == {kind[1] // 3}
    assert len({day.coin for day in found.days}) == calendar.coins(found.design)
    assert not [day for day in found.days if day.on and day.light]
    for block in found.blocks:
        own = [day for day in found.days if day.block == block.index]
        assert (own[0].day, own[-1].day, {d.arm for d in own}) == (block.first, block.last, {block.arm})


def test_each_of_the_six_orders_is_as_likely():
    found = Counter(
        order
        for n in range(300)
        for order in calendar.draw_orders(changed(HALF, weeks=30), calendar.Stream(f"{n:064x}", "calendar"))
    )
    assert set(found) == set(calendar.ORDERS)
    assert all(870 < n < 1130 for n in found.values())  # 1000 by chance, sd 29


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weeks": 6}, "4 draws.*Take 9 weeks or more"),
        ({"weeks": 10}, "3, 6, 9 and so on"),
        ({"weeks": 0}, "3, 6, 9 and so on"),
        ({"weeks": 105}, "104 at most"),
        ({"kind": "whole_weeks", "weeks": 15}, "5 draws.*Take 18 weeks or more"),
        ({"kind": "daily", "weeks": 3}, "must be 6 at least"),
        ({"light": 21}, "1 to 20 posts"),
        ({"light": -1}, "1 to 20 posts"),
        ({"kind": "which_page", "weeks": 12, "pages": tuple(f"/{n}" for n in range(6))}, "trial of days"),
    ],
)
def test_a_plan_of_three_ways_that_cannot_work_is_refused_with_what_to_change(change, words):
    with pytest.raises(Invalid, match=words):
        calendar.check(changed(HALF, **change))


@pytest.mark.parametrize("kind", ["half_week", "daily", "whole_weeks"])
@pytest.mark.parametrize("weeks", range(6, 54, 3))
def test_looks_of_three_arms_lie_at_the_end_of_three_weeks_and_spend_05(kind, weeks):
    design = changed(HALF, kind=kind, weeks=weeks)
    planned = looks.planned(design)
    ends = [look for look in planned if look.purpose == "verdict"]
    assert sum(look.limit for look in ends) == 500
    assert (planned[-1], planned[-1].days) == (ends[-1], 7 * weeks)
    for look in planned[:-1]:
        assert look.days % 21 == 0
        assert 2 / calendar.calendars(design, look.days // 21) <= look.limit / 10_000
    if (kind, weeks) == ("half_week", 18):
        assert planned == (Look(84, 100, "futility"), Look(105, 150), Look(126, 350))


# the analysis, against statsmodels


def by_statsmodels(made: Protocol, days: list[DayRecord], arms: list[str]) -> dict[str, tuple[float, float]]:
    """Effects and errors of all pairs from one fit with every column written out."""
    kept = [n for n, day in enumerate(days) if not day.dropped]
    capped, _ = model.cap([float(days[n].outcome) for n in kept], [n % 7 for n in kept], made.rules.cap)
    columns = [np.array([[float(n % 7 == w) for w in range(7)] for n in kept]), np.array(kept)[:, None] / 7]
    if made.rules.covariate and any(day.searches for day in days):
        columns.append(np.array([math.log1p(days[n].searches) for n in kept])[:, None])
    lags = made.rules.lag + 1
    for arm in ("on", "light"):
        for back in range(lags):
            column = [float(arms[n - back] == arm) if n >= back else 1 / 3 for n in kept]
            columns.append(np.array(column)[:, None])
    fit = sm.OLS(np.array(capped), np.hstack(columns)).fit(cov_type="HC1")
    b, v = fit.params[-2 * lags :], fit.cov_params()[-2 * lags :, -2 * lags :]
    one, none = np.ones(lags), np.zeros(lags)
    asked = {"on": np.r_[one, none], "light": np.r_[none, one], "rest": np.r_[one, -one]}
    return {name: (float(c @ b), float((c @ v @ c) ** 0.5)) for name, c in asked.items()}


def arms_of(made: Protocol) -> list[str]:
    return [day.arm for day in calendar.calendar(made.design, KEY).days]


def read_by_us(reading: Reading) -> dict[str, tuple[float, float]]:
    light = reading.light
    return {
        "on": (reading.effect, reading.se),
        "light": (light.quiet.effect, light.quiet.se),
        "rest": (light.rest.effect, light.rest.se),
    }


@pytest.mark.parametrize(
    ("kind", "weeks", "searches", "gone"),
    [
        ("half_week", 12, 40, (0, 3, 50)),
        ("half_week", 9, 0, ()),
        ("daily", 6, 40, (5,)),
        ("whole_weeks", 18, 40, range(9)),
    ],
)
def test_three_arms_are_read_as_statsmodels_reads_them(kind, weeks, searches, gone):
    made, days, last = played(weeks, 2, kind=kind, full=9, light=4, searches=searches)
    for n in gone:
        days[n] = changed(days[n], dropped="outage")
    reading = analysis.read(made, KEY, days, last)
    for name, (effect, se) in by_statsmodels(made, days, arms_of(made)).items():
        ours = read_by_us(reading)[name]
        assert ours[0] == pytest.approx(effect, rel=1e-9)
        assert ours[1] == pytest.approx(se, rel=1e-9)


def test_p_is_the_share_of_all_calendars_in_which_two_arms_trade_places():
    """Nine weeks, six draws: 64 calendars for each pair, each fitted by statsmodels."""
    made, days, last = played(9, 3, full=12, light=5)
    reading = analysis.read(made, KEY, days, last)
    spots, real = calendar.spots(made.design), arms_of(made)
    for name, pair, p in (
        ("on", three.FULL, reading.p),
        ("light", three.LIGHT, reading.light.quiet.p),
        ("rest", three.REST, reading.light.rest.p),
    ):
        other = {pair.first: pair.second, pair.second: pair.first, pair.third: pair.third}
        sizes = []
        for trade in itertools.product([False, True], repeat=6):
            arms = [other[arm] if trade[coin] else arm for (_, coin, _), arm in zip(spots, real, strict=True)]
            effect, se = by_statsmodels(made, days, arms)[name]
            sizes.append(abs(effect / se))
        assert p == sum(size >= sizes[0] * (1 - 1e-9) for size in sizes) / 64
    assert (reading.coins, reading.calendars, reading.exact) == (6, 64, True)


def test_the_range_leaves_zero_out_just_when_p_is_small_enough():
    for number in range(6):
        made, days, last = played(12, number, full=number % 3 * 9, light=number % 2 * 9)
        reading = analysis.read(made, KEY, days, last)
        assert (reading.p <= 0.05) == (reading.low > 0 or reading.high < 0)
        assert reading.light.quiet.quantile == reading.light.rest.quantile > 0


def test_three_arms_are_analysed_as_assigned_and_not_as_posted():
    """A firm that posts a lot on its good days and brings nothing by it. As posted, full would seem to bring a lot."""
    made, days, last = played(number=8)
    weeks = [sorted(days[at : at + 7], key=lambda day: day.outcome) for at in range(0, len(days), 7)]
    posts = {day.day: rank // 3 for week in weeks for rank, day in enumerate(week)}  # 0, 1 or 2
    cheating = [changed(day, posted=posts[day.day]) for day in days]
    reading, obedient = (analysis.read(made, KEY, rows, last) for rows in (cheating, days))
    assert read_by_us(reading) == read_by_us(obedient)
    assert (reading.p, reading.light.quiet.p) == (obedient.p, obedient.light.quiet.p)
    assert reading.p > 0.05
    as_posted = [("quiet", "light", "on")[posts[day.day]] for day in days]
    effect, se = by_statsmodels(changed(made, rules=changed(made.rules, lag=0)), cheating, as_posted)["on"]
    assert effect / se > 4
    assert "compliance" in reading.broken
    assert not reading.light.kept
    assert (obedient.broken, obedient.light.kept) == ((), True)


def test_compliance_of_light_times_needs_a_post_and_no_day_with_too_many():
    made, days, last = played(full=9)
    blocks = [b for b in calendar.calendar(made.design, KEY).blocks if b.light]
    silent, loud = blocks[0], blocks[1]
    wrong = [
        changed(
            d, posted=0 if silent.first <= d.day <= silent.last else 2 if d.day == loud.first else d.posted
        )
        for d in days
    ]
    reading = analysis.read(made, KEY, wrong, last)
    assert (reading.light.followed, reading.light.blocks, reading.light.kept) == (6, 8, True)
    assert (reading.followed_on, reading.blocks_on, reading.posted_quiet, reading.blocks_quiet) == (
        8,
        8,
        0,
        8,
    )
    assert (reading.light.heavier, reading.days_on, reading.light.days, reading.days_quiet) == (
        28,
        28,
        28,
        28,
    )
    loud_days = {b.first for b in blocks[:3]}
    worse = [changed(d, posted=2 if d.day in loud_days else d.posted) for d in days]
    found = analysis.read(made, KEY, worse, last)
    assert (found.light.followed, found.light.kept, found.broken) == (5, False, ())
    said = verdict.words(made, found, judging.judge(made, found))
    assert any("kept in 5 of 8 half-weeks" in note and "too few" in note for note in said.notes)


def test_after_few_draws_and_at_a_stop_in_the_middle_of_three_weeks():
    made, days, _ = played(12, full=9, light=4)
    early = analysis.read(made, KEY, days, next_day(made.design.start, 29))
    assert early.low is None
    assert early.light.quiet.low is None
    until = next_day(made.design.start, 65)
    reading = analysis.read(made, KEY, days, until)
    assert reading.how == "stopped"
    assert reading.low < reading.effect < reading.high
    assert analysis.read(made, KEY, days[:66], until) == reading
    nothing = analysis.read(made, KEY, days[:5], calendar.last_day(made.design))
    assert nothing.broken == ("dropped", "compliance", "no_figures")
    assert (nothing.light.quiet, nothing.light.rest) == (None, None)
    said = verdict.words(made, nothing, judging.judge(made, nothing))
    assert "cannot be computed" in said.light[0]


def test_the_swaps_of_two_arms_leave_the_third_where_it_is():
    found = calendar.calendar(HALF, KEY)
    of = three.swaps(found, three.FULL, range(84), 1)
    arms = [day.arm for day in found.days]
    for n, arm in enumerate(arms):
        assert of.third[0][n] == (arm == "light")
        shown = sum((1 if of.heads >> k & 1 else -1) * column[n] for k, column in enumerate(of.patterns[0]))
        assert (1 - of.third[0][n]) / 2 + shown == (arm == "on")
    assert of.third[1][0] == 1 / 3
    assert all(column[0] == 0 for column in of.patterns[1])
    assert of.draws == list(range(8))
    # a draw of which only the third arm was seen has no say
    alone = [n for n in range(84) if not (found.days[n].coin == 0 and arms[n] != "light")]
    assert three.swaps(found, three.FULL, alone, 0).draws == list(range(1, 8))


# before the start


@pytest.mark.wide
def test_the_power_step_of_three_arms_sees_less_than_that_of_two():
    chance = random.Random(3)
    rows = world.visits(chance, [False] * 126)
    days = [DayRecord(next_day("2026-07-27", t), a, b, a + b, 0) for t, (a, b) in enumerate(rows)]
    found = {}
    for design in (HALF, changed(HALF, light=0)):
        *steps, last = power.steps(days, design, KEY, runs=48)
        assert [step.done for step in steps] == list(range(1, 49))
        found[design.light] = last.power
    assert found[1].smallest > found[0].smallest
    assert found[1].guess == pytest.approx(power.guess(found[1].sd, 56, 8))
    assert sum(found[1].flat) == 48
    short = [record for record in days if record.day >= next_day("2026-07-27", 77)]
    *_, last = power.steps(short, HALF, KEY, runs=48)
    assert (last.power.runs, last.power.smallest) == (0, last.power.guess)  # 7 weeks are no 9


def test_a_past_that_is_too_short_for_single_days_of_three_ways_gives_the_guess():
    """Four weeks are a whole baseline: a plan must not wait for ever for what cannot be tried."""
    chance, daily = random.Random(3), changed(HALF, kind="daily")
    for n in (28, 41):
        rows = world.visits(chance, [False] * n)
        days = [DayRecord(next_day("2026-10-19", t), a, b, a + b, 0) for t, (a, b) in enumerate(rows)]
        *_, last = power.steps(days, daily, KEY, runs=4)
        assert (last.power.runs, last.power.smallest, last.power.weeks) == (0, last.power.guess, 12)


def test_habits_say_what_a_light_day_may_have_and_takes():
    days = [OwnDay(1, 10 * MINUTE)] * 12 + [OwnDay(4, 40 * MINUTE)] * 20 + [OwnDay(0, 5 * MINUTE)] * 9
    found = planning.habits_of([*days, OwnDay(2, 0)])  # nobody measured that day
    assert (found.usual, found.days, found.light) == (4, 33, 2)
    assert [(s.most, s.percent, s.few, s.many) for s in found.shares] == [(n, 25, 12, 20) for n in (1, 2, 3)]
    assert planning.habits_of([]) == Habits(None, 0, ())
    assert planning.habits_of([]).light == 1
    assert planning.habits_of([OwnDay(1, 9 * MINUTE)] * 30).light == 1
    assert found.share(4) is None
    assert (planning.light_minutes(45, 33), planning.light_minutes(2, 1)) == (15, 1)


# frozen, exported, computed again


def frozen(**how: object) -> Protocol:
    return protocol.freeze(HALF, changed(WORTH, **how), KEY, baseline_days=56, waived=False, now=1)


def test_arms_and_their_cost_are_in_the_hash_and_nothing_is_where_there_are_two():
    one = frozen()
    assert b'"light":1' in protocol.canonical(one)
    assert b'"light_cost":1000,"light_minutes":15' in protocol.canonical(one)
    hashes = {protocol.protocol_hash(p) for p in (one, frozen(light_cost=1001), frozen(light_minutes=16))}
    assert len(hashes) == 3
    two = changed(one, design=changed(HALF, light=0), worth=changed(WORTH, light_cost=0, light_minutes=0))
    assert b"light" not in protocol.canonical(two)
    for worth in ({"light_cost": 0}, {"light_cost": 3000}, {"light_minutes": 0}, {"light_minutes": 45}):
        with pytest.raises(Invalid, match="fewer than a full day"):
            frozen(**worth)
    with pytest.raises(Invalid, match="with light days"):
        protocol.freeze(changed(HALF, light=0), WORTH, KEY, baseline_days=56, waived=False, now=1)


def test_a_stored_document_of_three_arms_is_verified_by_every_later_program():
    found = verify((FIXTURES / "three_arms.json").read_bytes())
    assert [check.words for check in found.checks if not check.ok] == []
    assert found.reading.light.quiet.effect == pytest.approx(4.574286, abs=1e-6)
    assert found.said.light[0].startswith("Light posting (at most 1 post a day) brought 4.6 visits a day")


def test_a_stored_document_of_two_arms_says_nothing_of_a_third():
    data = (FIXTURES / "half_week.json").read_bytes()
    found = decode_as(Document, data)
    assert b"light" not in data
    assert protocol.protocol_hash(found.protocol) == found.protocol_hash
    assert found.protocol_hash == "d69e5342715cc6eaca859da07bf90a8027ce9c247248a6dc5037d2ac90ac1207"
    answer = verify(data)
    assert answer.ok
    assert (answer.reading.light, answer.verdict.light, answer.said.light) == (None, None, ())


@pytest.mark.parametrize(
    ("path", "value", "wrong"),
    [
        ("protocol.design.light", 3, {"hash", "reading"}),
        ("protocol.worth.light_cost", 1, {"hash", "verdict"}),
        ("protocol.worth.light_cost", 0, {"hash", "plan"}),
        ("calendar.0.light", None, {"calendar"}),
        ("reading.light.quiet.effect", 9.0, {"reading"}),
        ("reading.light.rest", None, {"reading"}),
        ("reading.light.followed", 3, {"reading"}),
        ("verdict.light.line.low", 0.1, {"verdict"}),
        ("verdict.light", None, {"verdict"}),
    ],
)
def test_whatever_is_changed_of_the_third_arm_is_found(path, value, wrong):
    doc = json.loads((FIXTURES / "three_arms.json").read_bytes())
    *way, last = path.split(".")
    at = doc
    for step in way:
        at = at[int(step) if step.isdigit() else step]
    at[last] = (not at[last]) if value is None and last == "light" and way[0] == "calendar" else value
    found = verify(json.dumps(doc).encode())
    assert {check.name for check in found.checks if not check.ok} == wrong


@pytest.mark.parametrize("until", [None, 70])
def test_a_trial_of_three_arms_comes_back_whole(until):
    made, days, _ = played(12, full=12, light=6)
    answer = verify(export(made, KEY, days, days[until or 83].day))
    # fewer draws than a real one has are no plan of Linnet's, and that is all
    assert {check.name for check in answer.checks if not check.ok} == {"plan"}
    real = changed(made, rules=changed(made.rules, draws=4999))
    answer = verify(export(real, KEY, days, days[until or 83].day))
    assert answer.ok
    assert answer.reading.light.quiet is not None


# the verdict and its words


def test_the_verdict_is_about_full_days_and_the_rest_has_no_words_of_one():
    made, days, last = played(12, 5, full=30, light=12)
    made = changed(made, worth=WORTH)
    reading = analysis.read(made, KEY, days, last)
    found = judging.judge(made, reading)
    assert found.kind in {"cannot_tell", "worth_it"}
    assert (found.break_even.low, found.break_even.high) == (15, 30)
    assert (found.light.line.low, found.light.line.high) == (5, 10)
    assert (found.light.rest_line.low, found.light.rest_line.high) == (10, 20)
    assert found.light.money.cost == 1000
    assert found.light.rest_money.cost == 2000
    said = verdict.words(made, reading, found)
    assert "full posting" in said.sentence
    assert said.lines[0].startswith("Full posting brought")
    assert "28 full days, 28 quiet; 28 light ones aside" in said.lines[0]
    assert (
        said.light[1]
        == "A light day costs 10.00 EUR (15 minutes) and pays for itself from 5.0 to 10.0 visits a day."
    )
    assert "It costs 20.00 EUR (30 minutes) more and pays for itself from 10.0 to 20.0" in said.rest[1]
    words = " ".join((*said.light, *said.rest)).lower()
    assert not [title for title in verdict.TITLES.values() if title.lower() in words]
    assert "ruled out" not in words
    assert "trade places in 8 draws" in said.notes[0]
    money = [line for line in (*said.lines, *said.light, *said.rest) if line.startswith("In money")]
    assert len(money) == 3
    broken = changed(reading, broken=("compliance",))
    said = verdict.words(made, broken, judging.judge(made, broken))
    assert not [line for line in (*said.lines, *said.light, *said.rest) if "In money" in line]
    other = changed(reading, light=changed(reading.light, quiet=None, rest=None))
    assert judging.judge(made, other).kind == found.kind  # what stands beside has no say


def test_weeks_needed_are_whole_cycles():
    made, days, last = played(9, 1, full=3)
    made = changed(made, worth=changed(WORTH, cost=1500, light_cost=500))
    found = judging.judge(made, analysis.read(made, KEY, days, last))
    assert found.weeks_needed is None or found.weeks_needed % 3 == 0
    assert (
        judging.weeks_needed(analysis.read(made, KEY, days, last), verdict.BreakEven(50, 50, 50), 7, 3) % 3
        == 0
    )


def test_both_ranges_are_drawn_on_one_scale_each_with_its_line():
    made, days, last = played(12, 5, full=30, light=12)
    made = changed(made, worth=WORTH)
    reading = analysis.read(made, KEY, days, last)
    found = judging.judge(made, reading)
    chart = light_chart(reading, found)
    full, light = chart.rows
    assert (full.name, light.name) == ("Full", "Light")
    assert light.line_low < light.line_high < full.line_low < full.line_high
    for row in chart.rows:
        assert 20 <= row.low < row.middle < row.high <= 460
    assert "A light day pays from 5.0 to 10.0 visits on." in chart.words
    assert light_chart(changed(reading, light=None), found) is None
    two = AssignedDay("2026-11-30", True, 0, "a", 0, 0)
    assert (two.arm, two.light) == ("on", False)
