"""How a stream ends: whoever leaves is let go, whatever is on its way to them at that moment."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from linnet.door.ending import LEFT, Ending
from linnet.door.front import Front
from linnet.mastodon.answer import Flow
from linnet.mastodon.door import _send_flow
from linnet.mastodon.routes.streaming import _events
from linnet.mastodon.sockets import PATH, Sockets
from linnet.mastodon.streams import Letter, Stream, channel

LETTER = Letter(channel("public"), "update", b"{}")
TURNS = 60  # of the event loop: many more than a goodbye takes


class House:
    """The streams of a server with one listener."""

    def __init__(self) -> None:
        self.stream = Stream(SimpleNamespace(account_id=1, scopes=("read",)), "token")
        self.open_ones = 0

    async def open(self, _token: str) -> Stream:
        self.open_ones += 1
        return self.stream

    def close(self, _stream: Stream) -> None:
        self.open_ones -= 1


class Client:
    """The other end, as the server below tells the app of it."""

    def __init__(self, *first: Any, gone: Any, stuck: bool = False) -> None:
        self.first = list(first)
        self.gone = gone
        self.stuck = stuck  # it reads nothing any more
        self.left = asyncio.Event()
        self.got: list[Any] = []

    async def receive(self) -> Any:
        if self.first:
            return self.first.pop(0)
        await self.left.wait()
        return self.gone

    async def send(self, message: Any) -> None:
        if self.stuck and message["type"] in {"websocket.send", "http.response.body"}:
            await asyncio.Event().wait()
        self.got.append(message)


async def turns(many: int) -> None:
    for _ in range(many):
        await asyncio.sleep(0)


def socket(**more: Any) -> dict[str, Any]:
    return {"type": "websocket", "path": PATH, "query_string": b"", "headers": [], "subprotocols": []} | more


async def ends(app: Any, leave: Callable[[], None], stream: Stream, after: int) -> bool:
    """Is it over soon, when a letter comes that many turns after the leave was taken?"""
    task = asyncio.create_task(app)
    await turns(TURNS)
    assert not task.done()
    leave()
    await turns(after)
    stream.letters.put_nowait(LETTER)
    await turns(TURNS)
    over = task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return over


@pytest.mark.parametrize("stuck", [False, True])
@pytest.mark.parametrize("after", range(8))
def test_a_socket_is_closed_whatever_comes_at_that_moment(after: int, stuck: bool) -> None:
    async def story() -> tuple[bool, int, list[Any]]:
        house = House()
        gone = {"type": "websocket.disconnect", "code": 1000}
        client = Client({"type": "websocket.connect"}, gone=gone, stuck=stuck)
        if stuck:
            house.stream.letters.put_nowait(LETTER)
        app = Sockets(house)(socket(), client.receive, client.send)  # type: ignore[arg-type]  # of a house only what is asked
        over = await ends(app, client.left.set, house.stream, after)
        return over, house.open_ones, client.got

    over, open_ones, got = asyncio.run(story())
    assert (over, open_ones) == (True, 0)
    assert [one["type"] for one in got if one["type"] != "websocket.send"] == [
        "websocket.accept",
        "websocket.close",
    ]


@pytest.mark.parametrize("stuck", [False, True])
@pytest.mark.parametrize("after", range(8))
def test_so_is_a_line_of_events(after: int, stuck: bool) -> None:
    async def story() -> bool:
        house = House()
        client = Client(gone={"type": "http.disconnect"}, stuck=stuck)
        flow = Flow(_events(house, house.stream), kind="text/event-stream", close=lambda: None)  # type: ignore[arg-type]  # as above
        return await ends(
            _send_flow(client.receive, client.send, flow, []), client.left.set, house.stream, after
        )

    assert asyncio.run(story())


def test_the_end_of_the_process_is_said_to_sockets() -> None:
    """RFC 6455, 7.4.1: 1001 for a server that goes down."""

    async def story() -> list[Any]:
        house, ending = House(), Ending()
        client = Client({"type": "websocket.connect"}, gone=LEFT)
        front = Front(Sockets(house), Sockets(house), ending)  # type: ignore[arg-type]  # as above
        task = asyncio.create_task(front(socket(), client.receive, client.send))
        await turns(TURNS)
        assert not ending.alone
        ending.now()
        await turns(TURNS)
        assert task.done()
        assert ending.alone
        assert house.open_ones == 0
        return client.got

    assert [(one["type"], one.get("code")) for one in asyncio.run(story())] == [
        ("websocket.accept", None),
        ("websocket.close", 1001),
    ]
