"""A finger that taps twice, a phone and a desk at one timer: no minute is lost, none is made."""

from functools import partial

import pytest

from linnet.desk.effort import actions, queries, written
from linnet.desk.effort.written import Line
from linnet.kernel.clock import MINUTE
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import new_id
from tests import cast
from tests.actions.test_written import NOON, TODAY
from tests.desk import found_firm
from tests.races import race


@pytest.fixture
def who(db):
    def make(tx):
        ann, firm = cast.both(tx, "bakery")
        found_firm(tx, firm.id)
        return ann.id, firm.id

    return db.write_now(make)


def minutes(db, person_id):
    return sorted(e.minutes for e in db.read_now(queries.entries_of, person_id, "2026-01-01", "2026-12-31"))


def test_two_taps_at_once_are_ten_minutes(db, who):
    person, firm = who
    tap = partial(written.tap, person_id=person, account_id=firm, channel="phone", now=NOON)
    said, then = race(db, tap, tap)
    assert (said.minutes, then.minutes) == (5, 10)
    assert minutes(db, person) == [10]


def test_two_timers_at_once_are_one(db, who):
    person, firm = who

    def start(channel, now):
        return lambda tx: written.start_timer(tx, person, firm, channel=channel, note="", now=now)

    said, then = race(db, start("phone", NOON), start("forum", NOON + 5 * MINUTE))
    assert said == []
    assert [(e.channel, e.minutes) for e in then] == [("phone", 5)]
    assert db.read_now(queries.timer, person).channel == "forum"


def test_a_timer_that_is_stopped_twice_counts_once(db, who):
    person, firm = who
    db.write_now(lambda tx: written.start_timer(tx, person, firm, channel="phone", note="", now=NOON))
    stop = partial(written.stop_timer, person_id=person, now=NOON + 20 * MINUTE)
    said, then = race(db, stop, stop)
    assert [e.minutes for e in said] == [20]
    assert isinstance(then, NotFound)
    assert minutes(db, person) == [20]


def test_a_file_that_is_sent_twice_at_once_is_there_once(db, who):
    person, firm = who
    lines = [Line(2, TODAY, 30, "phone", "outside", "", "csv:a")]
    take = partial(written.take_in, person_id=person, account_id=firm, lines=lines, how="csv", now=NOON)
    said, then = race(db, take, take)
    assert (said.added, then.added, then.again) == (1, 0, 1)
    assert minutes(db, person) == [30]


def test_a_day_is_not_filled_twice_at_once(db, who):
    person, firm = who

    def add(tx):
        return actions.add_entry(
            tx, person, firm, day=TODAY, minutes=800, note="", channel="mail", id=new_id(), now=NOON
        )

    _, then = race(db, add, add)
    assert isinstance(then, Invalid)
    assert minutes(db, person) == [800]
