"""Putting the results of many firms together: random effects. Pure.

Between firms the effect differs by T² (DerSimonian and Laird 1986, "Meta-analysis in clinical trials"); the
range of the mean is Hartung and Knapp's (2001, "A refined method for the meta-analysis of controlled clinical
trials with binary outcome"), never narrower than the plain one (Röver, Knapp and Friede 2015, "Hartung-Knapp-
Sidik-Jonkman approach and its modification for random-effects meta-analysis with few studies"). What a new
firm may expect is the predictive range of Higgins, Thompson and Spiegelhalter 2009, "A re-evaluation of
random-effects meta-analysis".
"""

import math
from collections.abc import Sequence

from linnet.desk.trial.reckoning.student import t_point
from linnet.kernel.value import Value

FEWEST = 5  # firms; below that no number is shown
CHANCE = 0.975


class Result(Value):
    """Of one firm: the effect on the log scale and its standard error."""

    effect: float
    error: float


class Pooled(Value):
    """Of `k` firms. `mean` with its 95 % range, `low` to `high`; `spread`: the standard deviation between
    firms (T); `new_low` to `new_high`: where the effect at a new firm lies in 95 of 100 cases; `drawn_in`:
    each firm's own value, drawn in towards the mean."""

    k: int
    mean: float
    low: float
    high: float
    spread: float
    new_low: float
    new_high: float
    drawn_in: tuple[float, ...]


def pool(results: Sequence[Result]) -> Pooled | None:
    """All of them together; None for fewer than five."""
    k = len(results)
    if k < FEWEST:
        return None
    between = between_firms(results)
    weights = [1 / (one.error**2 + between) for one in results]
    total = sum(weights)
    mean = sum(w * one.effect for w, one in zip(weights, results, strict=True)) / total
    wider = sum(w * (one.effect - mean) ** 2 for w, one in zip(weights, results, strict=True)) / (k - 1)
    error = math.sqrt(max(1.0, wider) / total)
    half = t_point(CHANCE, k - 1) * error
    new = t_point(CHANCE, k - 2) * math.sqrt(between + error**2)
    drawn_in = tuple(mean + between / (between + one.error**2) * (one.effect - mean) for one in results)
    return Pooled(k, mean, mean - half, mean + half, math.sqrt(between), mean - new, mean + new, drawn_in)


def between_firms(results: Sequence[Result]) -> float:
    """T², the variance of the effect between firms, by moments: never below nought."""
    weights = [1 / one.error**2 for one in results]
    total = sum(weights)
    mean = sum(w * one.effect for w, one in zip(weights, results, strict=True)) / total
    q = sum(w * (one.effect - mean) ** 2 for w, one in zip(weights, results, strict=True))
    scale = total - sum(w * w for w in weights) / total
    return max(0.0, (q - (len(results) - 1)) / scale) if scale > 0 else 0.0
