"""What three arms say beside the verdict: light days, and what full days have more. In words without an answer of
their own, because only full against quiet was asked for one. Pure."""

from linnet.desk.trial.values import Contrast, Protocol, Reading, Verdict, VerdictKind
from linnet.desk.trial.words.line import in_money, number, pays
from linnet.kernel.money import show

UNIT = "visits a day"
SENTENCES: dict[VerdictKind, str] = {
    "worth_it": "The visits that full posting brought within days pay for the time it took, even if a visit is worth as "
    "little as it may be.",
    "not_worth_it": "On quick visits alone, full posting does not pay for the time it took, even if a visit is worth as "
    "much as it may be.",
    "cannot_tell": "The range of what full posting brought lies on both sides of what would pay for it.",
}
NEXT = {
    "keep": "Keep posting about as much as on full days; more was not tried.",
    "halve": "Spend less time: what light days brought, and what pays for one, stands beside it.",
}
BLOCKS = {"half_week": "half-weeks", "daily": "days", "whole_weeks": "weeks"}
SECOND = (
    "Light days, and full days against them, were declared before the start as second results: they have ranges and "
    "give no answer of their own."
)


def at_most(light: int) -> str:
    """What a light day may have."""
    return f"at most {light} post{'' if light == 1 else 's'} a day"


def effect(reading: Reading) -> str:
    """Full against quiet, in one sentence."""
    light = reading.light.days if reading.light else 0
    n = f"{reading.days_on} full days, {reading.days_quiet} quiet; {light} light ones aside"
    if reading.low is None or reading.high is None:
        return f"Measured: {number(reading.effect)} {UNIT}, without a range: there were too few draws ({n})."
    return (
        f"Full posting brought {number(reading.effect)} {UNIT} over quiet days; "
        f"range {number(reading.low)} to {number(reading.high)} ({n})."
    )


def light(protocol: Protocol, reading: Reading, verdict: Verdict) -> tuple[str, ...]:
    """Light days against quiet ones, and against what they cost. Nothing where there are none."""
    if reading.light is None or verdict.light is None:
        return ()
    n = f"{reading.light.days} light days, {reading.days_quiet} quiet"
    name = at_most(protocol.design.light)
    worth = protocol.worth
    tools = f", and {show(worth.tools, worth.currency)} for tools" if worth.tools else ""
    cost = (
        f"A light day costs {show(worth.light_cost, worth.currency)} ({worth.light_minutes} minutes{tools})"
    )
    said = [
        _contrast(f"Light posting ({name}) brought", "over quiet days", reading.light.quiet, n),
        pays(cost, verdict.light.line, UNIT),
    ]
    if verdict.light.money and verdict.kind != "broken":
        said.append(in_money(verdict.light.money, "a day"))
    return tuple(said)


def rest(protocol: Protocol, reading: Reading, verdict: Verdict) -> tuple[str, ...]:
    """Full days against light ones: what the rest of the effort brings. Nothing where there are no light ones."""
    if reading.light is None or verdict.light is None:
        return ()
    n = f"{reading.days_on} full days, {reading.light.days} light"
    worth = protocol.worth
    more = show(worth.cost - worth.light_cost, worth.currency)
    cost = f"It costs {more} ({worth.minutes - worth.light_minutes} minutes) more"
    said = [
        _contrast("The rest of the effort of a full day brought", "over light days", reading.light.rest, n),
        pays(cost, verdict.light.rest_line, UNIT),
    ]
    if verdict.light.rest_money and verdict.kind != "broken":
        said.append(in_money(verdict.light.rest_money, "a day"))
    return tuple(said)


def _contrast(what: str, over: str, found: Contrast | None, n: str) -> str:
    if found is None:
        return f"{what} what cannot be computed: there are too few days with figures ({n})."
    if found.low is None or found.high is None:
        return (
            f"{what} {number(found.effect)} {UNIT} {over}, without a range: there were too few draws ({n})."
        )
    ends = f"range {number(found.low)} to {number(found.high)}"
    return f"{what} {number(found.effect)} {UNIT} {over}; {ends} ({n})."


def notes(protocol: Protocol, reading: Reading) -> list[str]:
    """What a reader must know of the second results."""
    if reading.light is None:
        return []
    found, name = reading.light, BLOCKS[protocol.design.kind]
    said = []
    if found.followed < found.blocks or not found.kept:
        kept = f"Light times were kept in {found.followed} of {found.blocks} {name}"
        tail = (
            "."
            if found.kept
            else ": too few, so their ranges say what the plan brought, not what light posting brings."
        )
        said.append(f"{kept} (a post, and no day with more than {protocol.design.light}){tail}")
    posts = f"{protocol.design.light} post{'' if protocol.design.light == 1 else 's'}"
    said.append(
        f"More than {posts} went out on {found.heavier} of {reading.days_on} full days: only there was full really more "
        "than light."
    )
    return said
