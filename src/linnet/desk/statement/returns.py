"""Effort and return week by week (promise F44), read; `desk.trial.dose` has the slope."""

from linnet.db.tx import Tx
from linnet.desk.effort import totals
from linnet.desk.firm.rules import Firm
from linnet.desk.trial import dose
from linnet.desk.trial.dose import Week
from linnet.desk.visits import figures
from linnet.kernel.clock import MINUTE, zone
from linnet.kernel.days import before, day_of, week_of

LOOKED_BACK = 26  # weeks


def weeks(tx: Tx, firm: Firm, now: int) -> list[Week]:
    """Whole weeks from the first with any time on, at most 26, the oldest first: minutes for the firm's
    account, and probable visits by its links. Before anybody's time was recorded no week says anything."""
    own = zone(firm.time_zone)
    found = [before(week_of(day_of(now, own), own), own)]
    while len(found) < LOOKED_BACK:
        found.append(before(found[-1], own))
    found.reverse()
    times = totals.day_times(tx, firm.account_id, found[0].first, found[-1].last, now)
    first = min((time.day for time in times), default="")
    return [
        Week(
            round(sum(time.ms for time in times if week.first <= time.day <= week.last) / MINUTE),
            figures.counts(tx, week.start, week.end, firm.account_id).probable,
        )
        for week in found
        if first and week.last >= first
    ]


def words(tx: Tx, firm: Firm, now: int) -> str:
    """What more time goes along with, in one sentence."""
    return dose.words(dose.slope(weeks(tx, firm, now)))
