"""Go links, the page snippet and its reports, as browsers and servers of the world ask for them."""

import asyncio
import http.server
import json
import re
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import sync_playwright

from linnet.desk.links import actions as links
from linnet.desk.links.actions import FetchPreview
from linnet.desk.links.errands import fetch_preview
from linnet.desk.visits import errands, figures, queries
from linnet.desk.visits.actions import ReplayVisits, RollSalts, overrule
from linnet.desk.visits.figures import VisitCounts
from linnet.door.heard import Heard, Overheard
from linnet.kernel.clock import DAY, now_ms
from linnet.kernel.errors import Invalid, Upstream
from linnet.net.client import Answer
from linnet.site import measure
from tests.asgi import ask
from tests.rules.test_visits import CHROME, PERSON

SITE = "INSERT INTO site (host, url, position) VALUES ('bakery.example', 'https://bakery.example', 1)"
MASTODON = {"user-agent": "Mastodon/4.3.0 (http.rb/5.2.0; +https://m.example/) Bot"}
OURS = {"user-agent": CHROME, "origin": "https://bakery.example", "content-type": "text/plain;charset=UTF-8"}
EVER = 1 << 62


@pytest.fixture
def house(db):
    db.write_now(lambda tx: tx.run(SITE))
    return SimpleNamespace(db=db, settings=SimpleNamespace(trusted_proxies=("127.0.0.1",)))


@pytest.fixture
def door(house):
    return measure.routes(house)


def go_link(db, target="https://news.example/a?b=1", **more):
    return db.write_now(
        links.make, target, kind="go", channel="fediverse", account_id=1, post_id=None, now=1, **more
    ).code


def counts(db):
    return db.read_now(figures.counts, 0, EVER)


def report(door, body, address="203.0.113.7", **headers):
    sent = {**OURS, **{name.replace("_", "-"): value for name, value in headers.items()}}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ask(door, "POST", "/ln", headers={k: v for k, v in sent.items() if v}, body=data, address=address)


def test_people_are_led_on_and_machines_are_shown_a_card(db, door):
    code = go_link(db)
    answer = ask(door, "GET", f"/go/{code}?u=https://evil.example", headers=PERSON)
    assert (answer.status, answer.headers["location"]) == (302, "https://news.example/a?b=1")
    assert "no-store" in answer.headers["cache-control"]
    assert "set-cookie" not in answer.headers
    plain = ask(door, "GET", f"/go/{code}", headers=MASTODON)
    assert plain.status == 200
    assert b"<title>news.example</title>" in plain.body

    page = b'<title>x</title><meta property="og:title" content="Fish &lt;&quot;"><meta property="og:image" content="/p.png">'

    class Web:
        async def get(self, url, **_):
            return Answer(200, url, {"content-type": "text/html"}, page)

    asyncio.run(fetch_preview(db, Web(), FetchPreview("https://news.example/a?b=1")))
    card = ask(door, "GET", f"/go/{code}", headers=MASTODON)
    assert b'<meta property="og:title" content="Fish &lt;&quot;">' in card.body
    assert b'<meta property="og:image" content="https://news.example/p.png">' in card.body
    assert b'<link rel="canonical" href="https://news.example/a?b=1">' in card.body

    head = ask(door, "HEAD", f"/go/{code}", headers=PERSON, address="203.0.113.8")
    assert (head.status, head.body) == (302, b"")
    ahead = ask(
        door, "GET", f"/go/{code}", headers={**PERSON, "sec-purpose": "prefetch"}, address="203.0.113.9"
    )
    assert ahead.status == 302
    assert counts(db) == VisitCounts(probable=1, machines=3, previews=1)


