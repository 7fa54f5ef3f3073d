"""A verdict in words: the one place where they are made. Pure."""

from linnet.desk.trial.reckoning.judging import WEEKS_OF_PATIENCE, YEAR
from linnet.desk.trial.values import (
    BreakEven,
    Design,
    Power,
    Protocol,
    Reading,
    Said,
    Verdict,
    VerdictKind,
    Worth,
)
from linnet.desk.trial.words import light as light_words
from linnet.desk.trial.words import pages as page_words
from linnet.desk.trial.words.line import in_money, many, number, pays
from linnet.kernel.money import show

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
