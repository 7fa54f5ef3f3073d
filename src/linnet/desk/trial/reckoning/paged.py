"""The which-page trial: does mentioning a page bring people to it? For sites with few visits. Pure.

    y_pw = page_p + week_w + tau W_pw + e_pw

In each fortnight every page is promoted in exactly one of the two weeks, so means of pages and weeks can be
taken out of both sides (two-way demeaning) and tau is what is left. Its standard error is clustered by page
with the usual factor G/(G - 1) (n - 1)/(n - k) (Cameron and Miller 2015), and t = tau/s is compared with the
t of calendars drawn by the same lots. It answers nothing about pages that were never promoted, nor about the
firm's name.

Days without figures are missing for all pages alike and under every calendar. A week with at most two of them
(`lost_days`) is taken for seven days: its visits times 7/(7 - lost), the same factor for every page, so that a week
of five days neither weighs less than a promotion is worth nor leaves the pages' own sizes in the errors. A week
that lost more is left out for all pages; the other week of its fortnight stays, because within it pages that
are promoted still stand beside others, drawn by lot. What breaks the trial is counted in days.

Spikes: a page's week is held at the median and five MADs of that page's weeks, as seven days.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from linnet.desk.trial.reckoning import calendar, model
from linnet.desk.trial.reckoning.analysis import Counted, Obeyed, Tested, reading
from linnet.desk.trial.reckoning.chance import Stream
from linnet.desk.trial.reckoning.linear import Vector, dot
from linnet.desk.trial.reckoning.retest import Estimate, Spread, ratio
from linnet.desk.trial.values import Design, PageCalendar, PageRecord, Protocol, Reading
from linnet.kernel.errors import Invalid

Rows = list[Vector]
LOST_DAYS = 2  # of a week: with five of seven days the weekdays that are missing say little


def read(protocol: Protocol, seed: str, records: Iterable[PageRecord], until: str) -> Reading:
    """The reading of all whole weeks up to the day `until`. Looks and stops as in `analysis.read`. Raises
    Invalid for a day outside of the trial, a page's week twice or an unknown page, and other kinds of trial."""
    found = calendar.page_calendar(protocol.design, seed)
    if not protocol.design.start <= until <= calendar.last_day(protocol.design):
        raise Invalid("until", "is not a day of the trial")
    most = protocol.rules.lost_days
    rows = _by_place(records, protocol.design, most)
    over = [week.week for week in found.weeks if week.last <= until]
    pages = protocol.design.pages
    used = [week for week in over if all((p, week) in rows and not rows[p, week].dropped for p in pages)]
    values, capped = _values(rows, pages, used, protocol.rules.cap)
    on = _on(found, used)
    quiet = [y for ys, ws in zip(values, on, strict=True) for y, w in zip(ys, ws, strict=True) if not w]
    cells = len(pages) * len(used)
    counted = Counted(
        cells,
        cells - len(quiet),
        len(pages) * (len(over) - len(used)),
        capped,
        sum(quiet) / max(len(quiet), 1),
        (_lost(rows, pages, over), 7 * len(over)) if most else None,
    )
    tested = _test(protocol, seed, values, on, used, len(over))
    return reading(protocol, tested, counted, _obeyed(found, rows, over), until)


def estimate(outcome: Rows, on: Sequence[Sequence[float]]) -> Estimate | None:
    """The effect of one calendar. `outcome`: pages by weeks, demeaned both ways; `on`: 1 where the page is
    promoted. None where that calendar cannot tell."""
    weeks = len(outcome[0])
    cells, terms = len(outcome) * weeks, len(outcome) + weeks
    treated = demeaned(on)
    along = [dot(w, y) for w, y in zip(treated, outcome, strict=True)]
    square = [dot(w, w) for w in treated]
    total = sum(square)
    if total <= 1e-9 or cells <= terms:
        return None
    effect = sum(along) / total
    scores = [a - effect * s for a, s in zip(along, square, strict=True)]
    pages = len(outcome)
    factor = pages / (pages - 1) * (cells - 1) / (cells - terms)
    se = math.sqrt(factor * dot(scores, scores)) / total
    return Estimate(effect, se, ratio(effect, se))


def whole(record: PageRecord) -> float:
    """Visits of a week as seven days: what the days with figures brought, times 7 by their number."""
    return record.visits * 7 / max(7 - record.lost, 1)


