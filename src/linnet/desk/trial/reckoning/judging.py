"""One of five answers, against the break-even line and not against zero. Pure.

A day of posting pays if it brings more visits than its cost divided by the value of a visit. That value is
known as a range, so the line is one too: "worth it" needs the whole range of the effect above the line of
the *least* value, "not worth it" the whole range below the line of the *most* value. Between them:
"cannot tell yet", which is an answer and not a failure.
"""

import math

from linnet.desk.trial.values import (
    BreakEven,
    Contrast,
    Design,
    LightVerdict,
    MoneyRange,
    Power,
    Protocol,
    Reading,
    Verdict,
    VerdictKind,
    Worth,
)

WEEKS_OF_PATIENCE = 26  # beyond it a trial will not settle it
WEEKS_COUNTED = 520
WIDE_VALUE = 2.0  # when the most a visit may be worth is so many times the least, know that better first
YEAR = 52


def judge(protocol: Protocol, reading: Reading) -> Verdict:
    """The verdict of a reading, in figures."""
    line = break_even(protocol.worth)
    kind = _kind(reading, line)
    rows = len(protocol.design.pages) or 7  # of a week
    cycle = protocol.design.cycle
    weeks = weeks_needed(reading, line, rows, cycle) if kind == "cannot_tell" else None
    return Verdict(
        kind=kind,
        break_even=line,
        above=reading.high,
        below=reading.low,
        money=money(protocol.worth, reading),
        weeks_needed=weeks,
        reasons=tuple(reading.broken),
        next=_next(protocol, reading, kind, weeks),
        light=_light(protocol.worth, reading),
    )


def _light(worth: Worth, reading: Reading) -> LightVerdict | None:
    """Light days, and what full days have more, against what they cost."""
    found = reading.light
    if found is None:
        return None
    more = worth.cost - worth.light_cost
    return LightVerdict(
        line=break_even(worth, worth.light_cost),
        money=money(worth, found.quiet, worth.light_cost) if found.quiet else None,
        rest_line=break_even(worth, more),
        rest_money=money(worth, found.rest, more) if found.rest else None,
    )


def goes_on(reading: Reading, found: Verdict) -> bool:
    """A look for futility that does not end the trial. No more is told of it than that: else the moment of a
    stop would be chosen by figures that this look has not paid for."""
    return reading.how == "futility" and found.kind == "cannot_tell"


def break_even(worth: Worth, cost: int | None = None) -> BreakEven:
    """Extra visits per day on (per promoted page and week) that pay its cost, or another `cost`."""
    cost = worth.cost if cost is None else cost
    low, middle, high = (
        cost * 1000 / value if value else None for value in (worth.value_high, worth.value, worth.value_low)
    )
    return BreakEven(low, middle, high)


def money(worth: Worth, reading: Reading | Contrast, cost: int | None = None) -> MoneyRange | None:
    """The range in minor units per day on, against its cost or another `cost`. None where there is no range. The low end takes the value that
    makes it lowest: of fewer visits than none, the highest."""
    if reading.low is None or reading.high is None:
        return None
    cost = worth.cost if cost is None else cost
    low = reading.low * (worth.value_low if reading.low > 0 else worth.value_high) / 1000
    high = reading.high * (worth.value_high if reading.high > 0 else worth.value_low) / 1000
    a, b, c = round(low), round(reading.effect * worth.value / 1000), round(high)
    return MoneyRange(worth.currency, a, b, c, cost, a - cost, b - cost, c - cost)


def weeks_needed(reading: Reading, line: BreakEven, rows: int = 7, cycle: int = 2) -> int | None:
    """About how long the whole trial would have to be for its range to leave the line, if the effect is
    what it looks like: T (half the range / distance to the line)^2, in whole cycles of weeks. None where the effect
    lies within the line's own range, or where it would take more than ten years. `rows`: days, or pages, of
    a week."""
    if reading.high is None or reading.low is None or reading.how == "stopped":
        return None
    distance = 0.0
    if line.low is not None and reading.effect < line.low:
        distance = line.low - reading.effect
    elif line.high is not None and reading.effect > line.high:
        distance = reading.effect - line.high
    if not distance:
        return None
    half = (reading.high - reading.low) / 2
    weeks = (reading.days + reading.dropped) / rows * (half / distance) ** 2
    return cycle * math.ceil(weeks / cycle) if weeks <= WEEKS_COUNTED else None


def before(design: Design, worth: Worth, power: Power) -> Verdict | None:
    """`do_not_start` when even a year would show nothing: neither an effect as large as all visits of today
    nor the difference between nothing and the break-even line. None: a trial can tell something."""
    line = break_even(worth)
    reasons = []
    in_a_year = power.smallest_in(YEAR)
    if in_a_year is None or (in_a_year > power.mean and (line.low is None or in_a_year > line.low)):
        reasons.append("nothing_to_see")
    if not reasons:
        return None
    better = ("more_pages" if design.kind == "which_page" else "which_page", "measure_value", "watch")
    return Verdict("do_not_start", line, None, None, None, None, tuple(reasons), better)


def _kind(reading: Reading, line: BreakEven) -> VerdictKind:
    if reading.broken:
        return "broken"
    if reading.low is None or reading.high is None:
        return "cannot_tell"
    if line.high is not None and reading.low > line.high and reading.how != "futility":
        return "worth_it"
    if line.low is not None and reading.high < line.low:
        return "not_worth_it"
    return "cannot_tell"


def _next(protocol: Protocol, reading: Reading, kind: VerdictKind, weeks: int | None) -> tuple[str, ...]:
    """What to do, best first: keys of NEXT. To halve the time is no advice where half the line is ruled out
    as well."""
    if kind in {"worth_it", "broken"}:
        return ("keep", "look_again") if kind == "worth_it" else ("again",)
    if kind == "not_worth_it":
        line = break_even(protocol.worth).low or 0.0
        return ("stop", "halve") if (reading.high or 0.0) >= line / 2 else ("stop",)
    pages = () if protocol.design.kind == "which_page" else ("which_page",)
    longer = ("longer",) if weeks is not None and weeks <= WEEKS_OF_PATIENCE else ()
    wide = protocol.worth.value_high > WIDE_VALUE * max(protocol.worth.value_low, 1)
    return (*longer, *pages, "halve", *(("measure_value",) if wide else ()))
