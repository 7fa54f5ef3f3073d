"""Measured time in the database, on both engines."""

import pytest

from linnet.desk.effort import actions, app_use, queries, totals
from linnet.desk.effort.app_use import Call
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.days import day_start
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.social.people import actions as people
from tests import cast
from tests.desk import BERLIN, found_firm

SUNDAY = day_start("2026-10-25", BERLIN)  # 25 hours long
MONDAY = day_start("2026-10-26", BERLIN)


def sit(db, person_id, account_id, start, seconds, *, activity="write", tab="a"):
    """Beats of somebody who never stops typing."""

    def act(tx):
        for at in range(0, seconds + 1, 15):
            actions.beat(tx, person_id, account_id, activity, f"{tab}{start}", start + at * SECOND)

    db.write_now(act)


def sums(db, account_id, first, last, now):
    found = {}
    for time in db.read_now(totals.day_times, account_id, first, last, now):
        key = (time.day, time.activity, time.source)
        found[key] = found.get(key, 0) + time.ms // SECOND
    return found


@pytest.fixture
def team(db, now):
    def make(tx):
        ann, firm = cast.both(tx, "bakery")
        bob = cast.person(tx, "bob")
        found_firm(tx, firm.id)
        actions.measure(tx, ann.id, True, now)
        return ann, bob, firm

    return db.write_now(make)


def test_nothing_is_measured_unless_its_person_wants_it(db, team, now):
    ann, bob, firm = team
    assert not db.write_now(actions.beat, bob.id, firm.id, "read", "a", now)
    sit(db, bob.id, firm.id, now, 600)
    db.write_now(actions.api_call, bob.id, firm.id, "POST statuses", now)
    assert db.read_now(totals.day_times, firm.id, "2026-10-26", "2026-10-26", now) == []
    assert db.read_now(queries.first_raw) is None
    db.write_now(actions.measure, bob.id, True, now)
    sit(db, bob.id, firm.id, now, 600)
    assert sums(db, firm.id, "2026-10-26", "2026-10-26", now) == {("2026-10-26", "write", "page"): 600}
    db.write_now(actions.measure, bob.id, False, now)
    sit(db, bob.id, firm.id, now + HOUR, 600)
    assert sums(db, firm.id, "2026-10-26", "2026-10-26", now) == {("2026-10-26", "write", "page"): 600}
    with pytest.raises(Invalid):
        db.write_now(actions.beat, ann.id, firm.id, "dream", "a", now)


def test_a_day_is_the_same_before_and_after_it_is_folded(db, team):
    ann, _, firm = team
    sit(db, ann.id, firm.id, MONDAY - 300 * SECOND, 600)  # over midnight, at the end of 25 hours
    sit(db, ann.id, firm.id, MONDAY - 300 * SECOND, 600, tab="b")
    sit(db, ann.id, firm.id, SUNDAY + 2 * HOUR, 2 * 3600, activity="read")
    calls = [Call(ann.id, MONDAY - MINUTE + n * 30 * SECOND, firm.id, "GET timelines/home") for n in (0, 1)]
    calls += [Call(ann.id, SUNDAY + 9 * HOUR + n * n * SECOND, firm.id, app_use.REPLY) for n in range(5)]
    calls += [Call(ann.id, SUNDAY + n * MINUTE, firm.id, "GET notifications") for n in range(300)]
    calls.append(Call(ann.id, SUNDAY, firm.id, "GET streaming"))
    db.write_now(actions.api_calls, calls)
    db.write_now(
        actions.add_entry, ann.id, firm.id, day="2026-10-25", minutes=5, note="phone", id=1, now=MONDAY
    )
    expected = {
        ("2026-10-25", "write", "page"): 300,
        ("2026-10-25", "read", "page"): 7200,
        ("2026-10-25", "answer", "app"): 16 + 30,
        ("2026-10-25", "outside", "entry"): 300,
        ("2026-10-26", "write", "page"): 300,
    }
    later = MONDAY + DAY
    assert sums(db, firm.id, "2026-10-19", "2026-10-26", later) == expected
    assert db.write_now(actions.fold, MONDAY + 2 * HOUR) == 0  # a session may still reach into it
    assert db.write_now(actions.fold, MONDAY + 3 * HOUR) == 1
    assert sums(db, firm.id, "2026-10-19", "2026-10-26", later) == expected
    assert db.write_now(actions.fold, later + 3 * HOUR) == 1
    assert db.write_now(actions.fold, later + 3 * HOUR) == 0
    assert sums(db, firm.id, "2026-10-19", "2026-10-26", later) == expected
    assert sums(db, firm.id, "2026-10-26", "2026-10-26", later) == {("2026-10-26", "write", "page"): 300}


