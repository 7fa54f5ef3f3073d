"""The statement of a week or month, put together: rows read, rules applied. Reads only."""

from collections.abc import Callable, Collection, Sequence
from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.desk.effort import prices, spent, totals
from linnet.desk.effort import queries as effort
from linnet.desk.effort.money import Cost
from linnet.desk.effort.rules import DayTime
from linnet.desk.firm import queries as firms
from linnet.desk.firm.rules import Firm
from linnet.desk.sales import queries as sales_queries
from linnet.desk.sales import trails
from linnet.desk.sales.rules import ATTRIBUTION, Lead, Sale, Trail
from linnet.desk.start import actions as starting
from linnet.desk.statement import followers, queries, rules, steps, unknown
from linnet.desk.statement.rules import Day, Figure, Statement, address, counted, seen
from linnet.desk.trial import queries as trials
from linnet.desk.trial.pages.promoting import is_paged
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.records import Judged
from linnet.desk.trial.values import Protocol
from linnet.desk.trial.words.verdict import TITLES, sentence
from linnet.desk.visits import figures as visit_figures
from linnet.desk.visits import ways
from linnet.desk.visits.figures import VisitCounts
from linnet.desk.visits.places import WAY_WORDS
from linnet.desk.visits.rules import MACHINES, PROBABLE
from linnet.kernel.clock import zone
from linnet.kernel.days import Period, date_words, day_of, day_start, days_between, next_day, span_words
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as


class _Visits(Value):
    """Visits by links of the firm's account, and all of them."""

    linked: VisitCounts
    every: VisitCounts


class _Outcome(Value):
    """What was reported in a period, and what led to it."""

    leads: list[Lead]
    lead_trails: dict[str, Trail]
    sales: list[Sale]
    sale_trails: dict[str, Trail]


def statement(tx: Tx, period: Period, now: int) -> Statement:
    """The firm's statement for a week or month (`kernel.days.parse_period` in the firm's zone), as
    it stands at `now`. Raises NotFound before the set-up."""
    firm = firms.must_firm(tx)
    own = zone(firm.time_zone)
    until = min(max(now, period.start), period.end)
    times = totals.day_times(tx, firm.account_id, period.first, period.last, now)
    time = rules.time_lines(times, effort.rates(tx), firm.hourly_cost, period, prices.overheads(tx))
    cost = spent.of_period(tx, period.first, period.last, now, times=times)
    by_day = {day: _visits(tx, firm.account_id, day, own) for day in days_between(period.first, period.last)}
    outcome = _outcome(tx, period, own)
    total = Figure(
        "time.total",
        "Time",
        sum(line.ms for line in time),
        rules.MS,
        len({t.day for t in times}),
        None,
        None,
        address("time", period),
    )
    figures = (
        total,
        *_cost_figures(cost, period),
        *_posts(tx, firm.account_id, period),
        *_visit_figures(by_day.values(), period),
        *_way_figures(tx, period),
        *_outcome_figures(outcome, firm.currency, period),
    )
    known = unknown.not_known(_circumstances(tx, firm, figures, times, outcome, period, now))
    trial = _trial_words(tx, firm)
    seen_by_all = _seen(figures, time, firm.currency, over=now >= period.end, trial=trial)
    return Statement(
        firm.name,
        period,
        until,
        now >= period.end,
        firm.currency,
        time,
        figures,
        _costs(figures, cost.total, firm.currency),
        known,
        steps.steps(seen_by_all, known, followers.enough(tx, firm, until)),
        tuple(_day(day, times, visits.linked, outcome, own) for day, visits in by_day.items()),
        ATTRIBUTION,
        (rules.DELIVERED, rules.VISITS, rules.RANGE),
        firm.mark,
    )


def _cost_figures(cost: Cost, period: Period) -> list[Figure]:
    time, tools = address("time", period), address("tools", period)
    own = [line for line in cost.tool_lines if line.currency == cost.currency]
    figures = [
        seen("cost.total", "Cost, time and tools", cost.total, time, unit=cost.currency, n=cost.days),
        seen("cost.time", "Cost of the time", cost.time, time, unit=cost.currency, n=cost.days),
        seen("cost.tools", "Cost of tools", cost.tools, tools, unit=cost.currency, n=len(own)),
    ]
    for code, amount in cost.foreign:
        n = sum(line.currency == code for line in cost.tool_lines)
        figures.append(seen(f"cost.tools.{code}", f"Cost of tools in {code}", amount, tools, unit=code, n=n))
    return figures


