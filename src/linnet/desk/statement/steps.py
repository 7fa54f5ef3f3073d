"""What to do: the third part of the statement. Only what follows from its own figures. Pure."""

from collections.abc import Sequence

from linnet.desk.statement.reach import Enough
from linnet.desk.statement.unknown import NotKnown
from linnet.kernel.clock import MINUTE
from linnet.kernel.value import Value

PLACES_KNOWN = ("settings/time", "settings/firm", "settings/sites", "settings/sales")


class Step(Value):
    """One thing to do or to think about, in words; `place`: where it is done, '' for nowhere."""

    key: str
    words: str
    place: str = ""


class Seen(Value):
    """What the steps depend on. Times in ms, money in minor units; `trial`: what the trial says, ''
    where none was ever planned."""

    over: bool
    waiting: int
    received: int
    posts: int
    total_ms: int
    write_ms: int
    cost: int
    money: int
    trial: str


def steps(seen: Seen, unknown: Sequence[NotKnown], enough: Enough) -> tuple[Step, ...]:
    """First the people who wait, then what would make the next statement say more, then the question
    itself."""
    return (
        *_people(seen),
        *(
            Step(one.key, one.words, one.step)
            for one in unknown
            if one.step in PLACES_KNOWN and one.key != "period"
        ),
        *_work(seen),
        *_question(seen),
        Step("enough", f"How many followers are enough? {enough.words}"),
    )


def _people(seen: Seen) -> list[Step]:
    if not seen.waiting:
        return []
    of = f"{seen.waiting} of {seen.received}" if seen.received > seen.waiting else f"{seen.waiting}"
    people = "person" if seen.received == 1 else "people"
    wait = "waits" if seen.waiting == 1 else "wait"
    words = f"{of} {people} who wrote to you {wait} for an answer. Answer them first."
    return [Step("waiting", words, "answers")]


def _work(seen: Seen) -> list[Step]:
    said = []
    if seen.over and not seen.posts:
        said.append(Step("silent", "Nothing was published. Put two or three updates into the plan.", "plan"))
    if seen.total_ms >= MINUTE and seen.write_ms:
        writing, all_of_it = (round(ms / MINUTE) for ms in (seen.write_ms, seen.total_ms))
        said.append(
            Step(
                "writing",
                f"Writing took {writing} of {all_of_it} min. To spend less, look at the rest first.",
                "settings/time",
            )
        )
    return said


def _question(seen: Seen) -> list[Step]:
    if seen.trial:
        return [Step("trial", seen.trial, "trial")]
    if not seen.cost:
        return []
    more = "less" if seen.money < seen.cost else "more"
    return [
        Step(
            "trial",
            f"Money observed with a trail was {more} than the time cost. That alone does not say whether it is worth "
            "it: what would have come anyway is not known. A trial with quiet weeks can tell.",
            "trial",
        )
    ]
