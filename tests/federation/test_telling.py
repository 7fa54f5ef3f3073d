"""Events become letters: each shape, whom it goes to, and that nothing goes where nobody is concerned."""

import pytest

from linnet.kernel.clock import DAY, MINUTE
from linnet.kernel.ids import new_id
from linnet.social.follows import actions as follows
from linnet.social.follows import queries as follow_queries
from linnet.social.follows.rules import Followed
from linnet.social.people import actions as people
from linnet.social.people.rules import ProfileChange
from linnet.social.polls.rules import ForeignPoll, NewPoll
from linnet.social.posts import actions as posts
from linnet.social.posts import foreign
from linnet.social.posts.rules import Author, NewPost, PostChange
from linnet.social.reactions import actions as reactions
from linnet.social.safety import actions as safety
from tests.cast import both
from tests.federation.neighbours import NOW, PUBLIC, TERMS, URL, Post, follow_us, neighbour, their_post


class Scene:
    """A bakery of ours; Fay and Fox follow it from one server, Gil from another without shared inbox,
    Hal follows nobody."""

    def __init__(self, db):
        self.db, self.post = db, Post(db)
        self.person, self.bakery = db.write_now(both, "bakery")
        self.author = Author(self.bakery.id, self.person.id)
        self.uri = f"{URL}/ap/users/{self.bakery.id}"
        self.fay = db.write_now(neighbour, "fay", "far.example")
        self.fox = db.write_now(neighbour, "fox", "far.example")
        self.gil = db.write_now(neighbour, "gil", "gts.example", shared=False)
        self.hal = db.write_now(neighbour, "hal", "hal.example")

    def followed(self):
        for one in (self.fay, self.fox, self.gil):
            self.post.do(follow_us, one, self.bakery)
        self.post.tell()
        return self

    def say(self, text="Bread is out", **more):
        new = NewPost(text, **more)
        return self.post.do(posts.publish, self.author, new, TERMS, id=new_id(), now=NOW)

    def told(self, text="Bread is out", **more):
        id = self.say(text, **more)
        return id, self.post.tell()


@pytest.fixture
def scene(db):
    return Scene(db)


FOLLOWERS = {"https://far.example/inbox": 2, "https://gts.example/users/gil/inbox": 1}


def test_without_anybody_elsewhere_there_is_nothing_to_do(db):
    post = Post(db)
    (_, ada), (person, bob) = db.write_now(both, "ada"), db.write_now(both, "bob")
    post.do(follows.follow, ada.id, bob.id, now=NOW)
    author = Author(bob.id, person.id)
    for visibility in ("public", "quiet", "followers", "direct"):
        new = NewPost("hello @ada", visibility=visibility)
        id = post.do(posts.publish, author, new, TERMS, id=new_id(), now=NOW)
        if visibility == "public":
            post.do(reactions.favourite, ada.id, id, NOW)
            post.do(posts.boost, Author(ada.id, None), id, id=new_id(), now=NOW)
            post.do(reactions.pin, bob.id, id, NOW)
        post.do(posts.edit, author, id, PostChange("other words @ada"), TERMS, now=NOW + 1)
        post.do(posts.delete, author, id, NOW)
    post.do(people.change_profile, bob.id, ProfileChange(name="Bobby"))
    post.do(safety.block, bob.id, ada.id, NOW)
    assert post.due() == []


@pytest.mark.parametrize("visibility", ["public", "quiet", "followers"])
def test_a_post_goes_once_to_each_server_of_followers(scene, visibility):
    id, sent = scene.followed().told(visibility=visibility)
    assert [(s.kind, s.inboxes, s.post_id, s.account_id) for s in sent] == [
        ("Create", FOLLOWERS, id, scene.bakery.id)
    ]
    uri, body = f"{scene.uri}/posts/{id}", sent[0].body
    assert (body["id"], body["type"], body["actor"]) == (f"{uri}/activity", "Create", scene.uri)
    assert body["object"]["id"] == sent[0].object_uri == uri
    assert body["published"] == body["object"]["published"] == "2026-10-26T07:33:20Z"
    followers = f"{scene.uri}/followers"
    wanted = {
        "public": ([PUBLIC], [followers]),
        "quiet": ([followers], [PUBLIC]),
        "followers": ([followers], []),
    }
    for one in (body, body["object"]):
        assert (one["to"], one["cc"]) == wanted[visibility]


