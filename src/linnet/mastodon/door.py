"""The client API as one ASGI app: find the endpoint, see who calls, read what they sent, answer.

One table of endpoints says for each what it asks of the caller and which parameters it takes;
an endpoint without that cannot be written (security paper, E20). Errors need no `try` in the
endpoints: here is the one place.
"""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from urllib.parse import quote, urlencode

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from linnet.door.caller import address_of
from linnet.door.house import House
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import NotFound, TooMany, Unknown
from linnet.kernel.throttle import Allowance, address_key
from linnet.mastodon import errors
from linnet.mastodon.answer import Answer, Flow, Header, answer
from linnet.mastodon.bearer import Auth, Bucket, Limits, Tokens, check, role_of
from linnet.mastodon.body import BODY, GoneAwayError, params_of
from linnet.mastodon.params import Params
from linnet.mastodon.present import Presenter
from linnet.social.apps.rules import Bearer
from linnet.social.posts.rules import Author, Terms


class Call:
    """One call of an endpoint: who, what, when."""

    __slots__ = ("bearer", "headers", "house", "now", "params", "path", "present", "segments")

    def __init__(
        self,
        house: House,
        present: Presenter,
        *,
        path: str,
        segments: dict[str, str],
        headers: Headers,
        bearer: Bearer | None,
        params: Params,
        now: int,
    ) -> None:
        self.house = house
        self.present = present
        self.path = path
        self.segments = segments
        self.headers = headers
        self.bearer = bearer
        self.params = params
        self.now = now

    @property
    def viewer(self) -> int:
        """The account that calls, or 0 for anybody."""
        return self.bearer.account_id or 0 if self.bearer else 0

    @property
    def account(self) -> int:
        """The account that calls. Raises Invalid where only an app does."""
        if self.bearer is None or self.bearer.account_id is None:
            raise errors.NoUser
        return self.bearer.account_id

    @property
    def person(self) -> int:
        """The person who calls. Raises Invalid where only an app does."""
        if self.bearer is None or self.bearer.person_id is None:
            raise errors.NoUser
        return self.bearer.person_id

    @property
    def author(self) -> Author:
        """Who speaks. Raises Invalid where only an app does."""
        account = self.account
        bearer = self.bearer
        assert bearer is not None  # `account` has raised
        return Author(account, bearer.person_id, role_of(bearer), bearer.app_id)

    @property
    def terms(self) -> Terms:
        """What this server sets for its posts."""
        return self.house.terms

    def id(self, name: str = "id") -> int:
        """An id in the path. Raises NotFound for what cannot be one."""
        text = self.segments[name]
        if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 1 << 63:
            return int(text)
        raise NotFound

    def links(
        self, newest: int | None, oldest: int | None, kept: Iterable[tuple[str, str]] = ()
    ) -> list[Header]:
        """The Link header of a page from `newest` to `oldest` (ids of its rows); none for an empty
        one. `kept`: the other parameters of the list."""
        if newest is None or oldest is None:
            return []
        base = f"{self.house.settings.url}{quote(self.path)}"
        rest = _query(tuple(kept))
        return [
            (
                "link",
                f'<{base}?{rest}max_id={oldest}>; rel="next", <{base}?{rest}min_id={newest}>; rel="prev"',
            )
        ]


@lru_cache(maxsize=1024)
def _query(kept: tuple[tuple[str, str], ...]) -> str:
    return "".join(f"{urlencode([pair])}&" for pair in kept)


Run = Callable[[Call], Awaitable[Answer]]


class Endpoint:
    """One line of the table. `takes`: the names of its parameters; `files`: it reads uploads;
    `bucket`: what limits it (None: read or write, by its method)."""

    __slots__ = ("auth", "bucket", "files", "method", "path", "run", "takes")

    def __init__(
        self,
        method: str,
        path: str,
        run: Run,
        auth: Auth,
        takes: str = "",
        *,
        files: bool = False,
        bucket: Bucket | None = None,
    ) -> None:
        self.method = method
        self.path = path
        self.run = run
        self.auth = auth
        self.takes = frozenset(takes.split())
        self.files = files
        self.bucket: Bucket = bucket or ("read" if method == "GET" else "write")


