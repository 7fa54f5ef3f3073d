"""Sources, what is worth sharing, and the desk's front."""

import re
from collections.abc import Iterator
from html import unescape

import pytest

from linnet.db.tx import Tx
from linnet.desk.drafts import queries as drafts
from linnet.desk.feeds import actions as feeds
from linnet.desk.feeds import canonical, errands
from linnet.desk.feeds import queries as feed_queries
from linnet.desk.feeds.discovery import Found
from linnet.desk.feeds.rules import Document, Item, Parsed
from linnet.desk.ideas import queries as ideas
from linnet.kernel.clock import HOUR, now_ms
from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.ids import new_id
from linnet.site.desk_news import first_words
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.text.rules import measure
from tests import desk
from tests.doors.browser import Browser, Site, site


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("news")) as made:
        made.set_up()
        yield made


@pytest.fixture
def jana(here: Site) -> Browser:
    return here.logged_in("jana@bakery.example")


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def bakery(here: Site) -> Account:
    found = here.db.read_now(people.by_handle, "bakery")
    assert found
    return found


def source(here: Site, host: str, *titles: str) -> int:
    """A source that was read, with these stories, an hour old each."""
    now = now_ms()

    def act(tx: Tx) -> int:
        feed = feeds.add(tx, f"https://{host}/feed", id=new_id(), now=now)
        items = tuple(
            Item(
                f"g{n}",
                f"https://{host}/{n}",
                canonical.key(f"https://{host}/{n}"),
                title,
                f"About {title}",
                "",
                now - HOUR,
            )
            for n, title in enumerate(titles)
        )
        parsed = Parsed("atom", f"The {host}", f"https://{host}/", items)
        feeds.take_in(tx, feed.id, Document(parsed, "", "", "h"), pause=0, now=now)
        return feed.id

    return here.db.write_now(act)


def test_nothing_yet_says_what_would_be_here(jana: Browser) -> None:
    assert "Name five websites" in plain(jana.get("/worth-sharing").text)
    assert "five are enough to begin with" in plain(jana.get("/sources").text)
    assert "Nothing put aside" in plain(jana.get("/worth-sharing/later").text)
    said = plain(jana.get("/desk").text)
    assert "Nobody waits for an answer" in said
    assert "Nothing is set for the next two weeks" in said
    assert "That is all for today" in said


