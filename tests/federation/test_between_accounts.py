"""Two Linnets: blocks, profiles, pins, reports, moves, and who was away."""

from pathlib import Path

import pytest

from linnet.db.tx import Tx
from linnet.kernel.clock import MINUTE, now_ms
from linnet.kernel.errors import Conflict
from linnet.kernel.ids import new_id
from linnet.social.media import actions as media
from linnet.social.media.store import Store
from linnet.social.media.workshop import Workshop
from linnet.social.people import moving
from linnet.social.reports import actions as report_actions
from linnet.social.reports import queries as reports
from tests.federation.towns import both
from tests.federation.village import Village
from tests.pictures import picture


def a_picture(tx: Tx, account_id: int) -> int:
    store = Store(Path(tx._connection.db_filename("main")).parent / "media")
    made = Workshop(store, 1 << 20).make_now(picture())
    return media.add(
        tx,
        made,
        id=new_id(),
        account_id=account_id,
        person_id=None,
        alt="An oven of red brick",
        now=now_ms(),
    ).id


def test_blocked(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        account = await anna.follow(ben)
        there = await ben.find(anna.address)
        await ben.post(f"/v1/accounts/{there['id']}/block")
        await village.settle()
        relation = await anna.relation(account["id"])
        assert not relation["following"]
        assert await ben.get(f"/v1/accounts/{ben.id}/followers") == []
        await anna.post(f"/v1/accounts/{account['id']}/follow") if not relation["blocked_by"] else None
        await village.settle()
        assert await ben.get(f"/v1/accounts/{ben.id}/followers") == []

    village.run(story())


def test_a_profile_changes(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        account = await anna.follow(ben)
        await ben.patch(
            "/v1/accounts/update_credentials", display_name="Ben of the mill", note="Flour & more"
        )
        await village.settle(ahead=MINUTE)  # several changes in a row are told as one
        now = await anna.get(f"/v1/accounts/{account['id']}")
        assert now["display_name"] == "Ben of the mill"
        assert "Flour &amp; more" in now["note"]

    village.run(story())


def test_who_is_dead_gets_it_later_and_nobody_else_waits(village: Village) -> None:
    anna, ben = both(village)
    cora = village.town("c.example").person("cora")

    async def story() -> None:
        await anna.follow(ben)
        await cora.follow(ben)
        village.dead.add("a.example")
        await ben.says("Is anybody there?")
        assert len(await cora.home()) == 1
        assert await anna.home() == []

    village.run(story())


def test_who_is_blocked_cannot_answer_or_like(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        await anna.follow(ben)
        mine = await ben.says("Nice weather")
        there = (await anna.home())[0]["id"]
        await ben.post(f"/v1/accounts/{(await ben.find(anna.address))['id']}/block")
        # her server has not heard of it yet: the letters are refused on arrival
        await anna.post(f"/v1/statuses/{there}/favourite")
        await anna.says("@ben@b.example no it is not", in_reply_to_id=there)
        now = await ben.get(f"/v1/statuses/{mine['id']}")
        assert (now["favourites_count"], now["replies_count"]) == (0, 0)
        assert await ben.notices() == []
        assert (await ben.get(f"/v1/statuses/{mine['id']}/context"))["descendants"] == []

    village.run(story())


def test_pinned(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        account = await anna.follow(ben)
        mine = await ben.says("Open from six to six")
        await ben.post(f"/v1/statuses/{mine['id']}/pin")
        await village.settle()
        pinned = await anna.get(f"/v1/accounts/{account['id']}/statuses", pinned=True)
        assert [one["uri"] for one in pinned] == [mine["uri"]]
        await ben.post(f"/v1/statuses/{mine['id']}/unpin")
        await village.settle()
        assert await anna.get(f"/v1/accounts/{account['id']}/statuses", pinned=True) == []

    village.run(story())


def test_a_picture_comes_with_its_words(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        await anna.follow(ben)
        row = await ben.town.db.write(a_picture, ben.id)
        await ben.says("The new oven", media_ids=[str(row)])
        shown = (await anna.home())[0]["media_attachments"][0]
        assert shown["description"] == "An oven of red brick"
        assert shown["url"].startswith("https://a.example/media/elsewhere/")
        assert shown["remote_url"].startswith("https://b.example/media/")
        assert (shown["meta"]["original"]["width"], shown["type"]) == (40, "image")
        before = len(village.asked)
        first = await village.ask("GET", shown["url"], {}, b"")
        again = await village.ask("GET", shown["preview_url"], {}, b"")
        assert (first.status, again.status) == (200, 200)
        assert first.body[:4] in (b"\x89PNG", b"RIFF", b"\xff\xd8\xff\xe0")
        asked = [url for method, url in village.asked[before:] if "b.example" in url]
        assert asked == [shown["remote_url"]]  # once, by the server

    village.run(story())


def test_what_happened_while_nobody_read(village: Village) -> None:
    """A name in a post is looked up before it goes out; a deleted post that was never seen stays away."""
    anna, ben = both(village)

    async def story() -> None:
        made = await anna.says("Thanks @ben@b.example for the flour")
        assert [m["acct"] for m in made["mentions"]] == ["ben@b.example"]
        assert ("mention", "anna@a.example") in await ben.notices()
        lost = await anna.says("Never mind @nobody@nowhere.example")
        assert lost["mentions"] == []

    village.run(story())


def test_reported_here_and_there(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        account = await anna.follow(ben)
        mine = await ben.says("Buy my bitcoin")
        there = (await anna.home())[0]["id"]
        made = await anna.post(
            "/v1/reports",
            account_id=account["id"],
            status_ids=[there],
            comment="This is not flour",
            category="spam",
            forward=True,
        )
        assert (made["forwarded"], made["category"], made["status_ids"]) == (True, "spam", [there])
        await village.settle()
        here = await anna.town.db.read(reports.open_reports)
        assert [(one.from_id, one.comment) for one in here] == [(anna.id, "This is not flour")]
        told = await ben.town.db.read(reports.open_reports)
        assert [(one.from_id, one.from_host, one.about_id, one.comment) for one in told] == [
            (None, "a.example", ben.id, "This is not flour")  # nobody learns that it was Anna
        ]
        assert told[0].post_ids == f"[{mine['id']}]"
        await anna.town.db.write(report_actions.suspend, here[0].id, 1, now_ms())
        await village.settle()
        assert await anna.home() == []
        assert not (await anna.relation(account["id"]))["following"]
        await ben.says("@anna@a.example more bitcoin")
        assert await anna.notices() == []

    village.run(story())


def test_moved_with_its_followers(village: Village) -> None:
    anna, ben = both(village)
    new = village.town("c.example").person("ben_again")

    async def story() -> None:
        await anna.follow(ben)
        old_there = await new.find(ben.address)
        there = await ben.find(new.address)
        assert not await ben.town.program.office.knows_as(int(there["id"]), ben.id)
        await new.town.db.write(moving.add_alias, new.id, int(old_there["id"]), now_ms())
        assert await ben.town.program.office.knows_as(int(there["id"]), ben.id)
        await ben.town.db.write(moving.move, ben.id, int(there["id"]), now_ms())
        await village.settle(ahead=MINUTE)
        followed = await anna.get(f"/v1/accounts/{anna.id}/following")
        assert [one["acct"] for one in followed] == ["ben_again@c.example"]
        assert [one["acct"] for one in await new.get(f"/v1/accounts/{new.id}/followers")] == [
            "anna@a.example"
        ]
        with pytest.raises(Conflict):
            await ben.town.db.write(moving.move, ben.id, int(there["id"]), now_ms())

    village.run(story())


def test_a24_a_move_that_the_new_account_knows_nothing_of(village: Village) -> None:
    anna, ben = both(village)
    mallory = village.town("c.example").person("mallory")

    async def story() -> None:
        await anna.follow(ben)
        there = await ben.find(mallory.address)
        await ben.town.db.write(moving.move, ben.id, int(there["id"]), now_ms())
        await village.settle(ahead=MINUTE)
        followed = await anna.get(f"/v1/accounts/{anna.id}/following")
        assert [one["acct"] for one in followed] == ["ben@b.example"]

    village.run(story())


def test_the_server_says_whom_it_knows(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        assert await ben.get("/v1/instance/peers") == []
        await anna.follow(ben)
        assert await ben.get("/v1/instance/peers") == ["a.example"]
        assert (await ben.get("/v1/instance"))["stats"]["domain_count"] == 2

    village.run(story())
