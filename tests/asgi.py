"""A tiny client for an ASGI app without a socket: one request, one answer.

answer = ask(routes, "GET", "/go/Ab3xK7q", headers={"user-agent": "curl/8"}, address="203.0.113.7")
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case), body."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    app: ASGIApp | Sequence[BaseRoute],
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    address: str = "203.0.113.7",
) -> Answer:
    """Sends one request to `app` (or to these routes) in an event loop of its own."""
    target = Starlette(routes=list(app)) if isinstance(app, Sequence) else app
    return asyncio.run(_ask(target, method, path, headers or {}, body, address))


async def _ask(
    app: ASGIApp,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    address: str,
    *,
    stays: bool = False,
) -> Answer:
    """`stays`: the caller does not hang up once everything was said (files are only sent to those)."""
    pure, _, query = path.partition("?")
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": pure,
        "raw_path": pure.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()],
        "client": (address, 40000),
        "server": ("linnet.example", 443),
    }
    waiting = [{"type": "http.request", "body": body, "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        if stays and not waiting:
            return await asyncio.get_running_loop().create_future()
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = next(message for message in sent if message["type"] == "http.response.start")
    content = b"".join(
        message.get("body", b"") for message in sent if message["type"] == "http.response.body"
    )
    return Answer(start["status"], {n.decode().lower(): v.decode() for n, v in start["headers"]}, content)
