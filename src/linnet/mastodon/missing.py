"""The pictures of who has none. PNG, since not every app draws SVG; under the names that apps know
from Mastodon and may replace by their own drawing."""

import struct
import zlib
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

AVATAR, HEADER = "/avatars/original/missing.png", "/headers/original/missing.png"

PAPER, INK = b"\xd9\xcf\xc4", b"\x8c\x7b\x6b"
SIDE = 200
WIDE = (600, 200)

_KEPT = {
    "cache-control": "public, max-age=604800",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
}


@cache
def avatar() -> bytes:
    """A head above shoulders."""
    return _png(SIDE, SIDE, [bytes(_is_ink(x, y) for x in range(SIDE)) for y in range(SIDE)])


@cache
def header() -> bytes:
    """Plain paper."""
    width, height = WIDE
    return _png(width, height, [bytes(width)] * height)


def _is_ink(x: int, y: int) -> bool:
    head = (x - 100) ** 2 + (y - 78) ** 2 < 38**2
    shoulders = ((x - 100) / 70) ** 2 + ((y - 200) / 66) ** 2 < 1
    return head or shoulders


def _png(width: int, height: int, rows: list[bytes]) -> bytes:
    """Rows of 0 and 1 as a PNG of two colours (W3C PNG, 11.2)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\x00" + row for row in rows), 9)
    palette = chunk(b"PLTE", PAPER + INK)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + palette + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def routes() -> list[BaseRoute]:
    """Where they are served."""

    async def show_avatar(_request: Request) -> Response:
        return Response(avatar(), media_type="image/png", headers=_KEPT)

    async def show_header(_request: Request) -> Response:
        return Response(header(), media_type="image/png", headers=_KEPT)

    return [Route(AVATAR, show_avatar, methods=["GET"]), Route(HEADER, show_header, methods=["GET"])]
