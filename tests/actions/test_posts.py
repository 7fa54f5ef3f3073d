"""Posts as one fact: text, timelines, notices, counts; and as each viewer sees them."""

import contextlib
from pathlib import Path

import pytest

from linnet.db.database import Database
from linnet.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.page import Page
from linnet.social.follows import actions as follows
from linnet.social.marks import queries as marks
from linnet.social.notices import queries as notices
from linnet.social.people import queries as people
from linnet.social.polls.rules import NewPoll
from linnet.social.posts import actions, queries, views
from linnet.social.posts.rules import Author, NewPost, PostChange, Terms
from linnet.social.reactions import actions as reactions
from linnet.social.safety import actions as safety
from linnet.social.search import queries as search
from linnet.social.timelines import queries as timelines
from tests import fresh
from tests.cast import both

TERMS = Terms("https://linnet.example", 140)


@pytest.fixture
def cast(db: Database) -> dict[str, Author]:
    def act(tx):
        found = {}
        for name in ("ada", "bob", "cleo"):
            who, speaks = both(tx, name)
            found[name] = Author(speaks.id, who.id)
        follows.follow(tx, found["bob"].account_id, found["ada"].account_id, now=1)
        return found

    return db.write_now(act)


def post(db: Database, author: Author, text: str, now: int = 10, **more) -> int:
    return db.write_now(actions.publish, author, NewPost(text, **more), TERMS, id=new_id(), now=now)


def home(db: Database, who: Author) -> list[int]:
    return db.read_now(timelines.home, who.account_id)


def kinds(db: Database, who: Author) -> list[str]:
    return [notice.kind for notice in db.read_now(notices.page, who.account_id) if notice.kind != "follow"]


