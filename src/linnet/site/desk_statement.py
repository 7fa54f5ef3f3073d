"""The statement: a week or month on one page, every figure with its n and range and its rows."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.desk.statement import report, rows
from linnet.desk.statement.rules import COUNT, MS, WORDS, CostPer, Day, Figure, Statement, to_csv
from linnet.desk.visits.places import WAY_WORDS
from linnet.kernel.clock import MINUTE
from linnet.kernel.days import Period, after, before, day_of, month_of, week_of
from linnet.kernel.value import Value
from linnet.site import words
from linnet.site.desk_times import as_typed, clock, day_words, period_of, period_words, short_day, spent
from linnet.site.frame import Frame, Visit
from linnet.site.office import csv_file
from linnet.site.one_sheet import one_sheet

ROWS_AT_ONCE = 100

# Where a sentence sends people.
STEPS = {
    "answers": ("/answers", "Answers"),
    "plan": ("/plan", "Plan"),
    "trial": ("/desk/trial", "The trial"),
    "settings/time": ("/time", "Time"),
    "desk/trial": ("/desk/trial", "The trial"),
    "settings/firm": ("/settings#firm", "Settings"),
    "settings/sites": ("/links/snippet", "How to count on your website"),
    "settings/sales": ("/sales", "Sales"),
    "settings/deliveries": ("/settings/deliveries", "Deliveries"),
}

# The chart: all lengths in its own units.
WIDE, TALL, SECOND_TALL = 720, 130, 70
LEFT, TOP, BETWEEN, FOOT = 34, 18, 34, 22


class Bar(Value):
    """A day in the chart: where its column begins, how wide, and the height of each part."""

    x: float
    width: float
    probable: float
    confirmed: float
    minutes: float
    label: str
    day: Day


class Chart(Value):
    """Two rows of bars over the same days. Tops in the chart's own units."""

    bars: list[Bar]
    most_visits: int
    most_minutes: int
    height: int
    words: str


class Row(Value):
    """A figure as a line: its value, how far it can be trusted, and where its rows are. `n` is ''
    where the value says it already."""

    label: str
    value: str
    n: str
    range: str
    href: str


class Section(Value):
    """Lines under a heading."""

    id: str
    name: str
    rows: list[Row]


async def page(visit: Visit) -> Response:
    """The statement of `period` (2026-W48, 2026-11; by default the week that runs)."""
    zone = visit.zone
    period = period_of(visit.query("period"), zone, visit.now)
    found: Statement = await visit.db.read(report.statement, period, visit.now)
    middle = period.first if period.kind == "month" else period.last
    today = day_of(visit.now, zone)
    return visit.render(
        "desk/statement.html",
        title=f"Statement, {period_words(period)}",
        activity="manage",
        statement=found,
        period=period,
        name=period_words(period),
        period_before=before(period, zone).name,
        period_after=after(period, zone).name if period.last < today else "",
        week=week_of(min(period.last, today) if period.kind == "month" else period.first, zone).name,
        month=month_of(middle, zone).name,
        heads=_heads(found),
        benefits=_sections(found, _BENEFITS),
        drawbacks=_sections(found, _DRAWBACKS),
        came=[_row(figure) for figure in found.figures if figure.key.startswith("came.")],
        each=[_each(per) for per in found.costs],
        chart=_chart(found.days),
        sheet=one_sheet(found),
        steps=STEPS,
        spent=spent,
        short_day=short_day,
        href=_href,
    )


def _href(address: str) -> str:
    what, _, query = address.partition("?")
    return f"/statement/rows/{what}?{query}"


def _value(figure: Figure) -> str:
    if figure.unit == MS:
        return spent(figure.value)
    if figure.unit == COUNT:
        return words.count(figure.value)
    return words.money(figure.value, figure.unit)


