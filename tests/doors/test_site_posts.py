"""The microblog's pages, without a script: write, answer, mark, edit, delete, follow, search."""

import asyncio
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from linnet.db.sqlite import SqliteTx
from linnet.desk.effort import actions as effort
from linnet.kernel.clock import now_ms
from linnet.kernel.ids import new_id
from linnet.social.follows import queries as follows
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import ProfileChange
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost
from tests.doors.browser import Browser, Site, site
from tests.pictures import picture
from tests.waiting import PATIENCE, within


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory):
    with site(tmp_path_factory.mktemp("bakery")) as made:
        made.set_up()
        made.someone("tom")
        made.someone("anna", role="writer")
        yield made


@pytest.fixture
def jana(bakery: Site) -> Browser:
    return bakery.logged_in("jana@bakery.example")


@pytest.fixture
def tom(bakery: Site) -> Browser:
    return bakery.logged_in("tom@example.org")


def write(browser: Browser, text: str, **more: object) -> int:
    browser.get("/compose")
    reply = browser.submit("/posts", text=text, **more)
    assert reply.status == 200, reply.text
    found = re.findall(r'data-id="(\d+)"', reply.text)
    return max(int(id) for id in found)


@pytest.mark.parametrize("visibility", ["public", "quiet", "followers", "direct"])
def test_a_post_that_was_deleted(jana: Browser, bakery: Site, visibility: str):
    """Its page says that it is gone, where everybody could see it; of others it is said to nobody."""
    id = write(jana, "Not for long", visibility=visibility)
    stranger = bakery.browser()
    open_to_all = visibility in {"public", "quiet"}
    assert stranger.get(f"/@bakery/{id}").status == (200 if open_to_all else 404)
    before = stranger.page.text
    jana.get(f"/posts/{id}/delete")
    jana.submit(f"/posts/{id}/delete")
    for path in (f"/@bakery/{id}", f"/posts/{id}", f"/@nobody/{id}"):
        page = stranger.get(path)
        assert page.status == (410 if open_to_all else 404), path
        assert ("This post was deleted." in page.text) == open_to_all
        assert jana.get(path).status == page.status
    if not open_to_all:
        assert stranger.get(f"/@bakery/{id}").text == before


def test_a_post_and_its_public_page(jana: Browser, bakery: Site):
    id = write(jana, "Fresh <rye> & spelt from https://bakery.example/rye #bread", language="en")
    assert "Posted." in jana.page.text
    assert "Posted." not in jana.get("/").text
    page = bakery.browser().get(f"/@bakery/{id}")
    assert page.status == 200
    assert len(page.body) < 30_000
    assert "Fresh &lt;rye&gt; &amp; spelt" in page.text
    assert '<meta name="fediverse:creator" content="@bakery@linnet.example:8080">' in page.text
    assert '<meta property="og:title" content="Corner Bakery (@bakery@linnet.example:8080)">' in page.text
    assert f'<link rel="canonical" href="http://linnet.example:8080/@bakery/{id}">' in page.text
    assert 'lang="en"' in page.text
    assert "form_key" not in page.text
    assert bakery.browser().get(f"/posts/{id}").url == f"/@bakery/{id}"
    assert bakery.browser().get(f"/@tom/{id}").url == f"/@bakery/{id}"
    assert "Fresh &lt;rye&gt;" in bakery.browser().get("/tags/BREAD").text
    assert "Fresh &lt;rye&gt;" in bakery.browser().get("/").text


def test_sending_a_form_twice_is_one_post(jana: Browser):
    jana.get("/compose")
    pairs = [(n, "Only once" if n == "text" else v) for n, v in jana.form("/posts").pairs]
    jana.post("/posts", pairs, files={})
    assert jana.post("/posts", pairs, files={}).text.count("<p>Only once</p>") == 1


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("text", {"text": "x" * 141}),
        ("text", {"text": "  "}),
        ("visibility", {"text": "kept", "visibility": "everybody"}),
        ("language", {"text": "kept", "language": "not a language"}),
        ("poll[options]", {"text": "kept", "with_poll": "1", "option": ["one", ""]}),
        ("media_ids", {"text": "kept", "media_ids": "12345"}),
    ],
)
def test_an_error_stands_beside_its_field_and_keeps_the_text(
    jana: Browser, field: str, change: dict[str, str]
):
    jana.get("/compose")
    reply = jana.submit("/posts", **change)
    assert reply.status == 422
    assert f'id="wrong-{field}"' in reply.text
    assert change["text"] in reply.text
    again = jana.form("/posts")
    assert dict(again.pairs)["text"] == change["text"]