def test_a_source_by_address(here: Site, jana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[object] = []

    async def find(_client: object, _text: str) -> list[Found]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer  # type: ignore[return-value]

    monkeypatch.setattr(errands, "find_feeds", find)
    for answer, sentence in (
        ([], "has no feed that we could find"),
        (Upstream("mill.example took too long to answer."), "mill.example took too long to answer"),
        (Invalid("address", "is not an address"), "Address is not an address"),
    ):
        answers.append(answer)
        jana.get("/sources")
        jana.submit("/sources", address="mill <example>")
        assert jana.page.status == 422
        assert sentence in plain(jana.page.text)
        assert 'value="mill &lt;example&gt;"' in jana.page.text
    one = Found("https://mill.example/feed", "Mill", "rss")
    two = Found("https://mill.example/comments", "Comments <b>", "rss")
    answers.append([one, two])
    jana.submit("/sources", address="mill.example")
    assert "which one?" in jana.page.text
    jana.post("/sources", next(f.pairs for f in jana.forms() if ("known", "1") in f.pairs))
    added = here.db.read_now(feed_queries.feed_at, canonical.key(one.address))
    assert added
    assert "not read yet" in plain(jana.page.text)
    jana.submit(f"/sources/{added.id}/remove")
    assert here.db.read_now(feed_queries.feed, added.id) is None


def test_lists_of_sources(here: Site, jana: Browser) -> None:
    jana.get("/sources")
    opml = b'<opml version="2.0"><body><outline type="rss" text="A" xmlUrl="https://a.example/feed"/><outline type="rss" text="B" xmlUrl="ftp://b.example/"/></body></opml>'
    jana.submit("/sources/opml", files={"opml": ("list.opml", opml)})
    said = plain(jana.page.text)
    assert "1 source added" in said
    assert "1 was not taken" in said
    assert "ftp://b.example/" in said
    assert 'xmlUrl="https://a.example/feed"' in jana.get("/sources.opml").text
    jana.get("/sources")
    for file in (b"", b"not xml", b"<a" * 99):
        jana.submit("/sources/opml", files={"opml": ("x", file)})
        assert jana.page.status == 422
    jana.submit("/sources/opml")
    assert jana.page.status == 422
    added = here.db.read_now(feed_queries.feed_at, canonical.key("https://a.example/feed"))
    here.db.write_now(feeds.die, added.id, "It is gone for good", now_ms())
    jana.get("/sources")
    assert "dead It is gone for good" in plain(jana.page.text)
    jana.submit(f"/sources/{added.id}/look")
    assert jana.page.status in {200, 429}
    jana.get("/sources")
    jana.submit(f"/sources/{added.id}/remove")


def test_drafted_put_aside_and_turned_down(here: Site, jana: Browser) -> None:
    source(
        here,
        "mill.example",
        "Bread from old grain",
        "Sourdough bread <b>rising</b>",
        "Bread prices",
        "Bread ovens",
    )
    jana.get("/worth-sharing")
    said = plain(jana.page.text)
    assert "matches your words: bread" in said
    assert "Sourdough bread <b>rising</b>" in said
    shown = re.findall(r'action="/worth-sharing/(\d+)/draft"', jana.page.text)
    assert len(shown) == 4
    first, second, third, _ = shown

    jana.submit(f"/worth-sharing/{first}/draft")
    draft = here.db.read_now(drafts.drafts, bakery(here).id)[0]
    assert jana.page.url == f"/plan/{draft.id}"
    assert (draft.stage, draft.entry_id) == ("idea", int(first))
    assert "https://mill.example/" in draft.text
    decided = here.db.read_now(ideas.decision, bakery(here).id, int(first))
    assert decided
    assert (decided.verdict, decided.draft_id) == ("shared", draft.id)

    jana.get("/worth-sharing")
    assert f"/worth-sharing/{first}/draft" not in jana.page.text
    jana.submit(f"/worth-sharing/{second}/later")
    assert f"/worth-sharing/{second}/draft" not in jana.page.text
    jana.submit(f"/worth-sharing/{third}/dismiss")
    assert f"/worth-sharing/{third}/draft" not in jana.page.text
    turned = here.db.read_now(ideas.decision, bakery(here).id, int(third))
    assert turned
    assert (turned.verdict, turned.reason) == ("dismissed", "off_topic")

    jana.get("/worth-sharing/later")
    assert f"/worth-sharing/{second}/draft" in jana.page.text
    jana.submit(f"/worth-sharing/{second}/back")
    assert here.db.read_now(ideas.decision, bakery(here).id, int(second)) is None

    jana.get(f"/plan/{draft.id}/discard")  # a story whose draft is thrown away may come again
    jana.submit(f"/plan/{draft.id}/discard")
    assert here.db.read_now(ideas.decision, bakery(here).id, int(first)) is None
    key = jana.key()
    assert jana.post("/worth-sharing/12345/draft", {"form_key": key}).status == 404
    here.someone("reads", "reader")
    reads = here.logged_in("reads@example.org")
    for path in ("/worth-sharing", "/worth-sharing/later"):
        assert reads.get(path).status == 403
    assert reads.get("/sources").status == 200
    assert reads.post("/sources", {"form_key": reads.key(), "address": "x.example"}).status == 403
    assert reads.get("/desk").status == 200


@pytest.mark.parametrize("title", ["", "Rye", "word " * 60, "x" * 300, "🥨 " * 200])
def test_title_and_link_fit(title: str) -> None:
    text = first_words(title, "https://mill.example/a/very/long/path/that/counts/twenty-three", 140)
    assert measure(text) <= 140
    assert text.endswith("https://mill.example/a/very/long/path/that/counts/twenty-three")


def test_the_front_shows_who_waits_and_what_is_next(here: Site, jana: Browser) -> None:
    account = bakery(here)
    source(here, "mill.example", "Old grain", "Sourdough bread", "Bread prices", "Bread ovens")
    guest = here.someone("guest")
    asked = here.db.write_now(desk.post, guest.id, now_ms() - HOUR, mentions=(account.id,))
    jana.get("/desk")
    said = plain(jana.page.text)
    assert "1 person waits for an answer" in said
    assert "@guest" in said
    assert f'href="/compose?to={asked}"' in jana.page.text
    assert "That is all for today" not in said
    assert jana.page.text.count('class="story"') == 3
    jana.get("/plan/new")
    jana.submit("/plan/new", text="Goes out soon", do="slot")
    assert "Goes out soon" in plain(jana.get("/desk").text)
