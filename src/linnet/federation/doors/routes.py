"""The addresses: `/ap/...` for whoever asks, and the pages' own for servers that ask there."""

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from linnet.federation import names
from linnet.federation.authority import authority
from linnet.federation.doors import documents, queries
from linnet.federation.doors.documents import Ask
from linnet.federation.doors.readers import Parts
from linnet.federation.doors.window import PRIVATE, Make, Shown, Window, refusal
from linnet.federation.render import collections
from linnet.federation.render import queries as facts
from linnet.federation.render.collections import START
from linnet.federation.syncing import queries as syncing
from linnet.federation.vocab import CONTENT_TYPE
from linnet.kernel.page import WIDE
from linnet.kernel.wire import encode
from linnet.social.quotes import queries as quotes

PAGE = re.compile(r"/@[A-Za-z0-9_]{1,30}(?:/[1-9]\d{0,18})?")
_ID = re.compile(r"[1-9]\d{0,18}")

# What may stand behind an account: how it is made, and whether it has pages.
OF_ACCOUNT: dict[str, tuple[Make, bool]] = {
    "outbox": (documents.outbox, True),
    "followers": (documents.followers, True),
    "following": (documents.following, True),
    "featured": (documents.featured, False),
    "tags": (documents.tags, False),
}
# ... and behind a post.
OF_POST: dict[str, tuple[Make, bool]] = {
    "activity": (documents.activity, False),
    "replies": (documents.replies, True),
    "likes": (documents.likes, False),
    "shares": (documents.shares, True),
    "context": (documents.thread, True),
}


class Doors:
    """The handlers of one process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._window = Window(parts)
        self._window.listen(parts.hub)

    async def server(self, request: Request) -> Response:
        """The server's own actor."""
        return await self._show(request, "actor", documents.server, Ask(self._parts.here), actor=True)

    async def server_outbox(self, request: Request) -> Response:
        """What the server itself says."""
        return await self._show(request, "outbox", documents.server_outbox, Ask(self._parts.here))

    async def account(self, request: Request) -> Response:
        """An account, by id."""
        return await self._account(request, _id(request, "account"))

    async def of_account(self, request: Request) -> Response:
        """A collection of an account."""
        part = request.path_params["part"]
        make, pages = OF_ACCOUNT.get(part, (None, False))
        ask = Ask(
            self._parts.here, _id(request, "account"), bound=_bound(request, ordered=True) if pages else None
        )
        if make is None or not ask.account_id or ask.bound == -1:
            return refusal(404, "Not found")
        page = f"/{part}" if part in {"followers", "following"} else ""
        return await self._show(request, part, make, ask, page=page)

    async def yours(self, request: Request) -> Response:
        """Those who follow an account and live where the reader does: for that server alone."""
        account_id = _id(request, "account")
        reader = await self._window.proven(request)
        if isinstance(reader, Response):
            return reader
        if not account_id or not await self._parts.db.glance(facts.speaker, account_id):
            return refusal(404, "Not found")
        found = await self._parts.db.read(syncing.followers_at, account_id, authority(reader.uri))
        address = names.followers_at(names.actor(self._parts.here.url, account_id))
        body = encode(collections.whole(address, found, ordered=True))
        return Response(body, headers=dict(PRIVATE), media_type=CONTENT_TYPE)

    async def post(self, request: Request) -> Response:
        """A post or boost, by id."""
        return await self._post(request, _id(request, "account"), _id(request, "post"))

    async def of_post(self, request: Request) -> Response:
        """What belongs to a post."""
        part = request.path_params["part"]
        make, pages = OF_POST.get(part, (None, False))
        bound = _bound(request, ordered=False) if pages else None
        ask = Ask(self._parts.here, _id(request, "account"), _id(request, "post"), bound)
        if make is None or not ask.account_id or not ask.post_id or ask.bound == -1:
            return refusal(404, "Not found")
        return await self._show(request, part, make, ask, page=f"/{ask.post_id}")

    async def stamp(self, request: Request) -> Response:
        """A leave to quote."""
        ask = Ask(self._parts.here, _id(request, "account"), stamp_id=_id(request, "stamp"))
        found = await self._parts.db.glance(quotes.stamp, ask.stamp_id)
        if not ask.account_id or found is None:
            return refusal(404, "Not found")
        topic = ("post", found.quoting_id)  # which is told to have changed when its leave ends
        shown = Shown(topic, ("stamp", ask.account_id, ask.stamp_id), documents.stamp, ask)
        return await self._window.show(request, shown)

    async def page(self, request: Request) -> Response:
        """The address of a profile or a post for people, asked for by a server (Misskey does)."""
        handle = request.path_params["handle"]
        account = await self._parts.db.glance(queries.named, handle)
        if account is None:
            return refusal(404, "Not found")
        if "post" in request.path_params:
            return await self._post(request, account.id, _id(request, "post"))
        return await self._account(request, account.id)

    async def _account(self, request: Request, account_id: int) -> Response:
        if not account_id:
            return refusal(404, "Not found")
        return await self._show(
            request, "actor", documents.actor, Ask(self._parts.here, account_id), actor=True
        )

    async def _post(self, request: Request, account_id: int, post_id: int) -> Response:
        if not account_id or not post_id:
            return refusal(404, "Not found")
        ask = Ask(self._parts.here, account_id, post_id)
        return await self._show(request, "post", documents.post, ask, page=f"/{post_id}")

    async def _show(
        self, request: Request, part: str, make: Make, ask: Ask, *, page: str = "", actor: bool = False
    ) -> Response:
        topic = ("post", ask.post_id) if ask.post_id else ("account", ask.account_id)
        key = (part, ask.account_id, ask.bound)
        return await self._window.show(request, Shown(topic, key, make, ask, page, actor))


