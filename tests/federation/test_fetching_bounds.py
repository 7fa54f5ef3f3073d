"""What fetching remembers, and a real connection."""

import asyncio
import json
from typing import Any

from linnet.federation import asking
from linnet.federation.asking import Recent, Together
from linnet.federation.signing import shapes, signatures
from linnet.kernel.errors import Upstream
from linnet.kernel.settings import load
from linnet.kernel.value import changed
from linnet.net.client import Answer, Client
from tests.conftest import NOW
from tests.federation.abroad import ACTIVITY_JSON, OWN, SERVER
from tests.federation.library_desk import Desk, note
from tests.tls import Authority

# --- what is remembered


class Nowhere:
    """Knows no server."""

    async def get(self, url: str, **_: Any) -> Answer:
        raise Upstream(url)


def test_b14_what_is_remembered_is_bounded():
    kept: Recent[int, int] = Recent(3)
    for n in range(100):
        kept.put(n, n)
        kept.get(97)
    assert len(kept) == 3
    assert [n for n in range(100) if kept.get(n) is not None] == [97, 98, 99]
    kept.put(97, 5)
    kept.put(100, 100)
    assert kept.get(97) == 5
    assert kept.get(98) is None


def test_b14_a_hundred_thousand_names_of_one_server(monkeypatch):
    monkeypatch.setattr(asking.signatures, "sign", lambda *_: {})
    desk = Desk(client=Nowhere())

    async def go():
        for n in range(5000):
            await desk.library.key(f"https://h{n}.evil.example/key")

    asyncio.run(go())
    assert len(desk.library._keys) == len(desk.library._asker._alone) == asking.REMEMBERED


def test_what_several_want_at_once_is_done_once_though_the_first_goes_away():
    async def go():
        together: Together[str, int] = Together()
        may_go, made = asyncio.Event(), []

        async def make() -> int:
            made.append(1)
            await may_go.wait()
            return 7

        first = asyncio.create_task(together.do("a", make))
        others = [asyncio.create_task(together.do("a", make)) for _ in range(3)]
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        may_go.set()
        assert await asyncio.gather(*others) == [7, 7, 7]
        assert made == [1]
        assert await together.do("a", make) == 7
        assert made == [1, 1]

    asyncio.run(go())


def test_over_a_real_connection(tmp_path, monkeypatch):
    """TLS, an unusual port, and the signature as it comes out of a socket: two documents of one server
    over one connection."""
    own = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own.file))
    requests: list[bytes] = []

    async def go():
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while head := await reader.readuntil(b"\r\n\r\n"):
                requests.append(head)
                path = head.split(b" ")[1].decode()
                body = json.dumps(note(f"https://{host}{path}", f"https://{host}/a")).encode()
                kind = (
                    f"HTTP/1.1 200 OK\r\nContent-Type: {ACTIVITY_JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                writer.write(kind.encode() + body)

        async def at_home(_host: str, _port: int) -> list[str]:
            return ["127.0.0.1"]

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=own.context("peer.example"))
        host = f"peer.example:{server.sockets[0].getsockname()[1]}"
        allowed = changed(load({}), url=f"https://{OWN}", allow_networks=("127.0.0.0/8",))
        client = Client(allowed, resolver=at_home)
        desk = Desk(client=client)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # of the server's half, at the end
        try:
            found = [await desk.library.document(f"https://{host}/{n}?a=b%20c") for n in range(2)]
        finally:
            await client.close()
            server.close()
        return host, found

    host, found = asyncio.run(go())
    assert [one.authority for one in found] == [host, host]
    for head in requests:
        first, *lines = head.rstrip(b"\r\n").split(b"\r\n")
        headers = shapes.headers_of(
            (name, value) for name, _, value in (line.partition(b":") for line in lines)
        )
        claim = signatures.read(shapes.Received("GET", first.split(b" ")[1].decode(), headers, host))
        assert isinstance(claim, shapes.Claim)
        assert signatures.verify(claim, SERVER.pem, b"", NOW) is None
