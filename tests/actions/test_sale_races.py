"""A shop that is impatient reports twice at once: one sale, and no more back than was paid."""

from functools import partial

from linnet.db.database import Database
from linnet.desk.firm import actions as firms
from linnet.desk.sales import actions, queries
from linnet.desk.sales.rules import LeadReport, SaleReport
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.ids import new_id
from tests.actions.test_firm import BAKERY, OWNER
from tests.races import Act, race

HASH = "ab" * 32


def sale(now: int, id: str = "A1", amount: int = 5000, refund_of: str = "") -> Act:
    report = SaleReport(id, now, amount, "EUR", email_sha256=HASH, refund_of=refund_of)
    return partial(actions.record_sale, report=report, source="hook", id=new_id(), now=now)


def test_the_same_sale_twice_at_once_is_one(db: Database, now: int) -> None:
    assert race(db, sale(now), sale(now)) == (True, False)
    assert [s.amount for s in db.read_now(queries.newest)] == [5000]


def test_one_id_for_two_sales_at_once_is_refused(db: Database, now: int) -> None:
    said, then = race(db, sale(now), sale(now, amount=6000))
    assert said is True
    assert isinstance(then, Conflict)
    assert "reported before with another amount" in then.sentence


def test_two_refunds_at_once_give_back_no_more_than_was_paid(db: Database, now: int) -> None:
    db.write_now(sale(now))
    said, then = race(db, *(sale(now, id=id, amount=-3000, refund_of="A1") for id in ("R1", "R2")))
    assert said is True
    assert isinstance(then, Invalid)
    assert then.field == "amount"
    assert db.read_now(queries.refunded, "A1") == -3000


def test_a_lead_twice_at_once_is_one(db: Database, now: int) -> None:
    report = LeadReport("L1", now, email_sha256=HASH)
    lead = partial(actions.record_lead, report=report, source="hook", id=new_id(), now=now)
    assert race(db, lead, lead) == (True, False)


def test_two_who_set_up_at_once_are_one_firm(db: Database, now: int) -> None:
    token = db.write_now(firms.new_setup_token)
    set_up = partial(firms.set_up, new=BAKERY, first=OWNER, token=token, now=now)
    said, then = race(db, set_up, set_up)
    assert not isinstance(said, Exception)
    assert isinstance(then, Conflict | Invalid)
