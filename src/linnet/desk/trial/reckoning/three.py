"""Three arms: one compared with another, while the third stays where it was. Pure.

    y_t = weekday + b trend + g log(1 + searches) + f_0 F_t + f_1 F_(t-1) + l_0 L_t + l_1 L_(t-1) + e_t

F: full, L: light, as assigned. Full against quiet is f_0 + f_1, light against quiet l_0 + l_1, full against light
their difference: the same fit, written with another arm left out.

The test of two arms draws again by the same rule, but only their places: in each draw the two trade theirs or
do not, and the third arm keeps its days. Under "these two bring the same" nothing else is asked, so p is
exact whatever the third one brings; if all orders were drawn, it would be exact only if all three brought
the same (conditional randomization tests: Hennessy, Dasgupta, Miratrix, Pattanayak and Sarkar 2016, Journal of
Causal Inference, doi 10.1515/jci-2015-0018; Zhang and Zhao, arXiv 2104.10618).

Given the third arm T, W of the first is (1 - T)/2 + sum of s_k b_k with s_k = 1 or -1: so `Retest` does it, with T
among what is taken out. On the first day nothing is known of the day before: 1/3 of each arm.
"""

from collections.abc import Sequence
from datetime import date

from linnet.desk.trial.reckoning import model
from linnet.desk.trial.reckoning.calendar import spots
from linnet.desk.trial.reckoning.linear import Vector
from linnet.desk.trial.reckoning.retest import Retest
from linnet.desk.trial.values import Arm, Calendar, Design, Rules
from linnet.kernel.value import Value

ARMS: tuple[Arm, ...] = ("on", "light", "quiet")


class Pair(Value):
    """Two arms that are compared: the extra of `first` over `second`."""

    first: Arm
    second: Arm

    @property
    def third(self) -> Arm:
        """The one that stays where it is."""
        return next(arm for arm in ARMS if arm not in {self.first, self.second})


FULL = Pair("on", "quiet")
LIGHT = Pair("light", "quiet")
REST = Pair("on", "light")


class Swaps(Value):
    """What two arms can trade. `patterns[l][k]`: what draw k adds to the first arm l days before, if it has the
    earlier of its two places; `draws`: which these are; `third[l]`: the third arm l days before; `heads`: what
    was really drawn, a bit for each draw, the lowest for the first."""

    patterns: model.Pattern
    draws: list[int]
    third: list[Vector]
    heads: int


def swaps(found: Calendar, pair: Pair, used: Sequence[int], lags: int) -> Swaps:
    """Of the days `used` (numbered from the start, rising), with up to `lags` days before. Draws of which no used
    day has seen one of the two arms are left out."""
    design, arms = found.design, [day.arm for day in found.days]
    signs, earlier = _signs(design, arms, pair)
    patterns, third = [], []
    for back in range(lags + 1):
        columns: dict[int, Vector] = {}
        for row, day in enumerate(used):
            if day < back:
                continue
            draw, sign = signs[day - back]
            if sign:
                columns.setdefault(draw, [0.0] * len(used))[row] = sign
        patterns.append(columns)
        third.append([float(arms[day - back] == pair.third) if day >= back else 1 / 3 for day in used])
    seen = sorted({draw for columns in patterns for draw in columns})
    return Swaps(
        [[columns.get(draw, [0.0] * len(used)) for draw in seen] for columns in patterns],
        seen,
        third,
        sum(1 << n for n, draw in enumerate(seen) if earlier[draw]),
    )


def _signs(
    design: Design, arms: Sequence[Arm], pair: Pair
) -> tuple[list[tuple[int, float]], dict[int, bool]]:
    """For each day its draw and 1/2 in the earlier place of the two arms, -1/2 in the later, 0 of the third; and
    for each draw whether the first arm has the earlier place."""
    where = spots(design)
    places: dict[int, dict[Arm, int]] = {}
    for (_, draw, turn), arm in zip(where, arms, strict=True):
        places.setdefault(draw, {})[arm] = turn
    first = {draw: min(of[pair.first], of[pair.second]) for draw, of in places.items()}
    signs = [
        (draw, 0.0 if arm == pair.third else 0.5 if turn == first[draw] else -0.5)
        for (_, draw, turn), arm in zip(where, arms, strict=True)
    ]
    return signs, {draw: of[pair.first] < of[pair.second] for draw, of in places.items()}


def spread(
    found: Calendar, used: Sequence[int], draws: Sequence[int], profile: Sequence[float]
) -> tuple[list[Vector], Vector]:
    """An effect of full days that arrives over some days, for the power step: what each of `draws` adds to it, and
    what it is whatever they show, because of where light days lie."""
    of = swaps(found, FULL, used, len(profile) - 1)
    columns = {draw: [0.0] * len(used) for draw in draws}
    always = [0.0] * len(used)
    for share, patterns, third in zip(profile, of.patterns, of.third, strict=True):
        always = [x + share * (1 - t) / 2 for x, t in zip(always, third, strict=True)]
        for draw, column in zip(of.draws, patterns, strict=True):
            if draw in columns:
                columns[draw] = [x + share * c for x, c in zip(columns[draw], column, strict=True)]
    return [columns[draw] for draw in draws], always


def retest(
    found: Calendar, rules: Rules, days: Sequence[str], searches: Sequence[int], pair: Pair
) -> tuple[Retest, int] | None:
    """The test of two arms on these days, and what the draws of the calendar show in it; None where there are so
    few days that nothing is left to test."""
    start = date.fromisoformat(found.design.start)
    used = [(date.fromisoformat(day) - start).days for day in days]
    of = swaps(found, pair, used, rules.lag)
    if not of.patterns[0]:
        return None
    made = Retest(model.nuisance(days, searches if rules.covariate else None, of.third), of.patterns)
    return (made, of.heads) if made.freedom >= 1 else None
