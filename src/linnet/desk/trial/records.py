"""A trial's rows as the Values that are read, judged and handed on; and whether there is something to
read. Reads only."""

from collections import Counter, defaultdict

from linnet.db.tx import Tx
from linnet.desk.sales import queries as sales
from linnet.desk.trial import history, planning, queries
from linnet.desk.trial import protocol as protocols
from linnet.desk.trial.pages import state as page_state
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.reckoning import judging
from linnet.desk.trial.rules import Trial, TrialDay
from linnet.desk.trial.values import (
    DayRecord,
    Design,
    Look,
    PageRecord,
    Power,
    Protocol,
    Reading,
    Rules,
    Verdict,
)
from linnet.kernel.clock import zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.errors import Conflict
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import decode_as


class Beside(Value):
    """Another figure, read the same way and never for the verdict."""

    name: str
    reading: Reading


class Judged(Value):
    """What a look or the end said, as it is kept."""

    reading: Reading
    verdict: Verdict
    beside: tuple[Beside, ...] = ()


class ToRead(Value):
    """What is to be read: up to the day `until`, of the look `number` (0: the verdict). `others`: other
    figures by day, by name. `pages`: of a which-page trial."""

    trial: Trial
    protocol: Protocol
    number: int
    until: str
    days: list[DayRecord]
    others: dict[str, dict[str, float]]
    pages: list[PageRecord]


class Past(Value):
    """What the power step tries a plan on."""

    plan_text: str
    design: Design
    rules: Rules
    days: list[DayRecord]
    profile: tuple[float, ...] | None
    pages: list[PageRecord]


def past(tx: Tx, trial_id: int, now: int) -> Past | None:
    """The past for a plan; None where there is no such plan any more."""
    trial = queries.trial(tx, trial_id)
    if trial is None or trial.stage != "planned":
        return None
    own = zone(trial.time_zone)
    plan = decode_as(Plan, trial.plan)
    today = day_of(now, own)
    since = day_start(next_day(today, -planning.WINDOW), own)
    delays = queries.delays(tx, trial.account_id, since, now)
    days = history.past_days(tx, own, now)
    if plan.all_visits:
        days = [changed(day, outcome=day.visits) for day in days]
    design = plan.design(plan.start_after(today), own.key)
    read_by = protocols.rules_of(design, "visits_all" if plan.all_visits else "visits_other")
    pages = page_state.past(tx, own, design.pages, now) if design.pages else []
    return Past(trial.plan, design, read_by, days, planning.profile_of(delays), pages)


def something_to_read(tx: Tx, trial: Trial) -> bool:
    """Is a look due, or the verdict, and is every day of it counted?"""
    return _due(tx, trial, queries.days(tx, trial.id)) is not None


def to_read(tx: Tx, trial_id: int) -> ToRead | None:
    """What is due to be read of a trial; None: nothing."""
    trial = queries.trial(tx, trial_id)
    days = queries.days(tx, trial_id)
    due = _due(tx, trial, days) if trial else None
    if trial is None or due is None:
        return None
    number, until = due
    protocol = decode_as(Protocol, trial.protocol)
    if protocol.design.kind == "which_page":
        return ToRead(trial, protocol, number, until, [], {}, page_state.records(tx, trial, until))
    rows = day_records(tx, trial, protocol, until)
    return ToRead(trial, protocol, number, until, rows, _others(tx, trial, protocol, days, until), [])


def _due(tx: Tx, trial: Trial, days: list[TrialDay]) -> tuple[int, str] | None:
    def settled(until: str) -> bool:
        return all(day.state != "open" for day in days if day.day <= until)

    if trial.stage in {"stopped", "ended"}:
        return (0, trial.last_day) if settled(trial.last_day) else None
    if trial.stage != "running":
        return None
    taken = {look.number for look in queries.looks(tx, trial.id)}
    for number, (_, until) in enumerate(looks(decode_as(Protocol, trial.protocol)), 1):
        if number not in taken and until < trial.last_day and settled(until):
            return number, until
    return None


def looks(protocol: Protocol) -> list[tuple[Look, str]]:
    """The planned looks with the last day that each reads; the last one is the end."""
    return [(look, next_day(protocol.design.start, look.days - 1)) for look in protocol.looks]


def day_records(tx: Tx, trial: Trial, protocol: Protocol, until: str) -> list[DayRecord]:
    """Every day up to `until`, as assigned to be read: what counts, what was posted, what is dropped."""
    posted = Counter(post.day for post in queries.posts(tx, trial.id))
    every = protocol.outcome == "visits_all"
    return [
        DayRecord(
            day=day.day,
            outcome=people(day) if every else day.visits,
            searches=day.search,
            visits=people(day),
            posted=posted[day.day],
            dropped=day.reason if day.state == "dropped" else "",
        )
        for day in queries.days(tx, trial.id)
        if day.day <= until and day.state != "open"
    ]


def people(day: TrialDay) -> int:
    """All visits of people on a day, wherever they came from."""
    return day.visits + day.search + day.paid


def _others(
    tx: Tx, trial: Trial, protocol: Protocol, days: list[TrialDay], until: str
) -> dict[str, dict[str, float]]:
    used = [day.day for day in days if day.day <= until and day.state == "counted"]
    if not used:
        return {}
    own = zone(trial.time_zone)
    start, end = day_start(used[0], own), day_start(next_day(used[-1]), own)
    leads: dict[str, int] = defaultdict(int)
    sold: dict[str, int] = defaultdict(int)
    for lead in sales.leads(tx, start, end):
        leads[day_of(lead.at, own)] += 1
    for sale in sales.sales(tx, start, end):
        sold[day_of(sale.at, own)] += sale.amount > 0
    found: dict[str, dict[str, float]] = {}
    if protocol.outcome != "visits_all":
        found["All visits"] = {day.day: float(people(day)) for day in days if day.day in set(used)}
    if leads:
        found["Leads"] = {day: float(leads[day]) for day in used}
    if sold:
        found["Sales"] = {day: float(sold[day]) for day in used}
    return found


def check_power(plan: Plan, frozen: Protocol, power: Power | None) -> None:
    """Raises Conflict where a trial must not start: the power step is not done, or nothing could be seen.
    A baseline that was waived has no power step."""
    if power is None:
        if plan.baseline_days >= protocols.BASELINE_LEAST:
            raise Conflict(
                "The power step is not finished. Wait for it: it says whether this trial can tell anything."
            )
        return
    refused = judging.before(frozen.design, plan.worth, power)
    if refused:
        raise Conflict("This trial could not tell anything, even in a year. Do not start it.")
