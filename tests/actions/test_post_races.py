"""Two at once at one post: nothing is there twice, and every count is what is there."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.links import queries as links
from linnet.desk.publishing import actions as publishing
from linnet.kernel.ids import new_id
from linnet.social.people import queries as people
from linnet.social.posts import actions, queries
from linnet.social.posts.rules import Author, NewPost, PostChange, Terms
from linnet.social.reactions import actions as reactions
from tests import cast
from tests.races import race

TERMS = Terms("https://linnet.example", 140)

Deed = Callable[[Tx], Any]


@pytest.fixture
def ada(db: Database) -> Author:
    person, account = db.write_now(cast.both, "ada")
    return Author(account.id, person.id)


@pytest.fixture
def tom(db: Database) -> Author:
    person, account = db.write_now(cast.both, "tom")
    return Author(account.id, person.id)


def publish(db: Database, author: Author, text: str, now: int, **more: Any) -> int:
    new = NewPost(text, **more)
    id: int = db.write_now(actions.publish, author, new, TERMS, id=new_id(), now=now)
    return id


def counts(db: Database, author: Author, post_id: int) -> tuple[int, int, int]:
    """Posts of the author; boosts and replies of the post."""
    account, post = db.read_now(people.must_account, author.account_id), db.read_now(queries.post, post_id)
    assert post is not None
    return account.posts_count, post.boosts_count, post.replies_count


@pytest.mark.parametrize("act", [actions.publish, publishing.publish])
def test_one_key_twice_at_once_is_one_post(db: Database, ada: Author, now: int, act: Any) -> None:
    def deed(id: int) -> Deed:
        return partial(act, author=ada, new=NewPost("Rye", key="k"), terms=TERMS, id=id, now=now)

    one, two = new_id(), new_id()
    assert race(db, deed(one), deed(two)) == (one, one)
    assert db.read_now(queries.post, two) is None
    assert db.read_now(links.of_post, two) == []
    assert db.read_now(people.must_account, ada.account_id).posts_count == 1


def test_deleted_twice_at_once_is_counted_once(db: Database, ada: Author, tom: Author, now: int) -> None:
    root = publish(db, tom, "Who has rye?", now)
    answer = publish(db, ada, "We do", now, reply_to_id=root)
    publish(db, ada, "Something else", now)
    delete = partial(actions.delete, author=ada, post_id=answer, now=now)
    said, _ = race(db, delete, delete)
    assert said is None
    assert counts(db, ada, root) == (1, 0, 0)


def test_boosted_and_taken_back_twice_at_once_is_counted_once(
    db: Database, ada: Author, tom: Author, now: int
) -> None:
    post_id = publish(db, tom, "Fresh bread", now)

    def boost(id: int) -> Deed:
        return partial(actions.boost, author=ada, post_id=post_id, id=id, now=now)

    one = new_id()
    assert race(db, boost(one), boost(new_id())) == (one, one)
    assert counts(db, ada, post_id) == (1, 1, 0)
    back = partial(actions.unboost, author=ada, post_id=post_id, now=now)
    race(db, back, back)
    assert counts(db, ada, post_id) == (0, 0, 0)


def test_a_favourite_twice_at_once_is_one(db: Database, ada: Author, tom: Author, now: int) -> None:
    post_id = publish(db, tom, "Fresh bread", now)
    like = partial(reactions.favourite, account_id=ada.account_id, post_id=post_id, now=now)
    assert race(db, like, like) == (None, None)
    post = db.read_now(queries.post, post_id)
    assert post is not None
    assert post.favourites_count == 1


def test_edited_twice_at_once_keeps_both_versions(db: Database, ada: Author, now: int) -> None:
    post_id = publish(db, ada, "Rye", now)

    def edit(text: str) -> Deed:
        return partial(
            actions.edit, author=ada, post_id=post_id, change=PostChange(text), terms=TERMS, now=now + 1
        )

    assert race(db, edit("Rye and spelt"), edit("Only spelt")) == (None, None)
    assert [v.text for v in db.read_now(queries.versions, post_id)] == ["Rye", "Rye and spelt"]


def test_an_edit_of_what_is_deleted_at_that_moment_leaves_nothing(
    db: Database, ada: Author, now: int
) -> None:
    post_id = publish(db, ada, "Rye", now)
    change = PostChange("Spelt #bread")
    edit = partial(actions.edit, author=ada, post_id=post_id, change=change, terms=TERMS, now=now + 1)
    race(db, partial(actions.delete, author=ada, post_id=post_id, now=now), edit)
    assert db.read_now(queries.versions, post_id) == []
    assert db.read_now(queries.tags_of, post_id) == []


def test_an_answer_to_what_is_deleted_at_that_moment(
    db: Database, ada: Author, tom: Author, now: int
) -> None:
    root = publish(db, tom, "Who has rye?", now)
    answer = NewPost("We do", reply_to_id=root)
    say = partial(actions.publish, author=ada, new=answer, terms=TERMS, id=new_id(), now=now)
    race(db, partial(actions.delete, author=tom, post_id=root, now=now), say)
    assert db.read_now(people.must_account, ada.account_id).posts_count in {0, 1}


def test_a_boost_deleted_and_taken_back_at_once_is_counted_once(
    db: Database, ada: Author, tom: Author, now: int
) -> None:
    post_id = publish(db, tom, "Fresh bread", now)
    boost = db.write_now(actions.boost, author=ada, post_id=post_id, id=new_id(), now=now)
    delete = partial(actions.delete, author=ada, post_id=boost, now=now)
    race(db, delete, partial(actions.unboost, author=ada, post_id=post_id, now=now))
    assert counts(db, ada, post_id) == (0, 0, 0)
