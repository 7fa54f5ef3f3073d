"""Follows, requests, blocks, mutes, on both engines; and a small model to compare with."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from linnet.kernel.clock import HOUR
from linnet.kernel.errors import Invalid, NotAllowed, NotFound
from linnet.kernel.page import Page
from linnet.social.follows import actions, queries
from linnet.social.follows.rules import FollowAccepted, Followed, FollowRequested, Unfollowed
from linnet.social.notices import queries as notices
from linnet.social.people import queries as people
from linnet.social.safety import actions as safety
from linnet.social.safety import queries as safety_queries
from linnet.social.timelines import queries as timelines
from tests import cast, fresh

POST = """INSERT INTO post (id, account_id, text, visibility, root_id, created_at)
    VALUES (:id, :account_id, 'x', 'public', :id, 1)"""


def events(db, action, *args, **kwargs):
    def act(tx):
        action(tx, *args, **kwargs)
        return [e for e in tx.events if "Notice" not in type(e).__name__]

    return db.write_now(act)


def kinds(db, account_id):
    return [n.kind for n in db.read_now(notices.page, account_id)]


@pytest.fixture
def trio(db):
    return db.write_now(
        lambda tx: (cast.account(tx, "ann"), cast.account(tx, "bob"), cast.account(tx, "cy", locked=True))
    )


def test_a_follow_is_one_fact(db, trio, now):
    ann, bob, _ = trio
    db.write_now(lambda tx: tx.run(POST, id=500, account_id=bob.id))
    assert events(db, actions.follow, ann.id, bob.id, now=now) == [Followed(ann.id, bob.id)]
    assert db.read_now(queries.follows, ann.id, bob.id)
    assert not db.read_now(queries.follows, bob.id, ann.id)
    assert db.read_now(people.account, ann.id).following_count == 1
    assert db.read_now(people.account, bob.id).followers_count == 1
    assert db.read_now(people.account, bob.id).revision > bob.revision
    assert kinds(db, bob.id) == ["follow"]
    assert db.read_now(timelines.home, ann.id) == [500]
    assert events(db, actions.follow, ann.id, bob.id, now=now) == []
    assert db.read_now(people.account, bob.id).followers_count == 1
    follow_id = db.read_now(queries.follow, ann.id, bob.id).id
    assert events(db, actions.unfollow, ann.id, bob.id) == [Unfollowed(ann.id, bob.id, ann.id, follow_id)]
    assert events(db, actions.unfollow, ann.id, bob.id) == []
    assert db.read_now(people.account, bob.id).followers_count == 0
    assert db.read_now(people.account, ann.id).following_count == 0
    assert kinds(db, bob.id) == []
    assert db.read_now(timelines.home, ann.id) == []


def test_again_changes_the_options_and_none_keeps_them(db, trio, now):
    ann, bob, cy = trio
    for target in (bob, cy):
        db.write_now(actions.follow, ann.id, target.id, now=now)
        db.write_now(actions.follow, ann.id, target.id, boosts=False, tell=True, now=now)
        db.write_now(actions.follow, ann.id, target.id, now=now)
    for relationship in db.read_now(queries.relationships, ann.id, [bob.id, cy.id], now):
        assert not relationship.showing_boosts
        assert relationship.notifying


def test_a_locked_account_is_asked(db, trio, now):
    ann, bob, cy = trio
    assert events(db, actions.follow, ann.id, cy.id, boosts=False, now=now) == [
        FollowRequested(ann.id, cy.id)
    ]
    assert events(db, actions.follow, ann.id, cy.id, now=now) == []
    assert db.read_now(people.account, cy.id).followers_count == 0
    assert kinds(db, cy.id) == ["follow_request"]
    assert [t.account_id for t in db.read_now(queries.requests, cy.id)] == [ann.id]
    assert db.read_now(queries.requests_count, cy.id) == 1
    assert db.read_now(queries.relationships, cy.id, [ann.id], now)[0].requested_by
    with pytest.raises(NotFound):
        db.write_now(actions.accept, cy.id, bob.id, now)
    assert events(db, actions.accept, cy.id, ann.id, now) == [
        FollowAccepted(ann.id, cy.id),
        Followed(ann.id, cy.id),
    ]
    assert kinds(db, cy.id) == ["follow"]
    follow = db.read_now(queries.follow, ann.id, cy.id)
    assert follow.boosts is False
    assert db.read_now(queries.requests, cy.id) == []
    with pytest.raises(NotFound):
        db.write_now(actions.accept, cy.id, ann.id, now)

    db.write_now(actions.follow, bob.id, cy.id, now=now)
    db.write_now(actions.reject, cy.id, bob.id)
    with pytest.raises(NotFound):
        db.write_now(actions.reject, cy.id, bob.id)
    assert kinds(db, cy.id) == ["follow"]
    assert db.write_now(actions.remove_follower, cy.id, ann.id) is True
    assert db.read_now(people.account, cy.id).followers_count == 0


def test_what_cannot_be_followed(db, trio, now):
    ann, bob, _ = trio
    with pytest.raises(Invalid):
        db.write_now(actions.follow, ann.id, ann.id, now=now)
    with pytest.raises(NotFound):
        db.write_now(actions.follow, ann.id, 999, now=now)
    with pytest.raises(NotFound):
        db.write_now(actions.unfollow, ann.id, 999)
    db.write_now(safety.block, bob.id, ann.id, now)
    for one, other in ((ann, bob), (bob, ann)):
        with pytest.raises(NotAllowed):
            db.write_now(actions.follow, one.id, other.id, now=now)


def test_a_block_ends_everything_both_ways(db, trio, now):
    ann, bob, cy = trio
    db.write_now(lambda tx: [tx.run(POST, id=500 + i, account_id=a.id) for i, a in enumerate((ann, bob))])
    db.write_now(actions.follow, ann.id, bob.id, now=now)
    db.write_now(actions.follow, bob.id, ann.id, now=now)
    db.write_now(actions.follow, ann.id, cy.id, now=now)
    db.write_now(safety.block, ann.id, bob.id, now)
    db.write_now(safety.block, ann.id, bob.id, now)
    db.write_now(safety.block, cy.id, ann.id, now)
    to_bob, to_cy = db.read_now(queries.relationships, ann.id, [bob.id, cy.id], now)
    assert (to_bob.blocking, to_bob.blocked_by, to_bob.following, to_bob.followed_by) == (
        True,
        False,
        False,
        False,
    )
    assert (to_cy.blocked_by, to_cy.requested) == (True, False)
    assert db.read_now(timelines.home, ann.id) == db.read_now(timelines.home, bob.id) == []
    assert kinds(db, ann.id) == []
    assert [a.followers_count for a in db.read_now(people.accounts, [ann.id, bob.id])] == [0, 0]
    assert [t.account_id for t in db.read_now(safety_queries.blocks, ann.id)] == [bob.id]
    db.write_now(safety.unblock, ann.id, bob.id)
    assert db.read_now(safety_queries.blocks, ann.id) == []
    db.write_now(actions.follow, ann.id, bob.id, now=now)
    with pytest.raises(Invalid):
        db.write_now(safety.block, ann.id, ann.id, now)


def test_a_mute_hides_and_comes_to_its_end(db, trio, now):
    ann, bob, cy = trio
    db.write_now(lambda tx: tx.run(POST, id=500, account_id=bob.id))
    db.write_now(actions.follow, ann.id, bob.id, now=now)
    db.write_now(safety.mute, ann.id, bob.id, until=now + HOUR, now=now)
    db.write_now(safety.mute, ann.id, cy.id, notices=False, now=now)
    assert db.read_now(timelines.home, ann.id) == []
    muted = db.read_now(queries.relationships, ann.id, [bob.id, cy.id], now)
    assert [(r.muting, r.muting_notices, r.muted_until) for r in muted] == [
        (True, True, now + HOUR),
        (True, False, None),
    ]
    assert [m.account_id for m in db.read_now(safety_queries.mutes, ann.id, now)] == [cy.id, bob.id]
    later = now + HOUR
    assert not db.read_now(queries.relationships, ann.id, [bob.id], later)[0].muting
    assert [m.account_id for m in db.read_now(safety_queries.mutes, ann.id, later)] == [cy.id]
    assert db.write_now(safety.end_mutes, later - 1) == 0
    assert db.write_now(safety.end_mutes, later) == 1
    assert db.read_now(timelines.home, ann.id) == [500]
    db.write_now(safety.unmute, ann.id, cy.id)
    assert db.read_now(safety_queries.mutes, ann.id, later) == []
    with pytest.raises(Invalid):
        db.write_now(safety.mute, ann.id, bob.id, until=now, now=now)


def test_a_note_is_private_and_can_go(db, trio, now):
    ann, bob, _ = trio
    db.write_now(safety.note, ann.id, bob.id, " buys rye ")
    assert db.read_now(queries.relationships, ann.id, [bob.id], now)[0].note == "buys rye"
    assert db.read_now(queries.relationships, bob.id, [ann.id], now)[0].note == ""
    with pytest.raises(Invalid):
        db.write_now(safety.note, ann.id, bob.id, "x" * 2001)
    db.write_now(safety.note, ann.id, bob.id, "")
    assert db.read_now(queries.relationships, ann.id, [bob.id], now)[0].note == ""


def test_lists_page_by_the_tie(db, now):
    def crowd(tx):
        star = cast.account(tx, "star")
        fans = [cast.account(tx, f"fan{n}") for n in range(5)]
        for fan in fans:
            actions.follow(tx, fan.id, star.id, now=now)
        return star, fans

    star, fans = db.write_now(crowd)
    everyone = db.read_now(queries.followers, star.id)
    assert [t.account_id for t in everyone] == [f.id for f in reversed(fans)]
    assert db.read_now(queries.followers, star.id, Page(size=2)) == everyone[:2]
    assert db.read_now(queries.followers, star.id, Page(size=2, below=everyone[1].id)) == everyone[2:4]
    assert (
        db.read_now(queries.followers, star.id, Page(size=2, above=everyone[4].id, ascending=True))
        == everyone[2:4]
    )
    assert [t.account_id for t in db.read_now(queries.following, fans[0].id)] == [star.id]
    db.write_now(safety.block, fans[4].id, fans[0].id, now)
    seen = db.read_now(queries.followers, star.id, viewer_id=fans[0].id)
    assert fans[4].id not in [t.account_id for t in seen]


def test_relationships_and_familiar_faces(db, trio, now):
    ann, bob, cy = trio
    db.write_now(actions.follow, ann.id, bob.id, now=now)
    db.write_now(actions.follow, bob.id, cy.id, now=now)
    db.write_now(actions.accept, cy.id, bob.id, now)
    assert db.read_now(queries.familiar, ann.id, [cy.id, bob.id]) == {cy.id: [bob.id], bob.id: []}
    asked = [cy.id, 424242, ann.id, bob.id, cy.id]
    assert [r.id for r in db.read_now(queries.relationships, ann.id, asked, now)] == [cy.id, ann.id, bob.id]


class Ties(RuleBasedStateMachine):
    """Four accounts, the last one locked, and a model of sets."""

    who = st.integers(0, 3)

    @initialize()
    def begin(self):
        self.folder = tempfile.TemporaryDirectory()
        self.db = fresh.database(Path(self.folder.name))
        self.ids = self.db.write_now(
            lambda tx: [cast.account(tx, f"a{n}", locked=n == 3).id for n in range(4)]
        )
        self.follows, self.requests, self.blocks = set(), set(), set()

    def teardown(self):
        if hasattr(self, "db"):
            self.db.close()
            self.folder.cleanup()

    def do(self, action, *args, **kwargs):
        try:
            self.db.write_now(action, *args, **kwargs)
        except (Invalid, NotAllowed, NotFound) as error:
            return type(error)
        return None

    @rule(a=who, b=who)
    def follow(self, a, b):
        answer = self.do(actions.follow, self.ids[a], self.ids[b], now=1)
        if a == b:
            assert answer is Invalid
        elif {(a, b), (b, a)} & self.blocks:
            assert answer is NotAllowed
        elif (a, b) not in self.follows | self.requests:
            (self.requests if b == 3 else self.follows).add((a, b))

    @rule(a=who, b=who)
    def unfollow(self, a, b):
        self.do(actions.unfollow, self.ids[a], self.ids[b])
        self.follows.discard((a, b))
        self.requests.discard((a, b))

    @rule(a=who)
    def accept(self, a):
        answer = self.do(actions.accept, self.ids[3], self.ids[a], 1)
        assert (answer is NotFound) == ((a, 3) not in self.requests)
        if (a, 3) in self.requests:
            self.requests.discard((a, 3))
            self.follows.add((a, 3))

    @rule(a=who)
    def reject(self, a):
        answer = self.do(actions.reject, self.ids[3], self.ids[a])
        assert (answer is NotFound) == ((a, 3) not in self.requests)
        self.requests.discard((a, 3))

    @rule(a=who, b=who)
    def block(self, a, b):
        if self.do(safety.block, self.ids[a], self.ids[b], 1) is None:
            self.blocks.add((a, b))
            for pair in ((a, b), (b, a)):
                self.follows.discard(pair)
                self.requests.discard(pair)

    @rule(a=who, b=who)
    def unblock(self, a, b):
        self.do(safety.unblock, self.ids[a], self.ids[b])
        self.blocks.discard((a, b))

    @invariant()
    def the_database_agrees(self):
        if not hasattr(self, "ids"):
            return
        for n, id in enumerate(self.ids):
            rows = self.db.read_now(queries.relationships, id, self.ids, 1)
            for m, row in enumerate(rows):
                assert row.following == ((n, m) in self.follows)
                assert row.followed_by == ((m, n) in self.follows)
                assert row.requested == ((n, m) in self.requests)
                assert row.blocking == ((n, m) in self.blocks)
                assert row.blocked_by == ((m, n) in self.blocks)
            account = self.db.read_now(people.account, id)
            assert account.following_count == sum(a == n for a, _ in self.follows)
            assert account.followers_count == sum(b == n for _, b in self.follows)


TestTies = Ties.TestCase
TestTies.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)