def test_pictures_come_with_their_words(jana: Browser, bakery: Site):
    jana.get("/compose")
    files = {"file0": ("a.png", picture())}
    long = jana.submit("/posts", files=files, text="x" * 200, alt0="Red beside blue")
    assert long.status == 422
    assert 'value="Red beside blue"' in long.text, "the picture is kept"
    jana.submit("/posts", text="With a picture", files={})
    page = bakery.browser().get(jana_post(jana, "With a picture")).text
    assert 'alt="Red beside blue"' in page
    assert 'property="og:image"' in page
    jana.get("/compose")
    svg = jana.submit(
        "/posts", files={"file0": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>")}, text="no"
    )
    assert svg.status == 422
    assert 'id="wrong-file"' in svg.text
    key = jana.key()
    made = jana.post(
        "/media-upload", {"form_key": key}, files={"file": ("b.png", picture())}, x_linnet_part="1"
    )
    assert set(json.loads(made.text)) == {"id", "thumb"}


def jana_post(browser: Browser, words: str) -> str:
    """The address of the newest post of this page with these words."""
    posts = re.split("<article", browser.get("/").text)[1:]
    return next(re.search(r'class="time" href="([^"]+)"', post)[1] for post in posts if words in post)


def test_a_conversation(jana: Browser, tom: Browser):
    question = write(tom, "@bakery do you have the seeded one?")
    assert '1<span class="unseen"> new' in jana.get("/").text.replace("\n", "")
    assert "do you have the seeded one" in jana.get("/notifications").text
    assert 'class="waits"' not in jana.get("/").text, "read is read"
    thread = jana.get(f"/@tom/{question}")
    assert dict(jana.form("/posts").pairs)["text"] == "@tom "
    assert thread.status == 200
    jana.submit("/posts", text="@tom On Saturdays.", files={})
    assert jana.page.url == f"/@tom/{question}"
    assert "Your answer is out." in jana.page.text
    assert "On Saturdays." in tom.get("/notifications?only=talk").text
    answer = int(re.search(r'href="/@bakery/(\d+)"', tom.get(f"/@tom/{question}").text)[1])
    below = tom.get(f"/@bakery/{answer}").text
    assert 'class="above"' in below
    assert "seeded one" in below
    assert "1 answer" in tom.site.browser().get("/@tom/with_replies").text


def test_marks_swap_in_place_or_go_back(jana: Browser, tom: Browser):
    id = write(tom, "Coffee at eight")
    page = jana.get(f"/@tom/{id}")
    action = f"/@tom/{id}"
    for deed in ("boost", "favourite", "bookmark"):
        page = jana.submit(action, to=f"/posts/{id}/{deed}")
        assert page.url.startswith(action)
        assert f'formaction="/posts/{id}/un{deed}" aria-pressed="true"' in page.text
    assert "Coffee at eight" in jana.get("/bookmarks").text
    assert "Coffee at eight" in jana.get("/favourites").text
    assert "Corner Bakery" in jana.get(f"/posts/{id}/boosts").text
    assert "marked your post as a favourite" in tom.get("/notifications").text
    key = jana.key()
    piece = jana.post(f"/posts/{id}/unfavourite", {"form_key": key}, x_linnet_part="1")
    assert piece.text.lstrip().startswith("<article")
    assert f'formaction="/posts/{id}/favourite"' in piece.text
    for deed in ("unboost", "unbookmark", "mute-thread", "unmute-thread"):
        assert jana.post(f"/posts/{id}/{deed}", {"form_key": key}).status == 200
    assert jana.post(f"/posts/{id}/explode", {"form_key": key}).status == 404
    assert jana.post(f"/posts/{id}/pin", {"form_key": key}).status == 422
    assert jana.post("/posts/99999999999999999999/boost", {"form_key": key}).status == 404


def test_editing_keeps_what_stood_there(jana: Browser, bakery: Site):
    id = write(jana, "Closed on Monday")
    jana.get(f"/posts/{id}/edit")
    stale = jana.form(f"/posts/{id}/edit")
    assert dict(stale.pairs)["text"] == "Closed on Monday"
    jana.submit(f"/posts/{id}/edit", text="Closed on Tuesday", files={})
    assert "Closed on Tuesday" in jana.page.text
    late = jana.post(
        f"/posts/{id}/edit", [(n, "Mine" if n == "text" else v) for n, v in stale.pairs], files={}
    )
    assert late.status == 422
    assert "changed by somebody else" in late.text
    assert "Mine" in late.text
    history = bakery.browser().get(f"/posts/{id}/history").text
    assert "Closed on Monday" in history
    assert "Closed on Tuesday" in history
    empty = jana.get(f"/posts/{id}/edit")
    empty = jana.submit(f"/posts/{id}/edit", text="", files={})
    assert empty.status == 422
    assert 'id="wrong-text"' in empty.text


def test_deleting_asks_first(jana: Browser, tom: Browser, bakery: Site):
    id = write(jana, "A slip of the pen")
    assert tom.get(f"/@bakery/{id}").status == 200
    assert tom.post(f"/posts/{id}/delete", {"form_key": tom.key()}).status == 403
    assert "Delete this post?" in jana.get(f"/posts/{id}/delete").text
    assert "The post is deleted." in jana.submit(f"/posts/{id}/delete").text
    gone = bakery.browser().get(f"/@bakery/{id}")
    assert gone.status == 410
    assert "This post was deleted." in gone.text


def test_who_may_see_what(jana: Browser, tom: Browser, bakery: Site):
    secret = write(jana, "For followers only", visibility="followers")
    direct = write(jana, "@tom just between us", visibility="direct")
    for id in (secret, direct):
        assert bakery.browser().get(f"/@bakery/{id}").status == 404
        assert jana.get(f"/@bakery/{id}").status == 200
    assert tom.get(f"/@bakery/{direct}").status == 200
    assert tom.get(f"/@bakery/{secret}").status == 404
    for path in (
        "/",
        "/@bakery",
        "/@bakery.atom",
        "/@bakery.json",
        "/search?q=followers+only",
        f"/posts/{secret}/boosts",
    ):
        assert "For followers only" not in bakery.browser().get(path).text


def test_following_blocking_muting(jana: Browser, tom: Browser, bakery: Site):
    account = bakery.db.read_now(people_queries.by_handle, "bakery")
    tom_account = bakery.db.read_now(people_queries.by_handle, "tom")
    tom.get("/@bakery")
    tom.submit(f"/people/{account.id}/follow")
    assert tom.page.url == "/@bakery"
    assert "Following" in tom.page.text
    assert "Tom" in jana.get("/@bakery/followers").text or "@tom" in jana.page.text
    tom.submit(f"/people/{account.id}/unfollow")
    bakery.db.write_now(people.change_profile, account.id, ProfileChange(locked=True))
    tom.get("/@bakery")
    assert "Ask to follow" in tom.page.text
    tom.submit(f"/people/{account.id}/follow")
    assert "Asked: take back" in tom.page.text
    assert "1 person would like to follow you" in jana.get("/notifications").text
    jana.get("/follow-requests")
    assert "They follow you now." in jana.submit(f"/people/{tom_account.id}/accept").text
    assert bakery.db.read_now(follows.follows, tom_account.id, account.id)
    bakery.db.write_now(people.change_profile, account.id, ProfileChange(locked=False))
    key = jana.key()
    for deed in ("mute", "unmute", "block"):
        assert jana.post(f"/people/{tom_account.id}/{deed}", {"form_key": key}).status == 200
    assert "You cannot see the posts" in tom.get("/@bakery").text
    assert jana.post(f"/people/{tom_account.id}/unblock", {"form_key": key, "back": "/@tom"}).url == "/@tom"
    assert jana.post("/people/1/follow", {"form_key": key}).status == 404


def test_a_poll(jana: Browser, tom: Browser, bakery: Site):
    id = write(jana, "Which loaf?", with_poll="1", option=["Rye", "Spelt", "", ""], lasts="86400")
    assert "Which loaf?" in tom.get(f"/@bakery/{id}").text
    none = tom.post(f"/posts/{id}/vote", {"form_key": tom.key(), "back": f"/@bakery/{id}"})
    assert none.status == 422
    tom.get(f"/@bakery/{id}")
    voted = tom.submit(f"/posts/{id}/vote", choice="1")
    assert "1 person voted" in voted.text
    assert "<meter" in voted.text
    assert "%" not in re.split("<main", voted.text)[1].split("poll")[1][:400]
    again = tom.post(f"/posts/{id}/vote", {"form_key": tom.key(), "choice": "0"})
    assert again.status == 409
    assert "1 person voted" in bakery.browser().get(f"/@bakery/{id}").text


def test_a_role_that_may_not_post(bakery: Site):
    anna = bakery.logged_in("anna@example.org")
    home = anna.get("/").text
    assert "data-composer" not in home
    assert "/compose" in home
    reply = anna.post("/posts", {"form_key": anna.key(), "text": "I may not"})
    assert reply.status == 403
    assert "I may not" in reply.text


def test_beats_are_taken(bakery: Site, jana: Browser):
    assert 'data-activity="read"' in jana.get("/").text
    assert 'data-activity="write"' in jana.get("/compose").text
    me = bakery.db.read_now(people_queries.person_by_email, "jana@bakery.example")
    bakery.db.write_now(effort.measure, me.id, on=True, now=now_ms())
    beat = {"form_key": jana.key(), "activity": "write", "tab": "0123456789abcdef", "quiet": "1200"}
    assert jana.post("/beat", beat).status == 204
    assert jana.post("/beat", beat | {"activity": "sleep"}, x_linnet_part="beat").status == 422
    assert bakery.browser().post("/beat", beat, x_linnet_part="beat").status == 401
    assert bakery.db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM beat WHERE activity = 'write'")) == 1


def test_search(jana: Browser, bakery: Site):
    write(jana, "Pumpkin seed rolls until November #autumn")
    found = bakery.browser().get("/search?q=pumpkin")
    assert "seed rolls" in found.text
    assert found.header("x-robots-tag") == "noindex"
    assert "/tags/autumn" in bakery.browser().get("/search?q=%23autu").text
    assert "@tom" in bakery.browser().get("/search?q=tom").text
    for odd in ('"', "AND OR NOT", "x" * 5000, "'; DROP TABLE post; --", "*", "\x00"):
        assert bakery.browser().get(f"/search?q={__import__('urllib.parse').parse.quote(odd)}").status == 200
    assert "Whom are you looking for?" in bakery.browser().get("/search").text


def test_older_pages(bakery: Site, jana: Browser):
    for n in range(22):
        write(jana, f"Loaf number {n}")
    first = bakery.browser()
    page = first.get("/@bakery").text
    older = re.search(r'class="button" href="([^"]+)" rel="next"', page)
    assert "Loaf number 21" in page
    assert older
    assert "Loaf number 1<" in first.get(older[1].replace("&amp;", "&")).text
    piece = first.get(older[1].replace("&amp;", "&"), **{"x-linnet-part": "1"}).text
    assert piece.lstrip().startswith("<li>")
    assert "<html" not in piece
    assert first.get("/@bakery?max_id=x").status == 422
    back = jana.get(re.search(r'href="(/\?max_id=[^"]+)"', jana.get("/").text)[1]).text
    assert "min_id=" in back


@pytest.mark.parametrize("of", ["/@bakery", "/tags/feedtest"])
def test_feeds(bakery: Site, jana: Browser, of: str):
    write(jana, "In the feed & <valid> #feedtest")
    write(jana, "@tom an answer to somebody is none of the firm's news")
    page = bakery.browser().get(of).text
    assert 'type="application/atom+xml" title=' in page
    assert f'href="{of}.atom"' in page
    atom = bakery.browser().get(f"{of}.atom")
    root = ET.fromstring(atom.body)
    space = {"a": "http://www.w3.org/2005/Atom"}
    assert atom.header("content-type").startswith("application/atom+xml")
    contents = [entry.text for entry in root.findall("a:entry/a:content", space)]
    assert any("In the feed &amp; &lt;valid&gt;" in text for text in contents)
    assert all(
        entry.find("a:id", space).text.startswith("http://linnet.example:8080/@")
        for entry in root.findall("a:entry", space)
    )
    feed = json.loads(bakery.browser().get(f"{of}.json").text)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert any(item["content_text"].startswith("In the feed & <valid>") for item in feed["items"])
    assert bakery.browser().get("/@nobody.atom").status == 404


def test_profile_tabs_pins_and_lines(jana: Browser, bakery: Site):
    id = write(jana, "On top of everything")
    pinned = jana.post(f"/posts/{id}/pin", {"form_key": jana.key(), "back": "/@bakery"})
    assert "Pinned" in pinned.text
    assert pinned.text.count("On top of everything</p>") == 1
    assert bakery.browser().get("/@bakery/media").status == 200
    assert bakery.browser().get("/@BAKERY").status == 200
    assert bakery.browser().get("/@nobody").status == 404
    jana.post(f"/posts/{id}/unpin", {"form_key": jana.key()})


def test_what_is_new_comes_without_being_asked(bakery: Site, jana: Browser):
    page = bakery.browser()
    assert page.get("/live").url.startswith("/login")
    newest = write(jana, "A moment ago")
    write(jana, "Just now")
    piece = jana.get(f"/?min_id={newest}", **{"x-linnet-part": "1"}).text
    assert piece.count("<article") == 1
    assert "Just now" in piece


def test_the_live_line(bakery: Site, jana: Browser):
    me = bakery.db.read_now(people_queries.person_by_email, "jana@bakery.example")
    account = bakery.db.read_now(people_queries.by_handle, "bakery")

    async def watch() -> list[str]:
        bakery.hub.start()
        letters: asyncio.Queue[str] = asyncio.Queue()

        async def send(message: dict) -> None:
            await letters.put(message.get("body", b"").decode())

        line = asyncio.create_task(listen(bakery.app, jana.cookies["sid"], send))
        assert (await letters.get()) == ""
        heard = [await letters.get()]
        author, new = Author(account.id, me.id), NewPost("Live", visibility="followers")
        id = await bakery.db.write(posts.publish, author, new, bakery.house.terms, id=new_id(), now=now_ms())
        heard.append(await letters.get())
        await bakery.db.write(people.change_password, me.id, "$argon2id$other")
        heard.append(await letters.get())
        await line
        bakery.hub.stop()
        return [letter.replace(str(id), "ID") for letter in heard]

    heard = bakery.runner.run(within(PATIENCE, watch()))
    assert heard == [
        "retry: 5000\n\n",
        f"event: post\nid: ID\ndata: {account.id}\n\n",
        "event: over\ndata: .\n\n",
    ]


async def listen(app, cookie: str, send, query: bytes = b"") -> None:
    """One open page: it never hangs up by itself."""
    headers = [(b"host", b"linnet.example:8080"), (b"cookie", f"sid={cookie}".encode())]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
    }
    scope |= {"path": "/live", "raw_path": b"/live", "query_string": query, "headers": headers}

    async def receive() -> dict:
        await asyncio.Event().wait()
        return {}

    await app(scope | {"client": ("192.0.2.1", 1), "server": ("linnet.example", 8080)}, receive, send)


