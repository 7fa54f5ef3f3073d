"""The linear algebra of a trial: columns taken out of a vector, in pure Python. Pure.

A least-squares fit of y on nuisance columns X and treatment columns W has the same coefficients of W, and
the same residuals, as the fit of what is left of y on what is left of W once X is taken out of both
(Frisch and Waugh 1933, Lovell 1963). X is the same for every calendar, so it is taken out once.
"""

import math
from collections.abc import Iterable, Sequence
from operator import mul

Vector = list[float]
_NOTHING = 1e-9  # what is left of a column, as a share of it, when it is made of the others


def dot(a: Iterable[float], b: Iterable[float]) -> float:
    """The inner product."""
    return sum(map(mul, a, b), 0.0)


class Nuisance:
    """An orthonormal basis of the columns that are taken out. `rank`: how many of them are of their own;
    a weekday that never occurs, or a constant covariate beside weekdays, is not."""

    def __init__(self, columns: Iterable[Sequence[float]]) -> None:
        """By Gram and Schmidt, each column twice, because once loses digits."""
        self._basis: list[Vector] = []
        for column in columns:
            size = math.sqrt(dot(column, column))
            left = self.left_of(self.left_of(column))
            length = math.sqrt(dot(left, left))
            if size and length > _NOTHING * size:
                self._basis.append([x / length for x in left])
        self.rank = len(self._basis)

    def left_of(self, column: Sequence[float]) -> Vector:
        """The column without what the basis explains of it."""
        left = list(column)
        for direction in self._basis:
            share = dot(direction, left)
            left = [x - share * d for x, d in zip(left, direction, strict=True)]
        return left


def median(values: Sequence[float]) -> float:
    """The middle value, or the mean of the two in the middle. Of at least one value."""
    order = sorted(values)
    half = len(order) // 2
    return order[half] if len(order) % 2 else (order[half - 1] + order[half]) / 2
