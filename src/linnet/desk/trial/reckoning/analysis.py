"""What the days of a trial say: the effect as assigned, its range and p, and whether the trial held. Pure.

    y_t = weekday + b trend + g log(1 + searches) + tau_0 W_t + tau_1 W_(t-1) + e_t,  effect = tau_0 + tau_1

W is what the calendar *assigned*, never what was posted: whoever posts on good days only would otherwise
find an effect where there is none. The range is effect +- q s, with q the point of |t| over all calendars
(`retest`). Days without figures are left out under every calendar alike. On the first day W of the day
before is 1/2 under every calendar: what was posted before the trial was not drawn.

Spikes: a day is held at the median and five MADs of its weekday. Rule and number are frozen; the medians are
those of the trial's own days, on and quiet together, so that they are the same under every calendar and do
not hide an effect, as medians of the time before would (docs/decisions/0011-the-trial.md).

Of three arms (full, light, quiet) the verdict is about full against quiet; light days have columns of their own,
and two more ranges stand beside it (`three`).

Effect / difference in compliance is the Wald estimate of those who comply (Imbens and Angrist 1994).
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from linnet.desk.trial.reckoning import calendar, model, three
from linnet.desk.trial.reckoning.chance import Stream
from linnet.desk.trial.reckoning.linear import dot
from linnet.desk.trial.reckoning.looks import ALL, anytime
from linnet.desk.trial.reckoning.retest import Retest, Spread
from linnet.desk.trial.values import (
    Calendar,
    Contrast,
    DayRecord,
    LightReading,
    Look,
    Protocol,
    Reading,
)
from linnet.kernel.days import days_between, next_day, parse_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value, changed

Broken = Literal["dropped", "compliance", "no_figures"]
How = Literal["look", "futility", "end", "stopped"]


class Obeyed(Value):
    """Blocks that are over: on, and how many of them had a post; quiet, and how many of them had one."""

    followed_on: int
    blocks_on: int
    posted_quiet: int
    blocks_quiet: int

    @property
    def difference(self) -> float:
        """Share of on blocks with a post less that of quiet ones; 0 while there are none of either."""
        if not self.blocks_on or not self.blocks_quiet:
            return 0.0
        return self.followed_on / self.blocks_on - self.posted_quiet / self.blocks_quiet


class Tested(Value):
    """The figures of a test before they are judged by the trial's rules. `mean_quiet`: see Reading."""

    effect: float
    se: float
    p: float
    spread: Spread
    coins: int
    calendars: int


class Counted(Value):
    """Days (pages and weeks): used, of them on, left out, held down; and the mean of the quiet ones. `lost`: days
    without figures and all days, where what is counted is no days."""

    used: int
    on: int
    dropped: int
    capped: int
    mean_quiet: float
    lost: tuple[int, int] | None = None

    @property
    def missing(self) -> tuple[int, int]:
        """Days without figures, of how many."""
        return self.lost or (self.dropped, self.used + self.dropped)


def due(protocol: Protocol, until: str) -> Look | None:
    """The look that is planned for the evening of this day."""
    return next((x for x in protocol.looks if next_day(protocol.design.start, x.days - 1) == until), None)


def read(protocol: Protocol, seed: str, records: Iterable[DayRecord], until: str) -> Reading:
    """The reading of all days up to `until`. On the day of a planned look it has that look's limit; on any
    other day the trial was stopped, and the range is the wide one that is good at any time. Raises Invalid
    for a day outside of the trial, a day twice, and a which-page trial."""
    rows = list(records)
    values = {record.day: float(record.outcome) for record in rows}
    return secondary(protocol, seed, rows, values, until)


