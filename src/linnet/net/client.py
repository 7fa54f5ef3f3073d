"""The only way out: one HTTP client that cannot be led into the own network, and always ends.

Security paper §5.1; why one and why so: docs/decisions/0005-one-guarded-client.md. The check
sits where the connection is made: the address that was looked at is the address that is
connected to, so a name that changes its mind in between changes nothing.
"""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from typing import Protocol

import aiohttp
from yarl import URL

from linnet import __version__
from linnet.kernel.clock import SECOND
from linnet.kernel.errors import Invalid, LinnetError, Upstream
from linnet.kernel.settings import Settings
from linnet.kernel.value import Value, changed
from linnet.net.address import Exceptions, Target, exceptions, follow, parse_url
from linnet.net.body import PACKED, Body, BrokenError, TooBigError
from linnet.net.guard import EVERYWHERE, LOOKUPS, PER_HOST, Guard, Names, Places, Resolver, UnsafeError

HEADER_BYTES = 32 * 1024
HEADER_LINES = 100
MOVED = {301, 302, 303, 307, 308}
FOR_GOOD = {301, 308}
KEPT_ACROSS = {"accept", "accept-language", "user-agent"}  # the rest is for the first origin only
OURS = {"accept-encoding", "connection", "content-length", "cookie", "te", "transfer-encoding", "upgrade"}

KEPT = 15.0  # seconds for which a connection waits for its next request


class Policy(Value):
    """What one fetch may cost and what it wants."""

    max_bytes: int = 1 << 20  # of the body, unpacked
    timeout: int = 10 * SECOND  # ms for everything, redirects included
    redirects: int = 3  # 0: the redirect itself is the answer (needed to sign again)
    accept: str = "*/*"  # the Accept header
    types: tuple[str, ...] = ()  # media types a good answer may have; none: any
    https_only: bool = False
    cut: bool = False  # keep the first `max_bytes` of a longer body instead of refusing it


USUAL = Policy()


