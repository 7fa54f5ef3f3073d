"""What a statement is: figures that each carry their n, their range and the address of their rows."""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from linnet.desk.effort.rules import ACTIVITIES, Activity, DayTime, Overhead, Rate, costs
from linnet.desk.effort.words import ACTIVITY_WORDS
from linnet.desk.sales.sheet import Number, write_table
from linnet.desk.statement.ranges import poisson_range
from linnet.desk.statement.steps import Step
from linnet.desk.statement.unknown import NotKnown
from linnet.desk.visits.campaign import MARKS
from linnet.desk.visits.places import CLASSES, UNASKED
from linnet.kernel.clock import MINUTE
from linnet.kernel.days import Period, parse_day
from linnet.kernel.errors import Invalid
from linnet.kernel.money import decimal_text, show
from linnet.kernel.value import Value

COUNT, MS = "count", "ms"  # units; any other unit is a currency, and the value its minor units

DELIVERED = (
    "Delivered to: followers on this server who followed when a post was written, still do, and have it in "
    "their home. Who left since is not in it. Whether anybody read it is not measured."
)
VISITS = (
    "A visit is what one browser does on a site without a pause of 30 minutes. Confirmed: the page was seen "
    "or touched. Probable: confirmed, or a browser that behaves like a person's. Machines are previews, "
    "prefetches, probes and other programs; they are never counted as people. Where somebody came from is told by how "
    "the visit began: by one of your links, by what stands in the address, or by the website before."
)
RANGE = (
    "A range is the 95 % range of a count (exact Poisson): with the same luck, an equal week or month could have "
    "brought as few or as many."
)

WORDS = ACTIVITY_WORDS


class Figure(Value):
    """A number with what must stand beside it. `low` and `high`: 95 % range of a count, None where
    all of it was seen or measured and there is nothing to vary. `rows`: the address of its rows."""

    key: str
    label: str
    value: int
    unit: str
    n: int
    low: float | None
    high: float | None
    rows: str


class TimeLine(Value):
    """Time on one activity. `estimated`: from the calls of other apps, not measured."""

    activity: Activity
    label: str
    estimated: bool
    ms: int
    cost: int
    days: int
    rows: str


class CostPer(Value):
    """What each of `count` results cost, in minor units, with its range; None where that cannot be
    said. `words` says it whole."""

    key: str
    label: str
    cost: int
    currency: str
    count: int
    each: int | None
    low: int | None
    high: int | None
    words: str
    rows: str


class Day(Value):
    """A day of the charts."""

    day: str
    ms: int
    probable: int
    confirmed: int
    machines: int
    leads: int
    sales: int


class Statement(Value):
    """A week or month of the firm. `until`: what it knows reaches to here (ms)."""

    firm: str
    period: Period
    until: int
    over: bool
    currency: str
    time: tuple[TimeLine, ...]
    figures: tuple[Figure, ...]
    costs: tuple[CostPer, ...]
    not_known: tuple[NotKnown, ...]
    steps: tuple[Step, ...]
    days: tuple[Day, ...]
    attribution: str
    counted: tuple[str, ...]  # how things are counted, in words
    mark: str = ""  # of an invented firm: that it is one

    def figure(self, key: str) -> Figure:
        """The figure called `key`, such as visits.probable. Raises KeyError."""
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise KeyError(key)


class Address(Value):
    """Where rows are: `what`, from one day to another (both in it), and what narrows it."""

    what: str
    first: str
    last: str
    filters: dict[str, str]


# What can be asked for, and by which words it can be narrowed.
ROWS: dict[str, dict[str, tuple[str, ...]]] = {
    "time": {"activity": ACTIVITIES, "estimated": ("yes", "no")},
    "tools": {},
    "posts": {"kind": ("written", "boost")},
    "deliveries": {},
    "answers": {},
    "received": {"state": ("waiting", "answered")},
    "visits": {
        "class": ("confirmed", "probable", "unsure", "machine", "staff"),
        "by": ("link",),
        "came": (*CLASSES, UNASKED),
        "source": (),
        "medium": (),
        "campaign": (),
        "mark": ("", *MARKS),
        "referrer": (),
    },
    "leads": {"trail": ("yes", "no")},
    "sales": {"trail": ("yes", "no"), "kind": ("sale", "refund"), "currency": ()},
}


def address(what: str, period: Period, **filters: str) -> str:
    """The address of rows: visits?class=probable&from=2026-10-19&to=2026-10-25."""
    return f"{what}?{urlencode([*filters.items(), ('from', period.first), ('to', period.last)])}"


