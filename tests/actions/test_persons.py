"""What is held about one customer, and forgetting it; on both engines."""

import pytest

from linnet.desk.sales import actions, persons, queries
from linnet.desk.sales.heard import Answer, heard_of
from linnet.desk.sales.rules import Lead, LeadReport, SaleReport, email_digest
from linnet.kernel.clock import HOUR
from linnet.kernel.errors import Invalid
from linnet.kernel.ids import new_id
from linnet.kernel.wire import encode
from tests.actions.test_sales import record

ANN, BOB = email_digest("ann@example.org"), email_digest("bob@example.org")


@pytest.fixture
def kept(db, now):
    record(db, SaleReport("A-1", now, 1000, "EUR", "Ab3xK7q", ANN, "RYE"), now)
    record(db, SaleReport("A-1-back", now, -300, "EUR", refund_of="A-1"), now)
    record(db, SaleReport("B-1", now, 700, "EUR", "", BOB), now)
    for report in (
        LeadReport("L-1", now - HOUR, "Ab3xK7q", ANN, "from Ann's 100%_sister"),
        LeadReport("L-2", now, "", BOB, "from a newspaper"),
    ):
        db.write_now(actions.record_lead, report, source="hook", id=new_id(), now=now)
    return db


def refs(held):
    return [s.ref for s in held.sales], [lead.ref for lead in held.leads]


@pytest.mark.parametrize("who", [" Ann@Example.org ", ANN, "A-1", "L-1", "ANN's 100%_SIS", "sister"])
def test_one_customer_is_found_with_all_that_is_theirs(kept, who):
    assert refs(kept.read_now(persons.find, who)) == (["A-1", "A-1-back"], ["L-1"])


def test_what_came_without_an_address_is_found_by_its_number(kept, now):
    record(kept, SaleReport("C-1", now, 500, "EUR"), now)
    record(kept, SaleReport("C-1-back", now, -100, "EUR", refund_of="C-1"), now)
    record(kept, SaleReport("A-0", now - HOUR, 100, "EUR", "", ANN), now)
    lead = LeadReport("L-3", now, heard="x" * 300)
    kept.write_now(actions.record_lead, lead, source="hook", id=new_id(), now=now)
    assert refs(kept.read_now(persons.find, "C-1")) == (["C-1", "C-1-back"], [])
    assert refs(kept.read_now(persons.find, "L-3")) == ([], ["L-3"])
    assert refs(kept.read_now(persons.find, "x" * 300)) == ([], ["L-3"])
    assert refs(kept.read_now(persons.find, ANN)) == (["A-0", "A-1", "A-1-back"], ["L-1"])  # the oldest first


@pytest.mark.parametrize("who", ["nobody@example.org", "C-1", "%__", "0" * 64])
def test_nobody_is_found_as_nothing(kept, who):
    assert refs(kept.read_now(persons.find, who)) == ([], [])


@pytest.mark.parametrize("who", ["", "an", " a ", "x" * 301])
def test_what_would_find_everybody_is_refused(kept, who):
    with pytest.raises(Invalid):
        kept.read_now(persons.find, who)


def test_before_anything_was_reported(db):
    assert refs(db.read_now(persons.find, "ann@example.org")) == ([], [])
    assert db.write_now(persons.forget, [1], [1]) == 0


def test_who_was_forgotten_is_found_no_more_and_the_sums_stay(kept, now):
    held = kept.read_now(persons.find, "ann@example.org")
    file = encode(persons.document(held, now)).decode()
    assert "A-1" in file
    assert "sister" in file
    ids = [s.id for s in held.sales], [lead.id for lead in held.leads]
    assert kept.write_now(persons.forget, *ids) == 3
    assert kept.write_now(persons.forget, *ids) == 0
    for who in ("ann@example.org", "A-1", "A-1-back", "L-1", "sister"):
        assert refs(kept.read_now(persons.find, who)) == ([], [])
    every = kept.read_now(queries.sales, 0, now + 1)
    assert sorted(s.amount for s in every) == [-300, 700, 1000]
    [back] = [s for s in every if s.amount == -300]
    [sale] = [s for s in every if s.amount == 1000]
    assert (back.refund_of, sale.ln, sale.coupon, sale.email_hash) == (sale.ref, "Ab3xK7q", "RYE", "")
    assert refs(kept.read_now(persons.find, "bob@example.org")) == (["B-1"], ["L-2"])
    # the shop tells it all again: nothing comes back, and what goes back of it finds its sale
    again = SaleReport("A-1", now, 1000, "EUR", "Ab3xK7q", ANN, "RYE")
    assert not record(kept, again, now)
    assert not record(kept, SaleReport("A-1-back", now, -300, "EUR", refund_of="A-1"), now)
    assert record(kept, SaleReport("A-1-rest", now, -700, "EUR", refund_of="A-1"), now)
    with pytest.raises(Invalid):
        record(kept, SaleReport("A-1-more", now, -1, "EUR", refund_of="A-1"), now)
    lead = LeadReport("L-1", now - HOUR, "Ab3xK7q", ANN, "from Ann's 100%_sister")
    assert not kept.write_now(actions.record_lead, lead, source="hook", id=new_id(), now=now)
    with pytest.raises(Invalid, match="forgotten"):
        record(kept, SaleReport("gone-7", now, 1, "EUR"), now)
    assert not record(
        kept, SaleReport(sale.ref, now, 1000, "EUR", "Ab3xK7q", "", "RYE"), now
    )  # our own file again


def test_answers_are_counted_apart():
    leads = [
        Lead(n, f"L{n}", n, "", "", heard, "hook", n)
        for n, heard in enumerate(["A friend", "a  FRIEND ", "", "radio", "   "])
    ]
    heard = heard_of(leads, {"L1", "L3"})
    assert heard.answered == 3
    assert heard.answers == [Answer("A friend", 2, 1), Answer("radio", 1, 1)]
