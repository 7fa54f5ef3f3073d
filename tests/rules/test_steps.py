"""What to do: only what follows from the statement's own figures, people first."""

import pytest

from linnet.desk.statement.reach import Enough
from linnet.desk.statement.steps import Seen, Step, steps
from linnet.desk.statement.unknown import NotKnown
from linnet.kernel.clock import MINUTE
from linnet.kernel.value import changed

QUIET = Seen(
    over=True,
    waiting=0,
    received=0,
    posts=3,
    total_ms=0,
    write_ms=0,
    cost=0,
    money=0,
    trial="",
)
ENOUGH = Enough("Not enough posts yet.", 3)


def said(*unknown: NotKnown, **facts: object) -> dict[str, Step]:
    return {step.key: step for step in steps(changed(QUIET, **facts), unknown, ENOUGH)}


def test_people_who_wait_come_first():
    step = next(iter(said(waiting=2, received=5).values()))
    assert (step.key, step.place) == ("waiting", "answers")
    assert step.words.startswith("2 of 5 people who wrote to you wait")
    assert said(waiting=1, received=1)["waiting"].words.startswith("1 person who wrote to you waits")
    assert said(waiting=1, received=10)["waiting"].words.startswith("1 of 10 people who wrote to you waits")
    assert "waiting" not in said(received=5)
    assert said(waiting=2, received=2)["waiting"].words.startswith("2 people who wrote to you wait for")


def test_what_is_not_known_and_can_be_mended_is_something_to_do():
    mended = said(
        NotKnown("sales.none", "No sales were reported.", "settings/sales"), NotKnown("because", "Nobody.")
    )
    assert mended["sales.none"].place == "settings/sales"
    assert "because" not in mended
    assert "period" not in said(NotKnown("period", "It is not over.", "settings/time"))


def test_a_silent_week_that_is_over_is_said():
    assert said(posts=0)["silent"].place == "plan"
    assert "silent" not in said(posts=0, over=False)
    assert "silent" not in said()


def test_writing_is_not_the_work():
    step = said(total_ms=200 * MINUTE, write_ms=20 * MINUTE)["writing"]
    assert step.words.startswith("Writing took 20 of 200 min.")
    assert "writing" not in said()
    assert "writing" not in said(total_ms=MINUTE - 1, write_ms=MINUTE - 1)
    assert "writing" not in said(total_ms=200 * MINUTE)
    assert said(total_ms=MINUTE, write_ms=MINUTE)["writing"].words.startswith("Writing took 1 of 1 min.")


@pytest.mark.parametrize(("money", "word"), [(100, "less"), (5000, "more"), (4000, "more")])
def test_the_question_needs_a_trial_and_not_a_sum(money, word):
    step = said(cost=4000, money=money)["trial"]
    assert f"was {word} than the time cost" in step.words
    assert "does not say whether it is worth it" in step.words
    assert "because" not in step.words
    assert "trial" not in said()


def test_what_the_trial_says_stands_instead():
    assert said(cost=4000, trial="The trial runs.")["trial"] == Step("trial", "The trial runs.", "trial")


def test_how_many_followers_are_enough_comes_last():
    assert list(said(waiting=1))[-1] == "enough"
    assert said()["enough"].words == "How many followers are enough? Not enough posts yet."