def _range(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return (
        f"{figure.low:.0f} to {figure.high:.0f}"
        if figure.value >= 10
        else f"{figure.low:.1f} to {figure.high:.1f}"
    )


def _row(figure: Figure) -> Row:
    n = "" if figure.unit == COUNT and figure.n == figure.value else words.count(figure.n)
    return Row(_label(figure), _value(figure), n, _range(figure), _href(figure.rows))


def _label(figure: Figure) -> str:
    """Its label without what the heading of its section says."""
    label = (
        figure.label.removesuffix(", by your links").removesuffix(", all").removesuffix(f", {figure.unit}")
    )
    bare = label.removeprefix("Visits, ").removeprefix("Came by: ")
    return bare[:1].upper() + bare[1:]


# The keys of the figures begin so; each figure stands once.
_BENEFITS = (
    ("visits", "Who came by your links", ("visits.",)),
    ("brought", "What was asked and sold", ("leads.", "sales.", "money.")),
    ("heard", "Who heard and who wrote", ("delivered.", "answers.received")),
    ("site", "Who came at all", ("site.",)),
)
_DRAWBACKS = (("done", "What you did for it", ("posts.", "answers.given", "answers.waiting")),)


def _sections(found: Statement, which: Sequence[tuple[str, str, tuple[str, ...]]]) -> list[Section]:
    return [
        Section(id, name, [_row(figure) for figure in found.figures if figure.key.startswith(starts)])
        for id, name, starts in which
    ]


class Head(Value):
    """One of the three things to see at once."""

    name: str
    value: str
    said: str
    href: str


def _heads(found: Statement) -> list[Head]:
    time, cost = found.figure("time.total"), found.figure("cost.total")
    probable, confirmed = found.figure("visits.probable"), found.figure("visits.confirmed")
    sales, leads = found.figure("sales.trail"), found.figure("leads.trail")
    money = found.figure(f"money.{found.currency}.trail")
    of = f"{words.some(sales.value, 'sale')} and {words.some(leads.value, 'lead')} with a trail"
    return [
        Head("It cost", _value(cost), f"{_value(time)} of time", _href(cost.rows))
        if time.value or cost.value
        else Head("It cost", "Not known", "no time was recorded", _href(cost.rows)),
        Head(
            "People came by your links",
            words.some(probable.value, "visit"),
            f"range {_range(probable)}; {words.count(confirmed.value)} confirmed",
            _href(probable.rows),
        ),
        Head("It was followed by", _value(money), of, _href(money.rows)),
    ]


def _each(per: CostPer) -> Row:
    if per.each is None or per.low is None or per.high is None:
        said = (
            f"no result; {words.money(per.cost, per.currency)} spent"
            if per.cost
            else "not known: it cost nothing here"
        )
        return Row(per.label, said, words.count(per.count), "", _href(per.rows))
    low, high = (words.money(amount, per.currency) for amount in (per.low, per.high))
    return Row(
        per.label,
        words.money(per.each, per.currency),
        words.count(per.count),
        f"{low} to {high}",
        _href(per.rows),
    )


def _chart(days: tuple[Day, ...]) -> Chart:
    step = (WIDE - LEFT) / len(days)
    visits = max(*(day.probable for day in days), 1)
    minutes = max(*(round(day.ms / MINUTE) for day in days), 1)
    every = 1 if len(days) <= 7 else 7
    bars = [
        Bar(
            round(LEFT + at * step + step * 0.14, 1),
            round(step * 0.72, 1),
            round(day.probable / visits * TALL, 1),
            round(day.confirmed / visits * TALL, 1),
            round(day.ms / MINUTE / minutes * SECOND_TALL, 1),
            (short_day(day.day)[:6].rstrip() if every == 1 else str(int(day.day[-2:])))
            if at % every == 0
            else "",
            day,
        )
        for at, day in enumerate(days)
    ]
    best = max(days, key=lambda day: day.probable)
    said = (
        f"Most probable visits on {day_words(best.day)}: {best.probable}."
        if best.probable
        else "No visits yet."
    )
    return Chart(bars, visits, minutes, TOP + TALL + BETWEEN + SECOND_TALL + FOOT, said)


async def download(visit: Visit) -> Response:
    """The same as CSV."""
    period = period_of(visit.query("period"), visit.zone, visit.now)
    found = await visit.db.read(report.statement, period, visit.now)
    return csv_file(visit, to_csv(found), f"statement-{period.name}.csv")


# the rows behind a figure

TITLES = {
    "time": "Time by day and activity",
    "tools": "Tools",
    "posts": "Posts",
    "deliveries": "Deliveries",
    "answers": "Answers",
    "received": "Who wrote to you",
    "visits": "Visits",
    "leads": "Leads",
    "sales": "Sales",
}


async def the_rows(visit: Visit) -> Response:
    """The rows behind a figure, a hundred at a time."""
    what = visit.request.path_params["what"]
    pairs = parse_qsl(visit.request.url.query, keep_blank_values=True)
    skip = next(
        (int(value) for key, value in pairs if key == "skip" and re.fullmatch(r"\d{1,6}", value, re.ASCII)), 0
    )
    query = urlencode([(key, value) for key, value in pairs if key != "skip"])
    table = await visit.db.read(rows.rows, f"{what}?{query}", visit.now, n=ROWS_AT_ONCE, skip=skip)
    zone = visit.zone

    def cell(kind: str, value: str | int | None) -> str:
        if value is None:
            return ""
        if kind == "at":
            return f"{short_day(day_of(int(value), zone))}, {clock(int(value), zone)}"
        if kind == "ms":
            return spent(int(value))
        if kind == "day":
            return short_day(str(value))
        if kind == "count":
            return words.count(int(value))
        return as_typed(str(value))

    given = dict(pairs)
    return visit.render(
        "desk/rows.html",
        title=TITLES.get(table.what, table.what.capitalize()),
        table=table,
        cell=cell,
        given=given,
        narrowed=[
            _narrowed(key, value) for key, value in pairs if value and key not in {"from", "to", "skip"}
        ],
        first=day_words(given["from"]),
        last=day_words(given["to"]),
        back=_period_name(given["from"], given["to"], visit),
        next=f"{visit.request.url.path}?{query}&skip={skip + ROWS_AT_ONCE}" if table.more else "",
    )


_NARROWED = {
    "trail": {"yes": "with a trail", "no": "without a trail"},
    "estimated": {"yes": "estimated", "no": "measured or written down"},
    "kind": {"written": "your own", "boost": "passed on", "sale": "sales", "refund": "refunds"},
    "class": {"machine": "machines", "probable": "probable people", "confirmed": "confirmed people"},
    "by": {"link": "by your links"},
    "came": WAY_WORDS,
    "activity": WORDS,
}


def _narrowed(by: str, value: str) -> str:
    return _NARROWED.get(by, {}).get(value, value)


def _period_name(first: str, last: str, visit: Visit) -> str:
    periods: list[Period] = [week_of(first, visit.zone), month_of(first, visit.zone)]
    return next((p.name for p in periods if (p.first, p.last) == (first, last)), periods[0].name)


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/statement", page, who="member"),
        frame.get("/statement.csv", download, who="member"),
        frame.get("/statement/rows/{what}", the_rows, who="member"),
    ]
