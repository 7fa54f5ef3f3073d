"""Who may say what, end to end: suspended servers, moves, what was deleted (security paper A23-A25)."""

from linnet.federation.peers import actions as peers
from linnet.federation.peers.domains import Rule
from linnet.kernel.clock import DAY, MINUTE, iso, now_ms
from linnet.social.posts import queries as posts
from linnet.social.reports import queries as reports
from tests.federation.elsewhere import PUBLIC, create
from tests.federation.strangers import Scene


def suspend(scene: Scene, host: str) -> None:
    office = scene.town.program.office
    scene.town.db.write_now(peers.decide, Rule(host, "suspend"), own=office.own_names, now=now_ms())
    office.rulebook.forget()


def test_a23_nothing_of_a_suspended_server_comes_by_others(scene: Scene) -> None:
    """Boosted, answered, passed on, named, listed: no fetch, no line, no notice."""

    async def story() -> None:
        await scene.begin()
        unknown = scene.victim.post(scene.vera, 3, "Not here yet", days=0.01)
        suspend(scene, "victim.example")
        await scene.village.settle(ahead=MINUTE)
        scene.victim.asked.clear()
        letters = scene.village.asked.copy()
        await scene.lie("Announce", scene.post["id"], to=[PUBLIC])
        await scene.lie("Announce", unknown["id"], to=[PUBLIC])
        await scene.lie("Create", create(unknown)["object"])
        above = scene.evil.post(scene.mallory, 7, "Look", days=0.01, inReplyTo=unknown["id"])
        await scene.lie("Create", above)
        eve = {"type": "Mention", "href": f"{scene.victim.url}/users/eve"}
        await scene.lie("Create", scene.evil.post(scene.mallory, 8, "Eve", days=0.01, tag=[eve]))
        # a name of theirs in a document of somebody else's
        scene.evil.person("moving", webfinger="moving@victim.example")
        await scene.anna.find(f"{scene.evil.url}/users/moving")
        assert await scene.anna.find("@eve@victim.example") is None
        assert await scene.anna.find(unknown["id"], "statuses") is None
        assert (
            await scene.say(
                scene.victim, scene.vera, {"type": "Create", "object": unknown | {"cc": [scene.anna.uri]}}
            )
            == 403
        )
        assert scene.victim.asked == []
        new = [one for one in scene.village.asked if one not in letters]
        assert not [url for _, url in new if "victim.example" in url.partition("?")[0]]
        assert await scene.anna.notices() == []
        assert sorted(await scene.home()) == ["<p>Eve</p>", "<p>Look</p>"]

    scene.village.run(story())


