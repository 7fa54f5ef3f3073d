"""Reading what was sent: query and body, in whatever dress, as one tree of parameters."""

from collections.abc import AsyncIterator
from functools import lru_cache
from typing import Any

from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import Receive, Scope

from linnet.kernel.errors import Invalid
from linnet.mastodon import errors
from linnet.mastodon.params import Params, Upload, json_tree, merged, query_pairs, tree_of

BODY = 1 << 20  # bytes of a body that has no file in it
PARTS = 200  # of a multipart body
FILES = 4
ANNOUNCED = (b"content-length", b"transfer-encoding")  # a request with neither has no body (RFC 9112, 6.3)


class GoneAwayError(Exception):
    """The client hung up while it was sending."""


@lru_cache(maxsize=1024)  # apps ask the same things again and again; Params copies what it is given
def _asked(query: bytes) -> dict[str, Any]:
    return tree_of(query_pairs(query.decode("latin-1"))) if query else {}


async def params_of(scope: Scope, sent: Headers, receive: Receive, most: int) -> Params:
    """The parameters of a request, from its query and from a body of at most `most` bytes. Raises
    Invalid, TooLarge, GoneAwayError.
    """
    query = scope["query_string"]
    if not any(name in ANNOUNCED and value != b"0" for name, value in scope["headers"]):
        return Params(_asked(query))
    asked = tree_of(query_pairs(query.decode("latin-1"))) if query else {}
    kind = sent.get("content-type", "").partition(";")[0].strip().lower()
    stream = _body(receive, sent, most)
    if kind == "multipart/form-data":
        return Params(merged(asked, await _multipart(sent, stream)))
    body = b"".join([part async for part in stream])
    if not body:
        return Params(asked)
    if kind == "application/x-www-form-urlencoded":
        try:
            pairs = query_pairs(body.decode())
        except UnicodeDecodeError as error:
            raise Invalid("body", "is not UTF-8 text") from error
        return Params(merged(asked, tree_of(pairs)))
    if kind == "application/json" or kind.endswith("+json"):
        return Params(merged(asked, json_tree(body)))
    raise Invalid("content_type", "must be application/json, a form, or multipart/form-data")


async def _body(receive: Receive, sent: Headers, most: int) -> AsyncIterator[bytes]:
    """The body, piece by piece. Raises TooLarge, before reading where the length is said."""
    said = sent.get("content-length", "0")
    if said.isascii() and said.isdigit() and int(said[:18]) > most:
        raise errors.TooLarge(most)
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise GoneAwayError
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > most:
            raise errors.TooLarge(most)
        if part:
            yield part
        if not message.get("more_body", False):
            return


async def _multipart(sent: Headers, stream: AsyncIterator[bytes]) -> dict[str, Any]:
    async def pieces() -> AsyncIterator[bytes]:
        async for part in stream:
            yield part
        yield b""

    try:
        parser = MultiPartParser(sent, pieces(), max_files=FILES, max_fields=PARTS, max_part_size=BODY)  # type: ignore[arg-type] # an async iterator is all it needs
        form = await parser.parse()
    except (MultiPartException, KeyError) as error:
        raise Invalid("body", "is not proper multipart/form-data", cause=str(error)) from error
    pairs: list[tuple[str, Any]] = []
    try:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                pairs.append((name, Upload(value.filename or "", await value.read())))
            else:
                pairs.append((name, value))
    finally:
        await form.close()
    return tree_of(pairs)
