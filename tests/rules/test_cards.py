"""Cards: which link, under which address, and what is taken from a page (security paper C02, C05, C06)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.kernel.waiting import retry_at
from linnet.social.cards import page, rules
from linnet.social.cards.rules import Page

URL = "https://bakery.example/today"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://Bakery.Example/Today", "https://bakery.example/Today"),
        ("https://bakery.example", "https://bakery.example/"),
        ("https://bakery.example:443/a#part", "https://bakery.example/a"),
        ("http://bakery.example:8080/a", "http://bakery.example:8080/a"),
        ("https://bakery.example/a?b=2&a=1&utm_source=x&fbclid=y", "https://bakery.example/a?b=2&a=1"),
        ("https://bakery.example/a?ln=4kQ9xRz", "https://bakery.example/a"),
        (
            "https://bakery.example/a?ln=12&x=%20y",
            "https://bakery.example/a?ln=12&x=%20y",
        ),  # as it was written
        ("https://user:pass@bakery.example/", ""),
        ("https://bakery.example\\@evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://bakery.example/", ""),
        ("https://bakery.example/\u202egpj", ""),
        ("https://bakery.example/a b", "https://bakery.example/a b"),
        ("https://[::1", ""),
        ("https://bakery.example:99999/", ""),
        ("//bakery.example/", ""),
        ("", ""),
        ("https://bakery.example/" + "a" * 2048, ""),
    ],
)
def test_c05_one_page_has_one_address(url, address):
    assert rules.address_of(url) == address


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.bakery.example/x", "bakery.example"),
        ("https://bakery.example:8443/x", "bakery.example:8443"),
        ("https://\u0430pple.example/", "xn--pple-43d.example"),  # a Cyrillic letter: C06, C18
        ("https://paypal.com@evil.example/", "evil.example"),
        ("https://" + "a" * 70 + ".example/", ""),
        ("", ""),
    ],
)
def test_c06_the_host_that_is_shown_is_the_true_one(url, host):
    assert rules.host_of(url) == host


@pytest.mark.parametrize(
    ("html", "link"),
    [
        (
            '<p>See <a href="https://a.example/1">a</a> and <a href="https://a.example/2">b</a></p>',
            "https://a.example/1",
        ),
        ('<p><a href="https://b.example/@x" class="u-url mention">@x</a></p>', ""),
        (
            '<p><a href="https://b.example/tags/x" class="mention hashtag">#x</a> <a href="https://c.example">c</a></p>',
            "https://c.example",
        ),
        ('<p><a href="https://b.example/tags/x">#x</a></p>', ""),  # without a class, as some write it
        ('<p><a href="https://b.example/@x">@<span>x</span></a></p>', ""),
        ("<p><a>no address</a></p>", ""),
        ("<p>a &lt;a href=https://x.example&gt;</p>", ""),
        ("plain", ""),
    ],
)
def test_the_first_link_that_is_no_name_and_no_tag(html, link):
    assert rules.first_link(html) == link


def head(inner: str) -> Page:
    return page.read_page(f"<!doctype html><html><head>{inner}</head><body>", URL)


def test_what_a_page_says_of_itself():
    found = head(
        """<title>Ignored</title><meta property="og:title" content="Fresh &amp; warm">
        <meta name="description" content="Ignored"><meta property="og:description" content="Rye\nand  wheat">
        <meta property="og:image" content="/rye.jpg"><meta property="og:image:width" content="1200">
        <meta property="og:image:height" content="630"><meta property="og:image:alt" content="A loaf">
        <meta property="og:title" content="A second one">"""
    )
    assert found == Page(
        "Fresh & warm", "Rye and wheat", "https://bakery.example/rye.jpg", "A loaf", 1200, 630, ""
    )
    assert head('<title> Only <b>a</b> title</title><meta name="description" content="d">') == Page(
        "Only", "d"
    )
    twitter = '<meta name="twitter:title" content="t"><meta name="twitter:description" content="d"><meta name="twitter:image" content="https://x.example/i.png">'
    assert head(twitter) == Page("t", "d", "https://x.example/i.png")
    assert page.read_page('<html lang="de-AT"><title>x</title>', URL).language == "de-AT"
    assert head('<meta property="og:locale" content="pt_BR"><title>x</title>').language == "pt-BR"
    assert page.read_page("<body><title>late</title>", URL) == Page()
    assert page.read_page("", URL) == Page()


@pytest.mark.parametrize(
    "image",
    [
        "javascript:alert(1)",
        "data:image/png;base64,AAAA",
        "http://bakery.example/plain.jpg",
        "file:///etc/passwd",
        "https://u:p@bakery.example/x.jpg",
        "https://bakery.example\\@evil.example/x.jpg",
        "https://[::1/x.jpg",
        "https://bakery.example/\u202egpj.exe",
        "https://bakery.example/" + "x" * 2100,
    ],
)
def test_c05_pictures_are_https_or_none(image):
    found = head(
        f'<title>x</title><meta property="og:image" content="{image}"><meta property="og:image:width" content="9">'
    )
    assert (found.image, found.width) == ("", 0)


def test_c02_c06_nothing_turns_or_hides():
    evil = "safe\u202eelpmaxe.live\u200b\x00\x1b[31m<script>alert(1)</script>"
    found = head(
        f'<meta property="og:title" content="{evil}"><meta property="og:description" content="{evil * 40}">'
    )
    assert (
        found.title == "safeelpmaxe.live[31m<script>alert(1)</script>"
    )  # words: whoever shows them escapes them
    assert len(found.description) <= rules.DESCRIPTION_LENGTH
    assert all(c.isprintable() for c in found.title + found.description)


@pytest.mark.parametrize("side", ["-1", "1e9", "999999", "20001", "x", "", "١٢"])
def test_sizes_are_claims(side):
    picture = '<title>x</title><meta property="og:image" content="https://a.example/x.png">'
    assert head(f'{picture}<meta property="og:image:width" content="{side}">').width == 0


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("Brötchen".encode("latin-1"), "text/html; charset=ISO-8859-1", "Brötchen"),
        (b'<meta charset="windows-1252">\x80', "text/html", '<meta charset="windows-1252">€'),
        ("Brötchen".encode(), "text/html", "Brötchen"),
        (b"x", "text/html; charset=hex", "x"),
        (b"x", "text/html; charset=nonsense", "x"),
        (b"\xff", "text/html; charset=undefined", "�"),
    ],
)
def test_letters(body, kind, text):
    assert page.text_of(body, kind) == text


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<a b='", "<![foo[", "<!", "<script>", "</", "<meta ", "&#x", "<title>"]
)
def test_c07_c08_hostile_heads_end(piece):  # squared, they would not
    assert page.read_page(piece * (page.LONGEST_HEAD // len(piece)), URL).image == ""
    assert page.read_page(f"<title>x</title>{piece}", URL).title == "x"


@given(st.text(max_size=300), st.text(max_size=50))
def test_c07_reading_never_raises(html, url):
    found = page.read_page(f"<title>{html}", url)
    assert len(found.title) <= rules.TITLE_LENGTH
    page.read_head(html)
    rules.address_of(html)
    rules.host_of(html)
    rules.first_link(f"<a {html}")


def test_who_cannot_be_reached_is_left_alone_ever_longer():
    waits = [rules.pause(tries, None, 0) for tries in range(6)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (rules.AWAY_FOR, rules.MOST_WAIT)
    assert rules.pause(0, 3_600_000, 0) == 3_600_000  # as it asks
    assert rules.pause(0, 1, 0) == rules.AWAY_FOR
    assert rules.pause(0, 1 << 60, 0) == rules.MOST_WAIT


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("120", 121_000),
        (" 7 ", 8_000),
        ("Thu, 01 Jan 1970 00:02:00 GMT", 120_000),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("9" * 40, 1_000 + 999_999_999_000),
    ],
)
def test_retry_after(text, at):
    assert retry_at(text, 1_000) == at
