"""Coins from a committed seed, calendars that balance, looks that are paid for."""

import hashlib
from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.trial.reckoning import calendar, looks
from linnet.desk.trial.reckoning.chance import Stream, commitment
from linnet.desk.trial.reckoning.student import t_point
from linnet.desk.trial.values import Design, Look
from linnet.kernel.clock import HOUR, to_ms
from linnet.kernel.days import day_start, next_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed

SEED = "ab" * 32
HALF = Design("half_week", "2026-11-30", 12, "Europe/Berlin")
PAGES = tuple(f"/{n}" for n in range(11))
PAGED = Design("which_page", "2026-11-30", 8, "Europe/Berlin", pages=PAGES)
seeds = st.integers(0, 2**256 - 1).map(lambda n: f"{n:064x}")


def shown(design: Design, seed: str = SEED) -> str:
    return "".join("-X"[day.on] for day in calendar.calendar(design, seed).days)


def test_the_calendar_of_a_seed_is_the_same_for_ever():
    """A program of any later year must draw these days: `verify` stands on it."""
    assert shown(HALF) == (
        "XXXX-------XXXXXXXXXX-------XXXX-------XXXXXXXXXX--------------XXXXXXXXXXX-------XXX"
    )
    assert shown(changed(HALF, kind="daily", weeks=4)) == shown_daily()
    assert commitment(SEED) == hashlib.sha256(SEED.encode()).hexdigest()


def shown_daily() -> str:
    """Daily coins by hand: the first bits of SHA-256(seed, 0, "calendar", 0, counter)."""
    bits = "".join(f"{byte:08b}" for byte in block("calendar", 0))
    weeks = [bits[:7], bits[7:14]]
    other = str.maketrans("01", "10")
    return "".join(w + w.translate(other) for w in weeks).translate(str.maketrans("01", "-X"))


def block(label: str, n: int) -> bytes:
    return hashlib.sha256(
        bytes.fromhex(SEED) + b"\0" + label.encode() + b"\0" + n.to_bytes(8, "big")
    ).digest()


def test_the_stream_is_read_from_the_highest_bit_down_over_its_blocks():
    stream = Stream(SEED, "draws")
    first = int.from_bytes(block("draws", 0) + block("draws", 1), "big")
    assert stream.bits(3) == first >> 509
    assert stream.bits(260) == (first >> 249) & (1 << 260) - 1
    assert Stream(SEED, "calendar").bits(64) != first >> 448


def test_numbers_below_and_orders_are_as_likely_as_each_other():
    stream = Stream(SEED, "test")
    found = Counter(stream.below(6) for _ in range(6000))
    assert set(found) == set(range(6))
    assert all(870 < n < 1130 for n in found.values())  # 1000 by chance, sd 29
    orders = Counter(tuple(stream.shuffled("abc")) for _ in range(6000))
    assert len(orders) == 6
    assert all(870 < n < 1130 for n in orders.values())


@pytest.mark.parametrize("seed", ["", "ab" * 31, "AB" * 32, "zz" * 32, "ab" * 32 + "\n"])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(Invalid, match="64 hexadecimal"):
        commitment(seed)


