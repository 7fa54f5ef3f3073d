"""What becomes of a letter that was taken; and anything at all at the inbox (by hypothesis)."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linnet.db.database import Database
from linnet.federation.letters import actions, queries
from linnet.federation.letters.actions import ReadLetter
from linnet.federation.letters.rules import Letter
from linnet.jobs import rows
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.value import changed
from linnet.kernel.wire import decode_as
from tests.conftest import NOW
from tests.federation.doorstep import ALICE
from tests.federation.entrance import MALLORY, VICTIM

# --- what becomes of a letter


def kept(db: Database, **more: Any) -> Letter:
    letter = changed(Letter(1, "https://peer.example/1", ALICE, "peer.example", None, "{}", NOW), **more)
    assert db.write_now(actions.accept, letter, NOW)
    return letter


def test_accepting_is_one_row_and_one_job(db):
    letter = kept(db)
    assert db.read_now(queries.letter, 1) == letter
    assert not db.write_now(actions.accept, changed(letter, id=2), NOW)
    (job,) = db.write_now(rows.claim, "read", n=9, claim=1, now=NOW, lease=1000)
    assert job.kind == "ReadLetter"
    assert decode_as(ReadLetter, job.body) == ReadLetter(1)


def test_a_letter_is_parked_after_three_failures_and_may_be_read_again(db):
    letter = kept(db)
    for n in range(2):
        db.write_now(actions.failed, letter, f"failure {n}", NOW)
        assert db.read_now(queries.parked) == []
    db.write_now(actions.failed, letter, "x" * 1000, NOW + 5)
    (parked,) = db.read_now(queries.parked)
    assert (parked.tries, parked.reason, parked.parked_at) == (3, "x" * 500, NOW + 5)
    assert not db.write_now(actions.accept, letter, NOW)
    assert db.write_now(actions.again, 1, NOW)
    assert not db.write_now(actions.again, 1, NOW)
    assert db.read_now(queries.letter, 1) == letter


def test_a_letter_waits_for_what_cannot_be_had_now(db):
    letter = kept(db)
    assert len(claimed(db, NOW)) == 1
    db.write_now(actions.postponed, letter, "unreachable", NOW)
    assert claimed(db, NOW + 6 * MINUTE - 1) == []
    assert claimed(db, NOW + 6 * MINUTE) == [ReadLetter(1)]
    again = db.read_now(queries.letter, 1)
    assert (again.tries, again.reason, again.parked_at) == (1, "unreachable", None)
    db.write_now(actions.postponed, again, "unreachable", NOW)
    assert claimed(db, NOW + HOUR) == [ReadLetter(1)]
    db.write_now(actions.postponed, db.read_now(queries.letter, 1), "unreachable", NOW)
    assert claimed(db, NOW + 30 * DAY) == []
    assert [parked.id for parked in db.read_now(queries.parked)] == [1]


def claimed(db: Database, now: int) -> list[ReadLetter]:
    """What is due, taken and done."""
    found = db.write_now(rows.claim, "read", n=9, claim=now, now=now, lease=1000)
    for job in found:
        db.write_now(rows.done, job)
    return [decode_as(ReadLetter, job.body) for job in found]


def test_a_letter_that_means_nothing_is_counted(db):
    letter = kept(db)
    db.write_now(actions.dropped, letter, "concerns_nobody", NOW)
    assert db.read_now(queries.letter, 1) is None
    assert db.read_now(queries.is_seen, letter.uri)
    (found,) = db.read_now(queries.refusals, since="2026-10-26")
    assert (found.reason, found.host, found.times) == ("concerns_nobody", "peer.example", 1)


def test_a_letter_that_came_again_while_it_was_read_comes_to_nothing_more(db):
    """The first was not yet known as read when the second was taken in."""
    first = kept(db)
    assert db.write_now(actions.read, first, NOW)
    db.write_now(queries.insert, changed(first, id=2))
    assert not db.write_now(actions.read, changed(first, id=2), NOW)
    assert db.read_now(queries.letter, 2) is None


def test_what_is_old_is_forgotten(db):
    letter, later = kept(db), kept(db, id=2, uri="https://peer.example/2")
    for _ in range(3):
        db.write_now(actions.failed, letter, "x", NOW)
    db.write_now(actions.dropped, later, "x", NOW)
    db.write_now(actions.sweep, NOW + 29 * DAY)
    assert db.read_now(queries.is_seen, later.uri)
    db.write_now(actions.sweep, NOW + 31 * DAY)
    assert not db.read_now(queries.is_seen, later.uri)
    assert len(db.read_now(queries.parked)) == len(db.read_now(queries.refusals, since="")) == 1
    db.write_now(actions.sweep, NOW + 92 * DAY)
    assert db.read_now(queries.parked) == db.read_now(queries.refusals, since="") == []


# --- by hypothesis

ROUNDS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
addresses = st.sampled_from([ALICE, VICTIM, MALLORY, "https://peer.example/1", "x", "", 7, None])
objects = st.recursive(
    addresses | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "actor", "object", "attributedTo", "a"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)
documents = st.dictionaries(
    st.sampled_from(["id", "type", "actor", "object", "@context", "signature"]), objects
)


@ROUNDS
@given(documents)
def test_any_json_gets_an_answer_and_nothing_of_others_is_kept(door, document):
    door.abroad.asked.clear()
    answer = door.post({"id": "https://peer.example/1", "type": "Like", "actor": ALICE} | document)
    assert answer.status in {202, 400, 401, 403}
    assert set(door.abroad.asked) <= {ALICE}
    assert {letter.actor_uri for letter in door.letters} <= {ALICE}
    assert all(letter.uri.startswith("https://peer.example/") for letter in door.letters)


@ROUNDS
@given(st.binary(max_size=200), st.dictionaries(st.sampled_from(["signature", "signature-input", "digest", "date", "host", "content-type", "content-length"]), st.text(alphabet=st.characters(max_codepoint=255, exclude_characters="\n\r"), max_size=40)))  # fmt: skip
def test_any_request_gets_an_answer(door, body, change):
    answer = door.post(door.like(), instead=change, sent=body)
    assert answer.status in {400, 401, 413, 415}
    assert door.letters == []