def test_raw_rows_go_after_35_days_and_sums_stay(db, team):
    ann, _, firm = team
    sit(db, ann.id, firm.id, SUNDAY + HOUR, 600)
    sit(db, ann.id, firm.id, MONDAY + HOUR, 900)
    db.write_now(actions.fold, SUNDAY + 35 * DAY - 4 * HOUR)
    assert db.read_now(queries.first_raw) == SUNDAY + HOUR
    db.write_now(actions.fold, SUNDAY + 35 * DAY)  # never older than that; whole days at a time
    assert db.read_now(queries.first_raw) == MONDAY + HOUR
    db.write_now(actions.fold, MONDAY + 80 * DAY)
    assert db.read_now(queries.first_raw) is None
    expected = {("2026-10-25", "write", "page"): 600, ("2026-10-26", "write", "page"): 900}
    assert sums(db, firm.id, "2026-10-01", "2026-11-30", MONDAY + 80 * DAY) == expected
    assert db.read_now(totals.own_spans, ann.id, "2026-10-25") == []
    # a new limit cannot change days of which only the sum is left
    db.write_now(actions.set_idle, 60_000)
    db.write_now(actions.fold, MONDAY + 81 * DAY)
    assert sums(db, firm.id, "2026-10-01", "2026-11-30", MONDAY + 81 * DAY) == expected
    assert db.write_now(actions.forget, ann.id, SUNDAY, MONDAY - 1) == 1
    assert sums(db, firm.id, "2026-10-01", "2026-11-30", MONDAY + 81 * DAY) == {
        ("2026-10-26", "write", "page"): 900
    }


def test_many_days_are_folded_a_few_at_a_time(db, team):
    ann, _, firm = team
    for day in range(8):
        sit(db, ann.id, firm.id, SUNDAY + day * DAY + 2 * HOUR, 60)
    much_later = SUNDAY + 60 * DAY
    before = sums(db, firm.id, "2026-10-25", "2026-11-01", much_later)
    assert len(before) == 8
    assert db.write_now(actions.fold, much_later) == 3
    assert db.read_now(queries.first_raw) is not None  # what was not added up is not deleted
    assert sums(db, firm.id, "2026-10-25", "2026-11-01", much_later) == before
    assert [db.write_now(actions.fold, much_later) for _ in range(3)] == [3, 3, 0]
    assert db.read_now(queries.first_raw) is None
    assert sums(db, firm.id, "2026-10-25", "2026-11-01", much_later) == before
    assert db.read_now(queries.setting).folded_through == "2026-12-22"


def test_another_idle_limit_counts_anew(db, team):
    ann, _, firm = team

    def one_input(tx):
        for at in range(0, 301, 15):
            actions.beat(tx, ann.id, firm.id, "read", "a", SUNDAY + at * SECOND, quiet=(at % 100) * SECOND)

    db.write_now(one_input)
    db.write_now(actions.fold, MONDAY + DAY)
    seen = {}
    for idle in (90_000, 60_000, 300_000):
        db.write_now(actions.set_idle, idle)
        seen[idle] = sums(db, firm.id, "2026-10-25", "2026-10-25", MONDAY)
        db.write_now(actions.fold, MONDAY + DAY)
        assert sums(db, firm.id, "2026-10-25", "2026-10-25", MONDAY) == seen[idle]
    assert seen == {
        90_000: {("2026-10-25", "read", "page"): 30 + 30 + 30 + 0},
        60_000: {("2026-10-25", "read", "page"): 90},
        300_000: {("2026-10-25", "read", "page"): 300},
    }
    with pytest.raises(Invalid):
        db.write_now(actions.set_idle, 10_000)