def test_a_server_that_we_exchange_posts_with_is_known_by_its_address(db, door):
    heard = Heard(db)
    for now in (now_ms() - 2 * DAY, now_ms()):  # the second time it is a new day for it
        asyncio.run(heard("198.51.100.7", now))
    asyncio.run(heard("198.51.100.9", now_ms() - DAY - 1))
    code, quiet = go_link(db), {"user-agent": CHROME, "accept-language": "de"}
    assert ask(door, "GET", f"/go/{code}", headers=quiet, address="198.51.100.7").status == 200
    assert ask(door, "GET", f"/go/{code}", headers=quiet, address="198.51.100.8").status == 302
    assert ask(door, "GET", f"/go/{code}", headers=PERSON, address="198.51.100.7").status == 302  # at home
    assert ask(door, "GET", f"/go/{code}", headers=quiet, address="198.51.100.9").status == 302  # long ago
    assert counts(db) == VisitCounts(probable=1, unsure=2)


def test_where_our_letters_go_is_a_server_too(db, door):
    async def names(host, _port):
        return ["198.51.100.20", "2001:db8::20"] if host == "far.example" else ["198.51.100.21"]

    async def deliver():
        beside = Overheard(names, Heard(db))
        assert await beside("far.example", 443) == ["198.51.100.20", "2001:db8::20"]
        while beside._telling:
            await asyncio.gather(*beside._telling)

    asyncio.run(deliver())
    code, quiet = go_link(db), {"user-agent": CHROME, "accept-language": "de"}
    assert ask(door, "GET", f"/go/{code}", headers=quiet, address="198.51.100.20").status == 200
    assert ask(door, "GET", f"/go/{code}", headers=quiet, address="2001:db8::99").status == 200  # its /64
    assert ask(door, "GET", f"/go/{code}", headers=quiet, address="198.51.100.21").status == 302
    assert counts(db) == VisitCounts(unsure=1, machines=2, previews=2)


def test_codes_that_lead_nowhere(db, door):
    for path in ("/go/1111111", "/go/x", "/go/..%2f", "/go/Ab3xK7q?u=https://evil.example"):
        answer = ask(door, "GET", path, headers=PERSON)
        assert answer.status == 404
        assert "location" not in answer.headers
    site = db.write_now(
        links.make, "https://bakery.example/", kind="site", channel="qr", account_id=1, post_id=None, now=1
    ).code
    assert ask(door, "GET", f"/go/{site}", headers=PERSON).status == 404
    stopped = go_link(db)
    db.write_now(links.stop, stopped, now=2)
    assert ask(door, "GET", f"/go/{stopped}", headers=PERSON).status == 410
    assert counts(db) == VisitCounts()


def test_more_than_sixty_clicks_a_minute_are_led_on_and_not_written(db, door, monkeypatch):
    code, now = go_link(db), now_ms()
    monkeypatch.setattr(measure, "now_ms", lambda: now)  # on a slow machine a second lets another one in
    asked = {**PERSON, "x-forwarded-for": "198.51.100.7, 203.0.113.5"}  # hearsay before the proxy's word
    answers = {ask(door, "GET", f"/go/{code}", headers=asked, address="127.0.0.1").status for _ in range(63)}
    assert answers == {302}
    assert db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM hit")) == 60
    assert counts(db) == VisitCounts(probable=1)


def test_the_snippet_confirms_a_visit(db, door):
    code = go_link(db, "https://bakery.example/rolls#top")
    led = ask(door, "GET", f"/go/{code}", headers=PERSON)
    assert led.headers["location"] == f"https://bakery.example/rolls?ln={code}#top"
    assert counts(db) == VisitCounts(probable=1)
    seen = {"ln": code, "u": "https://bakery.example/rolls", "r": "m.example"}
    answer = report(door, seen)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "https://bakery.example")
    assert counts(db) == VisitCounts(confirmed=1, probable=1)
    assert report(door, seen | {"ln": "1111111"}, "203.0.113.8").status == 204  # a code of nobody
    assert report(door, {"u": "https://www.bakery.example/"}, "203.0.113.9", origin="null").status == 204
    rows = db.read_now(figures.visits, figures.Wanted(0, EVER))
    assert sorted(row.code for row in rows) == ["", "", code]
    assert {row.site for row in rows} == {"bakery.example"}