def test_a23_what_came_before_they_were_suspended_is_not_read_after(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        told = {"id": f"{scene.vera}#late", "type": "Create", "actor": scene.vera}
        post = scene.victim.post(scene.vera, 3, "Too late", days=0.001, cc=[scene.anna.uri])
        post["tag"] = [{"type": "Mention", "href": scene.anna.uri}]
        assert await scene.victim.send(scene.vera, told | {"object": post}, scene.town) == 202
        follow = {"id": f"{scene.vera}#f", "type": "Follow", "actor": scene.vera, "object": scene.anna.uri}
        assert await scene.victim.send(scene.vera, follow, scene.town) == 202
        suspend(scene, "victim.example")
        await scene.village.settle()
        assert await scene.town.db.read(posts.by_uri, post["id"]) is None
        assert await scene.anna.get(f"/v1/accounts/{scene.anna.id}/followers") == []
        assert await scene.anna.notices() == []

    scene.village.run(story())


def test_a23_complaints_that_the_owner_does_not_want(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        office, db = scene.town.program.office, scene.town.db
        rule = Rule("evil.example", "limit", reject_reports=True)
        db.write_now(peers.decide, rule, own=office.own_names, now=now_ms())
        office.rulebook.forget()
        await scene.lie("Flag", [scene.anna.uri], content="spam")
        assert await db.read(reports.open_reports) == []
        flag = {"type": "Flag", "object": [scene.anna.uri, scene.mallory], "content": "<b>spam</b>"}
        await scene.say(scene.victim, scene.vera, flag)
        (one,) = await db.read(reports.open_reports)
        assert (one.about_id, one.from_host, one.comment) == (scene.anna.id, "victim.example", "spam")

    scene.village.run(story())


def test_a24_moves_in_a_ring_and_to_nobody(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        one, two = scene.evil.person("one"), scene.evil.person("two")
        for who, other in ((one, two), (two, one)):
            scene.evil.pages[who]["alsoKnownAs"] = [other]
        found = await scene.anna.find(one)
        await scene.anna.post(f"/v1/accounts/{found['id']}/follow")
        await scene.village.settle()
        asked = next(a for _, a in reversed(scene.evil.got) if a["type"] == "Follow")
        await scene.say(scene.evil, one, {"type": "Accept", "object": asked})
        # who moves is who signs
        await scene.lie("Move", one, target=two)
        await scene.say(scene.evil, one, {"type": "Move", "object": one, "target": one})
        assert (await scene.anna.relation(found["id"]))["following"]
        await scene.say(scene.evil, one, {"type": "Move", "object": one, "target": two})
        there = await scene.anna.find(two)
        asked = next(a for _, a in reversed(scene.evil.got) if a["type"] == "Follow")
        await scene.say(scene.evil, two, {"type": "Accept", "object": asked})
        assert (await scene.anna.relation(there["id"]))["following"]
        # and back again: not a second time, and not in a ring
        await scene.say(scene.evil, two, {"type": "Move", "object": two, "target": one})
        await scene.say(scene.evil, one, {"type": "Move", "object": one, "target": scene.mallory})
        assert (await scene.anna.relation(there["id"]))["following"]
        relation = await scene.anna.relation(found["id"])
        assert (relation["following"], relation["requested"]) == (False, False)

    scene.village.run(story())


def test_a25_what_was_deleted_does_not_come_back(scene: Scene) -> None:
    """Not by its Create, not by a boost of somebody, not because somebody looks it up, not later."""

    async def story() -> None:
        await scene.begin()
        early = scene.victim.post(scene.vera, 4, "Deleted before it came", days=0.01)
        for uri in (early["id"], scene.post["id"]):
            await scene.say(
                scene.victim, scene.vera, {"type": "Delete", "object": {"type": "Tombstone", "id": uri}}
            )
        for post in (early, scene.post):
            await scene.say(scene.victim, scene.vera, {"type": "Create", "object": post})
            await scene.say(
                scene.victim, scene.vera, {"type": "Update", "object": post | {"updated": iso(now_ms())}}
            )
            await scene.lie("Announce", post["id"], to=[PUBLIC])
            assert await scene.anna.find(post["id"], "statuses") is None
        # a boost that was taken back before it came
        boost = f"{scene.mallory}/boosts/1"
        other = scene.evil.post(scene.mallory, 1, "Mine", days=0.01)
        undone = {"id": boost, "type": "Announce", "actor": scene.mallory, "object": other["id"]}
        await scene.lie("Undo", undone)
        await scene.lie("Announce", other["id"], id=boost, to=[PUBLIC])
        # what is unknown is undone in silence
        for kind in ("Like", "Follow", "Block", "Announce"):
            about = scene.post["id"] if kind in ("Like", "Announce") else scene.anna.uri
            await scene.lie(
                "Undo",
                {"id": f"{scene.mallory}/{kind}", "type": kind, "actor": scene.mallory, "object": about},
            )
        assert await scene.home() == []
        sweeps = scene.town.program.sweeps
        for every in sweeps.values():
            if every.run:
                scene.town.db.write_now(every.run, now_ms() + 31 * DAY)
        assert await scene.is_gone(early["id"], scene.vera)

    scene.village.run(story())
