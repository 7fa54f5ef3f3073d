"""How long a body may take to come: a client that stops sending does not hold a connection for ever
(security paper, 5.13 and G05). The headers have their own limit in the server (`commands.serve`)."""

import asyncio

from starlette.types import Message, Receive

from linnet.door.ending import GONE

PIECE = 20.0  # seconds between two pieces of a body
WHOLE = 600.0  # seconds for all of it: a large picture over a slow line


def patient(
    receive: Receive, rest: Receive | None = None, *, piece: float = PIECE, whole: float = WHOLE
) -> Receive:
    """`receive` that gives up on a body that does not come: to the application the client is then
    gone. Once the body is there, waiting for the client to leave (as streams do) has no limit and
    is left to `rest`."""
    until = 0.0
    complete = given_up = False

    async def waiting() -> Message:
        nonlocal until, complete, given_up
        if given_up:
            return GONE
        if complete:
            return await (rest or receive)()
        now = asyncio.get_running_loop().time()
        until = until or now + whole
        try:
            async with asyncio.timeout(min(piece, until - now)):
                message = await receive()
        except TimeoutError:
            given_up = True
            return GONE
        complete = not message.get("more_body", False)
        return message

    return waiting