def test_campaign_words_come_in_by_the_snippet_and_by_go_links(db, door):
    home = {"u": "https://bakery.example/"}
    words = ["?utm_medium=E-Mail", "&utm_campaign=Advent%202026", "&mc_eid", "&userid"]
    assert report(door, home | {"q": words}).status == 204
    assert report(door, home | {"u": "https://bakery.example/b", "q": ["?gclid"]}).status == 204  # later
    assert report(door, home | {"q": ["&fbclid"]}, "203.0.113.8").status == 204
    assert report(door, home | {"q": None}, "203.0.113.9").status == 204
    code = go_link(db, "https://news.example/a?utm_source=bakery&utm_medium=cpc")
    led = ask(door, "GET", f"/go/{code}?fbclid=x&utm_campaign=y", headers=PERSON)
    assert led.headers["location"] == "https://news.example/a?utm_source=bakery&utm_medium=cpc"
    kept = db.read_now(lambda tx: tx._fetch("SELECT came, mark, source, medium, campaign FROM visit", {})[0])
    assert sorted(map(tuple, kept)) == [
        ("direct", "", "", "", ""),
        ("mail", "mc_eid", "", "e-mail", "advent 2026"),
        ("social", "fbclid", "", "", ""),
        ("social", "fbclid", "bakery", "cpc", "y"),  # by a link of ours in the channel fediverse
    ]


REFUSED = [
    ({"u": "https://bakery.example/"}, {"origin": "https://evil.example"}, 403),
    ({"u": "https://evil.example/"}, {"origin": ""}, 422),
    ({"u": "https://shop.bakery.example/"}, {}, 422),  # not the page that sends it
    ({"u": "javascript:x"}, {}, 422),
    ({"u": 7}, {}, 422),
    ({"u": "https://bakery.example/", "q": "?gclid"}, {}, 422),
    ({"u": "https://bakery.example/", "q": [7]}, {}, 422),
    ([], {}, 422),
    (b"\xff\xfe", {}, 422),
    (b"{" * 2000, {}, 422),
    (b" " * 2049, {}, 422),
]


def test_reports_that_are_refused_or_not_wanted(db, door):
    for body, headers, status in REFUSED:
        assert report(door, body, **headers).status == status, body
    for asked in ({"sec-gpc": "1"}, {"dnt": "1"}):  # somebody does not want to be watched
        assert report(door, {"u": "https://bakery.example/"}, **asked).status == 204
    assert counts(db) == VisitCounts()


def test_too_many_reports_are_refused(db, door, monkeypatch):
    now = now_ms()
    monkeypatch.setattr(measure, "now_ms", lambda: now)
    for _ in range(120):
        assert report(door, {"u": "https://evil.example/"}).status == 422
    late = report(door, {"u": "https://bakery.example/"})
    assert (late.status, late.headers["retry-after"]) == (429, "60")
    assert report(door, {"u": "https://bakery.example/"}, "203.0.113.8").status == 204


def test_the_snippet_is_small_first_party_and_stores_nothing(door):
    answer = ask(door, "GET", "/ln.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert len(answer.body) < 1500
    assert not re.search(
        rb"cookie\b(?!,)|Storage|indexedDB|caches|window\.name", answer.body.split(b"\n", 1)[1]
    )
    again = ask(door, "GET", "/ln.js", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status, again.body) == (304, b"")
    asked = ask(door, "OPTIONS", "/ln", headers=OURS)
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "POST")
    assert ask(door, "OPTIONS", "/ln", headers={"origin": "https://evil.example"}).status == 403


