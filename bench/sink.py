"""The other servers, all of them, in one process: takes letters over TLS on loopback and counts them.

Two ports: one answers 202, the other takes connections and never says a word (a server that hangs).
Written by hand so that it costs little beside what is measured. Speaks lines of JSON: prints its
ports first, then answers every line of input with what it counted since the last one."""

import asyncio
import json
import ssl
import sys

ANSWER = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"


class Counter:
    def __init__(self) -> None:
        self.letters = 0
        self.connections = 0
        self.seen: set[bytes] = set()
        self.doubles = 0


class Taker(asyncio.Protocol):
    """One connection: as many letters as come."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._buffer = bytearray()

    def connection_made(self, transport) -> None:
        self._transport = transport
        self._counter.connections += 1

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            head = bytes(self._buffer[:end])
            at = head.lower().find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0])
            if len(self._buffer) < end + 4 + length:
                return
            body = bytes(self._buffer[end + 4 : end + 4 + length])
            del self._buffer[: end + 4 + length]
            self._take(head, body)

    def _take(self, head: bytes, body: bytes) -> None:
        counter = self._counter
        assert b"\nsignature:" in head.lower()
        counter.letters += 1
        at = head.lower().find(b"\nhost:")
        inbox = head.split(b" ", 2)[1] + head[at + 6 :].split(b"\r\n", 1)[0]
        key = inbox + json.loads(body)["id"].encode()
        if key in counter.seen:
            counter.doubles += 1
        counter.seen.add(key)
        self._transport.write(ANSWER)


class Silent(asyncio.Protocol):
    """Never answers."""


async def main(certificate: str) -> None:
    counter = Counter()
    loop = asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    taking = await loop.create_server(lambda: Taker(counter), "127.0.0.1", 0, ssl=context, backlog=1024)
    silent = await loop.create_server(Silent, "127.0.0.1", 0, backlog=1024)
    print(json.dumps([one.sockets[0].getsockname()[1] for one in (taking, silent)]), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        said = {
            "letters": counter.letters,
            "connections": counter.connections,
            "doubles": counter.doubles,
        }
        print(json.dumps(said), flush=True)
        counter.letters = counter.connections = counter.doubles = 0
        counter.seen.clear()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
