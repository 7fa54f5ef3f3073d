"""Who is calling: the address of the client, through our own proxies only."""

import logging
import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_address

from starlette.requests import HTTPConnection

_PORT = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::\d{1,5})?", re.ASCII)

log = logging.getLogger("linnet.door")


def address_of(connection: HTTPConnection, trusted: Iterable[str]) -> str:
    """The IP address of the client. `X-Forwarded-For` is read from the right, and only as far as
    the hops are proxies that the owner named (security paper, E11): the rest is hearsay."""
    known = set(trusted)
    address = _plain(connection.client.host) if connection.client else ""
    hops = [hop.strip() for line in connection.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    if hops and address not in known:
        _say_unnamed(address)
    while address in known and hops:
        address = _plain(hops.pop())
    return address


def _plain(address: str) -> str:
    """Without the port that some proxies write behind it, and an IPv4 address that came over an IPv6
    socket as what it is: otherwise one visitor is many, and a proxy is not the one that was named."""
    bare, port = address, _PORT.fullmatch(address)
    if port:
        bare = port[1] or port[2]
    try:
        ip = ip_address(bare)
    except ValueError:
        return address
    return str(getattr(ip, "ipv4_mapped", None) or ip)


@lru_cache(64)  # once each
def _say_unnamed(address: str) -> None:
    """A web server of our own that nobody named makes all its visitors one, and nothing else shows it."""
    try:
        near = ip_address(address).is_private  # this machine, or its network
    except ValueError:
        return
    if near:
        log.warning(
            "A web server at %s passes the calls of others on, but LINNET_TRUSTED_PROXIES does not name it: "
            "all who come through it count as one caller. See docs/guide/web-server.md.",
            address,
        )
