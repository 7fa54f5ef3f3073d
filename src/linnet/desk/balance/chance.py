"""How sure it is that the share about oneself is above a limit. Exact, in whole numbers and one sum.

The share p has the prior Beta(1, 4): before anything was seen, one in five. After P of N it is
Beta(1 + P, 4 + N - P), and Pr(p <= x) is the regularised incomplete beta function, which for whole
parameters is a binomial tail: I_x(a, b) = sum over j >= a of C(n, j) x^j (1-x)^(n-j), n = a + b - 1
(Abramowitz and Stegun 26.5.24).
"""

import math

PRIOR = (1, 4)


def incomplete_beta(x: float, a: int, b: int) -> float:
    """I_x(a, b) for whole a, b of 1 and more; x from 0 to 1."""
    n = a + b - 1
    return math.fsum(math.comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(a, n + 1))


def above(limit: float, own: int, of: int) -> float:
    """The posterior chance that more than `limit` (0 to 1) of what is posted is about oneself, when
    `own` of the last `of` are."""
    return 1 - incomplete_beta(limit, PRIOR[0] + own, PRIOR[1] + of - own)
