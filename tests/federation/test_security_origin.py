"""Who may say what, end to end: letters of strangers with keys of their own, at a whole server. Named
after the classes of the security paper (A15-A31); what decides is `authority`, here it is asked through
every door that leads to it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from linnet.federation.peers import actions as peers
from linnet.federation.peers.domains import Rule
from linnet.federation.signing import signatures
from linnet.kernel.clock import DAY, HOUR, MINUTE, iso, now_ms
from linnet.kernel.errors import Conflict
from linnet.social.follows import queries as follows
from linnet.social.people import actions as people_actions
from linnet.social.people import queries as people
from linnet.social.posts import queries as posts
from linnet.social.reports import queries as reports
from tests import cast
from tests.federation.elsewhere import PUBLIC, Elsewhere, Json, answer, create
from tests.federation.signers import Signer
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


def test_a15_an_update_of_what_is_anothers(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        later = iso(now_ms() + 1000)
        forged = scene.post | {"content": "<p>Buy bitcoin</p>", "updated": later}
        await scene.lie("Update", forged)
        await scene.lie("Update", forged | {"attributedTo": scene.mallory})
        # and their own post does not become vera's, nor vera's theirs
        own = scene.evil.post(scene.mallory, 1, "Mine", days=0.01)
        await scene.lie("Create", own)
        await scene.lie("Update", own | {"attributedTo": scene.vera, "content": "x", "updated": later})
        assert sorted(await scene.home()) == ["<p>Mine</p>", "<p>The true words</p>"]
        home = {s["uri"]: s["account"]["acct"] for s in await scene.anna.home()}
        assert home == {own["id"]: "mallory@evil.example", scene.post["id"]: "vera@victim.example"}

    scene.village.run(story())


def test_a15_an_update_of_somebody_elses_profile(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        forged = scene.victim.pages[scene.vera] | {"name": "Bitcoin", "inbox": f"{scene.mallory}/inbox"}
        await scene.lie("Update", forged)
        await scene.lie("Update", scene.vera)
        found = await scene.anna.find(scene.vera)
        assert found["display_name"] == "Vera"

    scene.village.run(story())


@pytest.mark.parametrize(
    "named",
    [
        lambda uri: uri,
        lambda uri: {"type": "Tombstone", "id": uri},
        lambda uri: {"type": "Note", "id": uri, "attributedTo": "https://evil.example/users/mallory"},
        lambda uri: [uri],
    ],
)
def test_a16_a_delete_of_what_is_anothers(scene: Scene, named: Callable[[str], Any]) -> None:
    async def story() -> None:
        await scene.begin()
        mine = await scene.anna.says("Mine")
        for uri in (scene.post["id"], scene.vera, mine["uri"], scene.anna.uri):
            await scene.lie("Delete", named(uri))
            await scene.lie("Undo", named(uri))
        assert sorted(await scene.home()) == ["<p>Mine</p>", "<p>The true words</p>"]
        assert not await scene.is_gone(scene.post["id"], scene.vera)
        # nor can what is not here yet be kept out
        later = f"{scene.vera}/posts/later"
        await scene.lie("Delete", named(later))
        await scene.lie("Undo", named(later))
        assert not await scene.is_gone(later, scene.vera)
        assert (await scene.anna.find(scene.vera))["acct"] == "vera@victim.example"
        # another account of the same server has no say in it either
        eve = scene.victim.person("eve")
        await scene.say(scene.victim, eve, {"type": "Delete", "object": scene.post["id"]})
        assert "<p>The true words</p>" in await scene.home()
        await scene.say(scene.victim, scene.vera, {"type": "Delete", "object": scene.post["id"]})
        assert await scene.home() == ["<p>Mine</p>"]

    scene.village.run(story())


def test_a16_nobody_keeps_out_what_another_of_the_same_server_will_write(scene: Scene) -> None:
    """Eve lives where Vera lives, so the addresses of Vera's posts are of her server; a Delete of hers for
    one that is not here yet is written down as hers and counts for nothing that is Vera's."""

    async def story() -> None:
        await scene.begin()
        eve = scene.victim.person("eve")
        early = scene.victim.post(scene.vera, 7, "Not here yet", days=0.01)
        for said in (early["id"], {"type": "Tombstone", "id": early["id"]}):
            await scene.say(scene.victim, eve, {"type": "Delete", "object": said})
        boost = f"{scene.vera}/boosts/7"
        undone = {"id": boost, "type": "Announce", "actor": eve, "object": early["id"]}
        await scene.say(scene.victim, eve, {"type": "Undo", "object": undone})
        assert await scene.is_gone(early["id"], eve)
        assert not await scene.is_gone(early["id"], scene.vera)
        await scene.say(scene.victim, scene.vera, create(early))
        assert "<p>Not here yet</p>" in await scene.home()
        other = scene.evil.post(scene.mallory, 1, "Passed on", days=0.01)
        await scene.say(
            scene.victim, scene.vera, {"type": "Announce", "id": boost, "object": other["id"], "to": [PUBLIC]}
        )
        assert f"boost of {other['id']}" in await scene.home()
        # her own Delete is believed, and then nobody brings it back
        await scene.say(scene.victim, scene.vera, {"type": "Delete", "object": early["id"]})
        await scene.say(scene.victim, scene.vera, create(early))
        assert "<p>Not here yet</p>" not in await scene.home()

    scene.village.run(story())


