"""Which addresses may be asked: one parser for URLs, one list of what is not the public internet.

Why an own list (security paper §0.3, §5.1): the standard library's `is_global` says yes to NAT64,
6to4, multicast and others that lead back into the own network. IPv6 is public only inside
2000::/3, the one block that is handed out (RFC 4291, 2.4; IANA special-purpose registries).
"""

import re
from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from urllib.parse import quote, urljoin, urlsplit

import idna

from linnet.kernel.errors import Invalid
from linnet.kernel.settings import SettingsError
from linnet.kernel.value import Value

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PORTS = {"http": 80, "https": 443}
LONGEST = 4096  # characters of a URL; longer ones are traps more often than pages

_NOT_PUBLIC_4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT; also some clouds' metadata
            "127.0.0.0/8",  # loopback
            "169.254.0.0/16",  # link-local; most clouds' metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # automatic multicast tunnels
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
_HANDED_OUT_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: an IPv4 address in disguise
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)


class Exceptions(Value):
    """What may be asked although it is not the public internet: exact pairs of host and port, and
    whole networks, on any port (settings `allow_private` and `allow_networks`)."""

    pairs: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[Network, ...] = ()

    def holds(self, address: Address) -> bool:
        """Is the address in one of the networks?"""
        return any(address in network for network in self.networks)


NONE = Exceptions()


class Target(Value):
    """A URL that was found good: what is sent, and where to."""

    scheme: str
    host: str  # ASCII, lower case; an IPv6 address without brackets
    port: int
    url: str  # serialised by us: the form that is sent, signed and compared

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port (RFC 6454)."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Host and port as the Host header says them."""
        return _authority(self.scheme, self.host, self.port)

    @property
    def target(self) -> str:
        """Path and query: what stands in the first line of the request."""
        return "/" + self.url.partition("://")[2].partition("/")[2]

    @property
    def literal(self) -> Address | None:
        """The address, where the URL names one instead of a name."""
        return as_address(self.host)


