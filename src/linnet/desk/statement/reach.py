"""How many followers are enough (promise F16): visits per post against followers, and the number at
which a post pays for the time it took. Pure.

A straight line through the firm's own posts, with errors that may differ from post to post (HC3:
MacKinnon and White 1985, "Some heteroskedasticity-consistent covariance matrix estimators with improved
finite sample properties"). Where the line meets what a post must bring is a ratio; its range is by
Fieller 1954, "Some problems in interval estimation", which says "no end" where there is none.
"""

import math
from collections.abc import Sequence

from linnet.desk.trial.reckoning.student import t_point
from linnet.kernel.value import Value

FEWEST = 30  # posts; below that no number is shown


class PostReach(Value):
    """A post with a link to the firm's own site: its followers when it was written, and the probable
    visits by its links within the week after."""

    followers: int
    visits: int


class Line(Value):
    """Visits of a post = `visits` + `slope` * (followers - `followers`), with the variances of the two
    numbers and what they have in common."""

    n: int
    followers: float
    visits: float
    slope: float
    of_visits: float
    of_both: float
    of_slope: float

    @property
    def t(self) -> float:
        return t_point(0.975, self.n - 2)

    @property
    def slope_range(self) -> tuple[float, float]:
        """The 95 % range of the slope."""
        wide = self.t * math.sqrt(self.of_slope)
        return self.slope - wide, self.slope + wide


class Enough(Value):
    """The answer, in words. `followers` with `low` and `high` (None: no end) where there is a number."""

    words: str
    n: int
    followers: int | None = None
    low: int | None = None
    high: int | None = None


def line(posts: Sequence[PostReach]) -> Line | None:
    """Least squares; None where the followers were the same at every post. Needs three posts."""
    n = len(posts)
    middle = sum(post.followers for post in posts) / n
    mean = sum(post.visits for post in posts) / n
    spread = sum((post.followers - middle) ** 2 for post in posts)
    if not spread:
        return None
    slope = sum((post.followers - middle) * (post.visits - mean) for post in posts) / spread
    of_visits = of_both = of_slope = 0.0
    for post in posts:
        away = post.followers - middle
        pull = 1 / n + away**2 / spread  # of this post on the line
        rest = (post.visits - mean - slope * away) / (1 - pull)
        of_visits += rest**2 / n**2
        of_both += rest**2 * away / (n * spread)
        of_slope += rest**2 * away**2 / spread**2
    return Line(n, middle, mean, slope, of_visits, of_both, of_slope)


def meets(found: Line, visits: float) -> tuple[float, float, float]:
    """At how many followers a post brings `visits`, and the 95 % range of that. The slope must be
    visibly above nought (`slope_range`): then the range has two ends."""
    k = visits - found.visits
    square = found.t**2
    a = found.slope**2 - square * found.of_slope
    b = k * found.slope + square * found.of_both
    c = k**2 - square * found.of_visits
    root = math.sqrt(max(b * b - a * c, 0.0))
    return (
        found.followers + k / found.slope,
        found.followers + (b - root) / a,
        found.followers + (b + root) / a,
    )


def _nothing(posts: Sequence[PostReach], found: Line | None) -> str:
    """Why no slope can be told; "" where it is visibly above nought."""
    n = len(posts)
    if n < FEWEST:
        return f"Not enough posts yet: {n} of {FEWEST} with a link to your site, each at least a week old."
    seen = [post.followers for post in posts]
    least, most = min(seen), max(seen)
    if found is None:
        return (
            f"Cannot be told: you had {most} followers at every post, so nothing shows what more would bring."
        )
    low, high = found.slope_range
    if high < 0:
        return (
            f"From {least} to {most} followers ({n} posts) a post brought fewer visits, not more: {_steep(found)}. "
            "Something else changed meanwhile, so there is no number of followers that is enough."
        )
    if low <= 0:
        return (
            f"No visible slope from {least} to {most} followers ({n} posts): {_steep(found)}. "
            "More followers have not brought visibly more visits."
        )
    return ""


def _steep(found: Line) -> str:
    low, high = found.slope_range
    if high < 0:
        return f"{-100 * high:.1f} to {-100 * low:.1f} visits fewer a post for each 100 followers"
    return f"{_signed(100 * low)} to {_signed(100 * high)} visits more a post for each 100 followers"


def _signed(number: float) -> str:
    return f"{number:.1f}".replace("-", "\N{MINUS SIGN}")


def enough(
    posts: Sequence[PostReach], followers_now: int, cost_of_post: float | None, value_of_visit: float | None
) -> Enough:
    """How many followers are enough. `cost_of_post` and `value_of_visit` in minor units of one currency,
    None where not known."""
    n = len(posts)
    found = line(posts) if n >= FEWEST else None
    nothing = _nothing(posts, found)
    if found is None or nothing:
        return Enough(nothing, n)
    seen = [post.followers for post in posts]
    least, most = min(seen), max(seen)
    steep = _steep(found)
    if not cost_of_post or not value_of_visit or value_of_visit <= 0:
        missing = "a post costs" if not cost_of_post else "a visit is worth"
        return Enough(
            f"{steep} ({n} posts, {least} to {most} followers). What {missing} is not known yet, so "
            "there is no number of followers that is enough.",
            n,
        )
    at, first, last = (max(0, round(number)) for number in meets(found, cost_of_post / value_of_visit))
    words = (
        f"A post pays for its time at about {at} followers (range {first} to {last}, {n} posts). "
        f"You have {followers_now}. It needs {cost_of_post / value_of_visit:.1f} visits for that; {steep}."
    )
    if at > 2 * most:
        words += f" That is far beyond the {most} you have had: take it as a direction, not a promise."
    return Enough(words, n, at, first, last)