def test_a_direct_post_goes_to_the_own_inbox_of_whom_it_names(scene):
    _, sent = scene.followed().told("psst @fay@far.example", visibility="direct")
    assert [s.inboxes for s in sent] == [{"https://far.example/users/fay/inbox": 0}]
    note = sent[0].body["object"]
    assert (note["to"], note["cc"]) == ([scene.fay.uri], [])
    assert note["tag"] == [{"type": "Mention", "href": scene.fay.uri, "name": "@fay@far.example"}]
    _, sent = scene.told("to myself", visibility="direct")
    assert sent == []


def test_who_is_named_or_answered_is_told_without_following(scene):
    _, sent = scene.told("hello @hal@hal.example")
    assert [s.inboxes for s in sent] == [{"https://hal.example/inbox": 0}]
    assert scene.hal.uri in sent[0].body["cc"]
    theirs = scene.post.do(their_post, scene.fay, "question")
    _, sent = scene.told("an answer", reply_to_id=theirs)
    assert [s.inboxes for s in sent] == [{"https://far.example/inbox": 0}]
    note = sent[0].body["object"]
    assert note["inReplyTo"] == f"{scene.fay.uri}/question"
    assert scene.fay.uri in note["cc"]
    _, sent = scene.told("an answer to followers", reply_to_id=theirs, visibility="followers")
    assert sent == []  # who is not named may not see it


def test_a_boost_tells_followers_and_the_author(scene):
    theirs = scene.post.do(their_post, scene.hal, "news")
    scene.followed()
    boost = scene.post.do(posts.boost, scene.author, theirs, id=new_id(), now=NOW)
    (sent,) = scene.post.tell()
    assert sent.inboxes == FOLLOWERS | {"https://hal.example/inbox": 0}
    uri = f"{scene.uri}/posts/{boost}"
    assert sent.body == {
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "id": uri,
        "type": "Announce",
        "actor": scene.uri,
        "published": "2026-10-26T07:33:20Z",
        "to": [PUBLIC],
        "cc": [f"{scene.uri}/followers", scene.hal.uri],
        "object": f"{scene.hal.uri}/news",
    }
    (undone,) = scene.post.done(posts.unboost, scene.author, theirs, NOW)
    assert (undone.kind, undone.inboxes, undone.object_uri) == ("Undo", sent.inboxes, uri)
    inner = undone.body["object"]
    assert (inner["id"], inner["type"], inner["actor"]) == (uri, "Announce", scene.uri)
    assert inner["object"] == f"{scene.hal.uri}/news"
    assert undone.body["id"] == f"{uri}#undo"


def test_an_edit_reaches_who_had_to_do_with_it_and_keeps_published(scene):
    id, _ = scene.followed().told("first")
    scene.post.do(foreign.boost, scene.hal.id, id, uri="https://hal.example/boost/1", id=new_id(), now=NOW)
    scene.post.do(posts.edit, scene.author, id, PostChange("second"), TERMS, now=NOW + MINUTE)
    scene.post.do(posts.edit, scene.author, id, PostChange("third"), TERMS, now=NOW + 2 * MINUTE)
    (sent,) = scene.post.tell()  # two edits, one letter
    assert sent.inboxes == FOLLOWERS | {"https://hal.example/inbox": 0}
    note = sent.body["object"]
    assert (sent.body["type"], "third" in note["content"]) == ("Update", True)
    assert (note["published"], note["updated"]) == ("2026-10-26T07:33:20Z", "2026-10-26T07:35:20Z")
    assert sent.object_uri == note["id"] == f"{scene.uri}/posts/{id}"


def test_an_edit_of_what_is_not_open_stays_with_those_who_may_see_it(scene):
    id, _ = scene.told("psst @fay@far.example", visibility="direct")
    (sent,) = scene.post.done(
        posts.edit, scene.author, id, PostChange("psst @gil@gts.example"), TERMS, now=NOW + MINUTE
    )
    assert sent.inboxes == {"https://gts.example/users/gil/inbox": 0}