@given(
    seeds,
    st.sampled_from([("half_week", 6), ("half_week", 14), ("daily", 4), ("daily", 10), ("whole_weeks", 12)]),
    st.sampled_from([(0, 4), (5, 1), (6, 3), (2, 5)]),
)
def test_every_weekday_is_on_as_often_as_it_is_quiet(seed, kind, cuts):
    start = calendar.first_start("2027-10-01", cuts)
    design = Design(kind[0], start, kind[1], "Europe/Berlin", cuts)
    found = calendar.calendar(design, seed)
    assert [day.day for day in found.days] == [next_day(start, n) for n in range(7 * kind[1])]
    on = Counter(date.fromisoformat(day.day).weekday() for day in found.days if day.on)
    assert on == dict.fromkeys(range(7), kind[1] // 2)
    for day, later in zip(found.days, found.days[7:], strict=False):
        assert day.week % 2 or day.on != later.on  # what week 1 gets, week 2 gets the opposite
        assert day.week % 2 or day.coin == later.coin
    assert len({day.coin for day in found.days}) == calendar.coins(design)
    for block in found.blocks:
        own = [day for day in found.days if day.block == block.index]
        assert (own[0].day, own[-1].day, {d.on for d in own}) == (block.first, block.last, {block.on})


def test_halves_are_cut_where_the_owner_cuts_them():
    found = calendar.calendar(changed(HALF, start="2026-12-05", cuts=(5, 1)), SEED)  # Sat-Mon, Tue-Fri
    names = [(day.half, date.fromisoformat(day.day).weekday()) for day in found.days[:7]]
    assert names == [("a", 5), ("a", 6), ("a", 0), ("b", 1), ("b", 2), ("b", 3), ("b", 4)]
    assert [b.first for b in found.blocks[:3]] == ["2026-12-05", "2026-12-08", "2026-12-12"]


@given(seeds)
def test_each_page_is_promoted_once_a_fortnight_and_every_week_has_as_much_to_post(seed):
    found = calendar.page_calendar(PAGED, seed)
    assert [week.first for week in found.weeks] == [next_day("2026-11-30", 7 * n) for n in range(8)]
    for first, second in zip(found.weeks[::2], found.weeks[1::2], strict=True):
        assert sorted(first.promoted + second.promoted) == sorted(PAGES)
        assert {len(first.promoted), len(second.promoted)} == {5, 6}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"weeks": 4}, "Take 6 weeks or more"),
        ({"weeks": 7}, "even number"),
        ({"weeks": 0}, "even number"),
        ({"weeks": 106}, "104 at most"),
        ({"kind": "whole_weeks", "weeks": 10}, "5 coins.*Take 12 weeks or more"),
        ({"kind": "daily", "weeks": 2}, "4 at least"),
        ({"cuts": (0, 2)}, "3 days at least"),
        ({"cuts": (0, 0)}, "3 days at least"),
        ({"cuts": (0, 7)}, "weekdays"),
        ({"start": "2026-12-01"}, "must be a Monday"),
        ({"start": "2026-02-30"}, "is not a day"),
        ({"zone": "Mars/Olympus"}, "known zone"),
        ({"pages": ("/a",)}, "which-page trial only"),
        ({"kind": "which_page"}, "6 to 60"),
        ({"kind": "which_page", "pages": ("/a",) * 6}, "once each"),
    ],
)
def test_a_plan_that_cannot_work_is_refused_with_what_to_change(change, words):
    with pytest.raises(Invalid, match=words):
        calendar.check(changed(HALF, **change))


def test_six_coins_are_enough_and_each_kind_asks_for_its_own():
    assert calendar.coins(calendar.check(changed(HALF, weeks=6))) == 6
    assert calendar.calendars(changed(HALF, weeks=6)) == 64
    assert calendar.coins(changed(HALF, kind="daily", weeks=4)) == 14
    assert calendar.calendars(PAGED) == (462 * 2) ** 4
    with pytest.raises(Invalid):
        calendar.page_calendar(HALF, SEED)
    with pytest.raises(Invalid):
        calendar.calendar(PAGED, SEED)