def _visits(tx: Tx, account_id: int, day: str, own: ZoneInfo) -> _Visits:
    start, end = day_start(day, own), day_start(next_day(day), own)
    return _Visits(visit_figures.counts(tx, start, end, account_id), visit_figures.counts(tx, start, end))


def _outcome(tx: Tx, period: Period, own: ZoneInfo) -> _Outcome:
    leads = sales_queries.leads(tx, period.start, period.end)
    sales = sales_queries.sales(tx, period.start, period.end)
    return _Outcome(leads, trails.of_leads(tx, leads, own), sales, trails.of_sales(tx, sales, own))


def _posts(tx: Tx, account_id: int, period: Period) -> list[Figure]:
    posts = queries.posts(tx, account_id, period.start, period.end)
    sent = queries.delivered(tx, account_id, period.start, period.end)
    came = queries.received(tx, account_id, period.start, period.end)
    deliveries = address("deliveries", period)
    return [
        seen("posts.written", "Posts", posts.written, address("posts", period, kind="written")),
        seen("posts.boosts", "Passed on", posts.boosts, address("posts", period, kind="boost")),
        seen("delivered.total", "Delivered to homes", sent.deliveries, deliveries, n=posts.written),
        seen("delivered.followers", "Different followers", sent.followers, deliveries, n=posts.written),
        counted("answers.given", "Answers given", posts.answers, address("answers", period)),
        counted("answers.received", "Wrote to you", came.received, address("received", period)),
        seen(
            "answers.waiting",
            "Still waiting",
            came.waiting,
            address("received", period, state="waiting"),
            n=came.received,
        ),
    ]


# class, label, kinds of visit, how many of them are in the counts
_SHOWN: tuple[tuple[str, str, tuple[str, ...], Callable[[VisitCounts], int]], ...] = (
    ("confirmed", "Visits, confirmed people", ("confirmed",), lambda c: c.confirmed),
    ("probable", "Visits, probable people (with the confirmed)", PROBABLE, lambda c: c.probable),
    ("unsure", "Visits, unsure", ("unsure",), lambda c: c.unsure),
    ("machine", "Visits, machines", MACHINES, lambda c: c.machines),
)


def kinds_of(name: str) -> tuple[str, ...]:
    """The kinds of visit behind a class of the statement."""
    return next((kinds for key, _, kinds, _ in _SHOWN if key == name), (name,))


def _visit_figures(days: Collection[_Visits], period: Period) -> list[Figure]:
    figures = []
    for key, label, _, of in _SHOWN:
        linked, every = sum(of(day.linked) for day in days), sum(of(day.every) for day in days)
        by_link = address("visits", period, **{"class": key, "by": "link"})
        figures += [
            counted(f"visits.{key}", f"{label}, by your links", linked, by_link),
            counted(f"site.{key}", f"{label}, all", every, address("visits", period, **{"class": key})),
        ]
    return figures


def _way_figures(tx: Tx, period: Period) -> list[Figure]:
    """Probable visits of all by the way they came; together they are the site's probable ones."""
    return [
        counted(
            f"came.{way}",
            f"Came by: {WAY_WORDS[way]}",
            counts.probable,
            address("visits", period, **{"class": "probable", "came": way}),
        )
        for way, counts in ways.ways(tx, period.start, period.end).items()
        if counts.probable
    ]


def _outcome_figures(outcome: _Outcome, currency: str, period: Period) -> list[Figure]:
    sales = [sale for sale in outcome.sales if not sale.refund_of]
    refunds = [sale for sale in outcome.sales if sale.refund_of]
    leads_with = [lead for lead in outcome.leads if outcome.lead_trails[lead.ref].observed]
    sales_with = [sale for sale in sales if outcome.sale_trails[sale.ref].observed]
    figures = [
        counted("leads.all", "Leads reported", len(outcome.leads), address("leads", period)),
        counted(
            "leads.trail",
            "Leads observed with a trail",
            len(leads_with),
            address("leads", period, trail="yes"),
        ),
        counted("sales.all", "Sales reported", len(sales), address("sales", period, kind="sale")),
        counted(
            "sales.trail",
            "Sales observed with a trail",
            len(sales_with),
            address("sales", period, kind="sale", trail="yes"),
        ),
        counted("sales.refunds", "Refunds", len(refunds), address("sales", period, kind="refund")),
    ]
    for code in [currency, *sorted({sale.currency for sale in outcome.sales} - {currency})]:
        every = [sale for sale in outcome.sales if sale.currency == code]
        trailed = [sale for sale in every if outcome.sale_trails[sale.ref].observed]
        with_trail = address("sales", period, currency=code, trail="yes")
        figures += [
            _money(
                "all",
                "Money reported, refunds taken off",
                every,
                code,
                address("sales", period, currency=code),
            ),
            _money("trail", "Money observed with a trail, refunds taken off", trailed, code, with_trail),
        ]
    return figures