def secondary(
    protocol: Protocol, seed: str, records: Iterable[DayRecord], values: Mapping[str, float], until: str
) -> Reading:
    """The same reading of another figure by day (all visits, leads, sales): to be shown beside, never for
    the verdict. A day without a value is not used. Raises Invalid as `read`."""
    found = calendar.calendar(protocol.design, seed)
    if not protocol.design.start <= until <= calendar.last_day(protocol.design):
        raise Invalid("until", "is not a day of the trial")
    rows = _by_day(records)
    every = list(days_between(protocol.design.start, until))
    used = [day for day in every if day in rows and day in values and not rows[day].dropped]
    weekdays = [parse_day(day).weekday() for day in used]
    held, capped = model.cap([values[day] for day in used], weekdays, protocol.rules.cap)
    arms = {day.day: day.arm for day in found.days}
    quiet = [y for day, y in zip(used, held, strict=True) if arms[day] == "quiet"]
    on = sum(arms[day] == "on" for day in used)
    counted = Counted(len(used), on, len(every) - len(used), capped, sum(quiet) / max(len(quiet), 1))
    asked = _Asked(protocol, found, used, held, [rows[day].searches for day in used])
    tested = _test(asked, three.FULL, Stream(seed, "draws"))
    whole = reading(protocol, tested, counted, _obeyed(found, rows, until), until)
    if not protocol.design.light:
        return whole
    return changed(whole, light=_light(asked, rows, whole, tested, seed))


class _Asked(Value):
    """Days that are used, in order, with what is read of them."""

    protocol: Protocol
    found: Calendar
    days: list[str]
    values: list[float]
    searches: list[int]


def reading(
    protocol: Protocol, tested: Tested | None, counted: Counted, obeyed: Obeyed, until: str
) -> Reading:
    """All of it judged by the trial's rules: range by the look's limit, and what is broken."""
    how, limit = _moment(protocol, until)
    q = _quantile(protocol, tested.spread, how, limit, until) if tested else None
    effect, se = (tested.effect, tested.se) if tested else (0.0, 0.0)
    return Reading(
        how=how,
        until=until,
        limit=limit,
        effect=effect,
        se=se,
        p=tested.p if tested else 1.0,
        quantile=q,
        low=None if q is None else effect - q * se,
        high=None if q is None else effect + q * se,
        followed=effect / obeyed.difference if tested and obeyed.difference > 0 else None,
        days=counted.used,
        days_on=counted.on,
        dropped=counted.dropped,
        capped=counted.capped,
        coins=tested.coins if tested else 0,
        calendars=tested.calendars if tested else 0,
        exact=bool(tested and tested.spread.exact),
        mean_quiet=counted.mean_quiet,
        followed_on=obeyed.followed_on,
        blocks_on=obeyed.blocks_on,
        posted_quiet=obeyed.posted_quiet,
        blocks_quiet=obeyed.blocks_quiet,
        broken=_broken(protocol, tested, counted, obeyed),
        lost=counted.lost[0] if counted.lost else 0,
    )


def _model(asked: _Asked, pair: three.Pair) -> tuple[Retest, int] | None:
    """The test of these days, and what the coins show in it; of three arms that of a pair."""
    design, rules = asked.protocol.design, asked.protocol.rules
    if design.light:
        return three.retest(asked.found, rules, asked.days, asked.searches, pair)
    made = model.retest(design, rules, asked.days, asked.searches)
    return (made, model.heads(asked.found, made.coins)) if made else None


def _test(asked: _Asked, pair: three.Pair, stream: Stream) -> Tested | None:
    """The test of these days; None where they cannot tell anything: a site that nobody ever visits is more
    likely one that is not counted."""
    made, values = _model(asked, pair), asked.values
    if made is None or not any(values):
        return None
    retest, real = made
    outcome = retest.nuisance.left_of(values)
    if dot(outcome, outcome) <= 1e-18 * dot(values, values):  # the same on every day: nothing to explain
        outcome = [0.0] * len(outcome)
    estimate = retest.estimate(real, outcome)
    if estimate is None:
        return None
    spread = retest.spread(real, outcome, asked.protocol.rules.draws, stream)
    p = spread.p(estimate.t)
    return Tested(estimate.effect, estimate.se, p, spread, retest.coins, 2**retest.coins)


