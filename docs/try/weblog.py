"""Logs of web servers: what is in one by another count, and what Linnet shows of it."""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import figures
import statement
from outside import Browser

PAGES = "htm html xhtml shtml php asp aspx jsp do cgi".split()  # noqa: SIM905 # a list to read
CLASSES = {
    "confirmed": ("confirmed",),
    "probable": ("confirmed", "person"),
    "unsure": ("unsure",),
    "machine": ("preview", "prefetch", "machine", "probe"),
}


@dataclass(frozen=True)
class Seen:
    """What is in a log: its lines, those of pages, those that cannot be read; when."""

    lines: int
    pages: int
    unreadable: int
    moments: tuple[datetime, ...]

    @property
    def report(self) -> tuple[int, int, int, int]:
        """Lines, pages, new and unreadable ones, as the first import must say them."""
        return self.lines, self.pages, self.pages, self.unreadable


@dataclass(frozen=True)
class Visit:
    """A row behind the statement's figures."""

    site: str
    page: str
    kind: str
    rule: str
    hits: int


@dataclass(frozen=True)
class Week:
    """A week of the statement, with the visits that it shows."""

    name: str
    first: date
    visits: tuple[Visit, ...]


def counted(log: bytes) -> Seen:
    """Counts a log by cutting its lines at the quotation marks."""
    lines, unreadable, moments = 0, 0, []
    for line in log.split(b"\n"):
        lines += bool(line)
        try:
            head, request, *_ = line.decode("utf-8", "replace").split('"')
            at = datetime.strptime(head.partition("[")[2].partition("]")[0], "%d/%b/%Y:%H:%M:%S %z")
            _, target, _ = request.split(" ")
        except ValueError:
            unreadable += bool(line.strip())
            continue
        name = target.partition("?")[0].rpartition("/")[2].lower()
        if "." not in name or name.rpartition(".")[2] in PAGES:
            moments.append(at.astimezone(UTC))
    return Seen(lines, len(moments), unreadable, tuple(moments))


def weeks(browser: Browser, seen: Seen, zone: str) -> list[Week]:
    """The weeks, on the firm's clock, that pages of the log are from."""
    days = {moment.astimezone(ZoneInfo(zone)).date() for moment in seen.moments}
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    return [Week(f"{day:%G-W%V}", day, tuple(_visits(browser, day))) for day in mondays]


def _visits(browser: Browser, monday: date) -> Iterator[Visit]:
    address = f"visits?from={monday}&to={monday + timedelta(days=6)}"
    for _, site, page, _, _, _, kind, rule, hits in statement.rows_of(browser, address):
        yield Visit(site, page, kind, rule, number(hits))


def compare_week(table: figures.Table, browser: Browser, week: Week) -> None:
    """The statement's figures of a week against the rows of it."""
    said = statement.visits_so_far(browser, week.name)
    for name, kinds in CLASSES.items():
        rows = sum(visit.kind in kinds for visit in week.visits)
        table.same(f"{week.name}: {name}, rows and figure", rows, said[name])


def by_rule(visits: Sequence[Visit]) -> Counter[tuple[str, str]]:
    """How many visits each rule made what."""
    return Counter((visit.kind, visit.rule) for visit in visits)


def summary(visits: Sequence[Visit]) -> Iterator[str]:
    """The visits in words: people, probable people, machines, and by which rule."""
    of = by_rule(visits)
    for name, kinds in CLASSES.items():
        parts = [f"{count} {kind} by {rule}" for (kind, rule), count in sorted(of.items()) if kind in kinds]
        total = sum(count for (kind, _), count in of.items() if kind in kinds)
        why = f" ({', '.join(parts)})" if parts else ""
        yield f"  {name}: {total} visits{why}"


def drawer(browser: Browser) -> Counter[tuple[str, str, str]]:
    """What the page "Who was counted as what" says: visits by site, class and rule."""
    said: Counter[tuple[str, str, str]] = Counter()
    page = browser.get("/links/hits").text
    for name, rows in re.findall(r'<h2 id="site-\d+">(.*?)</h2>(.*?)</section>', page, re.DOTALL):
        one = r'badge kind-(\w+)".*?\((R\w)(?:, overruled)?\).*?class="number"[^>]*>(.*?)<'
        for kind, rule, count in re.findall(one, rows, re.DOTALL):
            said[html.unescape(name), kind, rule] += number(count)
    return said


def number(text: str) -> int:
    """A number as the pages write it."""
    return int(text.replace(figures.THIN, ""))
