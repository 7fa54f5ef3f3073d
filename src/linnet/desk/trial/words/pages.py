"""What a trial of pages says in other words than one of days: of pages, weeks and mentions. Pure."""

from linnet.desk.trial.values import Protocol, Reading, VerdictKind

UNIT = "visits per promoted page and week"
SENTENCES: dict[VerdictKind, str] = {
    "worth_it": "The visits that posting about a page brought to it pay for the time it took, even if a visit is worth "
    "as little as it may be.",
    "not_worth_it": "On quick visits alone, posting about a page does not pay for the time it took, even if a visit is "
    "worth as much as it may be.",
    "cannot_tell": "The range of what posting about a page brought to it lies on both sides of what would pay for it.",
    "broken": "The weeks do not answer the question, whatever the figures say.",
    "do_not_start": "With the visits of these pages, even a year of this trial would not show what a mention brings.",
}
SLOW = (
    "Not measured: a reputation that grows over months, because in its other week a page lives on the fame of those "
    "in which it was promoted; only comparing firms can show that."
)
NEXT: dict[str, str] = {
    "keep": "Keep posting about these pages about as often as in the trial; more was not tried.",
    "look_again": "Look again in a year, or when the time that a page takes has changed.",
    "again": "Start again when what broke it is mended; the old weeks are not used again.",
    "stop": "Use the time that posts about pages take for something else, and keep answering people who write to you.",
    "halve": "Spend half the time on a page: then half as many visits pay for it.",
    "more_pages": "Take more pages, or such as more people visit: then smaller differences can be seen.",
}
REASONS: dict[str, str] = {
    "dropped": "More days are without figures than the protocol allows",
    "compliance": "Promoted weeks and other weeks of the pages were not kept apart as the protocol asks.",
    "no_figures": "There are no visits of these pages at all, or too few weeks with figures, to compute anything.",
    "nothing_to_see": "In a year, only an effect larger than all visits that a page has in a week today, and than what "
    "would pay, could be seen.",
}


def effect(reading: Reading, best: str, ends: tuple[str, str] | None) -> str:
    """What a mention brought, by figures that are written already: `best` guess, `ends` of its range."""
    n = f"{reading.days_on} weeks of pages promoted, {reading.days - reading.days_on} not"
    if ends is None:
        return f"Measured: {best} {UNIT}, without a range: there were too few coins ({n})."
    return f"Posting about a page brought it {best} visits a week; range {ends[0]} to {ends[1]} ({n})."


def reason(key: str, protocol: Protocol, reading: Reading) -> str:
    """Why a trial is broken."""
    if key == "dropped":
        of = weeks(protocol, reading)
        if protocol.rules.lost_days:
            return f"{REASONS[key]}: {reading.lost} of {7 * of}."
        cells = len(protocol.design.pages) * of
        return f"More weeks of pages are missing than the protocol allows: {reading.dropped} of {cells}."
    if key == "compliance":
        return (
            f"{REASONS[key]} By week, a post led to {reading.followed_on} of {reading.blocks_on} promoted pages, and "
            f"to {reading.posted_quiet} of {reading.blocks_quiet} of the others."
        )
    return REASONS[key]


def weeks(protocol: Protocol, reading: Reading) -> int:
    """Weeks that were over when it was read."""
    return (reading.days + reading.dropped) // len(protocol.design.pages)


def notes(protocol: Protocol, reading: Reading, followed: str) -> list[str]:
    """What a reader must know. `followed`: the effect of promoting itself, as it is written; '' for none."""
    found = []
    gone, of = reading.dropped // len(protocol.design.pages), weeks(protocol, reading)
    if reading.lost:
        some = f"{gone} {'week' if gone == 1 else 'weeks'} that lost more {'is' if gone == 1 else 'are'} not used."
        found.append(
            f"Without figures: {reading.lost} of {7 * of} days, for all pages alike. A week that lost at most "
            f"{protocol.rules.lost_days} of its days is taken for seven{'; ' + some if gone else '.'}"
        )
    elif gone:
        found.append(f"Not used: {gone} of {of} weeks, because figures are missing.")
    if reading.capped:
        found.append(f"Held down as spikes, by the rule of the protocol: {reading.capped} weeks of pages.")
    if reading.posted_quiet or reading.followed_on < reading.blocks_on:
        found.append(
            f"Analysed as planned although a post led to {reading.posted_quiet} pages in their other week, and none to "
            f"{reading.blocks_on - reading.followed_on} promoted ones{'; of promoting itself: ' + followed if followed else ''}."
        )
    if reading.how == "stopped":
        found.append(
            "Stopped at a time that was not planned: the range is the wider one that is good at any time."
        )
    found.append(
        "Counted are visits of people who saw the page, wherever they came from: who would have come anyway falls into "
        "both weeks alike."
    )
    return found
