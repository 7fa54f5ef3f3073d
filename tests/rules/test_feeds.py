"""Feeds read, addresses compared, stories folded, sources found: without a network or a database."""

import html
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from linnet.desk.feeds import canonical, dates, discovery, likeness, markup, opml, reading, rules
from linnet.desk.feeds.likeness import Text
from linnet.desk.feeds.rules import Feed
from linnet.kernel.clock import DAY, HOUR, MINUTE, parse_time
from linnet.kernel.errors import Invalid, TooMany
from linnet.kernel.value import changed

FIXTURES = Path(__file__).parent.parent / "fixtures" / "feeds"
AT = "https://where.example/feed"


def sample(name):
    return (FIXTURES / name).read_bytes()


def read(name, address=AT, content_type=""):
    return reading.parse(sample(name), address, content_type)


def ms(text):
    return parse_time(text, "t")


def test_latin1_feedburner_and_ttl():
    feed = read("rss20-latin1.xml")
    assert (feed.format, feed.title, feed.site) == ("RSS 2.0", "Folha da Padaria", "http://padaria.example/")
    (item,) = feed.items
    assert item.title == "Mãe de padeiro é presidente"
    assert item.url == "https://padaria.example/mae.html"
    assert item.summary == "A nova direcção."
    assert item.stated_at == ms("2018-01-03T13:47:00Z")
    assert feed.at_least == 90 * MINUTE


@pytest.mark.parametrize(
    "content_type", ["", "text/xml", "text/xml; charset=utf-8", "application/rss+xml; charset=nonsense"]
)
def test_no_version_no_declaration_windows_1252_and_portuguese_dates(content_type):
    feed = read("rss-no-version-cp1252.xml", content_type=content_type)
    (item,) = feed.items
    assert item.title == "Preço do pão sobe no 2º turno – de novo"
    assert item.summary == "Líder na pesquisa."
    assert item.stated_at == ms("2018-09-24T22:42:40Z")


def test_utf8_wins_over_what_the_server_says():
    body = sample("rss10.rdf").replace(b"Food for fungi", "Käse für Pilze".encode())
    for content_type in ("text/xml; charset=iso-8859-1", "text/xml", ""):
        feed = reading.parse(body, AT, content_type)
        assert feed.items[0].title == "Käse für Pilze"
    for encoding in ("utf-16", "utf-8-sig"):
        recoded = body.decode().replace('encoding="UTF-8"', f'encoding="{encoding[:6]}"').encode(encoding)
        assert reading.parse(recoded, AT, "text/xml; charset=iso-8859-1").items[0].title == "Käse für Pilze"
    assert feed.format == "RSS 1.0"
    assert feed.items[0].author == "Miller, R."
    assert feed.items[0].url == "http://grain.example/1134-a"
    assert feed.items[0].guid == "http://grain.example/1134-a?rss=1"
    assert feed.at_least == 12 * HOUR


def test_netscape_doctype_and_html_entities():
    (item,) = read("rss091-doctype.xml").items
    assert (item.title, item.summary) == ("Café & cake", "Plain bold")
    assert item.stated_at is None


def test_atom_with_relative_links_scripts_and_bad_schemes():
    feed = read("atom-relative.xml", "https://code.example/oven/releases.atom")
    (item,) = feed.items
    assert feed.left_out == 1, "javascript: is no address"
    assert item.url == "https://code.example/oven/releases/tag/v3.9.0"
    assert item.title == "v3.9.0 <List> fixed", "a text of type text is no markup"
    assert item.summary == "One Two"
    assert item.author == "contra"


def test_broken_xml_gives_what_can_be_read():
    feed = read("broken.xml")
    assert feed.title == "Bread & Butter"
    assert feed.left_out == 1
    urls = [item.url for item in feed.items]
    assert urls == ["https://butter.example/a?x=1&y=2", "https://butter.example/b"]
    assert feed.items[0].title.startswith("Rye & wheat")
    assert feed.items[0].stated_at is None
    assert feed.items[1].title == "Second – here"