def _id(request: Request, name: str) -> int:
    """An id in the path, in the one form in which we write it; 0 for anything else."""
    text = request.path_params[name]
    return min(int(text), WIDE) if _ID.fullmatch(text) else 0


def _bound(request: Request, *, ordered: bool) -> int | None:
    """Where the page begins; None: the collection itself is meant; -1: not readable."""
    if not request.query_params.get("page"):
        return None
    text = request.query_params.get("max_id" if ordered else "min_id")
    if text is None:
        return START[ordered]
    return min(int(text), WIDE) if _ID.fullmatch(text) else -1


def routes(parts: Parts) -> tuple[list[BaseRoute], list[BaseRoute]]:
    """The routes that go before the pages, and those of the pages' own addresses, which are asked only
    when `asks_for_document` says so."""
    doors = Doors(parts)
    before: list[BaseRoute] = [
        Route("/ap/actor", doors.server, methods=["GET"]),
        Route("/ap/actor/outbox", doors.server_outbox, methods=["GET"]),
        Route("/ap/users/{account}", doors.account, methods=["GET"]),
        Route("/ap/users/{account}/{part}", doors.of_account, methods=["GET"]),
        Route("/ap/users/{account}/followers/yours", doors.yours, methods=["GET"]),
        Route("/ap/users/{account}/posts/{post}", doors.post, methods=["GET"]),
        Route("/ap/users/{account}/stamps/{stamp}", doors.stamp, methods=["GET"]),
        Route("/ap/users/{account}/posts/{post}/{part}", doors.of_post, methods=["GET"]),
    ]
    instead: list[BaseRoute] = [
        Route("/@{handle}", doors.page, methods=["GET"], name="document of a profile"),
        Route("/@{handle}/{post}", doors.page, methods=["GET"], name="document of a post"),
    ]
    return before, instead


def has_document(path: str) -> bool:
    """Is this the address of a page that servers may ask for too?"""
    return PAGE.fullmatch(path) is not None