def _money(key: str, label: str, sales: list[Sale], currency: str, rows: str) -> Figure:
    amount = sum(sale.amount for sale in sales)
    return seen(f"money.{currency}.{key}", f"{label}, {currency}", amount, rows, unit=currency, n=len(sales))


_PER = (
    ("posts.written", "Cost per post"),
    ("answers.given", "Cost per answer"),
    ("visits.probable", "Cost per probable visit by your links"),
    ("leads.trail", "Cost per lead with a trail"),
    ("sales.trail", "Cost per sale with a trail"),
)


def _costs(figures: Sequence[Figure], cost: int, currency: str) -> tuple[rules.CostPer, ...]:
    by_key = {figure.key: figure for figure in figures}
    return tuple(rules.cost_per(f"per.{key}", label, by_key[key], cost, currency) for key, label in _PER)


def _day(day: str, times: Sequence[DayTime], visits: VisitCounts, outcome: _Outcome, own: ZoneInfo) -> Day:
    return Day(
        day,
        sum(time.ms for time in times if time.day == day),
        visits.probable,
        visits.confirmed,
        visits.machines,
        sum(outcome.lead_trails[lead.ref].observed for lead in outcome.leads if day_of(lead.at, own) == day),
        sum(
            outcome.sale_trails[sale.ref].observed and not sale.refund_of
            for sale in outcome.sales
            if day_of(sale.at, own) == day
        ),
    )


def _seen(
    figures: Sequence[Figure], time: Sequence[rules.TimeLine], currency: str, *, over: bool, trial: str
) -> steps.Seen:
    value = {figure.key: figure.value for figure in figures}
    return steps.Seen(
        over=over,
        waiting=value["answers.waiting"],
        received=value["answers.received"],
        posts=value["posts.written"],
        total_ms=value["time.total"],
        write_ms=sum(line.ms for line in time if line.activity == "write"),
        cost=value["cost.total"],
        money=value[f"money.{currency}.trail"],
        trial=trial,
    )


def _trial_words(tx: Tx, firm: Firm) -> str:
    """What the trial says, or that it runs; "" where none was ever begun. The only place where more than
    observed may be said."""
    current = trials.current(tx, firm.account_id)
    if current and current.stage not in {"planned", "dropped"}:
        what = "A trial of pages" if is_paged(current) else "A trial"
        if current.over:
            last = "week" if is_paged(current) else "day"
            return f"{what} is over. Its verdict comes when the last {last} is counted."
        return f"{what} runs until {date_words(current.last_day)}. What came of it is told at its end, not before."
    past = trials.past(tx, firm.account_id)
    if not past:
        return ""
    kind = decode_as(Judged, past[0].verdict).verdict.kind
    said = sentence(kind, decode_as(Protocol, past[0].protocol).design)
    what = "Your trial of pages," if is_paged(past[0]) else "Your trial of"
    return f"{what} {span_words(past[0].first_day, past[0].last_day)}: {TITLES[kind]}. {said}"


def _circumstances(
    tx: Tx,
    firm: Firm,
    figures: Sequence[Figure],
    times: Sequence[DayTime],
    outcome: _Outcome,
    period: Period,
    now: int,
) -> unknown.Circumstances:
    value = {figure.key: figure.value for figure in figures}
    frozen = trials.within(tx, firm.account_id, period.first, period.last)
    return unknown.Circumstances(
        over=now >= period.end,
        until=min(max(now, period.start), period.end),
        unmeasured=effort.unmeasured_count(tx, firm.account_id),
        measured_ms=sum(time.ms for time in times if time.source != "app"),
        estimated_ms=sum(time.ms for time in times if time.source == "app"),
        hourly_cost=firm.hourly_cost,
        any_visit=queries.any_visit(tx),
        visits=value["site.probable"],
        confirmed=value["site.confirmed"],
        unsure=value["site.unsure"],
        any_lead=sales_queries.any_lead(tx),
        any_sale=sales_queries.any_sale(tx),
        sales=value["sales.all"],
        untrailed=value["sales.all"] - value["sales.trail"],
        remote_followers=queries.remote_followers(tx, firm.account_id),
        foreign=tuple(sorted({sale.currency for sale in outcome.sales} - {firm.currency})),
        trial_runs=any(not trial.over for trial in frozen),
        trial_waived=any(decode_as(Plan, trial.plan).waived for trial in frozen),
        start=starting.said(tx, firm),
    )
