"""A trial's range against its break-even line, and the flat p-values of the power step, as places in a
drawing. Pure; the template draws."""

import math
from collections.abc import Callable, Sequence

from linnet.desk.trial.values import BreakEven, Contrast, Reading, Verdict
from linnet.desk.trial.words.line import number
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


class Row(Value):
    """One of the ranges that are drawn above each other, in px as in Range; `y`: its middle."""

    name: str
    y: int
    low: float
    middle: float
    high: float
    line_low: float | None
    line_high: float | None


class Ranges(Value):
    """The ranges of full and of light days over quiet ones, on one scale, each against its own line."""

    rows: list[Row]
    zero: float
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
    ends = [value for value in (line.low, line.high) if value is not None]
    drawn = _near(reading.low, reading.high, ends)
    x, ticks = _scale([0.0, reading.low, reading.high, *drawn])
    return Range(
        low=x(reading.low),
        middle=x(reading.effect),
        high=x(reading.high),
        zero=x(0.0),
        line_low=_line(line.low, drawn, x),
        line_high=_line(line.high, drawn, x),
        ticks=ticks,
        words=_words(reading, ends, pages=pages),
    )


def light_chart(reading: Reading, verdict: Verdict) -> Ranges | None:
    """Full and light days, each over quiet ones and against what it costs; None where one of them has no range."""
    light = reading.light.quiet if reading.light else None
    if verdict.light is None or light is None or reading.low is None or light.low is None:
        return None
    both: list[tuple[str, Reading | Contrast, BreakEven]] = [
        ("Full", reading, verdict.break_even),
        ("Light", light, verdict.light.line),
    ]
    ends = {name: [v for v in (line.low, line.high) if v is not None] for name, _, line in both}
    drawn = {name: _near(one.low or 0.0, one.high or 0.0, ends[name]) for name, one, _ in both}
    every = [value for _, one, _ in both for value in (one.low or 0.0, one.high or 0.0)]
    x, ticks = _scale([0.0, *every, *drawn["Full"], *drawn["Light"]])
    rows = [
        Row(
            name,
            y,
            x(one.low or 0.0),
            x(one.effect),
            x(one.high or 0.0),
            _line(line.low, drawn[name], x),
            _line(line.high, drawn[name], x),
        )
        for y, (name, one, line) in zip((38, 104), both, strict=True)
    ]
    words = [
        f"{name} days over quiet ones. {_ranged(one, ends[name], f'A {name.lower()} day')}"
        for name, one, _ in both
    ]
    return Ranges(rows, x(0.0), ticks, " ".join(words))


def _near(low: float, high: float, ends: Sequence[float]) -> list[float]:
    """The ends of a line that are drawn: not so far off that the range would shrink to a dot."""
    span = max(high - low, 1.0)
    return [value for value in ends if low - 4 * span <= value <= high + 4 * span]


def _scale(every: Sequence[float]) -> tuple[Callable[[float], float], list[Tick]]:
    """Where values stand, and the marks of the axis."""
    lowest, highest = min(every), max(every)
    room = (highest - lowest) * 0.08 or 1.0
    lowest, highest = lowest - room, highest + room

    def x(value: float) -> float:
        return round(LEFT + (value - lowest) / (highest - lowest) * (RIGHT - LEFT), 1)

    values = _round_values(lowest, highest)
    whole = all(value == round(value) for value in values)  # then without decimals
    return x, [Tick(x(v), number(v).removesuffix(".0") if whole else number(v)) for v in values]


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
    return _ranged(reading, ends, "Promoting a page for a week" if pages else "A day of posting", unit)


def _ranged(reading: Reading | Contrast, ends: Sequence[float], what: str, unit: str = "visits a day") -> str:
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