def test_new_words_of_a_picture_are_an_edit(scene):
    id, _ = scene.followed().told("look")
    (sent,) = scene.post.done(posts.redescribe, scene.author, id)
    assert sent.body["type"] == "Update"
    assert "updated" in sent.body["object"]


def test_a_deletion_goes_to_everybody_who_had_it(scene):
    id, _ = scene.followed().told("hello @hal@hal.example")
    scene.post.do(posts.delete, scene.author, id, NOW)
    (sent,) = scene.post.tell()
    uri = f"{scene.uri}/posts/{id}"
    assert sent.inboxes == FOLLOWERS | {"https://hal.example/inbox": 0}
    assert sent.body["object"] == {"id": uri, "type": "Tombstone"}
    assert (sent.body["type"], sent.body["actor"], sent.object_uri) == ("Delete", scene.uri, uri)
    assert sent.body["to"] == [PUBLIC]


def test_what_is_gone_before_it_was_told_is_not_told(scene):
    scene.followed()
    id = scene.say("regretted")
    scene.post.do(posts.delete, scene.author, id, NOW)
    assert [s.kind for s in scene.post.tell()] == ["Delete"]


def test_the_deletion_of_a_direct_post_goes_to_nobody_else(scene):
    id, _ = scene.followed().told("psst @fay@far.example", visibility="direct")
    (sent,) = scene.post.done(posts.delete, scene.author, id, NOW)
    assert sent.inboxes == {"https://far.example/users/fay/inbox": 0}
    assert (sent.body["to"], sent.body["cc"]) == ([scene.fay.uri], [])


def test_a_favourite_and_its_end(scene):
    theirs = scene.post.do(their_post, scene.fay, "news")
    (liked,) = scene.post.done(reactions.favourite, scene.bakery.id, theirs, NOW)
    (undone,) = scene.post.done(reactions.unfavourite, scene.bakery.id, theirs)
    assert liked.inboxes == undone.inboxes == {"https://far.example/users/fay/inbox": 0}
    assert liked.body == {
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "id": liked.object_uri,
        "type": "Like",
        "actor": scene.uri,
        "to": [scene.fay.uri],
        "object": f"{scene.fay.uri}/news",
    }
    _undoes(undone, liked)
    scene.post.do(reactions.favourite, scene.bakery.id, theirs, NOW)
    scene.post.do(reactions.unfavourite, scene.bakery.id, theirs)
    assert [s.kind for s in scene.post.tell()] == ["Undo"]  # the later job took the place of the first


def _undoes(undone, original):
    inner = {key: value for key, value in original.body.items() if key != "@context"}
    assert undone.body["type"] == undone.kind == "Undo"
    assert undone.body["object"] == inner
    assert undone.body["actor"] == inner["actor"]
    assert undone.body["id"] not in {inner["id"], ""}
    assert undone.object_uri == original.object_uri
    assert undone.body["to"] == inner["to"]


def test_a_follow_keeps_its_address_from_asking_to_its_end(scene):
    (asked,) = scene.post.done(follows.follow, scene.bakery.id, scene.fay.id, now=NOW)
    row = scene.db.read_now(follow_queries.request, scene.bakery.id, scene.fay.id)
    assert asked.body == {
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "id": f"{scene.uri}#follows/{row.id}",
        "type": "Follow",
        "actor": scene.uri,
        "to": [scene.fay.uri],
        "object": scene.fay.uri,
    }
    assert scene.post.done(follows.accept, scene.fay.id, scene.bakery.id, NOW) == []
    (undone,) = scene.post.done(follows.unfollow, scene.bakery.id, scene.fay.id)
    _undoes(undone, asked)


def test_a_request_that_is_taken_back_is_undone(scene):
    (asked,) = scene.post.done(follows.follow, scene.bakery.id, scene.fay.id, now=NOW)
    (undone,) = scene.post.done(follows.unfollow, scene.bakery.id, scene.fay.id)
    _undoes(undone, asked)


def test_who_ends_the_follow_of_one_of_ours_elsewhere_is_told_nothing(scene):
    scene.post.done(follows.follow, scene.bakery.id, scene.fay.id, now=NOW)
    scene.post.done(follows.accept, scene.fay.id, scene.bakery.id, NOW)
    assert scene.post.done(follows.remove_follower, scene.fay.id, scene.bakery.id) == []


