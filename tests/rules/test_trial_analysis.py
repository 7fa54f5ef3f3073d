"""The analysis against statsmodels, and by its promises: as assigned, exact, broken by rule."""

import itertools
import math
import random
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from linnet.desk.trial.protocol import Document
from linnet.desk.trial.reckoning import analysis, calendar, looks, model, paged
from linnet.desk.trial.values import DayRecord, PageRecord, Protocol
from linnet.kernel.days import next_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed
from linnet.kernel.wire import decode_as
from tests.trials import world

FIXTURES = Path(__file__).parent.parent / "fixtures" / "trials"
KEY = "5e" * 32


def frozen(name: str) -> Document:
    return decode_as(Document, (FIXTURES / f"{name}.json").read_bytes())


def played(weeks: int = 12, number: int = 1, **how: object) -> tuple[Protocol, list[DayRecord], str]:
    protocol = world.plan(KEY, weeks=weeks, early_looks=False)
    return (
        protocol,
        world.trial(random.Random(number), protocol, KEY, **how),
        calendar.last_day(protocol.design),
    )


def by_statsmodels(protocol: Protocol, days: list[DayRecord], on: list[float]) -> tuple[float, float]:
    """The effect and its error, with every column written out. `on`: W of each day."""
    kept = [n for n, day in enumerate(days) if not day.dropped]
    start = protocol.design.start
    assert [day.day for day in days] == [next_day(start, n) for n in range(len(days))]
    weekday = [[float(n % 7 == w) for w in range(7)] for n in kept]
    capped, _ = model.cap([float(days[n].outcome) for n in kept], [n % 7 for n in kept], protocol.rules.cap)
    columns = [np.array(weekday), np.array(kept)[:, None] / 7]
    if protocol.rules.covariate and any(day.searches for day in days):
        columns.append(np.array([math.log1p(days[n].searches) for n in kept])[:, None])
    columns.append(np.array([on[n] for n in kept])[:, None])
    if protocol.rules.lag:
        columns.append(np.array([on[n - 1] if n else 0.5 for n in kept])[:, None])
    fit = sm.OLS(np.array(capped), np.hstack(columns)).fit(cov_type="HC1")
    terms = 1 + protocol.rules.lag
    return float(fit.params[-terms:].sum()), float(fit.cov_params()[-terms:, -terms:].sum() ** 0.5)


def assigned(protocol: Protocol) -> list[float]:
    return [float(day.on) for day in calendar.calendar(protocol.design, KEY).days]


def test_the_frozen_trial_is_read_as_statsmodels_reads_it():
    found = frozen("half_week")
    reading = analysis.read(found.protocol, found.seed, found.days, found.reading.until)
    on = [float(day.on) for day in found.calendar]
    effect, se = by_statsmodels(found.protocol, list(found.days), on)
    assert reading.effect == pytest.approx(effect, rel=1e-9)
    assert reading.se == pytest.approx(se, rel=1e-9)
    assert (reading.days, reading.dropped, reading.capped) == (83, 1, 1)
    assert (reading.how, reading.limit, reading.exact, reading.coins) == ("end", 350, True, 12)
    # and these figures for ever
    assert reading.effect == pytest.approx(9.308074, abs=1e-6)
    assert reading.p == 10 / 4096


@pytest.mark.parametrize(
    ("kind", "weeks", "searches", "gone"),
    [
        ("half_week", 6, 40, ()),
        ("half_week", 16, 0, (0, 3, 50)),
        ("daily", 4, 40, (5,)),
        ("whole_weeks", 12, 40, range(9)),
    ],
)
def test_other_trials_are_read_as_statsmodels_reads_them(kind, weeks, searches, gone):
    protocol = world.plan(KEY, kind=kind, weeks=weeks, early_looks=False, draws=99)
    days = world.trial(random.Random(2), protocol, KEY, effect=9, searches=searches)
    for n in gone:
        days[n] = changed(days[n], dropped="outage")
    reading = analysis.read(protocol, KEY, days, calendar.last_day(protocol.design))
    effect, se = by_statsmodels(protocol, days, assigned(protocol))
    assert reading.effect == pytest.approx(effect, rel=1e-9)
    assert reading.se == pytest.approx(se, rel=1e-9)


