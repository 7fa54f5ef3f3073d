"""A trial's days as the vectors of its test: weekday, trend, covariate, the coins; and spikes. Pure."""

import math
from collections.abc import Sequence
from datetime import date

from linnet.desk.trial.reckoning.calendar import places
from linnet.desk.trial.reckoning.linear import Nuisance, Vector, median
from linnet.desk.trial.reckoning.retest import Retest
from linnet.desk.trial.values import Calendar, Design, Rules

POISSON_MAD = 0.6745  # MAD / standard deviation of a normal, and nearly of a Poisson count
Pattern = list[list[Vector]]


def cap(values: Sequence[float], groups: Sequence[object], mads: int) -> tuple[Vector, int]:
    """The values, held at the median and `mads` MADs of their group, and how many were held. A MAD is
    .6745 sqrt(median) at least (of a median below 1: of 1), so that rare visits are no spikes."""
    limits = {}
    for group in set(groups):
        own = [v for v, g in zip(values, groups, strict=True) if g == group]
        middle = median(own)
        spread = median([abs(v - middle) for v in own])
        limits[group] = middle + mads * max(spread, POISSON_MAD * math.sqrt(max(middle, 1.0)))
    held = [min(v, limits[g]) for v, g in zip(values, groups, strict=True)]
    return held, sum(h < v for h, v in zip(held, values, strict=True))


def nuisance(
    days: Sequence[str], searches: Sequence[int] | None, third: Sequence[Sequence[float]] = ()
) -> Nuisance:
    """What is taken out of every day: its weekday, a trend, log(1 + searches) where that is asked, and the
    columns of the third arm where two of three are compared."""
    dates = [date.fromisoformat(day) for day in days]
    columns = [[float(d.weekday() == weekday) for d in dates] for weekday in range(7)]
    if dates:
        middle = (dates[0].toordinal() + dates[-1].toordinal()) / 2
        columns.append([(d.toordinal() - middle) / 7 for d in dates])
    if searches is not None:
        columns.append([math.log1p(n) for n in searches])
    return Nuisance([*columns, *third])


def patterns(design: Design, used: Sequence[int], lag: int) -> Pattern:
    """The columns of the coins for the days `used` (numbered from the start, rising); coins that no used
    day has seen are left out. On the first day nothing is known of the day before: 0, which is W = 1/2."""
    where = places(design)
    thrown = 1 + max((where[day][1] for day in used), default=-1)
    found = []
    for back in range(lag + 1):
        columns = [[0.0] * len(used) for _ in range(thrown)]
        for row, day in enumerate(used):
            if day >= back:
                _, coin, first = where[day - back]
                columns[coin][row] = 0.5 if first else -0.5
        found.append(columns)
    return found


def heads(calendar: Calendar, coins: int) -> int:
    """What the first `coins` coins of a calendar show, a bit for each, the lowest for coin 0."""
    shown = 0
    for day, (_, coin, first) in zip(calendar.days, places(calendar.design), strict=True):
        if coin < coins and day.on == first:
            shown |= 1 << coin
    return shown


def retest(design: Design, rules: Rules, days: Sequence[str], searches: Sequence[int]) -> Retest | None:
    """The test for these days; None where there are so few that nothing is left to test."""
    start = date.fromisoformat(design.start)
    used = [(date.fromisoformat(day) - start).days for day in days]
    columns = patterns(design, used, rules.lag)
    if not used or not columns[0]:
        return None
    found = Retest(nuisance(days, searches if rules.covariate else None), columns)
    return found if found.freedom >= 1 else None