def test_json_feed_with_its_usual_mistakes():
    feed = read("feed.json")
    assert (feed.format, feed.title, feed.left_out) == ("JSON Feed 1.1", "Mühle", 2)
    seven, six = feed.items
    assert (seven.guid, seven.url, seven.title) == ("7", "https://mill.example/seven", "Stone ground")
    assert (seven.author, seven.summary) == ("Ada", "")
    assert seven.stated_at == ms("2026-10-20T06:00:00Z")
    assert (six.title, six.summary, six.stated_at) == ("Six", "a < b", None)


def test_b17_no_bombs_no_files():
    feed = read("bomb.xml")
    (item,) = feed.items
    assert (feed.title, item.title, item.summary) == ("&j;&x;", "Bomb &j;", "&x;")


def test_bytes_that_name_a_file_or_an_address_open_nothing(monkeypatch):
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *a, **k: pytest.fail("went outside"))
    for body in (b"/etc/passwd", b"http://127.0.0.1/", b"file:///etc/passwd", b"feed:http://127.0.0.1/"):
        with pytest.raises(Invalid) as error:
            reading.parse(body, AT)
        assert error.value.field == "feed"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "is empty"),
        (b"\0 \n", "is empty"),
        (b"hello", "is neither RSS nor Atom nor JSON Feed"),
        (b"<!DOCTYPE html><html><body>x</body></html>", "is a web page, not a feed"),
        (b'{"a": 1}', "is JSON, but not a JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": {}}', "is JSON, but not a JSON Feed"),
        (b'{"a": ', "is not valid JSON"),
        (b'{"a":' * 100_000, "is not valid JSON"),
    ],
)
def test_what_is_no_feed_is_said(body, problem):
    with pytest.raises(Invalid) as error:
        reading.parse(body, AT)
    assert error.value.problem == problem


SKELETON = '<rss version="2.0"><channel><title>t</title>{}</channel></rss>'


def rss(*items):
    return SKELETON.format("".join(f"<item>{i}</item>" for i in items)).encode()


def test_the_most_and_the_longest(monkeypatch):
    many = [f"<title>n{n}</title><link>https://e.example/{n}</link><pubDate>{d}</pubDate>" for n in range(350)
            for d in [f"Thu, 01 Jan 2026 {n // 60:02}:{n % 60:02}:00 GMT"]]  # fmt: skip
    feed = reading.parse(rss(*many), AT)
    assert (len(feed.items), feed.left_out) == (300, 50)
    assert feed.items[0].title == "n349", "the newest stay"
    long = f"<title>{'word ' * 200}</title><link>https://e.example/</link><guid>{'g' * 900}</guid>"
    (item,) = reading.parse(rss(long), AT).items
    assert item.title.endswith("word…")
    assert len(item.title) <= 300
    assert item.guid.startswith("sha256:")
    monkeypatch.setattr(reading, "MOST_TAGS", 1000)
    endless = rss("<title>first</title><link>https://e.example/1</link>").replace(
        b"</channel>", b"<a>" * 1_000_000
    )
    assert reading.parse(endless, AT).items[0].title == "first", "cut, where it would have taken a minute"


def test_directions_and_controls_are_taken_out():
    (item,) = reading.parse(rss("<title>a\u202eb\u2066c</title><link>https://e.example/\n1</link>"), AT).items
    assert item.title == "abc"
    assert item.url == "https://e.example/1"


def test_stories_at_anchors_of_one_page_stay_apart():
    feed = reading.parse(
        rss(*(f"<title>v{n}</title><link>https://e.example/log#v{n}</link>" for n in "123")), AT
    )
    assert len({item.url_key for item in feed.items}) == 3
    one = reading.parse(rss("<title>v1</title><link>https://e.example/log#v1</link>"), AT)
    assert one.items[0].url_key == "e.example/log"


def test_one_story_per_guid():
    same = "<title>{}</title><link>https://e.example/{}</link><guid isPermaLink='false'>g</guid>"
    assert [i.title for i in reading.parse(rss(same.format("a", 1), same.format("b", 2)), AT).items] == ["a"]


