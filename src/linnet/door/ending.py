"""The end of this process, as soon as somebody asks for it.

The server waits for open connections before it tells the app to stop, and a stream never closes by
itself: the two would wait for each other until the server is killed (seen with Granian 2.8). So
the app hears the signal itself, beside the server, and hangs up on its streams.

For WebSockets the server does not wait at all: it drops them in the midst of what they do, without a
goodbye, and sometimes ends with an error that leaves the app no time to stop (Granian 2.8.7). So the
app takes SIGTERM over, says goodbye to them, and then hands it on as SIGINT, which the server heeds in
the same way. Control-C at a terminal is a SIGINT from the beginning, and nobody waits for it.

A server process whose parent was killed would go on by itself, with nobody to stop it, and beside
whatever is started next: it ends, too.
"""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from starlette.types import Message, Receive

log = logging.getLogger("linnet")

GONE: Message = {"type": "http.disconnect"}
GOING_AWAY = 1001  # RFC 6455, 7.4.1: the server goes down, or the page is left
LEFT: Message = {"type": "websocket.disconnect", "code": GOING_AWAY, "reason": ""}
GRACE = 2.0  # seconds for goodbyes to WebSockets


class Ending:
    """Was this process asked to stop? For one event loop."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._alone = asyncio.Event()  # no WebSocket is open
        self._alone.set()
        self._sockets = 0
        self._leaving: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Hears the signals from now on, beside who hears them already. Only a main thread can:
        elsewhere whoever started the app stops it by `now`."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        before = signal.getsignal(signal.SIGINT)

        def interrupted(signum: int, frame: FrameType | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nothing is left to end
                loop.call_soon_threadsafe(self.now)
            if callable(before):
                before(signum, frame)

        def asked(_signum: int, _frame: FrameType | None) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._take_leave)

        if callable(before) and loop.remove_signal_handler(signal.SIGTERM):
            # else nobody here stops at these signals, and nor do we. Not by the loop's own way: what
            # comes while it does not run yet, between start and service, would be lost
            for number, heard in ((signal.SIGINT, interrupted), (signal.SIGTERM, asked)):
                signal.signal(number, heard)
                signal.siginterrupt(number, False)  # as event loops want it

        parent = multiprocessing.parent_process()
        if parent is not None:
            loop.add_reader(parent.sentinel, self._orphaned, parent.sentinel)

    def _orphaned(self, sentinel: int) -> None:
        asyncio.get_running_loop().remove_reader(sentinel)
        log.error("the process that started this one is gone, so this one ends, too")
        os.kill(os.getpid(), signal.SIGTERM)

    def now(self) -> None:
        """The end has begun."""
        self._asked.set()

    def _take_leave(self) -> None:
        self.now()
        if self._leaving is None:
            self._leaving = asyncio.create_task(self._hand_on())

    async def _hand_on(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GRACE):
                await self._alone.wait()
        os.kill(os.getpid(), signal.SIGINT)

    @property
    def alone(self) -> bool:
        """Is no WebSocket open?"""
        return self._alone.is_set()

    @contextlib.contextmanager
    def socket(self) -> Iterator[None]:
        """While this lasts, a WebSocket is open."""
        self._sockets += 1
        self._alone.clear()
        try:
            yield
        finally:
            self._sockets -= 1
            if not self._sockets:
                self._alone.set()

    def hang_up(self, receive: Receive, gone: Message = GONE) -> Receive:
        """`receive` to which the client has left when the end begins, in the words of `gone`."""

        async def waiting() -> Message:
            if self._asked.is_set():
                return gone
            message = asyncio.ensure_future(receive())
            asked = asyncio.create_task(self._asked.wait())
            try:
                await asyncio.wait({message, asked}, return_when=asyncio.FIRST_COMPLETED)
                return message.result() if message.done() else gone
            finally:
                message.cancel()
                asked.cancel()

        return waiting
