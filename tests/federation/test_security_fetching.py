"""What strangers can make a whole server do: how often it asks, how far it follows, what it keeps (security
paper B08-B12). The sockets themselves are tried in tests/net, one asking in test_fetching."""

import json
from typing import Any

import pytest

from linnet.kernel.clock import MINUTE
from linnet.kernel.errors import Upstream
from linnet.net.client import Answer
from tests.federation.elsewhere import PUBLIC, Json, create
from tests.federation.strangers import Scene
from tests.federation.village import Village

POSTS = "SELECT COUNT(*) FROM post WHERE uri LIKE 'https://evil.example/%'"


@pytest.fixture
def scene(village: Village) -> Scene:
    return Scene(village)


def endless(scene: Scene, make: Any) -> None:
    """evil.example has a page for every address that is asked for."""
    site = scene.evil

    class Pages(dict[str, Any]):
        def get(self, url: str, other: Any = None) -> Any:
            return super().get(url) or make(url) or other

    site.pages = Pages(site.pages)


def note(scene: Scene, url: str, **more: Any) -> Json:
    return {
        "id": url,
        "type": "Note",
        "attributedTo": scene.mallory,
        "to": [PUBLIC],
        "content": "<p>and on</p>",
    } | more


def next_of(url: str) -> str:
    head, _, n = url.rpartition("-")
    return f"{head}-{int(n) + 1}" if n.isdigit() else f"{url}-1"


def test_b12_a_letter_at_the_end_of_an_endless_chain(scene: Scene) -> None:
    """Each post answers one more. One letter makes us ask a bounded number of times, and many letters of one
    server no more often than its share of a minute."""

    async def story() -> None:
        await scene.begin()
        endless(scene, lambda url: note(scene, url, inReplyTo=next_of(url)) if "/endless" in url else None)
        scene.evil.asked.clear()
        for n in range(12):
            post = note(scene, f"{scene.mallory}/posts/top{n}", inReplyTo=f"{scene.evil.url}/endless{n}-1")
            assert await scene.lie("Create", post) == 202
            if n == 0:
                assert 0 < len(scene.evil.asked) <= 10
        assert len(scene.evil.asked) <= 60
        assert await scene.town.db.read(lambda tx: tx.value(POSTS)) <= 80

    scene.village.run(story())