ALL = [p.read_bytes() for p in sorted(FIXTURES.iterdir())]


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.builds(
            lambda body, at, n, junk: body[: at % len(body)] + junk + body[at % len(body) + n :],
            st.sampled_from(ALL),
            st.integers(0, 10_000),
            st.integers(0, 60),
            st.binary(max_size=30),
        ),
    ),
    st.sampled_from(
        ["", "text/xml", "text/html; charset=utf-16", "application/json; charset=idna", "x; charset=hex"]
    ),
)
def test_parse_raises_nothing_but_invalid(body, content_type):
    try:
        feed = reading.parse(body, AT, content_type)
    except Invalid as error:
        said = error
        event(said.problem)
        return
    for item in feed.items:
        assert item.guid
        assert item.title
        assert urlsplit(item.url).scheme in {"http", "https"}
        assert item.url_key
        for text in (item.guid, item.url, item.title, item.summary, item.author, feed.title):
            text.encode()
            assert "\0" not in text


# --- addresses


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("HTTPS://WWW.Example.ORG:443/a b?utm_source=x&q=1&fbclid=2#top", "https://www.example.org/a%20b?q=1#top"),
        ("http://example.org", "http://example.org/"),
        ("http://example.org:8080/x?", "http://example.org:8080/x"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://e.example/?UTM_Medium=x&wt_mc=rss.a&mc_cid=1&ref=hn&ln=Ab12345", "https://e.example/"),
        ("https://e.example/p?page=2&refer=a", "https://e.example/p?page=2&refer=a"),
        ("https://e.example/p#utm_source=rss", "https://e.example/p"),
        ("https://e.example/p#:~:text=hello", "https://e.example/p"),
        ("//e.example/x", "https://e.example/x"),
        ("https://count.example/redir/rss/*https://www.e.example/a?b=1&utm_source=x", "https://www.e.example/a?b=1"),
        ("https://count.example/*javascript://e.example", "https://count.example/*javascript://e.example"),
        ("https://count.example/*https://me@e.example/", "https://count.example/*https://me@e.example/"),
        ("https://e.example/?to=/*https://f.example/", "https://e.example/?to=/*https://f.example/"),
        ("../x", "https://base.example/x"),
        ("https://e.example/\n  x", "https://e.example/%20%20x"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://e.example/", ""),
        ("https://user:pw@e.example/", ""),
        ("https://e.example\\@evil.example/", ""),
        ("https://e.example:99999/", ""),
        ("https://[::1", ""),
        ("https://-x.example/", ""),
        ("https://e.example/" + "a" * 2000, ""),
        ("", ""),
    ],
)  # fmt: skip
def test_shared_addresses(written, clean):
    assert canonical.shared(written, "https://base.example/folder/page") == clean


@pytest.mark.parametrize(
    "same",
    [
        ["https://e.example/a", "http://e.example/a/", "https://www.e.example/a#x", "https://m.e.example/a?utm_source=1",
         "https://amp.e.example/a/amp/", "https://E.example:443/a/index.html", "http://mobile.e.example:80/a?amp=1",
         "https://www.m.e.example/%61?ref=x&amp"],
        ["https://e.example/?b=2&a=1", "https://e.example?a=1&b=2&fbclid=x", "https://e.example/index.php?a=1&b=2"],
        ["https://e.example/%c3%a4%7E", "https://e.example/ä~"],
        ["https://e.example/x?outputType=amp", "https://e.example/x"],
    ],
)  # fmt: skip
def test_one_page_one_key(same):
    assert len({canonical.key(url) for url in same}) == 1


def test_different_pages_have_different_keys():
    urls = ["https://e.example/a", "https://e.example/A", "https://e.example/a?x=1", "https://e.example/a?x=2",
            "https://e.example:8080/a", "https://f.example/a", "https://e.example/a%2Fb", "https://e.example/a/b",
            "https://amp.dev/", "https://m.example/"]  # fmt: skip
    assert len({canonical.key(url) for url in urls}) == len(urls)


