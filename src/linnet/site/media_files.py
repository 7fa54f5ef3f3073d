"""`/media/{name}`: the pictures, as files.

Whatever a file holds, it comes as the kind of picture its name says and can do nothing in a browser
(security paper, A20, C11, C12): no guessing of types, no scripts, no frames, no plug-ins.
"""

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from linnet.kernel.errors import LinnetError
from linnet.social.media.rules import MIMES
from linnet.social.media.store import Store

HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "content-disposition": "inline",
    "cross-origin-resource-policy": "cross-origin",  # other servers and apps show them
    "access-control-allow-origin": "*",
}


Elsewhere = Callable[[int, bool], Awaitable[str]]


def routes(store: Store, elsewhere: Elsewhere) -> list[BaseRoute]:
    """The routes of the pictures. `elsewhere(id, small)`: the file of a picture of another server,
    fetched by us if it is not here (`door.pictures`)."""

    async def picture(request: Request) -> Response:
        name = request.path_params["name"]
        path = store.path(name)
        if path is None or not path.is_file():
            raise HTTPException(404)
        headers = HEADERS | {"etag": f'"{path.stem}"'}  # a file never changes under its name
        if _has(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        return FileResponse(path, headers=headers, media_type=MIMES[path.suffix[1:]])

    async def from_elsewhere(request: Request) -> Response:
        small = request.url.path.endswith("/small")
        try:
            path = store.path(await elsewhere(request.path_params["id"], small))
        except LinnetError as error:
            raise HTTPException(404) from error
        if path is None or not path.is_file():
            raise HTTPException(404)
        headers = HEADERS | {"cache-control": "public, max-age=86400", "etag": f'"{path.stem}"'}
        if _has(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        return FileResponse(path, headers=headers, media_type=MIMES[path.suffix[1:]])

    return [
        Route("/media/elsewhere/{id:int}", from_elsewhere, methods=["GET"]),
        Route("/media/elsewhere/{id:int}/small", from_elsewhere, methods=["GET"]),
        Route("/media/{name}", picture, methods=["GET"]),
    ]


def _has(request: Request, etag: str) -> bool:
    """RFC 9110, If-None-Match: weak comparison."""
    asked = request.headers.get("if-none-match", "")
    return asked.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in asked.split(",")}