def test_p_is_the_share_of_all_64_calendars_that_differ_as_much():
    """Every calendar of six weeks, each fitted by statsmodels."""
    protocol, days, last = played(weeks=6, effect=12)
    reading = analysis.read(protocol, KEY, days, last)
    where = calendar.places(protocol.design)
    sizes = []
    for heads in itertools.product([0, 1], repeat=6):
        effect, se = by_statsmodels(protocol, days, [float(heads[coin] == first) for _, coin, first in where])
        sizes.append(abs(effect / se))
    real = abs(reading.effect / reading.se)
    assert any(size == pytest.approx(real, rel=1e-9) for size in sizes)
    assert reading.p == sum(size >= real * (1 - 1e-9) for size in sizes) / 64
    assert reading.quantile == pytest.approx(sorted(sizes, reverse=True)[2], rel=1e-9)  # p at most 2 of 64
    assert (reading.exact, reading.calendars) == (True, 64)


def test_the_range_leaves_zero_out_just_when_p_is_small_enough():
    for number in range(30):
        protocol, days, last = played(weeks=8, number=number, effect=number % 3 * 7)
        reading = analysis.read(protocol, KEY, days, last)
        assert (reading.p <= 0.05) == (reading.low > 0 or reading.high < 0)


def on_good_days(days: list[DayRecord]) -> list[DayRecord]:
    """A firm that posts on the better days of a week, whatever it was told."""
    weeks = [sorted(days[at : at + 7], key=lambda day: day.outcome) for at in range(0, len(days), 7)]
    good = {day.day for week in weeks for day in week[3:]}
    return [changed(day, posted=int(day.day in good)) for day in days]


def test_a_trial_is_analysed_as_assigned_and_not_as_posted():
    """Posting brings nothing here. As posted it would seem to bring a lot."""
    protocol, days, last = played(number=8)
    cheating = on_good_days(days)
    reading = analysis.read(protocol, KEY, cheating, last)
    obedient = analysis.read(protocol, KEY, days, last)
    assert (reading.effect, reading.se, reading.p) == (obedient.effect, obedient.se, obedient.p)
    assert (reading.days_on, reading.mean_quiet) == (obedient.days_on, obedient.mean_quiet)
    assert reading.p > 0.05
    effect, se = by_statsmodels(
        changed(protocol, rules=changed(protocol.rules, lag=0)), cheating, [float(d.posted) for d in cheating]
    )
    assert effect / se > 4
    assert "compliance" in reading.broken
    assert obedient.broken == ()


def test_compliance_is_counted_in_half_weeks_and_scales_the_effect_of_posting():
    protocol, days, last = played(effect=10)
    blocks = calendar.calendar(protocol.design, KEY).blocks
    quiet, on = next(b for b in blocks if not b.on), next(b for b in blocks if b.on)
    wrong = [
        changed(
            day, posted=2 if day.day == quiet.first else 0 if on.first <= day.day <= on.last else day.posted
        )
        for day in days
    ]
    reading = analysis.read(protocol, KEY, wrong, last)
    assert (reading.followed_on, reading.blocks_on) == (11, 12)
    assert (reading.posted_quiet, reading.blocks_quiet) == (1, 12)
    assert reading.followed == pytest.approx(reading.effect / (11 / 12 - 1 / 12))
    assert reading.broken == ()


@pytest.mark.parametrize(("quiet_with_posts", "broken"), [(3, ()), (4, ("compliance",))])
def test_a_difference_in_compliance_below_070_breaks_the_trial(quiet_with_posts, broken):
    protocol, days, last = played()
    blocks = [b for b in calendar.calendar(protocol.design, KEY).blocks if not b.on][:quiet_with_posts]
    firsts = {block.first for block in blocks}
    wrong = [changed(day, posted=int(day.posted or day.day in firsts)) for day in days]
    assert analysis.read(protocol, KEY, wrong, last).broken == broken


@pytest.mark.parametrize(("gone", "broken"), [(8, ()), (9, ("dropped",))])
def test_more_than_a_tenth_of_the_days_missing_breaks_the_trial(gone, broken):
    protocol, days, last = played()
    dropped = [changed(day, dropped="outage") if n < gone else day for n, day in enumerate(days)]
    assert analysis.read(protocol, KEY, dropped, last).broken == broken
    missing = analysis.read(protocol, KEY, days[gone:], last)
    assert (missing.dropped, missing.broken[:1]) == (gone, broken[:1])


