"""One of five answers, against the break-even line and not against zero. Pure.

A day of posting pays if it brings more visits than its cost divided by the value of a visit. That value is
known as a range, so the line is one too: "worth it" needs the whole range of the effect above the line of
the *least* value, "not worth it" the whole range below the line of the *most* value. Between them:
"cannot tell yet", which is an answer and not a failure.
"""

import math

from linnet.desk.trial import light_words, line_words, page_words
from linnet.desk.trial.line_words import in_money, many, pays
from linnet.desk.trial.values import (
    BreakEven,
    Contrast,
    Design,
    LightVerdict,
    MoneyRange,
    Power,
    Protocol,
    Reading,
    Said,
    Verdict,
    VerdictKind,
    Worth,
)
from linnet.kernel.money import show

WEEKS_OF_PATIENCE = 26  # beyond it a trial will not settle it
WEEKS_COUNTED = 520
WIDE_VALUE = 2.0  # when the most a visit may be worth is so many times the least, know that better first
YEAR = 52
number = line_words.number


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


TITLES: dict[VerdictKind, str] = {
    "worth_it": "Worth it",
    "not_worth_it": "Not worth it",
    "cannot_tell": "Cannot tell yet",
    "broken": "Trial broken",
    "do_not_start": "Do not start this trial",
}
SENTENCES: dict[VerdictKind, str] = {
    "worth_it": "The visits that posting brought within days pay for the time it took, even if a visit is worth "
    "as little as it may be.",
    "not_worth_it": "On quick visits alone, posting does not pay for the time it took, even if a visit is worth as "
    "much as it may be.",
    "cannot_tell": "The range of what posting brought lies on both sides of what would pay for it.",
    "broken": "The days do not answer the question, whatever the figures say.",
    "do_not_start": "With your visits, even a year of this trial would not show what posting brings.",
}
SLOW = (
    "Not measured: a reputation that grows over months, because quiet days live on the fame of the loud ones; "
    "only comparing firms can show that."
)
NEXT: dict[str, str] = {
    "keep": "Keep posting about as much as in the trial; more was not tried.",
    "look_again": "Look again in a year, or when the time it takes has changed.",
    "again": "Start again when what broke it is mended; the old days are not used again.",
    "stop": "Use the time for something else, and keep answering people who write to you.",
    "halve": "Spend half the time: then half as many visits pay for it.",
    "which_page": "Take a trial of pages: it asks whether mentioning a page brings people to it, and sees smaller "
    "differences.",
    "longer": "Plan a longer trial: the weeks it needs are above.",
    "measure_value": "Find out better what a visit is worth: the line that has to be crossed is wide because that is "
    "not known well.",
    "watch": "Look at the visits that carry a code of a post: they are observed, and show at least what came directly.",
}
REASONS: dict[str, str] = {
    "dropped": "More days are missing than the protocol allows.",
    "compliance": "Quiet and posting times were not kept apart as the protocol asks.",
    "no_figures": "There are no visits at all, or too few days with figures, to compute anything.",
    "nothing_to_see": "In a year, only an effect larger than all visits of today, and than what would pay, could be "
    "seen.",
}


def sentence(kind: VerdictKind, design: Design) -> str:
    """The answer in one sentence."""
    if design.light and kind in light_words.SENTENCES:
        return light_words.SENTENCES[kind]
    return (page_words.SENTENCES if design.kind == "which_page" else SENTENCES)[kind]


def _next_words(design: Design, keys: tuple[str, ...]) -> tuple[str, ...]:
    said = {**NEXT, **page_words.NEXT} if design.kind == "which_page" else NEXT
    said = {**NEXT, **light_words.NEXT} if design.light else said
    return tuple(said[key] for key in keys)


def _slow(design: Design) -> str:
    return page_words.SLOW if design.kind == "which_page" else SLOW


def words(protocol: Protocol, reading: Reading, verdict: Verdict) -> Said:
    """A verdict in words: the one place where they are made."""
    unit = _unit(protocol.design)
    lines = [_effect(protocol, reading, unit), _line(protocol.worth, verdict.break_even, unit)]
    if verdict.money and verdict.kind != "broken":
        lines.append(in_money(verdict.money, unit.removeprefix("visits ")))
    if verdict.kind != "broken":
        lines += _ruled_out(verdict, unit)
    if verdict.kind == "cannot_tell" and reading.how != "stopped":
        lines.append(_weeks(verdict.weeks_needed))
    return Said(
        title=TITLES[verdict.kind],
        sentence=sentence(verdict.kind, protocol.design),
        lines=tuple(lines),
        next=_next_words(protocol.design, verdict.next),
        reasons=tuple(_reason(key, protocol, reading) for key in verdict.reasons),
        slow=_slow(protocol.design),
        notes=_notes(protocol, reading),
        light=light_words.light(protocol, reading, verdict),
        rest=light_words.rest(protocol, reading, verdict),
    )


def words_before(design: Design, worth: Worth, power: Power, verdict: Verdict) -> Said:
    """A `do_not_start` in words."""
    unit = _unit(design)
    seen = power.smallest_in(YEAR)
    lines = [_line(worth, verdict.break_even, unit)]
    if seen is not None:
        today = "a page has {} in a week" if design.kind == "which_page" else "there are {}"
        lines.insert(
            0,
            f"The smallest effect that a year would show is {number(seen)} {unit}; "
            f"today {today.format(number(power.mean))}.",
        )
    return Said(
        title=TITLES[verdict.kind],
        sentence=sentence(verdict.kind, design),
        lines=tuple(lines),
        next=_next_words(design, verdict.next),
        reasons=tuple(
            (page_words.REASONS if design.kind == "which_page" else REASONS)[key] for key in verdict.reasons
        ),
        slow=_slow(design),
        notes=(),
    )


