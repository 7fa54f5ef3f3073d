"""Addresses that lead elsewhere (security paper A01-A08, end to end): whoever controls an address says by a
redirect who answers there, and becomes nobody else by that."""

import pytest

from linnet.net.client import Answer
from linnet.social.people import queries as people
from tests.federation.strangers import COUNT, Scene
from tests.federation.village import Village


@pytest.mark.parametrize("kind", ["Like", "Follow", "Block", "Delete", "Create"])
def test_an_actor_that_leads_to_somebody_else_is_not_that_one(village: Village, kind: str) -> None:
    """The key was looked up while the actor stood at its address; when the letter is read, the address leads
    to the victim's. What was signed by the one is not said by the other."""
    scene = Scene(village)

    async def story() -> None:
        await scene.begin()
        mine = await scene.anna.says("Look")
        trick = scene.evil.person("trick")
        objects = {
            "Like": mine["uri"],
            "Follow": scene.anna.uri,
            "Block": scene.anna.uri,
            "Delete": scene.vera,
            "Create": scene.evil.post(trick, 1, "Not her words", days=0.001),
        }
        before = (await scene.anna.notices(), await scene.anna.home())
        said = {"id": f"{trick}#1", "type": kind, "actor": trick, "object": objects[kind]}
        assert await scene.evil.send(trick, said, scene.town) == 202
        scene.evil.pages[trick] = Answer(302, trick, {"location": scene.vera}, b"")
        await village.settle()
        assert (await scene.anna.notices(), await scene.anna.home()) == before
        vera = scene.town.db.read_now(people.by_uri, scene.vera)
        assert vera is not None
        assert vera.suspended_at is None
        assert scene.town.db.read_now(lambda tx: tx.value(COUNT, id=vera.id)) == 1
        assert (await scene.anna.relation(str(vera.id)))["blocked_by"] is False

    village.run(story())


def test_a_post_whose_author_leads_to_somebody_else_is_not_theirs(village: Village) -> None:
    """Looked up by its address, without any letter."""
    scene = Scene(village)

    async def story() -> None:
        await scene.begin()
        trick = scene.evil.person("trick")
        post = scene.evil.post(trick, 1, "Not her words", days=0.001)
        scene.evil.pages[trick] = Answer(302, trick, {"location": scene.vera}, b"")
        assert await scene.anna.find(post["id"], "statuses") is None
        vera = scene.town.db.read_now(people.by_uri, scene.vera)
        assert vera is not None
        assert scene.town.db.read_now(lambda tx: tx.value(COUNT, id=vera.id)) == 1

    village.run(story())


def test_a_name_may_lead_on_to_an_account(village: Village) -> None:
    """WebFinger names an older address of an actor: whoever looks the name up finds the actor as it is."""
    scene = Scene(village)

    async def story() -> None:
        await scene.begin()
        now = scene.evil.person("now")
        scene.evil.names["before"] = f"{scene.evil.url}/before"
        scene.evil.pages[f"{scene.evil.url}/before"] = Answer(302, "", {"location": now}, b"")
        assert (await scene.anna.find("@before@evil.example"))["acct"] == "now@evil.example"
        scene.evil.names["never"] = f"{scene.evil.url}/never"
        scene.evil.pages[f"{scene.evil.url}/never"] = Answer(302, "", {"location": scene.vera}, b"")
        assert (await scene.anna.find("@never@evil.example"))["acct"] == "vera@victim.example"

    village.run(story())
