"""Tracked links: codes, how an address carries one, and what may be a target (paper, F01-F02)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.desk.links import rules
from linnet.desk.links.previews import read_preview
from linnet.desk.links.rules import Ways
from linnet.kernel.errors import Invalid

OURS = Ways(("bakery.example",), "https://linnet.example", go_links=False)


@given(st.integers(0, (1 << 40) - 1), st.integers(0, (1 << 40) - 1))
def test_codes_are_seven_letters_and_all_different(a, b):
    one, other = rules.code_of(a), rules.code_of(b)
    assert re.fullmatch(r"[1-9A-HJ-NP-Za-km-z]{7}", one)
    assert (one == other) == (a == b)


def test_a_code_is_its_number_in_base_58():
    assert [rules.code_of(n) for n in (0, 1, 57, 58)] == ["1111111", "1111112", "111111z", "1111121"]


@pytest.mark.parametrize(
    ("url", "carrying"),
    [
        ("https://bakery.example", "https://bakery.example/?ln=Ab3xK7q"),
        ("bakery.example", "bakery.example/?ln=Ab3xK7q"),
        ("https://bakery.example/a", "https://bakery.example/a?ln=Ab3xK7q"),
        ("https://bakery.example/a?b=1", "https://bakery.example/a?b=1&ln=Ab3xK7q"),
        ("https://bakery.example/a?", "https://bakery.example/a?ln=Ab3xK7q"),
        ("https://bakery.example/a#top", "https://bakery.example/a?ln=Ab3xK7q#top"),
        ("https://bakery.example/a?b=1#top", "https://bakery.example/a?b=1&ln=Ab3xK7q#top"),
        ("https://bakery.example/a?ln=1111111&b=1", "https://bakery.example/a?b=1&ln=Ab3xK7q"),
        ("https://bakery.example?b=/", "https://bakery.example?b=/&ln=Ab3xK7q"),
    ],
)
def test_an_address_carries_a_code(url, carrying):
    assert rules.with_code(url, "Ab3xK7q") == carrying
    assert rules.code_in(carrying) == "Ab3xK7q"


WORD = st.text("abcXYZ019-_.~%", min_size=1, max_size=8)


@given(
    st.lists(WORD, min_size=1, max_size=3).map("/".join),
    st.lists(st.tuples(WORD.filter(lambda w: w != "ln"), WORD), max_size=3),
    st.none() | WORD,
)
def test_taking_the_code_out_gives_back_what_was_written(path, query, fragment):
    url = f"https://bakery.example/{path}"
    url += "?" + "&".join(f"{k}={v}" for k, v in query) if query else ""
    url += f"#{fragment}" if fragment is not None else ""
    assert rules.without_code(rules.with_code(url, "Ab3xK7q")) == url
    assert rules.without_code(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "https:evil.example",
        "ftp://good.example/",
        "https://good.example:/",
        "https://good.example\\@evil.example",
        "https://user@evil.example/",
        "https://user:secret@evil.example/",
        "https://good%2eevil.example/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0x7f.0x1/",
        "https://localhost/",
        "https://printer.local/",
        "https://a.example:0/",
        "https://a.example:99999/",
        "https://a.example/\n",
        "https://a.example/ b",
        "https://a.example/" + "x" * 2048,
        "https://",
        "",
    ],
)
def test_what_is_no_target(url):
    with pytest.raises(Invalid):
        rules.check_target(url)


def test_what_is_a_target():
    longest = "https://a.example/" + "x" * (2048 - len("https://a.example/"))
    for url in ("http://a.example", "HTTPS://A.example:8443/x?y#z", longest):
        assert rules.check_target(url) == url
    with pytest.raises(Invalid):
        rules.check_target(longest + "x")
    with pytest.raises(Invalid, match="user name"):
        rules.check_target("https://user@evil.example/")


def test_which_links_are_tracked():
    asked = Ways(OURS.own_hosts, OURS.base, go_links=True)
    kinds = {
        "https://bakery.example/": ("site", "site"),
        "https://www.bakery.example/": ("site", "site"),
        "https://shop.bakery.example/": ("site", "site"),
        "https://notbakery.example/": ("", "go"),
        "https://linnet.example/go/Ab3xK7q": ("", ""),  # no ring
    }
    assert {url: (rules.kind_for(url, OURS), rules.kind_for(url, asked)) for url in kinds} == kinds


def test_one_page_under_one_spelling():
    spellings = (
        "https://www.Bakery.example:443/a?b=2&utm_source=x&a=1#top",
        "https://bakery.example/a?a=1&b=2&fbclid=9&ln=Ab3xK7q",
    )
    assert {rules.canonical(url) for url in spellings} == {"https://bakery.example/a?a=1&b=2"}
    kept = {
        "http://a.example:80": "http://a.example/",
        "http://a.example:443/": "http://a.example:443/",
        "https://a.example:8443/x?empty=": "https://a.example:8443/x?empty=",
    }
    assert {url: rules.canonical(url) for url in kept} == kept


def test_whose_host_it_is():
    two = ("bakery.example", "rolls.example")
    hosts = ("rolls.example", "shop.bakery.example", "bakery.example.evil.example", "")
    assert [rules.is_own(host, two) for host in hosts] == [True, True, False, False]
    assert [rules.host_of(url) for url in ("https://www.A.example/", "/a", "https://[")] == [
        "a.example",
        "",
        "",
    ]


def test_a_preview_is_what_the_page_says_of_itself():
    html = """<html><head><title>Rolls &amp;
      more</title><meta property="og:description" content=" Warm  rolls "><meta property=og:image content="/r.jpg">
      <meta name="description" content="no"></head>"""
    preview = read_preview("https://t.example/x", html, url="https://t.example/x", now=1)
    assert (preview.title, preview.description) == ("Rolls & more", "Warm rolls")
    assert preview.image == "https://t.example/r.jpg"
    bad = '<meta property="og:image" content="javascript:x"><meta property="og:title" content="a\x00<b">'
    preview = read_preview("https://t.example/x", bad, url="https://t.example/x", now=1)
    assert (preview.image, preview.title) == ("", "a <b")


@given(st.text(max_size=400))
def test_no_page_breaks_the_preview(html):
    assert read_preview("https://t.example/", html, url="https://t.example/", now=1).fetched_at == 1


def test_a_go_link_is_known_by_its_address():
    base = "https://linnet.example"
    codes = {
        f"{base}/go/Ab3xK7q": "Ab3xK7q",
        f"{base}/go/x": "",
        "Ab3xK7q": "",
        "https://a.example/go/Ab3xK7q": "",
    }
    assert {url: rules.go_code(url, base) for url in codes} == codes