def test_people_see_and_delete_their_own_spans(db, team):
    ann, bob, firm = team
    db.write_now(actions.measure, bob.id, True, SUNDAY)
    sit(db, ann.id, firm.id, SUNDAY + HOUR, 600)
    sit(db, ann.id, firm.id, SUNDAY + 2 * HOUR, 300, activity="answer")
    sit(db, bob.id, firm.id, SUNDAY + HOUR, 60)
    db.write_now(actions.api_call, ann.id, firm.id, "POST statuses", SUNDAY + 3 * HOUR)
    db.write_now(actions.fold, MONDAY + DAY)
    spans = db.read_now(totals.own_spans, ann.id, "2026-10-25")
    assert [(s.start - SUNDAY, s.end - s.start, s.activity, s.source) for s in spans] == [
        (HOUR, 600_000, "write", "page"),
        (2 * HOUR, 300_000, "answer", "page"),
        (3 * HOUR, 30_000, "write", "app"),
    ]
    db.write_now(actions.forget, ann.id, spans[0].start, spans[0].end)
    assert sums(db, firm.id, "2026-10-25", "2026-10-25", MONDAY) == {
        ("2026-10-25", "write", "page"): 60,
        ("2026-10-25", "answer", "page"): 300,
        ("2026-10-25", "write", "app"): 30,
    }
    assert len(db.read_now(totals.own_spans, ann.id, "2026-10-25")) == 2
    assert db.read_now(queries.days_of, bob.id, "2026-10-25", "2026-10-25")[0].ms == 60_000


def test_time_over_midnight_is_shared_by_its_two_days(db, team):
    ann, _, firm = team
    db.write_now(actions.measure, ann.id, True, SUNDAY)
    sit(db, ann.id, firm.id, MONDAY - 300 * SECOND, 540)
    db.write_now(actions.api_call, ann.id, firm.id, "POST statuses", SUNDAY - 10 * SECOND)

    def spans(day: str, start: int):
        found = db.read_now(totals.own_spans, ann.id, day)
        return [((s.start - start) // SECOND, (s.end - start) // SECOND, s.source) for s in found]

    assert spans("2026-10-24", SUNDAY) == [(-10, 0, "app")]
    assert spans("2026-10-25", SUNDAY) == [(0, 20, "app"), (25 * 3600 - 300, 25 * 3600, "page")]
    assert spans("2026-10-26", MONDAY) == [(0, 240, "page")]
    assert spans("2026-10-27", MONDAY + DAY) == []
    assert sums(db, firm.id, "2026-10-25", "2026-10-26", MONDAY + HOUR) == {
        ("2026-10-25", "write", "app"): 20,
        ("2026-10-25", "write", "page"): 300,
        ("2026-10-26", "write", "page"): 240,
    }
    [part] = db.read_now(totals.page_spans_of, ann.id, MONDAY - MINUTE, MONDAY + MINUTE)
    assert (part.start, part.end) == (MONDAY - MINUTE, MONDAY + MINUTE)


def test_entries_are_ones_own(db, team, now):
    ann, bob, firm = team
    today = "2026-10-26"
    entry = db.write_now(
        actions.add_entry, ann.id, firm.id, day=today, minutes=5, note=" phone ", id=new_id(), now=now
    )
    assert entry.note == "phone"
    changed = db.write_now(
        actions.change_entry, ann.id, entry.id, day=today, minutes=1440, note="phone, long", now=now
    )
    assert db.read_now(queries.entries_of, ann.id, today, today) == [changed]
    assert sums(db, firm.id, today, today, now) == {(today, "outside", "entry"): 86_400}
    with pytest.raises(Invalid):
        db.write_now(actions.add_entry, ann.id, firm.id, day=today, minutes=1, note="x", id=2, now=now)
    with pytest.raises(Invalid):
        db.write_now(actions.add_entry, ann.id, firm.id, day="2026-10-27", minutes=1, note="x", id=2, now=now)
    for act in (
        lambda tx: actions.change_entry(tx, bob.id, entry.id, day=today, minutes=1, note="x", now=now),
        lambda tx: actions.delete_entry(tx, bob.id, entry.id),
    ):
        with pytest.raises(NotFound):
            db.write_now(act)
    db.write_now(actions.delete_entry, ann.id, entry.id)
    assert sums(db, firm.id, today, today, now) == {}


def test_rates_and_who_is_not_measured(db, team):
    ann, bob, firm = team
    db.write_now(actions.set_rate, ann.id, 5000, "2026-10-01")
    db.write_now(actions.set_rate, ann.id, None, "2026-10-20")
    db.write_now(actions.set_rate, ann.id, 6000, "2026-10-20")
    assert [(r.since_day, r.hourly_cost) for r in db.read_now(queries.rates)] == [
        ("2026-10-01", 5000),
        ("2026-10-20", 6000),
    ]
    with pytest.raises(Invalid):
        db.write_now(actions.set_rate, ann.id, -1, "2026-10-01")
    with pytest.raises(Invalid):
        db.write_now(actions.set_rate, ann.id, 1, "today")

    assert db.read_now(queries.unmeasured_count, firm.id) == 0
    db.write_now(people.join, bob.id, firm.id, "writer", SUNDAY)
    assert db.read_now(queries.unmeasured_count, firm.id) == 1
