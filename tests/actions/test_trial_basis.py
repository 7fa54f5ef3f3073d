"""What a trial is planned from: a day's share of what is paid by the month is in the cost (measuring paper, 4b)."""

from linnet.db.database import Database
from linnet.desk.effort import prices
from linnet.desk.effort.money import Tool
from linnet.desk.firm import queries as firms
from linnet.desk.trial import history
from linnet.desk.trial.planning import Basis
from linnet.kernel.clock import zone
from linnet.kernel.days import day_of, next_day
from tests import cast
from tests.lived_trial import BERLIN, found


def basis(db: Database, now: int) -> Basis:
    firm = db.read_now(firms.must_firm)
    read: Basis = db.read_now(history.basis, firm, 100, now)
    return read


def test_tools_that_are_paid_now_are_in_the_cost_of_a_day(db: Database, now: int):
    _, account = db.write_now(cast.both, "ada")
    db.write_now(found, account.id)
    today = day_of(now, zone(BERLIN))
    assert (basis(db, now).tools, basis(db, now).tools_foreign) == (0, 0)
    for id, amount, currency, first, last in (
        (1, 1200, "EUR", next_day(today, -200), ""),
        (2, 900, "EUR", today, today),  # its last day
        (3, 5000, "EUR", next_day(today, -200), next_day(today, -1)),  # given up
        (4, 7000, "EUR", next_day(today, 1), ""),  # not yet
        (5, 800, "USD", next_day(today, -9), ""),
    ):
        db.write_now(prices.put_tool, Tool(id, "a tool", amount, currency, first, last))
    # 21.00 a month: 252.00 a year
    assert (basis(db, now).tools, basis(db, now).tools_foreign) == (69, 1)
