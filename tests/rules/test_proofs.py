"""Proofs of links: what counts as a page, as a link back, and when a proof ends (security paper A30)."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.wire import encode_text
from linnet.social.people.rules import Account, ProfileField
from linnet.social.proofs import rules

URL = "https://linnet.example"
ME = "https://linnet.example/@anna"


def account(*values: str, host: str = "", uri: str = "", url: str = "") -> Account:
    return Account(
        id=7,
        handle="anna",
        handle_key="anna",
        host=host,
        kind="person",
        name="Anna",
        bio="",
        bio_html="",
        fields=encode_text([ProfileField("Web", value) for value in values]),
        avatar_id=None,
        header_id=None,
        locked=False,
        discoverable=True,
        indexable=True,
        default_visibility="public",
        default_sensitive=False,
        default_language="",
        followers_count=0,
        following_count=0,
        posts_count=0,
        last_post_at=None,
        revision=1,
        created_at=0,
        invented=False,
        uri=uri,
        url=url,
    )


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://Bakery.Example", "https://bakery.example/"),
        ("https://bakery.example:443/a?b=c#d", "https://bakery.example/a?b=c"),
        ("https://bakery.example:8443/", "https://bakery.example:8443/"),
        ("https://b\u00e4ckerei.example/", "https://xn--bckerei-5wa.example/"),
        ("http://bakery.example/", ""),
        ("bakery.example", ""),
        ("https://bank.example@bakery.example/", ""),
        ("https://bakery.example\\@bank.example/", ""),
        ("https://bakery.example/ or so", ""),
        ("https://bakery.example/\u202e", ""),
        ("https://[::1]/", ""),
        ("https://bakery.example:99999/", ""),
        ("https://", ""),
        ("https://a/" + "x" * 3000, ""),
    ],
)
def test_what_is_an_address(text: str, address: str) -> None:
    assert rules.address_of(text) == address


def test_which_lines_are_looked_at() -> None:
    mine = account("https://bakery.example/", "http://plain.example/", "9 to 5", f"{ME}", f"{URL}/about")
    assert rules.pages_of(mine, URL) == ["https://bakery.example/"]  # its own server proves nothing
    assert rules.pages_of(account(*(f"https://s{n}.example/" for n in range(8))), URL) == [
        f"https://s{n}.example/" for n in range(rules.MOST)
    ]
    assert rules.pages_of(account("https://bakery.example/"), "http://localhost:8000") == []


def test_where_a_profile_is() -> None:
    assert rules.profile_pages(account(), URL) == (ME,)
    uri, page = "https://far.example/users/1", "https://far.example/@vera"
    assert rules.profile_pages(account(host="far.example", uri=uri, url=page), URL) == (page, uri)
    other = account(host="far.example", uri=uri, url="https://bank.example/@bank")
    assert rules.profile_pages(other, URL) == (uri,)  # nobody's page but its own server's


@pytest.mark.parametrize(
    ("final", "same"),
    [
        ("https://bakery.example/", True),
        ("https://www.bakery.example/en/", True),
        ("http://bakery.example/", False),
        ("https://bakery.example:8443/", False),
        ("https://shop.bakery.example/", False),
        ("https://bakery.example.evil.example/", False),
        ("https://evil.example/", False),
        (ME, False),
        ("", False),
    ],
)
def test_where_the_redirects_may_end(final: str, same: bool) -> None:
    assert rules.is_same_place("https://bakery.example/", final) is same


@pytest.mark.parametrize(
    "html",
    [
        f'<a rel="me" href="{ME}">me</a>',
        f"<A HREF=' {ME} ' REL='nofollow Me'>me</A>",
        f'<head><link rel=me href="{ME}"></head>',
        f'<link rel="me" href="{ME}" />',
        f'<title>x</title><p>{"y" * 1000}<a href="https://LINNET.example:443/@anna" rel="me">',
        f'<textarea>a</textarea><a rel="me" href="{ME}">',
    ],
)
def test_a_link_back(html: str) -> None:
    assert rules.links_back(html, (ME,))


@pytest.mark.parametrize(
    "html",
    [
        "",
        ME,
        f'<a href="{ME}">me</a>',
        f'<a rel="some" href="{ME}">me</a>',
        f'<a rel="me" href="{ME}/">me</a>',
        f'<a rel="me" href="{ME}2">me</a>',
        f'<a rel="me" href="{ME.replace("anna", "Anna")}">me</a>',
        '<a rel="me" href="/@anna">me</a>',
        f'<a rel="me" href="https://evil.example/?{ME}">me</a>',
        f'<a rel="me" href="{ME.replace("https", "http")}">me</a>',
        f'<!-- <a rel="me" href="{ME}"> -->',
        f'<script>"<a rel=me href={ME}>"</script>',
        f'<textarea><a rel="me" href="{ME}"></textarea>',
        f'<template><title></title><a rel="me" href="{ME}"></template>',
        f'<a rel="nofollow" rel="me" href="{ME}">',
        f'<div rel="me" href="{ME}">',
        '<a rel="me">',
        f'&lt;a rel="me" href="{ME}"&gt;',
    ],
)
def test_no_link_back(html: str) -> None:
    assert not rules.links_back(html, (ME, ""))


@given(some.text(alphabet="<>!-[]/= \"'amerlhf:\0tx", max_size=200))
def test_no_page_is_too_odd(html: str) -> None:
    assert not rules.links_back(html, (ME,))


def test_what_becomes_of_a_proof() -> None:
    lines = [
        ProfileField("a", "A", 5),
        ProfileField("b", "B"),
        ProfileField("c", "C", 5),
        ProfileField("d", "D", 5),
    ]
    found: dict[str, rules.Found] = {"A": "yes", "B": "yes", "C": "away"}
    kept = rules.proved(lines, found, 9, last=False)
    assert [line.proven_at for line in kept] == [5, 9, 5, None]  # nobody looks at the last any more
    assert [line.proven_at for line in rules.proved(lines, found, 9, last=True)] == [5, 9, None, None]
    assert [line.proven_at for line in rules.proved(lines, {"A": "no"}, 9, last=False)] == [None] * 4


def test_when_it_is_looked_at_again() -> None:
    assert [rules.next_look(7, tries, 0) for tries in (1, 2)] == [HOUR, 4 * HOUR]
    assert 7 * DAY <= rules.next_look(1 << 60, 0, 0) < 8 * DAY
