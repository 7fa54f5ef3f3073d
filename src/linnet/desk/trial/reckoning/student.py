"""Student's t without tables: for the first guess before a trial and for a slope. Pure.

The distribution function by the regularised incomplete beta function (Abramowitz and Stegun 26.7.1 and
26.5.8, the continued fraction by Lentz's method), its inverse by halving.
"""

import math

_TINY = 1e-300


def t_point(chance: float, freedom: float) -> float:
    """The t that a variable with so many degrees of freedom stays below with `chance` (.5 to 1)."""
    low, high = 0.0, 1.0
    while t_below(high, freedom) < chance:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        if middle in {low, high}:
            break
        low, high = (middle, high) if t_below(middle, freedom) < chance else (low, middle)
    return (low + high) / 2


def t_below(t: float, freedom: float) -> float:
    """The chance of staying below `t` (0 or more)."""
    return 1 - _beta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2


def _beta(x: float, a: float, b: float) -> float:
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / ((1 - (a + b) * x / (a + 1)) or _TINY)
    found = d
    for m in range(1, 10_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for part in (even, odd):
            d = 1 / ((1 + part * d) or _TINY)
            c = (1 + part / c) or _TINY
            found *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return found
