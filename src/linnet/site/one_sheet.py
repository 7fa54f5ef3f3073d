"""What of a statement is printed: one sheet of paper, A4 or US Letter. What a sheet has no room for is
told on it, with its sum where it has one, and stands on the page. Pure."""

from collections.abc import Sequence

from linnet.desk.statement.rules import Statement, TimeLine
from linnet.desk.statement.steps import Step
from linnet.desk.statement.unknown import NotKnown
from linnet.kernel.value import Value

# Rows of a table, and lines of a column's text, that the smaller of the two sheets has room for.
ROWS, ACTIVITIES, UNKNOWN, STEPS = 8, 9, 13, 14
LETTERS = 50  # of a line in a column, in the widest of the usual letters
ALWAYS = ("because", "first_post", "trial.waived", "trial.runs")  # without these the figures say too much
LAST = ("trial", "enough")  # what the trial says, and how many followers are enough


class Sheet(Value):
    """What is left off the sheet. Places count from 0; `steps`: those too that stand under what is not known,
    `more_steps` of them do not; `rest_ms` and `rest_cost` (minor units) are those of
    the activities that are left off."""

    rows: int
    activities: frozenset[int]
    unknown: frozenset[int]
    steps: frozenset[int]
    more_steps: int
    rest_ms: int
    rest_cost: int


def one_sheet(found: Statement) -> Sheet:
    """What has to stay off the sheet: the smallest activities, and of the sentences those that come last
    and can be missed. A step that says again what is not known is printed once."""
    activities = smallest(found.time, ACTIVITIES)
    said = {one.key for one in found.not_known}
    again = frozenset(at for at, step in enumerate(found.steps) if step.key in said)
    more = beyond(found.steps, STEPS, LAST, again)
    return Sheet(
        ROWS,
        activities,
        beyond(found.not_known, UNKNOWN, ALWAYS),
        again | more,
        len(more),
        sum(found.time[at].ms for at in activities),
        sum(found.time[at].cost for at in activities),
    )


def smallest(lines: Sequence[TimeLine], room: int) -> frozenset[int]:
    """The places of the smallest lines that do not fit into `room`; the line that tells of them needs room
    too."""
    if len(lines) <= room:
        return frozenset()
    order = sorted(range(len(lines)), key=lambda at: (-lines[at].ms, at))
    return frozenset(order[room - 1 :])


def beyond(
    said: Sequence[Step | NotKnown],
    room: int,
    kept: tuple[str, ...],
    gone: frozenset[int] = frozenset(),
) -> frozenset[int]:
    """The places of the sentences to leave off, from the last on, until the rest and the line that tells of
    them fit into `room` lines. Those of `gone` take no room, those of `kept` stay."""
    words = {at: one.words for at, one in enumerate(said) if at not in gone}
    loose = [at for at, one in enumerate(said) if at in words and one.key not in kept]
    off: list[int] = []
    while loose and sum(map(_lines, words.values())) + bool(off) > room:
        off.append(loose.pop())
        del words[off[-1]]
    return frozenset(off)


def _lines(words: str) -> int:
    return -(-len(words) // LETTERS)