@pytest.mark.parametrize(("start", "hours"), [("2027-02-08", 23), ("2027-10-18", 25)])
def test_a_day_on_which_the_clock_changes_is_one_day(start, hours):
    design = changed(HALF, start=start)
    zone = ZoneInfo(design.zone)
    found = calendar.calendar(design, SEED)
    assert len({day.day for day in found.days}) == 84
    lengths = [(day_start(next_day(d.day), zone) - day_start(d.day, zone)) // HOUR for d in found.days]
    assert Counter(lengths) == {24: 83, hours: 1}
    changing = found.days[lengths.index(hours)]
    last = day_start(next_day(changing.day), zone) - 1
    assert calendar.today(design, last) == changing.day
    assert calendar.assigned(found, calendar.today(design, last + 1)).day == next_day(changing.day)


def test_a_leap_day_is_a_day_like_others():
    found = calendar.calendar(changed(HALF, start="2028-01-24"), SEED)
    leap = calendar.assigned(found, "2028-02-29")
    assert (leap.day, leap.week, leap.half) == ("2028-02-29", 5, "a")
    assert calendar.last_day(found.design) == "2028-04-16"
    assert shown(found.design) == shown(HALF)


def test_outside_of_the_trial_nothing_is_assigned():
    found = calendar.calendar(HALF, SEED)
    assert calendar.assigned(found, "2026-11-29") is None
    assert calendar.assigned(found, "2027-02-22") is None
    assert calendar.assigned(found, "2027-02-21").on == found.days[-1].on


def test_only_the_current_and_the_next_half_week_can_be_seen():
    found = calendar.calendar(HALF, SEED)
    assert [block.index for block in calendar.visible(found, "2026-11-01")] == [0]
    assert [block.index for block in calendar.visible(found, "2026-11-30")] == [0, 1]
    assert [block.index for block in calendar.visible(found, "2026-12-04")] == [0, 1, 2]
    assert len(calendar.visible(found, "2027-03-01")) == 24


def test_the_zone_of_the_trial_says_which_day_it_is():
    late = to_ms(datetime.fromisoformat("2026-12-01T23:30:00+00:00"))
    assert calendar.today(HALF, late) == "2026-12-02"
    assert calendar.today(changed(HALF, zone="America/Lima"), late) == "2026-12-01"


@pytest.mark.parametrize("kind", ["half_week", "daily", "whole_weeks", "which_page"])
@pytest.mark.parametrize("weeks", range(4, 54, 2))
def test_looks_spend_05_in_all_and_none_where_no_p_can_be_so_small(kind, weeks):
    design = changed(HALF, kind=kind, weeks=weeks, pages=PAGES if kind == "which_page" else ())
    planned = looks.planned(design)
    ends = [look for look in planned if look.purpose == "verdict"]
    assert sum(look.limit for look in ends) == 500
    assert planned[-1] == ends[-1]
    assert planned[-1].days == 7 * weeks
    assert len({look.days for look in planned}) == len(planned)
    for look in planned[:-1]:
        assert look.days % 14 == 0
        assert look.days < 7 * weeks
        assert 2 / calendar.calendars(design, look.days // 14) <= look.limit / 10_000
    assert [look.limit for look in planned if look.purpose == "futility"] in ([], [100])
    assert looks.planned(design, early=False) == (Look(7 * weeks, 500),)


def test_the_looks_of_twelve_and_sixteen_weeks():
    assert looks.planned(HALF) == (Look(56, 100, "futility"), Look(70, 150), Look(84, 350))
    # half of the fortnights and two thirds of them end on one day: one look, with its own limit
    assert looks.planned(changed(HALF, kind="daily", weeks=6)) == (Look(28, 50), Look(42, 450))
    longer = changed(HALF, weeks=16)
    assert looks.planned(longer) == (Look(56, 100, "futility"), Look(84, 50), Look(98, 150), Look(112, 300))


def test_a_stop_at_any_time_costs_width_least_at_the_planned_end():
    """Waudby-Smith and others, with r^2 t = -2 log .05 + log(1 - 2 log .05) = 7.936 at the end: 3.03."""
    assert looks.anytime(1.959964, 84, 84) == pytest.approx(3.0347, abs=1e-3)
    widths = [looks.anytime(1.959964, days, 84) / days**0.5 for days in range(10, 85)]
    assert widths == sorted(widths, reverse=True)
    assert looks.anytime(4.0, 84, 84) == pytest.approx(3.0347 * 4 / 1.959964, abs=2e-3)
    assert looks.anytime(1.5, 84, 84) == looks.anytime(1.959964, 84, 84)  # never narrower than the theorem's


@pytest.mark.parametrize(
    ("chance", "freedom", "t"), [(0.975, 11, 2.20099), (0.8, 5, 0.91954), (0.975, 1, 12.7062)]
)
def test_students_t_as_every_table_has_it(chance, freedom, t):
    assert t_point(chance, freedom) == pytest.approx(t, abs=1e-4)
