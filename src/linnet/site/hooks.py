"""`POST /hooks/sale` and `POST /hooks/lead`: what shops and forms report.

Signed: `Linnet-Signature: t=<seconds>,v1=<HMAC-SHA256 in hex of "<seconds>.<body>">` with the
firm's key, at most five minutes off. The same report again is answered as it was the first time:
201 new, 200 known. Every refusal is {"error": sentence, "field": name or null}:

    400 the body is no JSON     401 no or a wrong signature     409 the id had other content
    413 more than 64 KiB        422 a field is wrong, or signed too long ago
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from linnet.db.tx import Tx
from linnet.desk.sales import actions, queries, rules
from linnet.desk.sales.rules import HEADER, HookKey
from linnet.door.house import House
from linnet.door.statuses import status_of
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Invalid, Late, LinnetError, Unknown
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode, encode

log = logging.getLogger("linnet.hooks")

R = TypeVar("R")


class TooLarge(Invalid):
    """The body is larger than a report can be."""

    def __init__(self) -> None:
        super().__init__("body", f"is larger than {rules.BODY_MOST >> 10} KiB")


def routes(house: House) -> list[BaseRoute]:
    """The two hooks."""
    sale = partial(_hook, house, read=rules.read_sale, record=actions.record_sale)
    lead = partial(_hook, house, read=rules.read_lead, record=actions.record_lead)

    async def take_sale(request: Request) -> Response:
        return await sale(request)

    async def take_lead(request: Request) -> Response:
        return await lead(request)

    return [
        Route("/hooks/sale", take_sale, methods=["POST"]),
        Route("/hooks/lead", take_lead, methods=["POST"]),
    ]


async def _hook(
    house: House,
    request: Request,
    *,
    read: Callable[[object, int], R],
    record: Callable[..., bool],
) -> Response:
    try:
        body = await _body(request)
        now = now_ms()
        keys = await house.db.read(queries.keys, now)
        key = rules.check_signature(request.headers.get(HEADER, ""), body, keys, now)
        report: Any = read(decode(body), now)
        new = await house.db.write(_take, key, record, report, now)
    except ClientDisconnect:
        return Response(status_code=400)
    except LinnetError as error:
        return _refused(error)
    return _answer({"id": report.id, "status": "recorded" if new else "known"}, 201 if new else 200)


def _take(tx: Tx, key: HookKey, record: Callable[..., bool], report: object, now: int) -> bool:
    actions.see_key(tx, key, now)
    return record(tx, report, source="hook", id=new_id(), now=now)


async def _body(request: Request) -> bytes:
    pieces = bytearray()
    async for piece in request.stream():
        pieces += piece
        if len(pieces) > rules.BODY_MOST:
            raise TooLarge
    return bytes(pieces)


def _refused(error: LinnetError) -> Response:
    status = status_of(error)
    field = HEADER if isinstance(error, Unknown | Late) else None
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
