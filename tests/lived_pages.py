"""A which-page trial for tests: frozen, its pages visited, links posted, the clock moved."""

import random

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages.rules import Linked, PageTurn, week_days
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.rules import Trial
from linnet.desk.trial.values import Worth
from linnet.kernel.clock import DAY, zone
from linnet.kernel.days import day_start, next_day
from linnet.kernel.ids import new_id
from tests.lived_trial import BERLIN

PAGES = tuple(
    f"bakery.example/{name}" for name in ("cake", "oats", "pie", "rolls", "rye", "spelt", "tart", "wheat")
)
# 5.00 EUR per page and week; a visit is worth 1.00 to 2.00 EUR
WORTH = Worth("EUR", 500, 100_000, 150_000, 200_000, 8)
PLAN = Plan(WORTH, "which_page", weeks=8, waived=True, pages=PAGES)
VISIT = """INSERT INTO visit (id, visitor, site, code, path, referrer, first_at, last_at, hits, kind, rule)
    VALUES (:id, :id, :site, '', :path, '', :at, :at, 1, :kind, 'R5')"""
HIT = """INSERT INTO hit (id, visit_id, at, source, site, path, code, features, kind, rule)
    VALUES (:id, :visit_id, :at, :source, :site, :path, '', '{"source":"page","agent":{}}', :kind, 'R5')"""


def visit(tx: Tx, at: int, *paths: str, kind: str = "person", source: str = "page", hit: str = "") -> None:
    """One visit that saw these pages of the bakery's website."""
    id = new_id()
    tx.run(VISIT, id=id, site="bakery.example", path=paths[0], at=at, kind=kind)
    for path in paths:
        tx.run(
            HIT,
            id=new_id(),
            visit_id=id,
            at=at,
            source=source,
            site="bakery.example",
            path=path,
            kind=hit or kind,
        )


def visits(tx: Tx, page: str, first: str, n: int, days: int = 7) -> None:
    """So many visits of a page in the days from `first` on."""
    start = day_start(first, zone(BERLIN))
    for k in range(n):
        visit(tx, start + (2 * k + 1) * days * DAY // (2 * n), page.removeprefix("bakery.example"))


def turns(db: Database, trial: Trial) -> list[PageTurn]:
    return db.read_now(page_queries.turns, trial.id)


def world(db: Database, trial: Trial, *, effect: float, base: int = 7, seed: int = 1) -> None:
    """Visits of every page in every week: more where it is promoted."""
    chance = random.Random(seed)

    def write(tx: Tx) -> None:
        for turn in page_queries.turns(tx, trial.id):
            mean = base + (effect if turn.promoted else 0)
            n = max(0, round(chance.gauss(mean, mean**0.5)))
            visits(tx, turn.page, week_days(trial.first_day, turn.week)[0], n)

    db.write_now(write)


def past(db: Database, today: str, weeks: int = 10, pages: tuple[str, ...] = PAGES, base: int = 7) -> None:
    """The weeks before today."""
    chance = random.Random(3)

    def write(tx: Tx) -> None:
        visit(tx, day_start(next_day(today, -7 * weeks - 1), zone(BERLIN)), "/imprint")
        for week in range(weeks):
            for page in pages:
                visits(tx, page, next_day(today, -7 * (week + 1)), max(1, round(chance.gauss(base, 2))))

    db.write_now(write)


def linked(db: Database, trial: Trial, *, obeying: bool = True) -> None:
    """A post for each page in each week in which it is promoted; in every week where nobody obeys."""

    def write(tx: Tx) -> None:
        for turn in page_queries.turns(tx, trial.id):
            if turn.promoted or not obeying:
                page_queries.put_link(tx, trial.id, Linked(new_id(), turn.page, turn.week, not turn.promoted))

    db.write_now(write)
