"""The rows behind a number of the statement: every address that it names can be opened."""

from collections.abc import Callable

from linnet.db.tx import Tx
from linnet.desk.effort import spent, totals
from linnet.desk.effort.rules import ACTIVITIES
from linnet.desk.firm import queries as firms
from linnet.desk.firm.rules import Firm
from linnet.desk.sales import queries as sales_queries
from linnet.desk.sales import trails
from linnet.desk.statement import queries
from linnet.desk.statement.queries import VisitsWanted
from linnet.desk.statement.report import kinds_of
from linnet.desk.statement.rules import Address, parse_address
from linnet.desk.visits.campaign import said_of
from linnet.kernel.clock import zone
from linnet.kernel.days import day_start, next_day
from linnet.kernel.errors import Invalid
from linnet.kernel.money import show
from linnet.kernel.value import Value

MOST = 500  # rows at a time

Cell = str | int | None


class Table(Value):
    """Rows of one kind. `columns`: (name, what its cells are: text, day, at, ms, count, post or
    code); `more`: there are others behind these."""

    what: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: bool


class _Asked(Value):
    """What to look for."""

    firm: Firm
    at: Address
    start: int
    end: int
    n: int
    skip: int
    now: int


def rows(tx: Tx, where: str, now: int, *, n: int = 100, skip: int = 0) -> Table:
    """The rows at an address of the statement (`Figure.rows`), `n` of them behind the first
    `skip`. Raises Invalid for what is no address, NotFound before the set-up."""
    at = parse_address(where)
    firm = firms.must_firm(tx)
    own = zone(firm.time_zone)
    if not (1 <= n <= MOST and 0 <= skip <= 10**6):
        raise Invalid("n", f"must be 1 to {MOST}")
    start, end = day_start(at.first, own), day_start(next_day(at.last), own)
    columns, found = _READ[at.what](tx, _Asked(firm, at, start, end, n + 1, skip, now))
    return Table(at.what, columns, tuple(found[:n]), len(found) > n)


Columns = tuple[tuple[str, str], ...]
Found = tuple[Columns, list[tuple[Cell, ...]]]

_TEXT = 300


def _time(tx: Tx, asked: _Asked) -> Found:
    """By day and activity, nobody's name: that is between a person and their own page."""
    sums: dict[tuple[str, str, bool], int] = {}
    filters = asked.at.filters
    for time in totals.day_times(tx, asked.firm.account_id, asked.at.first, asked.at.last, asked.now):
        estimated = time.source == "app"
        if filters.get("activity", time.activity) != time.activity:
            continue
        if filters.get("estimated", "yes" if estimated else "no") != ("yes" if estimated else "no"):
            continue
        key = (time.day, time.activity, estimated)
        sums[key] = sums.get(key, 0) + time.ms
    order = {activity: at for at, activity in enumerate(ACTIVITIES)}
    found: list[tuple[Cell, ...]] = [
        (day, activity, "estimated" if estimated else "", ms)
        for (day, activity, estimated), ms in sorted(
            sums.items(),
            key=lambda item: (item[0][0], order[item[0][1]], item[0][2]),  # type: ignore[index] # an Activity
        )
    ]
    columns = (("Day", "day"), ("Activity", "text"), ("", "text"), ("Time", "ms"))
    return columns, found[asked.skip : asked.skip + asked.n]


def _tools(tx: Tx, asked: _Asked) -> Found:
    """What is paid by the month, as much as falls on these days."""
    cost = spent.of_period(tx, asked.at.first, asked.at.last, asked.now)
    found: list[tuple[Cell, ...]] = [
        (line.name, line.days, show(line.cost, line.currency)) for line in cost.tool_lines
    ]
    return (("Tool", "text"), ("Days", "count"), ("Cost", "text")), found[asked.skip : asked.skip + asked.n]


def _posts(tx: Tx, asked: _Asked) -> Found:
    return _post_table(tx, asked, asked.at.filters.get("kind", "written"))


def _answers(tx: Tx, asked: _Asked) -> Found:
    return _post_table(tx, asked, "answer")


def _post_table(tx: Tx, asked: _Asked, kind: str) -> Found:
    found = queries.post_rows(
        tx, kind, asked.firm.account_id, asked.start, asked.end, n=asked.n, skip=asked.skip
    )
    columns = (("When", "at"), ("Post", "post"), ("Text", "text"))
    return columns, [(row.created_at, str(row.id), row.text[:_TEXT]) for row in found]


def _deliveries(tx: Tx, asked: _Asked) -> Found:
    found = queries.post_rows(
        tx, "delivery", asked.firm.account_id, asked.start, asked.end, n=asked.n, skip=asked.skip
    )
    columns = (("When", "at"), ("Post", "post"), ("Text", "text"), ("Homes", "count"))
    return columns, [(row.created_at, str(row.id), row.text[:_TEXT], row.deliveries) for row in found]


