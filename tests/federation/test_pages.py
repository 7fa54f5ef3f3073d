"""The owner's pages about other servers: what was delivered, who is how, what is decided. In a browser
without scripts, on real rows."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette

from linnet.door.neighbours import Told
from linnet.federation.delivery import actions
from linnet.federation.delivery.rules import Done, Outcome, Over
from linnet.federation.letters import actions as letters
from linnet.federation.letters import queries as letter_queries
from linnet.federation.letters.actions import day_of
from linnet.federation.letters.rules import Letter
from linnet.federation.neighbours import Neighbourhood
from linnet.federation.peers import actions as peers
from linnet.federation.peers import domains, queries
from linnet.kernel.clock import DAY, HOUR, now_ms
from linnet.kernel.ids import new_id
from linnet.site import routes
from linnet.site.deliveries import said
from tests.doors.browser import Site, site
from tests.federation.world import send

PATHS = ("/settings/deliveries", "/settings/servers", "/settings/domains", "/settings/domains.csv")


def with_neighbours(made: Site) -> Site:
    made.house = replace(made.house, neighbours=Neighbourhood(("linnet.example",)))
    made.app = Starlette(routes=routes.routes(made.house))
    return made


@pytest.fixture
def bakery(tmp_path):
    with site(tmp_path) as made:
        made.account = made.set_up()
        yield with_neighbours(made)


@pytest.fixture
def owner(bakery):
    return bakery.logged_in("jana@bakery.example")


def carry(db, at, **outcomes):
    """One turn of a postman; outcomes by the first part of the host, else all is well."""
    turns, _ = db.write_now(actions.exchange, [], [], want=99, known=(), now=at, jitter=0.0)
    done, over = [], []
    for turn in turns:
        ended = None
        for one in turn.deliveries:
            outcome = outcomes.get(turn.host.partition(".")[0], Outcome("done", answered=True))
            done.append(Done(turn, one, outcome))
            if outcome.ending in {"down", "asked"}:
                ended = outcome
                break
        over.append(Over(turn, ended))
    db.write_now(actions.exchange, done, over, want=0, known=(), now=at, jitter=0.0)


POST = """INSERT INTO post (id, account_id, text, html, visibility, language, root_id, created_at)
    VALUES (:id, :account_id, :text, '', 'public', 'en', :id, 1)"""


def post(bakery, text):
    id = new_id()
    bakery.db.write_now(lambda tx: tx.run(POST, id=id, account_id=bakery.account.id, text=text))
    return id


def test_a_server_without_others_has_no_such_pages(tmp_path):
    with site(tmp_path) as made:
        made.set_up()
        browser = made.logged_in("jana@bakery.example")
        assert [browser.get(path).status for path in PATHS] == [404] * 4
        assert "/settings/deliveries" not in browser.get("/settings").text


def test_only_the_owner_sees_and_decides(bakery):
    bakery.someone("clerk")
    for who, status in ((bakery.logged_in("clerk@example.org"), 403), (bakery.browser(), 200)):
        for path in PATHS:
            page = who.get(path)
            assert page.status == status
            assert page.url == (path if status == 403 else page.url)
            assert "Deliveries" not in page.text
    clerk = bakery.logged_in("clerk@example.org")
    clerk.get("/settings")
    key = clerk.key()
    for path, form in (
        ("/settings/domains", {"domain": "x.example", "severity": "suspend"}),
        ("/settings/domains/lists", {"address": "https://x.example/l"}),
        ("/settings/servers/try", {"host": "x.example"}),
        ("/settings/servers/letters", {"letter": "1"}),
    ):
        assert clerk.post(path, {"form_key": key, **form}).status == 403
    assert bakery.db.read_now(queries.rules) == []
    assert bakery.db.read_now(queries.lists) == []


def test_how_far_a_post_has_come(bakery, owner):
    now = now_ms()
    assert "Nothing was sent yet" in owner.get("/settings/deliveries").text
    id = post(bakery, "Fresh rye & spelt <today>")
    told = {f"https://h{n}.example/inbox": 5 for n in range(4)} | {
        "https://strict.example/inbox": 3,
        "https://silent.example/inbox": 2,
        "https://late.example/inbox": 1,
        "https://busy.example/inbox": 1,
    }
    letter = bakery.db.write_now(send, "p", now=now, told=told, post_id=id, account_id=bakery.account.id)
    bakery.db.write_now(send, "f", "other.example", now=now, kind="Follow")
    carry(
        bakery.db,
        now,
        strict=Outcome("refused", "403: it takes no letters from here", answered=True),
        silent=Outcome("down", "silent.example cannot be reached."),
        late=Outcome("again", "404: nobody is at that address", at=now + HOUR, answered=True),
        busy=Outcome("asked", "429: it asks for fewer letters", at=now + HOUR),
    )
    page = owner.get("/settings/deliveries").text
    assert "Delivered to 20 followers on 4 servers; 1 refused; 3 wait" in page
    assert "Fresh rye &amp; spelt &lt;today&gt;" in page
    assert "Follow" not in page.partition("<main")[2].partition("Everything")[2]
    assert "Delivered to 1 follower on 1 server" in owner.get("/settings/deliveries?all=1").text
    detail = owner.get(f"/settings/deliveries/{letter}").text
    for words in (
        "strict.example",
        "403: it takes no letters from here",
        "silent.example cannot be reached.",
        "next try in",
        "Tried again by itself in",
        "404: nobody is at that address",
        "Asks for fewer letters; next in",
        f'href="/@bakery/{id}"',
    ):
        assert words in detail
    assert owner.get("/settings/deliveries/1").status == 404
    assert owner.get("/settings/deliveries/x").status == 404


def test_older_letters_are_a_page_away(bakery, owner):
    for n in range(31):
        bakery.db.write_now(send, n, "h.example", now=now_ms(), kind="Like")
    page = owner.get("/settings/deliveries?all=1").text
    assert page.count('href="/settings/deliveries/') == 30
    older = page.partition('href="/settings/deliveries?before=')[2].partition('"')[0]
    assert (
        owner.get(f"/settings/deliveries?before={older}".replace("&amp;", "&")).text.count('class="name"')
        == 1
    )


def test_how_a_server_is(bakery, owner):
    now = now_ms()
    assert "No other server yet" in owner.get("/settings/servers").text
    bakery.db.write_now(send, "a", "well.example", "silent.example", now=now)
    bakery.db.write_now(peers.heard, "well.example", now)
    bakery.db.write_now(peers.runs, "well.example", "mastodon", "4.6.0<b>", now)
    for _ in range(5):
        carry(bakery.db, now, silent=Outcome("down", "silent.example cannot be reached."))
        bakery.db.write_now(peers.try_now, "silent.example", now)
    carry(bakery.db, now, silent=Outcome("down", "silent.example cannot be reached."))
    bakery.db.write_now(peers.decide, domains.Rule("well.example", "limit"), own=(), now=now)
    page = owner.get("/settings/servers").text
    for words in (
        "2 servers known",
        "1 letter waits",
        "1 server does not answer",
        "mastodon 4.6.0&lt;b&gt;",
        "limited",
        "Has not answered for a while; next try in 59 minutes",
        "silent.example cannot be reached · for the first time",
    ):
        assert words in page
    trouble = owner.get("/settings/servers?show=trouble").text
    assert "well.example" not in trouble
    assert "silent.example" in trouble
    assert "well.example" in owner.get("/settings/servers?show=nonsense&q=WELL").text
    assert "None." in owner.get("/settings/servers?q=%27%22x").text
    owner.get("/settings/servers")
    moved = owner.submit("/settings/servers/try", host="silent.example")
    assert "silent.example is tried now" in moved.text
    assert bakery.db.read_now(queries.peer, "silent.example").next_at <= now_ms()


def test_what_was_not_taken_says_why(bakery, owner):
    day = "INSERT INTO dropped (day, reason, host, times) VALUES (:day, :reason, :host, :times)"
    today = day_of(now_ms())

    def drop(tx):
        tx.run(day, day=today, reason="clock", host="old.example", times=3)
        tx.run(day, day=day_of(now_ms() - DAY), reason="clock", host="old.example", times=4)
        tx.run(day, day=day_of(now_ms() - 9 * DAY), reason="unsigned", host="", times=99)
        tx.run(day, day=today, reason="odd_thing", host="", times=1)

    bakery.db.write_now(drop)
    page = owner.get("/settings/servers").text
    assert "too old, or by a wrong clock" in page
    assert ">7</td>" in page
    assert "odd thing" in page
    assert "not signed" not in page


def test_a_letter_that_could_not_be_read_is_shown_and_read_again(bakery, owner):
    now = now_ms()
    letter = Letter(
        new_id(), "https://odd.example/1", "https://odd.example/u", "odd.example", None, "{}", now
    )
    assert "could not be read" not in owner.get("/settings/servers").text
    bakery.db.write_now(letters.accept, letter, now)
    for _ in range(3):
        bakery.db.write_now(letters.failed, letter, "KeyError('<x>')", now)
    page = owner.get("/settings/servers").text
    for words in ("Letters that could not be read", "odd.example", "KeyError(&#39;&lt;x&gt;&#39;)"):
        assert words in page
    assert "read again now" in owner.submit("/settings/servers/letters", letter=str(letter.id)).text
    assert bakery.db.read_now(letter_queries.parked) == []
    form = {"form_key": owner.key(), "letter": str(letter.id)}
    assert owner.post("/settings/servers/letters", form).status == 404


def test_deciding_about_a_domain(bakery, owner):
    owner.get("/settings/domains")
    page = owner.submit(
        "/settings/domains",
        domain="https://Spam.Example./@x",
        severity="suspend",
        reject_media="1",
        comment="Sells <followers>",
    )
    assert "spam.example is suspended now" in page.text
    assert "Sells &lt;followers&gt;" in page.text
    assert "no pictures" in page.text
    [rule] = bakery.db.read_now(queries.rules)
    assert (rule.domain, rule.severity, rule.reject_media, rule.reject_reports) == (
        "spam.example",
        "suspend",
        True,
        False,
    )
    for typed, words in (
        ("", "is missing"),
        ("com", "whole name"),
        ("linnet.example", "own"),
        ("a b.example", "spaces"),
    ):
        bad = owner.submit("/settings/domains", domain=typed, severity="limit", comment="kept")
        assert bad.status == 422
        assert 'id="wrong-domain"' in bad.text
        assert words in bad.text
        assert 'value="kept"' in bad.text
    assert owner.submit("/settings/domains", domain="x.example", severity="destroy").status == 422
    owner.get("/settings/domains")
    taken = owner.post("/settings/domains", {"form_key": owner.key(), "domain": "spam.example", "do": "undo"})
    assert "no rule for spam.example" in taken.text
    again = owner.post("/settings/domains", {"form_key": owner.key(), "domain": "spam.example", "do": "undo"})
    assert again.status == 404


def test_rules_as_a_file_in_and_out(bakery, owner):
    owner.get("/settings/domains")
    text = b"#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\nspam.example,suspend,false,false,Spam,false\nno,suspend\n"
    page = owner.submit("/settings/domains/csv", files={"csv": ("blocks.csv", text)})
    assert page.status == 200
    assert "1 rule understood" in page.text
    assert "Line 3" in page.text
    out = owner.get("/settings/domains.csv")
    assert out.header("content-type").startswith("text/csv")
    assert "attachment" in out.header("content-disposition")
    assert out.text.splitlines()[1] == "spam.example,suspend,false,false,Spam,false"
    owner.get("/settings/domains")
    good = owner.submit("/settings/domains/csv", files={"csv": ("out.csv", out.body)})
    assert "0 rules taken over" in good.text
    for bad in (b"", b"<html>", b"\x00\x01\xff", b"x" * (5 << 20) + b"yy"):
        owner.get("/settings/domains")
        refused = owner.submit("/settings/domains/csv", files={"csv": ("bad.csv", bad)})
        assert refused.status == 422
        assert 'id="wrong-csv"' in refused.text


def test_lists_by_others(bakery, owner):
    owner.get("/settings/domains")
    page = owner.submit("/settings/domains/lists", address="lists.example/tier0.csv")
    assert "https://lists.example/tier0.csv" in page.text
    assert "Read in a moment" in page.text
    owner.get("/settings/domains")
    bad = owner.post("/settings/domains/lists", {"form_key": owner.key(), "address": "http://x.example/"})
    assert bad.status == 422
    assert 'id="wrong-address"' in bad.text
    url = "https://lists.example/tier0.csv"
    bakery.db.write_now(
        peers.list_was_read, url, domains.read_csv("a.example\nb.example\n", (), source=url), now_ms()
    )
    page = owner.get("/settings/domains").text
    assert "from the list https://lists.example/tier0.csv" in page
    assert "2 domains, read" in page
    allowed = owner.post(
        "/settings/domains", {"form_key": owner.key(), "domain": "a.example", "severity": "allow"}
    )
    assert "a.example is allowed now" in allowed.text
    ended = owner.post("/settings/domains/lists", {"form_key": owner.key(), "address": url, "do": "end"})
    assert "b.example" not in ended.text
    assert "a.example" in ended.text


def told(**more):
    base = {
        "id": 1,
        "account_id": 1,
        "handle": "x",
        "kind": "Create",
        "post_id": 1,
        "text": "",
        "created_at": 1,
    }
    counts = {
        "inboxes": 0,
        "hosts": 0,
        "followers": 0,
        "inboxes_done": 0,
        "followers_done": 0,
        "refused": 0,
        "queued": 0,
        "hosts_left": 0,
    }
    return Told(**base, **counts | more)


@pytest.mark.parametrize(
    ("letter", "sentence"),
    [
        (told(inboxes=91, hosts=91, followers=412, inboxes_done=88, followers_done=412, refused=3, hosts_left=3), "Delivered to 412 followers on 88 servers; 3 refused"),
        (told(inboxes=2, hosts=2, inboxes_done=1, queued=1, hosts_left=1), "Delivered to 1 server; 1 waits"),
        (told(inboxes=3, hosts=3, inboxes_done=1, queued=1, hosts_left=1), "Delivered to 1 server; 2 wait"),
        (told(inboxes=5, hosts=5, hosts_left=5), "Not delivered yet"),
        (told(inboxes=5, hosts=5, hosts_left=5, refused=5), "Not delivered; 5 refused"),
        (told(inboxes=5, hosts=5, hosts_left=5, refused=2), "Not delivered yet; 2 refused; 3 wait"),
        (told(inboxes=9, hosts=1, followers=9, inboxes_done=8, followers_done=8, refused=1, hosts_left=1), "Delivered to 8 followers on 1 server; 1 refused"),
    ],
)  # fmt: skip
def test_the_sentence(letter, sentence):
    assert said(letter) == sentence


@pytest.mark.parametrize(
    ("said", "shown"),
    [("now", "just now"), ("5 min", "5 min ago"), ("2 h", "2 h ago"), ("3 d", "3 d ago")]
    + [(day, day) for day in ("12 Jan", "12 Jun", "12 Mar 2024")],
)
def test_a_time_gone_by_reads_as_part_of_a_sentence(said, shown):
    pages = Environment(loader=FileSystemLoader(Path(routes.__file__).parent / "templates"), autoescape=True)
    pages.filters["machine"] = str
    words = {"ago": lambda ms: said, "when": lambda ms: "then"}
    gone = pages.get_template("neighbours/_tabs.html").make_module(words).gone(1)
    assert re.sub("<[^>]*>", "", gone).strip() == shown


def test_reports_stand_one_below_the_other(bakery, owner):
    """What a report says had one letter per line beside two long buttons."""
    listed = owner.get("/settings/reports").text
    assert '<ul class="rows plain cases">' in listed
    sheet = owner.get("/static/inside.css").text
    assert ".cases > li { display: block;" in sheet
