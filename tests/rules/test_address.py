"""What may be fetched: public addresses, proper URLs, redirects that lead nowhere bad."""

import string
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.kernel.errors import Invalid
from linnet.kernel.settings import SettingsError
from linnet.net.address import (
    LONGEST,
    NONE,
    as_address,
    exceptions,
    follow,
    is_public,
    may_connect,
    parse_url,
)

HOSTILE_ONES = """
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1
    127.255.255.254 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.9
    192.0.0.170 192.0.2.1 192.31.196.1 192.52.193.1 192.88.99.1 192.168.1.1 192.175.48.1 198.18.0.1
    198.19.255.255 198.51.100.7 203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    :: ::1 ::7f00:1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
    64:ff9b::808:808 64:ff9b:1::7f00:1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1
    2001:10::1 2001:20::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 2620:4f:8000::1 3fff::1
    3fff:fff::1 4000::1 5f00::1 fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 2606:4700::1111%eth0
    fec0::1 ff02::1 ff0e::1
"""
PUBLIC_ONES = """
    1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.1.1.1 128.0.0.1 169.253.1.1
    172.15.1.1 172.32.0.1 192.0.1.1 192.169.0.1 198.17.1.1 198.20.0.1 223.255.255.255
    2001:200::1 2001:4860:4860::8888 2003::1 2606:4700:4700::1111 2a00:1450::1 3ffe::1
"""


@pytest.mark.parametrize("text", HOSTILE_ONES.split())
def test_b01_not_on_the_public_internet(text):
    assert not is_public(ip_address(text))
    assert not may_connect(text, "name.example", 443, NONE)


@pytest.mark.parametrize("text", PUBLIC_ONES.split())
def test_b01_on_the_public_internet(text):
    assert is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_never_gets_through_in_disguise(address: IPv4Address):
    number = int(address)
    for disguise in (
        number,  # IPv4-compatible
        (0xFFFF << 32) | number,  # mapped
        (0xFFFF << 48) | number,  # translated
        (0x64FF9B << 96) | number,  # NAT64
        (0x2002 << 112) | (number << 80),  # 6to4
        (0x20010000 << 96) | (number ^ 0xFFFFFFFF),  # Teredo
    ):
        assert not is_public(IPv6Address(disguise))


@given(st.ip_addresses())
def test_nothing_is_public_that_the_standard_library_knows_better(address):
    if address.is_private or address.is_loopback or address.is_multicast or address.is_link_local:
        assert not is_public(address)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://Example.ORG", "https://example.org/"),
        ("HTTP://example.org:80/a b".replace(" ", "%20"), "http://example.org/a%20b"),
        ("https://example.org:443/x?q=1#part", "https://example.org/x?q=1"),
        ("https://example.org:80/", "https://example.org:80/"),
        ("https://example.org./", "https://example.org/"),
        (
            "https://bäckerei.example/brötchen?für=dich",
            "https://xn--bckerei-5wa.example/br%C3%B6tchen?f%C3%BCr=dich",
        ),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ("https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"),
        ("https://example.org/a%2Fb%zz", "https://example.org/a%2Fb%zz"),
        ("https://1.1.1.1/dns", "https://1.1.1.1/dns"),
        ("https://[2606:4700:4700:0:0:0:0:1111]/", "https://[2606:4700:4700::1111]/"),
        (" https://example.org/ \n", "https://example.org/"),
        ("https://my_host.example/", "https://my_host.example/"),
    ],
)
def test_a_url_in_the_form_that_is_sent(text, url):
    assert parse_url(text).url == url
    assert parse_url(url).url == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "//example.org/",
        "/path",
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://example.org/",
        "javascript:alert(1)",
        "data:text/plain,x",
        "https:example.org",
        "https:///example.org",
        "https://",
        "https://user@example.org/",
        "https://user:word@example.org/",
        "https://@example.org/",
        "https://good.example\\@evil.example/",
        "https://example.org/a b",
        "https://example.org/\r\nHost: evil",
        "https://exa\tmple.org/",
        "https://example.org/\x00",
        "https://example.org:8080/",
        "https://example.org:22/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://example.org:abc/",
        "https://good%2eevil.example/",
        "https://-bad.example/",
        "https://bad-.example/",
        "https://a..b.example/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 127 + "example/",
        "https://[::1/",
        "https://[v1.x]/",
        "https://[fe80::1%25eth0]/",
        "https://xn--a/\ud800",
        "https://example.org/\ud800",
        "https://ex*mple.org/",
        "https://example.org/" + "a" * LONGEST,
    ],
)
def test_what_is_no_url_for_us(text):
    with pytest.raises(Invalid) as caught:
        parse_url(text, field="feed")
    assert caught.value.field == "feed"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.0.0.7", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "0.0.0.0",
        "0177.0.0.1", "2130706433", "0x7f.1", "0x7f000001", "127.1", "017700000001", "0", "0x", "1.2.3.08", "1.2.3.4.5",
        "①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.０.０.１", "127.0.0.1.", "example.1", "256.1.1.1",
    ],
)  # fmt: skip
def test_b06_loopback_in_every_spelling(host):
    with pytest.raises(Invalid):
        parse_url(f"http://{host}/")


