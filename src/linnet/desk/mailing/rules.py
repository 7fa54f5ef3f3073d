"""What stands in the mail, and when it is due."""

from linnet.desk.statement.rules import COUNT, MS, CostPer, Figure, Statement
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.days import Period, span_words
from linnet.kernel.money import show
from linnet.kernel.value import Value

AT = 8 * HOUR  # after the midnight that ends the week
SHOWN = (
    "cost.total",
    "time.total",
    "posts.written",
    "answers.given",
    "answers.waiting",
    "visits.probable",
    "leads.trail",
    "sales.trail",
)


class Subscriber(Value):
    """Somebody who asked for it."""

    person_id: int
    since: int
    sent_week: str
    problem: str


def is_due(subscriber: Subscriber, week: Period, now: int) -> bool:
    """May the mail about `week`, the last that is over, go out now?"""
    return subscriber.sent_week < week.name and now >= week.end + AT


def subject(statement: Statement) -> str:
    """Such as: Corner Bakery, 16 to 22 November 2026: 23 visits by your links for 166.67 EUR."""
    visits = statement.figure("visits.probable").value
    cost = show(statement.figure("cost.total").value, statement.currency)
    mark = f"{statement.mark} " if statement.mark else ""
    came = f"{visits} visit{'' if visits == 1 else 's'} by your links"
    week = span_words(statement.period.first, statement.period.last)
    return f"{mark}{statement.firm}, {week}: {came} for {cost}"


def text(statement: Statement, address: str, stop: str) -> str:
    """The mail as plain text. `address` of the whole statement, `stop` of the page where it ends."""
    figures = shown(statement)
    wide = max(len(figure.label) for figure in figures)
    lines = [
        *((statement.mark, "") if statement.mark else ()),
        f"{statement.firm}, {span_words(statement.period.first, statement.period.last)}",
        "",
        *(f"{figure.label.ljust(wide)}  {said(figure)}" for figure in figures),
        "",
        "What each cost",
        *(f"- {_each(per)}" for per in statement.costs),
        "",
        "What is not known",
        *(f"- {unknown.words}" for unknown in statement.not_known),
        "",
        f"The whole statement, with the rows behind every figure: {address}",
        f"You get this because you asked for it. To end it: {stop}",
    ]
    return "\n".join(lines) + "\n"


def shown(statement: Statement) -> list[Figure]:
    """The figures that stand in the mail."""
    money = statement.figure(f"money.{statement.currency}.trail")
    return [*(statement.figure(key) for key in SHOWN), money]


def said(figure: Figure) -> str:
    """A figure with what must stand beside it."""
    value, trust = in_words(figure)
    return f"{value} ({trust})" if trust else value


def in_words(figure: Figure) -> tuple[str, str]:
    """A figure, and what must stand beside it: n and range."""
    if figure.unit == MS:
        minutes = (figure.value + MINUTE // 2) // MINUTE
        return f"{minutes // 60} h {minutes % 60:02} min" if minutes >= 60 else f"{minutes} min", ""
    value = str(figure.value) if figure.unit == COUNT else show(figure.value, figure.unit)
    trust = []
    if figure.unit != COUNT or figure.n != figure.value:
        trust.append(f"n {figure.n}")
    if figure.low is not None and figure.high is not None:
        trust.append(f"range {figure.low:.1f} to {figure.high:.1f}")
    return value, ", ".join(trust)


def _each(per: CostPer) -> str:
    return f"{per.label}: {per.words}"
