"""Five verdicts against the break-even line, in figures and in words; the plan that is not to be started."""

import random

import pytest
from msgspec.structs import replace

from linnet.desk.trial import planning
from linnet.desk.trial.protocol import freeze
from linnet.desk.trial.reckoning import judging, power
from linnet.desk.trial.values import BreakEven, DayRecord, Design, Power, Protocol, Reading, Rules, Worth
from linnet.desk.trial.words import line as line_words
from linnet.desk.trial.words import verdict
from linnet.kernel.days import next_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed
from tests.trials import world

KEY = "5e" * 32
HALF = Design("half_week", "2026-11-30", 12, "Europe/Berlin")
WORTH = Worth(
    "EUR", 3000, 100_000, 150_000, 200_000, 45
)  # 30.00 a day; a visit 1.00 to 2.00: 15 to 30 visits


def frozen(**worth: int) -> Protocol:
    return freeze(HALF, replace(WORTH, **worth), KEY, baseline_days=28, waived=False, now=1)


def reading(low: float | None, high: float | None, **more: object) -> Reading:
    effect = 0.0 if low is None or high is None else (low + high) / 2
    found = Reading(
        how="end", until="2027-02-21", limit=350, effect=effect, se=1.0, p=0.01, quantile=2.0, low=low, high=high,
        followed=effect, days=84, days_on=42, dropped=0, capped=0, coins=12, calendars=4096, exact=True,
        mean_quiet=50.0, followed_on=12, blocks_on=12, posted_quiet=0, blocks_quiet=12, broken=(),
    )  # fmt: skip
    return changed(found, **more)


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (30.1, 50, "worth_it"),
        (30, 50, "cannot_tell"),  # on the line is not above it
        (16, 29, "cannot_tell"),  # within what a visit may be worth
        (14.9, 50, "cannot_tell"),
        (-5, 14.9, "not_worth_it"),
        (5, 14.9, "not_worth_it"),  # brings something, and does not pay
        (-5, 15, "cannot_tell"),
        (None, None, "cannot_tell"),
    ],
)
def test_the_range_is_judged_against_the_line_and_not_against_zero(low, high, kind):
    assert judging.judge(frozen(), reading(low, high)).kind == kind


def test_what_of_the_cost_are_tools_stands_in_the_words():
    dear = frozen(cost=3099, tools=99)
    said = verdict.words(dear, reading(0.5, 20.25), judging.judge(dear, reading(0.5, 20.25)))
    assert "A day of posting costs 30.99 EUR (45 minutes, and 0.99 EUR for tools)" in said.lines[1]
    assert planning.a_day_of(3000) == 99  # 36.00 a year over 365 days
    assert planning.a_day_of(0) == 0


def test_a_value_known_badly_makes_both_answers_harder():
    assert judging.break_even(WORTH) == BreakEven(15, 20, 30)
    sure = changed(WORTH, value_low=150_000, value_high=150_000)
    assert judging.break_even(sure) == BreakEven(20, 20, 20)
    assert judging.break_even(changed(WORTH, value_low=0)) == BreakEven(15, 20, None)
    nothing = judging.judge(frozen(value_low=0), reading(1000, 2000))
    assert nothing.kind == "cannot_tell"  # a visit that may be worth nothing never surely pays


def test_a_look_for_futility_never_says_worth_it():
    early = reading(31, 60, how="futility", limit=100)
    assert judging.judge(frozen(), early).kind == "cannot_tell"
    assert judging.judge(frozen(), reading(-5, 10, how="futility", limit=100)).kind == "not_worth_it"
    # and of one that goes on no more is told
    assert judging.goes_on(early, judging.judge(frozen(), early))
    for found in (reading(-5, 10, how="futility", limit=100), reading(2, 20), reading(2, 20, how="look")):
        assert not judging.goes_on(found, judging.judge(frozen(), found))


