"""Letters that go wrong, and two letters about one thing at once: nothing is half written, nothing is there
twice, and the worker lives (issue: what bad input gets)."""

import asyncio
import json
from functools import partial
from typing import Any

import pytest

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.letters import actions as letters
from linnet.federation.letters import queries as letter_queries
from linnet.federation.letters import rules as letter_rules
from linnet.federation.letters.rules import Letter
from linnet.federation.reading import posts as reading_posts
from linnet.federation.reading import reader
from linnet.federation.reading.effects import ConcernsNobody
from linnet.jobs import rows
from linnet.kernel.clock import DAY, HOUR, now_ms
from linnet.kernel.errors import Gone, Invalid, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.social.follows import queries as follows
from linnet.social.people.rules import Account
from linnet.social.polls.rules import ForeignPoll, NewPoll
from linnet.social.posts import actions as post_actions
from linnet.social.posts import foreign, queries
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import Author, NewPost
from linnet.social.reactions import actions as reactions
from linnet.social.safety import actions as safety
from tests import cast
from tests.conftest import NOW
from tests.federation import neighbours
from tests.federation.strangers import Scene
from tests.federation.village import Village
from tests.races import race

COUNTS = "SELECT COUNT(*) FROM post WHERE uri <> ''"


def said(account: Account, name: str = "1", **more: Any) -> RemotePost:
    return RemotePost(
        f"{account.uri}/{name}",
        f"{account.url}/{name}",
        account.id,
        "<p>Rye</p>",
        "",
        False,
        "public",
        "",
        NOW,
        None,
        None,
        (),
        ("rye",),
        (),
        **more,
    )


@pytest.fixture
def vera(db: Database) -> Account:
    return db.write_now(neighbours.neighbour, "vera", "far.example")


@pytest.fixture
def anna(db: Database) -> Account:
    return db.write_now(cast.account, "anna")


def create(theirs: RemotePost) -> Any:
    return partial(foreign.receive, theirs=theirs, id=new_id(), now=NOW, live=True)


def test_one_post_created_twice_at_once_is_there_once(db: Database, vera: Account) -> None:
    theirs = said(vera, poll=ForeignPoll((("rye", 1), ("spelt", 2)), False, NOW + HOUR, 3))
    one, two = race(db, create(theirs), create(theirs))
    assert one == two
    assert db.read_now(lambda tx: tx.value(COUNTS)) == 1
    assert db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM poll")) == 1
    assert db.read_now(lambda tx: tx.value("SELECT posts_count FROM account WHERE id = :id", id=vera.id)) == 1


@pytest.mark.parametrize("first", ["create", "delete"])
def test_a25_created_and_deleted_at_once_is_gone(db: Database, vera: Account, first: str) -> None:
    theirs = said(vera)
    delete = partial(foreign.forget, uri=theirs.uri, account_id=vera.id, now=NOW)
    race(db, *((create(theirs), delete) if first == "create" else (delete, create(theirs))))
    assert db.read_now(queries.by_uri, theirs.uri) is None
    assert db.read_now(queries.is_gone, theirs.uri, vera.id)
    assert not db.read_now(queries.is_gone, theirs.uri, vera.id + 1)


def test_an_address_that_is_gone_keeps_out_whoever_writes_there(db: Database, vera: Account) -> None:
    theirs = said(vera)
    assert db.write_now(foreign.withdrawn, theirs.uri, NOW) is False  # never seen: nothing is kept of it
    db.write_now(create(theirs))
    assert db.write_now(foreign.withdrawn, theirs.uri, NOW) is True
    assert db.read_now(queries.by_uri, theirs.uri) is None
    assert db.read_now(queries.is_gone, theirs.uri, vera.id)
    assert db.read_now(queries.is_gone, theirs.uri, vera.id + 1)
    with pytest.raises(Gone):
        db.write_now(create(theirs))


