"""What it costs: time and tools of a month or week, channels side by side; and, for those who run the
firm, hourly costs, tools, and everybody's days."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.effort import actions, prices, sheet, spent, split, team, totals
from linnet.desk.effort.money import Cost, Tool
from linnet.desk.effort.rules import ACTIVITIES, PLAIN, DayTime, Overhead, Rate, overhead_on
from linnet.desk.effort.spent import Side
from linnet.desk.effort.split import Split
from linnet.desk.effort.team import Worker
from linnet.desk.effort.words import ACTIVITY_WORDS, CHANNEL_WORDS
from linnet.desk.statement import returns
from linnet.desk.statement.ranges import poisson_range
from linnet.kernel.days import Period, after, before, day_of, month_of, next_day, parse_day, week_of
from linnet.kernel.errors import Invalid, LinnetError, NotAllowed
from linnet.kernel.ids import new_id
from linnet.kernel.money import check_currency, parse_amount
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.desk_time import SPLIT_DAYS, split_words
from linnet.site.desk_times import period_of, period_words, short_day
from linnet.site.desk_times import spent as in_words
from linnet.site.frame import Frame, Visit
from linnet.site.office import csv_file

RATE_FIELDS = ("person", "hourly_cost", "since_day")
FIELDS = (*RATE_FIELDS, "overhead", "overhead_since", "name", "amount", "currency", "first", "last")


class Book(Value):
    """Everything that the page shows. `rates` by person: only for those who run the firm."""

    cost: Cost
    sides: list[Side]
    split: Split
    tools: list[Tool]
    overheads: list[Overhead]
    workers: list[Worker]
    rates: dict[int, list[Rate]]
    returns: str


def book(tx: Tx, visit: Visit, period: Period) -> Book:
    """The cost of a period, and what it is counted by."""
    cost = spent.of_period(tx, period.first, period.last, visit.now)
    last = min(period.last, day_of(visit.now, visit.zone))
    recent = totals.day_times(tx, visit.firm.account_id, next_day(last, 1 - SPLIT_DAYS), last, visit.now)
    runs = visit.runs_firm
    workers = team.workers(tx, visit.firm.account_id) if runs else []
    return Book(
        cost,
        spent.side_by_side(tx, cost),
        split.split(recent),
        prices.tools(tx),
        prices.overheads(tx),
        workers,
        team.rates(tx, {one.person_id for one in workers}) if runs else {},
        returns.words(tx, visit.firm, visit.now),
    )


async def page(visit: Visit) -> Response:
    """The cost of `period` (2026-W48, 2026-11; by default the month that runs)."""
    return await _page(visit)


async def _page(visit: Visit, error: LinnetError | None = None) -> Response:
    zone, today = visit.zone, day_of(visit.now, visit.zone)
    period = period_of(visit.query("period"), zone, visit.now, "month")
    found = await visit.db.read(book, visit, period)
    return visit.render(
        "desk/costs.html",
        title="What it costs",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        book=found,
        cost=found.cost,
        period=period,
        name=period_words(period),
        period_before=before(period, zone).name,
        period_after=after(period, zone).name if period.last < today else "",
        week=week_of(min(period.last, today) if period.kind == "month" else period.first, zone).name,
        month=month_of(period.first if period.kind == "month" else period.last, zone).name,
        split_words=split_words(found.split),
        activity_words=ACTIVITY_WORDS,
        channel_words=CHANNEL_WORDS,
        spent=in_words,
        short_day=short_day,
        today=today,
        visits_range=visits_range,
        factor=factor,
        overhead=factor(overhead_on(found.overheads, today)),
        plain=PLAIN,
    )


def visits_range(n: int) -> str:
    """The 95 % range of a count of visits: 2 to 12."""
    low, high = poisson_range(n)
    return f"{low:.0f} to {high:.0f}" if n >= 10 else f"{low:.1f} to {high:.1f}"


def factor(permille: int) -> str:
    """1250 as 1.25; 1000 as 1.0."""
    text = f"{permille // 1000}.{permille % 1000:03d}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def parse_factor(text: str) -> int:
    """1.25 or 1,25 in permille. Raises Invalid("overhead")."""
    whole, _, rest = text.strip().replace(",", ".").partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 2 and len(rest) <= 3):
        raise Invalid("overhead", "is not a factor like 1.25")
    if rest and not (rest.isascii() and rest.isdigit()):
        raise Invalid("overhead", "is not a factor like 1.25")
    return int(whole) * 1000 + int(rest.ljust(3, "0") or 0)


# what only those who run the firm may do


def _must_run(visit: Visit) -> None:
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm may see and set what hours and tools cost.")


async def set_rate(visit: Visit) -> Response:
    """What an hour of somebody costs from a day on."""
    _must_run(visit)
    form = visit.form
    try:
        person_id = form.whole("person")
        known = await visit.db.read(team.workers, visit.firm.account_id)
        if person_id not in {one.person_id for one in known}:
            raise Invalid("person", "is nobody who works here")
        amount = parse_amount(form.text("hourly_cost"), visit.firm.currency, "hourly_cost")
        since = form.text("since_day").strip()
        await visit.db.write(actions.set_rate, person_id, amount, since)
    except LinnetError as error:
        return await _page(visit, error)
    return visit.back("/costs#rates", flash=f"Valid from {short_day(since)} on. Only costs change by it.")


async def drop_rate(visit: Visit) -> Response:
    """It was not meant."""
    _must_run(visit)
    await visit.db.write(actions.drop_rate, visit.form.whole("person"), visit.form.text("since_day"))
    return visit.back("/costs#rates", flash="Taken away. What was valid before it goes on.")


async def set_overhead(visit: Visit) -> Response:
    """What stands on top of the hourly cost from a day on."""
    _must_run(visit)
    try:
        permille = parse_factor(visit.form.text("overhead"))
        since = parse_day(visit.form.text("overhead_since").strip(), "overhead_since").isoformat()
        await visit.db.write(actions.set_overhead, permille, since)
    except LinnetError as error:
        return await _page(visit, error)
    return visit.back("/costs#rates", flash=f"Valid from {short_day(since)} on.")


async def drop_overhead(visit: Visit) -> Response:
    """It was not meant."""
    _must_run(visit)
    await visit.db.write(actions.drop_overhead, visit.form.text("since_day"))
    return visit.back("/costs#rates", flash="Taken away. What was valid before it goes on.")


async def add_tool(visit: Visit) -> Response:
    """Something that is paid by the month."""
    _must_run(visit)
    form = visit.form
    try:
        currency = check_currency(form.text("currency", visit.firm.currency).strip().upper())
        await visit.db.write(
            actions.add_tool,
            name=form.text("name"),
            amount=parse_amount(form.text("amount"), currency),
            currency=currency,
            first=form.text("first").strip(),
            last=form.text("last").strip(),
            id=new_id(),
        )
    except LinnetError as error:
        return await _page(visit, error)
    return visit.back("/costs#tools", flash="Written down.")


async def end_tool(visit: Visit) -> Response:
    """It is paid until a day."""
    _must_run(visit)
    try:
        await visit.db.write(actions.end_tool, visit.id(), visit.form.text("last").strip())
    except LinnetError as error:
        return await _page(visit, error)
    return visit.back("/costs#tools", flash="Changed.")


async def drop_tool(visit: Visit) -> Response:
    """It was never paid."""
    _must_run(visit)
    await visit.db.write(actions.drop_tool, visit.id())
    return visit.back("/costs#tools", flash="Taken away. It is in no cost any more.")


class PersonDay(Value):
    """What somebody did on a day: (activity in words, ms, estimated)."""

    day: str
    ms: int
    parts: list[tuple[str, int, bool]]


class PersonTime(Value):
    """Somebody's days."""

    name: str
    ms: int
    days: list[PersonDay]