def test_a_dropped_day_has_no_say_whatever_is_written_in_it():
    protocol, days, last = played()
    days[10] = changed(days[10], dropped="outage")
    before = analysis.read(protocol, KEY, days, last)
    days[10] = changed(days[10], outcome=100_000, searches=9)
    assert analysis.read(protocol, KEY, days, last) == before


def test_the_order_of_the_days_and_days_outside_have_no_say():
    protocol, days, last = played()
    shuffled = [*days, DayRecord("2026-01-01", 5, 5, 10, 1)]
    random.Random(3).shuffle(shuffled)
    assert analysis.read(protocol, KEY, shuffled, last) == analysis.read(protocol, KEY, days, last)


def test_a_spike_is_held_at_median_and_five_mads_of_its_weekday():
    held, count = model.cap([10, 12, 14, 200, 3, 3], ["mon"] * 4 + ["tue"] * 2, 5)
    # median 13, MAD 2 (3, 1, 1, 187), but chance alone gives .6745 sqrt(13) = 2.43
    assert held == [10, 12, 14, pytest.approx(13 + 5 * 0.6745 * math.sqrt(13)), 3, 3]
    assert count == 1
    assert model.cap([0, 0, 0, 1, 2], [0] * 5, 5) == ([0, 0, 0, 1, 2], 0)  # rare visits are no spikes
    assert model.cap([0, 100, 200, 300, 5000], [0] * 5, 5)[0][-1] == 200 + 5 * 100


def test_a_large_effect_is_not_held_down_as_a_spike():
    """A site of 10 visits a day to which posting brings 20: medians of the time before would cut it."""
    protocol, days, last = played(base=10, effect=20, sd=0.1)
    reading = analysis.read(protocol, KEY, days, last)
    assert reading.capped <= 2
    assert reading.effect > 17


def test_the_first_days_day_before_is_neither_on_nor_quiet():
    columns = model.patterns(world.plan(KEY).design, range(84), 1)
    assert [column[0] for column in columns[1]] == [0.0] * 12
    assert [column[1:] for column in columns[1]] == [column[:-1] for column in columns[0]]


def test_at_a_look_its_own_limit_holds_and_coins_to_come_have_no_say():
    protocol = world.plan(KEY, weeks=12)
    days = world.trial(random.Random(4), protocol, KEY, effect=10)
    until = next_day(protocol.design.start, 69)
    reading = analysis.read(protocol, KEY, days[:70], until)
    assert (reading.how, reading.limit, reading.coins, reading.calendars) == ("look", 150, 10, 1024)
    assert analysis.read(protocol, KEY, days, until) == reading
    assert analysis.read(protocol, KEY, days, next_day(protocol.design.start, 55)).how == "futility"
    assert analysis.due(protocol, until).limit == 150
    assert analysis.due(protocol, next_day(until)) is None


def test_a_stop_at_another_time_has_the_wider_range():
    protocol, days, _ = played(effect=10)
    until = next_day(protocol.design.start, 60)
    reading = analysis.read(protocol, KEY, days, until)
    assert (reading.how, reading.limit) == ("stopped", 500)
    nominal = analysis.read(changed(protocol, looks=(looks.Look(61, 500), *protocol.looks)), KEY, days, until)
    assert reading.quantile == pytest.approx(looks.anytime(nominal.quantile, 61, 84))
    assert reading.quantile > 1.4 * nominal.quantile


def test_after_few_coins_there_is_no_range():
    protocol, days, _ = played()
    reading = analysis.read(protocol, KEY, days, next_day(protocol.design.start, 27))
    assert (reading.coins, reading.low, reading.high, reading.quantile) == (4, None, None, None)
    assert reading.p >= 2 / 16


def test_a_site_that_nobody_visits_is_not_counted_rather_than_not_worth_it():
    protocol, days, last = played()
    reading = analysis.read(protocol, KEY, [changed(day, outcome=0) for day in days], last)
    assert (reading.broken, reading.low) == (("no_figures",), None)
    found = frozen("which_page")
    none = [changed(record, visits=0) for record in found.pages]
    assert paged.read(found.protocol, found.seed, none, found.reading.until).broken == ("no_figures",)