def test_a_broken_trial_says_nothing_else_however_clear_the_figures_are():
    found = judging.judge(frozen(), reading(40, 50, broken=("compliance",), posted_quiet=5))
    assert (found.kind, found.reasons) == ("broken", ("compliance",))
    said = verdict.words(frozen(), reading(40, 50, broken=("compliance",), posted_quiet=5), found)
    assert said.title == "Trial broken"
    assert "12 of 12 half-weeks for posting, and in 5 of 12 quiet ones" in said.reasons[0]
    assert not any("ruled out" in line or "In money" in line for line in said.lines)


def test_money_takes_the_value_that_makes_each_end_widest():
    found = judging.judge(frozen(), reading(-4, 10)).money
    assert (found.low, found.middle, found.high) == (-800, 450, 2000)
    assert (found.net_low, found.net_middle, found.net_high) == (-3800, -2550, -1000)
    above = judging.judge(frozen(), reading(4, 10)).money
    assert above.low == 400
    assert judging.judge(frozen(), reading(None, None)).money is None


def test_weeks_needed_grow_with_the_square_of_the_range_over_the_distance():
    line = judging.break_even(WORTH)
    assert judging.weeks_needed(reading(0, 20), line) == 48  # half 10, distance 5: 12 * 4
    assert judging.weeks_needed(reading(35, 45), line) == 4  # half 5, distance 10
    assert judging.weeks_needed(reading(5, 15.5), line) == 16
    assert judging.weeks_needed(reading(10, 30), line) is None  # the effect is between the ends of the line
    assert judging.weeks_needed(reading(-70.1, 100), line) is None  # more than ten years
    assert (
        judging.weeks_needed(reading(0, 20, how="stopped"), line) is None
    )  # the range is wide for its own reason


def test_weeks_needed_at_their_ends():
    line = judging.break_even(WORTH)
    assert judging.weeks_needed(reading(19, 21), line) is None  # a narrow range, but within the line's own
    for end in ("low", "high"):
        assert judging.weeks_needed(changed(reading(35, 45), **{end: None}), line) is None
    assert judging.weeks_needed(reading(0, 20), BreakEven(None, None, None)) is None
    assert judging.weeks_needed(reading(-5, 15, days=3640), line) == 520  # ten years, and no week more
    assert judging.weeks_needed(reading(-5, 15, days=3641), line) is None
    assert (
        judging.weeks_needed(reading(35, 45, days=40, dropped=44), line) == 4
    )  # days without figures take time too
    assert judging.weeks_needed(reading(35, 45), line, rows=21) == 2
    assert judging.weeks_needed(reading(35, 45), line, cycle=3) == 3


@pytest.mark.parametrize(
    ("smallest", "mean", "start"),
    [
        (None, 50.0, False),  # no effect could be seen
        (51.0, 50.0, False),
        (50.0, 50.0, True),  # as large as all visits of today is not more than them
        (49.0, 20.0, False),
        (15.0, 10.0, True),  # a line that far away could be ruled out
        (15.1, 10.0, False),
    ],
)
def test_when_a_trial_is_not_to_be_started(smallest: float | None, mean: float, *, start: bool):
    seen = Power(100, 52, 80, mean, 5.0, (8,) * 10, 4, smallest, 12.0, ())
    assert (judging.before(HALF, WORTH, seen) is None) is start
    if smallest == 51.0:
        free = replace(WORTH, value_low=0, value=0, value_high=0)  # no number of visits would pay
        assert judging.before(HALF, free, seen).next == ("which_page", "measure_value", "watch")
        assert judging.before(HALF, free, changed(seen, smallest=9.0)) is None


