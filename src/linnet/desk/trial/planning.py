"""What a trial is planned from: the firm's own lag, cost of a day and value of a visit. Pure."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from linnet.desk.trial.reckoning import calendar
from linnet.desk.trial.reckoning.chance import Stream
from linnet.desk.trial.reckoning.linear import median
from linnet.desk.trial.values import DayRecord, Design, Kind, Worth
from linnet.kernel.clock import DAY, MINUTE
from linnet.kernel.days import next_day
from linnet.kernel.errors import Invalid
from linnet.kernel.money import DECIMALS
from linnet.kernel.value import Value

WINDOW = 90  # days that cost and value are taken from
HISTORY = 182  # days that the power step looks at
VISITS_TO_TELL = 30  # tagged visits from which on a lag is believed
LAG_MOST = 14 * DAY
PROFILE_DAYS = 7
DRAWS = 1000
WHOLE_WEEKS_LEAST = 12
USUAL_WEEKS = 12
VALUE_MOST = 10**9  # thousandths of a minor unit
MINUTES_MOST = 24 * 60
LIGHT_OFFERED = 5  # posts on a light day, up to which their time is looked up
DAYS_TO_TELL = 10  # days of either kind from which on a share of time is believed


class Plan(Value):
    """What the owner chose. `usual`: the median of all people's visits on each weekday before the
    trial, Monday first, () where too little is known; it tells broken counting from a quiet day.
    `pages`: of a which-page trial. `light`: posts on a light day, 0 for two ways only; `light_share`: what a
    light day takes of a full day's minutes, in percent."""

    worth: Worth
    kind: Kind = "half_week"
    weeks: int = 12
    cuts: tuple[int, int] = (0, 4)
    all_visits: bool = False
    early_looks: bool = True
    waived: bool = False
    baseline_days: int = 0
    usual: tuple[float, ...] = ()
    pages: tuple[str, ...] = ()
    light: int = 0
    light_share: int = 0

    def design(self, start: str, zone: str) -> Design:
        """The design, if it begins on this day."""
        return Design(self.kind, start, self.weeks, zone, self.cuts, self.pages, self.light)

    def start_after(self, day: str) -> str:
        """The first day after `day` on which it can begin."""
        return calendar.first_start(next_day(day), self.cuts)


class Lag(Value):
    """How soon people follow the firm's own links: 95 % within `ms`; `n` visits. None: too few."""

    ms: int | None
    n: int


class DayWorth(Value):
    """What a day brought: sales in minor units, refunds taken off, and visits of people."""

    amount: int
    visits: int


class Basis(Value):
    """What is known before a plan is made. `minutes`, `cost` are of a day with work on it, of
    `active_days`; `hourly`: what an hour of that work cost, else the firm's hourly cost; values in thousandths of a minor unit per visit, None where nothing was sold;
    `mean`: visits that count, a day; `foreign`: sales in other currencies, which are left out; `tools`: a day's
    share of what is paid by the month now, `tools_foreign`: how many tools in other currencies are left out."""

    baseline_days: int
    usual: tuple[float, ...]
    mean: float
    searches: float
    lag: Lag
    minutes: int | None
    cost: int | None
    active_days: int
    hourly: int
    value: tuple[int, int, int] | None
    sales: int
    visits: int
    foreign: int
    tools: int
    tools_foreign: int


