"""News from the first look to the list of ideas, on both engines, with an invented internet."""

import asyncio
import contextlib
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from linnet.desk.feeds import actions, errands, opml, queries
from linnet.desk.feeds.actions import FetchFeed
from linnet.desk.feeds.rules import FeedAdded, FeedDied, FeedRemoved, StoriesFound
from linnet.desk.ideas import actions as ideas
from linnet.desk.ideas import page
from linnet.desk.ideas import queries as ideas_queries
from linnet.jobs.rows import Waiting
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND, iso
from linnet.kernel.errors import Invalid, NotFound, TooMany, Upstream
from linnet.kernel.ids import new_id
from linnet.kernel.settings import load
from linnet.kernel.value import changed
from linnet.net.client import USUAL, Answer, Client
from tests import cast

FIXTURES = Path(__file__).parent.parent / "fixtures" / "feeds"
JOBS = "SELECT id, lane, kind, run_at, tries, error FROM job WHERE key LIKE 'feed:%' ORDER BY id"


class Internet:
    """A Fetcher over a dict: address -> Answer, bytes, an error, or a function of the headers."""

    def __init__(self, **pages) -> None:
        self.pages: dict[str, object] = dict(pages)
        self.asked: list[tuple[str, dict]] = []

    async def get(self, url, *, headers=None, policy=USUAL):
        self.asked.append((url, dict(headers or {})))
        found = self.pages.get(url, Answer(404, url, {}, b""))
        if isinstance(found, Callable):
            found = found(headers)
        if isinstance(found, Exception):
            raise found
        return Answer(200, url, {}, found) if isinstance(found, bytes) else found


