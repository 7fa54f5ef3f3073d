"""Streams as server-sent events (https://docs.joinmastodon.org/methods/streaming/)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from linnet.mastodon.answer import Answer, Flow
from linnet.mastodon.bearer import NOBODY
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.door import bearer_token
from linnet.mastodon.errors import no_token
from linnet.mastodon.streams import Stream, Streams, channel

BREATH = 15.0  # seconds of silence before a comment says that the line is alive


async def health(call: Call) -> Answer:
    """GET /api/v1/streaming/health."""
    del call
    return Answer(b"OK", kind="text/plain; charset=utf-8")


def _flow(streams: Streams, name: str) -> Callable[[Call], Awaitable[Answer]]:
    """The endpoint of one stream. The token may stand in the address: a browser's EventSource
    cannot send headers."""

    async def start(call: Call) -> Answer:
        token = bearer_token(call.headers) or call.params.text("access_token") or ""
        if not token:
            raise no_token()
        media = ":media" if call.params.flag("only_media") else ""
        wanted = channel(name + media, call.params.text("tag") or "")
        stream = await streams.open(token)
        try:
            stream.listen(wanted)
        except BaseException:
            streams.close(stream)
            raise
        close = partial(streams.close, stream)
        return Flow(_events(streams, stream), kind="text/event-stream", close=close)

    return start


async def _events(streams: Streams, stream: Stream) -> AsyncIterator[bytes]:
    yield b":)\n\n"
    while True:
        try:
            async with asyncio.timeout(BREATH):  # `wait_for` of 3.11 forgets that it was cancelled
                letter = await stream.letters.get()
        except TimeoutError:
            if not await streams.still_good(stream):
                return
            yield b":thump\n\n"
            continue
        if letter is None:
            return
        yield letter.lines


def endpoints(streams: Streams) -> tuple[Endpoint, ...]:
    """The streams; each looks at the token itself, since it may stand in the address."""
    base = "/api/v1/streaming"

    def flow(path: str, name: str, takes: str = "") -> Endpoint:
        return Endpoint("GET", f"{base}/{path}", _flow(streams, name), NOBODY, f"access_token {takes}")

    return (
        Endpoint("GET", f"{base}/health", health, NOBODY),
        flow("user", "user"),
        flow("user/notification", "user:notification"),
        flow("public", "public", "only_media"),
        flow("public/local", "public:local", "only_media"),
        flow("public/remote", "public:remote", "only_media"),
        flow("hashtag", "hashtag", "tag"),
        flow("hashtag/local", "hashtag:local", "tag"),
    )
