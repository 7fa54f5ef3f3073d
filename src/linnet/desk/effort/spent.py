"""What a period cost the firm, read from the rows. Reads only; `money` has what the parts mean.

cost = spent.of_period(tx, "2026-11-01", "2026-11-30", now)
cost.total          time and tools, minor units of cost.currency
cost.activities     per activity, what is estimated apart
cost.channels       per channel; ms None where nothing was recorded
cost.tool_lines     per tool, by its days in the period
"""

from linnet.db.tx import Tx
from linnet.desk.effort import money, prices, queries, rules, totals
from linnet.desk.effort.money import Cost
from linnet.desk.effort.rules import CHANNELS, Channel, DayTime
from linnet.desk.visits.rules import PROBABLE
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.value import Value

LOOK_BACK = 84  # days: a channel on which time was written down since then is still in use


def of_period(
    tx: Tx,
    first: str,
    last: str,
    now: int,
    *,
    account_id: int | None = None,
    times: list[DayTime] | None = None,
) -> Cost:
    """The cost of the days from `first` to `last` (both in it), to today where they are not over:
    time of everybody who lets it be measured or wrote it down, at the rate and overhead of each day,
    and the tools by their days. `account_id`: of another account than the firm's, and then without
    tools, which are the firm's. `times`: what `totals.day_times` answered for the same days, where the
    caller has it already. Raises NotFound before the set-up."""
    firm = queries.firm_money(tx)
    whose = firm.account_id if account_id is None else account_id
    until = min(last, day_of(now, queries.firm_zone(tx)))
    if times is None:
        times = totals.day_times(tx, whose, first, until, now)
    weighed = rules.weighed(times, queries.rates(tx), firm.hourly_cost, prices.overheads(tx))
    tools = prices.tools(tx) if whose == firm.account_id else []
    in_use = queries.used_channels(tx, whose, next_day(first, -LOOK_BACK), until)
    return money.cost(weighed, tools, firm.currency, first, until, [rules.HERE, *in_use])


class Side(Value):
    """A channel beside the others. `ms` and `cost` (minor units) None: no time of it was recorded;
    `estimated`: ms of it from other apps; `visits`: probable visits by its links, None where there
    is no link of it."""

    channel: Channel
    ms: int | None
    estimated: int
    cost: int | None
    visits: int | None


class _Links(Value):
    channel: str
    visits: int


# As links call their channels: what is called otherwise here. QR codes and such are no work of a channel.
_OF_LINKS: dict[str, Channel] = {"fediverse": "linnet"}
BY_LINKS = """SELECT l.channel AS channel, COUNT(v.id) AS visits FROM link l
    LEFT JOIN visit v ON v.code = l.code AND v.code <> '' AND v.first_at >= :start AND v.first_at < :end AND v.kind IN :kinds
    WHERE l.account_id = :account_id GROUP BY l.channel"""


def side_by_side(tx: Tx, cost: Cost) -> list[Side]:
    """The channels of a cost of the firm, and those that have links only, in the order of CHANNELS. Their
    times and costs add up to those of `cost`. Raises NotFound before the set-up."""
    firm, zone = queries.firm_money(tx), queries.firm_zone(tx)
    start, end = day_start(cost.first, zone), day_start(next_day(cost.last), zone)
    visits: dict[str, int] = {}
    for row in tx.all(
        _Links, BY_LINKS, account_id=firm.account_id, start=start, end=end, kinds=list(PROBABLE)
    ):
        visits[_OF_LINKS.get(row.channel, row.channel)] = row.visits
    recorded = {line.channel: line for line in cost.channels}
    sides = []
    for channel in CHANNELS:
        line = recorded.get(channel)
        if line:
            sides.append(Side(channel, line.ms, line.estimated, line.cost, visits.get(channel)))
        elif channel in visits:
            sides.append(Side(channel, None, 0, None, visits[channel]))
    return sides
