"""Effort and return, week by week: whether more time goes along with more visits. Observed, not proven: a week
before a feast has more posts and more visits, and neither brought the other. Pure.

Least squares of visits on hours and a trend. The range is Student's with n - 3 degrees of freedom, and such a
range misses in 2 of 100: in a flat world fewer than 5 of 100 firms may see a slope, also those whose weeks
resemble each other. Where neighbouring weeks are alike in both effort and what is left of visits, there is
less in n weeks than it seems, and the error is made larger by sqrt((1 + r)/(1 - r)), r being the product of
both first autocorrelations where that is above 0 (Bartlett 1935).
"""

import math
from collections.abc import Sequence

from linnet.desk.trial.reckoning.linear import Nuisance, Vector, dot
from linnet.desk.trial.reckoning.student import t_below, t_point
from linnet.desk.trial.words.line import number
from linnet.kernel.value import Value

WEEKS_LEAST = 10
CHANCE = 0.99  # at each end
_HOUR = 60


class Week(Value):
    """A week's effort and what came: minutes, and visits (or leads)."""

    minutes: int
    visits: int


class Slope(Value):
    """Visits per hour more in a week, with the 98 % range; `n` weeks. `visible`: the range leaves 0 out."""

    per_hour: float
    low: float
    high: float
    p: float
    n: int
    visible: bool


def slope(weeks: Sequence[Week]) -> Slope | None:
    """None with fewer than 10 weeks, or when every week had the same effort."""
    n = len(weeks)
    if n < WEEKS_LEAST:
        return None
    trend = Nuisance([[1.0] * n, [float(at) for at in range(n)]])
    hours = [week.minutes / _HOUR for week in weeks]
    effort = trend.left_of(hours)
    spread = dot(effort, effort)
    if spread <= 1e-9 * max(1.0, dot(hours, hours)):
        return None
    visits = trend.left_of([float(week.visits) for week in weeks])
    found = dot(effort, visits) / spread
    error = [v - found * e for v, e in zip(visits, effort, strict=True)]
    freedom = n - trend.rank - 1
    alike = max(0.0, min(0.9, _alike(effort) * _alike(error)))
    se = math.sqrt(dot(error, error) / freedom / spread * (1 + alike) / (1 - alike))
    reach = t_point(CHANCE, freedom) * se
    p = 2 * (1 - t_below(abs(found) / se, freedom)) if se else float(not found)
    return Slope(found, found - reach, found + reach, p, n, found - reach > 0 or found + reach < 0)


def words(found: Slope | None) -> str:
    """The slope in one sentence, which never says because."""
    if found is None:
        return f"Too little to say: a slope needs {WEEKS_LEAST} weeks that differ in effort."
    span = f"{number(found.low)} to {number(found.high)}, {found.n} weeks"
    if not found.visible:
        return f"No visible slope: an hour more in a week went along with {number(found.per_hour)} visits, range {span}."
    more = "more" if found.per_hour > 0 else "fewer"
    return (
        f"An hour more in a week went along with {number(abs(found.per_hour))} {more} visits, range {span}. "
        "That is observed; only a trial can say what brought them."
    )


def _alike(values: Vector) -> float:
    """How much each week is like the one before: the first autocorrelation."""
    size = dot(values, values)
    return dot(values[1:], values[:-1]) / size if size else 0.0