URLS = st.one_of(
    st.text(max_size=80),
    st.builds(
        lambda s, h, p, q, f: f"{s}://{h}/{p}?{q}#{f}",
        st.sampled_from(["http", "https", "HTTPS"]),
        st.sampled_from(
            ["e.example", "www.m.e.example", "amp.e.example:80", "ä.example", "[::1]:443", "1.2.3.4"]
        ),
        st.text("ab/.%2Fä index.html/amp", max_size=25),
        st.text("a=1&utm_x=2&amp;b%é+", max_size=25),
        st.text("utm_:~a ", max_size=8),
    ),
)


@settings(max_examples=400, deadline=None)
@given(URLS)
@example("https://www.www.e.example/index.html/index.html/amp/")
def test_the_canonicaliser_is_stable(url):
    clean = canonical.shared(url)
    key = canonical.key(url)
    assert bool(clean) == bool(key)
    if not clean:
        return
    assert canonical.shared(clean) == clean
    assert canonical.key(clean) == key
    assert canonical.key(f"https://{key}") == key
    assert not any(
        canonical.TRACKING.fullmatch(p.partition("=")[0]) for p in urlsplit(clean).query.split("&")
    )
    assert clean.isascii()
    assert "@" not in urlsplit(clean).netloc


# --- dates


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Seg, 24 Set 2018 19:42:40 -0300", "2018-09-24T22:42:40Z"),
        ("Mi, 3 Okt 2018 08:05:00 +0200", "2018-10-03T06:05:00Z"),
        ("mer. 14 févr. 2018 10:00 CET", "2018-02-14T09:00:00Z"),
        ("24 de dezembro de 2018", "2018-12-24T00:00:00Z"),
        ("Mo, 5. März 2018 10:00:00 MEZ", "2018-03-05T09:00:00Z"),
        ("gio, 31 mag 2018 23:59:59 +05:30", "2018-05-31T18:29:59Z"),
    ],
)
def test_dates_of_other_languages(text, iso):
    assert dates.foreign(text) == ms(iso)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "31 fev 2018", "3 xyz 2018", "3 set 18", "9 set 2018 25:00", "0 set 2018"]
)
def test_what_is_no_date(text):
    assert dates.foreign(text) is None


@given(st.text(max_size=120))
def test_foreign_dates_never_raise(text):
    dates.foreign(text)


def test_dates_are_sane(now):
    assert rules.when(now - DAY, now) == (now - DAY, True)
    assert rules.when(now + 5 * MINUTE, now) == (now, True), "their clock may be a little ahead"
    assert rules.when(now + HOUR, now) == (now, False)
    assert rules.when(None, now) == (now, False)
    assert rules.when(0, now) == (now, False)


# --- when to look


def feed(**fields):
    row = Feed(
        id=0, address=AT, address_key="x", site="", title="", format="", state="live", problem="", etag="",
        last_modified="", body_hash="", every=HOUR, next_at=1, fetched_at=None, good_at=None, failures=0,
        failing_since=None, added_by=None, created_at=1,
    )  # fmt: skip
    return changed(row, **fields)


def test_the_rhythm_follows_the_source(now):
    def every(pause, silent=0):
        return rules.rhythm([now - silent - n * pause for n in range(30)], HOUR, fresh=True, now=now)

    assert every(10 * MINUTE) == 30 * MINUTE
    assert every(4 * HOUR) == 2 * HOUR
    assert every(7 * DAY) == DAY
    assert every(10 * MINUTE, silent=5 * DAY) == 6 * HOUR, "it has fallen silent"
    undated = [None, now + DAY, 0]
    assert rules.rhythm(undated, 2 * HOUR, fresh=True, now=now) == HOUR
    assert rules.rhythm(undated, 2 * HOUR, fresh=False, now=now) == 3 * HOUR
    assert rules.rhythm([], DAY, fresh=False, now=now) == DAY


@given(
    st.lists(st.one_of(st.none(), st.integers(-(10**15), 10**15))), st.integers(0, 10 * DAY), st.booleans()
)
def test_the_rhythm_has_bounds(stated, before, fresh):
    assert 30 * MINUTE <= rules.rhythm(stated, before, fresh=fresh, now=1_793_000_000_000) <= DAY