def test_a_post_is_one_fact(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    id = post(db, ada, "Bread is out! @bob@linnet.example #Sourdough https://bakery.example/today")
    assert home(db, ada) == home(db, bob) == [id]
    assert home(db, cleo) == []
    assert kinds(db, bob) == ["mention"]
    view = db.read_now(views.view, id, cleo.account_id)
    assert [a.handle for a in view.mentions] == ["bob"]
    assert [(t.key, t.name) for t in view.tags] == [("sourdough", "Sourdough")]
    assert 'href="https://linnet.example/@bob"' in view.post.html
    assert db.read_now(people.must_account, ada.account_id).posts_count == 1
    assert db.read_now(search.posts, "sourdough bread", viewer_id=0) == [id]
    assert db.read_now(timelines.tag, "sourdough") == [id]
    assert db.read_now(timelines.public) == [id]
    lines = db.read_now(views.home_lines, bob.account_id, Page())
    assert [line.id for line in lines] == [line.id for line in db.read_now(views.lines, [id], 0)] == [id]


def test_a_key_is_a_fact_for_ever(db: Database, cast: dict[str, Author]) -> None:
    ada = cast["ada"]
    first = post(db, ada, "once", key="k1")
    assert post(db, ada, "twice?", key="k1") == first
    assert post(db, cast["bob"], "mine", key="k1") != first
    db.write_now(actions.delete, ada, first, 20)
    with pytest.raises(Conflict):
        post(db, ada, "again", key="k1")
    assert len(home(db, ada)) == 0


@pytest.mark.parametrize(
    ("more", "error", "field"),
    [
        ({"text": "x" * 141}, Invalid, "text"),
        ({"text": "  \n "}, Invalid, "text"),
        ({"text": "nul \x00"}, Invalid, "text"),
        ({"text": "lone \ud800"}, Invalid, "text"),
        ({"text": "x", "visibility": "galaxy"}, Invalid, "visibility"),
        ({"text": "x", "reply_to_id": 12345}, NotFound, ""),
        ({"text": "x", "media_ids": (99,)}, Invalid, "media_ids"),
        ({"text": "x", "poll": NewPoll(("only one",), 600_000)}, Invalid, "poll[options]"),
        ({"text": "x", "poll": NewPoll(("a", "b"), 1)}, Invalid, "poll[expires_in]"),
        ({"text": "x", "key": "k" * 256}, Invalid, "idempotency_key"),
    ],
)
def test_what_is_not_accepted_leaves_nothing(tmp_path: Path, more, error, field) -> None:
    """On one engine: the rules are the same, and a failed action is rolled back by both."""
    db = fresh.database(tmp_path)
    with contextlib.closing(db):
        who, speaks = db.write_now(both, "ada")
        with pytest.raises(error) as caught:
            db.write_now(actions.publish, Author(speaks.id, who.id), NewPost(**more), TERMS, id=1, now=1)
        if field:
            assert caught.value.field == field
        assert db.read_now(timelines.home, speaks.id) == []
        assert db.read_now(people.must_account, speaks.id).posts_count == 0


def test_who_sees_what(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    ids = {v: post(db, ada, f"{v} one", visibility=v) for v in ("public", "quiet", "followers", "direct")}
    told = post(db, ada, "only you @cleo", visibility="direct")

    def seen(viewer: int) -> set[int]:
        found = {view.post.id for view in db.read_now(views.views, [*ids.values(), told], viewer)}
        assert found == {line.id for line in db.read_now(views.lines, [*ids.values(), told], viewer)}
        return found

    assert seen(0) == {ids["public"], ids["quiet"]}
    assert seen(bob.account_id) == {ids["public"], ids["quiet"], ids["followers"]}
    assert seen(cleo.account_id) == {ids["public"], ids["quiet"], told}
    assert seen(ada.account_id) == {*ids.values(), told}
    assert home(db, bob) == [ids["followers"], ids["quiet"], ids["public"]]
    assert db.read_now(timelines.public) == [ids["public"]]
    db.write_now(safety.block, ada.account_id, bob.account_id, 20)
    assert seen(bob.account_id) == set()
    assert home(db, bob) == []
    with pytest.raises(NotFound):
        post(db, bob, "but", reply_to_id=ids["public"])


def test_answers_make_a_thread(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    root = post(db, ada, "question?")
    one = post(db, bob, "@ada answer", reply_to_id=root)
    two = post(db, cleo, "@bob to the answer", reply_to_id=one)
    other = post(db, ada, "my own next", reply_to_id=root)
    row = db.read_now(queries.post, one)
    around = db.read_now(views.context, row, 0)
    assert (around.ancestors, around.descendants) == ((root,), (two,))
    around = db.read_now(views.context, db.read_now(queries.post, root), 0)
    assert around.descendants == (one, two, other)
    assert db.read_now(queries.post, root).replies_count == 2
    # an answer to somebody whom a follower does not follow stays out of the follower's home
    assert two not in home(db, ada)
    assert other in home(db, bob)
    db.write_now(actions.delete, cleo, two, 30)
    assert db.read_now(queries.post, one).replies_count == 0


def test_an_edit_keeps_what_stood_before(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    id = post(db, ada, "first #old")
    db.write_now(actions.boost, bob, id, id=new_id(), now=11)
    db.write_now(actions.edit, ada, id, PostChange("second #new @cleo"), TERMS, now=12)
    db.write_now(actions.edit, ada, id, PostChange("second #new @cleo"), TERMS, now=13)  # no difference
    view = db.read_now(views.view, id, 0)
    assert (view.post.text, view.post.edited_at, [t.key for t in view.tags]) == (
        "second #new @cleo",
        12,
        ["new"],
    )
    assert [(v.text, v.at) for v in db.read_now(queries.versions, id)] == [("first #old", 10)]
    assert kinds(db, cleo) == ["mention"]
    assert kinds(db, bob) == ["edit"]
    assert db.read_now(search.posts, "first", viewer_id=0) == []
    with pytest.raises(NotAllowed):
        db.write_now(actions.edit, bob, id, PostChange("mine now"), TERMS, now=14)
    with pytest.raises(Invalid):
        db.write_now(actions.edit, ada, id, PostChange("x" * 141), TERMS, now=14)


def test_a_boost_goes_to_ones_own_followers(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    id = post(db, cleo, "worth it")
    boost = db.write_now(actions.boost, ada, id, id=new_id(), now=11)
    assert db.write_now(actions.boost, ada, id, id=new_id(), now=12) == boost
    assert home(db, bob) == [boost]
    view = db.read_now(views.view, boost, ada.account_id)
    assert view.boost_of.post.id == id
    assert view.boost_of.flags.boosted
    assert view.shown.post.boosts_count == 1
    assert kinds(db, cleo) == ["boost"]
    line = db.read_now(views.home_lines, bob.account_id, Page())[0]
    assert (line.id, line.inner_id) == (boost, id)
    db.write_now(actions.unboost, ada, id, 13)
    assert home(db, bob) == []
    assert kinds(db, cleo) == []
    assert db.read_now(queries.post, id).boosts_count == 0
    private = post(db, ada, "for followers", visibility="followers")
    with pytest.raises(NotAllowed):
        db.write_now(actions.boost, bob, private, id=new_id(), now=14)


def test_deleting_leaves_nothing_but_the_id(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    id = post(db, ada, "soon gone @bob #x", poll=NewPoll(("yes", "no"), 600_000))
    db.write_now(actions.boost, cleo, id, id=new_id(), now=11)
    db.write_now(reactions.favourite, bob.account_id, id, 12)
    db.write_now(reactions.bookmark, bob.account_id, id)
    db.write_now(reactions.vote, bob.account_id, id, [1], 12)
    with pytest.raises(NotAllowed):
        db.write_now(actions.delete, bob, id, 13)
    db.write_now(actions.delete, ada, id, 13)
    assert home(db, bob) == home(db, cleo) == home(db, ada) == []
    assert kinds(db, bob) == kinds(db, ada) == []
    assert db.read_now(marks.bookmarks, bob.account_id) == []
    assert db.read_now(people.must_account, cleo.account_id).posts_count == 0
    assert db.read_now(search.posts, "soon", viewer_id=0) == []
    with pytest.raises(NotFound):
        db.read_now(views.view, id, ada.account_id)


def test_reactions_and_polls(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    id = post(db, ada, "which?", poll=NewPoll(("rye", "oat"), 600_000))
    for _ in range(2):
        db.write_now(reactions.favourite, bob.account_id, id, 11)
    db.write_now(reactions.vote, bob.account_id, id, [0], 11)
    with pytest.raises(Conflict):
        db.write_now(reactions.vote, bob.account_id, id, [1], 12)
    with pytest.raises(Invalid):
        db.write_now(reactions.vote, cleo.account_id, id, [0, 1], 12)
    with pytest.raises(Invalid):
        db.write_now(reactions.vote, ada.account_id, id, [0], 12)
    view = db.read_now(views.view, id, bob.account_id)
    assert (view.post.favourites_count, view.flags.favourited) == (1, True)
    assert [(o.title, o.votes_count, o.own) for o in view.poll.options] == [
        ("rye", 1, True),
        ("oat", 0, False),
    ]
    assert kinds(db, ada) == ["favourite"]
    db.write_now(actions.end_poll, view.poll.poll.id, 10)  # too early: nothing
    for _ in range(2):
        db.write_now(actions.end_poll, view.poll.poll.id, 10 + 600_000)
    assert kinds(db, ada) == ["poll", "favourite"]
    assert kinds(db, bob) == ["poll"]
    db.write_now(reactions.unfavourite, bob.account_id, id)
    assert kinds(db, ada) == ["poll"]
    pins = [post(db, ada, f"pin {n}") for n in range(6)]
    for pinned in pins[:5]:
        db.write_now(reactions.pin, ada.account_id, pinned, 20)
    with pytest.raises(Invalid):
        db.write_now(reactions.pin, ada.account_id, pins[5], 20)
    with pytest.raises(Invalid):
        db.write_now(reactions.pin, bob.account_id, pins[5], 20)
    assert set(db.read_now(views.pinned, ada.account_id)) == set(pins[:5])
    db.write_now(reactions.mute_thread, ada.account_id, id)
    post(db, cleo, "@ada hello", reply_to_id=id)
    assert kinds(db, ada) == ["poll"]


def test_a_reader_of_the_account_may_not_post(db: Database, cast: dict[str, Author]) -> None:
    ada, bob = cast["ada"], cast["bob"]
    theirs = post(db, bob, "question")
    answerer = Author(ada.account_id, ada.person_id, "answerer")
    post(db, answerer, "@bob answer", reply_to_id=theirs)
    with pytest.raises(NotAllowed):
        post(db, answerer, "a post of my own")
    with pytest.raises(NotAllowed):
        post(db, Author(ada.account_id, ada.person_id, "reader"), "x", reply_to_id=theirs)


def test_what_was_seen_a_moment_ago_is_not_shown_once_more(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    db.write_now(follows.follow, bob.account_id, cleo.account_id, now=2)

    def boost(who: Author, of: int, now: int) -> int:
        return db.write_now(actions.boost, who, of, id=new_id(), now=now)

    own = post(db, ada, "bob follows me and cleo")
    boost(cleo, own, 11)
    assert home(db, bob) == [own]  # it stands there itself
    assert home(db, ada) == [own]
    boost(ada, own, 12)
    assert home(db, ada) == [own]

    dora = db.write_now(both, "dora")
    theirs = post(db, Author(dora[1].id, dora[0].id), "nobody follows me")
    first = boost(ada, theirs, 13)
    second = boost(cleo, theirs, 14)
    assert home(db, bob) == [first, own]
    assert home(db, cleo)[0] == second  # cleo follows nobody: it is news there
    db.write_now(actions.unboost, ada, theirs, 15)
    assert home(db, bob) == [second, own]  # what the first one had kept away

    for n in range(41):
        post(db, cleo, f"and number {n} of a long day")
    again = boost(ada, theirs, 60)
    assert home(db, bob)[0] == again  # long ago
    db.write_now(actions.delete, Author(dora[1].id, dora[0].id), theirs, 61)
    assert not {again, second, theirs} & set(home(db, bob))


def test_a_follow_brings_no_boost_of_what_is_at_home(db: Database, cast: dict[str, Author]) -> None:
    ada, bob, cleo = cast["ada"], cast["bob"], cast["cleo"]
    own = post(db, ada, "bread")
    db.write_now(actions.boost, cleo, own, id=new_id(), now=11)
    other = post(db, cleo, "cake")
    db.write_now(follows.follow, bob.account_id, cleo.account_id, now=12)
    assert home(db, bob) == [other, own]
