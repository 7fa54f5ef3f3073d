"""Before a which-page trial: what it could see, tried out on past weeks of the same pages. Pure.

As in `power`, with the lots of pages instead of coins and the clustered error of `paged`: under calendar r the
t of y + d v is again (x + d z)/sqrt(a + 2 d b + d^2 c).
"""

import math
from collections.abc import Iterator, Sequence

from linnet.desk.trial.reckoning import calendar, model, paged
from linnet.desk.trial.reckoning.chance import Stream
from linnet.desk.trial.reckoning.linear import Vector, dot
from linnet.desk.trial.reckoning.looks import planned
from linnet.desk.trial.reckoning.power import AGAINST, RUNS, WEEKS_MOST, Five, Run, summed
from linnet.desk.trial.reckoning.student import t_point
from linnet.desk.trial.values import Design, PageRecord, Rules, Step
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value


def steps(history: Sequence[PageRecord], design: Design, seed: str, *, runs: int = RUNS) -> Iterator[Step]:
    """The power step of a which-page trial. `history`: visits of the trial's pages in whole weeks before it,
    numbered in order; weeks in which one of them has no figures are left out, and the last even number of
    the others is used, at most the trial's length. `Power.days` counts weeks of pages, `mean` visits per page
    and week. With fewer than four such weeks there is the guess only. Raises Invalid without figures."""
    calendar.check(design)
    values, weeks = _table(history, design)
    limit = planned(design)[-1].limit
    of = runs + 1 if weeks >= 4 else 1
    done: list[Run] = []
    if weeks >= 4:
        past = _Past(values, Stream(seed, "power"))
        for _ in range(runs):
            done.append(past.run())
            yield Step(len(done), of, None)
    left = paged.demeaned(values)
    cells = len(values) * len(values[0])
    sd = math.sqrt(sum(dot(y, y) for y in left) / max(1, cells - len(values) - weeks + 1))
    found = summed(
        done,
        limit,
        days=cells,
        weeks=weeks if done else design.weeks,
        mean=sum(map(sum, values)) / cells,
        sd=sd,
        by_formula=guess(sd, len(values), design.weeks),
    )
    yield Step(of, of, found)


def guess(sd: float, pages: int, weeks: int) -> float:
    """The smallest visible effect by the formula: two means of half the cells each, with pages - 1 degrees of
    freedom because the error is clustered by page."""
    return (t_point(0.975, pages - 1) + t_point(0.8, pages - 1)) * 2 * sd / math.sqrt(pages * (weeks - 1))


class _Ready(Value):
    """One calendar: W demeaned, its squares by page, their sum; x and the scores of the past."""

    treated: list[Vector]
    square: Vector
    total: float
    x: float
    scores: Vector
    a: float


class _Past:
    def __init__(self, values: Sequence[Vector], stream: Stream) -> None:
        self._stream = stream
        self._outcome = paged.demeaned(values)
        self._weeks = len(values[0])
        pages, weeks = len(values), self._weeks
        self._factor = pages / (pages - 1) * (pages * weeks - 1) / (pages * weeks - pages - weeks)
        self._others = [self._ready(self._drawn()) for _ in range(AGAINST)]

    def run(self) -> Run:
        """One calendar drawn by lot."""
        own = self._ready(self._drawn())
        return Run(
            self._five(own, own.treated),
            [self._five(other, own.treated) for other in self._others],
            whole=False,
        )

    def _drawn(self) -> list[Vector]:
        pages = len(self._outcome)
        lots = [calendar.draw_pages(pages, self._stream) for _ in range(self._weeks // 2)]
        rows = [
            [float(lots[week // 2][page] != bool(week % 2)) for week in range(self._weeks)]
            for page in range(pages)
        ]
        return paged.demeaned(rows)

    def _ready(self, treated: list[Vector]) -> _Ready:
        square = [dot(w, w) for w in treated]
        total = sum(square)
        x, scores = _scored(treated, square, total, self._outcome)
        return _Ready(treated, square, total, x, scores, self._factor * dot(scores, scores) / total**2)

    def _five(self, ready: _Ready, added: list[Vector]) -> Five:
        z, scores = _scored(ready.treated, ready.square, ready.total, added)
        scale = self._factor / ready.total**2
        return ready.x, z, ready.a, scale * dot(ready.scores, scores), scale * dot(scores, scores)


def _scored(treated: list[Vector], square: Vector, total: float, rows: list[Vector]) -> tuple[float, Vector]:
    along = [dot(w, y) for w, y in zip(treated, rows, strict=True)]
    effect = sum(along) / total
    return effect, [a - effect * s for a, s in zip(along, square, strict=True)]


def _table(history: Sequence[PageRecord], design: Design) -> tuple[list[Vector], int]:
    """Visits by page and week, capped, and the number of weeks."""
    rows = {(r.page, r.week): r for r in history if not r.dropped}
    numbers = sorted({r.week for r in history})
    whole = [n for n in numbers if all((page, n) in rows for page in design.pages)]
    weeks = min(len(whole), design.weeks, WEEKS_MOST) // 2 * 2
    if weeks < 2:
        raise Invalid("history", "has no two weeks with figures for every page: record visits first")
    if not any(rows[page, n].visits for page in design.pages for n in whole):
        raise Invalid(
            "history", "has no visits of these pages: look whether the snippet or the log import works"
        )
    every = [paged.whole(rows[page, n]) for page in design.pages for n in whole[-weeks:]]
    held, _ = model.cap(every, [page for page in design.pages for _ in range(weeks)], Rules().cap)
    return [held[at * weeks : (at + 1) * weeks] for at in range(len(design.pages))], weeks
