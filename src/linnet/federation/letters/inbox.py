"""The door: POST /ap/inbox and POST /ap/users/{id}/inbox. What the sender is told is a status and one
word; nothing that arrives makes it fall over."""

import logging
import re
from collections.abc import Awaitable, Callable, Iterable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from linnet.door.caller import address_of
from linnet.federation import proof, vocab
from linnet.federation.authority import Drop
from linnet.federation.letters import rules, steps
from linnet.federation.letters.drops import Drops
from linnet.federation.letters.steps import Arrival, Hall
from linnet.federation.plain import LARGEST
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import LinnetError

log = logging.getLogger("linnet.federation")

AT_ONCE = 512  # letters in hand; more are asked to come again
# Bytes of them, beyond which only short ones are taken on: whoever sends slowly and much fills neither the
# memory nor the door.
HELD, SHORT = 64 << 20, 64 << 10
_ID = re.compile(r"[1-9]\d{0,18}")
_TYPES = frozenset({vocab.CONTENT_TYPE, "application/ld+json"})


Heard = Callable[[str, int], Awaitable[None]]  # an address, and when (ms)


async def nobody_asks(_address: str, _now: int) -> None:
    """The `heard` of a server that counts no visits."""


class Inbox:
    """The door of one process. `own`: our authority, which letters must be signed for; `heard` is told
    from which address a good letter came, as far as the proxies `trusted` say."""

    def __init__(
        self,
        hall: Hall,
        drops: Drops,
        own: str,
        clock: Callable[[], int] = now_ms,
        heard: Heard = nobody_asks,
        trusted: Iterable[str] = (),
    ) -> None:
        self._heard = heard
        self._trusted = tuple(trusted)
        self._hall = hall
        self._drops = drops
        self._own = own
        self._clock = clock
        self._in_hand = 0
        self._held = 0

    async def shared(self, request: Request) -> Response:
        """A letter to whom it concerns."""
        return await self._answer(request, None)

    async def personal(self, request: Request) -> Response:
        """A letter to one account."""
        text = request.path_params["account"]
        if not _ID.fullmatch(text):
            return self._refuse(Drop("no_inbox", text[:40]))
        return await self._answer(request, int(text))

    async def _answer(self, request: Request, recipient: int | None) -> Response:
        if self._in_hand >= AT_ONCE:
            return self._refuse(Drop("crowded", f"{self._in_hand} in hand"))
        self._in_hand += 1
        try:
            drop, host = await self._take(request, recipient)
        except LinnetError as error:
            log.warning("a letter could not be kept: %s", error.cause)
            drop, host = Drop("database", error.cause), ""
        except Exception as error:  # whatever it was: its sender may try again, and we go on
            log.exception("a letter could not be taken in")
            drop, host = Drop("fault", repr(error)), ""
        finally:
            self._in_hand -= 1
        return self._refuse(drop, host) if drop else Response(status_code=202)

    async def _take(self, request: Request, recipient: int | None) -> tuple[Drop | None, str]:
        """Why it is not taken, and whose letter it is."""
        refused = _headers(request)
        if refused:
            return refused, ""
        body = bytearray()
        try:
            drop = await self._collect(request, body)
            return (drop, "") if drop else await self._walk(request, recipient, bytes(body))
        finally:
            self._held -= len(body)

    async def _collect(self, request: Request, body: bytearray) -> Drop | None:
        """Reads into `body`, which counts as held."""
        try:
            async for piece in request.stream():
                body += piece
                self._held += len(piece)
                if len(body) > LARGEST:
                    return Drop("too_big", "more than a letter")
                if self._held > HELD and len(body) > SHORT:
                    return Drop("crowded", f"{self._held} bytes in hand")
        except ClientDisconnect:
            return Drop("cut_off")
        return None

    async def _walk(self, request: Request, recipient: int | None, body: bytes) -> tuple[Drop | None, str]:
        arrival = Arrival(proof.received(request.scope, self._own), body, recipient, self._clock())
        drop = await steps.walk(self._hall, arrival)
        if drop is None and arrival.proven is not None:
            await self._heard(address_of(request, self._trusted), arrival.now)
        return drop, arrival.host

    def _refuse(self, drop: Drop, host: str = "") -> Response:
        self._drops.count(drop, host)
        wait = rules.retry_after(drop)
        headers = {"retry-after": str(wait)} if wait else None
        return PlainTextResponse(f"{drop.reason}\n", rules.status(drop), headers)


def _headers(request: Request) -> Drop | None:
    """What can be seen before the body is read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        return Drop("content_type", kind[:100])
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        return Drop("content_encoding")
    length = request.headers.get("content-length", "0")
    if length.isascii() and length.isdigit() and int(length[:20]) > LARGEST:
        return Drop("too_big", length[:20])
    return None


def routes(
    hall: Hall,
    drops: Drops,
    own: str,
    clock: Callable[[], int] = now_ms,
    heard: Heard = nobody_asks,
    trusted: Iterable[str] = (),
) -> list[BaseRoute]:
    """Where letters arrive."""
    inbox = Inbox(hall, drops, own, clock, heard, trusted)
    return [
        Route("/ap/inbox", inbox.shared, methods=["POST"], name="shared inbox"),
        Route("/ap/users/{account}/inbox", inbox.personal, methods=["POST"], name="inbox"),
    ]