def test_exact_pairs_may_be_private():
    allowed = exceptions(("127.0.0.1:9000", "localhost:9001", "[::1]:9002", "Peer.Example:8443"))
    for url in (
        "http://127.0.0.1:9000/x",
        "http://localhost:9001/",
        "http://[::1]:9002/",
        "https://peer.example:8443/",
    ):
        assert parse_url(url, allowed).url == url
    for url in (
        "http://127.0.0.1:9001/",
        "http://localhost:9000/",
        "http://127.0.0.1/",
        "http://127.0.0.2:9000/",
    ):
        with pytest.raises(Invalid):
            parse_url(url, allowed)
    assert may_connect("127.0.0.1", "localhost", 9001, allowed)
    assert not may_connect("127.0.0.1", "evil.example", 9001, allowed)


def test_networks_may_be_private_on_any_port():
    allowed = exceptions((), ("127.0.0.0/8", "fd00::/8"))
    for url in (
        "https://127.0.0.1:9000/x",
        "https://127.9.9.9/",
        "https://[fd00::1]:9002/",
        "https://peer.example:8443/",  # what it leads to is seen when it is looked up
    ):
        assert parse_url(url, allowed).url == url
    for url in ("https://10.0.0.1/", "https://10.0.0.1:9000/", "https://8.8.8.8:9000/", "https://[::1]/"):
        with pytest.raises(Invalid):
            parse_url(url, allowed)
    assert may_connect("127.0.0.1", "peer.example", 9001, allowed)
    assert may_connect("8.8.8.8", "peer.example", 443, allowed)
    assert not may_connect("8.8.8.8", "peer.example", 9001, allowed)
    assert not may_connect("10.0.0.1", "peer.example", 443, allowed)
    assert not may_connect("::ffff:127.0.0.1", "peer.example", 443, allowed)


def test_without_networks_a_strange_port_is_never_connected_to():
    assert may_connect("8.8.8.8", "peer.example", 80, NONE)
    assert not may_connect("8.8.8.8", "peer.example", 22, NONE)


@pytest.mark.parametrize(
    "line", ["localhost", "9000", ":9000", "localhost:", "localhost:70000", "localhost:x", "a b:80"]
)
def test_a_wrong_pair_stops_the_start(line):
    with pytest.raises(SettingsError, match="LINNET_ALLOW_PRIVATE"):
        exceptions((line,))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/b", "https://a.example/b"),
        ("b?c", "https://a.example/x/b?c"),
        ("//b.example/", "https://b.example/"),
        ("https://b.example", "https://b.example/"),
        ("/with space", "https://a.example/with%20space"),
        ("?p=2", "https://a.example/x/y?p=2"),
        ("", "https://a.example/x/y"),
    ],
)
def test_a_redirect(location, url):
    assert follow(parse_url("https://a.example/x/y"), location).url == url


@pytest.mark.parametrize(
    "location",
    [
        "http://a.example/",
        "file:///etc/passwd",
        "https://127.0.0.1/",
        "//[::1]/",
        "https://b.example:25/",
        "https://u:p@b.example/",
        "https://[bad/",
        "javascript:1",
    ],
)
def test_b02_a_redirect_to_nowhere_good(location):
    with pytest.raises(Invalid):
        follow(parse_url("https://a.example/x/y"), location)


@given(
    st.text(max_size=80),
    st.sampled_from(["", "http://", "https://", "https://a.example/", "https://[", "https://1."]),
)
def test_parsing_never_falls_and_never_lets_a_private_literal_through(text, start):
    try:
        target = parse_url(start + text)
    except Invalid:
        return
    assert target.scheme in {"http", "https"}
    assert target.port in {80, 443}
    assert target.literal is None or is_public(target.literal)
    assert target.url.isascii()
    assert set(target.host) <= set(string.ascii_lowercase + string.digits + ".-_:")
    assert parse_url(target.url) == target  # one form, for ever


def test_what_is_an_address():
    assert as_address("1.2.3.4") == IPv4Address("1.2.3.4")
    assert as_address("::1") == IPv6Address("::1")
    for text in ("1.2.3", "01.2.3.4", "localhost", "", "1.2.3.4\n"):
        assert as_address(text) is None