def _received(tx: Tx, asked: _Asked) -> Found:
    state = asked.at.filters.get("state", "")
    found = queries.received_rows(
        tx,
        asked.firm.account_id,
        asked.start,
        asked.end,
        answered=state != "waiting",
        waiting=state != "answered",
        n=asked.n,
        skip=asked.skip,
    )
    columns = (("When", "at"), ("Who", "text"), ("Post", "post"), ("Text", "text"), ("State", "text"))
    return columns, [
        (
            row.created_at,
            f"@{row.handle}@{row.host}" if row.host else f"@{row.handle}",
            str(row.id),
            row.text[:_TEXT],
            "answered" if row.answered else "waiting",
        )
        for row in found
    ]


def _visits(tx: Tx, asked: _Asked) -> Found:
    filters = asked.at.filters
    kinds = kinds_of(filters["class"]) if "class" in filters else _EVERY
    found = queries.visit_rows(
        tx,
        asked.start,
        asked.end,
        kinds=list(kinds),
        account_id=asked.firm.account_id if "by" in filters else 0,
        wanted=_wanted(filters),
        n=asked.n,
        skip=asked.skip,
    )
    columns = (
        ("When", "at"),
        ("Site", "text"),
        ("Page", "text"),
        ("Link", "code"),
        ("From", "text"),
        ("Browser", "text"),
        ("Kind", "text"),
        ("Rule", "text"),
        ("Hits", "count"),
    )
    return columns, [
        (
            v.first_at,
            v.site,
            v.path,
            v.code,
            " · ".join(filter(None, (v.came, said_of(v.source, v.medium, v.campaign, v.mark), v.referrer))),
            v.agent,
            v.kind,
            v.rule,
            v.hits,
        )
        for v in found
    ]


def _wanted(filters: dict[str, str]) -> VisitsWanted:
    return VisitsWanted(
        filters.get("came", ""),
        filters.get("referrer", ""),
        filters.get("mark", ""),
        not filters.keys().isdisjoint(_WORDS),
        *(filters.get(word, "") for word in _WORDS),
    )


_WORDS = ("source", "medium", "campaign")
_EVERY = ("confirmed", "person", "unsure", "preview", "machine", "prefetch", "probe", "staff")


def _leads(tx: Tx, asked: _Asked) -> Found:
    leads = sales_queries.leads(tx, asked.start, asked.end)
    of = trails.of_leads(tx, leads, zone(asked.firm.time_zone))
    wanted = asked.at.filters.get("trail", "")
    found: list[tuple[Cell, ...]] = [
        (lead.at, lead.ref, of[lead.ref].code, of[lead.ref].last_click, of[lead.ref].words, lead.heard)
        for lead in leads
        if not wanted or of[lead.ref].observed == (wanted == "yes")
    ]
    columns = (
        ("When", "at"),
        ("Lead", "text"),
        ("Link", "code"),
        ("Last click", "at"),
        ("Why", "text"),
        ("Heard of you", "text"),
    )
    return columns, found[asked.skip : asked.skip + asked.n]


def _sales(tx: Tx, asked: _Asked) -> Found:
    filters = asked.at.filters
    sales = [
        sale
        for sale in sales_queries.sales(tx, asked.start, asked.end)
        if filters.get("currency", sale.currency) == sale.currency
        and filters.get("kind", "refund" if sale.refund_of else "sale")
        == ("refund" if sale.refund_of else "sale")
    ]
    of = trails.of_sales(tx, sales, zone(asked.firm.time_zone))
    wanted = filters.get("trail", "")
    found: list[tuple[Cell, ...]] = [
        (
            sale.at,
            sale.ref,
            show(sale.amount, sale.currency),
            sale.refund_of,
            of[sale.ref].code,
            of[sale.ref].first_click,
            of[sale.ref].last_click,
            of[sale.ref].words,
            sale.coupon,
        )
        for sale in sales
        if not wanted or of[sale.ref].observed == (wanted == "yes")
    ]
    columns = (
        ("When", "at"),
        ("Sale", "text"),
        ("Amount", "text"),
        ("Refund of", "text"),
        ("Link", "code"),
        ("First click", "at"),
        ("Last click", "at"),
        ("Why", "text"),
        ("Coupon", "text"),
    )
    return columns, found[asked.skip : asked.skip + asked.n]


_READ: dict[str, Callable[[Tx, _Asked], Found]] = {
    "time": _time,
    "tools": _tools,
    "posts": _posts,
    "deliveries": _deliveries,
    "answers": _answers,
    "received": _received,
    "visits": _visits,
    "leads": _leads,
    "sales": _sales,
}
