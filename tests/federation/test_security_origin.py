"""Who may say what, end to end: edits, deletions, boosts, names (security paper A15-A22)."""

from collections.abc import Callable
from typing import Any

import pytest

from linnet.kernel.clock import iso, now_ms
from linnet.social.people import queries as people
from linnet.social.posts import queries as posts
from tests.federation.elsewhere import PUBLIC, Elsewhere, answer, create
from tests.federation.strangers import Scene
from tests.federation.village import Village


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
        shown = [s["reblog"] or s for s in await scene.anna.home()]  # her own post stands there itself
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
