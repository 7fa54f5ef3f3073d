"""What is asked for and how it is written down, on both databases."""

from typing import Any

import pytest

from linnet.db.database import Database
from linnet.federation.finding import actions, queries, rules
from linnet.federation.peers import actions as peers
from linnet.federation.peers import marking
from linnet.federation.peers.domains import Rule
from linnet.kernel.clock import DAY
from linnet.social.follows import actions as follows
from linnet.social.people import figures
from linnet.social.people import queries as people
from linnet.social.people.figures import Figures
from linnet.social.people.rules import Account
from linnet.social.posts import joining, views
from linnet.social.posts import queries as posts
from linnet.social.safety import actions as safety
from tests.cast import account
from tests.federation.neighbours import NOW, neighbour, their_post

JOBS = "SELECT kind FROM job WHERE key IS NOT NULL AND kind LIKE 'Read%' ORDER BY key"


@pytest.fixture
def fay(db: Database) -> Account:
    return db.write_now(neighbour, "fay", "far.example")


def jobs(db: Database) -> list[str]:
    return db.read_now(lambda tx: tx.all(str, JOBS))


def test_a_profile_is_asked_for_once_a_day(db: Database, fay: Account) -> None:
    ada = db.write_now(account, "ada")
    assert not db.write_now(actions.look_at_profile, ada.id, NOW)  # one of ours
    assert db.write_now(actions.look_at_profile, fay.id, NOW)
    assert not db.write_now(actions.look_at_profile, fay.id, NOW + DAY - 1)
    assert db.write_now(actions.look_at_profile, fay.id, NOW + DAY + 1)
    assert jobs(db) == ["ReadProfile"]  # one waits, however often it is asked for
    db.write_now(actions.forget, NOW + 40 * DAY)
    assert db.read_now(queries.was_asked, "profile", fay.id) is False


def test_a_thread_is_asked_for_once_in_a_quarter_of_an_hour(db: Database, fay: Account) -> None:
    root = db.write_now(their_post, fay, "root")
    answer = db.write_now(their_post, fay, "answer", reply_to_id=root)
    closed = db.write_now(their_post, fay, "closed", visibility="followers")
    assert not db.write_now(actions.look_at_thread, closed, NOW)
    assert db.write_now(actions.look_at_thread, answer, NOW)
    assert not db.write_now(actions.look_at_thread, root, NOW + rules.THREAD_AGAIN - 1)
    assert db.write_now(actions.look_at_thread, root, NOW + rules.THREAD_AGAIN + 1)
    assert [node.id for node in db.read_now(queries.thread, root)] == [root, answer]
    assert jobs(db) == ["ReadThread"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (Figures(5, 6, 7), (5, 6, 7)),
        (Figures(None, None, None), (0, 0, 0)),
        (Figures(-1, 1 << 60, None), (0, figures.MOST, 0)),
    ],
)
def test_a31_figures(db: Database, fay: Account, said: Figures, shown: tuple[int, int, int]) -> None:
    before = db.read_now(people.must_account, fay.id).revision
    db.write_now(actions.profile_was_read, fay.id, said, None, 0, NOW)
    now = db.read_now(people.must_account, fay.id)
    assert (now.followers_count, now.following_count, now.posts_count) == shown
    assert (now.revision > before) == (shown != (0, 0, 0))
    ada = db.write_now(account, "ada")
    db.write_now(figures.recount, ada.id, Figures(9, 9, 9))  # nobody says that of ours
    assert db.read_now(people.must_account, ada.id).followers_count == 0


def test_pins_and_homes(db: Database, fay: Account) -> None:
    ada, bob = db.write_now(account, "ada").id, db.write_now(account, "bob").id
    one, two = db.write_now(their_post, fay, "one"), db.write_now(their_post, fay, "two")
    gil = db.write_now(neighbour, "gil", "far.example")
    other = db.write_now(their_post, gil, "other")
    for who in (ada, bob):
        db.write_now(follows.follow, who, fay.id, now=NOW)
        db.write_now(follows.accept, fay.id, who, NOW)
    db.write_now(safety.mute, bob, fay.id, now=NOW)
    db.write_now(lambda tx: tx.run("DELETE FROM timeline"))

    def read(*pinned: int) -> list[int]:
        db.write_now(actions.profile_was_read, fay.id, Figures(), pinned, NOW + 5, NOW)
        return db.read_now(views.pinned, fay.id)

    assert read(one, two, other) == [one, two]
    assert [one.id for one in db.read_now(queries.followers_here, fay.id)] == [
        ada
    ]  # bob does not want to see it
    assert db.read_now(lambda tx: tx.all(int, "SELECT DISTINCT owner_id FROM timeline")) == [ada]
    db.write_now(lambda tx: tx.run("DELETE FROM timeline"))
    assert read(two) == [two]
    assert read() == []
    assert db.read_now(lambda tx: tx.all(int, "SELECT owner_id FROM timeline")) == []  # only the first time
    assert db.read_now(people.must_account, fay.id).last_post_at == NOW + 5


def test_what_stood_alone_joins_a_thread(db: Database, fay: Account) -> None:
    def put(name: str, above: int | None = None, **more: Any) -> int:
        return db.write_now(their_post, fay, name, reply_to_id=above, **more)

    root, alone = put("root"), put("alone")
    below = put("below", alone)
    deep = put("deep", below, visibility="followers")
    assert db.write_now(joining.adopt, alone, root)
    assert [db.read_now(queries.root_of, id) for id in (root, alone, below, deep)] == [root] * 4
    found = db.read_now(posts.post, root)
    assert found is not None
    assert found.replies_count == 1
    assert db.read_now(views.context, found, 0).descendants == (alone, below, deep)
    assert not db.write_now(joining.adopt, alone, root)  # known already
    assert not db.write_now(joining.adopt, root, deep)  # round in a ring
    assert not db.write_now(joining.adopt, root, root)
    assert not db.write_now(joining.adopt, root, 1)
    assert not db.write_now(joining.adopt, 1, root)


def test_rules_are_carried_over_to_accounts(db: Database, fay: Account) -> None:
    gil = db.write_now(neighbour, "gil", "near.example")

    def decide(domain: str, severity: str) -> None:
        db.write_now(peers.decide, Rule(domain, severity), own=(), now=NOW)
        wanted = db.read_now(marking._wanted)
        db.write_now(marking._mark, wanted)
        assert db.read_now(marking._wanted) == []

    def held() -> tuple[str, str]:
        return tuple(db.read_now(people.must_account, one.id).held for one in (fay, gil))  # type: ignore[return-value]

    decide("far.example", "limit")
    assert held() == ("limit", "")
    decide("near.example", "suspend")
    assert held() == ("limit", "suspend")
    db.write_now(marking.place_account, gil.id, "near.example", "near.example")
    assert held() == ("limit", "suspend")
    decide("far.example", "allow")
    assert held() == ("", "suspend")
