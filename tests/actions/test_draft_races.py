"""Two at once at one draft: the one who comes second sees what the first one did."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import pytest

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.drafts import actions, errands, queries
from linnet.desk.drafts.actions import PublishDraft
from linnet.desk.drafts.rules import Content, Draft
from linnet.jobs import rows as jobs
from linnet.kernel.clock import HOUR
from linnet.kernel.errors import Collision, Conflict, NotFound
from linnet.kernel.ids import new_id
from linnet.social.posts import queries as posts
from linnet.social.posts.rules import Author, Terms
from linnet.social.timelines import queries as timelines
from tests import cast as people_cast
from tests.races import race

TERMS = Terms("https://linnet.example", 140)
GRACE = 15

Deed = Callable[[Tx], Any]


@pytest.fixture
def ada(db: Database) -> Author:
    person, account = db.write_now(people_cast.both, "ada")
    return Author(account.id, person.id)


@pytest.fixture
def planned(db: Database, ada: Author, now: int) -> int:
    """A draft that is due in an hour."""
    id: int = db.write_now(actions.keep, ada, Content("Rye from six."), id=new_id(), now=now)
    db.write_now(actions.schedule, ada, id, now + HOUR, terms=TERMS, now=now)
    return id


def draft(db: Database, id: int) -> Draft | None:
    return db.read_now(queries.draft, id)


def publish_due(id: int, at: int) -> Deed:
    return partial(
        actions.publish_due, draft_id=id, terms=TERMS, grace_minutes=GRACE, id=new_id(), now=at + HOUR
    )


def deeds(ada: Author, id: int, now: int) -> dict[str, Deed]:
    """What a person may do to a draft while its time comes."""
    own: dict[str, Any] = {"author": ada, "draft_id": id, "now": now + HOUR}
    return {
        "change": partial(
            actions.change, content=Content("Rye from seven."), version=None, terms=TERMS, **own
        ),
        "move": partial(actions.schedule, at=now + 3 * HOUR, terms=TERMS, **own),
        "unschedule": partial(actions.unschedule, **own),
        "discard": partial(actions.discard, **own),
        "publish_now": partial(actions.publish_now, terms=TERMS, id=new_id(), **own),
        "miss": partial(actions.miss, draft_id=id, problem="It could not go out.", now=now + HOUR),
        "again": publish_due(id, now),
    }


@pytest.mark.parametrize("name", ["change", "move", "unschedule", "discard", "publish_now", "miss", "again"])
def test_what_went_out_a_moment_ago_stays_out(
    db: Database, ada: Author, planned: int, now: int, name: str
) -> None:
    said, then = race(db, publish_due(planned, now), deeds(ada, planned, now)[name])
    assert said is None
    [post_id] = db.read_now(timelines.home, ada.account_id)
    if name == "publish_now":
        assert then == post_id
    elif name in {"miss", "again"}:
        assert then is None
    else:
        assert isinstance(then, Conflict)
    sent, post = draft(db, planned), db.read_now(posts.post, post_id)
    assert sent is not None
    assert post is not None
    assert (sent.stage, sent.post_id, sent.text) == ("sent", post_id, "Rye from six.")
    assert post.text == "Rye from six."


@pytest.mark.parametrize("name", ["change", "move", "unschedule", "discard", "publish_now", "miss"])
def test_what_was_decided_a_moment_before_its_time_is_heeded(
    db: Database, ada: Author, planned: int, now: int, name: str
) -> None:
    said, then = race(db, deeds(ada, planned, now)[name], publish_due(planned, now))
    assert not isinstance(said, Exception)
    assert then is None
    home = db.read_now(timelines.home, ada.account_id)
    if name in {"change", "publish_now"}:
        post = db.read_now(posts.post, home[0])
        assert post is not None
        assert (len(home), post.text) == (1, "Rye from seven." if name == "change" else "Rye from six.")
    else:
        assert home == []
    left = draft(db, planned)
    stages = {"change": "sent", "publish_now": "sent", "move": "set", "unschedule": "draft", "miss": "missed"}
    assert (left.stage if left else None) == stages.get(name)


def test_the_second_of_two_who_save_at_once_is_told(
    db: Database, ada: Author, planned: int, now: int
) -> None:
    found = draft(db, planned)
    assert found is not None

    def save(text: str) -> Deed:
        return partial(
            actions.change,
            author=ada,
            draft_id=planned,
            content=Content(text),
            version=found.version,
            terms=TERMS,
            now=now,
        )

    said, then = race(db, save("Ada's words"), save("Tom's words"))
    assert said is None
    assert isinstance(then, Conflict)
    assert "Somebody else changed" in then.sentence
    kept = draft(db, planned)
    assert kept is not None
    assert kept.text == "Ada's words"


def test_what_is_thrown_away_at_once_with_saving_is_gone(
    db: Database, ada: Author, planned: int, now: int
) -> None:
    by_name = deeds(ada, planned, now)
    said, then = race(db, by_name["discard"], by_name["move"])
    assert said is None
    assert isinstance(then, NotFound)
    assert draft(db, planned) is None
    assert db.read_now(jobs.next_due, "desk") is None  # no job for a draft that is not there


def test_a_collision_is_no_reason_to_miss_a_post(planned: int) -> None:
    class Crowded:
        """A database in which two met at one row."""

        async def write(self, *_args: object, **_more: object) -> None:
            raise Collision("It is already there")

    with pytest.raises(Collision):
        asyncio.run(errands.publish(cast(Database, Crowded()), TERMS, GRACE, PublishDraft(planned)))


def test_one_key_twice_at_once_is_one_draft(db: Database, ada: Author, now: int) -> None:
    def keep(id: int) -> Deed:
        return partial(actions.keep, author=ada, content=Content("Rye"), id=id, now=now, key="k")

    one = new_id()
    assert race(db, keep(one), keep(new_id())) == (one, one)
    assert [d.id for d in db.read_now(queries.drafts, ada.account_id)] == [one]