def test_queries_of_a_page_do_not_grow(
    bakery: Site, jana: Browser, tom: Browser, monkeypatch: pytest.MonkeyPatch
):
    for n in range(5):
        write(jana, f"Count {n}")
    seen: list[str] = []
    plain = SqliteTx._fetch

    def counting(self, sql, parameters):
        seen.append(sql)
        return plain(self, sql, parameters)

    monkeypatch.setattr(SqliteTx, "_fetch", counting)
    counts = {}
    for who, path in (
        (bakery.browser(), "/@bakery"),
        (bakery.browser(), "/"),
        (jana, "/"),
        (jana, "/@tom"),
        (jana, "/notifications"),
    ):
        seen.clear()
        assert who.get(path).status == 200
        counts["me" if who is jana else "anybody", path] = len(seen)
    assert counts["anybody", "/"] <= 6
    assert counts["me", "/"] <= 10  # four say who is here, one what is left of the first fortnight
    assert counts["anybody", "/@bakery"] <= 8  # two lists: pinned and newest
    assert counts["me", "/@tom"] <= 13
    assert counts["me", "/notifications"] <= 10


def test_settings(bakery: Site, jana: Browser):
    jana.get("/settings")
    assert jana.page.status == 200
    jana.submit("/settings/profile", name="Corner Bakery", bio="x" * 501, files={})
    assert jana.page.status == 422
    assert 'id="wrong-bio"' in jana.page.text
    assert "x" * 501 in jana.page.text
    jana.get("/settings")
    jana.submit("/settings/profile", bio="Rye since 1931", files={"avatar": ("a.png", picture())})
    assert "The profile is saved." in jana.page.text
    assert "Rye since 1931" in bakery.browser().get("/@bakery").text
    assert "does not tell" not in bakery.browser().get("/@bakery/followers").text
    jana.get("/settings")
    assert '<option value="organization" selected>' in jana.page.text
    jana.submit("/settings/profile", hides_network="1", kind="person")
    assert bakery.db.read_now(people_queries.by_handle, "bakery").kind == "person"
    jana.get("/settings")
    assert jana.submit("/settings/profile", kind="group").status == 422
    assert "does not tell who follows whom" in bakery.browser().get("/@bakery/followers").text
    assert "does not tell" not in jana.get("/@bakery/followers").text
    jana.get("/settings")
    jana.submit("/settings/firm", hourly_cost="lots", files={})
    assert 'id="wrong-hourly_cost"' in jana.page.text
    assert 'value="lots"' in jana.page.text
    jana.get("/settings")
    jana.submit("/settings/firm", hourly_cost="45", own_accent="1", accent="#ffee00", files={})
    assert "accent.css?c=ffee00" in jana.page.text
    jana.submit("/settings/people", email="new@bakery.example", name="New", password="short", role="editor")
    assert jana.page.status == 422
    assert 'id="wrong-password"' in jana.page.text
    jana.get("/settings")
    jana.submit(
        "/settings/people",
        email="new@bakery.example",
        name="New",
        password="a fresh cup of tea",
        role="editor",
    )
    assert "They are a member now." in jana.page.text
    assert "new@bakery.example" in jana.page.text
    person = re.search(r'action="/settings/people/(\d+)"(?:(?!</li>).)*leave', jana.page.text, re.DOTALL)
    assert person
    jana.submit(f"/settings/people/{person[1]}", role="reader")
    assert "The role is changed." in jana.page.text
    jana.submit(f"/settings/people/{person[1]}", leave="1")
    assert "no member any more" in jana.page.text
    jana.submit("/settings/password", old_password="wrong one", password="another good one")
    assert 'id="wrong-old_password"' in jana.page.text
    tom = bakery.logged_in("tom@example.org")
    assert tom.post("/settings/firm", {"form_key": tom.get("/") and tom.key()}, files={}).status == 403