def test_a_follow_from_elsewhere_is_accepted_with_the_follow_inside(scene):
    uri = scene.post.do(follow_us, scene.fay, scene.bakery)
    (sent,) = scene.post.tell()
    assert sent.inboxes == {"https://far.example/users/fay/inbox": 0}
    follow = {"id": uri, "type": "Follow", "actor": scene.fay.uri, "object": scene.uri}
    assert (sent.body["type"], sent.body["actor"], sent.body["object"]) == ("Accept", scene.uri, follow)
    assert sent.body["id"].startswith(f"{scene.uri}#accepts/")
    assert scene.post.done(follows.unfollow, scene.fay.id, scene.bakery.id) == []
    uri = scene.post.do(follow_us, scene.fay, scene.bakery)
    (again,) = scene.post.tell()
    assert again.body["id"] != sent.body["id"]
    (removed,) = scene.post.done(follows.remove_follower, scene.bakery.id, scene.fay.id)
    assert (removed.body["type"], removed.body["object"]) == ("Reject", follow)


def test_who_asks_again_gets_an_answer_that_is_not_taken_for_the_first(scene):
    scene.post.do(follow_us, scene.fay, scene.bakery)
    (first,) = scene.post.tell()
    scene.post.now += 1
    scene.post.do(lambda tx: tx.emit(Followed(scene.fay.id, scene.bakery.id)))
    (second,) = scene.post.tell()
    assert first.body["object"] == second.body["object"]
    assert first.body["id"] != second.body["id"]


def test_a_request_from_elsewhere_waits_and_is_answered(scene):
    scene.post.do(people.change_profile, scene.bakery.id, ProfileChange(locked=True))
    uri = scene.post.do(follow_us, scene.fay, scene.bakery)
    scene.post.do(follow_us, scene.gil, scene.bakery)
    assert scene.post.tell() == []
    (yes,) = scene.post.done(follows.accept, scene.bakery.id, scene.fay.id, NOW)
    (no,) = scene.post.done(follows.reject, scene.bakery.id, scene.gil.id)
    assert (yes.body["type"], yes.body["object"]["id"]) == ("Accept", uri)
    assert (no.body["type"], no.body["object"]["actor"]) == ("Reject", scene.gil.uri)
    assert no.inboxes == {"https://gts.example/users/gil/inbox": 0}


def test_a_block_ends_both_follows_and_is_told(scene):
    scene.post.do(follow_us, scene.fay, scene.bakery)
    scene.post.do(follows.follow, scene.bakery.id, scene.fay.id, now=NOW)
    scene.post.do(follows.accept, scene.fay.id, scene.bakery.id, NOW)
    scene.post.tell()
    sent = scene.post.done(safety.block, scene.bakery.id, scene.fay.id, NOW)
    assert sorted(s.body["type"] for s in sent) == ["Block", "Reject", "Undo"]
    assert {tuple(s.inboxes) for s in sent} == {("https://far.example/users/fay/inbox",)}
    blocked = next(s for s in sent if s.kind == "Block")
    assert (blocked.body["object"], blocked.body["to"]) == (scene.fay.uri, [scene.fay.uri])
    (undone,) = scene.post.done(safety.unblock, scene.bakery.id, scene.fay.id)
    _undoes(undone, blocked)
    assert scene.post.done(safety.block, scene.fay.id, scene.bakery.id, NOW) == []


def test_pins_are_told_to_followers(scene):
    id, _ = scene.followed().told("keep this")
    hidden, _ = scene.told("not this", visibility="followers")
    (added,) = scene.post.done(reactions.pin, scene.bakery.id, id, NOW)
    assert added.inboxes == FOLLOWERS
    assert (added.body["type"], added.body["object"]) == ("Add", f"{scene.uri}/posts/{id}")
    assert added.body["target"] == f"{scene.uri}/featured"
    (removed,) = scene.post.done(reactions.unpin, scene.bakery.id, id)
    assert removed.body["type"] == "Remove"
    assert scene.post.done(reactions.pin, scene.bakery.id, hidden, NOW) == []
    assert scene.post.done(reactions.unpin, scene.bakery.id, id) == []


