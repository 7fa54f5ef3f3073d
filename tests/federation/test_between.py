"""Two Linnets: following, talking, reacting, editing, voting."""

from tests.federation.towns import both
from tests.federation.village import Village


def test_found_followed_and_read(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        account = await anna.find("@ben@b.example")
        assert account is not None
        assert (account["acct"], account["uri"]) == ("ben@b.example", ben.uri)
        assert await anna.find(ben.uri)
        assert await anna.find("@nobody@b.example") is None
        assert await anna.find("@ben@nowhere.example") is None
        await anna.post(f"/v1/accounts/{account['id']}/follow")
        assert (await anna.relation(account["id"]))["requested"]
        await village.settle()
        relation = await anna.relation(account["id"])
        assert relation["following"]
        assert not relation["requested"]
        assert await ben.notices() == [("follow", "anna@a.example")]
        mine = await ben.says("Fresh rye at six #bread")
        home = await anna.home()
        assert [(s["uri"], s["account"]["acct"]) for s in home] == [(mine["uri"], "ben@b.example")]
        assert "Fresh rye at six" in home[0]["content"]
        assert [tag["name"] for tag in home[0]["tags"]] == ["bread"]

    village.run(story())


def test_a_locked_account_is_asked(village: Village) -> None:
    anna, ben = both(village, locked=True)

    async def story() -> None:
        account = await anna.follow(ben)
        assert account["locked"]
        assert (await anna.relation(account["id"]))["requested"]
        asking = await ben.get("/v1/follow_requests")
        assert [one["acct"] for one in asking] == ["anna@a.example"]
        await ben.post(f"/v1/follow_requests/{asking[0]['id']}/authorize")
        await village.settle()
        assert (await anna.relation(account["id"]))["following"]
        await ben.says("For followers", visibility="private")
        assert [s["visibility"] for s in await anna.home()] == ["private"]
        # and no
        carl = anna.town.person("carl")
        account = await carl.follow(ben)
        asking = await ben.get("/v1/follow_requests")
        await ben.post(f"/v1/follow_requests/{asking[0]['id']}/reject")
        await village.settle()
        relation = await carl.relation(account["id"])
        assert not relation["requested"]
        assert not relation["following"]
        # and not any more
        await anna.post(f"/v1/accounts/{(await anna.find(ben.address))['id']}/unfollow")
        await village.settle()
        assert await ben.get(f"/v1/accounts/{ben.id}/followers") == []

    village.run(story())


def test_talking(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        await anna.follow(ben)
        await ben.follow(anna)
        asked = await ben.says("Who wants rye tomorrow?")
        there = (await anna.home())[0]
        await anna.says("@ben@b.example I do", in_reply_to_id=there["id"])
        assert ("mention", "anna@a.example") in await ben.notices()
        context = await ben.get(f"/v1/statuses/{asked['id']}/context")
        assert [s["account"]["acct"] for s in context["descendants"]] == ["anna@a.example"]
        assert (await ben.get(f"/v1/statuses/{asked['id']}"))["replies_count"] == 1
        secret = await anna.says("@ben@b.example the code is 7", visibility="direct")
        told = await ben.get(f"/v1/statuses/{(await ben.get('/v1/notifications'))[0]['status']['id']}")
        assert (told["uri"], told["visibility"]) == (secret["uri"], "direct")
        carl = ben.town.person("carl")
        assert (await carl.call("GET", f"/v1/statuses/{told['id']}", {}, good=False))[0] == 404

    village.run(story())


def test_reactions_and_what_takes_them_back(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        await anna.follow(ben)
        mine = await ben.says("Plum cake")
        there = (await anna.home())[0]["id"]
        await anna.post(f"/v1/statuses/{there}/favourite")
        await anna.post(f"/v1/statuses/{there}/reblog")
        await village.settle()
        now = await ben.get(f"/v1/statuses/{mine['id']}")
        assert (now["favourites_count"], now["reblogs_count"]) == (1, 1)
        assert sorted(await ben.notices())[:2] == [
            ("favourite", "anna@a.example"),
            ("follow", "anna@a.example"),
        ]
        await anna.post(f"/v1/statuses/{there}/unfavourite")
        await anna.post(f"/v1/statuses/{there}/unreblog")
        await village.settle()
        now = await ben.get(f"/v1/statuses/{mine['id']}")
        assert (now["favourites_count"], now["reblogs_count"]) == (0, 0)

    village.run(story())


def test_a_boost_reaches_a_third_town(village: Village) -> None:
    anna, ben = both(village)
    cora = village.town("c.example").person("cora")

    async def story() -> None:
        await cora.follow(ben)
        await ben.follow(anna)
        await anna.says("From far away")
        there = (await ben.home())[0]
        await ben.post(f"/v1/statuses/{there['id']}/reblog")
        await village.settle()
        boosted = (await cora.home())[0]
        assert boosted["account"]["acct"] == "ben@b.example"
        assert boosted["reblog"]["account"]["acct"] == "anna@a.example"
        await ben.post(f"/v1/statuses/{there['id']}/unreblog")
        await village.settle()
        assert await cora.home() == []

    village.run(story())


def test_edited_and_deleted(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        await anna.follow(ben)
        mine = await ben.says("Rye ist out")
        there = (await anna.home())[0]["id"]
        await ben.put(f"/v1/statuses/{mine['id']}", status="Rye is out")
        await village.settle()
        now = await anna.get(f"/v1/statuses/{there}")
        assert "Rye is out" in now["content"]
        assert now["edited_at"]
        assert len(await anna.get(f"/v1/statuses/{there}/history")) == 2
        await ben.delete(f"/v1/statuses/{mine['id']}")
        await village.settle()
        assert (await anna.call("GET", f"/v1/statuses/{there}", {}, good=False))[0] == 404
        assert await anna.home() == []
        assert await anna.find(mine["uri"], "statuses") is None

    village.run(story())


def test_a_poll_and_votes(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        await anna.follow(ben)
        fields = {"poll[options]": ["Rye", "Wheat", "Spelt"], "poll[expires_in]": 3600}
        mine = await ben.says("Which one?", **fields)
        there = (await anna.home())[0]
        assert [o["title"] for o in there["poll"]["options"]] == ["Rye", "Wheat", "Spelt"]
        await anna.post(f"/v1/polls/{there['poll']['id']}/votes", choices=[1])
        await village.settle()
        counted = await ben.get(f"/v1/polls/{mine['poll']['id']}")
        assert [o["votes_count"] for o in counted["options"]] == [0, 1, 0]
        assert counted["voters_count"] == 1

    village.run(story())
