"""The ladder from a hit to a class (measuring paper, 4a), and what may be kept of a hit."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.visits import formats, rules
from linnet.desk.visits.agents import Agent, is_current, read_agent
from linnet.desk.visits.campaign import NOTHING
from linnet.desk.visits.lines import read_line
from linnet.desk.visits.rules import OpenVisit, Verdict, classify, read_features
from linnet.kernel.clock import HOUR, MINUTE, parse_time
from linnet.kernel.errors import Invalid
from linnet.kernel.value import changed
from linnet.kernel.wire import decode_as, encode
from tests.conftest import NOW

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
PERSON = {
    "user-agent": CHROME,
    "sec-fetch-mode": "navigate",
    "sec-fetch-user": "?1",
    "accept-language": "de",
    "accept": "text/html,application/xhtml+xml,image/avif,*/*;q=0.8",
}


def judge(headers, *, method="GET", status=302, source="go", peer=None, overruled=None, **more):
    seen = changed(read_features(headers.get, source=source, method=method, status=status), peer=peer)
    verdict = classify(changed(seen, **more), NOW, overruled)
    return verdict.kind, verdict.rule


@pytest.mark.parametrize(
    ("headers", "more", "expected"),
    [
        (PERSON, {}, ("person", "R5")),
        (PERSON, {"method": "HEAD"}, ("probe", "R0")),
        (PERSON, {"status": 404}, ("probe", "R0")),
        ({**PERSON, "range": "bytes=0-"}, {}, ("probe", "R0")),
        ({**PERSON, "sec-purpose": "prefetch;prerender"}, {}, ("prefetch", "R1")),
        ({**PERSON, "x-moz": "prefetch"}, {}, ("prefetch", "R1")),
        ({**PERSON, "purpose": "preview"}, {}, ("prefetch", "R1")),
        ({}, {}, ("machine", "R2")),
        ({**PERSON, "user-agent": "curl/8.5.0"}, {}, ("machine", "R2")),
        ({**PERSON, "user-agent": f"{CHROME} +https://scan.example"}, {}, ("machine", "R2")),
        ({**PERSON, "user-agent": CHROME.replace("Chrome", "HeadlessChrome")}, {}, ("machine", "R2")),
        (PERSON, {"staff": True}, ("staff", "RS")),
        (PERSON, {"peer": True}, ("person", "R5")),  # somebody who runs a server at home
        ({"user-agent": IPHONE, "accept-language": "de"}, {"peer": True}, ("preview", "R3")),
        ({"user-agent": IPHONE, "accept-language": "de"}, {"peer": False}, ("unsure", "R4")),
        ({"user-agent": IPHONE, "accept-language": "de"}, {}, ("unsure", "R4")),  # nobody could tell
        (
            {"user-agent": FIREFOX, "accept-language": "de", "sec-fetch-mode": "navigate"},
            {},
            ("person", "R5"),
        ),
        (PERSON, {"burst": True}, ("unsure", "RB")),
        ({"user-agent": CHROME}, {"source": "page", "method": "POST"}, ("confirmed", "R6")),
        ({"user-agent": "Mozilla/5.0 (compatible; SomeBot/1.0)"}, {"source": "page"}, ("machine", "R2")),
        ({"user-agent": CHROME}, {"source": "log", "status": 200}, ("unsure", "R4")),
        ({"user-agent": CHROME}, {"source": "log", "status": 200, "assets": True}, ("person", "R5")),
        (PERSON, {"overruled": {"R5": "unsure"}}, ("unsure", "R5")),
    ],
)
def test_each_rung_of_the_ladder(headers, more, expected):
    assert judge(headers, **more) == expected


LIKE = Agent(browser_like=True, family="Chrome", major=149, device="desktop")


@pytest.mark.parametrize(
    ("seen", "points"),
    [
        ({}, 0),
        ({"navigate": True}, 3),
        ({"by_user": True}, 2),
        ({"language": True}, 1),
        ({"page_and_picture": True}, 1),
        ({"agent": LIKE}, 1),
        ({"navigate": True, "by_user": True, "language": True, "page_and_picture": True, "agent": LIKE}, 8),
    ],
)
def test_what_each_sign_of_a_browser_counts(seen, points):
    old = changed(LIKE, major=20)
    assert rules.score(changed(rules.Features("go", old), **seen), NOW) == points


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        ({"navigate": True}, "person"),  # 3
        ({"by_user": True}, "unsure"),  # 2
        ({"navigate": True, "by_user": True, "peer": True}, "person"),  # 5
        ({"navigate": True, "language": True, "peer": True}, "preview"),  # 4
        ({"navigate": True, "status": 399}, "person"),
        ({"navigate": True, "status": 400}, "probe"),
        ({"navigate": True, "status": 199}, "probe"),
        ({"navigate": True, "agent": Agent(family="Chrome", major=149)}, "machine"),
        ({"navigate": True, "agent": changed(LIKE, listed=True)}, "machine"),
        ({"navigate": True, "agent": changed(LIKE, address=True)}, "machine"),
        ({"navigate": True, "agent": changed(LIKE, word="bot")}, "machine"),
    ],
)
def test_where_each_rung_begins_and_ends(seen, kind):
    assert classify(changed(rules.Features("go", changed(LIKE, major=20)), **seen), NOW).kind == kind


def test_a_page_and_a_picture_are_both_asked_for():
    def asked(accept):
        return read_features({"accept": accept}.get, source="go", method="GET", status=302).page_and_picture

    kinds = {
        "text/html,image/webp": True,
        "TEXT/HTML, IMAGE/AVIF": True,
        "text/html": False,
        "image/png": False,
    }
    assert {accept: asked(accept) for accept in (*kinds, "")} == kinds | {"": False}


def test_who_is_called_a_program():
    for change in ({"browser_like": False}, {"word": "bot"}, {"listed": True}, {"address": True}):
        assert changed(LIKE, **change).label == "a program"
    assert read_agent("-") == read_agent("") == Agent(empty=True)
    assert read_agent("").label == "a program"
    assert LIKE.label == "Chrome 149, desktop"
    assert changed(LIKE, major=0).label == "Chrome, desktop"
    assert changed(LIKE, family="", major=0).label == "an unknown browser, desktop"


def test_six_unsure_visitors_in_a_minute_are_a_burst():
    assert [rules.is_burst(n) for n in (5, 6)] == [False, True]


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("http.rb/5.1.0 (Mastodon/4.0.2; +https://freiburg.social/) Bot", "Mastodon 4.0.2, freiburg.social"),
        ("Mastodon/4.6.0 (http.rb/5.2.0; +https://mastodon.social/) Bot", "Mastodon 4.6.0, mastodon.social"),
        ("Pleroma 2.5.0; https://ple.example <me@ple.example>; Bot", "Pleroma 2.5.0, ple.example"),
        ("Akkoma 3.10.4-0-gabc; https://ak.example <x@y.example>", "Akkoma 3.10.4, ak.example"),
        ("Misskey/13.14.2 (https://misskey.io)", "Misskey 13.14.2, misskey.io"),
        ("SummalyBot/5.3.0 (+https://github.com/misskey-dev/summaly)", "SummalyBot 5.3.0"),
        ("PeerTube/5.1.0 (+https://tube.example)", "PeerTube 5.1.0, tube.example"),
        ("(Pixelfed/0.11.9; +https://pix.example)", "Pixelfed 0.11.9, pix.example"),
        ("Hubzilla 8.4 (https://hub.example)", "Hubzilla 8.4, hub.example"),
        ("Friendica 'Red Hot Poker' 2021.01-1384; https://fr.example", "Friendica 2021.01, fr.example"),
        ("gotosocial/0.17.3 (+https://gts.example)", "GoToSocial 0.17.3, gts.example"),
        ("Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)", "Bluesky Cardyb 1.1"),
        ("Lemmy/0.19.3; +https://203.0.113.9", "Lemmy 0.19.3"),  # an address is not kept
    ],
)
def test_servers_that_draw_cards_are_known_by_name(agent, label):
    assert judge({**PERSON, "user-agent": agent}) == ("preview", "R2")
    assert read_agent(agent).label == label


def test_a_telephone_called_cubot_is_no_bot():
    agent = read_agent(
        "Mozilla/5.0 (Linux; Android 14; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Mobile Safari/537.36"
    )
    assert (agent.word, agent.label) == ("", "Chrome 149, phone")


@pytest.mark.parametrize(
    ("agent", "label"),
    [
        ("Opera/9.80 (Android; Opera Mini/76.0.2254/191.303; U; en) Presto/2.12.423 Version/12.16", "Opera Mini 76, phone"),
        ("Opera/9.80 (iPhone; Opera Mini/7.0.3/34.1244; U; de) Presto/2.8.119 Version/11.10", "Opera Mini 7, phone"),
        ("Opera/9.80 (X11; Linux x86_64) Presto/2.12.388 Version/12.16", "Opera 12, desktop"),
    ],
)  # fmt: skip
def test_opera_mini_is_a_persons_browser(agent, label):
    assert read_agent(agent).label == label
    assert judge({"user-agent": agent}, source="log", status=200, assets=True) == ("person", "R5")
    assert judge({"user-agent": agent}) == ("unsure", "R4")


def test_who_fetches_icons_is_a_program():
    agent = "Mozilla/5.0 (Windows NT 6.1; rv:6.0) Gecko/20110814 Firefox/6.0 Google favicon"
    assert judge({**PERSON, "user-agent": agent}) == ("machine", "R2")


def test_a_search_engine_that_looks_at_pages_as_an_old_browser_is_a_program():
    bing = "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; Trident/5.0;  WOW64;  Trident/5.0)"
    people = "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0)"
    seen = [judge({"user-agent": ua}, source="log", status=200, assets=True) for ua in (bing, people)]
    assert seen == [("machine", "R2"), ("person", "R5")]


def test_a_browser_is_current_for_three_years():
    at = parse_time("2026-10-26T00:00:00Z", "at")
    known = {"Chrome/149.0": True, "Chrome/118.0": False, "Chrome/400.0": False, "Firefox/140.0": True}
    known |= {"Firefox/115.0": False, "Version/18.5 Mobile/15E148 Safari/604.1": True, "Nothing/3": False}
    assert {ua: is_current(read_agent(f"Mozilla/5.0 {ua}"), at) for ua in known} == known


def test_features_survive_storage_and_hold_nothing_of_the_header():
    seen = read_features(PERSON.get, source="go", method="GET", status=302)
    stored = encode(seen)
    assert decode_as(rules.Features, stored) == seen
    assert b"537.36" not in stored
    assert len(stored) < 300


def open_visit(id, code, first, last):
    return OpenVisit(id, 1, code, first, last, 1, "person", "R5")


def test_half_an_hour_of_silence_or_another_code_begins_another_visit():
    visits = [open_visit(1, "aaaaaaa", NOW, NOW + MINUTE), open_visit(2, "", NOW + HOUR, NOW + HOUR)]
    assert rules.belongs(visits, "aaaaaaa", NOW + 31 * MINUTE).id == 1
    assert rules.belongs(visits, "aaaaaaa", NOW + 32 * MINUTE) is None
    assert rules.belongs(visits, "bbbbbbb", NOW + MINUTE) is None
    assert rules.belongs(visits, "", NOW + 2 * MINUTE).id == 1  # a page without a code goes on
    assert rules.belongs(visits, "", NOW + HOUR + MINUTE).id == 2
    assert rules.belongs(visits, "", NOW - 30 * MINUTE).id == 1  # lines of a log may be out of order
    assert rules.belongs(visits, "", NOW - 30 * MINUTE - 1) is None


def test_of_two_visits_the_nearer_one_goes_on_and_of_equal_ones_the_later():
    early, late = open_visit(1, "", NOW, NOW + MINUTE), open_visit(2, "", NOW + 5 * MINUTE, NOW + 9 * MINUTE)
    for at, id in ((2, 1), (4, 2), (3, 2), (10, 2), (-1, 1)):
        for visits in ([early, late], [late, early]):
            assert rules.belongs(visits, "", NOW + at * MINUTE).id == id
    around = open_visit(3, "", NOW, NOW + HOUR)  # both hold the moment: the later one
    for visits in ([around, late], [late, around]):
        assert rules.belongs(visits, "", NOW + 6 * MINUTE).id == 2


def test_the_best_hit_makes_the_visit_and_staff_stays_staff():
    kinds = [Verdict(kind, "") for kind in ("probe", "person", "unsure")]
    assert rules.best(kinds).kind == "person"
    assert rules.best([*kinds, Verdict("staff", "RS"), Verdict("confirmed", "R6")]).kind == "staff"


def test_a_visitor_cannot_be_followed_to_another_site_day_or_browser():
    one = rules.visitor("00" * 32, "bakery.example", "203.0.113.7", CHROME)
    others = {
        rules.visitor("01" * 32, "bakery.example", "203.0.113.7", CHROME),
        rules.visitor("00" * 32, "shop.example", "203.0.113.7", CHROME),
        rules.visitor("00" * 32, "bakery.example", "203.0.113.8", CHROME),
        rules.visitor("00" * 32, "bakery.example", "203.0.113.7", FIREFOX),
    }
    assert len(others | {one}) == 5
    assert -(1 << 63) <= one < 1 << 63
    home = [rules.visitor("00" * 32, "b.example", f"2001:db8:1:2::{n}", CHROME) for n in (1, 2)]
    assert home[0] == home[1]  # one customer has a whole /64
    long = [
        rules.visitor("00" * 32, "b.example", "203.0.113.7", "x" * n + end)
        for n in (999, 1000)
        for end in "ab"
    ]
    assert long[0] != long[1]
    assert long[2] == long[3]  # what stands behind a thousand characters is not looked at


def test_days_of_a_clock_change_are_calendar_days():
    berlin = ZoneInfo("Europe/Berlin")
    autumn = parse_time("2026-10-25T22:30:00Z", "at")  # 23:30, the day has 25 hours
    assert rules.days_alive(autumn, berlin) == ("2026-10-25", "2026-10-24")
    assert rules.next_midnight(autumn, berlin) == parse_time("2026-10-25T23:00:00Z", "at")
    spring = parse_time("2026-03-29T21:30:00Z", "at")
    assert rules.days_alive(spring, berlin) == ("2026-03-29", "2026-03-28")
    assert rules.next_midnight(spring, berlin) == parse_time("2026-03-29T22:00:00Z", "at")
    assert rules.day_of(autumn, UTC) == "2026-10-25"


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/rolls?mail=a@b.example#x", "/rolls"),
        ("/who/203.0.113.7/x", "/who/*/x"),
        ("/who/2001:db8:1:2::7", "/who/*"),
        ("/unsubscribe/ann@example.org", "/unsubscribe/*"),
        ("/@bakery", "/@bakery"),
        ("/v1.2.3.4.5/", "/v1.2.3.4.5/"),
        ("/a\x07\u202eb", "/a??b"),
        ("/" + "x" * 300, "/" + "x" * 299),
        ("", "/"),
    ],
)
def test_a_path_is_kept_without_what_names_somebody(path, kept):
    assert rules.tidy_path(path) == kept


def test_a_referrer_is_a_host_or_nothing():
    given_and_kept = {
        "WWW.Example.org:443/x?y": "example.org",
        "203.0.113.7/": "",
        "[2001:db8::1]:80/": "",
        "user:secret@mail.example": "mail.example",
        "<script>": "",
        "": "",
    }
    assert {host: rules.tidy_host(host) for host in given_and_kept} == given_and_kept


def test_what_may_be_overruled():
    rules.check_overrule("R2", "person")
    for rule, kind in (("R6", "machine"), ("R9", "person"), ("R2", "confirmed")):
        with pytest.raises(Invalid):
            rules.check_overrule(rule, kind)


LINE = b'203.0.113.7 - - [17/May/2015:10:05:03 +0200] "GET /a/b.html?ln=Ab3xK7q&x=1 HTTP/1.1" 200 12 "https://m.example/@x" "%s"\n'


def test_a_line_of_a_log():
    line = read_line(LINE % CHROME.encode())
    assert (line.address, line.user_agent, line.method, line.status) == ("203.0.113.7", CHROME, "GET", 200)
    assert (line.path, line.code, line.referrer, line.what) == ("/a/b.html", "Ab3xK7q", "m.example", "page")
    assert line.asked_by == "/@x"
    assert read_line((LINE % b"x").replace(b"m.example/@x", b"m.example")).asked_by == ""
    assert line.at == parse_time("2015-05-17T08:05:03Z", "at")
    other = read_line((LINE % b"x").replace(b"203.0.113.7", b"203.0.113.8"))
    assert other.hash == line.hash  # says nothing about who it was
    asked = LINE.replace(b"x=1", b"mc_eid=0123456789&mail=ann%%40example.org") % CHROME.encode()
    assert read_line(asked).hash == line.hash  # nor of what stands behind the question mark
    assert read_line(asked).former != line.former
    assert read_line(asked.replace(b" 12 ", b" 13 ")).hash != line.hash
    kinds = {
        b"/a.css?v=1": "asset",
        b"/f.woff2": "asset",
        b"/favicon.ico": "asset",
        b"/img/favicon-32x32.png": "asset",
        b"/favicon.ico/": "asset",  # as WordPress has it
        b"/favicon-guide/": "page",
        b"/ln": "page",
        b"/icon.png": "other",
        b"/i.png": "other",
        b"/": "page",
        b"/x.php": "page",
    }
    assert {p: read_line((LINE % b"x").replace(b"/a/b.html?ln=Ab3xK7q&x=1", p)).what for p in kinds} == kinds
    whole = (LINE % b"x").replace(b"GET /a/", b"GET http://bakery.example/a/")  # as proxies send it
    assert (read_line(whole).path, read_line(whole).code) == ("/a/b.html", "Ab3xK7q")
    carried = (LINE % b"x").replace(b"/a/b.html?ln=Ab3xK7q&x=1", b"/a?to=https://b.example/c")
    assert read_line(carried).path == "/a"
    assert (len(line.hash), line.tags) == (32, NOTHING)
    asset = read_line((LINE % b"x").replace(b"/a/b.html", b"/a.css"))
    assert (asset.hash, asset.former) == ("", "")  # nothing of it is written
    sent = (LINE % b"x").replace(b"GET /a/b.html", b"POST /a/b.html")
    assert read_line(sent).what == "page"
    room = 16 * 1024 - len(LINE % b"")
    assert [read_line(LINE % (b"x" * n)) is None for n in (room, room + 1)] == [False, True]
    report = (LINE % b"x").replace(b"GET /a/b.html?ln=Ab3xK7q&x=1", b"POST /ln")
    assert read_line(report).what == "other"  # the snippet's own, through the website: it was counted there


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\n",
        b"not a line",
        b"\x16\x03\x01",
        b'203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1\n',  # common format
        b'203.0.113.7 - - [17/May/2015:10:05:03 +0000] "\\x16\\x03" 400 1 "-" "-"\n',
        b'203.0.113.7 - - [31/Feb/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "-" "-"\n',
        LINE % (b"x" * 20_000),
    ],
)
def test_rubbish_is_rubbish(raw):
    assert read_line(raw) is None


@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: LINE % text.encode("utf-8", "replace"))
)
def test_no_line_breaks_the_reader(raw):
    line = read_line(raw)
    assert line is None or (line.path.isprintable() and 0 < len(line.path) <= rules.PATH_LENGTH)


@given(st.text(max_size=300))
def test_no_user_agent_breaks_the_reader(text):
    agent = read_agent(text)
    assert len(agent.label) < 400
    assert is_current(agent, NOW) in (True, False)


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("1792990000.5", 1792990000500),
        ("1792990000500", 1792990000500),
        ("17/May/2015:10:05:03 +0200", 1431849903000),
        ("17/May/2015:10:05:03 -0430", 1431873303000),
        ("17/May/2015:23:59:58 +0000", 1431907198000),
        ("17/May/2015:23:59:60 +0000", 1431907199000),  # a leap second
        ("2026-10-25T02:30:00+01:00", 1792891800000),
        ("2026-10-26 08:00:00", 1792998000000),
    ],
)
def test_moments_of_logs(text, ms):
    assert formats.moment(text, ZoneInfo("Europe/Berlin")) == ms


@pytest.mark.parametrize(
    "text", ["", "soon", "99999999999999999", "1.2.3", "17/Foo/2015:10:05:03 +0200", "nan"]
)
def test_what_is_no_moment(text):
    with pytest.raises(Invalid):
        formats.moment(text, UTC)


@given(st.binary(max_size=300))
def test_readers_of_logs_never_raise(raw):
    table = formats.Table(b"time,address,target,user_agent", "a.example", {}, UTC)
    for read in (read_line, formats.Caddy("a.example"), table):
        found = read(raw)
        assert found is None or found.what in {"page", "asset", "other"}


def test_a_line_of_a_table():
    head = b"time,address,target,user_agent,host,status\n"
    read = formats.Table(head, "a.example", {}, UTC)

    def line(time="1792990000", address="203.0.113.7", target="/x", host="www.a.example", status="200"):
        return read(f"{time},{address},{target},UA,{host},{status}".encode())

    found = line()
    assert (found.at, found.path, found.user_agent, found.status) == (1_792_990_000_000, "/x", "UA", 200)
    assert read(head) is formats.PASSED
    assert line(host="b.example") is formats.PASSED
    for lacking in ("address", "target", "status"):
        assert line(**{lacking: ""}) is None
    assert [line(status=status) for status in ("ok", "\u0662\u0660\u0660")] == [None, None]
    assert line(time="soon") is None
    assert read(b"1792990000,203.0.113.7,/x,UA,a.example\n") is None  # a cell too few
    assert line(target="/" + "x" * 20_000) is None


def test_what_is_held_in_the_hand():
    agents = {
        "Mozilla/5.0 (iPad; CPU OS 18_5)": "tablet",
        "Mozilla/5.0 (Tablet; rv:140.0)": "tablet",
        "Mozilla/5.0 (Linux; Android 14) Chrome/149.0": "tablet",
        "Mozilla/5.0 (Linux; Android 14) Chrome/149.0 Mobile": "phone",
        "Mozilla/5.0 (iPhone)": "phone",
        CHROME: "desktop",
    }
    assert {agent: read_agent(agent).device for agent in agents} == agents


def test_safari_counts_by_the_year_since_26():
    at = parse_time("2026-10-26T00:00:00Z", "at")
    current = {15: False, 17: False, 18: True, 26: True, 27: True, 28: False}
    seen = {n: is_current(read_agent(f"Mozilla/5.0 Version/{n}.0 Safari/604.1"), at) for n in current}
    assert seen == current
