"""`POST /hooks/sale` and `POST /hooks/lead`: what shops and forms report; `POST /hooks/stripe` and
`POST /hooks/woocommerce`: what those two send by themselves, signed in their own way.

Signed: `Linnet-Signature: t=<seconds>,v1=<HMAC-SHA256 in hex of "<seconds>.<body>">` with the
firm's key, at most five minutes off. The same report again is answered as it was the first time:
201 new, 200 known. The two shops get 200 for all that is right, also for what is no sale: they call
again, and in the end no more, when they get anything else. WooCommerce ends a webhook after six refusals
in a row, of whatever orders: an order of its that cannot be taken gets 200 as well, and a line in the log.
Every refusal is {"error": sentence, "field": name or null}:

    400 the body is no JSON     401 no or a wrong signature     409 the id had other content
    413 more than 64 KiB        422 a field is wrong, or signed too long ago
"""

import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from linnet.db.tx import Tx
from linnet.desk.sales import actions, queries, rules, signing
from linnet.desk.sales.rules import HookKey
from linnet.desk.sales.shops import Told, read_stripe, read_woocommerce
from linnet.desk.sales.signing import HEADER
from linnet.door.house import House
from linnet.door.statuses import status_of
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Conflict, Invalid, Late, LinnetError, Unknown
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode, encode

log = logging.getLogger("linnet.hooks")

R = TypeVar("R")

SHOP_MOST = 1 << 20  # an order with every line, tax and image address of it
_PING = re.compile(rb"webhook_id=\d{1,20}")


class TooLarge(Invalid):
    """The body is larger than a report can be."""

    def __init__(self, most: int) -> None:
        super().__init__("body", f"is larger than {most >> 10} KiB")


def routes(house: House) -> list[BaseRoute]:
    """The four hooks."""
    sale = partial(_hook, house, read=rules.read_sale, record=actions.record_sale)
    lead = partial(_hook, house, read=rules.read_lead, record=actions.record_lead)

    async def take_sale(request: Request) -> Response:
        return await sale(request)

    async def take_lead(request: Request) -> Response:
        return await lead(request)

    async def stripe(request: Request) -> Response:
        return await _shop(house, request, "stripe", signing.STRIPE_HEADER, read_stripe)

    async def woocommerce(request: Request) -> Response:
        return await _shop(house, request, "woocommerce", signing.WOO_HEADER, read_woocommerce)

    return [
        Route("/hooks/sale", take_sale, methods=["POST"]),
        Route("/hooks/lead", take_lead, methods=["POST"]),
        Route("/hooks/stripe", stripe, methods=["POST"]),
        Route("/hooks/woocommerce", woocommerce, methods=["POST"]),
    ]


async def _hook(
    house: House,
    request: Request,
    *,
    read: Callable[[object, int], R],
    record: Callable[..., bool],
) -> Response:
    try:
        body = await _body(request, rules.BODY_MOST)
        now = now_ms()
        keys = await house.db.read(queries.keys, now)
        key = signing.check_signature(request.headers.get(HEADER, ""), body, keys, now)
        report: Any = read(decode(body), now)
        new = await house.db.write(_take, key, record, report, now)
    except ClientDisconnect:
        return Response(status_code=400)
    except LinnetError as error:
        return _refused(error, HEADER)
    return _answer({"id": report.id, "status": "recorded" if new else "known"}, 201 if new else 200)


def _take(tx: Tx, key: HookKey, record: Callable[..., bool], report: object, now: int) -> bool:
    actions.see_key(tx, key, now)
    return record(tx, report, source="hook", id=new_id(), now=now)


async def _shop(
    house: House, request: Request, shop: str, header: str, read: Callable[[object], Told]
) -> Response:
    """A message of a shop that signs in its own way; `header` has the signature."""
    try:
        body = await _body(request, SHOP_MOST)
        if shop == "woocommerce" and _PING.fullmatch(body):
            return _answer({"status": "ping"}, 200)  # unsigned, when a webhook is saved; nothing is written
        now = now_ms()
        keys = await house.db.read(queries.keys, now, shop)
        given = request.headers.get(header, "")
        if shop == "stripe":
            key = signing.check_signature(given, body, keys, now, header)
        else:
            key = signing.check_woocommerce(given, body, keys, now)
        return _answer(await _told(house, shop, key, read, body, now), 200)
    except ClientDisconnect:
        return Response(status_code=400)
    except LinnetError as error:
        return _refused(error, header)


async def _told(
    house: House, shop: str, key: HookKey, read: Callable[[object], Told], body: bytes, now: int
) -> dict[str, str]:
    """What is answered to a message that the shop signed."""
    try:
        told = read(decode(body))
        new = await house.db.write(_take_told, key, told, shop, now)
    except (Invalid, Conflict) as error:
        if shop != "woocommerce" or (isinstance(error, Invalid) and error.field == "body"):
            raise
        log.warning("an order of WooCommerce was not taken: %s", error.sentence)
        return {"status": "refused", "why": error.sentence}
    if told.why:
        return {"status": "nothing", "why": told.why}
    return {"status": "recorded" if new else "known"}


def _take_told(tx: Tx, key: HookKey, told: Told, shop: str, now: int) -> int:
    actions.see_key(tx, key, now)
    return actions.record_told(tx, told, source=shop, now=now)


async def _body(request: Request, most: int) -> bytes:
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > most:
            raise TooLarge(most)
    return bytes(pieces)


def _refused(error: LinnetError, header: str) -> Response:
    status = status_of(error)
    field = header if isinstance(error, Unknown | Late) else None
    if isinstance(error, Invalid):
        field = error.field
        status = 413 if isinstance(error, TooLarge) else status
        if field == "body" and status == 422:
            status = 400
    if status >= 500:
        log.warning("a hook answered %d: %s", status, error.cause)
    return _answer({"error": error.sentence, "field": field}, status)


def _answer(content: object, status: int) -> Response:
    return Response(
        encode(content),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store", "x-content-type-options": "nosniff"},
    )
