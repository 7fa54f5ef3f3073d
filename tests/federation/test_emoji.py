"""Emoji of other servers from letter to page: reactions, pictures, domain rules, hostile ones."""

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image

from linnet.desk.firm import actions as firms
from linnet.desk.firm import queries as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.federation.peers import actions as peers
from linnet.federation.peers.domains import Rule
from linnet.kernel.clock import iso, now_ms
from linnet.net.client import Answer
from tests import asgi, cast
from tests.federation.elsewhere import create
from tests.federation.recorded import Stranger
from tests.federation.strangers import Scene
from tests.federation.test_recorded import anna_of, drops
from tests.federation.village import Resident, Village, _session
from tests.pictures import moving, picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def serve(village: Village, host: str, files: dict[str, bytes]) -> None:
    """These addresses of a stranger hold pictures."""
    before = village.strangers.get(host)

    def answer(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if method == "GET" and url in files:
            return Answer(200, url, {"content-type": "image/png"}, files[url])
        return before(method, url, headers, body) if before else Answer(404, url, {}, b"")

    village.strangers[host] = answer


async def get(who: Resident, address: str) -> asgi.Answer:
    path = address.removeprefix(who.town.url)
    return await asgi._ask(who.town.app, "GET", path, {"host": who.town.host}, b"", "203.0.113.5", stays=True)


async def inside(who: Resident, path: str) -> str:
    """A page as this one sees it, logged in."""
    db = who.town.db
    if db.read_now(firm.firm) is None:
        new = NewFirm("Bakery", "bakery", ("https://bakery.example",), "Europe/Berlin", "EUR", "40")
        first = FirstPerson("Jana", "jana@bakery.example", cast.HASH)
        db.write_now(firms.set_up, new, first, token=None, now=now_ms())
    cookie = db.write_now(_session, who.id)
    headers = {"host": who.town.host, "cookie": f"__Host-sid={cookie}"}
    got = await asgi._ask(who.town.app, "GET", path, headers, b"", "203.0.113.9")
    assert got.status == 200, (path, got.status)
    return got.body.decode()


def told(page: str) -> str:
    """What the first notice says."""
    return page.partition('class="told')[2].partition("<span")[0]


async def count(anna: Resident, post: Any) -> int:
    found: int = (await anna.get(f"/v1/statuses/{post['id']}"))["favourites_count"]
    return found


def test_a_reaction_of_misskey_stands_in_the_notice(village: Village) -> None:
    anna = anna_of(village)

    async def story() -> None:
        mine = await anna.says("Plum cake")
        kit = Stranger(village, anna, "misskey", mine["uri"])
        serve(village, kit.host, {"https://misskey.example/files/blobcat.png": picture("PNG", (64, 64))})
        await kit.send("react")
        assert await anna.notices() == [("favourite", "kit@misskey.example")], drops(village)
        page = await inside(anna, "/notifications")
        assert "reacted with <img" in told(page)
        assert 'alt=":blobcat:" title=":blobcat:"' in told(page)
        assert "misskey.example/files" not in page  # nobody's browser asks there
        address = told(page).rpartition('class="emoji" src="')[2].partition('"')[0]
        assert (await get(anna, address)).status == 200
        people = await inside(anna, f"/posts/{mine['id']}/favourites")
        assert f'<span class="badge">with <img class="emoji" src="{address}"' in people
        assert (await anna.get("/v1/custom_emojis")) == []
        await kit.send("undo_like")
        assert await count(anna, mine) == 0
        assert await anna.notices() == []

    village.run(story())


def test_reactions_of_pleroma_count_once_and_the_last_one_stands(village: Village) -> None:
    anna = anna_of(village)

    async def story() -> None:
        mine = await anna.says("Plum cake")
        pat = Stranger(village, anna, "pleroma", mine["uri"])
        await pat.send("react_custom")
        assert 'alt=":blob:"' in told(await inside(anna, "/notifications"))
        await pat.send("react")
        assert await count(anna, mine) == 1
        assert "reacted with 👍 to your post" in told(await inside(anna, "/notifications"))
        assert len(await anna.notices()) == 1
        await pat.send("undo_custom")  # its place was taken: there is nothing to take back
        assert await count(anna, mine) == 1
        await pat.send("undo_like")
        assert await count(anna, mine) == 0, drops(village)

    village.run(story())


def test_an_emoji_of_a_third_server_is_the_word_of_who_reacts(village: Village) -> None:
    anna = anna_of(village)

    async def story() -> None:
        mine = await anna.says("Plum cake")
        ada = Stranger(village, anna, "akkoma", mine["uri"])
        await ada.send("react_custom")
        assert 'alt=":fox:"' in told(await inside(anna, "/notifications"))
        rows = anna.town.db.read_now(lambda tx: tx.all(str, "SELECT host || ' ' || shortcode FROM emoji"))
        assert "akkoma.example fox@third.example" in rows
        assert not [row for row in rows if row.startswith("third.example")]
        assert [url for _, url in village.asked if "third.example" in url] == []

    village.run(story())


def test_emoji_on_pages_and_in_the_client_api(village: Village) -> None:
    anna = anna_of(village)
    files = {
        "https://misskey.example/files/blobcat.png": moving("GIF", 4, (300, 200)),
        "https://misskey.example/files/catspin.png": picture("PNG", (900, 900)),
    }

    async def story() -> None:
        kit = Stranger(village, anna, "misskey")
        account = await kit.befriend()
        serve(village, kit.host, files)
        (spin,) = account["emojis"]
        assert set(spin) == {"shortcode", "url", "static_url", "visible_in_picker"}
        assert spin["static_url"] == spin["url"] + "/small"
        assert spin["url"].startswith("https://linnet.example/media/elsewhere/")
        letter = await kit.send("cats")
        found = await anna.find(letter["object"]["id"], "statuses")
        assert found["account"]["emojis"] == [spin]
        poll = await anna.get(f"/v1/polls/{found['poll']['id']}")
        assert [one["shortcode"] for one in poll["emojis"]] == ["black-cat"]
        for path in ("/", f"/@kit@misskey.example/{found['id']}", "/@kit@misskey.example"):
            page = await inside(anna, path)
            assert "misskey.example/files" not in page
            article = page.partition("<article")[2].partition("</article")[0]
            for name in ("catspin", "blobcat", "meow_party", "black-cat"):
                assert f'alt=":{name}:" title=":{name}:"' in article, (path, name)
            assert 'href="https://misskey.example/emoji/:blobcat:"' in article
        cat = next(one for one in found["emojis"] if one["shortcode"] == "blobcat")
        moves, still = await get(anna, cat["url"]), await get(anna, cat["static_url"])
        assert moves.headers["content-type"] == "image/gif"
        with Image.open(io.BytesIO(moves.body)) as image, Image.open(io.BytesIO(still.body)) as small:
            assert image.n_frames == 4
            assert image.width * image.height <= 256 * 256
            assert max(small.size) <= 96
        big = await get(anna, spin["url"])
        with Image.open(io.BytesIO(big.body)) as image:
            assert image.size == (256, 256)

    village.run(story())


def test_a_server_whose_pictures_are_not_wanted(village: Village) -> None:
    anna = anna_of(village)
    town = anna.town

    async def story() -> None:
        mine = await anna.says("Plum cake")
        kit = Stranger(village, anna, "misskey", mine["uri"])
        serve(village, kit.host, {"https://misskey.example/files/catspin.png": picture()})
        account = await kit.befriend()
        (spin,) = account["emojis"]
        assert (await get(anna, spin["static_url"])).status == 200
        no = Rule("misskey.example", "allow", reject_media=True)
        await town.db.write(peers.decide, no, own=(), now=now_ms())
        await village.settle()
        town.program.office.rulebook.forget()
        assert (await get(anna, spin["static_url"])).status == 404  # although it is here
        letter = await kit.send("cats")
        assert (await anna.find(letter["object"]["id"], "statuses"))["emojis"] == []
        await kit.send("react")
        assert "reacted with :blobcat: to your post" in told(await inside(anna, "/notifications"))

    village.run(story())


def test_b07_a20_hostile_pictures_and_ten_thousand_tags(village: Village) -> None:
    """An SVG, a page, a picture that is none; and more tags than anybody looks at."""
    stage = Scene(village)

    async def story() -> None:
        await stage.begin()
        serve(
            village,
            "evil.example",
            {"https://evil.example/svg": SVG, "https://evil.example/html": b"<script>alert(1)</script>"},
        )
        tags = [
            {"type": "Emoji", "name": f":{name}:", "icon": {"type": "Image", "url": f"https://evil.example/{name}"}}
            for name in ("svg", "html", "gone", 'a"onload="x', *(f"n{n}" for n in range(10_000)))
        ]  # fmt: skip
        words = " ".join(tag["name"] for tag in tags[:300])
        post = stage.evil.post(stage.mallory, 9, words, days=0.01, tag=tags[:8_000])
        await stage.say(stage.evil, stage.mallory, create(post))
        found = await stage.anna.find(post["id"], "statuses")
        assert len(found["emojis"]) == 50
        assert 'onload="x' not in str(found["emojis"])
        for one in found["emojis"][:3]:
            for address in (one["url"], one["static_url"]):
                assert (await get(stage.anna, address)).status == 404
        page = await stage.anna.page(f"/@mallory@evil.example/{found['id']}")
        assert "<img onload" not in page
        assert ":a&quot;onload=&quot;x:" in page.replace('"', "&quot;")

    village.run(story())


def test_the_picture_changes_when_its_server_says_so(village: Village) -> None:
    stage = Scene(village)

    def tag(name: str, updated: int) -> dict[str, Any]:
        icon = {"type": "Image", "mediaType": "image/png", "url": f"https://victim.example/{name}.png"}
        return {"type": "Emoji", "id": "https://victim.example/emojis/1", "name": ":cat:",
                "updated": iso(updated), "icon": icon}  # fmt: skip

    async def story() -> None:
        await stage.begin()
        red, blue = picture("PNG", (20, 20), "RGB"), picture("PNG", (30, 30), "RGB")
        serve(village, "victim.example",
              {"https://victim.example/a.png": red, "https://victim.example/b.png": blue})  # fmt: skip
        first = stage.victim.post(stage.vera, 2, ":cat:", days=0.01, tag=[tag("a", 1_000)])
        await stage.say(stage.victim, stage.vera, create(first))
        (cat,) = (await stage.anna.find(first["id"], "statuses"))["emojis"]
        old = await get(stage.anna, cat["url"])
        second = stage.victim.post(stage.vera, 3, ":cat:", days=0.01, tag=[tag("b", 2_000)])
        await stage.say(stage.victim, stage.vera, create(second))
        assert (await stage.anna.find(second["id"], "statuses"))["emojis"] == [cat]  # one address
        new = await get(stage.anna, cat["url"])
        assert (old.status, new.status) == (200, 200)
        with Image.open(io.BytesIO(old.body)) as before, Image.open(io.BytesIO(new.body)) as after:
            assert (before.size, after.size) == ((20, 20), (30, 30))
        assert old.headers["etag"] != new.headers["etag"]
        # another server says something of that emoji: it is not believed about it
        lie = tag("b", 9_000) | {"icon": {"type": "Image", "url": "https://evil.example/x.png"}}
        third = stage.evil.post(stage.mallory, 4, ":cat:", days=0.01, tag=[lie])
        await stage.say(stage.evil, stage.mallory, create(third))
        (theirs,) = (await stage.anna.find(third["id"], "statuses"))["emojis"]
        assert theirs["shortcode"] == "cat"
        assert theirs["url"] != cat["url"]
        assert (await get(stage.anna, cat["url"])).headers["etag"] == new.headers["etag"]

    village.run(story())