def parse_address(text: str) -> Address:
    """The opposite of `address`. Raises Invalid for anything else."""
    what, _, query = text.partition("?")
    known = ROWS.get(what)
    if known is None:
        raise Invalid("rows", f"of {what[:40]!r} are not kept")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True, max_num_fields=8)
    except ValueError as error:
        raise Invalid("rows", "have an address that cannot be read") from error
    given = dict(pairs)
    if len(given) != len(pairs):
        raise Invalid("rows", "have an address that says a thing twice")
    first, last = given.pop("from", ""), given.pop("to", "")
    days = (parse_day(last, "to") - parse_day(first, "from")).days
    if not 0 <= days <= 366:
        raise Invalid("to", "must be a day after from, within a year")
    for name, value in given.items():
        if name not in known or (known[name] and value not in known[name]):
            raise Invalid("rows", f"cannot be narrowed by {name[:40]}={value[:40]}")
    return Address(what, first, last, given)


def counted(key: str, label: str, value: int, rows: str) -> Figure:
    """A count that chance had a part in, with its range."""
    low, high = poisson_range(value)
    return Figure(key, label, value, COUNT, value, low, high, rows)


def seen(key: str, label: str, value: int, rows: str, *, unit: str = COUNT, n: int | None = None) -> Figure:
    """A number of which every part was seen: no range."""
    return Figure(key, label, value, unit, value if n is None else n, None, None, rows)


def time_lines(
    times: Sequence[DayTime],
    rates: Sequence[Rate],
    usual: int,
    period: Period,
    overheads: Sequence[Overhead] = (),
) -> tuple[TimeLine, ...]:
    """One line per activity, what is estimated apart from what was measured or written down."""
    cost = costs(times, rates, usual, overheads)
    lines = []
    for estimated in (False, True):
        for activity in ACTIVITIES:
            of = [t for t in times if t.activity == activity and (t.source == "app") == estimated]
            if of:
                spent = sum(cost[key] for key in {(t.activity, t.source) for t in of})
                lines.append(
                    TimeLine(
                        activity,
                        f"{WORDS[activity]}{', in other apps (estimated)' if estimated else ''}",
                        estimated,
                        sum(t.ms for t in of),
                        spent,
                        len({t.day for t in of}),
                        address("time", period, activity=activity, estimated="yes" if estimated else "no"),
                    )
                )
    return tuple(lines)


def cost_per(key: str, label: str, figure: Figure, cost: int, currency: str) -> CostPer:
    """Cost of each: C / k, from C / upper to C / lower end of the range of k. Never infinite: with
    no result it says what was spent."""
    k = figure.value
    each = low = high = None
    if not cost:
        words = "not known: no time with a cost was recorded"
    elif not k:
        words = f"no result, {show(cost, currency)} spent"
    else:
        least, most = poisson_range(k)
        each, low, high = (cost * 2 + k) // (2 * k), round(cost / most), round(cost / least)
        words = f"{show(each, currency)} each (n {k}, range {decimal_text(low, currency)} to {show(high, currency)})"
    return CostPer(key, label, cost, currency, k, each, low, high, words, figure.rows)


def to_csv(statement: Statement) -> str:
    """The statement as CSV: one line per number, with unit, n, range and where its rows are. That of
    an invented firm says so in its first line, before the names of the columns."""
    currency = statement.currency
    rows: list[Sequence[str | int | float | None]] = [
        ("statement", statement.firm, statement.period.name, "", None, None, None, ""),
        ("from", statement.period.first, statement.period.last, "", None, None, None, ""),
    ]
    for line in statement.time:
        minutes = Number(f"{line.ms / MINUTE:.1f}")
        rows.append(("time", line.label, minutes, "minutes", line.days, None, None, line.rows))
        cost = Number(decimal_text(line.cost, currency))
        rows.append(("cost", line.label, cost, currency, line.days, None, None, line.rows))
    rows += [("figure", figure.label, *_cells(figure), figure.rows) for figure in statement.figures]
    for per in statement.costs:
        each, low, high = (_money(amount, per.currency) for amount in (per.each, per.low, per.high))
        rows.append(("cost of each", per.label, each, per.currency, per.count, low, high, per.rows))
    rows += [
        ("day", day.day, day.probable, "probable visits", None, None, None, "") for day in statement.days
    ]
    rows += [("not known", said.words, "", "", None, None, None, "") for said in statement.not_known]
    rows += [("what to do", step.words, "", "", None, None, None, "") for step in statement.steps]
    table = write_table(("section", "what", "value", "unit", "n", "low", "high", "rows"), rows)
    return f"{statement.mark}\r\n{table}" if statement.mark else table


def _cells(figure: Figure) -> tuple[str | int | float | None, ...]:
    low = None if figure.low is None else Number(f"{figure.low:.2f}")
    high = None if figure.high is None else Number(f"{figure.high:.2f}")
    if figure.unit == MS:
        return Number(f"{figure.value / MINUTE:.1f}"), "minutes", figure.n, low, high
    if figure.unit == COUNT:
        return figure.value, COUNT, figure.n, low, high
    return Number(decimal_text(figure.value, figure.unit)), figure.unit, figure.n, low, high


def _money(amount: int | None, currency: str) -> str | None:
    return None if amount is None else Number(decimal_text(amount, currency))
