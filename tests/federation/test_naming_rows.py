"""Ids of favourites and follows, and boosts found later, on both databases."""

from linnet.db.database import Database
from linnet.federation.reading import queries
from linnet.social.follows import actions as follows
from linnet.social.marks import named
from linnet.social.posts import foreign, views
from linnet.social.posts import queries as posts
from linnet.social.reactions import actions as reactions
from tests.cast import account
from tests.federation.neighbours import NOW, neighbour, their_post


def test_a_favourite_has_the_id_of_its_like(db: Database) -> None:
    fay, gil = (db.write_now(neighbour, name, "far.example") for name in ("fay", "gil"))
    post = db.write_now(their_post, gil, "one")
    like = f"{fay.uri}/likes/1"
    assert not db.write_now(named.name, fay.id, post, like)  # there is none
    db.write_now(reactions.favourite, fay.id, post, NOW)
    assert db.read_now(named.named, fay.id, "") is None
    assert db.write_now(named.name, fay.id, post, like)
    assert db.read_now(named.named, fay.id, like) == post
    assert db.read_now(named.named, gil.id, like) is None


def test_a_follow_is_known_by_its_id(db: Database) -> None:
    fay, ada = db.write_now(neighbour, "fay", "far.example"), db.write_now(account, "ada")
    asked = f"{fay.uri}/follows/1"
    db.write_now(follows.follow, fay.id, ada.id, uri=asked, now=NOW)
    assert db.read_now(queries.followed_by, fay.id, asked) == ada.id
    assert db.read_now(queries.followed_by, fay.id, "") is None
    assert db.read_now(queries.followed_by, ada.id, asked) is None


def test_a_boost_of_the_past_is_written_once(db: Database) -> None:
    fay, gil = (db.write_now(neighbour, name, "far.example") for name in ("fay", "gil"))
    post = db.write_now(their_post, gil, "one")
    boost = f"{fay.uri}/boosts/1"

    def again(uri: str) -> bool:
        return db.write_now(foreign.boosted_before, fay.id, post, uri=uri, id=NOW, at=NOW)

    assert [again(boost), again(boost), again(f"{boost}2")] == [True, False, False]
    found = db.read_now(posts.by_uri, boost)
    assert found is not None
    assert (found.boost_of_id, found.created_at) == (post, NOW)
    assert db.read_now(views.view, post, 0).post.boosts_count == 0  # its own server counts
    assert db.write_now(foreign.forget, boost, fay.id, NOW)
    assert not again(boost)  # it was taken back