def test_a_site_where_nothing_ever_changes_shows_nothing():
    protocol, days, last = played()
    flat = [changed(day, outcome=7, searches=0) for day in days]
    reading = analysis.read(protocol, KEY, flat, last)
    assert (reading.effect, reading.p) == (0.0, 1.0)
    assert reading.low == reading.high == 0.0


def test_too_few_days_break_the_trial_instead_of_the_program():
    protocol, days, last = played()
    for some in ([], days[:1], days[:9]):
        reading = analysis.read(protocol, KEY, some, last)
        assert reading.broken == ("dropped", "compliance", "no_figures")
        assert (reading.effect, reading.p, reading.low) == (0.0, 1.0, None)


def test_days_twice_and_days_outside_are_refused():
    protocol, days, last = played()
    with pytest.raises(Invalid, match="twice"):
        analysis.read(protocol, KEY, [*days, days[3]], last)
    with pytest.raises(Invalid, match="not a day of the trial"):
        analysis.read(protocol, KEY, days, next_day(last))


def test_other_figures_are_read_the_same_way_beside():
    protocol, days, last = played(effect=10)
    same = analysis.secondary(protocol, KEY, days, {day.day: float(day.outcome) for day in days}, last)
    assert same == analysis.read(protocol, KEY, days, last)
    twice = analysis.secondary(protocol, KEY, days, {day.day: 2.0 * day.outcome for day in days}, last)
    assert twice.effect == pytest.approx(2 * same.effect, rel=0.1)  # caps of doubled counts differ a little
    sparse = analysis.secondary(protocol, KEY, days, {day.day: 1.0 for day in days[:80]}, last)
    assert sparse.dropped == 4


def test_an_effect_below_nothing_is_as_sure_as_the_same_above():
    found = frozen("which_page")
    free = changed(found.protocol, rules=changed(found.protocol.rules, cap=10**6, draws=99))
    above = paged.read(free, found.seed, found.pages, found.reading.until)
    turned = [changed(record, visits=10_000 - record.visits) for record in found.pages]
    below = paged.read(free, found.seed, turned, found.reading.until)
    assert (below.effect, below.se) == (pytest.approx(-above.effect), pytest.approx(above.se))
    assert below.p == above.p >= 1 / 100  # the calendar that was drawn counts itself


def test_the_frozen_which_page_trial_is_read_as_statsmodels_reads_it():
    found = frozen("which_page")
    pages = found.protocol.design.pages
    reading = paged.read(found.protocol, found.seed, found.pages, found.reading.until)
    rows, treated, groups = [], [], []
    for record in found.pages:
        page = pages.index(record.page)
        rows.append(
            [float(page == n) for n in range(len(pages))] + [float(record.week == n) for n in range(1, 8)]
        )
        treated.append(float(record.page in found.page_weeks[record.week].promoted))
        groups.append(page)
    capped, count = model.cap([float(r.visits) for r in found.pages], [r.page for r in found.pages], 5)
    design = np.hstack([np.array(rows), np.array(treated)[:, None]])
    fit = sm.OLS(np.array(capped), design).fit(cov_type="cluster", cov_kwds={"groups": np.array(groups)})
    assert reading.effect == pytest.approx(float(fit.params[-1]), rel=1e-9)
    assert reading.se == pytest.approx(float(fit.bse[-1]), rel=1e-9)
    assert (reading.days, reading.days_on, reading.capped, reading.exact) == (64, 32, count, False)
    assert reading.effect == pytest.approx(3.71875, abs=1e-9)


def test_a_week_missing_for_one_page_is_left_out_for_all():
    found = frozen("which_page")
    some = [
        changed(r, dropped="outage") if (r.week, r.page) == (2, r.page) and r.page.endswith("tart") else r
        for r in found.pages
    ]
    reading = paged.read(found.protocol, found.seed, some, found.reading.until)
    assert (reading.days, reading.dropped) == (56, 8)
    assert reading.broken == ("dropped",)
    without = [r for r in found.pages if r.week != 2]
    assert paged.read(found.protocol, found.seed, without, found.reading.until).effect == reading.effect


