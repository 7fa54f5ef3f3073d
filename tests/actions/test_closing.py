"""Closing an account of ours, on both engines: what goes, what stays, and a job that may die anywhere."""

import pytest

from linnet.desk.closing import actions as desk
from linnet.desk.closing.rules import check_closing
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts.rules import Content
from linnet.jobs import rows
from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.social.apps import actions as apps
from linnet.social.apps import queries as app_queries
from linnet.social.closing import actions, queries
from linnet.social.closing.rules import SETTLED
from linnet.social.follows import actions as follows
from linnet.social.follows import queries as follow_queries
from linnet.social.media import actions as media
from linnet.social.media.rules import Picture
from linnet.social.notices import queries as notices
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import ProfileChange
from linnet.social.posts import actions as posts
from linnet.social.posts import queries as post_queries
from linnet.social.posts.rules import Author, NewPost, Terms
from linnet.social.reactions import actions as reactions
from linnet.social.safety import actions as safety
from linnet.social.search import queries as search
from linnet.social.tags import actions as tags
from linnet.social.text.scan import Hashtag
from tests import cast

PICTURE = Picture("image/png", 40, 30, 123, "rye.png", "rye-small.webp", 40, 30, "LEHV6nWB2yk8")
TERMS = Terms("https://linnet.example", 500, "linnet.example")
LEFT = {
    "post": "SELECT COUNT(*) FROM post WHERE account_id = :id",
    "favourite": "SELECT COUNT(*) FROM favourite WHERE account_id = :id",
    "bookmark": "SELECT COUNT(*) FROM bookmark WHERE account_id = :id",
    "follow": "SELECT COUNT(*) FROM follow WHERE follower_id = :id OR followee_id = :id",
    "follow_request": "SELECT COUNT(*) FROM follow_request WHERE follower_id = :id OR followee_id = :id",
    "block": "SELECT COUNT(*) FROM block WHERE account_id = :id",
    "tag_follow": "SELECT COUNT(*) FROM tag_follow WHERE account_id = :id",
    "timeline": "SELECT COUNT(*) FROM timeline WHERE owner_id = :id",
    "notice": "SELECT COUNT(*) FROM notice WHERE account_id = :id OR from_id = :id",
    "media": "SELECT COUNT(*) FROM media WHERE account_id = :id",
    "draft": "SELECT COUNT(*) FROM draft WHERE account_id = :id",
    "member": "SELECT COUNT(*) FROM member WHERE account_id = :id",
    "token": "SELECT COUNT(*) FROM token WHERE account_id = :id",
    "session": "SELECT COUNT(*) FROM session WHERE account_id = :id",
}
JOBS = "SELECT COUNT(*) FROM job WHERE kind = :kind"


