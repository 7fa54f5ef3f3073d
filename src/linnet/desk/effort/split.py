"""Writing is not the work: of all the time, how much was writing (F35; design paper, 4b). Pure.

The range comes from drawing whole days again (bootstrap: Efron, "Bootstrap methods", Annals of
Statistics 7, 1979): a day is what belongs together, minutes within it are not independent. The draws
are the same each time, so the same days give the same range.
"""

from collections.abc import Iterable
from random import Random

from linnet.desk.effort.rules import Activity, DayTime
from linnet.kernel.value import Value

DAYS_LEAST = 20  # below, a share says less than the minutes do
DRAWS = 2_000
SEED = 35
LOW, HIGH = 0.025, 0.975

Part = str  # write | answer | find | read | rest

PARTS: tuple[Part, ...] = ("write", "answer", "find", "read", "rest")
_PART: dict[Activity, Part] = {
    "write": "write",
    "answer": "answer",
    "find_news": "find",
    "find_people": "find",
    "read": "read",
    "manage": "rest",
    "outside": "rest",
}


class Split(Value):
    """Of `ms` in all, `parts` (part, ms) in the order of PARTS, on `days` days with any time. `share`:
    of writing, with its 95 % range from `low` to `high`; None below DAYS_LEAST days, where only the
    minutes are said."""

    ms: int
    days: int
    parts: tuple[tuple[Part, int], ...]
    share: float | None
    low: float | None
    high: float | None


def split(times: Iterable[DayTime]) -> Split:
    """How time was split, measured, estimated and written down together."""
    sums = dict.fromkeys(PARTS, 0)
    by_day: dict[str, tuple[int, int]] = {}  # writing, all
    for time in times:
        if not time.ms:
            continue
        part = _PART[time.activity]
        sums[part] += time.ms
        writing, every = by_day.get(time.day, (0, 0))
        by_day[time.day] = writing + (time.ms if part == "write" else 0), every + time.ms
    ms, parts = sum(sums.values()), tuple(sums.items())
    if len(by_day) < DAYS_LEAST:
        return Split(ms, len(by_day), parts, None, None, None)
    low, high = share_range([by_day[day] for day in sorted(by_day)])
    return Split(ms, len(by_day), parts, sums["write"] / ms, low, high)


def share_range(days: list[tuple[int, int]]) -> tuple[float, float]:
    """The 95 % range of sum(a) / sum(b) over days (a, b) with b above 0: between the percentiles of
    DRAWS draws of as many days."""
    chance = Random(SEED)  # noqa: S311 # statistics, not a secret
    shares = []
    for _ in range(DRAWS):
        drawn = chance.choices(days, k=len(days))
        shares.append(sum(a for a, _ in drawn) / sum(b for _, b in drawn))
    shares.sort()
    return shares[int(LOW * DRAWS)], shares[int(HIGH * DRAWS) - 1]
