"""The WebSocket of the client API: one connection, many streams
(https://docs.joinmastodon.org/methods/streaming/#websocket)."""

import asyncio
import contextlib

from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from linnet.door.ending import GOING_AWAY
from linnet.door.statuses import status_of
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.wire import decode, encode
from linnet.mastodon.streams import Stream, Streams, channel

PATH = "/api/v1/streaming"
BREATH = 30.0  # seconds between two looks at a silent stream's token
LONGEST = 4096  # characters of a message from a client

POLICY, TRY_LATER = 1008, 1013  # RFC 6455, 7.4.1


class Sockets:
    """Takes WebSockets and serves them until one side leaves."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        line = WebSocket(scope, receive, send)
        if scope["path"].rstrip("/") != PATH:
            await line.close(POLICY, "There is no such stream")
            return
        offered = line.scope.get("subprotocols") or []
        token = _token(line, offered)
        try:
            stream = await self._streams.open(token)
        except LinnetError as error:
            await line.close(TRY_LATER if status_of(error) == 429 else POLICY, error.sentence)
            return
        try:
            await line.accept(subprotocol=offered[0] if token in offered else None)
            await self._serve(line, stream)
        finally:
            self._streams.close(stream)

    async def _serve(self, line: WebSocket, stream: Stream) -> None:
        first = line.query_params.get("stream")
        if first:
            await _apply(line, stream, {"type": "subscribe", **dict(line.query_params)})
        reading = asyncio.create_task(_read(line, stream))
        writing = asyncio.create_task(self._write(line, stream))
        _done, pending = await asyncio.wait({reading, writing}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        for task in (reading, writing):
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await task
        if line.application_state is not WebSocketState.CONNECTED:
            return
        # a client's own goodbye the server below has answered already: this is for the end of the process
        left = line.client_state is WebSocketState.DISCONNECTED
        code, why = (GOING_AWAY, "This server stops") if left else (POLICY, "The stream has ended")
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await line.close(code, why)

    async def _write(self, line: WebSocket, stream: Stream) -> None:
        while True:
            try:
                async with asyncio.timeout(BREATH):  # `wait_for` of 3.11 forgets that it was cancelled
                    letter = await stream.letters.get()
            except TimeoutError:
                if not await self._streams.still_good(stream):
                    return
                continue
            if letter is None:
                return
            await line.send_text(letter.frame)


def _token(line: WebSocket, offered: list[str]) -> str:
    """The token: in the address, in the Authorization header, or, since browsers cannot send one
    with a WebSocket, as the name of a subprotocol."""
    scheme, _, header = line.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return header.strip()
    return line.query_params.get("access_token") or (offered[0] if offered else "")


async def _read(line: WebSocket, stream: Stream) -> None:
    while True:
        message = await line.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text")
        try:
            if text is None:
                raise Invalid("message", "must be text")
            if len(text) > LONGEST:
                raise Invalid("message", f"is longer than {LONGEST} characters")
            wanted = decode(text)
            if not isinstance(wanted, dict):
                raise Invalid("message", "must be a JSON object")
        except Invalid as error:
            await _complain(line, error)
            continue
        await _apply(line, stream, wanted)


async def _apply(line: WebSocket, stream: Stream, message: dict[str, object]) -> None:
    try:
        tag = message.get("tag", "")
        wanted = channel(str(message.get("stream", "")), tag if isinstance(tag, str) else "")
        if message.get("type") == "subscribe":
            stream.listen(wanted)
        elif message.get("type") == "unsubscribe":
            stream.leave(wanted)
        else:
            raise Invalid("type", "must be subscribe or unsubscribe")
    except LinnetError as error:
        await _complain(line, error)


async def _complain(line: WebSocket, error: LinnetError) -> None:
    await line.send_text(encode({"error": error.sentence, "status": status_of(error)}).decode())