def test_the_next_look_is_not_before_what_was_asked_for(now):
    assert rules.after(HOUR, 0, 0, now) == now + HOUR
    assert rules.after(HOUR, 3 * HOUR, 0, now) == now + 3 * HOUR
    assert rules.after(HOUR, 30 * DAY, 0, now) == now + DAY
    assert all(now + HOUR <= rules.after(HOUR, 0, id, now) <= now + HOUR * 11 // 10 for id in range(2000))
    assert rules.max_age({"cache-control": "public, Max-Age=7200"}) == 2 * HOUR
    assert rules.max_age({"cache-control": "max-age=-1, s-maxage=3"}) == 0
    assert rules.max_age({}) == 0


def test_backing_off(now):
    assert [rules.back_off(n, 30 * MINUTE, 0) // MINUTE for n in (1, 2, 3, 4)] == [30, 60, 120, 240]
    assert rules.back_off(60, DAY, 0) == DAY
    assert rules.back_off(1, HOUR, 5 * HOUR) == 5 * HOUR
    assert rules.retry_after({"retry-after": "120"}, now) == 2 * MINUTE
    assert rules.retry_after({"retry-after": "9" * 4000}, now) == 7 * DAY
    assert rules.retry_after({"retry-after": "Mon, 26 Oct 2026 08:33:20 GMT"}, now) == HOUR
    assert rules.retry_after({"retry-after": "Sun, 25 Oct 2026 08:33:20 GMT"}, now) == 0
    for odd in ({}, {"retry-after": "soon"}, {"retry-after": "²"}, {"retry-after": "-5"}):
        assert rules.retry_after(odd, now) == 0


def test_giving_up(now):
    worked = feed(good_at=1, failing_since=now - 14 * DAY)
    assert rules.is_dead(worked, 8, now)
    assert not rules.is_dead(worked, 7, now)
    assert not rules.is_dead(changed(worked, failing_since=now - 14 * DAY + 1), 50, now)
    assert rules.is_dead(feed(failing_since=now - 3 * DAY), 8, now), "one that never worked: sooner"
    assert not rules.is_dead(feed(), 1, now)


def test_conditions_and_validators(now):
    assert rules.conditions(feed()) == {}
    assert rules.conditions(feed(etag='W/"a"', last_modified="x")) == {
        "if-none-match": 'W/"a"',
        "if-modified-since": "x",
    }
    assert rules.validator({"etag": ' "a" '}, "etag") == '"a"'
    for odd in ("a\r\nb", "ä", "x" * 600):
        assert rules.validator({"etag": odd}, "etag") == ""
    with pytest.raises(TooMany) as error:
        rules.check_again(feed(fetched_at=now - MINUTE), now)
    assert error.value.retry_after == 241
    rules.check_again(feed(fetched_at=now - 6 * MINUTE), now)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" bakery.example/feed ", "https://bakery.example/feed"),
        ("feed://bakery.example/x", "https://bakery.example/x"),
        ("feed:http://bakery.example/x#y", "http://bakery.example/x"),
        ("http://127.0.0.1:9000/feed", "http://127.0.0.1:9000/feed"),
    ],
)
def test_typed_addresses(typed, address):
    assert rules.check_address(typed) == address


@pytest.mark.parametrize(
    "typed", ["", "bakery", "file:///etc/passwd", "javascript:alert(1)", "https://u:p@e.example/", "a b"]
)
def test_typed_nonsense(typed):
    with pytest.raises(Invalid) as error:
        rules.check_address(typed)
    assert error.value.field == "address"


# --- finding and lists


def test_what_a_page_names():
    found = discovery.named(sample("page.html"), "https://bakery.example/blog/post")
    assert [(f.address, f.title, f.format) for f in found] == [
        ("https://bakery.example/blog/feed.atom", "Posts & more", "Atom"),
        ("https://cdn.example/feed.json", "", "JSON Feed"),
    ]
    assert discovery.named(b"", AT) == []
    bad = b'<base href="//["><link rel=alternate type="application/rss+xml" href="/feed">'
    assert [one.address for one in discovery.named(bad, AT)] == ["https://where.example/feed"]
    assert "https://bakery.example/feed" in discovery.usual("https://bakery.example/shop/")
    assert discovery.usual("https://bakery.example/shop/")[0] == "https://bakery.example/shop/feed"


