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
from linnet.desk.effort.rules import DayTime
from linnet.kernel.days import day_of, next_day

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
