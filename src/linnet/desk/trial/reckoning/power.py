"""Before the start: what a trial could see, tried out on the firm's own past. Pure.

No trial ran in the past, so a random calendar laid over past days has the true effect 0: its p-values must be
flat, and .05 or less in 5 of 100. Then an effect is added on the days that calendar has on, spread over the
next days as the firm's tracked visits are, and made larger until 80 of 100 calendars find it: the smallest
visible effect. Where the past is longer than the trial, calendars are laid over several stretches of it.

Of three arms: some random calendars are laid over each stretch, and on each of them full and quiet trade places
again and again. In a past without any effect light and full are the same, so what is found for full against
quiet holds for light against quiet.

How it is fast. Under calendar r, the t of y + d v (v: the added effect, d: its size) is
(x + d z)/sqrt(a + 2 d b + d^2 c): five numbers for each pair of calendars give every d at once. A run
compares with 199 drawn calendars instead of 4,999: the size of the test is the same, and what is lost in
power is less than 1 of 100.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import date
from operator import add, mul

from linnet.desk.trial.reckoning import calendar, model, three
from linnet.desk.trial.reckoning.chance import Stream
from linnet.desk.trial.reckoning.linear import Vector, dot
from linnet.desk.trial.reckoning.looks import planned
from linnet.desk.trial.reckoning.retest import Retest
from linnet.desk.trial.reckoning.student import t_point
from linnet.desk.trial.values import DayRecord, Design, Power, Rules, Step
from linnet.kernel.days import next_day
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value, changed

RUNS = 500
AGAINST = 199  # calendars that each run is compared with
WEEKS_MOST = 26
STRETCHES_MOST = 8
LAYOUTS = 16  # of three arms: calendars that say where light days lie, over all stretches
FOUND = 0.8
PROFILE = (0.6, 0.25, 0.1, 0.05)  # of the paper, where the firm has no tracked visits of its own
CURVE = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
_MOST = 10  # times the mean: larger effects are not searched for
Five = tuple[float, float, float, float, float]


class Run(Value):
    """One calendar laid over the past: its own five numbers and those of the calendars it is compared
    with. `whole`: these are all calendars, itself among them."""

    own: Five
    others: list[Five]
    whole: bool

    def p(self, effect: float) -> float:
        """The p-value when an effect of this size is added."""
        x, z, a, b, c = self.own
        top = (x + effect * z) ** 2 * (1 - 2e-9)
        under = a + effect * (2 * b + effect * c)
        larger = sum(
            [
                (x + effect * z) ** 2 * under >= top * (a + effect * (2 * b + effect * c))
                for x, z, a, b, c in self.others
            ]
        )
        return larger / len(self.others) if self.whole else (1 + larger) / (1 + len(self.others))


def steps(
    history: Sequence[DayRecord],
    design: Design,
    seed: str,
    profile: Sequence[float] = PROFILE,
    *,
    rules: Rules | None = None,
    runs: int = RUNS,
) -> Iterator[Step]:
    """The power step, a piece at a time: how far it is, and at the end what it found. `profile`: what share of
    an effect arrives on the day of the post and on the days after it. Raises Invalid when there are no days."""
    rules = rules or Rules(lag=int(design.kind == "half_week"))
    limit = planned(design)[-1].limit
    stretches, weeks = stretches_of(history, design)
    if design.light and stretches:
        stretches = [stretch for stretch in stretches for _ in range(-(-LAYOUTS // len(stretches)))]
    done: list[Run] = []
    of = runs + 1 if stretches else 1
    stream = Stream(seed, "power")
    for n, stretch in enumerate(stretches):
        over = _Past(stretch, changed(design, weeks=weeks, start=stretch[0].day), rules, profile, stream)
        for _ in range(runs * (n + 1) // len(stretches) - runs * n // len(stretches)):
            done.append(over.run())
            yield Step(len(done), of, None)
    yield Step(of, of, _power(history, design, done, weeks, limit, rules))


def stretches_of(history: Sequence[DayRecord], design: Design) -> tuple[list[list[DayRecord]], int]:
    """Stretches of the past as long as the trial, or as long as there are days (at most 26 weeks), and their
    weeks; none where the past is too short for a calendar. Each begins where the trial's weeks begin."""
    rows = {record.day: record for record in history}
    if not rows:
        raise Invalid("history", "has no days: record visits before planning a trial")
    if not any(record.outcome for record in history if not record.dropped):
        raise Invalid("history", "has no visits that count: look whether the snippet or the log import works")
    weekday = date.fromisoformat(design.start).weekday()
    end = next_day(max(rows))
    end = next_day(end, -((date.fromisoformat(end).weekday() - weekday) % 7))
    have = min(WEEKS_MOST, (date.fromisoformat(end) - date.fromisoformat(min(rows))).days // 7)
    weeks = min(design.weeks, have // design.cycle * design.cycle)
    if weeks < design.cycle or calendar.coins(changed(design, weeks=weeks)) < calendar.COINS_LEAST:
        return [], weeks
    if design.light and design.kind == "daily" and weeks < calendar.DAILY_WEEKS_LEAST:
        return [], weeks  # such a calendar of three arms cannot be drawn: the guess is all there is
    apart = max(1, -(-(have - weeks + 1) // STRETCHES_MOST))
    found = []
    for back in range(0, have - weeks + 1, apart):
        first = next_day(end, -7 * (weeks + back))
        days = (next_day(first, n) for n in range(7 * weeks))
        found.append([rows.get(day, DayRecord(day, 0, 0, 0, 0, "no record")) for day in days])
    return found, weeks


def guess(sd: float, days: int, coins: int) -> float:
    """The smallest visible effect by the formula: SE = 1.4 * 2 sd / sqrt(days), 1.4 being the price of
    blocks and of the day before in the model, times (t_.975 + t_.80 with coins - 1) / .95."""
    return (t_point(0.975, coins - 1) + t_point(0.8, coins - 1)) * 1.4 * 2 * sd / math.sqrt(days) / 0.95


class _Past:
    """A stretch of past days with the calendars that runs are compared with, prepared."""

    def __init__(
        self,
        days: Sequence[DayRecord],
        design: Design,
        rules: Rules,
        profile: Sequence[float],
        stream: Stream,
    ) -> None:
        self._stream = stream
        used = [n for n, record in enumerate(days) if not record.dropped]
        kept = [days[n] for n in used]
        names = [record.day for record in kept]
        held, _ = model.cap(
            [float(r.outcome) for r in kept], [date.fromisoformat(day).weekday() for day in names], rules.cap
        )
        searches = [record.searches for record in kept]
        retest, spread, self._always = _model(design, rules, names, used, searches, profile, stream)
        self._retest = retest
        self._outcome = retest.nuisance.left_of(held)
        self._effect = Retest(retest.nuisance, [spread])
        self._whole = 2**retest.coins <= AGAINST + 1
        drawn = (
            range(2 ** (retest.coins - 1))
            if self._whole
            else [stream.bits(retest.coins) for _ in range(AGAINST)]
        )
        self._others = [found for heads in drawn if (found := self._prepared(heads))]

    def run(self) -> Run:
        """One random calendar."""
        while True:
            heads = self._stream.bits(self._retest.coins)
            own = self._prepared(heads)
            if own:
                break
        added = list(map(add, self._effect.columns(heads)[0], self._always))
        return Run(self._five(own, added), [self._five(other, added) for other in self._others], self._whole)

    def _prepared(self, heads: int) -> "_Ready | None":
        columns = self._retest.columns(heads)
        weights = self._retest.weights(columns)
        if weights is None:
            return None
        error = self._retest.error(columns, self._outcome)
        square = list(map(mul, weights, weights))
        crossed = list(map(mul, square, error))
        return _Ready(columns, weights, square, crossed, dot(weights, self._outcome), dot(crossed, error))

    def _five(self, ready: "_Ready", added: Vector) -> Five:
        error = self._retest.error(ready.columns, added)
        size = dot(ready.square, map(mul, error, error))
        return ready.x, dot(ready.weights, added), ready.a, dot(ready.crossed, error), size


class _Ready(Value):
    columns: list[Vector]
    weights: Vector
    square: Vector
    crossed: Vector
    x: float
    a: float


def _model(
    design: Design,
    rules: Rules,
    names: Sequence[str],
    used: Sequence[int],
    searches: Sequence[int],
    profile: Sequence[float],
    stream: Stream,
) -> tuple[Retest, list[Vector], Vector]:
    """The test of a stretch; what its coins make of an effect that arrives over some days; and what of that is
    there whatever they show (of three arms, whose light days are drawn here)."""
    if design.light:
        found = calendar.calendar(design, f"{stream.bits(256):064x}")
        made = three.retest(found, rules, names, searches, three.FULL)
        if made:
            draws = three.swaps(found, three.FULL, used, rules.lag).draws
            spread, always = three.spread(found, used, draws, profile)
            return made[0], spread, made[0].nuisance.left_of(always)
    else:
        retest = model.retest(design, rules, names, searches)
        if retest:
            return retest, _spread(design, used, retest.coins, profile), [0.0] * len(used)
    raise Invalid("history", "has too few days with figures to try a trial on")


def _spread(design: Design, used: Sequence[int], coins: int, profile: Sequence[float]) -> list[Vector]:
    """The columns of the coins for an effect that arrives over some days."""
    found = [[0.0] * len(used) for _ in range(coins)]
    for share, columns in zip(profile, model.patterns(design, used, len(profile) - 1), strict=True):
        for total, column in zip(found, columns, strict=True):
            total[:] = [x + share * c for x, c in zip(total, column, strict=True)]
    return found


def _power(
    history: Sequence[DayRecord], design: Design, runs: Sequence[Run], weeks: int, limit: int, rules: Rules
) -> Power:
    kept = sorted((r for r in history if not r.dropped), key=lambda r: r.day)[-7 * WEEKS_MOST :]
    mean = sum(record.outcome for record in kept) / len(kept)
    sd = _sd(kept, rules)
    days = 7 * design.weeks * 2 // design.cycle  # of the two arms that are compared
    by_formula = guess(sd, days, calendar.coins(design))
    return summed(
        runs,
        limit,
        days=len(kept),
        weeks=weeks if runs else design.weeks,
        mean=mean,
        sd=sd,
        by_formula=by_formula,
    )


def summed(
    runs: Sequence[Run], limit: int, *, days: int, weeks: int, mean: float, sd: float, by_formula: float
) -> Power:
    """What all runs say together; `limit`: of the trial's end, in ten-thousandths."""
    p_values = [run.p(0.0) for run in runs]
    flat = [0] * 10
    for p in p_values:
        flat[min(9, math.ceil(p * 10 - 1e-9) - 1)] += 1
    smallest = _smallest(runs, limit, _MOST * mean + 10) if runs else None
    return Power(
        days=days,
        weeks=weeks,
        runs=len(runs),
        mean=mean,
        sd=sd,
        flat=tuple(flat),
        alarms=sum(p <= 0.05 + 1e-9 for p in p_values),
        smallest=smallest if runs else by_formula,
        guess=by_formula,
        curve=tuple((smallest * share, _found(runs, limit, smallest * share)) for share in CURVE)
        if smallest
        else (),
    )


def _sd(kept: Sequence[DayRecord], rules: Rules) -> float:
    days = [record.day for record in kept]
    held, _ = model.cap(
        [float(r.outcome) for r in kept], [date.fromisoformat(day).weekday() for day in days], rules.cap
    )
    nuisance = model.nuisance(days, [record.searches for record in kept] if rules.covariate else None)
    left = nuisance.left_of(held)
    return math.sqrt(dot(left, left) / max(1, len(kept) - nuisance.rank))


def _found(runs: Sequence[Run], limit: int, effect: float) -> int:
    return sum(run.p(effect) * 10_000 <= limit + 1e-6 for run in runs)


def _smallest(runs: Sequence[Run], limit: int, most: float) -> float | None:
    """By halving, to a hundredth of itself."""
    if _found(runs, limit, most) < FOUND * len(runs):
        return None
    low, high = 0.0, most
    while high - low > 0.01 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if _found(runs, limit, middle) >= FOUND * len(runs) else (middle, high)
    return high
