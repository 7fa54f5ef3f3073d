"""Who moved before we met them is shown as moved when the other side says so too; and who keeps to
themselves whom they follow."""

from typing import Any

import pytest

from linnet.federation.finding.actions import ReadProfile
from linnet.federation.finding.profiles import read_profile
from linnet.kernel.clock import DAY, now_ms
from linnet.net.client import Answer
from linnet.social.people import foreign
from linnet.social.people import queries as people
from tests.federation.elsewhere import Elsewhere
from tests.federation.village import Resident, Village


class Scene:
    """anna@a.example looks at old@far.example, whose profile says that it goes on as new@other.example."""

    def __init__(self, village: Village) -> None:
        self.village, self.town = village, village.town("a.example")
        self.anna: Resident = self.town.person("anna")
        self.far, self.other = Elsewhere(village, "far.example"), Elsewhere(village, "other.example")
        self.old, self.new = self.far.person("old"), self.other.person("new")

    def page(self, uri: str, **more: Any) -> None:
        site = self.far if uri.startswith(self.far.url) else self.other
        site.pages[uri] = site.pages[uri] | more

    async def look(self) -> Any:
        """What the API says of the old account after somebody looked at it."""
        found = await self.anna.find(self.old)
        await self.town.program.db.write(_forget_asked)
        await read_profile(self.town.db, self.town.program.office.finder, ReadProfile(int(found["id"])))
        await self.village.settle()
        return await self.anna.get(f"/v1/accounts/{found['id']}")


def _forget_asked(tx: Any) -> None:
    tx.run("DELETE FROM asked")


@pytest.fixture
def scene(village: Village) -> Scene:
    return Scene(village)


def test_a24_shown_as_moved_when_both_sides_say_so(scene: Scene) -> None:
    async def story() -> None:
        scene.page(scene.old, movedTo=scene.new)
        assert "moved" not in await scene.look()  # the new account knows nothing of it
        scene.page(scene.new, alsoKnownAs=["https://far.example/users/somebody-else"])
        assert "moved" not in await scene.look()
        scene.page(scene.new, alsoKnownAs=[scene.old])
        seen = await scene.look()
        assert seen["moved"]["acct"] == "new@other.example"
        page = await scene.anna.page("/@old@far.example")
        assert "has moved and goes on as" in page
        assert "/@new@other.example" in page
        # the other side takes it back; then the old one stays; then the profile says nothing any more
        scene.page(scene.new, alsoKnownAs=[])
        assert "moved" not in await scene.look()
        scene.page(scene.new, alsoKnownAs=scene.old)
        assert "moved" in await scene.look()
        del scene.far.pages[scene.old]["movedTo"]
        assert "moved" not in await scene.look()
        assert "has moved" not in await scene.anna.page("/@old@far.example")

    scene.village.run(story())


@pytest.mark.parametrize(
    "claim", [None, "", "x", 5, {"id": "javascript:alert(1)"}, "http://other.example/users/new"]
)
def test_a24_a_claim_that_leads_nowhere(scene: Scene, claim: Any) -> None:
    async def story() -> None:
        scene.page(scene.old, movedTo=claim)
        scene.page(scene.new, alsoKnownAs=[scene.old])
        assert "moved" not in await scene.look()

    scene.village.run(story())


def test_a24_not_to_itself_and_not_to_where_nobody_answers(scene: Scene) -> None:
    async def story() -> None:
        scene.page(scene.old, movedTo=scene.old, alsoKnownAs=[scene.old])
        assert "moved" not in await scene.look()
        scene.page(scene.old, movedTo=scene.new)
        scene.page(scene.new, alsoKnownAs=[scene.old])
        assert "moved" in await scene.look()
        scene.village.dead.add("other.example")
        assert "moved" in await scene.look()  # it cannot be asked now: it stays as it is
        scene.village.dead.clear()
        target = await scene.town.db.read(people.by_uri, scene.new)
        await scene.town.db.write(foreign.suspend, target.id, now_ms())
        assert "moved" not in await scene.look()

    scene.village.run(story())