def test_opml_in():
    outlines = opml.read(sample("list.opml"))
    assert [(o.address, o.title, o.site) for o in outlines] == [
        ("https://grain.example/feed?a=1&b=2", 'Grain "n" rye', "https://grain.example/"),
        ("https://WWW.other.example:443/feed/", "&x;", ""),
        ("file:///etc/passwd", "bad", ""),
    ]
    for body, problem in (
        (b"<html></html>", "is not a list of feeds in OPML"),
        (b"<opml><body/></opml>", "names no feeds"),
        (b"x" * (2 << 20) + b"x", "is larger than 2 MB"),
        (
            b"".join(b'<outline xmlUrl="https://e.example/%d"/>' % n for n in range(1001)),
            "names more than 1000 feeds",
        ),
    ):
        with pytest.raises(Invalid) as error:
            opml.read(body)
        assert error.value.problem == problem


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.text(max_size=20)),
        min_size=1,
        max_size=5,
        unique_by=lambda p: p[0],
    )
)
def test_opml_round_trip(rows):
    given = [opml.Outline(f"https://e.example/{n}?a=1&b='\"<", t, "https://e.example/") for n, t in rows]
    back = opml.read(opml.write("Linnet & <co>", given).encode("utf-8", "ignore"))
    assert [o.address for o in back] == [o.address for o in given]
    assert all(o.site == "https://e.example/" for o in back)
    plain = [o for o in given if o.title and o.title.isprintable() and o.title == " ".join(o.title.split())]
    titles = {o.address: o.title for o in back}
    assert all(titles[o.address] == o.title for o in plain)


@settings(max_examples=150, deadline=None)
@given(st.text("<outline xmlUrl=\"a'>!-/=&;\n", max_size=300))
def test_the_scanner_never_raises(text):
    for attributes in markup.tags(text, "outline"):
        assert all(name == name.lower() for name in attributes)
    assert isinstance(markup.decode(text.encode("utf-16")), str)


# --- folding


def text(id, title, summary="", at=0):
    return Text(id, title, summary, at)


BODY = (
    "Bakers in the valley report that flour from the old stone mill costs twice what it did in spring because the "
    "harvest was poor, energy became dear, and two larger mills nearby closed their doors; several small shops now "
    "grind grain themselves or buy together from farmers who still deliver on credit until winter"
)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (
            ("Stone mill in the valley closes after 200 years",),
            ("After 200 years the valley stone mill closes doors",),
            True,
        ),
        (("Rye prices rise 5 percent in May",), ("Rye prices rise 7 percent in June",), False),
        (("Rye bread",), ("Rye bread",), False),
        (("How to bake sourdough at home",), ("How to fix a bicycle at home",), False),
        (
            ("Mill news", BODY),
            ("Flour gets dear", BODY.replace("Bakers", "Shops").replace("poor", "thin")),
            True,
        ),
        (("Mill news", BODY), ("Something else", html.escape("Cats sleep " * 30)), False),
    ],
)
def test_when_two_stories_are_one(a, b, same):
    found = likeness.fold([text(1, *a)], [text(9, *b)])
    assert bool(found) is same
    assert (
        likeness.fold([text(1, *a)], [text(9, *b, **({} if len(b) > 1 else {"summary": ""}), at=73 * HOUR)])
        == {}
    )
    if same:
        assert found[1].id == 9
        assert found[1].why.startswith("alike: ")


def test_the_older_of_two_equals_wins():
    old = [text(8, "Stone mill in the valley closes"), text(7, "Stone mill in the valley closes")]
    assert likeness.fold([text(1, "Stone mill in the valley closes")], old)[1].id == 7
    assert likeness.fold([], old) == likeness.fold(old, []) == {}


def test_words():
    assert likeness.words("The Baker's 3 loaves – für ALLE, Café!") == ["baker", "3", "loaves", "café"]
    assert likeness.tokens("日本語 ok") == ["日本", "本語", "ok"]