def is_public(address: Address) -> bool:
    """May this address be connected to? IPv4 addresses wrapped in IPv6 ones never may."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return (
        address.scope_id is None
        and address in _HANDED_OUT_6
        and not any(address in network for network in _NOT_PUBLIC_6)
    )


def as_address(text: str) -> Address | None:
    """`text` as an IP address in its one proper form (dotted IPv4, RFC 4291 IPv6), or None."""
    for kind in (IPv4Address, IPv6Address):
        try:
            return kind(text)
        except AddressValueError:
            continue
    return None


def exceptions(private: Iterable[str], networks: Iterable[str] = ()) -> Exceptions:
    """The settings `allow_private` (lines `host:port`) and `allow_networks`. Raises SettingsError."""
    return Exceptions(frozenset(map(_pair, private)), tuple(map(ip_network, networks)))


def _pair(line: str) -> tuple[str, int]:
    host, _, port = line.rpartition(":")
    try:
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise Invalid("port", "is missing")
        return _host(host.strip("[]")), int(port)
    except Invalid as error:
        raise SettingsError(
            f"LINNET_ALLOW_PRIVATE has {line!r}, but it must be pairs like 127.0.0.1:9000, separated by commas."
        ) from error


# What browsers and parsers read differently, or what ends a line of the protocol.
_NEVER = re.compile(r"[\x00-\x20\x7f\\]")
_PATH = "/%:@!$&'()*+,;=~-._"
_QUERY = _PATH + "?[]|^`{}"


def parse_url(text: str, allowed: Exceptions = NONE, *, field: str = "url") -> Target:
    """A URL that may be asked, as a Target. Raises Invalid(field) as `read_url`, and for other
    ports than 80 and 443 and an address in it that is not public, unless it is `allowed`. Where
    networks are, a name may have any port here: what it leads to is seen when it is looked up."""
    target = read_url(text, field=field)
    _check(target.host, target.port, allowed, field)
    return target


def read_url(text: str, *, field: str = "url") -> Target:
    """An http or https URL in the one form we write and compare; the fragment is left out. Says
    nothing about whether it may be asked. Raises Invalid(field) for anything else: credentials,
    control characters, backslashes, hosts that are no names."""
    stripped = text.strip(" \t\r\n")
    if len(stripped) > LONGEST:
        raise Invalid(field, f"is longer than {LONGEST} characters")
    if _NEVER.search(stripped):
        raise Invalid(field, "has spaces, backslashes or control characters in it")
    try:
        parts = urlsplit(stripped)
        port = parts.port
    except ValueError as error:
        raise Invalid(field, "is not an address like https://example.org/page", cause=str(error)) from error
    bracketed = "[" in parts.netloc and ":" not in (parts.hostname or "")  # IPvFuture: nobody has it
    if parts.scheme not in PORTS or not parts.hostname or bracketed:
        raise Invalid(field, "is not an address like https://example.org/page")
    if "@" in parts.netloc:
        raise Invalid(field, "has a user name or password in it, which Linnet does not send")
    host = _host(parts.hostname, field)
    number = PORTS[parts.scheme] if port is None else port
    query = f"?{_quoted(parts.query, _QUERY, field)}" if parts.query else ""
    path = _quoted(parts.path or "/", _PATH, field)
    url = f"{parts.scheme}://{_authority(parts.scheme, host, number)}{path}{query}"
    return Target(parts.scheme, host, number, url)


def follow(target: Target, location: str, allowed: Exceptions = NONE) -> Target:
    """Where a redirect leads. Raises Invalid("redirect") as `parse_url`, and for a step from
    https down to http."""
    try:
        joined = urljoin(target.url, location.strip().replace(" ", "%20"))
    except ValueError as error:
        raise Invalid("redirect", "is not an address") from error
    following = parse_url(joined, allowed, field="redirect")
    if target.scheme == "https" and following.scheme == "http":
        raise Invalid("redirect", "leads from https down to http")
    return following


def may_connect(address: str, host: str, port: int, allowed: Exceptions) -> bool:
    """May `address`, which `host` was found at, be connected to on `port`?"""
    if (host, port) in allowed.pairs:
        return True
    found = as_address(address)
    if found is None:
        return False
    return allowed.holds(found) or (is_public(found) and port in PORTS.values())


def _check(host: str, port: int, allowed: Exceptions, field: str) -> None:
    literal = as_address(host)
    if (host, port) in allowed.pairs or (literal is not None and allowed.holds(literal)):
        return
    if port not in PORTS.values() and not (allowed.networks and literal is None):
        raise Invalid(field, "has an unusual port: only 80 and 443 are fetched")
    if literal is not None and not is_public(literal):
        raise Invalid(field, "is not on the public internet")


_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
_LAST_IS_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")


def _host(text: str, field: str = "url") -> str:
    """A host in the one form we compare: IDNA 2008 as ASCII, lower case, without the last dot.
    A name whose last part is a number must be a proper IPv4 address: `127.1`, `0x7f.1` and
    `2130706433` are ways to write 127.0.0.1 (WHATWG URL, "ends in a number")."""
    if ":" in text:
        try:
            address = IPv6Address(text)
        except AddressValueError as error:
            raise Invalid(field, "has a host that is no IPv6 address") from error
        if address.scope_id is not None:
            raise Invalid(field, "names a network card, which only means something on one machine")
        return address.compressed
    try:
        name = text if text.isascii() else idna.encode(text, uts46=True, std3_rules=True).decode()
    except idna.IDNAError as error:
        raise Invalid(field, "has a host that is no name", cause=str(error)) from error
    name = name.lower().removesuffix(".")
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise Invalid(field, "has a host that is no name")
    if _LAST_IS_NUMBER.fullmatch(name) and as_address(name) is None:
        raise Invalid(field, "has a host that is no IPv4 address")
    return name


def _authority(scheme: str, host: str, port: int) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port == PORTS[scheme] else f"{shown}:{port}"


def _quoted(text: str, safe: str, field: str) -> str:
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError as error:
        raise Invalid(field, "has characters that are not Unicode text") from error