def test_cannot_tell_has_its_four_lines_and_the_next_best_thing():
    found = judging.judge(frozen(), reading(0.5, 20.25))
    said = verdict.words(frozen(), reading(0.5, 20.25), found)
    assert said.title == "Cannot tell yet"
    assert said.lines == (
        "Posting brought 10.4 visits a day; range 0.5 to 20.2 (42 days on, 42 quiet).",
        "A day of posting costs 30.00 EUR (45 minutes) and pays for itself from 15.0 to 30.0 visits a day.",
        "In money: 0.50 EUR to 40.50 EUR a day, against a cost of 30.00 EUR.",
        "More than 20.2 visits a day is ruled out.",
        "Less than 0.5 visits a day is ruled out.",
        "A trial will not settle this for you: it would take about 56 weeks.",
    )
    assert found.next == ("which_page", "halve")
    assert "reputation" in said.slow
    near = judging.judge(frozen(), reading(2, 16))
    assert (near.weeks_needed, near.next[0]) == (18, "longer")
    assert "about 18 weeks would settle it" in verdict.words(frozen(), reading(2, 16), near).lines[-1]
    wide = judging.judge(frozen(value_low=50_000), reading(2, 16))
    assert wide.next[-1] == "measure_value"


def test_halving_the_time_is_no_advice_where_half_the_line_is_ruled_out_too():
    assert judging.judge(frozen(), reading(-3, 7.4)).next == ("stop",)
    assert judging.judge(frozen(), reading(-3, 7.5)).next == ("stop", "halve")
    assert judging.judge(frozen(), reading(40, 50)).next == ("keep", "look_again")


def test_what_a_reader_must_know_stands_under_the_verdict():
    protocol = freeze(HALF, WORTH, KEY, baseline_days=9, waived=True, now=1)
    found = reading(
        -3, 4, dropped=2, capped=1, posted_quiet=1, followed=0.6, how="stopped", exact=False, limit=500
    )
    notes = " ".join(verdict.words(protocol, found, judging.judge(protocol, found)).notes)
    for words in (
        "misses the truth in 5 of 100",
        "from 4999 draws among 4096 calendars of 12 coins",
        "Started with 9 days",
        "Not used: 2 of 86",
        "spikes, by the rule of the protocol: 1",
        "1 quiet times had posts",
        "of posting itself: 0.6",
        "not planned",
        "searched your name later",
    ):
        assert words in notes


@pytest.mark.parametrize("low", [-1000.0, -0.04, 0.0, 0.06, 99.96, 12345.6])
def test_figures_are_written_as_they_are_read(low):
    wanted = {-1000.0: "\u22121000", -0.04: "0.0", 0.0: "0.0", 0.06: "0.1", 99.96: "100", 12345.6: "12346"}
    assert line_words.number(low) == wanted[low]


def test_every_key_has_its_words():
    kinds = [(40, 50), (-5, 5), (2, 16), (0, 100), (None, None)]
    for worth in ({}, {"value_low": 1}):
        for low, high in kinds:
            for how in ("end", "stopped", "futility"):
                protocol, found = frozen(**worth), reading(low, high, how=how)
                said = verdict.words(protocol, found, judging.judge(protocol, found))
                assert all((said.title, said.sentence, said.next, said.lines, said.slow, said.notes))
                assert "%" not in str(said)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cost": 0}, "above 0"),
        ({"value_low": 160_000}, "lie in its range"),
        ({"value_low": -1}, "lie in its range"),
        ({"value_low": 0, "value": 0, "value_high": 0}, "no trial is needed"),
        ({"minutes": -1}, "not be below 0"),
        ({"tools": -1}, "holds that of the tools"),
        ({"tools": 3001}, "holds that of the tools"),
        ({"currency": "XXX"}, "currency code"),
    ],
)
def test_cost_and_value_that_no_verdict_can_be_made_of_are_refused(change, words):
    with pytest.raises(Invalid, match=words):
        frozen(**change)


# Before the start


def history(weeks: int, number: int = 5, **how: float) -> list[DayRecord]:
    rows = world.visits(random.Random(number), [False] * (7 * weeks), **how)
    return [DayRecord(next_day("2026-06-01", n), a, b, a + b, 0) for n, (a, b) in enumerate(rows)]


def tried(past: list[DayRecord], design: Design = HALF, runs: int = 40, **how: object) -> Power:
    found = list(power.steps(past, design, KEY, runs=runs, **how))
    assert [step.done for step in found] == list(range(1, len(found) + 1))
    assert {step.of for step in found} == {len(found)}
    assert [step.power is None for step in found] == [True] * (len(found) - 1) + [False]
    return found[-1].power


