"""Figures and the break-even line in words, the same for every kind of trial. Pure."""

from linnet.desk.trial.values import BreakEven, MoneyRange
from linnet.kernel.money import show

_RAISED = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


def number(value: float) -> str:
    """A figure as it is read: one decimal below 100, none above; a minus as a minus."""
    text = f"{abs(value):.1f}" if abs(value) < 99.95 else f"{abs(value):.0f}"
    return f"\u2212{text}" if value < 0 and float(text) else text


def many(n: int) -> str:
    """A number as it is read: 4096, 24,010,000, 1.2\u00b710\u00b2\u00b9."""
    digits = str(n)
    if len(digits) > 12:
        power = str(len(digits) - 1).translate(_RAISED)
        return f"{digits[0]}.{digits[1]}\u00b710{power}"
    return f"{n:,}" if n > 9999 else digits


def pays(cost: str, line: BreakEven, unit: str) -> str:
    """`cost` (a day of posting costs …) and from how many visits on it pays."""
    if line.low is None or line.high is None:
        return f"{cost}. A visit may be worth nothing, so no number of visits is sure to pay for it."
    ends = (number(line.low), number(line.high))
    until = f" to {ends[1]}" if ends[0] != ends[1] else ""
    return f"{cost} and pays for itself from {ends[0]}{until} {unit}."


def in_money(money: MoneyRange, per: str) -> str:
    """A range in money against its cost. `per`: a day."""
    low, high, cost = (
        show(x, money.currency).replace("-", "\u2212") for x in (money.low, money.high, money.cost)
    )
    return f"In money: {low} to {high} {per}, against a cost of {cost}."