def test_a17_an_announce_with_the_words_inside(scene: Scene) -> None:
    """What is passed on comes from where it lives: what stands in the letter is not even looked at."""

    async def story() -> None:
        await scene.begin()
        true = scene.victim.post(scene.vera, 2, "Also true", days=0.01)
        await scene.lie("Announce", true | {"content": "<p>Buy bitcoin</p>"}, to=[PUBLIC])
        await scene.lie("Announce", scene.post | {"content": "<p>Buy bitcoin</p>"}, to=[PUBLIC])
        gone = f"{scene.vera}/posts/99"
        await scene.lie("Announce", scene.post | {"id": gone, "content": "<p>Buy bitcoin</p>"}, to=[PUBLIC])
        shown = [s["reblog"] for s in await scene.anna.home() if s["reblog"]]
        assert {s["content"] for s in shown} == {"<p>Also true</p>", "<p>The true words</p>"}
        assert await scene.town.db.read(posts.by_uri, gone) is None
        assert scene.victim.asked.count(true["id"]) == 1

    scene.village.run(story())


def test_a17_an_announce_under_the_address_of_a_post(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        own = scene.evil.post(scene.mallory, 1, "Mine", days=0.01)
        await scene.lie("Create", own)
        await scene.lie("Announce", scene.post["id"], id=own["id"], to=[PUBLIC])
        assert sorted(await scene.home()) == ["<p>Mine</p>", "<p>The true words</p>"]
        assert await scene.town.db.read(lambda tx: tx.value("SELECT COUNT(*) FROM letter")) == 0

    scene.village.run(story())


def test_a18_a_create_with_anothers_address(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        mine = await scene.anna.says("Mine")
        lie = {"type": "Note", "content": "<p>Buy bitcoin</p>", "to": [PUBLIC], "published": iso(now_ms())}
        for uri in (scene.post["id"], mine["uri"], f"{scene.vera}/posts/77", scene.vera):
            for maker in (scene.mallory, scene.vera, [scene.mallory, scene.vera]):
                await scene.lie("Create", lie | {"id": uri, "attributedTo": maker, "atomUri": uri})
        # under an address of their own, but by its other names vera's
        own = f"{scene.mallory}/posts/5"
        await scene.lie(
            "Create",
            lie
            | {
                "id": own,
                "atomUri": scene.post["id"],
                "url": scene.post["id"],
                "attributedTo": scene.mallory,
            },
        )
        home = {s["uri"]: (s["content"], s["account"]["acct"], s["url"]) for s in await scene.anna.home()}
        assert home.pop(own) == ("<p>Buy bitcoin</p>", "mallory@evil.example", own)
        assert {one[0] for one in home.values()} == {"<p>Mine</p>", "<p>The true words</p>"}
        # somebody else of the same server cannot take over a post that is here
        eve = scene.victim.person("eve")
        await scene.say(scene.victim, eve, {"type": "Create", "object": scene.post | {"attributedTo": eve}})
        found = await scene.town.db.read(posts.by_uri, scene.post["id"])
        assert found is not None
        assert found.account_id == await scene.id_of(scene.vera)

    scene.village.run(story())


def test_a22_a_name_is_given_by_the_host_in_it(village: Village) -> None:
    """vera@victim.example is whom victim.example calls so, whatever anybody else says."""
    town = village.town("a.example")
    anna = town.person("anna")
    victim, evil = Elsewhere(village, "victim.example"), Elsewhere(village, "evil.example")
    vera = victim.person("vera")

    def finger(subject: str, uri: str) -> Any:
        links = [{"rel": "self", "type": "application/activity+json", "href": uri}]
        return lambda _resource, url: answer(
            {"subject": subject, "links": links}, kind="application/jrd+json"
        )

    async def story() -> None:
        # says of itself that it is vera of there; the host is asked, and knows better
        fake = evil.person("vera", webfinger="vera@victim.example")
        found = await anna.find(fake)
        assert found["acct"] == "vera@evil.example"
        # the answer about evil's own name says so
        evil._finger = lambda url, _resource: finger("acct:vera@victim.example", fake)(0, url)  # type: ignore[method-assign]
        assert await anna.find("@vera@evil.example") is None or (
            (await anna.find("@vera@evil.example"))["uri"] == fake
        )
        assert await anna.find("@ghost@evil.example") is None
        other = evil.person("vera2", preferredUsername="vera")
        assert (await anna.find(other))["acct"] == "vera@evil.example"
        # points at somebody else's actor: it is theirs, under their own name
        evil._finger = lambda url, _resource: finger("acct:boss@evil.example", vera)(0, url)  # type: ignore[method-assign]
        found = await anna.find("@boss@evil.example")
        assert found is None or (found["acct"], found["uri"]) == ("vera@victim.example", vera)
        assert (await anna.find("@vera@victim.example"))["uri"] == vera
        # and ours are given by nobody else
        evil._finger = lambda url, _resource: finger("acct:anna@a.example", fake)(0, url)  # type: ignore[method-assign]
        assert (await anna.find("@anna@a.example"))["uri"] == anna.uri
        assert {row.host for row in town.db.read_now(_foreign)} == {"evil.example", "victim.example"}

    village.run(story())


def _foreign(tx: Any) -> list[Any]:
    ids = tx.all(int, "SELECT id FROM account WHERE host <> '' ORDER BY id")
    return people.accounts(tx, ids)


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
        assert await db.read(reports.open_count) == 0
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


def test_a26_a_new_key_counts_only_from_its_own_server(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        url = f"{scene.town.url}/ap/inbox"
        # says it in a letter, signed by the new key
        thief = Signer(f"{scene.vera}#main-key", "thief")
        doc = scene.victim.pages[scene.vera]
        forged = doc | {"publicKey": doc["publicKey"] | {"publicKeyPem": thief.pem}}
        assert (
            await scene.victim.send(
                scene.vera,
                {"id": f"{scene.vera}#up", "type": "Update", "actor": scene.vera, "object": forged},
                scene.town,
            )
            == 202
        )
        await scene.village.settle()
        assert await _signed_by(scene, thief, url) == 401
        # its server has it now: believed, because it was asked
        scene.victim.pages[scene.vera] = forged
        await scene.say(scene.victim, scene.vera, {"type": "Update", "object": scene.vera})
        library = scene.town.program.office.library
        library._lately = type(library._lately)()  # a minute later
        assert await _signed_by(scene, thief, url) == 202

    scene.village.run(story())


async def _signed_by(scene: Scene, signer: Signer, url: str) -> int:
    scene.number += 1
    said = {
        "id": f"{scene.vera}#x{scene.number}",
        "type": "Like",
        "actor": scene.vera,
        "object": scene.post["id"],
    }
    body = json.dumps(said).encode()
    headers = signatures.sign(signer, "cavage", "POST", url, body, now_ms())
    headers |= {"content-type": "application/activity+json"}
    return (await scene.village.ask("POST", url, headers, body)).status


def test_a26_who_is_gone_stays_gone_and_nobody_inherits(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        old = await scene.id_of(scene.vera)
        await scene.say(scene.victim, scene.vera, {"type": "Delete", "object": scene.vera})
        assert await scene.home() == []
        assert await scene.town.db.read(follows.follow, scene.anna.id, old) is None
        # the same name, another account: no follower comes along
        again = f"{scene.victim.url}/users/vera-2"
        scene.victim.person("vera-2", preferredUsername="vera")
        scene.victim.names["vera"] = again
        found = await scene.anna.find(again)
        assert (found["acct"], int(found["id"]) == old) == ("vera@victim.example", False)
        relation = await scene.anna.relation(found["id"])
        assert (relation["following"], relation["requested"]) == (False, False)
        # and the old one is not heard under its old address
        await scene.say(
            scene.victim,
            scene.vera,
            {"type": "Create", "object": scene.victim.post(scene.vera, 9, "Back", days=0)},
        )
        assert await scene.home() == []
        # a handle of ours is given once
        with pytest.raises(Conflict):
            scene.town.db.write_now(cast.account, "anna")
        assert not hasattr(people_actions, "delete_account")  # nobody's handle is ever free again

    scene.village.run(story())


def test_a27_votes_are_counted_once_or_never(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        poll = {"poll[options]": ["rye", "spelt"], "poll[expires_in]": 600}
        single = await scene.anna.post("/v1/statuses", status="Which?", **poll)
        many = await scene.anna.post("/v1/statuses", status="Which?", **(poll | {"poll[multiple]": True}))
        await scene.village.settle()

        def vote(post: Any, name: Any, **more: Any) -> Json:
            scene.number += 1
            made = {
                "id": f"{scene.mallory}#vote-{scene.number}",
                "type": "Note",
                "name": name,
                "attributedTo": scene.mallory,
                "inReplyTo": post["uri"],
                "to": [scene.anna.uri],
            }
            return made | more

        await scene.lie("Create", vote(single, "spelt", attributedTo=scene.vera))
        await scene.lie("Create", [vote(single, "spelt", attributedTo=[scene.vera, scene.mallory])])
        assert await _votes(scene, single) == ([0, 0], 0)
        for name in ("rye", "rye", "spelt", "oats", "", "RYE", 3, None, ["rye", "spelt"]):
            await scene.lie("Create", vote(single, name))
        await scene.lie("Create", [vote(single, "rye"), vote(single, "spelt")])
        await scene.lie("Create", vote(single, "spelt", attributedTo=scene.vera))
        for name in ("rye", "rye", "spelt", "spelt"):
            await scene.lie("Create", vote(many, name))
        assert await _votes(scene, single) == ([1, 0], 1)
        assert await _votes(scene, many) == ([1, 1], 1)
        # too late
        closed = "UPDATE poll SET expires_at = 1 WHERE post_id = :id"
        scene.town.db.write_now(lambda tx: tx.run(closed, id=int(single["id"])))
        await scene.say(scene.victim, scene.vera, {
            "type": "Create",
            "object": vote(single, "spelt", attributedTo=scene.vera, id=f"{scene.vera}#v"),
        })  # fmt: skip
        assert await _votes(scene, single) == ([1, 0], 1)

    scene.village.run(story())


def test_a27_a_poll_elsewhere_is_counted_elsewhere(scene: Scene) -> None:
    """A stranger that guesses the number under which it is kept here changes nothing."""

    async def story() -> None:
        await scene.begin()
        options = [{"type": "Note", "name": name, "replies": {"totalItems": 3}} for name in ("rye", "spelt")]
        question = scene.victim.post(scene.vera, 5, "Which?", days=0.01, type="Question", oneOf=options)
        question |= {"endTime": iso(now_ms() + HOUR), "votersCount": 6}
        await scene.say(scene.victim, scene.vera, create(question))
        here = await scene.town.db.read(posts.by_uri, question["id"])
        assert here is not None
        ours = [f"{scene.town.url}/ap/users/{id}/posts/{here.id}" for id in (scene.anna.id, here.account_id)]
        for n, uri in enumerate((*ours, question["id"])):
            note = {"id": f"{scene.mallory}#v{n}", "type": "Note", "name": "rye", "inReplyTo": uri}
            await scene.lie("Create", note | {"attributedTo": scene.mallory})
        assert await _votes(scene, {"id": here.id}) == ([3, 3], 6)

    scene.village.run(story())


def test_a27_ten_thousand_answers_to_choose_from(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        options: list[Any] = [
            {"type": "Note", "name": f"{n:04}" * 60, "replies": {"totalItems": 10**15}} for n in range(2000)
        ]
        question = scene.victim.post(scene.vera, 6, "Which?", days=0.01, type="Question", oneOf=options)
        await scene.say(scene.victim, scene.vera, create(question | {"votersCount": -4}))
        (shown,) = [s["poll"] for s in await scene.anna.home() if s["poll"]]
        assert len(shown["options"]) <= 20
        assert all(len(one["title"]) <= 200 and one["votes_count"] <= 10**9 for one in shown["options"])
        assert 0 <= shown["voters_count"] <= 10**9

    scene.village.run(story())


async def _votes(scene: Scene, post: Any) -> tuple[list[int], int]:
    shown = (await scene.anna.get(f"/v1/statuses/{post['id']}"))["poll"]
    return [one["votes_count"] for one in shown["options"]], shown["voters_count"]


def test_a29_an_accept_of_what_was_not_asked_for(village: Village) -> None:
    town = village.town("a.example")
    anna, zoe = town.person("anna"), town.person("zoe")
    site, evil = Elsewhere(village, "far.example"), Elsewhere(village, "evil.example")
    vera, mallory = site.person("vera"), evil.person("mallory")

    async def story() -> None:
        there, other = await anna.find(vera), await anna.find(mallory)
        made = {"type": "Follow", "id": f"{anna.uri}#follows/1", "actor": anna.uri, "object": vera}
        # never asked for
        await site.send(vera, {"id": f"{vera}#a1", "type": "Accept", "actor": vera, "object": made}, town)
        await village.settle()
        assert not (await anna.relation(there["id"]))["following"]
        # asked for, and answered by somebody else
        await anna.post(f"/v1/accounts/{there['id']}/follow")
        await village.settle()
        asked = next(one for _, one in site.got if one["type"] == "Follow")
        for n, about in enumerate(
            (asked, asked["id"], asked | {"object": mallory}, asked | {"actor": zoe.uri})
        ):
            for kind in ("Accept", "Reject"):
                lie = {"id": f"{mallory}#{kind}{n}", "type": kind, "actor": mallory, "object": about}
                await evil.send(mallory, lie, town)
        await village.settle()
        relation = await anna.relation(there["id"])
        assert (relation["following"], relation["requested"]) == (False, True)
        relation = await anna.relation(other["id"])
        assert (relation["following"], relation["requested"]) == (False, False)
        assert not (await zoe.relation(there["id"]))["following"]
        # a follow in another's name, and the end of another's follow
        forged = {"id": f"{mallory}#f", "type": "Follow", "actor": vera, "object": anna.uri}
        assert await evil.send(mallory, forged, town) == 401
        # by who was asked: then it stands
        yes = {"id": f"{vera}#a2", "type": "Accept", "actor": vera, "object": asked["id"]}
        await site.send(vera, yes, town)
        await village.settle()
        assert (await anna.relation(there["id"]))["following"]
        undo = {"id": f"{mallory}#u", "type": "Undo", "actor": mallory, "object": asked}
        await evil.send(mallory, undo, town)
        await village.settle()
        assert (await anna.relation(there["id"]))["following"]

    village.run(story())


def test_a31_totals_and_members_are_claims(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    site = Elsewhere(village, "far.example")
    victim = Elsewhere(village, "victim.example")
    vera = victim.person("vera")

    async def story() -> None:
        lies: list[Any] = [10**12, -5, "many", 1.5, None, True, {"a": 1}, [3]]
        for n, lie in enumerate(lies):
            liars = Elsewhere(village, f"far{n}.example")
            who = liars.person("liar")
            for name in ("followers", "following", "outbox"):
                liars.collection(f"{who}/{name}", [], totalItems=lie)
            liars.post(
                who,
                1,
                "x",
                likes={"totalItems": lie},
                shares={"totalItems": lie},
                replies={"totalItems": lie},
            )
            found = await anna.find(who)
            await village.settle(ahead=MINUTE)
            found = await anna.get(f"/v1/accounts/{found['id']}")
            for name in ("followers_count", "following_count", "statuses_count"):
                assert isinstance(found[name], int)
                assert 0 <= found[name] <= 10**9, lie
            post = await anna.find(f"{who}/posts/1", "statuses")
            assert 0 <= post["favourites_count"] <= 10**9, lie
            assert 0 <= post["reblogs_count"] <= 10**9, lie
        # another server's collections are not theirs, and what others wrote is not on top of theirs
        true = victim.post(vera, 1, "True")
        thief = site.person(
            "thief", followers=f"{vera}/followers", outbox=f"{vera}/outbox", featured=f"{vera}/featured"
        )
        victim.collection(f"{vera}/featured", [true])
        found = await anna.find(thief)
        await village.settle(ahead=MINUTE)
        assert await anna.get(f"/v1/accounts/{found['id']}/statuses", pinned=True) == []
        assert await anna.get(f"/v1/accounts/{found['id']}/statuses") == []
        # nor does an Add make it so
        add = {
            "id": f"{thief}#add",
            "type": "Add",
            "actor": thief,
            "object": true["id"],
            "target": f"{vera}/featured",
        }
        await site.send(thief, add, town)
        await village.settle()
        assert await anna.get(f"/v1/accounts/{found['id']}/statuses", pinned=True) == []

    village.run(story())


@pytest.mark.parametrize("stamp", ["none", "of_the_quoter", "for_another", "no_such", "inline"])
def test_a28_no_post_is_shown_inside_another_without_its_authors_leave(scene: Scene, stamp: str) -> None:
    """Whatever the one who quotes says of having it: a stamp counts when its author's server shows it."""

    async def story() -> None:
        await scene.begin()
        mine = await scene.anna.says("Mine")
        for quoted, author in ((scene.post["id"], scene.vera), (mine["uri"], scene.anna.uri)):
            scene.number += 1
            uri = f"{scene.mallory}/posts/q{scene.number}"
            proof = {
                "id": f"{scene.mallory}/stamps/{scene.number}",
                "type": "QuoteAuthorization",
                "attributedTo": author,
                "interactingObject": uri,
                "interactionTarget": quoted,
            }
            if stamp == "for_another":
                proof |= {"id": f"{scene.vera}/stamps/{scene.number}", "interactingObject": f"{uri}-other"}
                scene.victim.pages[str(proof["id"])] = proof
            elif stamp == "of_the_quoter":
                scene.evil.pages[str(proof["id"])] = proof
            elif stamp == "no_such":
                proof |= {"id": f"{author}/stamps/99"}
            leave = {"none": {}, "inline": {"quoteAuthorization": proof}}.get(
                stamp, {"quoteAuthorization": proof["id"]}
            )
            post = scene.evil.post(
                scene.mallory,
                f"q{scene.number}",
                "Look",
                days=0.001,
                quote=quoted,
                quoteUrl=quoted,
                _misskey_quote=quoted,
                **leave,
            )
            assert post["id"] == uri
            await scene.lie("Create", post)
            shown = next(s for s in await scene.anna.home() if s["uri"] == uri)
            found = shown.get("quote") or {}
            assert found.get("state") != "accepted"
            assert not found.get("quoted_status")

    scene.village.run(story())