def test_the_power_step_finds_about_what_the_formula_guesses():
    found = tried(history(15), runs=80)
    assert (found.days, found.weeks, found.runs, sum(found.flat)) == (105, 12, 80, 80)
    assert found.alarms <= 11
    assert 0.7 * found.guess < found.smallest < 1.4 * found.guess
    assert [n for _, n in found.curve] == sorted(n for _, n in found.curve)
    exact = next(n for effect, n in found.curve if effect == found.smallest)
    assert exact / found.runs == pytest.approx(0.8, abs=0.06)
    assert found.smallest_in(48) == pytest.approx(found.smallest / 2)
    few = [tried(history(12), runs=8) for _ in range(2)]
    assert few[0] == few[1]  # the same seed, the same answer


def test_a_run_counts_itself_among_the_calendars_it_is_compared_with():
    """x + d z over the root of a + 2 d b + d^2 c, by hand."""
    others = [(1.0, 0.0, 1.0, 0.0, 0.0)] * 3
    run = power.Run((0.0, 2.0, 1.0, 0.0, 0.0), others, whole=False)
    assert (run.p(0), run.p(0.49), run.p(0.51)) == (1.0, 1.0, 1 / 4)
    noisy = power.Run((0.0, 2.0, 1.0, 0.0, 3.0), others, whole=False)  # its error grows with the effect
    assert (noisy.p(0.99), noisy.p(1.01)) == (1.0, 1 / 4)
    skewed = power.Run((0.0, 2.0, 1.0, 4.0, 0.0), others, whole=False)
    assert (skewed.p(2.1), skewed.p(2.2)) == (1.0, 1 / 4)  # 4 d^2 = 1 + 8 d at 2.118
    assert (
        power.Run((0.0, 2.0, 1.0, 0.0, 0.0), [*others, (0.0, 2.0, 1.0, 0.0, 0.0)], whole=True).p(1.0) == 1 / 4
    )


def test_a_covariate_that_explains_makes_smaller_effects_visible():
    past = history(12, searches=75)
    assert tried(past).smallest < 0.85 * tried(past, rules=Rules(covariate=False)).smallest


def test_days_without_figures_are_left_out_of_the_past():
    past = history(14)
    dropped = [
        changed(day, dropped="outage", outcome=9999) if n in {20, 60} else day for n, day in enumerate(past)
    ]
    found = tried([day for n, day in enumerate(dropped) if n != 70])
    assert found.days == 95
    assert found.smallest < 40


def test_a_past_too_short_for_six_coins_gives_the_guess_only():
    found = tried(history(5))
    assert (found.runs, found.curve, found.weeks) == (0, (), 12)
    assert found.smallest == found.guess
    with pytest.raises(Invalid, match="no days"):
        tried([])
    with pytest.raises(Invalid, match="no visits that count"):
        tried([changed(day, dropped="outage") for day in history(5)])


def test_the_guess_of_the_paper():
    """84 days, 12 coins, 12.2 visits of spread a day: 12.1."""
    assert power.guess(12.2, 84, 12) == pytest.approx(12.1, abs=0.1)


def test_a_site_on_which_a_year_shows_nothing_is_told_not_to_start():
    tiny = tried(history(12, base=0.1))
    dear = changed(WORTH, cost=10)  # 0.05 to 0.1 visits a day would pay
    found = judging.before(HALF, dear, tiny)
    assert (found.kind, found.reasons) == ("do_not_start", ("nothing_to_see",))
    said = verdict.words_before(HALF, dear, tiny, found)
    assert said.title == "Do not start this trial"
    assert "trial of pages" in said.next[0]
    assert "today there are 0." in said.lines[0]
    # a line that is far away can be ruled out even there
    assert judging.before(HALF, changed(WORTH, cost=3000), tiny) is None
    assert judging.before(HALF, dear, tried(history(12))) is None
