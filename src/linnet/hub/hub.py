"""After the commit: events to every listener of this process, and to the other processes.

No broker. Each process binds a datagram socket in the data folder's `run/`; an event is sent
to all of them. Events carry ids, not contents: a listener that misses one reads the database,
which is the truth. Linux keeps ten datagrams for a socket, no more, so a thread takes them in:
an event loop that is busy for a moment must not lose any. AF_UNIX only: this room never opens
a connection to the outside.
"""

import asyncio
import contextlib
import logging
import os
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value
from linnet.kernel.wire import decode, encode, plain

log = logging.getLogger("linnet.hub")

Listener = Callable[[Value], None]
BUFFER = 1 << 20
LONGEST = 107  # bytes of a socket's address (unix(7))
PATIENCE = 0.5  # seconds that a process which takes nothing is waited for; once, until it takes something
TOGETHER = 100  # letters that are handed over at once, at most


class Hub:
    """Publishes from any thread; listeners are called in the event loop of `start`."""

    def __init__(self, folder: Path, kinds: Sequence[type[Value]]) -> None:
        self._folder = folder
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._listeners: set[Listener] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._socket: socket.socket | None = None
        self._handle: int | None = None  # of the folder, while it listens
        self._name = f"hub-{os.getpid()}-{id(self):x}.sock"
        self._letters: queue.SimpleQueue[Sequence[Value] | None] = queue.SimpleQueue()
        self._stuck: set[str] = set()  # processes that did not take their last letter in time
        self._postman: threading.Thread | None = None
        self._porter: threading.Thread | None = None

    def start(self) -> None:
        """Begins to listen, in the running event loop."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / self._name
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        own.bind(self._address(path))
        self._socket = own
        self._loop = asyncio.get_running_loop()
        self._porter = threading.Thread(target=self._receive, args=(own,), name="linnet-hub-in", daemon=True)
        self._porter.start()
        self._postman = threading.Thread(target=self._carry, name="linnet-hub-out", daemon=True)
        self._postman.start()

    def stop(self) -> None:
        """Sends what was published, stops listening and takes its socket away."""
        if self._postman:
            self._letters.put(None)
            self._postman.join()
            self._postman = None
        if self._porter and self._socket:
            own, self._socket = self._socket, None
            own.shutdown(socket.SHUT_RD)  # the porter wakes, and sees that it is over
            self._porter.join()
            self._porter = None
            own.close()
            (self._folder / self._name).unlink(missing_ok=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _address(self, path: Path) -> str:
        """The socket's address. A folder that lies too deep for one is named by its handle."""
        name = str(path)
        return name if len(os.fsencode(name)) <= LONGEST else f"/proc/self/fd/{self._handle}/{path.name}"

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener(event)` for every event from now on; the answer ends that."""
        self._listeners.add(listener)
        return lambda: self._listeners.discard(listener)

    def publish(self, events: Sequence[Value]) -> None:
        """To every listener here and in the other processes. From any thread, after the commit."""
        self._hand_over(events)
        if self._postman:
            self._letters.put(events)

    def _carry(self) -> None:
        """To the other processes, by a thread of its own: one that hangs must not hold up the writer."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER)
            while (events := self._letters.get()) is not None:
                try:
                    self._send(out, events)
                except Exception:
                    log.exception("events were not sent to the other processes")

    def _send(self, out: socket.socket, events: Sequence[Value]) -> None:
        others = [path for path in self._folder.glob("hub-*.sock") if path.name != self._name]
        if not others:
            return
        letters = [encode([type(event).__name__, plain(event)]) for event in events]
        for path in others:
            try:
                for letter in letters:
                    out.settimeout(0 if path.name in self._stuck else PATIENCE)
                    out.sendto(letter, self._address(path))
                    self._stuck.discard(path.name)
            except (ConnectionRefusedError, FileNotFoundError):
                path.unlink(missing_ok=True)  # its process is gone
                self._stuck.discard(path.name)
            except OSError as error:
                if path.name not in self._stuck:
                    log.warning("another process did not take an event in time: %s", error)
                self._stuck.add(path.name)

    def _receive(self, own: socket.socket) -> None:
        """What comes from other processes, by a thread of its own, handed to the event loop."""
        while self._socket is own:
            letters = [own.recv(65536)]
            with contextlib.suppress(BlockingIOError):
                while len(letters) < TOGETHER and self._socket is own:
                    letters.append(own.recv(65536, socket.MSG_DONTWAIT))
            events = [event for letter in letters if letter and (event := self._read(letter))]
            if events:
                self._hand_over(events)

    def _read(self, letter: bytes) -> Value | None:
        try:
            name, body = decode(letter)
            return self._kinds[name](**body)
        except (Invalid, KeyError, TypeError, ValueError) as error:
            log.warning("an event from another process was not understood: %r", error)
            return None

    def _hand_over(self, events: Sequence[Value]) -> None:
        if self._loop and not self._loop.is_closed():
            with contextlib.suppress(RuntimeError):  # the loop closed between the two lines
                self._loop.call_soon_threadsafe(self._deliver, list(events))

    def _deliver(self, events: Sequence[Value]) -> None:
        for event in events:
            for listener in tuple(self._listeners):
                try:
                    listener(event)
                except Exception:
                    log.exception("a listener failed on %r", event)