def test_liked_twice_at_once_is_liked_once(db: Database, vera: Account, anna: Account) -> None:
    post_id = db.write_now(publish, anna)

    def like(tx: Tx) -> None:
        reading_posts._favourite(vera, post_id, None, tx, NOW)

    assert race(db, like, like) == (None, None)
    post = db.read_now(queries.post, post_id)
    assert post is not None
    assert post.favourites_count == 1
    assert db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM notice WHERE kind = 'favourite'")) == 1


def test_boosted_twice_at_once_under_one_address_is_one_boost(
    db: Database, vera: Account, anna: Account
) -> None:
    post_id = db.write_now(publish, anna)
    boost = partial(foreign.boost, account_id=vera.id, post_id=post_id, uri=f"{vera.uri}/b", now=NOW)
    said = race(db, partial(boost, id=new_id()), partial(boost, id=new_id()))
    assert not [one for one in said if isinstance(one, Exception)]
    post = db.read_now(queries.post, post_id)
    assert post is not None
    assert post.boosts_count == 1


@pytest.mark.parametrize("first", ["follow", "block"])
def test_followed_and_blocked_at_once_is_blocked(
    db: Database, vera: Account, anna: Account, first: str
) -> None:
    def follow(tx: Tx) -> None:
        neighbours.follow_us(tx, vera, anna)

    block = partial(safety.block, account_id=anna.id, target_id=vera.id, now=NOW)
    race(db, *((follow, block) if first == "follow" else (block, follow)))
    assert db.read_now(follows.follow, vera.id, anna.id) is None
    assert db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM block")) == 1
    assert (
        db.read_now(lambda tx: tx.value("SELECT followers_count FROM account WHERE id = :id", id=anna.id))
        == 0
    )


def test_a27_two_votes_at_once_are_one(db: Database, vera: Account, anna: Account) -> None:
    post_id = db.write_now(publish, anna, poll=NewPoll(("rye", "spelt"), HOUR))

    def choose(title: str) -> Any:
        return partial(reactions.choose, account_id=vera.id, post_id=post_id, title=title, now=NOW)

    assert sorted(map(bool, race(db, choose("rye"), choose("spelt")))) == [False, True]
    votes = "SELECT COUNT(*) FROM poll_vote WHERE account_id = :id"
    assert db.read_now(lambda tx: tx.value(votes, id=vera.id)) == 1
    assert db.read_now(lambda tx: tx.value("SELECT voters_count FROM poll")) == 1


def publish(tx: Tx, account: Account, **more: Any) -> int:
    new = NewPost("Which bread?", **more)
    return post_actions.publish(tx, Author(account.id, None), new, neighbours.TERMS, id=new_id(), now=NOW)


def a_letter(number: int = 1, **more: Any) -> Letter:
    uri = "https://far.example/users/vera"
    body = {"id": f"{uri}#{number}", "type": "Like", "actor": uri, "object": "https://linnet.example/x"}
    return Letter(new_id(), body["id"], uri, "far.example", None, json.dumps(body | more), NOW)


def test_two_who_read_one_letter_at_once_do_it_once(db: Database) -> None:
    """A worker whose lease ran out, and the one who took its work."""
    letter = a_letter()
    db.write_now(letters.accept, letter, NOW)
    done: list[int] = []

    def effect(tx: Tx, now: int) -> None:
        letters.count(tx, [("2026-10-26", "applied", "", 1)])
        done.append(now)

    def apply(tx: Tx) -> None:
        reader._apply(tx, effect, letter, NOW)

    race(db, apply, apply)
    assert len(done) == 1
    (counted,) = db.read_now(letter_queries.refusals, since="2026-10-26")
    assert counted.times == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Invalid("x", "is odd"), "not_acceptable"),
        (ConcernsNobody(), "concerns_nobody_here"),
        (NotFound(), "concerns_nothing_here"),
        (NotAllowed("no"), "not_allowed"),
        (Gone("x"), "gone"),
    ],
)
@pytest.mark.parametrize("where", ["fetching", "writing"])
def test_a_letter_that_cannot_be_acceptable_is_dropped_wherever_that_is_found(
    village: Village, monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str, where: str
) -> None:
    """It used to lie there for ever when it was found before the writing: the job was given up, the
    letter neither read nor parked."""
    scene = Scene(village)

    async def story() -> None:
        await scene.begin()
        _break(monkeypatch, error, where)
        await scene.lie("Like", scene.post["id"])
        db = scene.town.db
        assert await db.read(lambda tx: tx.value("SELECT COUNT(*) FROM letter")) == 0
        assert await db.read(lambda tx: tx.value("SELECT COUNT(*) FROM job WHERE kind = 'ReadLetter'")) == 0
        counted = await db.read(letter_queries.refusals, since="2000-01-01")
        assert reason in {one.reason for one in counted}

    village.run(story())


