"""What a statement cannot know, in words. Pure."""

from linnet.kernel.clock import MINUTE, iso
from linnet.kernel.value import Value


class NotKnown(Value):
    """Something that this statement cannot know, in words; `step`: the page that would help."""

    key: str
    words: str
    step: str = ""


class Circumstances(Value):
    """What decides which sentences about the unknown a statement needs."""

    over: bool
    until: int
    unmeasured: int
    measured_ms: int
    estimated_ms: int
    hourly_cost: int
    any_visit: bool
    visits: int
    confirmed: int
    unsure: int
    any_lead: bool
    any_sale: bool
    sales: int
    untrailed: int
    remote_followers: int
    foreign: tuple[str, ...]  # currencies other than the firm's
    trial_runs: bool = False  # within the period a trial was not over
    trial_waived: bool = False  # and it began without a baseline
    start: str = ""  # how the firm began to post, where the whole baseline was not there


def not_known(c: Circumstances) -> tuple[NotKnown, ...]:
    """What is not known, in words."""
    said = [*_of_time(c), *_of_visits(c), *_of_money(c), *_of_the_trial(c)]
    if c.start:
        said.append(NotKnown("first_post", c.start))
    if c.remote_followers:
        said.append(
            NotKnown(
                "delivered.remote",
                f"{_people(c.remote_followers, 'follower')} on other servers: what reached their servers, and what was "
                "refused, stands with the deliveries and is not in these figures.",
                "settings/deliveries",
            )
        )
    said.append(
        NotKnown(
            "because", "What would have come without any of this. Observed with a trail is not because of it."
        )
    )
    return tuple(said)


def _of_time(c: Circumstances) -> list[NotKnown]:
    said = []
    if not c.over:
        said.append(
            NotKnown("period", f"The rest of this period: it is not over. Counted until {iso(c.until)}.")
        )
    if c.unmeasured:
        have = "has" if c.unmeasured == 1 else "have"
        said.append(
            NotKnown(
                "time.off",
                f"{_people(c.unmeasured, 'person')} {have} time measuring off: their minutes are not in the cost.",
                "settings/time",
            )
        )
    if not c.measured_ms:
        said.append(
            NotKnown("time.none", "No time was recorded: not recorded is not nothing.", "settings/time")
        )
    if c.estimated_ms:
        minutes = (c.estimated_ms + MINUTE // 2) // MINUTE
        said.append(
            NotKnown("time.estimated", f"{minutes} min in other apps are estimated from the calls they made.")
        )
    if not c.hourly_cost:
        said.append(
            NotKnown("hourly_cost", "No hourly cost is set: time costs nothing here.", "settings/firm")
        )
    return said


def _of_visits(c: Circumstances) -> list[NotKnown]:
    said = []
    if not c.any_visit:
        said.append(
            NotKnown(
                "visits.none",
                "No visit was ever counted: put the snippet on your site, or import its log.",
                "settings/sites",
            )
        )
    elif c.visits and not c.confirmed:
        said.append(
            NotKnown(
                "visits.confirmed",
                "No visit was confirmed: the snippet is not on your site, or nobody stayed for a second.",
                "settings/sites",
            )
        )
    if c.unsure:
        what = "visit was" if c.unsure == 1 else "visits were"
        said.append(
            NotKnown("visits.unsure", f"{c.unsure} {what} neither clearly a person nor clearly a machine.")
        )
    return said


def _of_money(c: Circumstances) -> list[NotKnown]:
    said = []
    if not c.any_lead:
        said.append(
            NotKnown(
                "leads.none", "No leads were reported: connect your form, or import a CSV.", "settings/sales"
            )
        )
    if not c.any_sale:
        said.append(
            NotKnown(
                "sales.none", "No sales were reported: connect your shop, or import a CSV.", "settings/sales"
            )
        )
    if c.untrailed:
        said.append(
            NotKnown(
                "sales.untrailed",
                f"{c.untrailed} of {c.sales} sales had no trail: they may have come from here, or not.",
            )
        )
    if c.foreign:
        said.append(
            NotKnown(
                "currencies", f"Money in {' and '.join(c.foreign)} was not converted: it stands by itself."
            )
        )
    return said


def _of_the_trial(c: Circumstances) -> list[NotKnown]:
    said = []
    if c.trial_runs:
        said.append(
            NotKnown(
                "trial.runs",
                "A trial runs in this time: a difference between its days or pages says nothing before the trial does.",
                "desk/trial",
            )
        )
    if c.trial_waived:
        said.append(
            NotKnown("trial.waived", "The trial began without a baseline: what it can see was not known.")
        )
    return said


def _people(n: int, word: str) -> str:
    plural = {"person": "people", "follower": "followers"}[word]
    return f"{n} {word if n == 1 else plural}"