class Scene:
    """A bakery with everything that an account can have, and a cafe that has to do with it. Ann owns both
    the bakery and a side line; Bob writes for the bakery alone."""

    def __init__(self, db, now):
        self.db, self.now = db, now
        self.ann, self.bakery = db.write_now(cast.both, "bakery", now=now)
        self.bob = db.write_now(cast.person, "bob")
        self.cleo, self.cafe = db.write_now(cast.both, "cafe", now=now)
        self.side = db.write_now(cast.account, "side")
        self.author = Author(self.bakery.id, self.ann.id)
        self.other = Author(self.cafe.id, self.cleo.id)
        db.write_now(people.join, self.bob.id, self.bakery.id, "editor", now)
        db.write_now(people.join, self.ann.id, self.side.id, "owner", now)
        db.write_now(people.change_profile, self.bakery.id, ProfileChange(name="Corner Bakery", bio="Rye"))
        self.tokens = {who.id: self.token(who, self.bakery) for who in (self.ann, self.bob)}
        self.side_token = self.token(self.ann, self.side)
        self.cookies = {who.id: self.session(who) for who in (self.ann, self.bob)}
        self.fill()

    def token(self, person, account):
        def issue(tx):
            app = apps.command_line_app(tx, self.now)
            return apps.issue_token(tx, app, person.id, account.id, "read", self.now).token

        return self.db.write_now(issue)

    def session(self, person):
        return self.db.write_now(people.open_session, person.id, self.bakery.id, "a browser", self.now)

    def say(self, author, text, **more):
        return self.db.write_now(
            posts.publish, author, NewPost(text, **more), TERMS, id=new_id(), now=self.now
        )

    def fill(self):
        write, now = self.db.write_now, self.now
        write(follows.follow, self.cafe.id, self.bakery.id, now=now)
        write(follows.follow, self.bakery.id, self.cafe.id, now=now)
        picture = write(
            media.add, PICTURE, id=new_id(), account_id=self.bakery.id, person_id=None, use="post", now=now
        )
        self.said = self.say(self.author, "Fresh rye #bread", media_ids=(picture.id,))
        self.theirs = self.say(self.other, "Coffee with it")
        self.answer = self.say(self.other, "@bakery lovely", reply_to_id=self.said)
        self.reply = self.say(self.author, "Thank you", reply_to_id=self.answer)
        write(posts.boost, self.other, self.said, id=new_id(), now=now)
        write(posts.boost, self.author, self.said, id=new_id(), now=now)
        write(posts.boost, self.author, self.theirs, id=new_id(), now=now)
        write(reactions.favourite, self.bakery.id, self.theirs, now)
        write(reactions.bookmark, self.bakery.id, self.theirs)
        write(tags.follow, self.bakery.id, Hashtag(0, 0, "bread", "bread"), now)
        write(safety.block, self.bakery.id, self.side.id, now)
        self.draft = write(drafts.keep, self.author, Content("Later"), id=new_id(), now=now)
        write(drafts.schedule, self.author, self.draft, now + HOUR, terms=TERMS, now=now)

    def close(self, **more):
        self.db.write_now(
            desk.close, self.bakery.id, typed="bakery", person_id=self.ann.id, now=self.now + 1, **more
        )

    def left(self):
        return {
            table: n
            for table, sql in LEFT.items()
            if (n := self.db.read_now(lambda tx, sql=sql: tx.value(sql, id=self.bakery.id)))
        }

    def work(self):
        """Until nothing is left, and the look afterwards; how many slices that took."""
        slices = 1
        while self.db.write_now(actions.take_away, self.bakery.id, self.now + slices):
            slices += 1
        self.db.write_now(actions.take_away, self.bakery.id, self.now + 1 + SETTLED)
        return slices

    def jobs(self, kind):
        return self.db.read_now(lambda tx: tx.value(JOBS, kind=kind))


@pytest.fixture
def scene(db, now):
    return Scene(db, now)


def test_it_is_gone_for_everybody_at_once(scene):
    scene.close()
    db = scene.db
    account = db.read_now(people_queries.must_account, scene.bakery.id)
    assert (account.hidden, account.name, account.bio, account.avatar_id) == (True, "bakery", "", None)
    assert db.read_now(post_queries.visible, scene.said, scene.cafe.id) is None
    assert db.read_now(search.accounts, "bake", viewer_id=0) == []
    assert db.read_now(people_queries.by_handles, ["bakery"]) == {}
    assert scene.jobs("PublishDraft") == 0
    with pytest.raises(NotAllowed, match="closed"):
        scene.say(scene.author, "one more")
    with pytest.raises(NotFound):
        db.write_now(follows.follow, scene.side.id, scene.bakery.id, now=scene.now)
    with pytest.raises(Conflict, match="closed already"):
        scene.close()
    with pytest.raises(Conflict, match="taken"):
        db.write_now(cast.account, "BAKERY")
    found = db.read_now(queries.closing, scene.bakery.id)
    assert (found.closed_at, found.person_id, found.done_at) == (scene.now + 1, scene.ann.id, None)


def test_access_ends_and_who_has_another_account_goes_on_there(scene):
    scene.close()
    db = scene.db
    for token in scene.tokens.values():
        assert db.read_now(app_queries.token, token) is None
    assert db.read_now(app_queries.token, scene.side_token) is not None
    session = db.read_now(people_queries.session, scene.cookies[scene.ann.id], scene.now)
    assert session.account_id == scene.side.id
    assert db.read_now(people_queries.session, scene.cookies[scene.bob.id], scene.now) is None
    assert db.read_now(people_queries.accounts_of_person, scene.bob.id) == []


def test_the_job_takes_away_all_of_it_and_nothing_of_others(scene):
    scene.close()
    scene.work()
    db = scene.db
    assert scene.left() == {}
    assert db.read_now(queries.closing, scene.bakery.id).done_at is not None
    cafe = db.read_now(people_queries.must_account, scene.cafe.id)
    assert (cafe.followers_count, cafe.following_count, cafe.posts_count) == (0, 0, 2)
    theirs = db.read_now(post_queries.post, scene.theirs)
    assert (theirs.favourites_count, theirs.boosts_count) == (0, 0)
    assert db.read_now(post_queries.post, scene.answer).replies_count == 0
    assert db.read_now(notices.unread, scene.cafe.id, 0) == 0
    assert db.read_now(follow_queries.follow, scene.cafe.id, scene.bakery.id) is None
    assert db.read_now(search.posts, "rye", viewer_id=0) == []
    assert scene.jobs("RemoveFiles") > 0
    assert db.read_now(people_queries.must_account, scene.bakery.id).posts_count == 0