def demeaned(rows: Sequence[Sequence[float]]) -> Rows:
    """Rows without the means of rows and columns."""
    n = len(rows)
    columns = [sum(column) / n for column in zip(*rows, strict=True)]
    grand = sum(columns) / len(columns)
    found = []
    for row in rows:
        own = sum(row) / len(row) - grand
        found.append([x - own - c for x, c in zip(row, columns, strict=True)])
    return found


def _test(
    protocol: Protocol, seed: str, values: Rows, on: Rows, used: Sequence[int], over: int
) -> Tested | None:
    if len(used) < 2 or not any(map(any, values)):
        return None
    outcome = demeaned(values)
    if sum(dot(y, y) for y in outcome) <= 1e-18 * sum(dot(y, y) for y in values):
        outcome = [[0.0] * len(used) for _ in outcome]  # the same in all: nothing to explain
    real = estimate(outcome, on)
    if real is None:
        return None
    stream = Stream(seed, "draws")
    sizes = [abs(real.t)]
    for _ in range(protocol.rules.draws):
        drawn = estimate(outcome, _drawn(len(values), used, over, stream))
        sizes.append(abs(drawn.t) if drawn else math.inf)
    spread = Spread(sizes, exact=False)
    fortnights = -(-over // 2)
    coins = fortnights * len(values)
    return Tested(
        real.effect, real.se, spread.p(real.t), spread, coins, calendar.calendars(protocol.design, fortnights)
    )


def _drawn(pages: int, used: Sequence[int], over: int, stream: Stream) -> Rows:
    """A calendar by the same lots, for the weeks that are used."""
    lots = [calendar.draw_pages(pages, stream) for _ in range(-(-over // 2))]
    return [[float(lots[week // 2][page] != bool(week % 2)) for week in used] for page in range(pages)]


def _on(found: PageCalendar, used: Sequence[int]) -> Rows:
    return [[float(page in found.weeks[week].promoted) for week in used] for page in found.design.pages]


def _values(
    rows: Mapping[tuple[str, int], PageRecord], pages: Sequence[str], used: Sequence[int], mads: int
) -> tuple[Rows, int]:
    every = [whole(rows[page, week]) for page in pages for week in used]
    held, capped = model.cap(every, [page for page in pages for _ in used], mads)
    width = len(used)
    return [held[at * width : (at + 1) * width] for at in range(len(pages))], capped


def _obeyed(found: PageCalendar, rows: Mapping[tuple[str, int], PageRecord], over: Sequence[int]) -> Obeyed:
    on: list[bool] = []
    quiet: list[bool] = []
    for week in over:
        for page in found.design.pages:
            record = rows.get((page, week))
            posted = record is not None and record.posted > 0
            (on if page in found.weeks[week].promoted else quiet).append(posted)
    return Obeyed(sum(on), len(on), sum(quiet), len(quiet))


def _lost(rows: Mapping[tuple[str, int], PageRecord], pages: Sequence[str], over: Sequence[int]) -> int:
    """Days without figures; a week of which a page is not told at all is lost whole."""
    return sum(rows[pages[0], n].lost if all((page, n) in rows for page in pages) else 7 for n in over)


def _by_place(records: Iterable[PageRecord], design: Design, most: int) -> dict[tuple[str, int], PageRecord]:
    rows: dict[tuple[str, int], PageRecord] = {}
    pages = set(design.pages)
    of_week: dict[int, int] = {}
    for record in records:
        if record.page not in pages:
            raise Invalid("records", f"have a page that is not of this trial: {record.page[:80]}")
        if (record.page, record.week) in rows:
            raise Invalid("records", f"have week {record.week} of {record.page[:80]} twice")
        if record.lost != of_week.setdefault(record.week, record.lost):
            raise Invalid(
                "records", f"have other lost days in week {record.week} for one page than for another"
            )
        _check_lost(record, most)
        rows[record.page, record.week] = record
    return rows


def _check_lost(record: PageRecord, most: int) -> None:
    """By the rule: days may be lost, and a week is dropped if and only if it lost too many."""
    if not most and record.lost:
        raise Invalid("records", "have lost days, which this trial's protocol does not know")
    if not 0 <= record.lost <= 7:
        raise Invalid("records", f"have {record.lost} lost days in week {record.week}")
    if most and bool(record.dropped) != (record.lost > most):
        what = "is dropped" if record.dropped else "is not dropped"
        raise Invalid("records", f"week {record.week} {what} although {record.lost} of its days are lost")