def by_days() -> tuple[Protocol, str, tuple[PageRecord, ...], str]:
    """The same trial with the rule of lost days."""
    found = frozen("which_page")
    rules = changed(found.protocol.rules, lost_days=2, draws=199)
    return changed(found.protocol, rules=rules), found.seed, found.pages, found.reading.until


def losing(pages: Iterable[PageRecord], **weeks: int) -> list[PageRecord]:
    """So many days lost in a week (w2=3), as the desk writes it down."""
    lost = {int(name[1:]): n for name, n in weeks.items()}
    return [
        changed(r, lost=lost.get(r.week, 0), dropped="outage" if lost.get(r.week, 0) > 2 else "")
        for r in pages
    ]


def test_a_week_that_lost_two_days_is_taken_for_seven():
    protocol, seed, pages, until = by_days()
    kept = paged.read(protocol, seed, losing(pages, w2=2), until)
    assert (kept.days, kept.dropped, kept.lost, kept.broken) == (64, 0, 2, ())
    # as if five sevenths of what came had been counted, and all of it had been there
    some = [
        changed(r, visits=r.visits * 5) if r.week == 2 else changed(r, visits=r.visits * 7) for r in pages
    ]
    full = paged.read(protocol, seed, [changed(r, visits=r.visits * 7) for r in pages], until)
    same = paged.read(protocol, seed, losing(some, w2=2), until)
    assert (same.effect, same.p, same.low) == (full.effect, full.p, full.low)
    assert paged.whole(PageRecord("/a", 0, 15, 0, "", 2)) == 21
    assert paged.whole(PageRecord("/a", 0, 15, 0)) == 15


@pytest.mark.parametrize(
    ("weeks", "days", "lost", "broken"),
    [
        ({"w2": 3}, 56, 3, ()),  # one dropped week of eight does not break it
        ({"w2": 5}, 56, 5, ()),
        ({"w2": 6}, 56, 6, ("dropped",)),  # more than 10 of 100 of 56 days
        ({"w1": 1, "w2": 2, "w5": 2}, 64, 5, ()),
        ({"w1": 2, "w2": 2, "w5": 2}, 64, 6, ("dropped",)),
    ],
)
def test_what_breaks_a_trial_of_pages_is_counted_in_days(weeks, days, lost, broken):
    protocol, seed, pages, until = by_days()
    reading = paged.read(protocol, seed, losing(pages, **weeks), until)
    assert (reading.days, reading.lost, reading.broken) == (days, lost, broken)


def test_a_week_that_is_not_told_is_lost_whole():
    protocol, seed, pages, until = by_days()
    for some in ([r for r in pages if r.week != 2], [r for r in pages if r != pages[-1]]):
        reading = paged.read(protocol, seed, some, until)
        assert (reading.days, reading.lost, reading.broken) == (56, 7, ("dropped",))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"lost": 1}, "other lost days in week 0"),
        ({"lost": 8}, "other lost days|have 8 lost days"),
        ({"dropped": "It does not suit"}, "week 0 is dropped although 0 of its days are lost"),
    ],
)
def test_lost_days_are_the_same_for_every_page_and_drop_by_rule(change, words):
    protocol, seed, pages, until = by_days()
    with pytest.raises(Invalid, match=words):
        paged.read(protocol, seed, [changed(pages[0], **change), *pages[1:]], until)
    every = [changed(r, lost=3) for r in pages if r.week == 0]
    with pytest.raises(Invalid, match="week 0 is not dropped although 3"):
        paged.read(protocol, seed, every, until)
    old = changed(protocol, rules=changed(protocol.rules, lost_days=0))
    with pytest.raises(Invalid, match="protocol does not know"):
        paged.read(old, seed, [changed(r, lost=1) for r in pages], until)


def test_pages_that_are_not_of_the_trial_and_weeks_twice_are_refused():
    found = frozen("which_page")
    for wrong, words in (
        ((*found.pages, found.pages[0]), "twice"),
        ((changed(found.pages[0], page="/other"),), "not of this trial"),
    ):
        with pytest.raises(Invalid, match=words):
            paged.read(found.protocol, found.seed, wrong, found.reading.until)
    empty = paged.read(found.protocol, found.seed, (), found.reading.until)
    assert empty.broken == ("dropped", "compliance", "no_figures")
