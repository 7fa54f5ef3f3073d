"""Figures as they went in, beside those that the statement says."""

import csv
import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser

THIN, FIXED = "\u202f", "\u00a0"  # the spaces of the pages
MINUTE = 60_000


@dataclass(frozen=True)
class Span:
    """A number known to lie between two others: what a clock was asked before and after."""

    low: int
    high: int

    def __add__(self, other: "Span") -> "Span":
        return Span(self.low + other.low, self.high + other.high)

    def each(self) -> range:
        """Every whole number in it."""
        return range(self.low, self.high + 1)

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


def exact(number: int) -> Span:
    """A number that is known."""
    return Span(number, number)


@dataclass(frozen=True)
class Row:
    """One comparison. `detail`: printed only when it is not equal."""

    what: str
    went_in: str
    said: str
    equal: bool
    detail: bool


@dataclass
class Table:
    """What went in, what is said, and whether the one is the other."""

    rows: list[Row] = field(default_factory=list)

    def same(self, what: str, went_in: object, said: object, *, detail: bool = False) -> None:
        """Two things that must be equal."""
        self.rows.append(Row(what, str(went_in), str(said), went_in == said, detail))

    def among(self, what: str, may_be: Iterable[str], said: str, *, detail: bool = False) -> None:
        """A text that must be one of these."""
        all_of = list(dict.fromkeys(may_be))
        shown = all_of[0] if len(all_of) == 1 else f"{all_of[0]} to {all_of[-1]}"
        self.rows.append(Row(what, shown, said, said in all_of, detail))

    @property
    def wrong(self) -> int:
        """How many are not equal."""
        return sum(not row.equal for row in self.rows)

    def lines(self, head: Sequence[str]) -> Iterator[str]:
        """The table as text, with one line for all details that are right."""
        shown = [row for row in self.rows if not row.detail or not row.equal]
        texts = [tuple(head), *((r.what, r.went_in, r.said, "yes" if r.equal else "NO") for r in shown)]
        widths = [max(len(text[at]) for text in texts) for at in range(4)]
        for text in texts:
            yield "  ".join(cell.ljust(width) for cell, width in zip(text, widths, strict=True)).rstrip()
        quiet = len(self.rows) - len(shown)
        if quiet:
            yield f"and {quiet} more comparisons, all equal"


@dataclass(frozen=True)
class Cell:
    """A line of the statement's CSV."""

    value: str
    n: str
    low: str
    high: str
    rows: str


def read_csv(text: str) -> dict[tuple[str, str], Cell]:
    """The statement's CSV by section and label."""
    lines = csv.DictReader(text.removeprefix("\ufeff").splitlines())
    return {
        (line["section"], line["what"]): Cell(
            line["value"], line["n"], line["low"], line["high"], line["rows"]
        )
        for line in lines
    }


class Page(HTMLParser):
    """The figures of the statement's page: by section and by the address of their rows, in order.
    Of a page of rows: how many there are."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.figures: dict[tuple[str, str], list[str]] = {}
        self.rows: list[list[str]] = []
        self._section, self._cell, self._address, self._body = "heads", False, "", False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "section":
            self._section = given.get("aria-labelledby") or ""
        self._body = (self._body or tag == "tbody") and tag != "table"
        if tag == "tr" and self._body:
            self.rows.append([])
        if tag == "p":
            self._cell = "big" in (given.get("class") or "").split()
        if tag == "td":
            self._cell = "figure" in (given.get("class") or "").split()
            if self._body:
                self.rows[-1].append("")
        if tag == "a":
            self._address = given.get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "tr", "table", "p"}:
            self._cell, self._address = False, ""
        if tag == "tbody":
            self._body = False

    def handle_data(self, data: str) -> None:
        if self._cell and self._address:
            self.figures.setdefault((self._section, self._address), []).append(data.strip())
        if self._body and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def rows_page(address: str) -> str:
    """Where the rows behind a figure are shown."""
    return f"/statement/rows/{address}"


# -- how numbers are written --------------------------------------------------------------------


def minutes(ms: Span) -> list[str]:
    """As the CSV writes a time."""
    return [f"{one / MINUTE:.1f}" for one in ms.each()]


def spent(ms: Span) -> list[str]:
    """As the page writes a time."""
    whole = [(one + MINUTE // 2) // MINUTE for one in ms.each()]
    return [
        f"{one // 60} h {one % 60:02d} min" if one >= 60 else f"{one} min" if one else "under 1 min"
        for one in whole
    ]


def decimals(amount: Span) -> list[str]:
    """As the CSV writes money."""
    return [f"{'-' if one < 0 else ''}{abs(one) // 100}.{abs(one) % 100:02d}" for one in amount.each()]


def money(amount: Span) -> list[str]:
    """As the page writes euros."""
    return [
        f"{'−' if one < 0 else ''}{count(abs(one) // 100)}.{abs(one) % 100:02d}{FIXED}€"  # noqa: RUF001
        for one in amount.each()
    ]


def count(number: int) -> str:
    """As the page writes a number."""
    return re.sub(r"(?<=\d)(?=(?:\d{3})+$)", THIN, str(number))


def cost(ms: Span, hourly: int) -> Span:
    """What a time costs in minor units, half a unit rounded up."""
    low, high = ((one * hourly * 2 + 3_600_000) // 7_200_000 for one in (ms.low, ms.high))
    return Span(low, high)


def share(amount: Span, parts: int) -> Span:
    """An amount divided, half a unit rounded up."""
    low, high = ((one * 2 + parts) // (2 * parts) for one in (amount.low, amount.high))
    return Span(low, high)


def poisson_range(k: int) -> tuple[float, float]:
    """The exact 95 % range of the mean behind a count of `k`, straight from its definition: the
    means under which `k` or more, and `k` or fewer, have a chance of 2.5 %."""

    def fewer_than(number: int, mean: float) -> float:
        return math.fsum(math.exp(-mean + i * math.log(mean) - math.lgamma(i + 1)) for i in range(number))

    def halve(too_low: Callable[[float], bool], top: float) -> float:
        low, high = 1e-12, top
        for _ in range(100):
            middle = (low + high) / 2
            low, high = (middle, high) if too_low(middle) else (low, middle)
        return low

    top = k + 20 * math.sqrt(k + 1) + 20
    least = 0.0 if k == 0 else halve(lambda mean: 1 - fewer_than(k, mean) < 0.025, top)
    return least, halve(lambda mean: fewer_than(k + 1, mean) > 0.025, top)
