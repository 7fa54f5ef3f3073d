"""What is long is cut, what is uploaded stays what it is, what no database can keep is refused."""

import json
from typing import Any

import pytest

from linnet.db.database import Database
from linnet.federation.signing import signatures
from linnet.kernel.clock import iso, now_ms
from linnet.social.search import actions as search
from linnet.social.search import queries as searching
from linnet.social.search import rules as search_rules
from tests import asgi, cast
from tests.federation.elsewhere import create
from tests.federation.signers import Signer
from tests.federation.strangers import Scene
from tests.federation.village import Resident, Village
from tests.pictures import picture


def test_g01_whatever_is_long_is_cut(village: Village) -> None:
    stage = Scene(village)
    long = "x" * 120_000

    async def story() -> None:
        await stage.begin()
        fields = [{"type": "PropertyValue", "name": long[:20_000], "value": long[:20_000]} for _ in range(20)]
        eve = stage.evil.person("eve", name=long, summary=long, attachment=fields)
        post = stage.evil.post(
            eve,
            1,
            content=long,
            summary=long,
            attachment=[
                {"type": "Image", "url": f"https://evil.example/{n}", "name": long[:5000]} for n in range(50)
            ],
            tag=[{"type": "Hashtag", "name": f"#t{n}"} for n in range(500)]
            + [{"type": "Hashtag", "name": f"#{long}"}],
        )
        found = await stage.anna.find(post["id"], "statuses")
        by = found["account"]
        assert len(by["display_name"]) <= 100
        assert len(by["note"]) <= 20_100
        assert len(by["fields"]) <= 8
        assert all(len(f["name"]) <= 2048 and len(f["value"]) <= 2100 for f in by["fields"])
        assert len(found["content"]) <= 70_000
        assert len(found["spoiler_text"]) <= 500
        assert len(found["media_attachments"]) <= 8
        assert all(len(one["description"]) <= 1500 for one in found["media_attachments"])
        assert len(found["tags"]) <= 30
        stage.evil.person("long" * 100)
        assert await stage.anna.find(f"{stage.evil.url}/users/{'long' * 100}") is None

    village.run(story())


@pytest.mark.parametrize(
    "words",
    [
        '"',
        "'",
        "secret : top*",
        "NEAR(a b)",
        "a AND",
        "OR",
        "NOT x",
        "*",
        "(",
        "^a",
        "-a",
        "a:b",
        "{a b}: c",
        '"a',
        "+",
        "\\",
        "%_",
        "'; DROP TABLE post; --",
        "\0",
        "𝔯ye",
        "a" * 5000,
        "& | ! <->",
        ":* ",
        "rye & !spelt",
    ],
)
def test_g03_words_of_a_search_are_words(db: Database, words: str) -> None:
    """No operator, no other column, no error: what is found has the words in it, and all of them."""
    who = db.write_now(cast.account, "zed")
    db.write_now(search.index_account, who.id, "zed", "Rye", "spelt")
    asked = set(search_rules.every_word(words))
    expected = [who.id] if asked and asked <= {"zed", "rye", "spelt"} else []
    assert db.read_now(searching.accounts, words, viewer_id=0) == expected
    assert db.read_now(searching.posts, words, viewer_id=0) == []


def test_a20_what_is_uploaded_is_never_served_as_activitypub(village: Village) -> None:
    """A document in a picture, behind a picture, called one: nothing that comes back can be taken for it."""
    town = village.town("a.example")
    anna = town.person("anna")
    evil = json.dumps(
        {"@context": "https://www.w3.org/ns/activitystreams", "id": "https://a.example/x", "type": "Note"}
    ).encode()

    async def story() -> None:
        for name, kind, body in (
            ("x.json", "application/activity+json", evil),
            ("x.png", "image/png", evil),
            ("x.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>"),
            ("x.html", "image/png", b"<html><script>alert(1)</script>"),
        ):
            status, _ = await _upload(anna, name, kind, body)
            assert status in (415, 422), name
        status, said = await _upload(anna, "x.png", "image/png", picture() + evil)
        assert status in (200, 202)
        path = said["url"].removeprefix("https://a.example")
        for accept in (
            "application/activity+json",
            'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
            "*/*",
        ):
            headers = {"host": "a.example", "accept": accept}
            got = await asgi._ask(town.app, "GET", path, headers, b"", "203.0.113.5", stays=True)
            assert got.status == 200
            assert got.headers["content-type"].startswith("image/")
            assert got.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in got.headers["content-security-policy"]
            assert b"activitystreams" not in got.body

    village.run(story())


async def _upload(who: Resident, name: str, kind: str, body: bytes) -> tuple[int, Any]:
    edge = "----edge"
    whole = (
        (
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        ).encode()
        + body
        + f"\r\n--{edge}--\r\n".encode()
    )
    headers = {
        "authorization": f"Bearer {who.token}",
        "host": who.town.host,
        "content-type": f"multipart/form-data; boundary={edge}",
        "content-length": str(len(whole)),
    }
    got = await asgi._ask(who.town.app, "POST", "/api/v2/media", headers, whole, "203.0.113.9")
    return got.status, json.loads(got.body or b"null")


def test_c05_a_picture_elsewhere_has_a_number_that_may_be_nonsense(village: Village) -> None:
    town = village.town("a.example")

    async def story() -> None:
        for id in ("0", "9" * 19, "9" * 40, "9" * 4000, "-1", "x", "1/../2"):
            for path in (f"/media/elsewhere/{id}", f"/media/elsewhere/{id}/small"):
                got = await asgi._ask(
                    town.app, "GET", path, {"host": "a.example"}, b"", "203.0.113.5", stays=True
                )
                assert got.status == 404, path

    village.run(story())


def test_c07_what_a_database_cannot_keep_is_refused_and_the_worker_lives(village: Village) -> None:
    stage = Scene(village)

    async def story() -> None:
        await stage.begin()
        for bad in (b"\\ud800", b"\\u0000", b"\\udfff\\ud800"):
            body = json.dumps(create(stage.victim.post(stage.vera, "odd", "MARK", days=0.01))).encode()
            body = body.replace(b"MARK", bad)
            url = f"{stage.town.url}/ap/inbox"
            headers = signatures.sign(
                Signer(f"{stage.vera}#main-key", stage.vera), "cavage", "POST", url, body, now_ms()
            )
            got = await village.ask(
                "POST", url, headers | {"content-type": "application/activity+json"}, body
            )
            assert got.status == 400
        for text in ("&#0;&#xD800;&#x110000;&#1;", "\x01\x7f", "\ufffe\uffff"):
            post = stage.victim.post(
                stage.vera, text.encode().hex()[:20], text, days=0.01, summary=text, published=iso(now_ms())
            )
            await stage.say(stage.victim, stage.vera, create(post))
        assert len(await stage.home()) == 4

    village.run(story())