def _break(monkeypatch: pytest.MonkeyPatch, error: BaseException, where: str) -> None:
    def write(_tx: Tx, _now: int) -> None:
        raise error

    async def read(_letter: Any) -> Any:
        if where == "fetching":
            raise error
        return write

    monkeypatch.setitem(reader.READS, "Like", read)


@pytest.mark.parametrize("where", ["fetching", "writing"])
@pytest.mark.parametrize(
    "error", [ValueError("poison"), RecursionError("deep"), MemoryError(), KeyError("x"), AssertionError()]
)
def test_a_poison_letter_is_parked_after_three_tries_and_the_worker_lives(
    village: Village, monkeypatch: pytest.MonkeyPatch, error: Exception, where: str
) -> None:
    scene = Scene(village)

    async def story() -> None:
        await scene.begin()
        _break(monkeypatch, error, where)
        await scene.lie("Like", scene.post["id"])
        db = scene.town.db
        for _ in range(6):
            await scene.village.settle(ahead=DAY)
        (parked,) = await db.read(letter_queries.parked)
        assert (parked.tries, parked.reason) == (letter_rules.TRIES, repr(error))
        assert await db.read(lambda tx: tx.value("SELECT COUNT(*) FROM job WHERE kind = 'ReadLetter'")) == 0
        # what comes after it is read
        post = scene.victim.post(scene.vera, 2, "After it", days=0.001)
        await scene.say(scene.victim, scene.vera, {"type": "Create", "object": post})
        assert "<p>After it</p>" in await scene.home()
        # and it can be read again, when the fault is mended
        monkeypatch.setitem(reader.READS, "Like", reading_posts.like)
        assert await db.write(letters.again, parked.id, now_ms())
        await scene.village.settle()
        assert await db.read(letter_queries.parked) == []
        found = await scene.anna.get(
            f"/v1/statuses/{(await scene.anna.find(scene.post['id'], 'statuses'))['id']}"
        )
        assert found["favourites_count"] == 1

    village.run(story())


