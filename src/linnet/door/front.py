"""The first door: which of the two behind it a request goes to, and how long it may take to say so."""

from starlette.types import ASGIApp, Receive, Scope, Send

from linnet.door.ending import LEFT, Ending
from linnet.door.patience import patient


class Front:
    """Sends calls of the client API straight to their door, past the pages' routing: that costs as
    much as the whole home timeline (docs/benchmarks.md). Bodies may take their time up to a
    point, streams last until this process ends."""

    def __init__(self, app: ASGIApp, api: ASGIApp, ending: Ending) -> None:
        self._app = app
        self._api = api
        self._ending = ending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with self._ending.socket():
                await self._app(scope, self._ending.hang_up(receive, LEFT), send)
            return
        direct = scope["type"] == "http" and scope["path"].startswith("/api/")
        rest = self._ending.hang_up(receive)
        heard = patient(receive, rest) if scope["type"] == "http" else receive
        await (self._api if direct else self._app)(scope, heard, send)
