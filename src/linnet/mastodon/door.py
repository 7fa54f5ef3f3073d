"""The client API as one ASGI app: find the endpoint, see who calls, read what they sent, answer.

One table of endpoints says for each what it asks of the caller and which parameters it takes;
an endpoint without that cannot be written (security paper, E20). Errors need no `try` in the
endpoints: here is the one place.
"""

import asyncio
import contextlib
import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from linnet.door.caller import address_of
from linnet.door.house import House
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import TooMany, Unknown
from linnet.kernel.throttle import Allowance, address_key
from linnet.mastodon import errors
from linnet.mastodon.answer import Answer, Flow, answer
from linnet.mastodon.bearer import Bucket, Limits, Tokens, check
from linnet.mastodon.body import BODY, GoneAwayError, params_of
from linnet.mastodon.calls import ANYTHING, Call, Endpoint
from linnet.mastodon.paths import Methods, Table
from linnet.mastodon.present import Presenter
from linnet.mastodon.use import UseLog
from linnet.social.apps.rules import Bearer

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
        self._use = UseLog(house.db)
        house.at_end.append(self._use.stop)

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
        except GoneAwayError:  # nobody may read this, but a client that only was too slow can
            made = answer({"error": "The body of this request did not come"}, status=408)
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
        made = await endpoint.run(call)
        if bearer is not None and made.status < 400:
            self._use.note(bearer, method, scope["path"], now, reply="in_reply_to_id" in params)
        return made

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
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