def _light(
    asked: _Asked, rows: Mapping[str, DayRecord], whole: Reading, full: Tested | None, seed: str
) -> LightReading:
    """The second results of three arms. How many standard errors their ranges are wide is told by the |t| of all
    three tests together: those of one alone are few, and what an arm brings after more than a day is in none."""
    light = _test(asked, three.LIGHT, Stream(seed, "draws light"))
    rest = _test(asked, three.REST, Stream(seed, "draws rest"))
    pooled = Spread.of([one.spread for one in (full, light, rest) if one])
    found, most = asked.found, asked.protocol.design.light
    by = {day.day: day.arm for day in found.days}
    followed, blocks = _kept(found, rows, whole.until)
    quiet = whole.posted_quiet / whole.blocks_quiet if whole.blocks_quiet else 1.0
    difference = followed / blocks - quiet if blocks else 0.0
    return LightReading(
        days=sum(by[day] == "light" for day in asked.days),
        followed=followed,
        blocks=blocks,
        heavier=sum(by[day] == "on" and rows[day].posted > most for day in asked.days),
        kept=round(difference * 100, 6) >= asked.protocol.rules.compliance_least,
        quiet=_contrast(asked, light, pooled, whole),
        rest=_contrast(asked, rest, pooled, whole),
    )


def _contrast(asked: _Asked, found: Tested | None, pooled: Spread, whole: Reading) -> Contrast | None:
    """A second result, with its range at the same moment and with the same chance of missing."""
    if found is None:
        return None
    q = None
    if whole.quantile is not None:  # where the verdict has too few draws for a range, these have none either
        q = _quantile(asked.protocol, pooled, whole.how, whole.limit, whole.until)
    low, high = (None, None) if q is None else (found.effect - q * found.se, found.effect + q * found.se)
    return Contrast(found.effect, found.se, found.p, q, low, high)


def _obeyed(found: Calendar, rows: Mapping[str, DayRecord], until: str) -> Obeyed:
    posted = _posted(found, rows)
    over = [block for block in found.blocks if block.last <= until]
    on = [block.index in posted for block in over if block.arm == "on"]
    quiet = [block.index in posted for block in over if block.arm == "quiet"]
    return Obeyed(sum(on), len(on), sum(quiet), len(quiet))


def _kept(found: Calendar, rows: Mapping[str, DayRecord], until: str) -> tuple[int, int]:
    """Light blocks that are over: with a post and no day that had more than it may, and all."""
    most = found.design.light
    posted = _posted(found, rows)
    many = {day.block for day in found.days if day.day in rows and rows[day.day].posted > most}
    light = [block.index for block in found.blocks if block.last <= until and block.arm == "light"]
    return sum(block in posted and block not in many for block in light), len(light)


def _posted(found: Calendar, rows: Mapping[str, DayRecord]) -> set[int]:
    """The blocks with a post."""
    return {day.block for day in found.days if day.day in rows and rows[day.day].posted > 0}


def _moment(protocol: Protocol, until: str) -> tuple[How, int]:
    look = due(protocol, until)
    if look is None:
        return "stopped", ALL
    if look.days == 7 * protocol.design.weeks:
        return "end", look.limit
    return ("futility" if look.purpose == "futility" else "look"), look.limit


def _quantile(protocol: Protocol, spread: Spread, how: How, limit: int, until: str) -> float | None:
    q = spread.quantile(limit)
    if how != "stopped" or q is None:
        return q
    so_far = (parse_day(until) - parse_day(protocol.design.start)).days + 1
    return anytime(q, so_far, 7 * protocol.design.weeks)


def _broken(
    protocol: Protocol, tested: Tested | None, counted: Counted, obeyed: Obeyed
) -> tuple[Broken, ...]:
    rules = protocol.rules
    found: list[Broken] = []
    missing, of = counted.missing
    if missing * 100 > rules.dropped_most * of:
        found.append("dropped")
    if round(obeyed.difference * 100, 6) < rules.compliance_least:
        found.append("compliance")
    if tested is None:
        found.append("no_figures")
    return tuple(found)


def _by_day(records: Iterable[DayRecord]) -> dict[str, DayRecord]:
    rows: dict[str, DayRecord] = {}
    for record in records:
        if record.day in rows:
            raise Invalid("records", f"have the day {record.day} twice")
        rows[record.day] = record
    return rows
