"""Four firms live through twelve weeks of a trial, each in a world of its own: the verdict page says what is
true there, and the statement says what was done, to the cent and the visit."""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from linnet.desk.trial import queries
from linnet.kernel import clock as kernel_clock
from linnet.kernel import ids
from linnet.kernel.clock import MINUTE, to_ms
from linnet.kernel.days import Period, before, week_of
from tests.conftest import quick_room
from tests.simulated.firm import BERLIN, SETTLING, Clock, Firm, World

pytestmark = pytest.mark.slow

BEGIN = to_ms(datetime(2027, 1, 4, tzinfo=BERLIN))  # a Monday; the clocks change on 28 March
BASELINE = 56


@pytest.fixture
def clock(monkeypatch) -> Clock:
    moved = Clock(BEGIN)
    monkeypatch.setattr(kernel_clock, "time", SimpleNamespace(time_ns=moved.time_ns))
    monkeypatch.setattr(ids, "time", SimpleNamespace(time_ns=moved.time_ns))
    monkeypatch.setattr(ids, "_clock", ids._Clock())
    return moved


@pytest.fixture
def begin(clock) -> Iterator[Callable[[World], Firm]]:
    """Makes a firm in a world, in memory where there is room: twelve weeks are thousands of commits."""
    made: list[tuple[Firm, str]] = []

    def start(world: World) -> Firm:
        folder = tempfile.mkdtemp(prefix="linnet-world-", dir=quick_room())
        firm = Firm(Path(folder), clock, world)
        made.append((firm, folder))
        return firm

    yield start
    for firm, folder in made:
        firm.close()
        shutil.rmtree(folder)


def live_through(firm: Firm) -> str:
    """A quiet baseline, a trial of twelve weeks; answers the verdict page."""
    firm.live(BASELINE, posting=False)
    firm.plan(minutes=MINUTES[firm.world], value="1.50")
    firm.freeze()
    trial = firm.db.read_now(queries.current, firm.account_id)
    assert trial is not None
    while firm.today <= trial.last_day:
        firm.day(posting=True)
        if firm.today == trial.first_day:
            firm.look("/desk/trial")
            assert (
                "No difference is shown" in firm.jana.page.text or "range" not in firm.jana.page.text.lower()
            )
    firm.live(SETTLING)
    return firm.look(f"/desk/trial/{trial.id}").text


GOOD = World(base=12, searches=6, effect=8, seed=3)
POOR = World(base=12, searches=6, effect=0, seed=4)
BREAKS = World(base=12, searches=6, effect=8, obeys=False, seed=5)
EMPTY = World(base=0.25, searches=1.5, effect=1, seed=6)
MINUTES = {GOOD: 3, POOR: 45, BREAKS: 3, EMPTY: 1}  # of a day on, at 40 EUR an hour


def title(page: str) -> str:
    found = re.search(r"<h1[^>]*>([^<]+)</h1>", page)
    assert found
    return found[1]


def test_clearly_worth_it_and_the_statement_is_the_ledger(begin):
    firm = begin(GOOD)
    page = live_through(firm)
    assert title(page) == "Worth it"
    assert firm.ledger.refused > 30  # quiet days were kept
    check_statements(firm)


def test_clearly_not_worth_it(begin):
    firm = begin(POOR)
    page = live_through(firm)
    assert title(page) == "Not worth it"
    assert "Worth it</h1>" not in page.replace("Not worth it</h1>", "")


def test_broken_by_whoever_does_not_obey(begin):
    firm = begin(BREAKS)
    page = live_through(firm)
    assert title(page) == "Trial broken"
    assert firm.ledger.refused > 30
    assert "24 of 24" in page or "12 of 12" in page


def test_too_little_to_see_anything_is_not_begun(begin):
    firm = begin(EMPTY)
    firm.live(BASELINE, posting=False)
    firm.plan(minutes=MINUTES[EMPTY], value="5.00")
    page = firm.look("/desk/trial").text
    assert "Do not start this trial" in page
    firm.jana.post("/desk/trial/freeze", {"form_key": firm.jana.key(), "trial": "1", "plan": ""})
    assert firm.db.read_now(queries.current, firm.account_id).stage == "planned"


# the statement against the ledger


def check_statements(firm: Firm) -> None:
    """Every whole week since the beginning, and the months in them."""
    last = before(week_of(firm.today, BERLIN), BERLIN)
    weeks = []
    week = last
    while week.start >= BEGIN:
        weeks.append(week)
        week = before(week, BERLIN)
    assert len(weeks) >= 20
    assert any(week.end - week.start != 7 * 24 * 60 * MINUTE for week in weeks)  # the clocks changed in one
    for one in weeks:
        check_week(firm, one)


def check_week(firm: Firm, week: Period) -> None:
    reply = firm.look(f"/statement.csv?period={week.name}")
    said = figures(reply.body.decode())

    def done(of: str) -> int:
        return firm.ledger.sum(of, week.first, week.last)

    expected = {
        "Measured": done("ms") / MINUTE,
        "Posts": done("posts"),
        "Visits, probable people (with the confirmed), all": done("visits"),
        "Visits, probable people (with the confirmed), by your links": done("by_link"),
        "Visits, machines, all": done("machines"),
        "Sales reported": done("sales"),
        "Money reported, refunds taken off, EUR": done("money") / 100,
        "Money observed with a trail, refunds taken off, EUR": done("trail") / 100,
    }
    assert {name: said[name] for name in expected} == pytest.approx(expected, abs=0.005), week.name
    assert said["Measured, cost"] == pytest.approx(done("ms") / MINUTE / 60 * 40, abs=0.01)


def figures(text: str) -> dict[str, float]:
    """The lines of the CSV that are figures; and of time what was measured: posts sent by the client API are
    estimated apart."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    measured = [row for row in rows if "estimated" not in row[1]]
    return {
        **{row[1]: float(row[2]) for row in rows if row[0] == "figure"},
        "Measured": sum(float(row[2]) for row in measured if row[0] == "time"),
        "Measured, cost": sum(float(row[2]) for row in measured if row[0] == "cost"),
    }
