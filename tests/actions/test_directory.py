"""Who is shown in the directory and suggested: nobody who does not wish to be found, and nobody at all
where there is nobody."""

from typing import Any

import pytest

from linnet.db.database import Database
from linnet.kernel.ids import first_id_at, new_id
from linnet.social.directory import actions, queries
from linnet.social.follows import actions as follows
from linnet.social.people import actions as people
from linnet.social.people import foreign, standing
from linnet.social.people.rules import ProfileChange
from linnet.social.posts import queries as posts
from linnet.social.safety import actions as safety
from linnet.social.tags import queries as tags
from linnet.social.text.scan import Hashtag
from tests.cast import account
from tests.federation.neighbours import NOW, neighbour, their_post

TAG = Hashtag(0, 0, "rye", "rye")


class Scene:
    """Ada looks; Bob lives here; Fay, Gil and Hue live elsewhere and wrote with #rye."""

    def __init__(self, db: Database) -> None:
        self.db = db
        db.write_now(self._fill)

    def _fill(self, tx: Any) -> None:
        self.ada, self.bob = account(tx, "ada", now=NOW).id, account(tx, "bob", now=NOW).id
        for who in (self.ada, self.bob):
            people.change_profile(tx, who, ProfileChange(discoverable=True))
            people.count_post(tx, who, 1, NOW)
        far = [neighbour(tx, name, "far.example") for name in ("fay", "gil", "hue")]
        for one in far:
            (self.tag,) = posts.put_tags(tx, their_post(tx, one, "bread"), [TAG])
        self.fay, self.gil, self.hue = (one.id for one in far)

    def directory(self, viewer: int = 0, **more: Any) -> set[int]:
        return set(self.db.read_now(queries.directory, viewer_id=viewer, **more))

    def suggested(self) -> dict[int, str]:
        return dict(self.db.read_now(queries.suggested, self.ada, since_id=first_id_at(NOW - 1)))

    def do(self, action: Any, *args: Any, **more: Any) -> None:
        self.db.write_now(action, *args, **more)

    def follow(self, who: int, whom: int) -> None:
        self.do(follows.follow, who, whom, now=NOW)

    def follow_tag(self) -> None:
        self.do(tags.put, self.ada, self.tag.id, NOW)


@pytest.fixture
def scene(db: Database) -> Scene:
    return Scene(db)


def test_nobody_where_there_is_nobody(db: Database) -> None:
    ada = db.write_now(lambda tx: account(tx, "ada")).id
    assert db.read_now(queries.directory) == []
    assert db.read_now(queries.suggested, ada, since_id=0) == []


def test_reasons(scene: Scene) -> None:
    far = dict.fromkeys((scene.fay, scene.gil, scene.hue), "lately")
    assert scene.suggested() == {scene.bob: "here"} | far
    assert next(iter(scene.suggested())) == scene.bob
    scene.follow_tag()
    assert scene.suggested() == {
        scene.fay: "hashtags",
        scene.gil: "hashtags",
        scene.hue: "hashtags",
        scene.bob: "here",
    }
    scene.follow(scene.ada, scene.bob)
    scene.do(follows.follow, scene.bob, scene.fay, now=NOW)
    scene.do(follows.accept, scene.fay, scene.bob, NOW)
    found = scene.suggested()
    assert next(iter(found)) == scene.fay
    assert (found[scene.fay], scene.bob in found, scene.ada in found) == ("friends of friends", False, False)
    scene.follow(scene.ada, scene.gil)  # asked, not accepted yet
    assert scene.gil not in scene.suggested()
    assert dict(scene.db.read_now(queries.suggested, scene.ada, since_id=new_id())).keys() == {scene.fay}


@pytest.mark.parametrize(
    "deed",
    [
        lambda s, tx: people.change_profile(tx, s, ProfileChange(discoverable=False)),
        lambda s, tx: standing.mark(tx, [s], "limit"),
        lambda s, tx: standing.mark(tx, [s], "suspend"),
        lambda s, tx: foreign.suspend(tx, s, NOW),
        lambda s, tx: foreign.moved(tx, s, 1),
    ],
)
def test_who_is_shown_to_nobody(scene: Scene, deed: Any) -> None:
    scene.follow_tag()
    everybody = {scene.ada, scene.bob, scene.fay, scene.gil, scene.hue}
    assert scene.directory() == scene.directory(new=True) == everybody
    scene.db.write_now(lambda tx: deed(scene.bob, tx))
    scene.db.write_now(lambda tx: deed(scene.fay, tx))
    left = {scene.ada, scene.gil, scene.hue}
    assert scene.directory() == scene.directory(new=True) == left
    assert scene.directory(local=True) == scene.directory(local=True, new=True) == {scene.ada}
    assert scene.suggested().keys() == left - {scene.ada}


def test_who_is_not_shown_to_somebody(scene: Scene) -> None:
    scene.follow_tag()
    scene.do(safety.block, scene.ada, scene.fay, NOW)
    scene.do(safety.block, scene.gil, scene.ada, NOW)
    scene.do(safety.mute, scene.ada, scene.hue, now=NOW)
    assert scene.directory(scene.ada) == {scene.ada, scene.bob}
    assert scene.directory() == {scene.ada, scene.bob, scene.fay, scene.gil, scene.hue}
    assert scene.suggested() == {scene.bob: "here"}
    scene.do(actions.dismiss, scene.ada, scene.bob, NOW)
    scene.do(actions.dismiss, scene.ada, scene.bob, NOW)
    assert scene.suggested() == {}


def test_pages_of_the_directory(scene: Scene) -> None:
    whole = scene.db.read_now(queries.directory)
    assert [scene.db.read_now(queries.directory, n=1, skip=at)[0] for at in range(5)] == whole