def atom(*entries, title="News"):
    body = "".join(
        f"<entry><id>{guid}</id><title>{words}</title><link href='{url}'/><summary>{summary}</summary>"
        f"<updated>{iso(at)}</updated></entry>"
        for guid, words, url, summary, at in entries
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>{title}</title>{body}</feed>".encode()


@pytest.fixture
def clock(monkeypatch, now):
    """The errands' clock: one may set it."""
    clock = [now]
    monkeypatch.setattr(errands, "now_ms", lambda: clock[0])
    return clock


def added(db, address, now):
    return db.write_now(actions.add, address, id=new_id(), now=now).id


def look(db, internet, feed_id):
    asyncio.run(errands.fetch_feed(db, internet, FetchFeed(feed_id)))
    return db.read_now(queries.feed, feed_id)


def waiting(db):
    return db.read_now(lambda tx: tx.all(Waiting, JOBS))


def test_adding_removing_and_lists(db, now):
    def add(tx, address, **more):
        feed = actions.add(tx, address, id=new_id(), now=now, **more)
        return feed, [e for e in tx.events if isinstance(e, FeedAdded)]

    feed, events = db.write_now(add, "bakery.example/feed", title="Bakery", site="bakery.example/")
    assert events == [FeedAdded(feed.id)]
    assert (feed.address, feed.state, feed.site) == ("https://bakery.example/feed", "new", "")
    (job,) = waiting(db)
    assert (job.kind, job.lane, job.run_at) == ("FetchFeed", "fetch", now)
    again, events = db.write_now(add, "http://www.bakery.example/feed/")
    assert (again.id, events) == (feed.id, [])
    with pytest.raises(Invalid):
        db.write_now(add, "file:///etc/passwd")

    outlines = opml.read((FIXTURES / "list.opml").read_bytes())
    result = db.write_now(actions.add_all, outlines, now=now)
    assert (result.new, result.known) == (2, 0)
    assert result.refused == (
        ("file:///etc/passwd", "Address is not an address like https://example.org/feed"),
    )
    assert [job.run_at for job in waiting(db)] == [now, now, now + SECOND]
    result = db.write_now(actions.add_all, outlines, now=now)
    assert (result.new, result.known) == (0, 2)
    written = opml.write("Ours", db.read_now(queries.outlines))
    assert [o.address for o in opml.read(written.encode())] == [
        "https://www.other.example/feed/",
        "https://bakery.example/feed",
        "https://grain.example/feed?a=1&b=2",
    ]

    def remove(tx):
        actions.remove(tx, feed.id)
        return tx.events

    assert db.write_now(remove) == [FeedRemoved(feed.id)]
    assert len(waiting(db)) == 2
    with pytest.raises(NotFound):
        db.write_now(actions.remove, feed.id)
    with pytest.raises(NotFound):
        db.write_now(actions.look_now, feed.id, now)


def test_a_look_keeps_stories_once_and_spares_both_sides(db, now, clock):
    internet = Internet()
    at = "https://bakery.example/feed"
    one = ("g1", "Stone mill opens", "https://bakery.example/1?utm_source=rss", "words", now - 5 * HOUR)
    two = ("g2", "Rye is back", "/2", "", now - HOUR)
    feed_id = added(db, at, now)
    internet.pages[at] = Answer(
        200, at, {"etag": '"1"', "last-modified": "yes", "cache-control": "max-age=7200"}, atom(two, one)
    )
    feed = look(db, internet, feed_id)
    assert (feed.state, feed.title, feed.format, feed.problem) == ("live", "News", "Atom 1.0", "")
    assert (feed.fetched_at, feed.good_at) == (now, now)
    assert now + 2 * HOUR <= feed.next_at <= now + 3 * HOUR, "max-age is honoured"
    assert [job.run_at for job in waiting(db)] == [feed.next_at]
    stories = db.read_now(queries.of_feed, feed_id)
    assert [(s.title, s.url, s.published_at, s.dated) for s in stories] == [
        ("Rye is back", "https://bakery.example/2", now - HOUR, True),
        ("Stone mill opens", "https://bakery.example/1", now - 5 * HOUR, True),
    ]

    clock[0] += HOUR
    internet.pages[at] = lambda headers: Answer(
        304 if headers == {"if-none-match": '"1"', "if-modified-since": "yes"} else 500, at, {}, b""
    )
    feed = look(db, internet, feed_id)
    assert (feed.state, feed.good_at) == ("live", now + HOUR)

    # the first story is corrected, and comes again under another name; a third is not dated
    third = ("g3", "Undated", "https://bakery.example/3", "", now + 30 * DAY)
    corrected = ("g1", "Stone mill opens on Monday", "https://bakery.example/1", "words", now)
    renamed = ("g1b", "Stone mill opens!", "http://www.bakery.example/1/?ref=x", "words", now)
    internet.pages[at] = atom(corrected, renamed, third, two)
    for _ in range(2):  # the same body again is not even read
        feed = look(db, internet, feed_id)
    stories = {s.title: s for s in db.read_now(queries.of_feed, feed_id)}
    assert set(stories) == {"Rye is back", "Stone mill opens on Monday", "Undated"}
    assert (stories["Undated"].dated, stories["Undated"].published_at) == (False, clock[0])
    assert stories["Stone mill opens on Monday"].published_at == now - 5 * HOUR
    assert feed.etag == ""


def test_failures_wait_longer_and_end(db, now, clock):
    at = "https://flaky.example/feed"
    feed_id = added(db, at, now)
    internet = Internet(**{at: atom(("a", "A story", "https://flaky.example/a", "", now))})
    look(db, internet, feed_id)
    outcomes = [
        (Upstream("flaky.example cannot be reached."), "flaky.example cannot be reached."),
        (Invalid("url", "is not on the public internet"), "Url is not on the public internet"),
        (Answer(503, at, {"retry-after": "172800"}, b""), "The server is out of service (503)."),
        (Answer(200, at, {}, b"<html>"), "What is there is a web page, not a feed."),
    ]
    waits = []
    for answer, problem in outcomes:
        internet.pages[at] = answer
        feed = look(db, internet, feed_id)
        assert (feed.state, feed.problem, feed.good_at) == ("failing", problem, now)
        waits.append(feed.next_at - clock[0])
        clock[0] += HOUR
    assert waits[0] < waits[1] < waits[2]
    assert waits[2] >= 2 * DAY, "Retry-After"
    assert feed.failing_since == now

    clock[0] = now + 14 * DAY
    internet.pages[at] = Answer(404, at, {}, b"")
    feed = [look(db, internet, feed_id) for _ in range(4)][-1]
    assert (feed.state, feed.problem) == ("dead", "The server knows no such address (404).")
    assert (feed.good_at, feed.next_at) == (now, None)
    assert waiting(db) == []
    (source,) = db.read_now(queries.sources, clock[0])
    assert (source.state, source.good_at, source.failing_since, source.name) == ("dead", now, now, "News")
    asked = len(internet.asked)
    look(db, internet, feed_id)
    assert len(internet.asked) == asked, "the dead are left alone"

    with pytest.raises(TooMany):
        db.write_now(actions.look_now, feed_id, clock[0] + MINUTE)
    feed = db.write_now(actions.look_now, feed_id, clock[0] + HOUR)
    assert (feed.state, feed.failures) == ("failing", 0)
    internet.pages[at] = atom(("a", "A story", "https://flaky.example/a", "", now))
    assert look(db, internet, feed_id).state == "live"
    assert len(waiting(db)) == 1


def test_gone_moved_and_merged(db, now, clock):
    old, new, other = (f"https://{name}.example/feed" for name in ("old", "new", "other"))
    body = atom(("a", "A story", "https://new.example/a", "", now))
    internet = Internet(
        **{old: Answer(200, new, {}, body, moved=new), new: body, other: Answer(410, other, {}, b"")}
    )
    old_id, other_id = added(db, old, now), added(db, other, now)
    assert look(db, internet, old_id).address == new
    look(db, internet, old_id)
    assert [url for url, _ in internet.asked] == [old, new]

    def gone(tx):
        actions.die(tx, other_id, "gone", now)
        return tx.events

    assert db.write_now(gone) == [FeedDied(other_id, "gone")]
    db.write_now(actions.look_now, other_id, now + HOUR)
    assert look(db, internet, other_id).problem == "The server says that the feed is gone for good (410)."

    third = added(db, "https://third.example/feed", now)
    internet.pages["https://third.example/feed"] = Answer(200, new, {}, body, moved=new)
    feed = look(db, internet, third)
    assert (feed.state, feed.address) == ("dead", "https://third.example/feed")
    assert feed.problem == "It moved to the address of another source in your list."

    assert db.write_now(actions.replan, now + 5 * DAY) == 1
    db.write_now(actions.remove, old_id)
    for late in (
        lambda tx: actions.failed(tx, old_id, "x", now=now),
        lambda tx: actions.unchanged(tx, old_id, pause=0, now=now),
        lambda tx: actions.die(tx, old_id, "x", now),
    ):
        db.write_now(late)  # removed meanwhile: nothing happens
    assert waiting(db) == []


def test_stories_fold_over_sources_and_old_ones_go(db, now, clock, monkeypatch):
    a, b = "https://a.example/feed", "https://b.example/feed"
    internet = Internet(
        **{
            a: atom(
                ("1", "Stone mill in the valley closes after years", "https://paper.example/mill?utm_medium=a", "", now - HOUR),
                ("2", "Only here", "https://a.example/only", "", now - HOUR),
                title="A",
            ),
            b: atom(
                ("x", "Mill closes", "https://amp.paper.example/mill/amp", "", now - HOUR),
                ("y", "After years valley stone mill closes doors", "https://b.example/own", "", now),
                ("z", "Bread of the year", "https://b.example/z", "", now),
                title="B",
            ),
        }
    )  # fmt: skip
    a_id, b_id = added(db, a, now), added(db, b, now)
    look(db, internet, a_id)
    found = []
    emit = type(db.read_now(lambda tx: tx)).emit
    monkeypatch.setattr("linnet.db.tx.Tx.emit", lambda tx, event: (found.append(event), emit(tx, event))[1])
    look(db, internet, b_id)
    assert StoriesFound(b_id, 1) in found
    carried = db.read_now(queries.carried, b_id, ["x", "y", "z"])
    mill = carried["x"].entry_id
    assert carried["y"].entry_id == mill
    assert (carried["x"].why, carried["z"].why) == ("same address", "first")
    assert carried["y"].why == "alike: 5 of 6 words of the titles"
    assert [s.name for s in db.read_now(ideas_queries.sources, [mill]) if s.feed_id != b_id] == ["A"]
    assert db.read_now(queries.entry, mill).url == "https://paper.example/mill"

    account = db.write_now(cast.account, "bakery")
    only = db.read_now(queries.carried, a_id, ["2"])["2"].entry_id
    db.write_now(ideas.save, account.id, only, person_id=None, now=now)
    db.write_now(actions.remove, a_id)
    assert db.read_now(queries.entry, only), "somebody saved it"
    assert db.read_now(queries.entry, mill), "another source has it"
    clock[0] = now + 181 * DAY
    internet.pages[b] = atom(("w", "New", "https://b.example/w", "", clock[0]))
    look(db, internet, b_id)
    assert db.read_now(queries.entry, mill) is None
    assert [s.title for s in db.read_now(queries.of_feed, b_id)] == ["New"]
    db.write_now(ideas.dismiss, account.id, db.read_now(queries.of_feed, b_id)[0].id, person_id=None, now=now)
    db.write_now(actions.remove, b_id)
    assert db.write_now(ideas.forget_gone, now) == 1
    assert [s.title for s in db.read_now(ideas_queries.saved, account.id)] == ["Only here"]


def test_ideas_from_look_to_share(db, now, clock):
    at = "https://grain.example/feed"
    rows = [(f"g{n}", f"{title} today", f"https://grain.example/{n}", "", now - n * HOUR) for n, title in enumerate(
        ["Football results", "Sourdough for beginners", "Rye harvest begins", "Weather report", "Traffic jam"])]  # fmt: skip
    internet = Internet(**{at: atom(*rows, title="Grain")})
    feed_id = added(db, at, now)
    look(db, internet, feed_id)
    us, colleague = db.write_now(lambda tx: (cast.account(tx, "bakery"), cast.account(tx, "ann")))
    ids = {s.title: s.id for s in db.read_now(queries.of_feed, feed_id)}

    def listed(account=us):
        return db.read_now(page.worth_sharing, account.id, ["sourdough", "rye"], now)

    first = listed()
    assert len(first) == 5
    assert {first[0].title, first[1].title} == {"Sourdough for beginners today", "Rye harvest begins today"}
    assert "matches your words: sourdough" in next(i for i in first if "Sour" in i.title).reasons
    assert all(source.name == "Grain" for idea in first for source in idea.sources)
    for _ in range(2):
        db.write_now(ideas.note_shown, us.id, [i.entry_id for i in first], now)

    sour, rye = ids["Sourdough for beginners today"], ids["Rye harvest begins today"]
    assert db.write_now(ideas.mark_shared, us.id, sour, person_id=7, draft_id=5, now=now) is True
    assert db.write_now(ideas.mark_shared, us.id, sour, post_id=6, now=now + 1) is True
    decision = db.read_now(ideas_queries.decision, us.id, sour)
    assert (decision.verdict, decision.person_id, decision.draft_id, decision.post_id) == ("shared", 7, 5, 6)
    assert db.write_now(ideas.take_back, us.id, sour) is False, "it is out"
    assert db.write_now(ideas.mark_shared, us.id, 12345, draft_id=1, now=now) is False
    db.write_now(
        ideas.dismiss, us.id, ids["Football results today"], person_id=7, reason="off_topic", now=now
    )
    db.write_now(ideas.save, us.id, ids["Weather report today"], person_id=7, now=now)
    assert [i.title for i in listed()] == ["Rye harvest begins today", "Traffic jam today"]
    assert sour not in {i.entry_id for i in listed(colleague)}, (
        "what one of us shared, nobody is offered again"
    )
    assert len(listed(colleague)) == 4
    (record,) = db.read_now(ideas_queries.records, us.id, [feed_id])
    assert (record.shown, record.used) == (5, 2)
    assert {s.kind for s in db.read_now(ideas_queries.signs, us.id, now)} == {"shared", "saved", "off_topic"}
    assert [p.title for p in db.read_now(ideas_queries.lately, us.id, now)] == [
        "Sourdough for beginners today"
    ]
    (source,) = db.read_now(queries.sources, now)
    assert (source.lately, source.used) == (5, 1)

    post = """INSERT INTO post (id, account_id, text, visibility, root_id, created_at)
        VALUES (:id, :account_id, :text, 'public', :id, 1)"""
    text = "Look: https://www.grain.example/2?ln=Ab12345 (by hand)"
    db.write_now(lambda tx: tx.run(post, id=(now - HOUR) << 16, account_id=us.id, text=text))
    assert rye not in {i.entry_id for i in listed()}
    assert db.write_now(ideas.take_back, us.id, ids["Weather report today"]) is True
    assert "Weather report today" in {i.title for i in listed()}
    with pytest.raises(NotFound):
        db.write_now(ideas.save, us.id, 99, person_id=None, now=now)
    with pytest.raises(Invalid):
        db.write_now(ideas.dismiss, us.id, rye, person_id=None, reason="because", now=now)


def test_finding_feeds():
    page_at, feed_at = "https://bakery.example/", "https://bakery.example/blog/feed.atom"
    body = atom(("a", "A", "https://bakery.example/a", "", 1_700_000_000_000))

    def find(internet, text):
        return [(f.address, f.title) for f in asyncio.run(errands.find_feeds(internet, text))]

    html = (FIXTURES / "page.html").read_bytes()
    assert find(Internet(**{feed_at: body}), feed_at) == [(feed_at, "News")]
    named = [(feed_at, "Posts & more"), ("https://cdn.example/feed.json", "")]
    assert find(Internet(**{page_at: html}), "bakery.example") == named
    bare = {page_at: b"<html><body>hello</body></html>", page_at + "feed": Upstream("no")}
    assert find(Internet(**bare, **{page_at + "rss.xml": body}), page_at) == [(page_at + "rss.xml", "News")]
    assert find(Internet(**bare), page_at) == []
    only_http = {page_at: Upstream("no"), page_at.replace("s:", ":"): html}
    assert find(Internet(**only_http), "bakery.example") == named
    for text in (page_at, "https://nowhere.example/x"):
        with pytest.raises(Upstream):
            find(Internet(**{page_at: Upstream("no")}), text)
    with pytest.raises(Invalid):
        find(Internet(), "no address")


class Press:
    """A real server on loopback: a feed that moved, one with validators, one that never ends."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []

    async def serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        path = head.split()[1]
        if path == b"/old":
            writer.write(b"HTTP/1.1 301 Moved\r\nLocation: /feed\r\nContent-Length: 0\r\n\r\n")
        elif path == b"/endless":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<rss version='2.0'><channel>")
            writer.write(
                b"<item><title>First</title><link>https://e.example/1</link></item><item><description>"
            )
            with contextlib.suppress(ConnectionError):
                while True:
                    writer.write(b"and on " * 10_000)
                    await writer.drain()
        elif b'if-none-match: "7"' in head.lower():
            writer.write(b"HTTP/1.1 304 Not Modified\r\n\r\n")
        else:
            body = gzip.compress(atom(("a", "Packed", "https://e.example/a", "", 1_700_000_000_000)))
            size = str(len(body)).encode()
            writer.write(b'HTTP/1.1 200 OK\r\nETag: "7"\r\nContent-Encoding: gzip\r\nContent-Length: ' + size)
            writer.write(b"\r\n\r\n" + body)
        writer.close()


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_through_the_real_client(db, now):
    async def go():
        press = Press()
        server = await asyncio.start_server(press.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        base = f"http://127.0.0.1:{port}"
        settings = changed(load({}), allow_private=(f"127.0.0.1:{port}",), url="https://bakery.example")
        client = Client(settings)
        moved, endless = added(db, f"{base}/old", now), added(db, f"{base}/endless", now)
        forbidden = added(db, f"http://127.0.0.2:{port}/feed", now)
        for id in (moved, moved, endless, forbidden):
            await errands.fetch_feed(db, client, FetchFeed(id))
        await client.close()
        server.close()
        feed = db.read_now(queries.feed, moved)
        assert (feed.state, feed.address, feed.etag) == ("live", f"{base}/feed", '"7"')
        assert [head.split()[1] for head in press.asked] == [b"/old", b"/feed", b"/feed", b"/endless"]
        assert [s.title for s in db.read_now(queries.of_feed, moved)] == ["Packed"]
        assert [s.title for s in db.read_now(queries.of_feed, endless)] == ["First"]
        assert db.read_now(queries.feed, endless).state == "live"
        refused = db.read_now(queries.feed, forbidden)
        assert (refused.state, refused.good_at) == ("failing", None)

    asyncio.run(go())