def test_a_job_that_dies_anywhere_goes_on_where_it_was(scene, monkeypatch):
    """Each slice and the job for the next are one fact; a slice that breaks leaves nothing half."""
    monkeypatch.setattr(actions, "SLICE", 1)
    scene.close()
    assert scene.jobs("CloseAccount") == 1
    broken = 0
    for at in range(200):
        before = scene.left()

        def dies(tx, at=at):
            actions.take_away(tx, scene.bakery.id, scene.now + at)
            raise RuntimeError("killed")

        with pytest.raises(RuntimeError):
            scene.db.write_now(dies)
        assert scene.left() == before
        broken += 1
        more = scene.db.write_now(actions.take_away, scene.bakery.id, scene.now + at)
        assert scene.jobs("CloseAccount") == 1  # one row, moved
        if not more:
            break
    assert scene.left() == {}
    assert broken >= 8
    # once more: it is done, and then nothing happens
    for later in (HOUR, DAY):
        assert scene.db.write_now(actions.take_away, scene.bakery.id, scene.now + later) is False
    assert scene.db.read_now(queries.closing, scene.bakery.id).done_at == scene.now + HOUR


def test_what_was_being_written_at_that_moment_goes_too(scene):
    """Somebody's request passed the door before the account was closed, and is written after the last slice."""
    scene.close()
    while scene.db.write_now(actions.take_away, scene.bakery.id, scene.now + 2):
        pass
    assert scene.db.read_now(queries.closing, scene.bakery.id).done_at is None
    late = "INSERT INTO bookmark (id, account_id, post_id) VALUES (5, :id, 6)"
    scene.db.write_now(lambda tx: tx.run(late, id=scene.bakery.id))
    due = "SELECT run_at FROM job WHERE kind = 'CloseAccount'"
    assert scene.db.read_now(lambda tx: tx.value(due)) == scene.now + 1 + SETTLED
    assert scene.db.write_now(actions.take_away, scene.bakery.id, scene.now + 1 + SETTLED) is True
    assert scene.db.write_now(actions.take_away, scene.bakery.id, scene.now + 1 + SETTLED) is False
    assert scene.left() == {}
    assert scene.db.read_now(queries.closing, scene.bakery.id).done_at == scene.now + 1 + SETTLED


def test_the_row_of_the_running_job_is_moved_and_not_lost(scene):
    scene.close()
    later = scene.now + 2
    (job,) = [
        one
        for one in scene.db.write_now(rows.claim, "desk", n=10, claim=7, now=later, lease=1000)
        if one.kind == "CloseAccount"
    ]
    assert scene.db.write_now(actions.take_away, scene.bakery.id, later)
    scene.db.write_now(rows.done, job)
    assert scene.jobs("CloseAccount") == 1


def test_who_never_was_closed_loses_nothing(scene):
    assert scene.db.write_now(actions.take_away, scene.bakery.id, scene.now) is False
    assert scene.left()["post"] == 4
    assert scene.db.read_now(post_queries.post, scene.said) is not None


def test_one_of_another_server_is_not_ours_to_close(scene):
    far = scene.db.write_now(
        lambda tx: tx.run(
            "INSERT INTO account (id, handle, handle_key, host, created_at) VALUES (77, 'f', 'f', 'far.example', 1)"
        )
    )
    assert far
    with pytest.raises(NotAllowed):
        scene.db.write_now(desk.close, 77, typed="f", person_id=None, now=scene.now)
    with pytest.raises(NotFound):
        scene.db.write_now(desk.close, 78, typed="f", person_id=None, now=scene.now)


def test_the_name_must_be_typed_and_the_firms_own_goes_last(scene):
    bakery = scene.bakery
    with pytest.raises(Invalid, match="is not @bakery"):
        check_closing(bakery, "bakry", is_firms=False, others=1, last=False)
    with pytest.raises(Conflict, match="close the others first"):
        check_closing(bakery, "bakery", is_firms=True, others=1, last=True)
    with pytest.raises(Conflict, match="--last"):
        check_closing(bakery, "@Bakery", is_firms=True, others=0, last=False)
    check_closing(bakery, "@Bakery", is_firms=True, others=0, last=True)
    check_closing(bakery, " BAKERY", is_firms=False, others=0, last=False)
