"""How the firm posts, from its own past: what light days of a trial are suggested from. Reads only."""

from collections import defaultdict

from linnet.db.tx import Tx
from linnet.desk.effort import totals
from linnet.desk.firm.rules import Firm
from linnet.desk.trial import planning, queries
from linnet.desk.trial.planning import WINDOW, Habits, OwnDay
from linnet.kernel.clock import zone
from linnet.kernel.days import day_of, day_start, days_between, next_day


def habits(tx: Tx, firm: Firm, now: int) -> Habits:
    """Posts and minutes by day of the last 90 days, put together."""
    own = zone(firm.time_zone)
    today = day_of(now, own)
    first, last = next_day(today, -WINDOW), next_day(today, -1)
    posts: dict[str, int] = defaultdict(int)
    for at in queries.own_posts(tx, firm.account_id, day_start(first, own), day_start(today, own)):
        posts[day_of(at, own)] += 1
    ms: dict[str, int] = defaultdict(int)
    for time in totals.day_times(tx, firm.account_id, first, last, now):
        ms[time.day] += time.ms
    return planning.habits_of([OwnDay(posts[day], ms[day]) for day in days_between(first, last)])
