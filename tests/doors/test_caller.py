"""Whose address is believed, and what the owner is told when a web server in front was not named."""

import logging

import pytest
from starlette.requests import HTTPConnection

from linnet.door import caller


def connection(peer: str, *forwarded: str) -> HTTPConnection:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return HTTPConnection({"type": "http", "client": (peer, 4711), "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("198.51.100.1", ["6.6.6.6"], "198.51.100.1"),  # a visitor's own claim
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # behind one of ours
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1, 203.0.113.7"], "198.51.100.1"),  # behind two
        ("127.0.0.1", ["6.6.6.6, 203.0.113.8"], "203.0.113.8"),  # the second is nobody's
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1:50312"], "198.51.100.1"),  # with the port of the visitor
        ("127.0.0.1", ["198.51.100.1, 203.0.113.7:443"], "198.51.100.1"),
        ("127.0.0.1", ["[2001:db8::1]:50312"], "2001:db8::1"),
        ("127.0.0.1", ["2001:DB8:0::1"], "2001:db8::1"),
        ("::ffff:127.0.0.1", ["198.51.100.1"], "198.51.100.1"),  # over a socket of both kinds
        ("127.0.0.1", ["unknown"], "unknown"),
        ("127.0.0.1", [""], ""),
    ],
)
def test_only_hops_that_were_named_are_believed(peer, forwarded, address):
    assert caller.address_of(connection(peer, *forwarded), ("127.0.0.1", "203.0.113.7")) == address


def test_a_web_server_that_was_not_named_is_said_once(caplog):
    caller._say_unnamed.cache_clear()
    with caplog.at_level(logging.WARNING, "linnet.door"):
        for _ in range(3):
            caller.address_of(connection("127.0.0.1", "198.51.100.1"), ())
            caller.address_of(connection("8.8.4.4", "6.6.6.6"), ())  # a visitor who makes things up
            caller.address_of(connection("10.0.0.5", "198.51.100.1"), ("10.0.0.5",))
    assert len(caplog.records) == 1
    assert "127.0.0.1" in caplog.text
    assert "LINNET_TRUSTED_PROXIES" in caplog.text
