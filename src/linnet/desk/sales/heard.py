"""What people said about how they heard of the firm: their own words, apart from what was measured. Pure."""

from collections.abc import Collection, Iterable

from linnet.desk.sales.rules import Lead
from linnet.kernel.value import Value


class Answer(Value):
    """An answer to "How did you hear about us?": how many gave it, and how many of those had a trail."""

    words: str
    people: int
    trails: int


class Heard(Value):
    """All answers, the most frequent first."""

    answered: int
    answers: list[Answer]


def heard_of(leads: Iterable[Lead], observed: Collection[str]) -> Heard:
    """What people said, capital letters and spaces aside. `observed`: refs of leads with a trail."""
    found: dict[str, Answer] = {}
    for lead in leads:
        words = " ".join(lead.heard.split())
        if words:
            had = found.get(words.casefold(), Answer(words, 0, 0))
            trail = had.trails + (lead.ref in observed)
            found[words.casefold()] = Answer(had.words, had.people + 1, trail)
    answers = sorted(found.values(), key=lambda a: (-a.people, a.words.casefold()))
    return Heard(sum(a.people for a in answers), answers)