def lag_of(delays: Sequence[int]) -> Lag:
    """The time within which 95 of 100 tagged visits came after their post; those of more than a
    fortnight found an old post by another way and say nothing about it."""
    near = sorted(delay for delay in delays if 0 <= delay <= LAG_MOST)
    if len(near) < VISITS_TO_TELL:
        return Lag(None, len(near))
    return Lag(near[-(-95 * len(near) // 100) - 1], len(near))


def profile_of(delays: Sequence[int]) -> tuple[float, ...] | None:
    """What share of the tagged visits came on the first day after the post, on the second and so on,
    seven days at most. None where too few are known."""
    near = [delay for delay in delays if 0 <= delay < PROFILE_DAYS * DAY]
    if len(near) < VISITS_TO_TELL:
        return None
    shares = [0] * PROFILE_DAYS
    for delay in near:
        shares[delay // DAY] += 1
    while shares[-1] == 0:
        shares.pop()
    return tuple(n / len(near) for n in shares)


def suggested(lag: Lag) -> Kind:
    """Which design fits this lag (measuring paper, 4c)."""
    if lag.ms is None:
        return "half_week"
    if lag.ms <= DAY:
        return "daily"
    return "half_week" if lag.ms <= 3 * DAY else "whole_weeks"


class OwnDay(Value):
    """A day of the last 90: own posts and boosts, and ms of work for the account; 0 where none was measured."""

    posts: int
    ms: int


class Share(Value):
    """What days with at most `most` posts took of the time of days with more: `percent`; `few` and `many`: how many
    days of either, with their mean minutes."""

    most: int
    percent: int
    few: int
    many: int
    few_minutes: int
    many_minutes: int


class Habits(Value):
    """How the firm posts. `usual`: posts on a usual day with any (median), None without one; `days` with posts;
    `shares`: for light days of one post, of two and so on, as far as there are days enough."""

    usual: int | None
    days: int
    shares: tuple[Share, ...]

    @property
    def light(self) -> int:
        """What a light day may have, as it is suggested: half of the usual, but one at least."""
        return max(1, (self.usual or 2) // 2)

    def share(self, most: int) -> Share | None:
        """What light days of so many posts take, as far as it was measured."""
        return next((share for share in self.shares if share.most == most), None)


def habits_of(days: Sequence[OwnDay]) -> Habits:
    """The firm's habits, from its own days."""
    posted = [day.posts for day in days if day.posts]
    worked = [day for day in days if day.posts and day.ms >= MINUTE]
    shares = []
    for most in range(1, LIGHT_OFFERED + 1):
        few = [day.ms for day in worked if day.posts <= most]
        many = [day.ms for day in worked if day.posts > most]
        if min(len(few), len(many)) < DAYS_TO_TELL:
            continue
        a, b = sum(few) / len(few), sum(many) / len(many)
        percent = min(99, max(1, round(100 * a / b)))
        shares.append(Share(most, percent, len(few), len(many), round(a / MINUTE), round(b / MINUTE)))
    return Habits(int(median(posted)) if posted else None, len(posted), tuple(shares))


def light_minutes(minutes: int, share: int) -> int:
    """Minutes of a light day that takes so many per cent of a full one: one at least."""
    return max(1, (minutes * share + 50) // 100)


def suggested_weeks(kind: Kind) -> int:
    """How long such a trial is by default."""
    return 24 if kind == "whole_weeks" else 12


def check_fits(kind: Kind, lag: Lag, weeks: int) -> None:
    """Raises Invalid for a design that the firm's own lag speaks against."""
    if kind == "daily" and suggested(lag) != "daily":
        why = (
            "too few visits by your links are known"
            if lag.ms is None
            else "your visitors take longer than a day"
        )
        raise Invalid("kind", f"cannot be single days: {why}, so one day would spill into the next")
    if kind == "half_week" and suggested(lag) == "whole_weeks":
        raise Invalid(
            "kind", "cannot be half-weeks: your visitors take longer than three days. Take whole weeks"
        )
    if kind == "whole_weeks" and weeks < WHOLE_WEEKS_LEAST:
        raise Invalid("weeks", f"must be {WHOLE_WEEKS_LEAST} at least, where whole weeks are drawn")


def value_range(days: Sequence[DayWorth], margin: int) -> tuple[int, int, int] | None:
    """Thousandths of a minor unit that a visit is worth, and the 95 % range of it: days drawn again
    1,000 times (percentile bootstrap; the same draws every time). `margin`: per cent of a sale that
    is left. None without sales or visits."""
    amount, visits = sum(d.amount for d in days), sum(d.visits for d in days)
    if amount <= 0 or not visits:
        return None
    stream = Stream("0" * 64, "worth")
    found = []
    for _ in range(DRAWS):
        again = [days[stream.below(len(days))] for _ in days]
        seen = sum(d.visits for d in again)
        if seen:
            found.append(sum(d.amount for d in again) * margin * 10 / seen)
    found.sort()
    low, high = found[len(found) // 40], found[-(len(found) // 40) - 1]
    middle = amount * margin * 10 / visits
    return _rounded(max(0.0, min(low, middle))), _rounded(middle), _rounded(max(high, middle))


def _rounded(value: float) -> int:
    """To three digits: more of them are only luck."""
    places = max(0, len(str(int(value))) - 3)
    return int(round(value, -places))


def usual(records: Sequence[DayRecord]) -> tuple[float, ...]:
    """The median of all visits on each weekday of the last twelve weeks, Monday first; () where a
    weekday was seen fewer than four times."""
    by: list[list[float]] = [[] for _ in range(7)]
    for record in records[-7 * USUAL_WEEKS :]:
        if not record.dropped:
            by[date.fromisoformat(record.day).weekday()].append(record.visits)
    return tuple(median(values) for values in by) if min(map(len, by)) >= 4 else ()


def cost_of(minutes: int, hourly_cost: int) -> int:
    """What so many minutes cost, in minor units."""
    return (minutes * hourly_cost + 30) // 60


def a_day_of(monthly: int) -> int:
    """A day's share of what is paid by the month, in minor units: twelve months are 365 days."""
    return (monthly * 24 + 365) // 730


_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,5})?", re.ASCII)


def parse_value(text: str, currency: str, field: str) -> int:
    """Money per visit as people write it, 1.50 or 0,035, in thousandths of a minor unit. Raises Invalid."""
    plain = text.strip()
    try:
        if not _NUMBER.fullmatch(plain):
            raise InvalidOperation
        exact = Decimal(plain.replace(",", ".")) * 10 ** (DECIMALS[currency] + 3)
    except InvalidOperation as error:
        raise Invalid(field, "is not an amount of money like 1.50") from error
    if exact > VALUE_MOST:
        raise Invalid(field, "is more than a visit can be worth")
    return int(exact.to_integral_value())


def value_text(value: int, currency: str) -> str:
    """The opposite of `parse_value`, with as many decimals as it takes."""
    places = DECIMALS[currency] + 3
    whole, rest = divmod(value, 10**places)
    decimals = f"{rest:0{places}d}".rstrip("0")
    return (
        f"{whole}.{decimals.ljust(DECIMALS[currency], '0')}" if decimals or DECIMALS[currency] else str(whole)
    )
