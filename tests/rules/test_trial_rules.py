"""The trial's own rules: where visits come from, what may be known, the clock, lag and worth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.drafts.rules import Slot, next_slot, out_of_quiet
from linnet.desk.trial import planning, rules
from linnet.desk.trial.planning import DayWorth, Lag, OwnDay
from linnet.desk.trial.rules import Counted, Quiet, TrialDay
from linnet.desk.trial.sources import source_of
from linnet.desk.trial.values import DayRecord
from linnet.desk.visits.campaign import NOTHING
from linnet.kernel.clock import DAY, HOUR, MINUTE, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.money import DECIMALS
from linnet.kernel.value import changed

BERLIN = zone("Europe/Berlin")
ZONES = st.sampled_from(
    [zone(name) for name in ("Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC")]
)
MOMENTS = st.integers(1_793_000_000_000, 1_793_000_000_000 + 400 * DAY)


@pytest.mark.parametrize(
    ("referrer", "channel", "source"),
    [
        ("", "", "other"),
        ("google.com", "", "search"),
        ("google.co.uk", "", "search"),
        ("google.com.au", "", "search"),
        ("com.google.android.googlequicksearchbox", "", "search"),
        ("sites.google.com", "", "other"),
        ("google.evil.example", "", "other"),
        ("notgoogle.com", "", "other"),
        ("de.search.yahoo.com", "", "search"),
        ("cn.bing.com", "", "search"),
        ("mail.google.com", "", "mail"),
        ("deref-gmx.net", "", "mail"),
        ("googleads.g.doubleclick.net", "", "ads"),
        ("mastodon.social", "", "other"),
        ("google.com", "fediverse", "other"),
        ("", "newsletter", "mail"),
        ("google.com", "newsletter", "mail"),
    ],
)
def test_where_a_visit_came_from(referrer: str, channel: str, source: str):
    assert source_of(referrer, channel, NOTHING, 1) == source
    assert source_of(referrer, channel, NOTHING) == source  # without words both rules say the same


def days_of(arms: str, first: str = "2026-11-02", span: int = 1) -> list[TrialDay]:
    """q and o for each day; `span` days belong together."""
    return [
        TrialDay(
            1, next_day(first, n), n // span, "quiet" if arm == "q" else "on", "open", "", 0, 0, 0, 0, 0, None
        )
        for n, arm in enumerate(arms)
    ]


def test_neighbouring_quiet_days_are_one_quiet_time_and_no_more_is_known():
    days = days_of("qqoqqo", span=2)
    start = day_start("2026-11-02", BERLIN)
    assert rules.quiet_times(days, "2026-11-02", BERLIN) == [
        Quiet(start, start + 2 * DAY),
        Quiet(start + 3 * DAY, start + 4 * DAY),
    ]
    assert rules.quiet_times(days, "2026-11-01", BERLIN) == [
        Quiet(start, start + 2 * DAY)
    ]  # before the start
    assert rules.quiet_times(days, "2026-11-05", BERLIN)[0] == Quiet(start + 3 * DAY, start + 5 * DAY)
    assert rules.quiet_times(days, "2026-11-08", BERLIN) == []
    assert rules.quiet_at([Quiet(5, 9)], 9) is None
    assert rules.quiet_at([Quiet(5, 9)], 5) == Quiet(5, 9)


@given(ZONES, MOMENTS, st.lists(st.integers(-3 * HOUR, 5 * HOUR), min_size=1, max_size=60))
def test_life_is_never_longer_than_the_clock_and_never_goes_back(zone_of, start: int, steps: list[int]):
    alive_at, now, lived, away = start, start, 0, 0
    for step in steps:
        now += step
        sign = rules.sign_of_life(alive_at, now, zone_of)
        assert sign.alive_at >= alive_at
        assert all(ms > 0 for ms in sign.add.values())
        added = sum(sign.add.values())
        assert added in {0, sign.alive_at - alive_at}
        lived += added
        away += sign.alive_at - alive_at - added
        assert bool(sign.spoiled) == (now < alive_at - rules.BACK)
        if sign.spoiled:
            assert sign.spoiled == day_of(alive_at, zone_of)
        for day, ms in sign.add.items():
            assert ms <= day_start(next_day(day), zone_of) - day_start(day, zone_of)
        alive_at = sign.alive_at
        assert rules.lived(alive_at, now) >= alive_at - rules.BACK
    assert lived + away == alive_at - start


def test_why_a_day_is_dropped():
    (day,) = days_of("o", "2026-10-25")  # 25 hours
    full = TrialDay(
        *[getattr(day, name) if name != "alive" else 25 * HOUR for name in TrialDay.__struct_fields__]
    )
    two_hours = TrialDay(
        *[getattr(day, name) if name != "alive" else 23 * HOUR for name in TrialDay.__struct_fields__]
    )
    usual = (30.0, 0.0, 0.0, 0.0, 0.0, 0.0, 12.0)
    some = Counted(1, 0, 0, 9)
    assert rules.why_dropped(full, some, usual, BERLIN) == ""
    assert rules.why_dropped(two_hours, some, usual, BERLIN) == ""
    assert "25 hours" in rules.why_dropped(day, some, usual, BERLIN)
    assert "about 12 visits are usual" in rules.why_dropped(full, Counted(machines=40), usual, BERLIN)
    assert rules.why_dropped(full, Counted(), (), BERLIN) == ""
    assert (
        rules.why_dropped(full, Counted(), (30.0,) * 6 + (9.0,), BERLIN) == ""
    )  # nobody on a Sunday is no wonder


def test_a_day_in_which_ten_are_usual_cannot_have_nobody():
    (day,) = days_of("o")  # a Monday of 24 hours
    lived = changed(day, alive=DAY)
    for usual, why in ((9.9, ""), (10.0, "Nobody was counted, where about 10 visits are usual")):
        assert rules.why_dropped(lived, Counted(), (usual,) * 7, BERLIN).startswith(why)
        assert bool(rules.why_dropped(lived, Counted(), (usual,) * 7, BERLIN)) == bool(why)
    for somebody in (Counted(visits=1), Counted(search=1), Counted(paid=1)):
        assert somebody.people == 1
        assert rules.why_dropped(lived, somebody, (30.0,) * 7, BERLIN) == ""
    assert "for 2 hours" in rules.why_dropped(changed(day, alive=22 * HOUR - 1), Counted(), (), BERLIN)


def test_the_clock_by_hand():
    noon = day_start("2026-11-02", BERLIN) + 12 * HOUR

    def sign(alive_at: int, now: int) -> tuple[dict[str, int], str, int]:
        found = rules.sign_of_life(alive_at, now, BERLIN)
        return found.add, found.spoiled, found.alive_at

    assert sign(noon, noon + 2 * HOUR) == ({"2026-11-02": 2 * HOUR}, "", noon + 2 * HOUR)
    assert sign(noon, noon + 2 * HOUR + 1) == ({}, "", noon + 2 * HOUR + 1)  # away
    assert sign(noon + 11 * HOUR, noon + 13 * HOUR) == (
        {"2026-11-02": HOUR, "2026-11-03": HOUR},
        "",
        noon + 13 * HOUR,
    )
    assert sign(noon, noon) == ({}, "", noon)
    assert sign(noon, noon - 5 * MINUTE) == ({}, "", noon)  # put right
    assert sign(noon, noon - 5 * MINUTE - 1) == ({}, "2026-11-02", noon)  # set back
    assert sign(0, HOUR) == ({}, "", HOUR)  # the first sign of all
    assert rules.lived(noon, noon + 1) == noon + 1
    assert rules.lived(noon, noon - 5 * MINUTE) == noon - 5 * MINUTE
    assert rules.lived(noon, noon - 5 * MINUTE - 1) == noon


def test_a_day_is_counted_a_day_after_its_end():
    one, two = days_of("oo", "2026-10-24")  # the second one has 25 hours
    end = day_start("2026-10-25", BERLIN)
    assert rules.due_to_count([one, two], end + DAY - 1, BERLIN) == []
    assert rules.due_to_count([one, two], end + DAY, BERLIN) == [one]
    assert rules.due_to_count([one, two], end + 2 * DAY, BERLIN) == [one]
    assert rules.due_to_count([one, two], end + 2 * DAY + HOUR, BERLIN) == [one, two]
    assert rules.due_to_count([changed(one, state="counted")], end + 9 * DAY, BERLIN) == []


def test_the_stages_of_a_trial():
    def at(stage: rules.Stage) -> rules.Trial:
        return rules.Trial(
            1, 1, None, stage, "UTC", "", "", "", "", "", "", "", "", 0, None, "", 0, None, None
        )

    stages = tuple(rules.FOLLOWS)
    allowed = []
    for stage in stages:
        for wanted in stages:
            try:
                rules.check_step(at(stage), wanted)
            except Conflict:
                continue
            allowed.append((stage, wanted))
    assert allowed == [
        ("planned", "frozen"),
        ("planned", "dropped"),
        ("frozen", "running"),
        ("frozen", "dropped"),
        ("running", "stopped"),
        ("running", "ended"),
        ("running", "dropped"),
        ("stopped", "judged"),
        ("ended", "judged"),
    ]
    assert [stage for stage in stages if at(stage).over] == ["stopped", "ended", "judged"]
    rules.check_changeable(at("planned"))
    for stage in stages[1:]:
        with pytest.raises(Conflict):
            rules.check_changeable(at(stage))
    with pytest.raises(Conflict, match="This trial has ended already"):
        rules.check_step(at("ended"), "stopped")


def test_light_days_and_their_room():
    plain = days_of("qooo")
    days = [plain[0], *(changed(day, arm="light") for day in plain[1:3]), plain[3]]
    days = [changed(day, span=0) for day in days]
    start = day_start("2026-11-02", BERLIN)
    found = rules.light_days(days, "2026-11-03", BERLIN, 2, 2)
    assert [(light.start, light.end, light.most, light.taken, light.left) for light in found] == [
        (start + DAY, start + 2 * DAY, 2, 2, 0),  # today, and all its posts are out
        (start + 2 * DAY, start + 3 * DAY, 2, 0, 2),
    ]
    assert rules.without_room(found) == [Quiet(start + DAY, start + 2 * DAY, 2)]
    assert rules.light_days(days, "2026-11-04", BERLIN, 2, 1)[0].left == 1
    assert rules.light_days(days, "2026-11-05", BERLIN, 2, 1) == []
    assert rules.LightDay(0, 1, 2, 3).left == 0


def test_times_in_which_nothing_goes_out_are_told_as_one():
    assert rules.together([]) == []
    mixed = [Quiet(5, 9), Quiet(0, 5, 2), Quiet(20, 30), Quiet(21, 25), Quiet(31, 40)]
    assert rules.together(mixed) == [Quiet(0, 9), Quiet(20, 30), Quiet(31, 40)]


HOURS = [Slot(9 * 60, 17 * 60)] * 6 + [None]


@given(MOMENTS, st.integers(1, 8), st.lists(st.integers(0, 400), max_size=12))
def test_what_moves_lands_after_quiet_time_and_beside_the_others(at: int, length: int, others: list[int]):
    start = day_start(day_of(at, BERLIN), BERLIN)
    end = day_start(next_day(day_of(at, BERLIN), length), BERLIN)
    taken = [end + n * HOUR for n in others]
    moved = out_of_quiet(at, [Quiet(start, end)], taken, HOURS, BERLIN)
    assert moved >= end
    assert all(abs(moved - other) >= 3 * HOUR for other in taken)
    assert moved == next_slot(taken, HOURS, BERLIN, end - 10 * MINUTE)
    closed = out_of_quiet(at, [Quiet(start, end)], taken, [None] * 7, BERLIN)
    assert end <= closed < end + DAY + HOUR


def test_only_answers_to_those_who_wrote_are_answers():
    me, guest, other = 1, 2, 3
    assert rules.answers_somebody(me, guest, me, [])
    assert rules.answers_somebody(me, guest, None, [me])
    assert not rules.answers_somebody(me, guest, None, [other])
    assert not rules.answers_somebody(me, guest, other, [])
    assert not rules.answers_somebody(me, me, None, [me])
    assert not rules.answers_somebody(me, None, None, [])


# what a plan is made of


def test_the_lag_decides_the_design():
    assert planning.lag_of([HOUR] * 29) == Lag(None, 29)
    assert planning.lag_of([HOUR] * 96 + [2 * DAY] * 4).ms == HOUR
    assert planning.lag_of([HOUR] * 94 + [2 * DAY] * 6).ms == 2 * DAY
    assert planning.lag_of([HOUR] * 100 + [30 * DAY] * 50) == Lag(HOUR, 100)
    fits = [planning.suggested(Lag(ms, 99)) for ms in (None, DAY, DAY + 1, 3 * DAY, 3 * DAY + 1)]
    assert fits == ["half_week", "daily", "half_week", "half_week", "whole_weeks"]
    with pytest.raises(Invalid, match="spill into the next"):
        planning.check_fits("daily", Lag(2 * DAY, 99), 12)
    with pytest.raises(Invalid, match="whole weeks"):
        planning.check_fits("half_week", Lag(4 * DAY, 99), 12)
    with pytest.raises(Invalid, match="12 at least"):
        planning.check_fits("whole_weeks", Lag(4 * DAY, 99), 10)
    planning.check_fits("whole_weeks", Lag(HOUR, 99), 12)
    assert planning.profile_of([HOUR] * 30 + [DAY] * 10) == (0.75, 0.25)
    assert planning.profile_of([HOUR] * 9) is None


def test_how_many_visits_tell_a_lag_and_which():
    assert planning.lag_of([0] * 30) == Lag(0, 30)
    assert planning.lag_of([-1] * 30) == Lag(None, 0)
    assert planning.lag_of([14 * DAY] * 30) == Lag(14 * DAY, 30)
    assert planning.lag_of([14 * DAY + 1] * 30) == Lag(None, 0)
    assert planning.lag_of([HOUR] * 95 + [2 * DAY] * 5).ms == HOUR
    assert planning.lag_of([HOUR] * 95 + [2 * DAY] * 6).ms == 2 * DAY  # 95 of 101 are less than 95 %
    assert planning.profile_of([0] * 30) == (1.0,)
    assert planning.profile_of([0] * 30 + [-1]) == (1.0,)
    assert planning.profile_of([0] * 29) is None
    assert planning.profile_of([0] * 29 + [7 * DAY]) is None
    assert planning.profile_of([0] * 29 + [7 * DAY - 1]) == (29 / 30, 0, 0, 0, 0, 0, 1 / 30)


def test_what_fits_a_lag():
    for kind, lag, weeks in (
        ("daily", Lag(HOUR, 99), 4),
        ("half_week", Lag(HOUR, 99), 2),
        ("half_week", Lag(None, 3), 2),
        ("whole_weeks", Lag(4 * DAY, 99), 12),
    ):
        planning.check_fits(kind, lag, weeks)
    with pytest.raises(Invalid, match="too few visits"):
        planning.check_fits("daily", Lag(None, 3), 12)
    with pytest.raises(Invalid, match="longer than a day"):
        planning.check_fits("daily", Lag(2 * DAY, 99), 12)
    assert [planning.suggested_weeks(kind) for kind in ("whole_weeks", "half_week", "daily")] == [24, 12, 12]


def test_habits_by_hand():
    few, many = OwnDay(1, 30 * MINUTE), OwnDay(3, 60 * MINUTE)
    rest = [OwnDay(0, 9 * HOUR), OwnDay(4, MINUTE - 1)]  # no post; and nobody measured it
    found = planning.habits_of([few] * 10 + [many] * 10 + rest)
    assert (found.usual, found.days) == (3, 21)
    assert found.shares == tuple(planning.Share(most, 50, 10, 10, 30, 60) for most in (1, 2))
    assert found.share(2) == found.shares[1]
    assert found.share(3) is None
    assert planning.habits_of([few] * 9 + [many] * 10).shares == ()
    assert planning.habits_of([OwnDay(1, MINUTE)] * 10 + [OwnDay(9, 10 * HOUR)] * 10).shares[
        -1
    ] == planning.Share(5, 1, 10, 10, 1, 600)
    assert planning.habits_of([OwnDay(1, 2 * HOUR)] * 10 + [many] * 10).shares[0].percent == 99
    assert planning.habits_of([]) == planning.Habits(None, 0, ())
    halves = [planning.Habits(usual, 9, ()).light for usual in (None, 1, 3, 4, 9)]
    assert halves == [1, 1, 1, 2, 4]


def test_minutes_and_money_are_rounded_half_up():
    assert [planning.light_minutes(10, share) for share in (34, 35, 44, 1, 99)] == [3, 4, 4, 1, 10]
    assert [planning.cost_of(1, hourly) for hourly in (29, 30, 89, 90)] == [0, 1, 1, 2]
    assert planning.cost_of(45, 4000) == 3000
    assert [planning.a_day_of(monthly) for monthly in (15, 16)] == [
        0,
        1,
    ]  # 15.2 a month are half a unit a day


def test_what_a_visit_is_worth_has_a_range():
    days = [DayWorth(0, 10), DayWorth(3000, 10)] * 45
    found = planning.value_range(days, 100)
    assert found is not None
    low, value, high = found
    assert value == 150_000  # 1.50 a visit
    assert 100_000 < low < value < high < 200_000
    assert planning.value_range(days, 100) == found
    half = planning.value_range(days, 50)
    assert half is not None
    assert half[1] == 75_000
    assert planning.value_range([DayWorth(0, 10)] * 90, 100) is None
    assert planning.value_range([DayWorth(-500, 10)] * 90, 100) is None
    assert planning.value_range([], 100) is None


def test_a_value_is_known_to_three_digits():
    def middle(amount: int, visits: int, margin: int = 100) -> int:
        found = planning.value_range([DayWorth(amount, visits)] * 9, margin)
        assert found is not None
        assert found[0] == found[1] == found[2]  # every day is like the other
        return found[1]

    assert middle(12_345, 100) == 123_000
    assert middle(1, 300) == 3
    assert middle(12_345, 100, 10) == 12_300
    assert type(middle(12_345, 100)) is int
    assert planning.value_range([DayWorth(100, 0)] * 9, 100) is None
    assert planning.value_range([DayWorth(1, 1)] * 9, 100) == (1000, 1000, 1000)
    some = planning.value_range(
        [DayWorth(100, 5), *[DayWorth(0, 0)] * 8], 100
    )  # draws without a visit say nothing
    assert some == (20_000, 20_000, 20_000)


def test_a_value_can_be_too_large():
    assert planning.parse_value("10000", "EUR", "value") == planning.VALUE_MOST
    with pytest.raises(Invalid, match="more than a visit can be worth"):
        planning.parse_value("10000.00001", "EUR", "value")
    shown = {(1_500, "JPY"): "1.5", (2_000, "JPY"): "2", (150_000, "EUR"): "1.50", (3_500, "EUR"): "0.035"}
    assert {key: planning.value_text(*key) for key in shown} == shown


@given(st.integers(0, planning.VALUE_MOST), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_value_is_read_as_it_is_written(value: int, currency: str):
    exact = value - value % 10 ** max(0, DECIMALS[currency] + 3 - 5)
    assert planning.parse_value(planning.value_text(exact, currency), currency, "value") == exact


@pytest.mark.parametrize("wrong", ["", "1.2.3", "-1", "1e3", "free", "1000000000", "\u0661"])
def test_what_is_no_value(wrong: str):
    with pytest.raises(Invalid):
        planning.parse_value(wrong, "EUR", "value")


def test_the_usual_is_of_twelve_weeks_without_the_days_that_were_dropped():
    rows = [DayRecord(next_day("2026-06-01", n), 1, 0, 99 if n < 7 else 5, 0) for n in range(7 * 13)]
    assert planning.usual(rows) == (5,) * 7
    mixed = [changed(row, visits=n // 7) for n, row in enumerate(rows)]  # 1 to 12 in the last twelve weeks
    assert planning.usual(mixed) == (6.5,) * 7
    holed = [changed(row, dropped="outage", visits=1000) if n >= 7 * 5 else row for n, row in enumerate(rows)]
    assert planning.usual(holed) == (5,) * 7
    assert (
        planning.usual([changed(row, dropped="outage") if n >= 7 * 4 else row for n, row in enumerate(rows)])
        == ()
    )


def test_the_usual_needs_four_of_each_weekday():
    rows = [DayRecord(next_day("2026-10-05", n), 1, 0, n % 7, 0) for n in range(28)]
    assert planning.usual(rows) == (0, 1, 2, 3, 4, 5, 6)
    assert planning.usual(rows[1:]) == ()
    assert planning.usual([*rows, DayRecord("2026-11-02", 0, 0, 99, 0, "an outage")])[0] == 0