def test_a_colleague_speaks_as_another_account(bakery: Site, jana: Browser):
    tom_account = bakery.db.read_now(people_queries.by_handle, "tom")
    key = jana.get("/") and jana.key()
    assert jana.post("/switch", {"form_key": key, "account_id": str(tom_account.id)}).status == 403
    me = bakery.db.read_now(people_queries.person_by_email, "jana@bakery.example")
    bakery.db.write_now(people.join, me.id, tom_account.id, "editor", now_ms())
    jana.get("/")
    assert f'data-me="{tom_account.id}"' in jana.submit("/switch").text


def test_the_consent_page(tmp_path: Path):
    from linnet.social.apps import actions as apps
    from linnet.social.apps.rules import NewApp

    with site(tmp_path) as made:
        made.set_up()
        app = made.db.write_now(
            apps.register_app,
            NewApp("Elk <b>", "https://elk.example/back\nurn:ietf:wg:oauth:2.0:oob", "read write"),
            now_ms(),
        ).app
        query = f"response_type=code&client_id={app.client_id}&scope=read&state=a%26b&redirect_uri="
        there, oob = "https%3A%2F%2Felk.example%2Fback", "urn%3Aietf%3Awg%3Aoauth%3A2.0%3Aoob"
        jana = made.browser()
        assert jana.get(f"/oauth/authorize?{query}{there}").url.startswith("/login?next=/oauth/authorize%3F")
        asked = jana.submit("/login", email="jana@bakery.example", password="rye and spelt at four")
        assert "Elk &lt;b&gt;" in asked.text
        assert asked.url.startswith("/oauth/authorize?")
        assert "form-action 'self' https://elk.example;" in asked.header("content-security-policy")
        yes = jana.submit("/oauth/authorize", answer="yes")
        where = yes.header("location")
        assert yes.status == 302
        assert where.startswith("https://elk.example/back?code=lnc_")
        assert where.endswith("&state=a%26b")
        assert yes.header("referrer-policy") == "no-referrer"
        jana.get(f"/oauth/authorize?{query}{there}")
        no = jana.submit("/oauth/authorize", answer="no")
        assert "error=access_denied" in no.header("location")
        jana.get(f"/oauth/authorize?{query}{oob}")
        assert re.search(r"lnc_[\w-]{40,}", jana.submit("/oauth/authorize", answer="yes").text)
        for bad in (
            f"{query}https%3A%2F%2Fevil.example",
            query.replace("code", "token", 1) + there,
            query + oob + "&code_challenge=x&code_challenge_method=plain",
        ):
            refused = jana.get(f"/oauth/authorize?{bad}")
            assert refused.status == 422
            assert not refused.header("location")