def test_a_letter_that_fails_half_way_leaves_nothing(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last thing that is written goes wrong: nothing of the post is there, not even its author's count."""
    scene = Scene(village)

    async def story() -> None:
        await scene.begin()
        before = await scene.town.db.read(_everything)
        whole = foreign.linked.look

        def fail(*_: Any, **__: Any) -> None:
            raise RuntimeError("the power went")

        monkeypatch.setattr(foreign.linked, "look", fail)
        options = [{"type": "Note", "name": "rye"}, {"type": "Note", "name": "spelt"}]
        post = scene.victim.post(
            scene.vera, 2, "Half", days=0.001, type="Question", oneOf=options,
            tag=[{"type": "Hashtag", "name": "#halfway"}, {"type": "Mention", "href": scene.anna.uri}],
            attachment=[{"type": "Image", "url": "https://victim.example/x.png"}],
        )  # fmt: skip
        await scene.say(scene.victim, scene.vera, {"type": "Create", "object": post})
        assert await scene.town.db.read(_everything) == before
        monkeypatch.setattr(foreign.linked, "look", whole)
        await scene.village.settle(ahead=DAY)
        assert "<p>Half</p>" in await scene.home()
        assert await scene.town.db.read(lambda tx: tx.value("SELECT COUNT(*) FROM letter")) == 0

    village.run(story())


def _everything(tx: Tx) -> list[int]:
    tables = ("post", "poll", "poll_option", "media", "mention", "tag", "post_tag", "timeline", "notice")
    return [tx.value("SELECT COUNT(*) FROM " + table) for table in tables]


def test_a_letter_that_kills_whoever_reads_it_is_parked_in_the_end(db: Database) -> None:
    """Its job was taken three times and never came back: the letter is shown with a reason, and kept."""
    letter = a_letter()
    db.write_now(letters.accept, letter, NOW)
    db.write_now(lambda tx: tx.run("DELETE FROM job"))
    db.write_now(letters.sweep, NOW + letter_rules.LEFT - 1)
    assert db.read_now(letter_queries.parked) == []
    db.write_now(letters.sweep, NOW + letter_rules.LEFT + 1)
    (parked,) = db.read_now(letter_queries.parked)
    assert (parked.id, parked.reason) == (letter.id, "never read to the end")
    assert db.write_now(letters.again, letter.id, NOW)
    assert db.read_now(rows.next_due, "read") is not None


def test_what_is_parked_fills_neither_the_queue_nor_the_disk(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends what cannot be read, again and again, does not close the door for everybody else."""
    monkeypatch.setattr(letter_rules, "PARKED", 3)
    for n in range(5):
        letter = changed(a_letter(), id=n + 1, uri=f"https://peer.example/{n}")
        db.write_now(letters.accept, letter, NOW)
        assert db.read_now(letter_queries.waiting, 10).letters == 1
        for _ in range(letter_rules.TRIES):
            db.write_now(letters.failed, letter, "poison", NOW + n)
        assert db.read_now(letter_queries.waiting, 10) == letter_rules.Load(0, 0)
    assert [one.id for one in db.read_now(letter_queries.parked)] == [5, 4, 3]
    monkeypatch.setattr(letter_rules, "PARKED", 1)
    db.write_now(letters.sweep, NOW + 9)
    assert [one.id for one in db.read_now(letter_queries.parked)] == [5]


def test_what_is_parked_has_a_budget_of_bytes_too(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest are kept, however few they are."""
    monkeypatch.setattr(letter_rules, "PARKED_BYTES", 250)
    for n in range(4):
        letter = changed(a_letter(), id=n + 1, uri=f"https://peer.example/{n}", body="é" * 50)
        db.write_now(letters.accept, letter, NOW)
        assert db.read_now(letter_queries.waiting, 10) == letter_rules.Load(1, 100)
        for _ in range(letter_rules.TRIES):
            db.write_now(letters.failed, letter, "poison", NOW + n)
    assert [one.id for one in db.read_now(letter_queries.parked)] == [4, 3]
    monkeypatch.setattr(letter_rules, "PARKED_BYTES", 100)
    db.write_now(letters.sweep, NOW + 9)
    assert [one.id for one in db.read_now(letter_queries.parked)] == [4]


def test_many_letters_at_once_about_one_thing(village: Village) -> None:
    """Side by side in one process, as the lane reads them: one post, one like, one boost."""
    scene = Scene(village)

    async def story() -> None:
        await scene.begin()
        post = scene.victim.post(scene.vera, 2, "Once", days=0.001)
        uri = scene.vera
        for n in range(5):
            for kind, about in (("Create", post), ("Like", post["id"]), ("Announce", scene.post["id"])):
                made = {"id": f"{uri}#{kind}{n}", "type": kind, "actor": uri, "object": about}
                assert await scene.victim.send(uri, made, scene.town) == 202
        worker = scene.town.program.worker
        await asyncio.gather(*(worker.drain(now_ms()) for _ in range(4)))
        await scene.village.settle(ahead=DAY)
        db = scene.town.db
        assert await db.read(lambda tx: tx.value("SELECT COUNT(*) FROM letter")) == 0
        assert (await scene.home()).count("<p>Once</p>") == 1
        assert (
            await db.read(lambda tx: tx.value("SELECT COUNT(*) FROM post WHERE boost_of_id IS NOT NULL")) == 1
        )
        found = await db.read(queries.by_uri, post["id"])
        assert found is not None
        assert found.favourites_count == 1

    village.run(story())
