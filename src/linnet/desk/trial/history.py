"""What the firm's own past says before a trial: visits by day, lag, cost, value. Reads only."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.desk.effort import prices, totals
from linnet.desk.effort import queries as effort
from linnet.desk.effort import rules as effort_rules
from linnet.desk.firm.rules import Firm
from linnet.desk.sales import queries as sales
from linnet.desk.trial import planning, queries
from linnet.desk.trial.planning import WINDOW, Basis, DayWorth
from linnet.desk.trial.sources import source_of_class
from linnet.desk.trial.values import DayRecord
from linnet.desk.visits.rules import PROBABLE
from linnet.kernel.clock import DAY, HOUR, MINUTE, zone
from linnet.kernel.days import day_of, day_start, days_between, next_day


def basis(tx: Tx, firm: Firm, margin: int, now: int) -> Basis:
    """What is known at `now`. `margin`: per cent of a sale that is left."""
    own = zone(firm.time_zone)
    records = past_days(tx, own, now)
    used = [record for record in records if not record.dropped]
    today = day_of(now, own)
    first = next_day(today, -WINDOW)
    times = totals.day_times(tx, firm.account_id, first, next_day(today, -1), now)
    active = {time.day for time in times if time.ms >= MINUTE}
    whole = sum(time.ms for time in times)
    weighed = effort_rules.weighed(times, effort.rates(tx), firm.hourly_cost, prices.overheads(tx))
    spent = sum(weight for _, weight in weighed) / effort_rules.WHOLE
    worth, n, foreign = _worth(tx, firm, records, first, own, now)
    since = day_start(first, own)
    tools, tools_foreign = _tools(tx, firm, today)
    return Basis(
        baseline_days=len(used),
        usual=planning.usual(records),
        mean=sum(r.outcome for r in used) / len(used) if used else 0.0,
        searches=sum(r.searches for r in used) / len(used) if used else 0.0,
        lag=planning.lag_of(queries.delays(tx, firm.account_id, since, now)),
        minutes=round(whole / MINUTE / len(active)) if active else None,
        cost=round(spent / len(active)) if active else None,
        active_days=len(active),
        hourly=round(spent * HOUR / whole) if active else firm.hourly_cost,
        value=planning.value_range(worth, margin),
        sales=n,
        visits=sum(day.visits for day in worth),
        foreign=foreign,
        tools=planning.a_day_of(tools),
        tools_foreign=tools_foreign,
    )


def _tools(tx: Tx, firm: Firm, today: str) -> tuple[int, int]:
    """What is paid by the month as of today, in the firm's currency; and how many tools are paid in another.
    Those that were given up cost nothing any more, whoever stops posting or not."""
    paid = [t for t in prices.tools(tx) if t.first <= today and (not t.last or today <= t.last)]
    own = [tool.amount for tool in paid if tool.currency == firm.currency]
    return sum(own), len(paid) - len(own)


def past_days(tx: Tx, own: ZoneInfo, now: int) -> list[DayRecord]:
    """The last half year, day by day until yesterday, from the first whole day on which anything was
    counted. A day on which nothing at all was counted, not even a machine, is dropped."""
    begun = queries.first_visit(tx)
    if begun is None:
        return []
    last = next_day(day_of(now, own), -1)
    first = max(next_day(day_of(begun, own)), next_day(last, 1 - planning.HISTORY))
    if first > last:
        return []
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in queries.quarters(tx, day_start(first, own), day_start(next_day(last), own)):
        of_day = sums[day_of(row.quarter * 15 * MINUTE, own)]
        came = source_of_class(row.came) if row.kind in PROBABLE else "machines"
        of_day[came] += row.visits
    found = []
    for day in days_between(first, last):
        seen = sums.get(day, {})
        people = sum(n for source, n in seen.items() if source != "machines")
        nothing = "" if seen else "Nothing was counted on this day."
        found.append(DayRecord(day, seen.get("other", 0), seen.get("search", 0), people, 0, nothing))
    return found


def _worth(
    tx: Tx, firm: Firm, records: list[DayRecord], first: str, own: ZoneInfo, now: int
) -> tuple[list[DayWorth], int, int]:
    """Sales and visits by day of the last 90 days on which visits were counted; how many sales, and how
    many in other currencies, which are left out."""
    visits = {record.day: record.visits for record in records if record.day >= first and not record.dropped}
    amounts: dict[str, int] = defaultdict(int)
    n = foreign = 0
    for sale in sales.sales(tx, max(day_start(first, own), now - (WINDOW + 1) * DAY), now):
        day = day_of(sale.at, own)
        if day not in visits:
            continue
        if sale.currency != firm.currency:
            foreign += 1
            continue
        n += sale.amount > 0
        amounts[day] += sale.amount
    return [DayWorth(amounts[day], count) for day, count in visits.items()], n, foreign
