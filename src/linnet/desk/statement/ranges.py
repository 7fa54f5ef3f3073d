"""How far a count can be trusted: the exact Poisson interval (Garwood 1936, "Fiducial limits for
the Poisson distribution"), without tables and without scipy. Pure.
"""

import math
from collections.abc import Callable
from functools import lru_cache

ALPHA = 0.05
_STEPS = 200
_TINY = 1e-300


@lru_cache(maxsize=4096)
def poisson_range(k: int) -> tuple[float, float]:
    """The 95 % range of the mean behind a count of `k`: of (0, 3.69) for none."""
    low = 0.0 if k == 0 else _solve(lambda mean: at_least(k, mean) - ALPHA / 2, k)
    return low, _solve(lambda mean: at_least(k + 1, mean) - (1 - ALPHA / 2), k + 1)


def at_least(k: int, mean: float) -> float:
    """The chance of `k` (1 or more) or more events when `mean` are expected: the regularised lower
    incomplete gamma function P(k, mean), by its series below k + 1 and by its continued fraction
    (Lentz) above (Abramowitz and Stegun 6.5.29 and 6.5.31)."""
    if mean <= 0:
        return 0.0
    front = math.exp(k * math.log(mean) - mean - math.lgamma(k))
    if mean < k + 1:
        term = total = 1 / k
        n = k
        while term > total * 1e-16:
            n += 1
            term *= mean / n
            total += term
        return front * total
    return 1 - front * _fraction(k, mean)


def _fraction(k: int, mean: float) -> float:
    b = mean + 1 - k
    c, d = 1 / _TINY, 1 / b
    h = d
    step = 0
    change = 0.0
    while abs(change - 1) > 1e-15 and step < 100_000:
        step += 1
        a = -step * (step - k)
        b += 2
        d = 1 / (a * d + b or _TINY)
        c = b + a / c or _TINY
        change = c * d
        h *= change
    return h


def _solve(error: Callable[[float], float], near: int) -> float:
    """Where a rising function is 0, by halving from about ten standard deviations around `near`."""
    width = 10 * math.sqrt(near) + 10
    low, high = max(0.0, near - width), near + width
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if error(middle) < 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2