async def people(visit: Visit) -> Response:
    """Everybody's days: sums by activity, nothing finer. For those who run the firm."""
    _must_run(visit)
    zone = visit.zone
    period = period_of(visit.query("period"), zone, visit.now)
    found = await visit.db.read(_by_person, visit, period)
    return visit.render(
        "desk/costs_people.html",
        title="Time by person and day",
        activity="manage",
        people=_people(found),
        period=period,
        name=period_words(period),
        period_before=before(period, zone).name,
        period_after=after(period, zone).name if period.last < day_of(visit.now, zone) else "",
        workers=await visit.db.read(team.workers, visit.firm.account_id),
        spent=in_words,
        short_day=short_day,
    )


def _by_person(tx: Tx, visit: Visit, period: Period) -> list[tuple[str, DayTime]]:
    return team.by_person(tx, visit.firm.account_id, period.first, period.last, visit.now)


def _people(found: list[tuple[str, DayTime]]) -> list[PersonTime]:
    shown = []
    for person_id in dict.fromkeys(time.person_id for _, time in found):
        own = [time for _, time in found if time.person_id == person_id]
        name = next(name for name, time in found if time.person_id == person_id)
        days = [_person_day(day, own) for day in dict.fromkeys(time.day for time in own)]
        shown.append(PersonTime(name, sum(time.ms for time in own), days))
    return sorted(shown, key=lambda one: one.name.casefold())


def _person_day(day: str, own: list[DayTime]) -> PersonDay:
    sums: dict[tuple[str, bool], int] = {}
    for time in sorted((t for t in own if t.day == day), key=lambda t: ACTIVITIES.index(t.activity)):
        key = (ACTIVITY_WORDS[time.activity], time.source == "app")
        sums[key] = sums.get(key, 0) + time.ms
    return PersonDay(day, sum(sums.values()), [(words, ms, app) for (words, app), ms in sums.items()])


async def people_csv(visit: Visit) -> Response:
    """The same as a timesheet."""
    _must_run(visit)
    period = period_of(visit.query("period"), visit.zone, visit.now)
    text = sheet.write_team(await visit.db.read(_by_person, visit, period))
    return csv_file(visit, text, f"timesheet-{period.name}.csv")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/costs", page, who="member"),
        frame.get("/costs/people", people, who="member"),
        frame.get("/costs/people.csv", people_csv, who="member"),
        frame.post("/costs/rates", set_rate),
        frame.post("/costs/rates/delete", drop_rate),
        frame.post("/costs/overhead", set_overhead),
        frame.post("/costs/overhead/delete", drop_overhead),
        frame.post("/costs/tools", add_tool),
        frame.post("/costs/tools/{id}/end", end_tool),
        frame.post("/costs/tools/{id}/delete", drop_tool),
    ]
