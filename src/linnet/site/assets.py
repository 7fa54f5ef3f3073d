"""Styles, scripts, icons: read once at the start, served from memory.

Their address holds a hash of all of them, so that a browser may keep them for ever and never
keeps an old one: `/static/<hash>/linnet.css`. `/static/linnet.css` works too, unkept.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from linnet.kernel.errors import Invalid
from linnet.site import colour

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file in memory."""

    body: bytes
    packed: bytes  # gzip, b"" where that saves nothing
    type: str


class Assets:
    """All files of the static folder."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _asset(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        # two sheets: the few that strangers' pages need, and the rest
        self._sheets = {
            name: sheet
            for sheet in ("few.svg", "icons.svg")
            if sheet in self._files
            for name in re.findall(r'<symbol id="([a-z-]+)"', self._files[sheet].body.decode())
        }
        digest = hashlib.sha256()
        for name, asset in self._files.items():
            digest.update(name.encode() + b"\0" + asset.body + b"\0")
        self.version = digest.hexdigest()[:12]

    def url(self, name: str) -> str:
        """Where `name` is served, to be kept for ever."""
        if name not in self._files:
            raise KeyError(name)
        return f"/static/{self.version}/{name}"

    def icon(self, name: str, kind: str = "") -> Markup:
        """The icon called `name`; the words for screen readers stand beside it."""
        return Markup(
            '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>'
        ).format(kind, self.url(self._sheets[name]), name)

    def routes(self) -> list[BaseRoute]:
        """The routes below /static."""
        return [
            Route("/static/accent.css", self._accent, methods=["GET"]),
            Route("/static/{path:path}", self._file, methods=["GET"]),
        ]

    async def _file(self, request: Request) -> Response:
        path: str = request.path_params["path"]
        first, _, rest = path.partition("/")
        kept = first == self.version
        asset = self._files.get(rest if kept else path)
        if asset is None:
            return Response("Not found", 404, media_type="text/plain")
        headers = {
            "Cache-Control": FOR_EVER if kept else "public, max-age=300",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            # an SVG that is opened by itself is a document: it gets no powers
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        }
        if asset.packed and "gzip" in request.headers.get("accept-encoding", ""):
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
            return Response(asset.packed, media_type=asset.type, headers=headers)
        return Response(asset.body, media_type=asset.type, headers=headers)

    async def _accent(self, request: Request) -> Response:
        try:
            accent = colour.check_colour("#" + request.query_params.get("c", ""))
        except Invalid:
            return Response("Not found", 404, media_type="text/plain")
        headers = {"Cache-Control": FOR_EVER, "X-Content-Type-Options": "nosniff"}
        return Response(colour.stylesheet(accent), media_type="text/css", headers=headers)


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    packed = gzip.compress(body, 9, mtime=0)
    return Asset(body, packed if len(packed) < len(body) else b"", _type(path))


def _type(path: Path) -> str:
    return TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
