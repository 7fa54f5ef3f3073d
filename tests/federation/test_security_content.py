"""Words of strangers on every page (security paper C01-C05)."""

import html
import json
import re
from typing import Any

import pytest

from linnet.desk.firm import actions as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.federation import parse
from linnet.federation.authority import Drop, fetched
from linnet.kernel.clock import MINUTE, now_ms
from linnet.social.apps import actions as apps
from linnet.social.people import actions as people
from tests import asgi
from tests.federation.elsewhere import create
from tests.federation.stage import PAYLOADS, wrong
from tests.federation.strangers import Scene
from tests.federation.village import Resident, Village

# --- through a whole server


class Stage(Scene):
    """A firm with pages, and the corpus in everything that a stranger can say."""

    def __init__(self, village: Village) -> None:
        super().__init__(village)
        new = NewFirm(
            "Corner Bakery", "bakery", ("https://bakery.example",), "Europe/Berlin", "EUR", "40", words="rye"
        )
        first = FirstPerson("Jana", "jana@bakery.example", "$argon2id$not-a-real-hash")
        made = self.town.db.write_now(firm.set_up, new, first, token=None, now=now_ms())
        self.cookie = self.town.db.write_now(
            people.open_session, made.person.id, made.account.id, "a test", now_ms()
        )
        self.made = made

    async def page(self, path: str, *, inside: bool = True, accept: str = "text/html") -> asgi.Answer:
        headers = {"host": "a.example", "accept": accept}
        if inside:
            headers["cookie"] = f"__Host-sid={self.cookie}; sid={self.cookie}"
        return await asgi._ask(self.town.app, "GET", path, headers, b"", "203.0.113.5", stays=True)


@pytest.mark.parametrize("part", range(0, len(PAYLOADS), 24))
def test_c01_c02_c05_strangers_words_on_every_page(village: Village, part: int) -> None:
    stage = Stage(village)
    payloads = PAYLOADS[part : part + 24]

    async def story() -> None:
        await stage.begin()
        for n, payload in enumerate(payloads):
            who = stage.evil.person(
                f"eve{n}",
                name=payload,
                summary=payload,
                url=payload,
                icon={"type": "Image", "url": payload},
                attachment=[
                    {"type": "PropertyValue", "name": payload, "value": payload},
                    {"type": "PropertyValue", "name": "x", "value": f'<a href="{payload}">x</a>'},
                ],
            )
            post = stage.evil.post(
                who,
                1,
                days=0.001,
                content=f"<p>marker {payload}</p>",
                summary=payload,
                url=[payload, {"type": "Link", "href": payload}],
                attachment=[
                    {
                        "type": "Document",
                        "mediaType": "image/png",
                        "url": "https://evil.example/x.png",
                        "name": payload,
                    },
                    {
                        "type": "Document",
                        "mediaType": payload,
                        "url": payload,
                        "name": payload,
                        "blurhash": payload,
                    },
                    {"type": "Link", "href": payload},
                ],
                tag=[
                    {
                        "type": "Mention",
                        "href": f"{stage.town.url}/ap/users/{stage.made.account.id}",
                        "name": payload,
                    },
                    {"type": "Hashtag", "name": f"#{payload}", "href": payload},
                    {"type": "Hashtag", "name": "#rye", "href": payload},
                    {"type": "Emoji", "name": payload, "icon": {"url": payload}},
                ],
                contentMap={payload: f"<p>marker {payload}</p>"},
            )
            options = [{"type": "Note", "name": f"{payload} {at}"} for at in (1, 2)]
            poll = stage.evil.post(
                who, 2, days=0.001, type="Question", oneOf=options, inReplyTo=post["id"], tag=post["tag"]
            )
            article = stage.evil.post(
                who,
                3,
                days=0.001,
                type="Article",
                summary=payload,
                url=payload,
                tag=post["tag"],
                image={"url": payload},
            )
            article["name"] = payload
            for one in (post, poll, article):
                status = await stage.evil.send(who, create(one), stage.town)
                assert status == (400 if "\0" in payload else 202)
        await village.settle(ahead=MINUTE)
        await _everything_is_words(stage, len(payloads))

    village.run(story())