def test_a24_to_one_of_ours_by_its_own_word(scene: Scene) -> None:
    async def story() -> None:
        scene.page(scene.old, movedTo=scene.anna.uri)
        assert "moved" not in await scene.look()
        old = await scene.town.db.read(people.by_uri, scene.old)
        from linnet.social.people import moving

        await scene.town.db.write(moving.add_alias, scene.anna.id, old.id, now_ms())
        assert (await scene.look())["moved"]["acct"] == "anna"

    scene.village.run(story())


def test_a24_a_letter_still_carries_who_follows_after_the_profile_said_so(scene: Scene) -> None:
    """The profile is often seen before the letter comes; and what a letter said is not forgotten because a
    profile does not repeat it."""

    async def story() -> None:
        found = await scene.anna.find(scene.old)
        await scene.anna.post(f"/v1/accounts/{found['id']}/follow")
        await scene.village.settle()
        asked = next(one for _, one in scene.far.got if one["type"] == "Follow")
        await scene.far.send(scene.old, {"id": f"{scene.old}#a", "type": "Accept", "actor": scene.old, "object": asked}, scene.town)  # fmt: skip
        await scene.village.settle()
        scene.page(scene.old, movedTo=scene.new)
        scene.page(scene.new, alsoKnownAs=[scene.old])
        assert "moved" in await scene.look()
        assert (await scene.anna.relation(found["id"]))["following"]  # nobody is carried by a profile
        move = {
            "id": f"{scene.old}#m",
            "type": "Move",
            "actor": scene.old,
            "object": scene.old,
            "target": scene.new,
        }
        assert await scene.far.send(scene.old, move, scene.town) == 202
        await scene.village.settle()
        assert not (await scene.anna.relation(found["id"]))["following"]
        assert any(one["type"] == "Follow" for _, one in scene.other.got)
        del scene.far.pages[scene.old]["movedTo"]
        assert "moved" in await scene.look()
        await scene.town.db.write(_long_ago)
        assert "moved" not in await scene.look()

    scene.village.run(story())


def _long_ago(tx: Any) -> None:
    tx.run("UPDATE account SET moved_at = :at WHERE moved_at IS NOT NULL", at=now_ms() - 31 * DAY)


# Who follows whom


def test_a_network_is_hidden_when_its_collections_cannot_be_read(scene: Scene) -> None:
    async def story() -> None:
        far, followers, following = scene.far, f"{scene.old}/followers", f"{scene.old}/following"
        far.collection(followers, [scene.new] * 3, size=2)
        far.collection(following, [], size=0)
        assert (await scene.look())["hide_collections"] is False
        far.pages[followers] = {
            "id": followers,
            "type": "OrderedCollection",
            "totalItems": 7,
        }  # Mastodon's way
        seen = await scene.look()
        assert (seen["hide_collections"], seen["followers_count"]) == (True, 7)
        far.collection(followers, [scene.new], size=0)
        assert (await scene.look())["hide_collections"] is False
        scene.page(scene.old, followers=None)  # named nowhere
        assert (await scene.look())["hide_collections"] is True
        scene.page(scene.old, followers=followers)
        assert (await scene.look())["hide_collections"] is False
        far.pages[following] = lambda: Answer(403, following, {"content-type": "text/plain"}, b"no")
        assert (await scene.look())["hide_collections"] is True

    scene.village.run(story())


def test_a_server_that_is_away_does_not_hide_anything(scene: Scene) -> None:
    async def story() -> None:
        far, followers, following = scene.far, f"{scene.old}/followers", f"{scene.old}/following"
        far.collection(followers, [scene.new], size=0)
        far.collection(following, [], size=0)
        assert (await scene.look())["hide_collections"] is False
        far.pages[followers] = lambda: Answer(503, followers, {}, b"")
        assert (await scene.look())["hide_collections"] is False

    scene.village.run(story())
