"""Sales: what was sold and who asked, with the trail that each left; files in and out; the key."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.sales import actions, queries, sheet, trails
from linnet.desk.sales.actions import Imported, Rejected
from linnet.desk.sales.heard import heard_of
from linnet.desk.sales.rules import ATTRIBUTION, HookKey, Lead, Sale, Trail
from linnet.kernel.days import Period, after, before, day_of
from linnet.kernel.errors import Invalid, LinnetError, NotAllowed
from linnet.kernel.value import Value, changed
from linnet.site import forms
from linnet.site.desk_times import period_of, period_words
from linnet.site.frame import Frame, Visit
from linnet.site.office import csv_file

FIELDS = ("file", "what")
LISTED = 50  # rows of a list on one page
UNKEPT = {"Cache-Control": "private, no-store"}


class Book(Value):
    """What was reported in a period."""

    sales: list[Sale]
    sale_trails: dict[str, Trail]
    leads: list[Lead]
    lead_trails: dict[str, Trail]
    keys: list[HookKey]
    odd: dict[str, str]


class Sum(Value):
    """Money of one currency, refunds taken off. `trail`: of it, what was observed with a trail."""

    currency: str
    amount: int
    trail: int


def book(tx: Tx, period: Period, visit: Visit) -> Book:
    """Sales and leads of a period with their trails, and the keys that are good."""
    sales = queries.sales(tx, period.start, period.end)
    leads = queries.leads(tx, period.start, period.end)
    return Book(
        sales,
        trails.of_sales(tx, sales, visit.zone),
        leads,
        trails.of_leads(tx, leads, visit.zone),
        queries.keys(tx, visit.now),
        trails.oddities(tx, sales),
    )


async def page(visit: Visit) -> Response:
    """A month (or week) of sales and leads."""
    return await _page(visit)


async def _page(
    visit: Visit, error: LinnetError | None = None, done: Imported | None = None, secret: str = ""
) -> Response:
    zone = visit.zone
    period = period_of(visit.query("period"), zone, visit.now, "month")
    found = await visit.db.read(book, period, visit)
    skipped, skipped_leads = (forms.whole(visit.query(name)) or 0 for name in ("skip", "skip_leads"))
    return visit.render(
        "desk/sales.html",
        title="Sales",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        headers=UNKEPT if secret else None,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        book=found,
        sales=found.sales[::-1][skipped : skipped + LISTED],
        leads=found.leads[::-1][skipped_leads : skipped_leads + LISTED],
        skipped=skipped,
        skipped_leads=skipped_leads,
        more_sales=_next(skipped, len(found.sales)),
        more_leads=_next(skipped_leads, len(found.leads)),
        sums=_sums(found),
        heard=heard_of(found.leads, {ref for ref, trail in found.lead_trails.items() if trail.observed}),
        period=period,
        span=period_words(period),
        period_before=before(period, zone).name,
        period_after=after(period, zone).name if period.last < day_of(visit.now, zone) else "",
        done=done,
        secret=secret,
        good_key=next((key for key in found.keys if key.ends_at is None), None),
        hook=f"{visit.house.settings.url}/hooks/sale",
        attribution=ATTRIBUTION,
    )


def _next(skipped: int, there: int) -> int:
    """How many are left out on the next page; 0 where this is the last."""
    return skipped + LISTED if skipped + LISTED < there else 0


def _sums(found: Book) -> list[Sum]:
    codes = sorted({sale.currency for sale in found.sales})
    return [
        Sum(
            code,
            sum(sale.amount for sale in found.sales if sale.currency == code),
            sum(s.amount for s in found.sales if s.currency == code and found.sale_trails[s.ref].observed),
        )
        for code in codes
    ]


async def take_in(visit: Visit) -> Response:
    """A CSV file of sales or leads: what can be taken is taken, the rest is said line by line."""
    visit.must("post")
    try:
        done = await _imported(visit)
    except LinnetError as error:
        return await _page(visit, error)
    return await _page(visit, done=done)


async def _imported(visit: Visit) -> Imported:
    what, file = visit.form.text("what", "sales"), visit.form.file("file")
    if what not in {"sales", "leads"}:
        raise Invalid("what", "must be sales or leads")
    if file is None:
        raise Invalid("file", "is missing: choose a CSV file")
    data = await file.read(sheet.BYTES_MOST + 1)
    if what == "sales":
        read = sheet.read_sales(data, visit.firm.currency, visit.zone)
        done = await visit.db.write(actions.import_sales, read.rows, now=visit.now)
        return _with_bad(done, read.bad)
    leads = sheet.read_leads(data, visit.zone)
    done = await visit.db.write(actions.import_leads, leads.rows, now=visit.now)
    return _with_bad(done, leads.bad)


def _with_bad(done: Imported, bad: tuple[sheet.BadLine, ...]) -> Imported:
    every = [*done.rejected, *(Rejected(line.line, line.reason) for line in bad)]
    return changed(done, rejected=tuple(sorted(every, key=lambda r: r.line)))


async def download(visit: Visit) -> Response:
    """The sales of a period as CSV."""
    period = period_of(visit.query("period"), visit.zone, visit.now, "month")
    rows = await visit.db.read(queries.sales, period.start, period.end)
    return csv_file(visit, sheet.write_sales(rows), f"sales-{period.name}.csv")


async def download_leads(visit: Visit) -> Response:
    """The leads of a period as CSV."""
    period = period_of(visit.query("period"), visit.zone, visit.now, "month")
    rows = await visit.db.read(queries.leads, period.start, period.end)
    return csv_file(visit, sheet.write_leads(rows), f"leads-{period.name}.csv")


async def new_key(visit: Visit) -> Response:
    """Makes a key that shops sign with, and shows it this once."""
    _must_own(visit)
    return await _page(visit, secret=await visit.db.write(actions.new_key, visit.now))


async def end_keys(visit: Visit) -> Response:
    """No key is good any more."""
    _must_own(visit)
    await visit.db.write(actions.revoke_keys, visit.now)
    return visit.to("/sales#key", flash="No key is good any more.")


def _must_own(visit: Visit) -> None:
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm may make and end keys.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/sales", page, who="member"),
        frame.get("/sales.csv", download, who="member"),
        frame.get("/leads.csv", download_leads, who="member"),
        frame.post("/sales", take_in, uploads=True),
        frame.post("/sales/key", new_key),
        frame.post("/sales/key/end", end_keys),
    ]
