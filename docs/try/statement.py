"""The statement of the week against what was put in: its CSV, its page, and the rows behind its figures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import figures
from figures import Cell, Page, Span, Table, exact
from outside import Browser

AT_ONCE = 100  # rows on a page
COUNTED = ("answers.", "visits.", "site.", "leads.", "sales.")  # figures with a range
LABELS = {
    "posts.written": "Posts",
    "posts.boosts": "Passed on",
    "delivered.total": "Delivered to homes",
    "delivered.followers": "Different followers",
    "answers.given": "Answers given",
    "answers.received": "Wrote to you",
    "answers.waiting": "Still waiting",
    "visits.confirmed": "Visits, confirmed people, by your links",
    "visits.probable": "Visits, probable people (with the confirmed), by your links",
    "visits.unsure": "Visits, unsure, by your links",
    "visits.machine": "Visits, machines, by your links",
    "site.confirmed": "Visits, confirmed people, all",
    "site.probable": "Visits, probable people (with the confirmed), all",
    "site.unsure": "Visits, unsure, all",
    "site.machine": "Visits, machines, all",
    "leads.all": "Leads reported",
    "leads.trail": "Leads observed with a trail",
    "sales.all": "Sales reported",
    "sales.trail": "Sales observed with a trail",
    "sales.refunds": "Refunds",
    "money.all": "Money reported, refunds taken off, EUR",
    "money.trail": "Money observed with a trail, refunds taken off, EUR",
}
WAY = "Came by: "
PER = {
    "posts.written": "Cost per post",
    "answers.given": "Cost per answer",
    "visits.probable": "Cost per probable visit by your links",
    "leads.trail": "Cost per lead with a trail",
    "sales.trail": "Cost per sale with a trail",
}
SECTIONS = {
    "posts": "done",
    "delivered": "heard",
    "answers.received": "heard",
    "answers": "done",
    "visits": "visits",
    "site": "site",
}


@dataclass
class Went:
    """What was put in. `time`: ms by the statement's label; `count`: by the keys of LABELS; `money`
    in cents: reported, and of it with a trail; `n`: how many reports each of the two sums has."""

    hourly: int
    time: dict[str, Span] = field(default_factory=dict)
    count: dict[str, int] = field(default_factory=dict)
    money: dict[str, int] = field(default_factory=dict)
    n: dict[str, int] = field(default_factory=dict)

    @property
    def cost(self) -> Span:
        """What all of the time costs: every line is rounded by itself."""
        return sum((figures.cost(ms, self.hourly) for ms in self.time.values()), exact(0))


def compare(table: Table, went: Went, browser: Browser, period: str, today: str) -> None:
    """Reads the statement of `period` as CSV and as a page, and compares every figure."""
    said = figures.read_csv(browser.get(f"/statement.csv?period={period}").text)
    page = Page(browser.get(f"/statement?period={period}").text)
    _time(table, went, said, page)
    for key, label in LABELS.items():
        cell = said["figure", label]
        if key in went.money:
            table.among(label, figures.decimals(exact(went.money[key])), cell.value)
            table.same(f"{label}: n", str(went.n[key]), cell.n, detail=True)
            shown = figures.money(exact(went.money[key]))
        else:
            _count(table, key, went.count[key], cell, went)
            shown = [figures.count(went.count[key])]
        section = SECTIONS.get(key) or SECTIONS.get(key.partition(".")[0], "brought")
        table.among(f"{label}: on the page", shown, _on_page(page, section, cell), detail=True)
        _rows(table, key, went, cell, browser)
    _ways(table, went, said, browser)
    _each(table, went, said, page)
    _days(table, went.count["visits.probable"], said, today)
    known = {
        ("figure", "Time"),
        ("figure", "Cost of the time"),
        ("figure", "Cost of tools"),
        ("figure", "Cost, time and tools"),
        *(("figure", one) for one in LABELS.values()),
        *(key for key in said if key[1].startswith(WAY)),
    }
    more = {key for key in said if key[0] == "figure"} - known
    table.same("Figures that nobody put in", set(), more, detail=True)


def _time(table: Table, went: Went, said: Mapping[tuple[str, str], Cell], page: Page) -> None:
    for label, ms in went.time.items():
        table.among(f"Minutes, {label}", figures.minutes(ms), said["time", label].value)
        price = figures.decimals(figures.cost(ms, went.hourly))
        table.among(f"Cost, {label}", price, said["cost", label].value)
        shown = _on_page(page, "time", said["time", label])
        table.among(f"Minutes, {label}: on the page", figures.spent(ms), shown, detail=True)
    every = {key[1] for key in said if key[0] == "time"}
    table.same("Kinds of time", sorted(went.time), sorted(every), detail=True)
    total = sum(went.time.values(), exact(0))
    table.among("Minutes, all", figures.minutes(total), said["figure", "Time"].value)
    table.among(
        "Cost, all of the time", figures.decimals(went.cost), said["figure", "Cost of the time"].value
    )
    table.same("Cost of tools: none was named", "0.00", said["figure", "Cost of tools"].value, detail=True)
    cost = said["figure", "Cost, time and tools"]
    table.among("Cost, all", figures.decimals(went.cost), cost.value)
    table.among("Cost: on the page", figures.money(went.cost), _on_page(page, "heads", cost), detail=True)


def _count(table: Table, key: str, went_in: int, cell: Cell, went: Went) -> None:
    label = LABELS[key]
    table.same(label, str(went_in), cell.value)
    n = {"delivered.total": "posts.written", "delivered.followers": "posts.written"}
    n["answers.waiting"] = "answers.received"
    table.same(f"{label}: n", str(went.count[n.get(key, key)]), cell.n, detail=True)
    bounds = ("", "")
    if key.startswith(COUNTED) and key != "answers.waiting":
        low, high = figures.poisson_range(went_in)
        bounds = (f"{low:.2f}", f"{high:.2f}")
    table.same(f"{label}: range", bounds, (cell.low, cell.high), detail=True)


def _on_page(page: Page, section: str, cell: Cell) -> str:
    """The next figure of this section with these rows; several may stand on the same ones."""
    found = page.figures.get((section, figures.rows_page(cell.rows)), [])
    return found.pop(0) if found else "nothing"


def _rows(table: Table, key: str, went: Went, cell: Cell, browser: Browser) -> None:
    rows = rows_of(browser, cell.rows)
    if key.startswith("delivered."):
        behind, wanted = sum(int(row[-1]) for row in rows), went.count["delivered.total"]
    elif key in went.money:
        behind, wanted = len(rows), went.n[key]
    else:
        behind, wanted = len(rows), went.count[key]
    table.same(f"{LABELS[key]}: rows behind it", wanted, behind, detail=True)


def _ways(table: Table, went: Went, said: Mapping[tuple[str, str], Cell], browser: Browser) -> None:
    """By which way people came: all links that are followed here stand in posts."""
    ways = {key[1]: cell for key, cell in said.items() if key[1].startswith(WAY)}
    social = ways.get(f"{WAY}Social networks")
    table.same(f"{WAY}Social networks", str(went.count["visits.probable"]), social.value if social else "0")
    total = sum(int(cell.value) for cell in ways.values())
    table.same(f"{WAY}all ways together", went.count["site.probable"], total, detail=True)
    for label, cell in ways.items():
        rows = len(rows_of(browser, cell.rows))
        table.same(f"{label}: rows behind it", int(cell.value), rows, detail=True)


def _each(table: Table, went: Went, said: Mapping[tuple[str, str], Cell], page: Page) -> None:
    for key, label in PER.items():
        cell, k = said["cost of each", label], went.count[key]
        each = figures.share(went.cost, k)
        table.among(label, figures.decimals(each), cell.value)
        least, most = figures.poisson_range(k)
        for end, mean, given in (("low", most, cell.low), ("high", least, cell.high)):
            bound = Span(round(went.cost.low / mean), round(went.cost.high / mean))
            table.among(f"{label}: {end}", figures.decimals(bound), given, detail=True)
        shown = _on_page(page, "each", cell)
        table.among(f"{label}: on the page", figures.money(each), shown, detail=True)


def _days(table: Table, probable: int, said: Mapping[tuple[str, str], Cell], today: str) -> None:
    days: Iterable[str] = (key[1] for key in said if key[0] == "day")
    for day in days:
        went_in = probable if day == today else 0
        table.same(f"Probable visits on {day}", str(went_in), said["day", day].value, detail=True)


def rows_of(browser: Browser, address: str) -> list[list[str]]:
    """All rows at an address of the statement, page by page."""
    found: list[list[str]] = []
    while len(found) % AT_ONCE == 0:
        page = Page(browser.get(f"{figures.rows_page(address)}&skip={len(found)}").text)
        if not page.rows:
            break
        found += page.rows
    return found


def visits_so_far(browser: Browser, period: str) -> dict[str, int]:
    """All visits of the period up to now, by class."""
    said = figures.read_csv(browser.get(f"/statement.csv?period={period}").text)
    classes = ("confirmed", "probable", "unsure", "machine")
    return {name: int(said["figure", LABELS[f"site.{name}"]].value) for name in classes}