def test_a_profile_is_told_once_for_several_changes(scene):
    scene.followed()
    scene.post.do(people.change_profile, scene.bakery.id, ProfileChange(name="Bakery"))
    scene.post.do(people.change_profile, scene.bakery.id, ProfileChange(bio="Bread"))
    (sent,) = scene.post.tell()
    assert sent.inboxes == FOLLOWERS
    assert (sent.body["type"], sent.object_uri) == ("Update", scene.uri)
    assert (sent.body["object"]["name"], sent.body["object"]["summary"]) == ("Bakery", "<p>Bread</p>")
    assert sent.body["object"]["publicKey"]["publicKeyPem"] == "PEM"
    assert scene.post.done(people.change_profile, scene.bakery.id, ProfileChange(name="Bakery")) == []


def test_votes_elsewhere_are_notes_with_a_name(scene):
    poll = ForeignPoll((("Rye", 0), ("Wheat", 0), ("Oats", 0)), True, NOW + DAY, 0)
    theirs = scene.post.do(their_post, scene.fay, "poll", poll=poll)
    sent = scene.post.done(reactions.vote, scene.bakery.id, theirs, [0, 2], NOW)
    assert [s.body["object"]["name"] for s in sent] == ["Rye", "Oats"]
    for one in sent:
        note = one.body["object"]
        assert (note["type"], note["inReplyTo"], note["to"]) == (
            "Note",
            f"{scene.fay.uri}/poll",
            [scene.fay.uri],
        )
        assert "content" not in note
        assert note["id"] == one.object_uri != one.body["id"]
        assert one.inboxes == {"https://far.example/users/fay/inbox": 0}


def test_the_count_of_our_poll_is_told_to_voters_too(scene):
    poll = NewPoll(("Rye", "Wheat"), DAY)
    id, (sent,) = scene.followed().told("Which?", poll=poll)
    question = sent.body["object"]
    assert [one["name"] for one in question["oneOf"]] == ["Rye", "Wheat"]
    assert (question["type"], question["votersCount"], "closed" in question) == ("Question", 0, False)
    scene.post.do(reactions.choose, scene.hal.id, id, "Wheat", NOW)
    scene.post.do(reactions.choose, scene.fay.id, id, "Wheat", NOW)
    (sent,) = scene.post.tell()
    assert sent.inboxes == FOLLOWERS | {"https://hal.example/inbox": 0}
    question = sent.body["object"]
    assert [one["replies"]["totalItems"] for one in question["oneOf"]] == [0, 2]
    assert (sent.body["type"], question["votersCount"], "updated" in question) == ("Update", 2, False)
    poll_id = scene.db.read_now(lambda tx: tx.value("SELECT poll_id FROM post WHERE id = :id", id=id))
    (sent,) = scene.post.done(posts.end_poll, poll_id, NOW + 2 * DAY)
    assert sent.body["type"] == "Update"


def test_invented_and_suspended_accounts_say_nothing(scene):
    scene.followed()
    scene.db.write_now(people.mark_invented, scene.bakery.id)
    _, sent = scene.told("not real")
    assert (sent, scene.post.due()) == ([], [])
    assert scene.post.done(people.change_profile, scene.bakery.id, ProfileChange(name="Unreal")) == []


def test_who_is_suspended_or_gone_is_not_written_to(scene):
    scene.followed()
    scene.db.write_now(
        lambda tx: tx.run("UPDATE actor SET gone_at = 1 WHERE account_id = :id", id=scene.gil.id)
    )
    scene.db.write_now(
        lambda tx: tx.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=scene.fox.id)
    )
    _, (sent,) = scene.told()
    assert sent.inboxes == {"https://far.example/inbox": 1}


def test_posts_from_elsewhere_are_not_told_again(scene):
    scene.followed()
    theirs = scene.post.do(their_post, scene.fay, "news")
    ours = scene.say("ours")
    scene.post.tell()
    scene.post.do(their_post, scene.hal, "answer", reply_to_id=ours)
    scene.post.do(foreign.boost, scene.hal.id, ours, uri="https://hal.example/b", id=new_id(), now=NOW)
    scene.post.do(reactions.favourite, scene.hal.id, ours, NOW)
    scene.post.do(foreign.forget, f"{scene.fay.uri}/news", scene.fay.id, NOW)
    assert scene.post.due() == []
    assert theirs
