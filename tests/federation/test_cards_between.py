"""Cards between servers: each asks for the page itself, and for what the sender says is the clean
address (FEP-8967; security paper C17)."""

from typing import Any

from linnet.kernel.clock import MINUTE
from linnet.net.client import Answer
from tests.doors.test_mastodon_shapes import problems
from tests.federation.elsewhere import Elsewhere
from tests.federation.village import Village

HTML = b"""<head><meta property="og:title" content="Rye"><meta property="og:image" content="https://mill.example/rye.png">
<meta property="og:site_name" content="Your bank"></head>"""


def page(url: str, body: bytes = HTML) -> Answer:
    return Answer(200, url, {"content-type": "text/html"}, body)


def mill(village: Village) -> Elsewhere:
    site = Elsewhere(village, "mill.example")
    site.pages["https://mill.example/rye"] = page("")
    return site


def test_both_servers_make_their_own_card(village: Village) -> None:
    anna, ben = village.town("a.example").person("anna"), village.town("b.example").person("ben")
    site = mill(village)

    async def story() -> None:
        await anna.follow(ben)
        mine = await ben.says("Read https://mill.example/rye?utm_source=ben today")
        assert site.asked == []  # not at once, and not together
        await village.settle(ahead=MINUTE)
        assert site.asked == ["https://mill.example/rye"] * 2
        for card in ((await ben.get(f"/v1/statuses/{mine['id']}"))["card"], (await anna.home())[0]["card"]):
            assert list(problems(card, "PreviewCard", "card")) == []
            assert (card["title"], card["type"], card["html"]) == ("Rye", "link", "")
            assert card["provider_name"] == "mill.example"
            assert card["image"].partition("/media/elsewhere/")[2].isdigit()
            assert "mill.example" not in card["image"]  # nobody's browser asks there
        await ben.put(f"/v1/statuses/{mine['id']}", status="Read nothing today")
        await village.settle()
        assert (await anna.home())[0]["card"] is None

    village.run(story())


def test_b16_fifty_links_are_one_preview(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    site, far = mill(village), Elsewhere(village, "far.example")
    links = "".join(f'<a href="https://mill.example/{n}">{n}</a> ' for n in ("rye", *range(50)))
    attached = [{"type": "Link", "href": f"https://mill.example/{n}"} for n in range(50)]
    far.post(far.person("vera"), "many", content=f"<p>{links}</p>")
    far.post(f"{far.url}/users/vera", "attached", content=f"<p>{links}</p>", attachment=attached)

    async def story() -> None:
        for name in ("many", "attached"):
            await anna.find(f"{far.url}/users/vera/posts/{name}", "statuses")
        await village.settle(ahead=MINUTE)
        assert sorted(site.asked) == ["https://mill.example/0", "https://mill.example/rye"]

    village.run(story())


def test_the_link_that_the_sender_names_goes_before_those_in_the_text(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    site, far = mill(village), Elsewhere(village, "far.example")
    vera = far.person("vera")
    text = '<p><a href="https://count.example/r/1">rye</a> <a href="https://other.example/">more</a></p>'

    async def story() -> None:
        async def cards(name: str, **more: Any) -> Any:
            found = await anna.find(far.post(vera, name, **more)["id"], "statuses")
            await village.settle(ahead=MINUTE)
            return (await anna.get(f"/v1/statuses/{found['id']}"))["card"]

        link = [
            {"type": "Link", "href": "https://mill.example/rye"},
            {"type": "Link", "href": "https://x.example/"},
        ]
        card = await cards("linked", content=text, attachment=link)
        assert (card["title"], card["url"]) == ("Rye", "https://mill.example/rye")
        for name, more in {
            "odd": {"attachment": [{"type": "Link", "href": "javascript:alert(1)"}], "content": "x"},
            "veiled": {"attachment": link, "summary": "Careful"},
            "sensitive": {"attachment": link, "sensitive": True},
            "closed": {
                "attachment": link,
                "to": [anna.uri],
                "cc": [],
                "tag": {"type": "Mention", "href": anna.uri},
            },
            # a page that the sender describes: its own word for it counts nothing
            "described": {
                "attachment": [{"type": "Link", "href": "https://mill.example/none", "name": "Bank"}]
            },
        }.items():
            assert await cards(name, **more) is None
        assert site.asked == ["https://mill.example/rye", "https://mill.example/none"]
        picture = await cards(
            "picture", attachment=[*link, {"type": "Image", "url": "https://far.example/i.png"}]
        )
        assert picture is None

    village.run(story())
