"""The test of a trial: the same figures under every calendar that the coins could have shown. Pure.

For one calendar: the effect tau = tau_0 (+ tau_1), the sum over the day and the day before, by least
squares; s, its standard error by the sandwich with n/(n - k) (HC1: White 1980, MacKinnon and White 1985);
t = tau/s. If posting changed nothing, the outcome would have been the same under every calendar, so the
share of calendars with |t| as large as the real one is the p-value, exact whatever the days are like
(Fisher 1935). t rather than tau is compared because the studentised test keeps its size, in large samples,
also when posting changes the spread and not the mean (checked: Wu and Ding 2021, JASA 116, 1898-1913,
"Randomization tests for weak null hypotheses"; exact randomization tests for switchbacks: Bojinov,
Simchi-Levi and Zhao, arXiv 2009.00148).

A calendar is linear in its coins: W = 1/2 + sum of s_k b_k with s_k = 1 or -1. So what the nuisance
columns leave of W is a sum of vectors prepared once, in tables for six coins together; one calendar costs
a few passes over the days. Where all calendars are no more than the draws asked for, every one of them is
taken (half of them: a calendar and its mirror have the same |t|), and p is exact, not drawn.
"""

import math
from collections.abc import Iterator, Sequence
from operator import add

from linnet.desk.trial.reckoning.chance import Stream
from linnet.desk.trial.reckoning.linear import Nuisance, Vector, dot
from linnet.kernel.value import Value

TOGETHER = 6  # coins in one table
TIE = 1e-9  # two |t| that differ by less are the same calendar's, or its mirror's
_SINGULAR = 1e-9


class Estimate(Value):
    """One calendar's effect, its standard error and t; t is infinite where there is no error to divide by."""

    effect: float
    se: float
    t: float


class Spread:
    """The |t| of all calendars, with the real one in it, in falling order."""

    def __init__(self, sizes: list[float], *, exact: bool) -> None:
        self._sizes = sorted(sizes, reverse=True)
        self.exact = exact

    @classmethod
    def of(cls, spreads: "Sequence[Spread]") -> "Spread":
        """Several together."""
        sizes = [size for spread in spreads for size in spread._sizes]
        return cls(sizes, exact=all(spread.exact for spread in spreads))

    def p(self, t: float) -> float:
        """The share of calendars with |t| at least as large; the real one is among them, so never 0."""
        bound = abs(t) * (1 - TIE)
        return sum(size >= bound for size in self._sizes) / len(self._sizes)

    def quantile(self, limit: int) -> float | None:
        """What |t| must be above for p to be at most `limit` (ten-thousandths); None where p cannot be so
        small, or where a calendar of no error stands in the way."""
        allowed = limit * len(self._sizes) // 10_000
        if allowed < 1 or allowed >= len(self._sizes):
            return None
        found = self._sizes[allowed]
        return found if math.isfinite(found) else None