def test_a_quote_is_written_seen_and_taken_out(jana: Browser, tom: Browser, bakery: Site):
    id = write(jana, "Plum cake <today>")
    page = tom.get(f"/@bakery/{id}")
    assert f'href="/compose?quote={id}"' in page.text
    written = tom.get(f"/compose?quote={id}")
    assert f'name="quote" value="{id}"' in written.text
    assert "Plum cake &lt;today&gt;" in written.text
    assert tom.submit("/posts", text="", quote=str(id)).status == 422
    assert f'name="quote" value="{id}"' in tom.page.text  # nothing is lost
    tom.get(f"/compose?quote={id}")
    tom.submit("/posts", text="Go there")
    home = tom.get("/")
    quoting = re.search(r'data-id="(\d+)"(?:(?!data-id).)*Go there', home.text, re.DOTALL)
    assert quoting
    shown = bakery.browser().get(f"/@tom/{quoting[1]}").text
    assert re.search(rf'quoted-post" href="/@bakery/{id}".*?Plum cake &lt;today&gt;', shown, re.DOTALL)
    assert "quoted your post" in jana.get("/notifications").text
    jana.get(f"/@tom/{quoting[1]}")
    jana.submit(f"/@tom/{quoting[1]}", to=f"/posts/{quoting[1]}/unquote")
    assert "Plum cake" not in bakery.browser().get(f"/@tom/{quoting[1]}").text
    assert "Quotes a post that is not shown here." in bakery.browser().get(f"/@tom/{quoting[1]}").text
    tom.get(f"/@tom/{quoting[1]}")
    assert "Take my post out" not in tom.page.text


def test_who_may_quote_is_set_for_the_account(jana: Browser, tom: Browser):
    jana.get("/settings")
    jana.submit("/settings/profile", default_quotes="nobody")
    id = write(jana, "Not to be quoted")
    assert f"/compose?quote={id}" not in tom.get(f"/@bakery/{id}").text
    jana.get("/settings")
    jana.submit("/settings/profile", default_quotes="public")