def test_the_errands_around_it(db, door):
    def failing(error):
        async def get(url, **_):
            raise error

        return SimpleNamespace(get=get)

    async def gone(url, **_):
        return Answer(404, url, {}, b"")

    target = "https://news.example/x"
    with pytest.raises(Upstream):
        asyncio.run(fetch_preview(db, failing(Upstream("silent")), FetchPreview(target)))
    for web, problem in (
        (failing(Invalid("url", "is not on the public internet")), "Url is not on the public internet"),
        (SimpleNamespace(get=gone), "The page answered with status 404."),
    ):
        asyncio.run(fetch_preview(db, web, FetchPreview(target)))
        assert db.read_now(measure.links.preview, target).problem == problem

    asyncio.run(errands.roll_salts(db, RollSalts()))
    assert len(db.read_now(queries.all_salts)) == 1
    report(door, {"u": "https://bakery.example/"})
    for n in range(3):
        ask(door, "GET", f"/go/{go_link(db)}", headers=PERSON, address=f"198.51.100.{n}")
    db.write_now(overrule, site="news.example", rule="R5", kind="unsure", person_id=1, now=now_ms())
    asyncio.run(errands.replay_visits(db, ReplayVisits(0, EVER)))
    assert counts(db) == VisitCounts(confirmed=1, probable=1, unsure=3)


PAGE = b"""<!doctype html><title>Rolls</title><script src="/ln.js" async></script>
<p><a id=near href="/bread?x=1#y">bread</a> <a id=far href="https://far.example/">far</a></p>
<form id=lead action="/lead"><input name=mail value=a><button>Send</button></form>
<form id=other action="https://far.example/"><button>Go</button></form>"""


class Bakery(http.server.BaseHTTPRequestHandler):
    """The firm's own site: pages, the snippet, and what it reports."""

    got: list[tuple[str, str]]

    def do_GET(self):
        body = measure.SNIPPET.read_bytes() if self.path == "/ln.js" else PAGE
        self.got.append(("GET", self.path))
        self.send_response(200)
        self.send_header("content-type", "text/javascript" if self.path == "/ln.js" else "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.got.append((self.path, self.rfile.read(int(self.headers["content-length"])).decode()))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.slow
def test_the_snippet_in_a_browser(tmp_path: Path):
    got: list[tuple[str, str]] = []
    handler = type("Handler", (Bakery,), {"got": got})
    site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{site.server_port}"
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            context = browser.new_context()
            page = context.new_page()
            page.goto(
                f"{base}/rolls?a=1&ln=Ab3xK7q&gclid=Cj0K-secret&utm_source=Rye%20Post&token=x&mc_eid=ada#top"
            )
            with page.expect_request(lambda r: r.method == "POST") as sent:  # visible for a second
                pass
            seen = json.loads(sent.value.post_data or "")
            assert seen == {
                "ln": "Ab3xK7q",
                "u": f"{base}/rolls",
                "r": "",
                "q": ["&gclid", "&utm_source=Rye%20Post", "&mc_eid"],
            }
            page.click("#near")
            assert page.url == f"{base}/bread?x=1&ln=Ab3xK7q#y"
            with page.expect_request(lambda r: r.method == "POST"):  # the first input is enough
                page.keyboard.press("Tab")
            page.click("#lead button")
            page.wait_for_url("**/lead?**")
            assert page.url == f"{base}/lead?mail=a&ln=Ab3xK7q"
            assert (
                page.eval_on_selector(
                    "#far",
                    "a => { a.addEventListener('click', e => e.preventDefault()); a.click(); return a.href }",
                )
                == "https://far.example/"
            )
            assert (
                page.eval_on_selector(
                    "#other",
                    "f => { f.addEventListener('submit', e => e.preventDefault()); f.requestSubmit(); return f.elements.length }",
                )
                == 1
            )
            assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == [
                "",
                0,
                0,
            ]
            assert context.cookies() == []
            page.goto(f"{base}/plain")
            page.click("#near")
            assert page.url == f"{base}/bread?x=1#y"
            browser.close()
    finally:
        site.shutdown()
        site.server_close()
    posts = [json.loads(body) for path, body in got if path == "/ln"]
    assert [p["ln"] for p in posts][:2] == ["Ab3xK7q", "Ab3xK7q"]
    assert [posts[1]["r"], posts[1]["q"]] == ["127.0.0.1", None]
    assert "secret" not in str(posts)
