"""What a period cost: C = sum over people and days of minutes / 60 x rate x overhead, and the tools
that are paid by the month (design paper, 4b). Pure; money in minor units.

Every way to look at the same time adds up to the same: activities, channels and people share one
total, to the cent.
"""

from calendar import monthrange
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import TypeVar

from linnet.desk.effort.rules import (
    ACTIVITIES,
    CHANNELS,
    WHOLE,
    Activity,
    Channel,
    DayTime,
)
from linnet.kernel.days import days_between, parse_day
from linnet.kernel.errors import Invalid
from linnet.kernel.money import check_currency
from linnet.kernel.value import Value

K = TypeVar("K", bound=Hashable)

NAME_MOST = 80
AMOUNT_MOST = 10**10


class Tool(Value):
    """Something that is paid by the month: `amount` in minor units of `currency` a month, from the day
    `first` to the day `last` (both in it; '' while it goes on)."""

    id: int
    name: str
    amount: int
    currency: str
    first: str
    last: str


class ActivityCost(Value):
    """Time and cost of one activity. `estimated`: from the calls of other apps."""

    activity: Activity
    estimated: bool
    ms: int
    days: int
    cost: int


class ChannelCost(Value):
    """Time and cost of one channel. `ms` None: nothing was recorded, which is not nothing. `estimated`:
    ms of it that come from the calls of other apps."""

    channel: Channel
    ms: int | None
    estimated: int
    days: int
    cost: int | None


class ToolCost(Value):
    """What a tool cost in the period: `days` of it were paid for. In the tool's own currency."""

    name: str
    currency: str
    days: int
    cost: int


class Cost(Value):
    """What the days from `first` to `last` cost the firm; `last` is today where the period goes on.

    `total` = `time` + `tools`, in minor units of `currency`; tools that are paid in another currency
    stand in `foreign` (currency, amount) and are in no sum. `ms`: all time, of it `estimated` from
    other apps; `days`: how many days have any; `people`: of how many people. Time that nobody
    recorded is in nothing here: `ms` 0 means not recorded, never free.
    """

    first: str
    last: str
    currency: str
    ms: int
    estimated: int
    days: int
    people: int
    activities: tuple[ActivityCost, ...]
    channels: tuple[ChannelCost, ...]
    tool_lines: tuple[ToolCost, ...]
    time: int
    tools: int
    foreign: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Time and tools together, in minor units of `currency`."""
        return self.time + self.tools


def check_tool(tool: Tool) -> Tool:
    """The tool with its name trimmed. Raises Invalid with the field's name."""
    name = " ".join(tool.name.split())
    if not name or len(name) > NAME_MOST or not name.isprintable():
        raise Invalid("name", f"must be 1 to {NAME_MOST} characters on one line")
    if not 0 <= tool.amount <= AMOUNT_MOST:
        raise Invalid("amount", "must be 0 or more, and what a month costs")
    check_currency(tool.currency)
    parse_day(tool.first, "first")
    if tool.last and parse_day(tool.last, "last") < parse_day(tool.first, "first"):
        raise Invalid("last", "is before the first day")
    return Tool(tool.id, name, tool.amount, tool.currency, tool.first, tool.last)


def tool_cost(tool: Tool, first: str, last: str) -> ToolCost | None:
    """What of a tool falls on the days from `first` to `last`: whole months cost what a month costs,
    parts of one by its days, rounded once (half up). None: no day of it."""
    start, end = max(first, tool.first), min(last, tool.last or last)
    if start > end:
        return None
    in_month: dict[tuple[int, int], int] = {}
    for day in days_between(start, end):
        on = date.fromisoformat(day)
        in_month[on.year, on.month] = in_month.get((on.year, on.month), 0) + 1
    # a month has 28 to 31 days: 28 * 29 * 15 * 31 is divided by each of them
    whole = 28 * 29 * 15 * 31
    exact = sum(
        tool.amount * days * (whole // monthrange(year, month)[1]) for (year, month), days in in_month.items()
    )
    return ToolCost(tool.name, tool.currency, sum(in_month.values()), (exact + whole // 2) // whole)


def shared(total: int, weights: Mapping[K, int]) -> dict[K, int]:
    """`total` in whole parts by `weights` (0 or more): their sum is the total, each within one of its
    exact share (largest remainder; of equal ones the first)."""
    all_of_it = sum(weights.values())
    if not all_of_it:
        return dict.fromkeys(weights, 0)
    parts = {key: total * weight // all_of_it for key, weight in weights.items()}
    left = total - sum(parts.values())
    by_rest = sorted(weights, key=lambda key: -(total * weights[key] % all_of_it))
    for key in by_rest[:left]:
        parts[key] += 1
    return parts


def cost(
    weighed: Sequence[tuple[DayTime, int]],
    tools: Iterable[Tool],
    currency: str,
    first: str,
    last: str,
    expected: Iterable[str] = (),
) -> Cost:
    """What the days from `first` to `last` cost, of each time with its exact cost (`rules.weighed`).
    `expected`: channels that are in use, also where no time of them was recorded."""
    activities = _by_activity(weighed)
    time = sum(line.cost for line in activities)
    paid = [line for tool in tools if (line := tool_cost(tool, first, last))]
    foreign: dict[str, int] = {}
    for line in paid:
        if line.currency != currency:
            foreign[line.currency] = foreign.get(line.currency, 0) + line.cost
    times = [one for one, _ in weighed]
    return Cost(
        first,
        last,
        currency,
        sum(one.ms for one in times),
        sum(one.ms for one in times if one.source == "app"),
        len({one.day for one in times}),
        len({one.person_id for one in times}),
        activities,
        _by_channel(weighed, time, expected),
        tuple(paid),
        time,
        sum(line.cost for line in paid if line.currency == currency),
        tuple(sorted(foreign.items())),
    )


def _by_activity(weighed: Sequence[tuple[DayTime, int]]) -> tuple[ActivityCost, ...]:
    # rounded as `rules.costs` does: once for each activity and source
    exact: dict[tuple[Activity, str], int] = {}
    for one, weight in weighed:
        exact[one.activity, one.source] = exact.get((one.activity, one.source), 0) + weight
    rounded = {key: (value + WHOLE // 2) // WHOLE for key, value in exact.items()}
    lines = []
    for estimated in (False, True):
        for activity in ACTIVITIES:
            of = [
                one for one, _ in weighed if one.activity == activity and (one.source == "app") == estimated
            ]
            if of:
                money = sum(rounded[key] for key in {(one.activity, one.source) for one in of})
                days = len({one.day for one in of})
                lines.append(ActivityCost(activity, estimated, sum(one.ms for one in of), days, money))
    return tuple(lines)


def _by_channel(
    weighed: Sequence[tuple[DayTime, int]], time: int, expected: Iterable[str]
) -> tuple[ChannelCost, ...]:
    weights: dict[Channel, int] = {}
    for one, weight in weighed:
        weights[one.channel] = weights.get(one.channel, 0) + weight
    money = shared(time, {channel: weights[channel] for channel in CHANNELS if channel in weights})
    named = set(expected)
    lines = []
    for channel in CHANNELS:
        of = [one for one, _ in weighed if one.channel == channel]
        if of:
            estimated = sum(one.ms for one in of if one.source == "app")
            days = len({one.day for one in of})
            lines.append(ChannelCost(channel, sum(one.ms for one in of), estimated, days, money[channel]))
        elif channel in named:
            lines.append(ChannelCost(channel, None, 0, 0, None))
    return tuple(lines)
