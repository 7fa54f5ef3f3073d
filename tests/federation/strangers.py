"""A whole server, somebody who is followed there, and somebody who would like to speak for her."""

from typing import Any

import pytest

from linnet.social.people import queries as people
from linnet.social.posts import queries as posts
from tests.federation.elsewhere import Elsewhere, Json, create
from tests.federation.village import Resident, Village

COUNT = "SELECT COUNT(*) FROM post WHERE account_id = :id"


class Scene:
    """anna@a.example follows vera@victim.example, who wrote one post; mallory lives at evil.example, and
    is followed too, so that nothing is dropped because it concerns nobody."""

    def __init__(self, village: Village) -> None:
        self.village = village
        self.town = village.town("a.example")
        self.anna: Resident = self.town.person("anna")
        self.victim, self.evil = Elsewhere(village, "victim.example"), Elsewhere(village, "evil.example")
        self.vera, self.mallory = self.victim.person("vera"), self.evil.person("mallory")
        self.number = 0

    async def begin(self) -> None:
        for site, who in ((self.victim, self.vera), (self.evil, self.mallory)):
            found = await self.anna.find(who)
            await self.anna.post(f"/v1/accounts/{found['id']}/follow")
            await self.village.settle()
            asked = next(one for _, one in site.got if one["type"] == "Follow")
            accept = {"id": f"{who}#accept", "type": "Accept", "actor": who, "object": asked}
            assert await site.send(who, accept, self.town) == 202
            await self.village.settle()
            assert (await self.anna.relation(found["id"]))["following"]
        self.post = self.victim.post(self.vera, 1, "The true words", days=0.01)
        assert await self.say(self.victim, self.vera, create(self.post)) == 202

    async def say(self, site: Elsewhere, who: str, activity: Json) -> int:
        """A letter of theirs, and everything that comes of it."""
        self.number += 1
        said = {"actor": who, "id": f"{who}#said-{self.number}"} | activity
        status = await site.send(who, said, self.town)
        await self.village.settle()
        return status

    async def lie(self, kind: str, about: Any, **more: Any) -> int:
        """Something that mallory says."""
        return await self.say(self.evil, self.mallory, {"type": kind, "object": about, **more})

    async def home(self) -> list[str]:
        return [s["content"] or f"boost of {s['reblog']['uri']}" for s in await self.anna.home()]

    async def is_gone(self, uri: str, who: str) -> bool:
        return await self.town.db.read(posts.is_gone, uri, await self.id_of(who))

    async def id_of(self, uri: str) -> int:
        found = await self.town.db.read(people.by_uri, uri)
        assert found is not None
        return found.id


@pytest.fixture
def scene(village: Village) -> Scene:
    return Scene(village)
