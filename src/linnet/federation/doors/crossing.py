"""The address of a page is an address for servers too: who asks for JSON there is sent to the
documents, and everybody is told that the answer depends on what was asked for."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from linnet.federation.doors.accept import asks_for_document
from linnet.federation.doors.routes import has_document


class Crossing:
    """`pages`, and for servers `documents` at the pages' own addresses."""

    def __init__(self, pages: ASGIApp, documents: ASGIApp) -> None:
        self._pages = pages
        self._documents = documents

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/@") or not has_document(scope["path"]):
            await self._pages(scope, receive, send)
        elif scope["method"] in {"GET", "HEAD"} and asks_for_document(scope["headers"]):
            await self._documents(scope, receive, send)
        else:
            await self._pages(scope, receive, _varied(send))


def _varied(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if "accept" not in {part.strip().lower() for part in headers.get("vary", "").split(",")}:
                headers.add_vary_header("Accept")
        await send(message)

    return sending
