"""Who is calling: the address of the client, through our own proxies only."""

from collections.abc import Iterable

from starlette.requests import HTTPConnection


def address_of(connection: HTTPConnection, trusted: Iterable[str]) -> str:
    """The IP address of the client. `X-Forwarded-For` is read from the right, and only as far as
    the hops are proxies that the owner named (security paper, E11): the rest is hearsay."""
    known = set(trusted)
    address = connection.client.host if connection.client else ""
    hops = [hop.strip() for line in connection.headers.getlist("x-forwarded-for") for hop in line.split(",")]
    while address in known and hops:
        address = hops.pop()
    return address
