"""The load generator: keep-alive HTTP/1.1 on raw sockets, in a process of its own on its own core.

It waits with epoll, sends bytes made before the clock starts, and reads of an answer only the
status and Content-Length. That costs some 20 µs a request, so the server stays the slower of the two.
"""

import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROOM = 1 << 18
PERSON = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Mobile Safari/537.36"


@dataclass(frozen=True)
class Spec:
    """What to ask. With `text` it is a POST of a form to /api/v1/statuses, every one with another
    text and Idempotency-Key; with `body` a POST of it; else a GET of `path`. `people`: the user agent with
    which everybody asks, each from another address. `good`: with what a good status begins.
    `pace`: so many a second, however long answers take; 0: as fast as they come."""

    port: int
    path: str
    token: str = ""
    text: str = ""
    accept: str = ""
    people: str = ""
    body: str = ""
    good: str = "2"
    round: int = 0  # another one: other addresses
    pace: int = 0
    connections: int = 16
    warm_up: float = 0.5  # seconds, not counted
    seconds: float = 3.0


@dataclass(frozen=True)
class Result:
    """What came back: per second, and ms."""

    requests: int
    rate: float
    p50: float
    p95: float
    p99: float
    slowest: float
    failed: int  # answers without a 2xx
    size: int  # bytes of the last body


def run(spec: Spec, core: int | None) -> Result:
    """Runs the load in another process, pinned to `core`."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"],
        input=json.dumps({"spec": asdict(spec), "core": core}).encode(),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    return Result(**json.loads(done.stdout))


def request(spec: Spec, number: int) -> bytes:
    """The bytes of one request."""
    head = f"Host: 127.0.0.1:{spec.port}\r\n"
    if spec.token:
        head += f"Authorization: Bearer {spec.token}\r\n"
    if spec.accept:
        head += f"Accept: {spec.accept}\r\n"
    if spec.people:
        high, low = divmod(number % (1 << 24), 1 << 16)
        head += f"User-Agent: {spec.people}\r\nX-Forwarded-For: {11 + spec.round}.{high}.{low >> 8}.{low & 255}\r\n"
        head += "Accept: text/html,image/avif\r\nAccept-Language: de\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\n"
    if spec.body:
        size = len(spec.body)
        head += f"Origin: https://bench.example\r\nContent-Type: text/plain\r\nContent-Length: {size}\r\n"
        return f"POST {spec.path} HTTP/1.1\r\n{head}\r\n{spec.body}".encode()
    if not spec.text:
        return f"GET {spec.path} HTTP/1.1\r\n{head}\r\n".encode()
    body = f"status={spec.text}+{number}"
    head += f"Idempotency-Key: {os.getpid()}-{time.time_ns()}-{number}\r\n"
    head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
    return f"POST {spec.path} HTTP/1.1\r\n{head}\r\n{body}".encode()


class _Connection:
    """One client: one request under way at a time."""

    def __init__(self, port: int, following: Callable[[], bytes], good: str) -> None:
        self._good = good.encode()
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._following = following
        self._head = b""
        self._missing = -1  # bytes of the body; -1: the head is not complete
        self.size = 0
        self.good = False
        self.began = 0.0

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self) -> None:
        data = self._following()
        self.began = time.perf_counter()
        self._socket.sendall(data)  # small: it always fits into the socket's buffer

    def receive(self, room: bytearray) -> bool:
        """Takes what is there. True: the answer is complete."""
        count = self._socket.recv_into(room)
        if not count:
            raise ConnectionError("the server closed a connection that it should keep")
        if self._missing >= 0:
            self._missing -= count
        else:
            self._head += bytes(room[:count]) if self._head else bytes(memoryview(room)[:count])
            end = self._head.find(b"\r\n\r\n")
            if end < 0:
                return False
            self.good = self._head[9:10] == self._good
            self.size = _length(self._head[:end])
            self._missing = self.size - (len(self._head) - end - 4)
        if self._missing > 0:
            return False
        self._missing, self._head = -1, b""
        return True

    def close(self) -> None:
        self._socket.close()


def _length(head: bytes) -> int:
    at = head.lower().find(b"\r\ncontent-length:")
    if at < 0 and head[9:12] == b"204":
        return 0
    if at < 0:
        raise ValueError(f"an answer without Content-Length: {head[:200]!r}")
    return int(head[at + 17 :].split(b"\r\n", 1)[0])


def generate(spec: Spec) -> Result:
    """Loads the server from this process."""
    numbers = iter(range(1 << 40))
    if spec.text or spec.people:
        ready = [request(spec, next(numbers)) for _ in range(20_000)][::-1]
        following: Callable[[], bytes] = lambda: ready.pop() if ready else request(spec, next(numbers))  # noqa: E731
    else:
        same = request(spec, 0)
        following = lambda: same  # noqa: E731
    connections = {
        c.fileno(): c for c in (_Connection(spec.port, following, spec.good) for _ in range(spec.connections))
    }
    poll = select.epoll()
    for number in connections:
        poll.register(number, select.EPOLLIN)
    try:
        _turn(poll, connections, spec.warm_up)
        begun = time.perf_counter()
        if spec.pace:
            times, failed = _paced(poll, connections, spec.seconds, spec.pace)
        else:
            times, failed = _turn(poll, connections, spec.seconds)
        return _result(times, failed, time.perf_counter() - begun, next(iter(connections.values())).size)
    finally:
        poll.close()
        for connection in connections.values():
            connection.close()


def _turn(poll: select.epoll, connections: dict[int, _Connection], seconds: float) -> tuple[list[float], int]:
    """Everybody asks again as soon as they are answered, for so long; then the last answers are awaited."""
    room, times, failed = bytearray(ROOM), [], 0
    clock = time.perf_counter
    end, busy = clock() + seconds, len(connections)
    for connection in connections.values():
        connection.send()
    while busy:
        for number, _ in poll.poll(30):
            connection = connections[number]
            if not connection.receive(room):
                continue
            now = clock()
            times.append(now - connection.began)
            failed += not connection.good
            if now < end:
                connection.send()
            else:
                busy -= 1
    return times, failed


def _paced(
    poll: select.epoll, connections: dict[int, _Connection], seconds: float, pace: int
) -> tuple[list[float], int]:
    """So many a second. The time of an answer is counted from when its question was due, also where no
    connection was free: who waits in a queue waits too."""
    room, times, failed, sent = bytearray(ROOM), [], 0, 0
    clock, idle = time.perf_counter, [*connections.values()]
    begun, whole = clock(), int(seconds * pace)
    while len(times) < whole:
        while sent < whole and idle and begun + sent / pace <= clock():
            connection = idle.pop()
            connection.send()
            connection.began = begun + sent / pace
            sent += 1
        free = sent < whole and idle
        for number, _ in poll.poll(max(begun + sent / pace - clock(), 0) if free else 30):
            connection = connections[number]
            if connection.receive(room):
                times.append(clock() - connection.began)
                failed += not connection.good
                idle.append(connection)
    return times, failed


def _result(times: list[float], failed: int, seconds: float, size: int) -> Result:
    times.sort()

    def part(share: float) -> float:
        return times[min(len(times) - 1, int(len(times) * share))] * 1000

    return Result(
        len(times), len(times) / seconds, part(0.5), part(0.95), part(0.99), times[-1] * 1000, failed, size
    )


def main() -> None:
    asked = json.load(sys.stdin)
    if asked["core"] is not None:
        os.sched_setaffinity(0, {asked["core"]})
    json.dump(asdict(generate(Spec(**asked["spec"]))), sys.stdout)


if __name__ == "__main__":
    main()
