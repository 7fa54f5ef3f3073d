"""What a post cost and what a visit was worth, for how many followers are enough."""

import pytest

from linnet.desk.effort import actions as effort
from linnet.desk.firm import queries as firms
from linnet.desk.sales import actions as sales
from linnet.desk.sales.rules import SaleReport
from linnet.desk.statement import followers
from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.days import day_of, day_start
from linnet.kernel.ids import new_id
from tests import cast
from tests.desk import BERLIN, found_firm, link, post, visit

NOW = day_start("2026-10-26", BERLIN) + 9 * HOUR
CODE = "Ab3xK7q"


@pytest.fixture
def bakery(db):
    def make(tx):
        ann, bakery = cast.both(tx, "bakery")
        found_firm(tx, bakery.id)
        link(tx, CODE, bakery.id, 1)
        return ann, bakery

    return db.write_now(make)


def cost(db):
    return db.read_now(lambda tx: followers._cost_of_post(tx, firms.must_firm(tx), NOW))


def value(db):
    return db.read_now(lambda tx: followers._value_of_visit(tx, firms.must_firm(tx), NOW))


def test_a_post_costs_what_ninety_days_cost_by_its_number(db, bakery):
    ann, account = bakery

    def writes(days: int, minutes: int):
        day = day_of(NOW - days * DAY, BERLIN)
        db.write_now(
            effort.add_entry, ann.id, account.id, day=day, minutes=minutes, note="phone", id=new_id(), now=NOW
        )

    db.write_now(post, account.id, NOW - 91 * DAY)
    writes(91, 600)  # too long ago, like its post
    assert cost(db) is None  # neither cost nor post
    writes(90, 60)
    assert cost(db) is None  # a cost without a post is no cost of one
    for days in (89, 40, 1, 2):
        db.write_now(post, account.id, NOW - days * DAY)
    db.write_now(post, account.id, NOW - DAY, boost_of=1)  # not written
    writes(0, 30)
    assert cost(db) == 1500  # 90 minutes at 40.00 EUR an hour, four posts


def test_posts_without_any_cost_cost_nothing_that_is_known(db, bakery):
    db.write_now(post, bakery[1].id, NOW - DAY)
    assert cost(db) is None


def sell(db, *reports: SaleReport):
    for report in reports:
        db.write_now(sales.record_sale, report, source="hook", id=new_id(), now=NOW)


def test_a_visit_is_worth_what_came_with_a_trail_in_the_firms_currency(db, bakery):
    for n in range(4):
        db.write_now(visit, NOW - 2 * DAY - n, "person", CODE)
    assert value(db) is None  # visits, and nothing sold
    sell(
        db,
        SaleReport("S0", NOW - 91 * DAY, 50_000, "EUR", ln=CODE),  # too long ago
        SaleReport("S1", NOW - DAY, 50_000, "USD", ln=CODE),  # dollars are no euros
        SaleReport("S2", NOW - DAY, 3_000, "EUR"),  # without a trail
    )
    assert value(db) is None
    sell(
        db,
        SaleReport("S3", NOW - DAY, 10_000, "EUR", ln=CODE),
        SaleReport("R3", NOW - HOUR, -2_000, "EUR", refund_of="S3"),
    )
    db.write_now(visit, NOW - 91 * DAY, "person", CODE)
    db.write_now(visit, NOW - DAY, "preview", CODE)
    db.write_now(visit, NOW - DAY, "person")  # by no link
    assert value(db) == 2000  # 80.00 EUR, four visits
    sell(db, SaleReport("R4", NOW - HOUR, -8_000, "EUR", refund_of="S3"))
    assert value(db) is None  # all of it went back


def test_money_without_a_visit_says_nothing_of_one(db, bakery):
    sell(db, SaleReport("S1", NOW - DAY, 10_000, "EUR", ln=CODE))
    assert value(db) is None