ANYTHING = frozenset("*")  # takes: for what is refused anyway, and where RFC 6749 wants strangers ignored

Methods = dict[str, Endpoint]


class _Branch:
    __slots__ = ("any", "fixed", "here")

    def __init__(self) -> None:
        self.here: tuple[Methods, list[str]] | None = None
        self.fixed: dict[str, _Branch] = {}
        self.any: _Branch | None = None


class Table:
    """Endpoints by path: fixed ones in one look, those with ids through a tree of segments."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._fixed: dict[str, Methods] = {}
        self._root = _Branch()
        for endpoint in endpoints:
            methods = self._place(endpoint.path)
            if endpoint.method in methods:
                raise ValueError(f"{endpoint.method} {endpoint.path} stands in the table twice")
            methods[endpoint.method] = endpoint

    def find(self, path: str) -> tuple[Methods, dict[str, str]] | None:
        """What answers at `path`, by method, and the segments that the path names."""
        plain = path.rstrip("/")
        fixed = self._fixed.get(plain)
        if fixed is not None:
            return fixed, {}
        found = _walk(self._root, plain.split("/")[1:], [])
        if found is None:
            return None
        methods, names, values = found
        return methods, dict(zip(names, values, strict=True))

    def _place(self, path: str) -> Methods:
        if "{" not in path:
            return self._fixed.setdefault(path, {})
        branch, names = self._root, []
        for segment in path.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment[1:-1])
                branch.any = branch.any or _Branch()
                branch = branch.any
            else:
                branch = branch.fixed.setdefault(segment, _Branch())
        if branch.here is None:
            branch.here = ({}, names)
        if branch.here[1] != names:
            raise ValueError(f"{path} names its segments otherwise than its neighbour: {branch.here[1]}")
        return branch.here[0]


def _walk(branch: _Branch, rest: list[str], values: list[str]) -> tuple[Methods, list[str], list[str]] | None:
    if not rest:
        return (*branch.here, values) if branch.here else None
    head, tail = rest[0], rest[1:]
    fixed = branch.fixed.get(head)
    found = _walk(fixed, tail, values) if fixed else None
    if found is None and branch.any is not None and head:
        found = _walk(branch.any, tail, [*values, head])
    return found


_COMMON = [
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Link, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id",
    ),
    (b"cache-control", b"private, no-store"),
    (b"x-content-type-options", b"nosniff"),
]
_ASKED_HEADERS = re.compile(r"[A-Za-z0-9, _-]{1,500}")


class Door:
    """The ASGI app of the endpoints in a table."""

    def __init__(
        self,
        house: House,
        endpoints: Iterable[Endpoint],
        tokens: Tokens,
        present: Presenter,
        sockets: ASGIApp,
    ) -> None:
        """`sockets` is what takes WebSockets."""
        self._sockets = sockets
        self._house = house
        self._present = present
        self._table = Table(endpoints)
        self._tokens = tokens
        self._limits = Limits()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._sockets(scope, receive, send)
            return
        found = self._table.find(scope["path"])
        method = scope["method"]
        if method == "OPTIONS":
            await _send(send, _preflight(scope, found), _COMMON)
            return
        headers: list[tuple[bytes, bytes]] = []
        try:
            made = await self._answer(scope, receive, found, headers)
        except GoneAwayError:
            return
        except Exception as error:  # noqa: BLE001 # the one place where errors become answers
            made = errors.refused(error)
        if isinstance(made, Flow):
            try:
                if method != "HEAD":
                    await _send_flow(receive, send, made, [*_COMMON, *headers])
                    return
            finally:
                made.close()
        await _send(send, made, [*_COMMON, *headers], head=method == "HEAD")

    async def _answer(
        self,
        scope: Scope,
        receive: Receive,
        found: tuple[Methods, dict[str, str]] | None,
        headers: list[tuple[bytes, bytes]],
    ) -> Answer:
        if found is None:
            return answer({"error": "This server has no such endpoint"}, status=404)
        methods, segments = found
        method = scope["method"]
        endpoint = methods.get("GET" if method == "HEAD" else method)
        if endpoint is None:
            allowed = ", ".join(sorted({*methods, "OPTIONS"}))
            return answer({"error": "Method not allowed"}, status=405, headers=[("allow", allowed)])
        now = now_ms()
        sent = Headers(scope=scope)
        bearer = await self._bearer(scope, sent, endpoint, headers, now)
        check(endpoint.auth, bearer)
        most = BODY + (self._house.settings.upload_bytes if endpoint.files else 0)
        params = await params_of(scope, sent, receive, most)
        if endpoint.takes != ANYTHING:
            params.only(endpoint.takes)
        call = Call(
            self._house,
            self._present,
            path=scope["path"],
            segments=segments,
            headers=sent,
            bearer=bearer,
            params=params,
            now=now,
        )
        return await endpoint.run(call)

    async def _bearer(
        self,
        scope: Scope,
        sent: Headers,
        endpoint: Endpoint,
        headers: list[tuple[bytes, bytes]],
        now: int,
    ) -> Bearer | None:
        """The token's owner, after counting the call: of the account, of the app, or of the
        address where there is no good token."""
        token = bearer_token(sent) if endpoint.auth.needs != "nobody" else ""
        if not token:
            bucket: Bucket = endpoint.bucket if endpoint.auth.needs == "nobody" else "anyone"
            self._count(bucket, self._address(scope), headers, now)
            return None
        try:
            bearer = await self._tokens.find(token, now)
        except Unknown:
            self._count("anyone", self._address(scope), headers, now)
            raise
        key = f"account {bearer.account_id}" if bearer.account_id else f"app {bearer.app_id}"
        self._count(endpoint.bucket, key, headers, now)
        return bearer

    def _address(self, scope: Scope) -> str:
        trusted = self._house.settings.trusted_proxies
        return address_key(address_of(HTTPConnection(scope), trusted))

    def _count(self, bucket: Bucket, key: str, headers: list[tuple[bytes, bytes]], now: int) -> None:
        allowance = self._limits.take(bucket, key, now)
        headers += self._limits.headers(allowance)
        if not allowance.allowed:
            raise TooMany("You have called too often: wait a little.", retry_after=_wait(allowance, now))


def bearer_token(sent: Headers) -> str:
    """The token of the Authorization header (RFC 6750), '' for none. Raises Unknown for a header
    that is of another kind: Basic is not a token."""
    line = sent.get("authorization")
    if line is None:
        return ""
    scheme, _, token = line.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise errors.no_token()
    return token.strip()


def _wait(allowance: Allowance, now: int) -> int:
    return max(1, -(-(allowance.retry_at - now) // 1000))


def _preflight(scope: Scope, found: tuple[Methods, dict[str, str]] | None) -> Answer:
    methods = ", ".join(sorted({*found[0], "OPTIONS"})) if found else "OPTIONS"
    asked = Headers(scope=scope).get("access-control-request-headers", "")
    allowed = asked if _ASKED_HEADERS.fullmatch(asked) else "Authorization, Content-Type, Idempotency-Key"
    return Answer(
        b"",
        status=204,
        headers=[
            ("allow", methods),
            ("access-control-allow-methods", methods),
            ("access-control-allow-headers", allowed),
            ("access-control-max-age", "86400"),
        ],
    )


async def _send(send: Send, made: Answer, headers: list[tuple[bytes, bytes]], *, head: bool = False) -> None:
    lines = [*headers]
    if made.status != 204:
        lines.append((b"content-type", made.kind.encode()))
        lines.append((b"content-length", str(len(made.body)).encode()))
    for name, value in made.headers:
        lines.append((name.encode(), value.encode("latin-1", "replace")))
    await send({"type": "http.response.start", "status": made.status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if head else made.body})


async def _send_flow(receive: Receive, send: Send, made: Flow, headers: list[tuple[bytes, bytes]]) -> None:
    """Sends what comes, until it ends or the client leaves."""
    lines = [*headers, (b"content-type", made.kind.encode()), (b"x-accel-buffering", b"no")]
    await send({"type": "http.response.start", "status": made.status, "headers": lines})

    async def writing() -> None:
        async for part in made.parts:
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def leaving() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    tasks = {asyncio.create_task(writing()), asyncio.create_task(leaving())}
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
