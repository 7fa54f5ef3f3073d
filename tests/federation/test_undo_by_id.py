"""An Undo that names what it takes back by nothing but its id (A16, interop paper §7)."""

from typing import Any

from tests.federation.elsewhere import Elsewhere
from tests.federation.village import Village


def test_a_favourite_a_follow_and_a_boost_are_taken_back_by_their_ids(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    far = Elsewhere(village, "far.example")
    vera, eve = far.person("vera"), far.person("eve")
    number = 0

    async def say(who: str, kind: str, about: Any, **more: Any) -> str:
        nonlocal number
        number += 1
        letter = {"id": f"{who}#said-{number}", "type": kind, "actor": who, "object": about, **more}
        assert await far.send(who, letter, town) == 202
        await village.settle()
        return str(letter["id"])

    async def story() -> None:
        post = await anna.says("Rye")

        async def counts() -> tuple[int, int, int]:
            seen = await anna.get(f"/v1/statuses/{post['id']}")
            me = await anna.get(f"/v1/accounts/{anna.id}")
            return seen["favourites_count"], seen["reblogs_count"], me["followers_count"]

        like = await say(vera, "Like", post["uri"])
        boost = await say(vera, "Announce", post["uri"], to=["https://www.w3.org/ns/activitystreams#Public"])
        follow = await say(vera, "Follow", anna.uri)
        assert await counts() == (1, 1, 1)
        for id in (like, boost, follow):
            await say(eve, "Undo", id)  # another of the same server has no say in it
        await say(vera, "Undo", f"{vera}#never-said")
        assert await counts() == (1, 1, 1)
        await say(vera, "Undo", like)
        assert await counts() == (0, 1, 1)
        await say(vera, "Undo", follow)
        assert await counts() == (0, 1, 0)
        await say(vera, "Undo", boost)
        assert await counts() == (0, 0, 0)
        # said again it is known by its new id, and the old one stands for nothing
        again = await say(vera, "Like", post["uri"])
        await say(vera, "Undo", like)
        assert await counts() == (1, 0, 0)
        heart = await say(vera, "EmojiReact", post["uri"], content="\U0001f35e")
        await say(vera, "Undo", heart)
        assert await counts() == (0, 0, 0)
        await say(vera, "Undo", again)
        assert await counts() == (0, 0, 0)

    village.run(story())


def test_a_request_to_follow_is_taken_back_by_its_id(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna", locked=True)
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")

    async def story() -> None:
        asks = {"id": f"{vera}#asks", "type": "Follow", "actor": vera, "object": anna.uri}
        undo = {"id": f"{vera}#undo", "type": "Undo", "actor": vera, "object": asks["id"]}
        for letter, waiting in ((asks, 1), (undo, 0)):
            await far.send(vera, letter, town)
            await village.settle()
            assert len(await anna.get("/v1/follow_requests")) == waiting

    village.run(story())