class Retest:
    """A model with its calendars. `patterns[l][k]`: what heads of coin k add to W of l days before, +1/2
    and -1/2 on its days and 0 elsewhere, for the days that are used."""

    def __init__(self, nuisance: Nuisance, patterns: Sequence[Sequence[Sequence[float]]]) -> None:
        self.nuisance = nuisance
        self.coins = len(patterns[0])
        self.lags = len(patterns)
        self.days = len(patterns[0][0])
        self._left = [[nuisance.left_of(column) for column in columns] for columns in patterns]
        self._tables = [
            [_table(columns[at : at + TOGETHER], self.days) for at in range(0, self.coins, TOGETHER)]
            for columns in self._left
        ]
        self.freedom = self.days - nuisance.rank - self.lags

    def columns(self, heads: int) -> list[Vector]:
        """What is left of W, and of W of the day before, under a calendar. `heads`: a bit for each coin,
        the lowest for coin 0."""
        found = []
        for tables in self._tables:
            rest, total = heads, None
            for table in tables:
                part = table[rest & (1 << TOGETHER) - 1]
                total = part if total is None else list(map(add, total, part))
                rest >>= TOGETHER
            found.append(total or [])
        return found

    def weights(self, columns: Sequence[Vector]) -> Vector | None:
        """What each day weighs in the effect: tau = weights . y. None where this calendar cannot tell."""
        if self.lags == 1:
            square = dot(columns[0], columns[0])
            return [x / square for x in columns[0]] if square > _SINGULAR else None
        pair = _pair(columns)
        if pair is None:
            return None
        first, second = columns
        a, b = pair[0] + pair[1], pair[1] + pair[2]
        return [a * x + b * y for x, y in zip(first, second, strict=True)]

    def error(self, columns: Sequence[Vector], outcome: Vector) -> Vector:
        """What this calendar leaves of an outcome of which the nuisance is out already."""
        if self.lags == 1:
            w = columns[0]
            tau = dot(w, outcome) / dot(w, w)
            return [y - tau * x for y, x in zip(outcome, w, strict=True)]
        v, w = columns
        p, q, r = _pair(columns) or (0.0, 0.0, 0.0)
        vy, wy = dot(v, outcome), dot(w, outcome)
        a, b = p * vy + q * wy, q * vy + r * wy
        return [y - a * x - b * z for y, x, z in zip(outcome, v, w, strict=True)]

    def estimate(self, heads: int, outcome: Vector) -> Estimate | None:
        """The effect under a calendar; `outcome`: what the nuisance left of it. None where it cannot tell."""
        columns = self.columns(heads)
        weights = self.weights(columns)
        if weights is None or self.freedom < 1:
            return None
        effect = dot(weights, outcome)
        scores = [w * e for w, e in zip(weights, self.error(columns, outcome), strict=True)]
        se = math.sqrt(self.days / self.freedom * dot(scores, scores))
        return Estimate(effect, se, ratio(effect, se))

    def spread(self, real: int, outcome: Vector, draws: int, stream: Stream) -> Spread:
        """The |t| of all calendars, or of `draws` drawn ones and the real one."""
        exact = self.coins <= 30 and 2**self.coins <= draws + 1
        calendars = self._every() if exact else self._drawn(real, draws, stream)
        sizes = []
        for heads in calendars:
            found = self.estimate(heads, outcome)
            # one that cannot tell stands against us: it counts as larger than anything
            sizes.append(abs(found.t) if found else math.inf)
        return Spread(sizes, exact=exact)

    def _every(self) -> Iterator[int]:
        return iter(range(2 ** (self.coins - 1)))  # the last coin shows tails: the others are mirrors

    def _drawn(self, real: int, draws: int, stream: Stream) -> Iterator[int]:
        yield real
        for _ in range(draws):
            yield stream.bits(self.coins)


def _table(columns: Sequence[Vector], days: int) -> list[Vector]:
    """For every way in which some coins can fall, the sum of their columns with their signs."""
    table = [[0.0] * days]
    for column in columns:
        minus = [[x - c for x, c in zip(row, column, strict=True)] for row in table]
        plus = [[x + c for x, c in zip(row, column, strict=True)] for row in table]
        table = minus + plus  # the newest coin is the highest bit
    return table


def _pair(columns: Sequence[Vector]) -> tuple[float, float, float] | None:
    """The inverse of the 2 x 2 matrix of inner products: (first, off the diagonal, last)."""
    v, w = columns
    vv, vw, ww = dot(v, v), dot(v, w), dot(w, w)
    size = vv * ww - vw * vw
    if vv <= _SINGULAR or size <= _SINGULAR * vv * ww:
        return None
    return ww / size, -vw / size, vv / size


def ratio(effect: float, se: float) -> float:
    """t; infinite where an effect has no error, 0 where there is neither."""
    if se > _SINGULAR * abs(effect):
        return effect / se
    return math.copysign(math.inf, effect) if abs(effect) > _SINGULAR else 0.0
