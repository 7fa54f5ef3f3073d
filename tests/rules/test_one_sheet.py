"""What of a statement goes on its sheet of paper, by value."""

from linnet.desk.statement.rules import TimeLine
from linnet.desk.statement.steps import Step
from linnet.desk.statement.unknown import NotKnown
from linnet.site.one_sheet import ALWAYS, LAST, beyond, smallest

LONG = "x" * 120  # three lines


def line(ms: int) -> TimeLine:
    return TimeLine("read", "Reading", False, ms, 0, 1, "time?x=1")


def test_the_smallest_activities_make_room_and_for_the_line_that_tells_of_them_too():
    assert smallest([line(ms) for ms in (5, 4, 3)], 3) == frozenset()
    assert smallest([line(ms) for ms in (1, 4, 3, 5)], 3) == {0, 2}  # the two largest, and a line


def test_sentences_make_room_from_the_last_on():
    said = [Step(str(n), LONG) for n in range(4)]
    assert beyond(said, 12, LAST) == frozenset()
    assert beyond(said, 11, LAST) == {3}  # nine lines, and one that tells
    assert beyond(said, 9, LAST) == {2, 3}


def test_what_the_figures_cannot_do_without_stays_whatever_it_takes():
    said = [NotKnown("because", LONG), NotKnown("visits.unsure", LONG), NotKnown("trial.waived", LONG)]
    assert beyond(said, 1, ALWAYS) == {1}


def test_a_step_that_stands_elsewhere_takes_no_room():
    said = [Step("time.off", LONG), Step("writing", LONG), Step("enough", LONG)]
    assert beyond(said, 6, LAST, frozenset({0})) == frozenset()
    assert beyond(said, 5, LAST, frozenset({0})) == {1}
