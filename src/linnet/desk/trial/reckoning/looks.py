"""When the figures may be seen before the end, and what a look costs. Pure.

The chance of a false alarm, .05, is spent on the looks in advance: .005 after two thirds, .015 after five
sixths, .03 at the end. Their sum bounds the chance that any of them is wrong however they depend on each
other (Bonferroni); group-sequential boundaries (Pocock 1977, O'Brien and Fleming 1979; spending: Lan and
DeMets 1983) are a little less strict but need the joint distribution of the looks, which a randomization
test of a few coins does not have.

A look is moved to the end of its fortnight (of three arms: its three weeks), so that every weekday was on as often as it was quiet; and it
is left out where so few coins have been thrown that no p could be as small as its limit (8 coins: the
smallest is 2/256). What it would have spent is spent at the end.

Futility: after one half, or as soon as there are coins enough, the trial may end with "not worth it" if
the range with the limit .01 lies below the break-even line. It cannot end with "worth it", so the limit of
that mistake stays .05; the chance of a false "not worth it" is .06 at most, and half of it by symmetry.
Where a look falls on that day (six weeks of daily coins: after 28 days), there is only the look: it may end with
"not worth it" as well, and one day has one limit.
"""

import math

from linnet.desk.trial.reckoning.calendar import calendars
from linnet.desk.trial.values import Design, Look

ALL = 500  # ten-thousandths
EARLY = ((2, 3, 50), (5, 6, 150))  # after so many of so many parts: the limit
FUTILITY = 100
NORMAL = 1.959964  # .975 point


def planned(design: Design, *, early: bool = True) -> tuple[Look, ...]:
    """The looks of a trial in their order; the last is the end."""
    cycles, days = design.weeks // design.cycle, 7 * design.cycle
    looks = []
    left = ALL
    for part, of, limit in EARLY if early else ():
        at = -(-part * cycles // of)
        if at < cycles and can_tell(design, at, limit):
            looks.append(Look(days * at, limit))
            left -= limit
    taken = {look.days for look in looks}
    enough = [at for at in range(-(-cycles // 2), cycles) if can_tell(design, at, FUTILITY)]
    if early and enough and days * enough[0] not in taken:
        looks.append(Look(days * enough[0], FUTILITY, "futility"))
    looks.append(Look(days * cycles, left))
    return tuple(sorted(looks, key=lambda look: (look.days, look.purpose)))


def can_tell(design: Design, cycles: int, limit: int) -> bool:
    """Whether a p as small as `limit` (ten-thousandths) is possible after so many fortnights (of three arms:
    three weeks): a calendar and its mirror always give the same |t|, so the smallest p is two of all."""
    return limit * calendars(design, cycles) >= 2 * 10_000


def anytime(quantile: float, days: int, planned_days: int) -> float:
    """How many standard errors wide the range must be on each side if the owner chose the moment. A
    confidence sequence holds at all times at once:

        mean +- sigma sqrt(2 (t r^2 + 1)/(t^2 r^2) log(sqrt(t r^2 + 1)/alpha)), sigma = s sqrt(t)

    (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024, Annals of Statistics 52, "Time-uniform central
    limit theory and asymptotic confidence sequences", arXiv 2103.06476; checked there and in the authors'
    R code: two-sided as it stands). r^2 = (-2 log alpha + log(1 - 2 log alpha))/planned_days makes it
    narrowest at the planned end (same paper, its approximation). Only t r^2 enters, so it does not
    matter whether days or coins are counted.

    The theorem is for many observations. For few coins the width is stretched by `quantile`/1.96, which is
    what the randomization test asks at the same moment instead of the normal's 1.96, and never shrunk."""
    alpha = ALL / 10_000
    share = days / planned_days * (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha)))
    width = math.sqrt(2 * (share + 1) / share * math.log(math.sqrt(share + 1) / alpha))
    return width * max(1.0, quantile / NORMAL)