class Answer(Value):
    """What came back, whatever its status: 304, 404, 410 and 429 mean something to the caller."""

    status: int
    url: str  # of the last hop
    headers: dict[str, str]  # names in lower case; repeated ones joined by ", "
    body: bytes
    moved: str = ""  # the new address, where every redirect on the way was for good (301, 308)

    @property
    def good(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """The Content-Type without its parameters, in lower case; '' for none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Fetcher(Protocol):
    """What errands ask for, so that tests can hand them something else."""

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, policy: Policy = USUAL
    ) -> Answer:
        """Fetches `url`. Raises Invalid("url") for an address that may not be asked, and Upstream
        for a server that does not do its part."""
        ...

    async def head(
        self, url: str, *, headers: Mapping[str, str] | None = None, policy: Policy = USUAL
    ) -> Answer:
        """As `get`, without the body."""
        ...

    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None, policy: Policy = USUAL
    ) -> Answer:
        """Sends `body`. A redirect is not followed but answered. Raises as `get`."""
        ...

    async def close(self) -> None:
        """Ends every connection."""
        ...


class Client:
    """The Fetcher of a running server. Make it anywhere, use it in one event loop, close it. Each has
    places and connections of its own: what may not hold up others gets one for itself."""

    def __init__(
        self,
        settings: Settings,
        *,
        resolver: Resolver | None = None,
        places: int = EVERYWHERE,
        beside: Callable[[Resolver], Resolver] | None = None,
    ) -> None:
        """`places`: how many requests may be under way at once. `beside`: who listens to what the
        resolver finds."""
        self._allowed = exceptions(settings.allow_private, settings.allow_networks)
        self._name = f"Linnet/{__version__} (+{settings.url}/)"
        self._names = Names(max(LOOKUPS, places // 4))
        own = resolver or self._names
        self._guard = Guard(beside(own) if beside else own, self._allowed)
        self._places = Places(places)
        self._limit = places
        self._session: aiohttp.ClientSession | None = None

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, policy: Policy = USUAL
    ) -> Answer:
        """See `Fetcher.get`. Packed answers are unpacked within `policy.max_bytes`."""
        return await self._fetch("GET", url, headers, None, policy)

    async def head(
        self, url: str, *, headers: Mapping[str, str] | None = None, policy: Policy = USUAL
    ) -> Answer:
        """See `Fetcher.head`."""
        return await self._fetch("HEAD", url, headers, None, policy)

    async def post(
        self, url: str, body: bytes, *, headers: Mapping[str, str] | None = None, policy: Policy = USUAL
    ) -> Answer:
        """See `Fetcher.post`."""
        return await self._fetch("POST", url, headers, body, changed(policy, redirects=0))

    async def close(self) -> None:
        """Ends every connection."""
        if self._session:
            await self._session.close()
            self._session = None
        self._names.close()

    async def _fetch(
        self, method: str, url: str, headers: Mapping[str, str] | None, body: bytes | None, policy: Policy
    ) -> Answer:
        target = parse_url(url, self._allowed)
        sent = self._headers(target, headers or {}, policy)
        left, moved, hops = policy.timeout / SECOND, url, 0
        clock = asyncio.get_running_loop().time
        while True:
            _check_scheme(target, policy, self._allowed)
            async with self._places.at(target.host, policy.timeout / SECOND):
                began = clock()
                answer = await self._hop(method, target, sent, body, policy, left, first=hops == 0)
                left -= clock() - began
            location = answer.headers.get("location")
            if answer.status not in MOVED or not location or policy.redirects == 0:
                return changed(answer, moved=moved if hops and moved else "")
            hops += 1
            if hops > policy.redirects:
                raise Upstream(f"{target.host} redirects more than {policy.redirects} times.")
            target, sent = self._next(target, location, sent)
            moved = target.url if moved and answer.status in FOR_GOOD else ""

    def _headers(self, target: Target, given: Mapping[str, str], policy: Policy) -> dict[str, str]:
        """The headers of the first hop: the caller's over ours. `Host` may be given (it is signed)
        when it is the right one."""
        sent = {"user-agent": self._name, "accept": policy.accept, "accept-encoding": "gzip"}
        for name, value in given.items():
            key = name.lower()
            if key == "host" and value == target.authority:
                continue
            if key in OURS or key == "host":
                raise ValueError(f"{name} is the client's own to send")
            if not value.isprintable():
                raise Invalid("header", f"{name} has control characters in it")
            sent[key] = value
        return sent

    def _next(self, target: Target, location: str, sent: dict[str, str]) -> tuple[Target, dict[str, str]]:
        try:
            following = follow(target, location, self._allowed)
        except Invalid as error:
            raise Upstream(
                f"{target.host} redirects to where Linnet does not go: it {error.problem}.",
                cause=f"{target.url} -> {location[:500]!r}: {error.problem}",
            ) from error
        if following.origin == target.origin:
            return following, sent
        return following, {k: v for k, v in sent.items() if k in KEPT_ACROSS or k == "accept-encoding"}

    async def _hop(
        self,
        method: str,
        target: Target,
        headers: dict[str, str],
        body: bytes | None,
        policy: Policy,
        left: float,
        *,
        first: bool,
    ) -> Answer:
        """One request and its answer, within `left` seconds."""
        try:
            async with asyncio.timeout(max(left, 0)):
                async with self._open().request(
                    method,
                    URL(target.url, encoded=True),
                    headers=headers,
                    data=body,
                    allow_redirects=False,
                ) as response:
                    return await _read(response, target, policy)
        except TimeoutError as error:
            raise Upstream(
                f"{target.host} did not answer within {policy.timeout // SECOND} seconds."
            ) from error
        except aiohttp.ClientConnectorDNSError as error:
            raise self._refusal(target, error, first=first) from error
        except (aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError) as error:
            raise Upstream(f"{target.host} has no valid certificate.", cause=repr(error)) from error
        except aiohttp.ClientConnectorError as error:
            raise Upstream(f"{target.host} cannot be reached.", cause=repr(error)) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Upstream(f"{target.host} broke off its answer.", cause=repr(error)) from error

    def _refusal(self, target: Target, error: aiohttp.ClientConnectorDNSError, *, first: bool) -> LinnetError:
        """No address, or none that may be connected to. The addresses themselves go to the log
        only: an answer must not be a map of the own network."""
        reason = error.os_error
        if not isinstance(reason, UnsafeError):
            return Upstream(f"There is no server called {target.host}.", cause=repr(error))
        if first:
            return Invalid("url", "is not on the public internet", cause=str(reason))
        return Upstream(
            "It redirects to where Linnet does not go: it is not on the public internet.", cause=str(reason)
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=self._guard,
                socket_factory=self._guard.socket,
                use_dns_cache=False,
                limit=self._limit,
                limit_per_host=PER_HOST,
                keepalive_timeout=KEPT,
                ssl=_trust(),
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,  # a proxy would do the connecting, and none of the checking
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None),  # ours covers more
                max_line_size=8190,
                max_field_size=8190,
                max_headers=HEADER_LINES,
                skip_auto_headers=("content-type",),
            )
        return self._session


def _trust() -> ssl.SSLContext:
    """Certificates of the system's authorities, or of the file that SSL_CERT_FILE names. Made here
    and not where the library is loaded, so that tests can have an authority of their own."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


def _check_scheme(target: Target, policy: Policy, allowed: Exceptions) -> None:
    if policy.https_only and target.scheme != "https" and (target.host, target.port) not in allowed.pairs:
        raise Invalid("url", "is not https")


async def _read(response: aiohttp.ClientResponse, target: Target, policy: Policy) -> Answer:
    """The answer with its body; the connection is only used again after a complete one."""
    try:
        headers = _plain_headers(response, target)
        answer = Answer(response.status, target.url, headers, b"")
        if response.status in MOVED and "location" in headers:
            return answer
        if policy.types and answer.good and answer.media_type not in policy.types:
            raise Upstream(
                f"{target.host} sent {answer.media_type[:60] or 'something unnamed'}, "
                f"but {' or '.join(policy.types)} was asked for."
            )
        return changed(answer, body=await _body(response, headers, target, policy))
    finally:
        if not response.content.at_eof():
            response.close()


def _plain_headers(response: aiohttp.ClientResponse, target: Target) -> dict[str, str]:
    if sum(len(name) + len(value) + 4 for name, value in response.raw_headers) > HEADER_BYTES:
        raise Upstream(f"{target.host} sent more than {HEADER_BYTES // 1024} kB of headers.")
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.raw_headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode(errors="replace")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _body(
    response: aiohttp.ClientResponse, headers: dict[str, str], target: Target, policy: Policy
) -> bytes:
    packing = headers.get("content-encoding", "").strip().lower()
    packing = "" if packing == "identity" else packing
    if packing and packing not in PACKED:
        raise Upstream(f"{target.host} packs its answers in a way that was not asked for ({packing[:40]}).")
    body = Body(policy.max_bytes, packing)
    try:
        announced = response.content_length or 0
        if announced > policy.max_bytes and not policy.cut and response.method != "HEAD":
            raise TooBigError
        async for chunk in response.content.iter_any():
            body.add(chunk)
        return body.finish()
    except TooBigError as error:
        if policy.cut:
            return bytes(body.data)
        raise Upstream(f"{target.host} sent more than {_size(policy.max_bytes)}.") from error
    except BrokenError as error:
        raise Upstream(f"{target.host} sent an answer that cannot be unpacked.", cause=repr(error)) from error


def _size(bytes: int) -> str:
    return f"{bytes >> 20} MB" if bytes >= 1 << 20 else f"{max(bytes >> 10, 1)} kB"
