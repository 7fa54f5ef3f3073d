"""Effort and return by week, against statsmodels; the power step of a which-page trial."""

import random

import numpy as np
import pytest
import statsmodels.api as sm

from linnet.desk.trial.dose import Week, slope, words
from linnet.desk.trial.reckoning import power_pages
from linnet.desk.trial.values import Design, PageRecord, Power
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed
from tests.trials import world

KEY = "5e" * 32
PAGES = tuple(f"/{n}" for n in range(12))
PAGED = Design("which_page", "2026-11-30", 8, "Europe/Berlin", pages=PAGES)


def weeks(n: int, per_hour: float, number: int = 1) -> list[Week]:
    chance = random.Random(number)
    minutes = [chance.randrange(60, 400) for _ in range(n)]
    return [
        Week(m, round(300 + 2 * at + per_hour * m / 60 + chance.gauss(0, 12))) for at, m in enumerate(minutes)
    ]


def test_the_slope_is_that_of_statsmodels_where_weeks_are_not_alike():
    rows = weeks(26, 8)
    found = slope(rows)
    columns = np.array([[1.0, at, week.minutes / 60] for at, week in enumerate(rows)])
    fit = sm.OLS(np.array([float(week.visits) for week in rows]), columns).fit()
    low, high = fit.conf_int(0.02)[2]
    assert found.per_hour == pytest.approx(float(fit.params[2]), rel=1e-9)
    assert found.n == 26
    # effort that changes slowly and visits that go up and down by themselves: the same range and the same chance
    for more in (1, -1):
        calm = [Week(60 + 20 * (n // 3 % 5), 300 + (6, -7)[n % 2] + more * (n // 3 % 5)) for n in range(26)]
        plain = sm.OLS(
            np.array([float(week.visits) for week in calm]),
            np.array([[1.0, at, week.minutes / 60] for at, week in enumerate(calm)]),
        ).fit()
        one = slope(calm)
        assert (one.low, one.high) == pytest.approx(tuple(plain.conf_int(0.02)[2]), rel=1e-6)
        assert one.p == pytest.approx(float(plain.pvalues[2]), rel=1e-6)
        assert 0.01 < one.p < 0.6
    # wider where effort and what is left of visits are both alike from week to week, else the same
    assert found.low <= low + 1e-9
    assert found.high >= high - 1e-9
    loose = [slope(weeks(26, 8, number)) for number in range(10)]
    assert all(s.visible for s in loose)


def test_weeks_that_resemble_each_other_count_for_less():
    chance = random.Random(5)
    e = v = 0.0
    rows = []
    for _ in range(40):
        e, v = 0.8 * e + chance.gauss(0, 1), 0.8 * v + chance.gauss(0, 1)
        rows.append(Week(round(300 + 60 * e), round(300 + 20 * v)))
    found = slope(rows)
    columns = np.array([[1.0, at, week.minutes / 60] for at, week in enumerate(rows)])
    fit = sm.OLS(np.array([float(week.visits) for week in rows]), columns).fit()
    assert found.high - found.low > 1.15 * np.diff(fit.conf_int(0.02)[2])[0]


def test_too_few_weeks_and_weeks_of_equal_effort_say_nothing():
    assert slope(weeks(9, 8)) is None
    ten = slope(weeks(10, 8))
    assert ten is not None
    assert ten.n == 10
    assert slope([Week(120, n) for n in range(30)]) is None
    assert "needs 10 weeks" in words(None)
    none = slope([Week(60 * n % 300, 0) for n in range(20)])
    assert (none.visible, none.p) == (False, 1)  # no error to divide by, and nothing to tell


def test_the_words_never_say_because():
    up, flat, down = slope(weeks(30, 9)), slope(weeks(30, 0)), slope(weeks(30, -9))
    assert (up.visible, flat.visible, down.visible) == (True, False, True)
    assert words(up).startswith(f"An hour more in a week went along with {up.per_hour:.1f} more visits")
    assert "more visits" in words(up)
    assert "30 weeks" in words(up)
    assert "fewer visits" in words(down)
    assert words(flat).startswith("No visible slope")
    assert not any("because" in words(s) or "brought 9" in words(s) for s in (up, flat, down))


def past(weeks: int) -> list[PageRecord]:
    protocol = world.plan(KEY, kind="which_page", weeks=8, pages=PAGES)
    return [r for r in world.pages(random.Random(3), protocol, KEY) if r.week < weeks]


def tried(history: list[PageRecord]) -> Power:
    found = list(power_pages.steps(history, PAGED, KEY, runs=80))
    assert [step.done for step in found] == list(range(1, len(found) + 1))
    return found[-1].power


def test_past_weeks_of_pages_say_what_a_which_page_trial_could_see():
    found = tried(past(8))
    assert (found.days, found.weeks, found.runs, sum(found.flat)) == (96, 8, 80, 80)
    assert 0.6 * found.guess < found.smallest < 1.5 * found.guess
    assert found.alarms <= 11
    assert tried(past(5)).weeks == 4


def test_few_weeks_of_pages_give_the_guess_and_none_is_refused():
    found = tried(past(2))
    assert (found.runs, found.smallest) == (0, found.guess)
    with pytest.raises(Invalid, match="no two weeks"):
        tried(past(1))
    holed = [changed(r, dropped="outage") if r.week == 3 and r.page == "/5" else r for r in past(8)]
    assert tried(holed).days == 72
    with pytest.raises(Invalid, match="no visits of these pages"):
        tried([changed(r, visits=0) for r in past(8)])
