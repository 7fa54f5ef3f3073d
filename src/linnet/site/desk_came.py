"""Where people came from, in a week or month: by way, by website, by campaign; each number opens its rows."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.sales.sheet import Number, write_table
from linnet.desk.statement.ranges import poisson_range
from linnet.desk.statement.rules import address
from linnet.desk.visits import figures, ways
from linnet.desk.visits.campaign import said_of
from linnet.desk.visits.figures import VisitCounts
from linnet.desk.visits.places import UNASKED, WAY_WORDS
from linnet.desk.visits.ways import CampaignRow, PlaceRow
from linnet.kernel.days import Period, after, before, day_of, month_of, week_of
from linnet.kernel.value import Value
from linnet.site.desk_times import period_of, period_words
from linnet.site.frame import Frame, Visit
from linnet.site.office import csv_file

HEADER = (
    "section", "way", "website", "source", "medium", "campaign", "click id", "probable visits", "confirmed", "low",
    "high", "rows",
)  # fmt: skip


class Came(Value):
    """What was found of a period."""

    every: VisitCounts
    ways: dict[str, VisitCounts]
    places: list[PlaceRow]
    campaigns: list[CampaignRow]


class Line(Value):
    """A number of visits as a line. `beside`: what is told in small letters; `range`: of the count."""

    label: str
    beside: str
    probable: int
    confirmed: int
    range: str
    href: str


def came(tx: Tx, period: Period) -> Came:
    """Four queries."""
    since, until = period.start, period.end
    return Came(
        figures.counts(tx, since, until),
        ways.ways(tx, since, until),
        ways.places(tx, since, until),
        ways.campaigns(tx, since, until),
    )


async def page(visit: Visit) -> Response:
    """Where people came from in `period` (2026-W48, 2026-11; by default the month that runs)."""
    zone = visit.zone
    period = period_of(visit.query("period"), zone, visit.now, "month")
    found = await visit.db.read(came, period)
    middle = period.first if period.kind == "month" else period.last
    today = day_of(visit.now, zone)
    return visit.render(
        "desk/came.html",
        title="Where people came from",
        activity="manage",
        period=period,
        name=period_words(period),
        period_before=before(period, zone).name,
        period_after=after(period, zone).name if period.last < today else "",
        week=week_of(min(period.last, today) if period.kind == "month" else period.first, zone).name,
        month=month_of(middle, zone).name,
        every=found.every,
        ways=[
            _line(WAY_WORDS[way], "", counts.probable, counts.confirmed, _rows(period, came=way))
            for way, counts in sorted(found.ways.items(), key=lambda one: -one[1].probable)
            if counts.probable
        ],
        places=[
            _line(
                row.referrer,
                WAY_WORDS[row.came or UNASKED],
                row.probable,
                row.confirmed,
                _rows_of_place(period, row),
            )
            for row in found.places
        ],
        campaigns=[_campaign(row, period) for row in found.campaigns],
        listed=ways.LISTED,
    )


def _campaign(row: CampaignRow, period: Period) -> Line:
    if row.mark:
        label, beside = f"No words, marked {row.mark}", WAY_WORDS[row.came or UNASKED]
    else:
        of = said_of(row.source, row.medium, "", "")
        label = row.campaign or of
        beside = " · ".join(filter(None, (of if row.campaign else "", WAY_WORDS[row.came or UNASKED])))
    return _line(label, beside, row.probable, row.confirmed, _rows_of_campaign(period, row))


def _line(label: str, beside: str, probable: int, confirmed: int, rows: str) -> Line:
    low, high = poisson_range(probable)
    digits = 0 if probable >= 10 else 1
    return Line(
        label,
        beside,
        probable,
        confirmed,
        f"{low:.{digits}f} to {high:.{digits}f}",
        f"/statement/rows/{rows}",
    )


def _rows(period: Period, **filters: str) -> str:
    return address("visits", period, **{"class": "probable", **filters})


def _rows_of_place(period: Period, row: PlaceRow) -> str:
    return _rows(period, came=row.came or UNASKED, referrer=row.referrer)


def _rows_of_campaign(period: Period, row: CampaignRow) -> str:
    words = {"source": row.source, "medium": row.medium, "campaign": row.campaign}
    marked = {"mark": row.mark} if row.mark else {}
    return _rows(period, came=row.came or UNASKED, **words, **marked)


async def download(visit: Visit) -> Response:
    """The same as CSV."""
    period = period_of(visit.query("period"), visit.zone, visit.now, "month")
    found = await visit.db.read(came, period)
    table = write_table(HEADER, _table(found, period))
    mark = visit.firm.mark
    return csv_file(visit, f"{mark}\r\n{table}" if mark else table, f"came-{period.name}.csv")


def _table(found: Came, period: Period) -> list[tuple[str | int, ...]]:
    def row(
        section: str, way: str, told: tuple[str, ...], n: tuple[int, int], rows: str
    ) -> tuple[str | int, ...]:
        low, high = poisson_range(n[0])
        return (section, way, *told, *n, Number(f"{low:.2f}"), Number(f"{high:.2f}"), rows)

    return [
        *(
            row("way", way, ("",) * 5, (counts.probable, counts.confirmed), _rows(period, came=way))
            for way, counts in found.ways.items()
        ),
        *(
            row(
                "website",
                p.came,
                (p.referrer, "", "", "", ""),
                (p.probable, p.confirmed),
                _rows_of_place(period, p),
            )
            for p in found.places
        ),
        *(
            row(
                "campaign",
                c.came,
                ("", c.source, c.medium, c.campaign, c.mark),
                (c.probable, c.confirmed),
                _rows_of_campaign(period, c),
            )
            for c in found.campaigns
        ),
    ]


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes. They stand before those of single links."""
    return [
        frame.get("/links/came", page, who="member"),
        frame.get("/links/came.csv", download, who="member"),
    ]