def test_b12_round_and_round_by_letters(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        one, two = f"{scene.evil.url}/ring/1", f"{scene.evil.url}/ring/2"
        scene.evil.pages |= {one: note(scene, one, inReplyTo=two), two: note(scene, two, inReplyTo=one)}
        own = f"{scene.evil.url}/ring/3"
        scene.evil.pages[own] = note(scene, own, inReplyTo=own)
        scene.evil.asked.clear()
        for uri in (one, two, own):
            await scene.lie("Create", uri)
            await scene.lie("Announce", uri, to=[PUBLIC])
        assert len(scene.evil.asked) <= 12
        assert await scene.town.db.read(lambda tx: tx.value("SELECT COUNT(*) FROM letter")) == 0

    scene.village.run(story())


def test_b09_redirects_that_never_end_for_everything_that_is_looked_up(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        endless(
            scene,
            lambda url: Answer(302, url, {"location": next_of(url)}, b"") if "/away" in url else None,
        )
        scene.evil.pages[f"{scene.evil.url}/self"] = Answer(301, "", {"location": "/self"}, b"")
        for path, most in (("/away-1", 4), ("/self", 1)):
            scene.evil.asked.clear()
            assert await scene.anna.find(scene.evil.url + path) is None
            assert 0 < len(scene.evil.asked) <= most
        # a profile whose every collection leads on and on
        who = scene.evil.person(
            "roundabout", outbox=f"{scene.evil.url}/away-o", featured=f"{scene.evil.url}/away-f"
        )
        scene.evil.asked.clear()
        await scene.anna.find(who)
        await scene.village.settle(ahead=MINUTE)
        assert len(scene.evil.asked) <= 40

    scene.village.run(story())


def test_b12_collections_without_an_end(scene: Scene) -> None:
    """`next` for ever, in an outbox, in what is on top, in answers; and pages full of strangers' addresses."""

    def page(url: str) -> Json | None:
        if "/pages" not in url:
            return None
        items: list[Any] = [note(scene, f"{scene.evil.url}/item{n}{url[-8:]}") for n in range(300)]
        items += [f"https://other{n}.example/x" for n in range(300)]
        return {"id": url, "type": "OrderedCollectionPage", "orderedItems": items, "next": next_of(url)}

    async def story() -> None:
        await scene.begin()
        endless(scene, page)
        end = f"{scene.evil.url}/pages"
        who = scene.evil.person("endless", outbox=f"{end}-o", featured=f"{end}-f", followers=f"{end}-w")
        before = len(scene.village.asked)
        await scene.anna.find(who)
        await scene.village.settle(ahead=MINUTE)
        assert len(scene.village.asked) - before <= 45
        post = scene.evil.post(who, 1, replies=f"{end}-r", context=f"{end}-c", likes=f"{end}-l")
        found = await scene.anna.find(post["id"], "statuses")
        before = len(scene.village.asked)
        await scene.anna.get(f"/v1/statuses/{found['id']}/context")
        await scene.village.settle(ahead=MINUTE)
        assert len(scene.village.asked) - before <= 200

    scene.village.run(story())


@pytest.mark.parametrize("bad", ["silent", "huge", "bomb", "html", "cut", "empty", "list", "deep"])
def test_b08_b10_b11_a_server_that_answers_badly_costs_one_asking(scene: Scene, bad: str) -> None:
    """Silence, too much, packed bombs, and no documents: the letter is dropped or waits, nothing of it is
    there, the next one is read, and the address is left alone."""

    def answer(_url: str) -> Answer:
        kind = {"content-type": "application/activity+json"}
        match bad:
            case "silent" | "huge" | "bomb":  # what `net` makes of these, see tests/net
                raise Upstream(f"{bad}: given up")
            case "html":
                return Answer(200, "", {"content-type": "text/html"}, b"<html>")
            case "cut":
                return Answer(200, "", kind, b'{"id": "https://evil.example/bad", "type": "No')
            case "list":
                return Answer(200, "", kind, b'[{"id": "https://evil.example/bad"}]')
            case "deep":
                return Answer(200, "", kind, b'{"a":' * 5000 + b"1" + b"}" * 5000)
        return Answer(200, "", kind, b"")

    async def story() -> None:
        await scene.begin()
        uri = f"{scene.evil.url}/bad"
        endless(scene, lambda url: answer(url) if url == uri else None)
        scene.evil.asked.clear()
        for _ in range(5):
            await scene.lie("Create", uri)
            await scene.lie("Announce", uri, to=[PUBLIC])
        assert scene.evil.asked.count(uri) <= 1
        for _ in range(4):
            await scene.village.settle(ahead=3 * 60 * MINUTE)
        assert scene.evil.asked.count(uri) <= 1
        post = scene.victim.post(scene.vera, 2, "After it", days=0.001)
        await scene.say(scene.victim, scene.vera, create(post))
        assert "<p>After it</p>" in await scene.home()
        left = "SELECT COUNT(*) FROM letter WHERE parked_at IS NULL"
        assert await scene.town.db.read(lambda tx: tx.value(left)) == 0

    scene.village.run(story())


def test_b12_a_letter_that_names_everybody_makes_us_visit_nobody(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        tags = [
            {"type": "Mention", "href": f"https://h{n}.example/u", "name": f"@u@h{n}"} for n in range(500)
        ]
        tags += [{"type": "Hashtag", "name": f"#t{n}", "href": f"https://h{n}.example/t"} for n in range(500)]
        links = "".join(f'<a href="https://h{n}.example/">x</a>' for n in range(500))
        before = len(scene.village.asked)
        post = scene.evil.post(
            scene.mallory,
            9,
            days=0.001,
            content=links,
            tag=tags,
            to=[PUBLIC, *(t.get("href", "") for t in tags)],
        )
        await scene.lie("Create", post)
        new = [
            url
            for _, url in scene.village.asked[before:]
            if "evil.example" not in url and "/ap/inbox" not in url
        ]
        assert new == []
        await scene.village.settle(ahead=10 * MINUTE)
        new = [url for _, url in scene.village.asked[before:] if "https://h" in url]
        assert len(new) <= 1  # the card of the first link
        assert json.dumps(post)

    scene.village.run(story())
