"""The end of this process, as soon as somebody asks for it.

The server waits for open connections before it tells the app to stop, and a stream never closes by
itself: the two would wait for each other until the server is killed (seen with Granian 2.8). So
the app hears the signal itself, beside the server, and hangs up on its streams.

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
from types import FrameType

from starlette.types import Message, Receive

log = logging.getLogger("linnet")

GONE: Message = {"type": "http.disconnect"}
ASKED = (signal.SIGTERM, signal.SIGINT)


class Ending:
    """Was this process asked to stop? For one event loop."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()

    def watch(self) -> None:
        """Hears the signals from now on, beside who hears them already. Only a main thread can:
        elsewhere whoever started the app stops it by `now`."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in ASKED:
            before = signal.getsignal(number)

            def heard(signum: int, frame: FrameType | None, before: object = before) -> None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: nothing is left to end
                    loop.call_soon_threadsafe(self.now)
                if callable(before):
                    before(signum, frame)

            if callable(before):  # else nobody here stops at this signal, and nor do we
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

    def hang_up(self, receive: Receive) -> Receive:
        """`receive` to which the client has left when the end begins."""

        async def waiting() -> Message:
            if self._asked.is_set():
                return GONE
            message = asyncio.ensure_future(receive())
            asked = asyncio.create_task(self._asked.wait())
            try:
                await asyncio.wait({message, asked}, return_when=asyncio.FIRST_COMPLETED)
                return message.result() if message.done() else GONE
            finally:
                message.cancel()
                asked.cancel()

        return waiting
