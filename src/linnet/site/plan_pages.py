"""What a trial of pages asks of a week in the plan: the pages to post about and those not to link to. Only of
this week and of the next one: of later ones nobody is to know."""

from linnet.db.tx import Tx
from linnet.desk.trial import obeying
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages import rules as page_rules
from linnet.kernel.clock import zone
from linnet.kernel.days import Period, day_of
from linnet.kernel.value import Value
from linnet.site.desk_times import day_words


class PagesWeek(Value):
    """A week of a trial of pages, which begins on the day `since`, in words. `this`: it is now; `posted`: those of the promoted pages
    that a post led to already."""

    since: str
    this: bool
    promoted: tuple[str, ...]
    posted: tuple[str, ...]
    held: tuple[str, ...]


def of_week(tx: Tx, account_id: int, period: Period, now: int) -> PagesWeek | None:
    """The trial's week that begins in `period`; None where there is none or it may not be known yet. One
    query without a trial, three in one of pages."""
    found = obeying.known(tx, account_id, now)
    trial = found.trial
    if trial is None or not found.turns:
        return None
    number = page_rules.week_of(trial.first_day, period.last)
    first, last = page_rules.week_days(trial.first_day, number)
    turns = [turn for turn in found.turns if turn.week == number]
    if not turns or not period.first <= first <= period.last:
        return None
    linked = {link.page for link in page_queries.links(tx, trial.id) if link.week == number}
    promoted = tuple(turn.page for turn in turns if turn.promoted)
    return PagesWeek(
        day_words(first),
        first <= day_of(obeying.lived(found, now), zone(trial.time_zone)) <= last,
        promoted,
        tuple(page for page in promoted if page in linked),
        tuple(turn.page for turn in turns if not turn.promoted),
    )