async def _everything_is_words(stage: Stage, n: int) -> None:
    ids = stage.town.db.read_now(
        lambda tx: tx.all(int, "SELECT id FROM post WHERE uri <> '' ORDER BY id DESC LIMIT 200")
    )
    assert len(ids) >= 3 * (n - 1)  # what is refused as a whole is refused
    token = stage.town.db.write_now(_token, stage)
    reader = Resident(stage.town, stage.made.account.id, token)
    for id in ids:
        said = await reader.get(f"/v1/statuses/{id}")
        assert wrong(said["content"]) == [], said["content"]
        assert said["url"].startswith("https://"), said["url"]
        for address in (
            said["uri"],
            said["account"]["url"],
            said["account"]["avatar"],
            said["account"]["header"],
        ):
            assert address.startswith("https://"), address
        assert wrong(said["account"]["note"]) == []
        assert all(wrong(field["value"]) == [] for field in said["account"]["fields"])
        assert all(wrong(tag["url"]) == [] and tag["url"].startswith("https://") for tag in said["tags"])
        for shown in said["media_attachments"]:
            assert (shown["url"] or "https://a.example/media/").startswith("https://a.example/media/"), shown
        if said["card"]:
            assert said["card"]["url"].startswith("https://")
    seen = 0
    accounts = stage.town.db.read_now(
        lambda tx: tx.all(str, "SELECT handle FROM account WHERE host = 'evil.example' ORDER BY id")
    )
    paths = [f"/@{handle}@evil.example" for handle in accounts]
    authors = stage.town.db.read_now(_threads)
    paths += [f"/@{handle}@evil.example/{id}" for id, handle in authors][: 3 * n]
    for path in (*paths, "/", "/notifications", "/tags/rye", "/search?q=marker", "/answers"):
        answer = await stage.page(path)
        assert answer.status < 500, path
        assert wrong(answer.body.decode(), page=True) == [], path
        seen += answer.body.decode().count("marker")
    assert seen > n
    for path in ("/tags/rye.atom", "/@bakery.atom"):
        feed = (await stage.page(path, inside=False)).body.decode()
        assert "<script" not in feed
        assert all(
            wrong(_unescaped(found)) == []
            for found in re.findall(r'<content type="html">(.*?)</content>', feed)
        )
    for path in ("/tags/rye.json", "/@bakery.json"):
        feed = json.loads((await stage.page(path, inside=False)).body)
        assert all(wrong(item["content_html"]) == [] for item in feed["items"])


def _unescaped(text: str) -> str:
    return html.unescape(text)


def _threads(tx: Any) -> list[tuple[int, str]]:
    ids = tx.all(
        int,
        "SELECT p.id FROM post p JOIN account a ON a.id = p.account_id WHERE a.host = 'evil.example' ORDER BY p.id",
    )
    return [
        (
            id,
            tx.value(
                "SELECT a.handle FROM post p JOIN account a ON a.id = p.account_id WHERE p.id = :id", id=id
            ),
        )
        for id in ids
    ]


def _token(tx: Any, stage: Stage) -> str:
    app = apps.command_line_app(tx, now_ms())
    return apps.issue_token(tx, app, stage.made.person.id, stage.made.account.id, "read", now_ms()).token


def test_c03_no_emoji_becomes_markup(village: Village) -> None:
    """What a tag says is a name and an address, or nothing: `:x:` stays what was written in names, texts and
    addresses; only a page draws it, in words (tests/rules/test_emoji.py)."""
    stage = Scene(village)

    async def story() -> None:
        await stage.begin()
        tag = {
            "type": "Emoji",
            "name": ":x:",
            "icon": {"type": "Image", "url": 'https://evil.example/x.png" onerror="alert(1)'},
        }
        eve = stage.evil.person("eve", name="Eve :x:", tag=[tag])
        said = '<p>:x: <a href="https://evil.example/:x:">:x:</a></p>'
        found = await stage.anna.find(stage.evil.post(eve, 1, content=said, tag=[tag])["id"], "statuses")
        assert (
            found["content"]
            == '<p>:x: <a href="https://evil.example/:x:" rel="nofollow noopener noreferrer">:x:</a></p>'
        )
        assert (found["emojis"], found["account"]["emojis"]) == ([], [])
        assert found["account"]["display_name"] == "Eve :x:"

    village.run(story())


@pytest.mark.parametrize(
    "scheme",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "intent://x",
        "http://evil.example/x",
        "ftp://x/y",
        "https://a@b/",
        "//evil.example",
        "/x",
        "",
    ],
)
def test_c05_addresses_of_other_kinds_are_none(scheme: str) -> None:
    uri = "https://evil.example/users/eve"
    doc = {
        "id": uri,
        "type": "Person",
        "preferredUsername": "eve",
        "inbox": f"{uri}/inbox",
        "url": scheme,
        "icon": {"type": "Image", "url": scheme},
        "image": scheme,
        "outbox": scheme,
        "endpoints": {"sharedInbox": scheme},
        "alsoKnownAs": [scheme],
    }
    proven = fetched(doc, uri)
    assert not isinstance(proven, Drop)
    read = parse.actor(proven, "evil.example", 0)
    assert not isinstance(read, Drop)
    assert (read.account.url, read.account.avatar, read.account.header) == (uri, "", "")
    assert (read.outbox, read.shared_inbox, read.also_known_as) == ("", "", ())
    note = {"id": f"{uri}/1", "type": "Note", "attributedTo": uri, "content": "x", "url": scheme}
    note |= {"attachment": [{"type": "Image", "url": scheme}, {"type": "Link", "href": scheme}]}
    post = fetched(note, f"{uri}/1")
    assert not isinstance(post, Drop)
    said = parse.post(post, account_id=1, followers="", reply_to_id=None, mention_ids=(), now=0)
    assert not isinstance(said, Drop)
    assert (said.url, said.pictures, said.link) == (f"{uri}/1", (), "")
