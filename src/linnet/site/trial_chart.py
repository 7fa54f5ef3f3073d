"""A trial's range against its break-even line, and the flat p-values of the power step, as places in a
drawing. Pure; the template draws."""

import math
from collections.abc import Callable, Sequence

from linnet.desk.trial.values import Reading, Verdict
from linnet.desk.trial.verdict import number
from linnet.kernel.value import Value

LEFT, RIGHT = 20, 460  # of a drawing 480 wide: small enough to be read on a phone


class Tick(Value):
    """A mark of the axis."""

    x: float
    label: str


class Range(Value):
    """The drawing of a range: `low`, `middle`, `high` in px; the line from `line_low` to `line_high` in
    px; None where there is none or where it lies outside."""

    low: float
    middle: float
    high: float
    zero: float
    line_low: float | None
    line_high: float | None
    ticks: list[Tick]
    words: str


class Bar(Value):
    """A bar of a small chart, and how many it stands for."""

    x: float
    height: float
    width: float
    n: int
    label: str


def range_chart(reading: Reading, verdict: Verdict, *, pages: bool = False) -> Range | None:
    """The range as drawn; None without one. `pages`: of a which-page trial. A line so far off that the range would shrink to a dot is
    named in words and not drawn."""
    if reading.low is None or reading.high is None:
        return None
    line = verdict.break_even
    span = max(reading.high - reading.low, 1.0)
    ends = [value for value in (line.low, line.high) if value is not None]
    drawn = [v for v in ends if reading.low - 4 * span <= v <= reading.high + 4 * span]
    every = [0.0, reading.low, reading.high, *drawn]
    lowest, highest = min(every), max(every)
    room = (highest - lowest) * 0.08 or 1.0
    lowest, highest = lowest - room, highest + room

    def x(value: float) -> float:
        return round(LEFT + (value - lowest) / (highest - lowest) * (RIGHT - LEFT), 1)

    return Range(
        low=x(reading.low),
        middle=x(reading.effect),
        high=x(reading.high),
        zero=x(0.0),
        line_low=_line(line.low, drawn, x),
        line_high=_line(line.high, drawn, x),
        ticks=[Tick(x(value), number(value)) for value in _round_values(lowest, highest)],
        words=_words(reading, ends, pages=pages),
    )


def _line(value: float | None, drawn: Sequence[float], x: Callable[[float], float]) -> float | None:
    return x(value) if value is not None and value in drawn else None


def _round_values(lowest: float, highest: float) -> list[float]:
    step = 10 ** math.floor(math.log10(highest - lowest))
    for fine in (1.0, 0.5, 0.2):
        if (highest - lowest) / (step * fine) >= 4:
            step *= fine
            break
    first = math.ceil(lowest / step)
    return [round(n * step, 6) for n in range(first, math.floor(highest / step) + 1)]


def _words(reading: Reading, ends: Sequence[float], *, pages: bool) -> str:
    unit = "visits per promoted page and week" if pages else "visits a day"
    what = "Promoting a page for a week" if pages else "A day of posting"
    said = f"The range goes from {number(reading.low or 0)} to {number(reading.high or 0)} {unit}; the best guess is {number(reading.effect)}."
    if not ends:
        return f"{said} No number of visits is sure to pay."
    low, high = min(ends), max(ends)
    until = f" to {number(high)}" if number(high) != number(low) else ""
    return f"{said} {what} pays from {number(low)}{until} visits on."


def flat_chart(flat: Sequence[int]) -> list[Bar]:
    """The p-values of trials without an effect, by tenths: they should be about equal."""
    most = max([*flat, 1])
    width = (RIGHT - LEFT) / max(len(flat), 1)
    return [
        Bar(
            round(LEFT + n * width + 2, 1),
            round(80 * count / most, 1),
            round(width - 4, 1),
            count,
            f"{n / 10:.1f}",
        )
        for n, count in enumerate(flat)
    ]
