"""The statement on paper: one sheet, A4 and US Letter, whatever stands in it. What the sheet has no room for is
told on it."""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from linnet.desk.effort.rules import ACTIVITIES
from linnet.desk.effort.words import ACTIVITY_WORDS
from linnet.desk.start import rules as starts
from linnet.desk.start.rules import Start
from linnet.desk.statement import report, steps, unknown
from linnet.desk.statement.reach import Enough
from linnet.desk.statement.rules import Figure, Statement, TimeLine
from linnet.desk.trial.words.verdict import SENTENCES, TITLES
from linnet.kernel.clock import HOUR, MINUTE, now_ms
from linnet.kernel.days import day_of, day_start, month_of, week_of
from linnet.kernel.value import changed
from tests.doors.conftest import _running
from tests.journeys.test_desk import BERLIN, Bakery

pytestmark = pytest.mark.slow

SIZES = ("A4", "Letter")
BEGUN = Start(
    1, waived_by=2, waived_at=1_790_000_000_000, waived_days=13, begun_at=1_790_100_000_000, begun_days=14
)
LONG = "Gebrüder Wohlgemuth Bäckerei, Konditorei und Kaffeehaus am Marktplatz von Bad Münster-Ebernburg GmbH"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bakery]:
    with _running(tmp_path_factory.mktemp("paper"), "sqlite") as running:
        yield Bakery(running)


def sheets(page: Page, size: str, keep: Path) -> int:
    """How many sheets the open page is printed on."""
    pdf = page.pdf(path=keep, format=size)
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def as_it_is(found: Statement) -> Statement:
    return found


def lived_in(found: Statement) -> Statement:
    """What a busy month of a small firm comes to; its days as a chart."""
    days = tuple(
        changed(day, ms=n % 5 * 20 * MINUTE, probable=n % 7 * 3, confirmed=n % 7 * 2)
        for n, day in enumerate(found.days)
    )
    time = tuple(
        TimeLine(one, ACTIVITY_WORDS[one], estimated, (n + 1) * HOUR, 4_000 * (n + 1), 9, "time?x=1")
        for n, (one, estimated) in enumerate([*((a, False) for a in ACTIVITIES), ("write", True)])
    )
    figures = tuple(_larger(figure) for figure in found.figures)
    costs = tuple(
        changed(per, count=165, cost=28_738, each=17_401, low=15_033, high=20_499, words="said")
        for per in found.costs
    )
    return changed(found, days=days, time=time, figures=figures, costs=costs)


def _larger(figure: Figure) -> Figure:
    n = 1_234 if figure.unit == "count" else 123_456
    ranged = (1_166.3, 1_304.8) if figure.low is not None else (None, None)
    return Figure(figure.key, figure.label, n, figure.unit, 1_234, ranged[0], ranged[1], figure.rows)


def all_at_once(found: Statement) -> Statement:
    """Everything that a statement can have to say, and a trial's verdict."""
    busy = lived_in(found)
    time = tuple(
        changed(busy.time[0], activity=activity, label=f"{ACTIVITY_WORDS[activity]}{more}", ms=n % 8 * HOUR)
        for n, (more, activity) in enumerate(
            itertools.product(("", ", in other apps (estimated)"), ACTIVITIES), 1
        )
    )
    money = [figure for figure in busy.figures if figure.key.startswith("money.")]
    more = tuple(
        changed(one, key=f"money.{code}.x", label=one.label.replace("EUR", code), unit=code)
        for code in ("CHF", "DKK", "NOK", "SEK", "USD")
        for one in money
    )
    known = unknown.not_known(
        unknown.Circumstances(
            over=False, until=found.until, unmeasured=12, measured_ms=0, estimated_ms=HOUR, hourly_cost=0,
            any_visit=True, visits=1_234, confirmed=0, unsure=1_234, any_lead=False, any_sale=False, sales=1_234,
            untrailed=1_200, remote_followers=1_234, foreign=("CHF", "DKK", "NOK", "SEK", "USD"),
            trial_runs=True, trial_waived=True,
            start=starts.words(BEGUN, "Europe/Berlin", "Maximiliane Wohlgemuth"),
        )
    )  # fmt: skip
    trial = f"Your trial of pages, 3 August to 25 October 2026: {TITLES['do_not_start']}. {max(SENTENCES.values(), key=len)}"
    enough = Enough(
        "A post pays for its time at about 12345 followers (range 10234 to 23456, 512 posts). You have 1234. It needs "
        "123.4 visits for that; 10.2 to 23.4 visits more a post for each 100 followers. That is far beyond the 1234 "
        "you have had: take it as a direction, not a promise.",
        512,
    )
    seen = steps.Seen(
        over=True, waiting=123, received=1_234, posts=0, total_ms=HOUR, write_ms=HOUR, cost=1, money=2, trial=trial
    )  # fmt: skip
    return changed(
        busy,
        firm=LONG,
        time=time,
        figures=(*busy.figures, *more),
        not_known=known,
        steps=steps.steps(seen, known, enough),
    )


WORLDS: dict[str, Callable[[Statement], Statement]] = {
    "new": as_it_is,
    "lived_in": lived_in,
    "all_at_once": all_at_once,
}


@pytest.mark.parametrize("kind", ["week", "month", "empty"])
@pytest.mark.parametrize("world", WORLDS)
def test_one_sheet(
    chromium: Browser, shop: Bakery, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, world: str, kind: str
) -> None:
    real = report.statement
    monkeypatch.setattr(report, "statement", lambda tx, period, now: WORLDS[world](real(tx, period, now)))
    today = day_of(now_ms(), BERLIN)
    period = {
        "week": week_of(today, BERLIN).name,
        "month": month_of(today, BERLIN).name,
        "empty": month_of(day_of(day_start(today, BERLIN) - 70 * 24 * HOUR, BERLIN), BERLIN).name,
    }[kind]
    jana = shop.window(chromium, "desktop")
    page = jana.page
    page.goto(f"{shop.server.url}/statement?period={period}")
    for size in SIZES:
        assert sheets(page, size, tmp_path / f"{world}-{kind}-{size}.pdf") == 1, size
    jana.close()


def test_what_has_no_room_is_told(chromium: Browser, shop: Bakery, monkeypatch: pytest.MonkeyPatch) -> None:
    real = report.statement
    monkeypatch.setattr(report, "statement", lambda tx, period, now: all_at_once(real(tx, period, now)))
    jana = shop.window(chromium, "desktop")
    page = jana.page
    page.goto(f"{shop.server.url}/statement")
    told = page.locator(".paper", has_text=re.compile(r"^and \d+ more on the page"))
    for line in told.all():
        expect(line).to_be_hidden()
    page.emulate_media(media="print")
    expect(told).to_have_count(4)  # money, activities, what is not known, what to do
    for line in told.all():
        expect(line).to_be_visible()
    # what the trial says, and what the figures are not, is never left off
    expect(page.locator("#todo")).to_contain_text("Your trial of pages, 3 August to 25 October 2026")
    for words in (
        "What would have come without any of this",
        "The trial began without a baseline",
        "Posting began on 22 September 2026 with 14 days of visits counted before it",
    ):
        expect(page.locator(".unknown li", has_text=words)).to_be_visible()
    # nothing that is read is smaller than 8.5 pt (11.33 px)
    small = page.locator(".figures th, .figures td, .unknown li, .todo li, .heads p").evaluate_all(
        "all => all.filter(e => e.checkVisibility() && !e.closest('thead')).map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(small) >= 11.3
    jana.close()
