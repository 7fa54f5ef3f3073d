"""What a period cost, from the rows, on both engines."""

import pytest

from linnet.desk.effort import actions, spent
from linnet.desk.statement import report
from linnet.desk.statement.rows import rows
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.days import day_start, parse_period
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import new_id
from tests import cast
from tests.desk import BERLIN, found_firm

OCTOBER = parse_period("2026-10", BERLIN)
NOW = OCTOBER.end + DAY


@pytest.fixture
def shop(db):
    def make(tx):
        ann, bakery = cast.both(tx, "bakery")
        bob = cast.person(tx, "bob")
        found_firm(tx, bakery.id)
        return ann, bob, bakery

    return db.write_now(make)


def write_down(db, who, account, day, minutes, channel="phone", activity="outside"):
    return db.write_now(
        actions.add_entry,
        who.id,
        account.id,
        day=day,
        minutes=minutes,
        note="",
        channel=channel,
        activity=activity,
        id=new_id(),
        now=NOW,
    )


def of(db, first="2026-10-01", last="2026-10-31", now=NOW, **more):
    return db.read_now(lambda tx: spent.of_period(tx, first, last, now, **more))


def test_time_and_tools_make_the_cost(db, shop):
    ann, bob, bakery = shop
    write_down(db, ann, bakery, "2026-10-05", 60)
    write_down(db, ann, bakery, "2026-10-20", 30, "facebook")
    write_down(db, bob, bakery, "2026-10-20", 90, "blog", "write")
    write_down(db, bob, bakery, "2026-09-01", 10, "forum")
    db.write_now(actions.add_tool, name="scheduler", amount=1500, currency="EUR", first="2026-01-01", id=1)
    db.write_now(actions.add_tool, name="pictures", amount=999, currency="USD", first="2026-10-16", id=2)
    found = of(db)
    assert [(a.activity, a.ms // MINUTE, a.cost) for a in found.activities] == [
        ("write", 90, 6000),
        ("outside", 90, 6000),
    ]
    assert [(c.channel, c.ms and c.ms // MINUTE, c.cost) for c in found.channels] == [
        ("linnet", None, None),
        ("phone", 60, 4000),
        ("facebook", 30, 2000),
        ("forum", None, None),  # used a month ago, and not recorded since: that is not nothing
        ("blog", 90, 6000),
    ]
    assert (found.time, found.tools, found.total) == (12_000, 1500, 13_500)
    assert found.foreign == (("USD", round(999 * 16 / 31)),)
    assert (found.people, found.days) == (2, 2)

    page = db.read_now(report.statement, OCTOBER, NOW)
    assert page.figure("cost.total").value == found.total
    assert page.figure("cost.time").value == found.time
    tools = db.read_now(rows, page.figure("cost.tools").rows, NOW)
    assert tools.rows == (("scheduler", 31, "15.00 EUR"), ("pictures", 16, "5.16 USD"))
    assert page.figure("cost.tools.USD").value == 516


def test_a_changed_rate_changes_cost_only(db, shop):
    ann, bob, bakery = shop
    write_down(db, ann, bakery, "2026-10-05", 60)
    write_down(db, ann, bakery, "2026-10-20", 60)
    write_down(db, bob, bakery, "2026-10-20", 60)
    before = of(db)
    assert before.total == 12_000
    db.write_now(actions.set_rate, ann.id, 9000, "2026-10-20")
    after = of(db)
    assert after.total == 4000 + 9000 + 4000
    assert [(a.activity, a.ms, a.days) for a in after.activities] == [
        (a.activity, a.ms, a.days) for a in before.activities
    ]
    assert of(db, last="2026-10-19").total == 4000  # what was before the day stays what it was
    db.write_now(actions.set_overhead, 1500, "2026-10-20")
    assert of(db).total == 4000 + 13_500 + 6000
    assert of(db, last="2026-10-19").total == 4000
    db.write_now(actions.drop_overhead, "2026-10-20")
    db.write_now(actions.drop_rate, ann.id, "2026-10-20")
    assert of(db) == before
    for act in (
        lambda tx: actions.drop_rate(tx, ann.id, "2026-10-20"),
        lambda tx: actions.drop_overhead(tx, "2026-10-20"),
        lambda tx: actions.drop_tool(tx, 7),
        lambda tx: actions.end_tool(tx, 7, ""),
    ):
        with pytest.raises(NotFound):
            db.write_now(act)
    with pytest.raises(Invalid):
        db.write_now(actions.set_overhead, 900, "2026-10-20")


def test_a_tool_that_ended_and_one_that_was_never_paid(db, shop):
    db.write_now(actions.add_tool, name="a", amount=3100, currency="EUR", first="2026-09-01", id=1)
    db.write_now(actions.end_tool, 1, "2026-10-10")
    assert of(db).tools == 1000
    with pytest.raises(Invalid):
        db.write_now(actions.end_tool, 1, "2026-08-10")
    db.write_now(actions.end_tool, 1, "")
    assert of(db).tools == 3100
    db.write_now(actions.drop_tool, 1)
    assert of(db).total == 0


def test_a_month_that_goes_on_costs_what_is_over(db, shop):
    ann, _, bakery = shop
    db.write_now(actions.add_tool, name="a", amount=3100, currency="EUR", first="2026-09-01", id=1)
    write_down(db, ann, bakery, "2026-10-05", 60)
    noon = day_start("2026-10-05", BERLIN) + 12 * HOUR
    assert of(db, now=noon).total == 500 + 4000
    assert of(db, "2026-11-01", "2026-11-30", now=noon).total == 0
    assert of(db, account_id=999).total == 0  # the tools are the firm's


def test_nothing_costs_anything_before_there_is_a_firm(db):
    with pytest.raises(NotFound):
        of(db)