def _unit(design: Design) -> str:
    return page_words.UNIT if design.kind == "which_page" else "visits a day"


def _effect(protocol: Protocol, reading: Reading, unit: str) -> str:
    if protocol.design.kind == "which_page":
        none = reading.low is None or reading.high is None
        ends = None if none else (number(reading.low or 0.0), number(reading.high or 0.0))
        return page_words.effect(reading, number(reading.effect), ends)
    if protocol.design.light:
        return light_words.effect(reading)
    n = f"{reading.days_on} days on, {reading.days - reading.days_on} quiet"
    if reading.low is None or reading.high is None:
        return f"Measured: {number(reading.effect)} {unit}, without a range: there were too few coins ({n})."
    return f"Posting brought {number(reading.effect)} {unit}; range {number(reading.low)} to {number(reading.high)} ({n})."


def _line(worth: Worth, line: BreakEven, unit: str) -> str:
    per = "A week of promoting a page" if unit.endswith("week") else "A day of posting"
    per = "A full day of posting" if worth.light_cost else per
    tools = f", and {show(worth.tools, worth.currency)} for tools" if worth.tools else ""
    spent = f"{worth.minutes} {'minute' if worth.minutes == 1 else 'minutes'}{tools}"
    cost = f"{per} costs {show(worth.cost, worth.currency)} ({spent})"
    return pays(cost, line, "visits to it" if unit.endswith("week") else unit)


def _ruled_out(verdict: Verdict, unit: str) -> list[str]:
    found = []
    if verdict.above is not None:
        found.append(f"More than {number(verdict.above)} {unit} is ruled out.")
    if verdict.below is not None and verdict.below > 0:
        found.append(f"Less than {number(verdict.below)} {unit} is ruled out.")
    return found


def _weeks(weeks: int | None) -> str:
    if weeks is None:
        return "No length of trial is expected to settle it: what was measured lies too near to what pays."
    if weeks > WEEKS_OF_PATIENCE:
        return f"A trial will not settle this for you: it would take about {weeks} weeks."
    return f"A trial of about {weeks} weeks would settle it, if the effect is what it looks like."


def _reason(key: str, protocol: Protocol, reading: Reading) -> str:
    if protocol.design.kind == "which_page":
        return page_words.reason(key, protocol, reading)
    if key == "dropped":
        return f"{REASONS[key]} {reading.dropped} of {reading.days + reading.dropped} are missing."
    if key == "compliance":
        blocks = {
            "half_week": "half-weeks",
            "daily": "days",
            "whole_weeks": "weeks",
        }
        name = blocks[protocol.design.kind]
        return (
            f"{REASONS[key]} Posted in {reading.followed_on} of {reading.blocks_on} {name} for "
            f"{'full ' if protocol.design.light else ''}posting, and in "
            f"{reading.posted_quiet} of {reading.blocks_quiet} quiet ones."
        )
    return REASONS[key]


def _notes(protocol: Protocol, reading: Reading) -> tuple[str, ...]:
    of = many(reading.calendars)
    taken = f"all {of}" if reading.exact else f"{protocol.rules.draws} of {of}"
    if not reading.exact and protocol.rules.draws >= reading.calendars:
        taken = f"{protocol.rules.draws} draws among {of}"
    chance = f"Such a range misses the truth in {reading.limit / 100:g} of 100 trials"
    drawn = f"{taken} calendars of {reading.coins} coins"
    if protocol.design.light:
        drawn = f"{taken} calendars in which full and quiet trade places in {reading.coins} draws"
    notes = [f"{chance}; p = {reading.p:.4f}, from {drawn}.", *light_words.notes(protocol, reading)]
    if protocol.baseline_waived:
        notes.append(
            f"Started with {protocol.baseline_days} days of visits recorded before: what could be seen was not known."
        )
    if protocol.design.kind == "which_page":
        followed = "" if reading.followed is None else number(reading.followed)
        return (*notes, *page_words.notes(protocol, reading, followed))
    if reading.dropped:
        notes.append(
            f"Not used: {reading.dropped} of {reading.days + reading.dropped}, because figures are missing."
        )
    if reading.capped:
        notes.append(f"Held down as spikes, by the rule of the protocol: {reading.capped}.")
    if reading.posted_quiet or reading.followed_on < reading.blocks_on:
        followed = "" if reading.followed is None else f"; of posting itself: {number(reading.followed)}"
        full = "full " if protocol.design.light else ""
        notes.append(
            f"Analysed as planned although {reading.posted_quiet} quiet times had posts and "
            f"{reading.blocks_on - reading.followed_on} times for {full}posting had none{followed}."
        )
    if reading.how == "stopped":
        notes.append(
            "Stopped at a time that was not planned: the range is the wider one that is good at any time."
        )
    if protocol.outcome == "visits_other":
        notes.append(
            "Visits from search engines, ads and mail are not counted; who searched your name later is missed."
        )
    return tuple(notes)
