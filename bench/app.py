"""What the measured server processes run: Linnet's own app, and beside it one Starlette route that
answers so many bytes and does nothing else. That is what the same server can do at most, in the
same run."""

from functools import lru_cache

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from linnet import app as linnet


def serve() -> ASGIApp:
    """The target of Granian."""
    return _Beside(linnet.serve(), Starlette(routes=[Route("/bench/constant/{size:int}", constant)]))


class _Beside:
    def __init__(self, app: ASGIApp, beside: ASGIApp) -> None:
        self._app = app
        self._beside = beside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        ours = scope["type"] == "http" and scope["path"].startswith("/bench/")
        await (self._beside if ours else self._app)(scope, receive, send)


async def constant(request: Request) -> Response:
    return Response(_body(request.path_params["size"]), media_type="application/json")


@lru_cache(maxsize=8)
def _body(size: int) -> bytes:
    return b'"' + b"x" * (size - 2) + b'"'
