"""The one guarded client, against servers on loopback that misbehave on purpose."""

import asyncio
import contextlib
import gzip
import socket
import zlib
from collections.abc import AsyncIterator, Callable

import pytest

from linnet import __version__
from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.settings import load
from linnet.kernel.value import changed
from linnet.net.client import USUAL, Client, Policy
from tests.tls import Authority

OK = b"HTTP/1.1 200 OK\r\n"


class Peer:
    """A server whose every answer is the bytes (or the deeds) it was given."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self.together = self.most_together = 0
        self.let_go = asyncio.Event()
        self.came = asyncio.Event()
        self.tasks: list[asyncio.Task | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.append(asyncio.current_task())
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while True:
                    await self.answer(reader, writer)
        finally:
            self.together -= 1
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        sizes = [line[15:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        self.asked.append(head + await reader.readexactly(int(sizes[0]) if sizes else 0))
        self.came.set()
        answer = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if isinstance(answer, bytes):
            writer.write(answer)
        else:
            await answer(writer, self)
        await writer.drain()


@contextlib.asynccontextmanager
async def listening(*answers) -> AsyncIterator[tuple[Peer, int]]:
    peer = Peer(*answers)
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    try:
        yield peer, server.sockets[0].getsockname()[1]
    finally:
        peer.let_go.set()
        server.close()
        for task in peer.tasks:
            task.cancel()
        await asyncio.gather(*peer.tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def client(*allowed: str, resolver=None) -> AsyncIterator[Client]:
    settings = changed(load({}), allow_private=tuple(allowed), url="https://bakery.example")
    made = Client(settings, resolver=resolver)
    try:
        yield made
    finally:
        await made.close()


def answered(*answers, policy: Policy = USUAL, path="/", headers=None, check: Callable | None = None):
    """Asks a peer once; `{port}` in a bytes answer is the peer's own port."""

    async def go():
        async with listening(*answers) as (peer, port):
            peer.answers = [
                a.replace(b"{port}", str(port).encode()) if isinstance(a, bytes) else a for a in answers
            ]
            async with client(f"127.0.0.1:{port}") as net:
                try:
                    return await net.get(f"http://127.0.0.1:{port}{path}", policy=policy, headers=headers)
                finally:
                    if check:
                        check(peer)

    return asyncio.run(go())


def body(data: bytes, extra: bytes = b"") -> bytes:
    return OK + extra + b"Content-Length: %d\r\n\r\n" % len(data) + data


def test_a_plain_answer():
    def check(peer):
        (request,) = peer.asked
        assert request.startswith(b"GET /a?b=c%20d HTTP/1.1\r\n")
        lines = request.decode().lower().split("\r\n")
        assert f"user-agent: linnet/{__version__} (+https://bakery.example/)" in lines
        assert 'if-none-match: "x"' in lines
        assert not any(line.startswith("cookie:") for line in lines)

    answer = answered(
        body(b"hello", b"X-A: 1\r\nX-A: 2\r\nSet-Cookie: a=b\r\nContent-Type: Text/Plain; charset=x\r\n"),
        path="/a?b=c%20d#e",
        headers={"If-None-Match": '"x"'},
        check=check,
    )
    assert (answer.status, answer.body, answer.good, answer.moved) == (200, b"hello", True, "")
    assert answer.headers["x-a"] == "1, 2"
    assert answer.media_type == "text/plain"
    assert answer.url.endswith("/a?b=c%20d")


def test_no_cookie_comes_back_and_a_connection_is_used_again():
    async def go():
        async with listening(body(b"x", b"Set-Cookie: a=b\r\n")) as (peer, port):
            async with client(f"localhost:{port}") as net:
                for _ in range(3):
                    await net.get(f"http://localhost:{port}/")
            assert len(peer.asked) == 3
            assert peer.most_together == 1
            assert not any(b"ookie" in request for request in peer.asked)

    asyncio.run(go())


@pytest.mark.parametrize("status", [204, 304, 404, 410, 429, 500])
def test_a_status_is_an_answer(status):
    answer = answered(b"HTTP/1.1 %d X\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n" % status)
    assert (answer.status, answer.good, answer.headers["retry-after"]) == (status, status == 204, "30")


def test_head_and_post():
    async def go():
        async with listening(  # noqa: SIM117 # the port is needed
            OK + b"Content-Length: 999999999\r\n\r\n",
            body(b"thanks"),
            b"HTTP/1.1 307 Moved\r\nLocation: /else\r\nContent-Length: 0\r\n\r\n",
        ) as (peer, port):
            async with client(f"127.0.0.1:{port}") as net:
                url = f"http://127.0.0.1:{port}/inbox"
                assert (await net.head(url)).body == b""
                headers = {
                    "Host": f"127.0.0.1:{port}",
                    "Date": "today",
                    "Signature": "s",
                    "Content-Type": "application/activity+json",
                }
                assert (await net.post(url, b'{"a":1}', headers=headers)).body == b"thanks"
                sent = peer.asked[1]
                assert sent.endswith(b'\r\n\r\n{"a":1}')
                assert sent.lower().count(b"\r\nhost:") == 1
                assert b"\r\nsignature: s\r\n" in sent.lower()
                assert b"\r\ncontent-type: application/activity+json\r\n" in sent.lower()
                assert (await net.post(url, b"{}")).status == 307  # r18: not followed, not made a GET
                assert len(peer.asked) == 3
                for name in ("Host", "Content-Length", "Cookie", "Transfer-Encoding"):
                    with pytest.raises(ValueError, match=name):
                        await net.post(url, b"", headers={name: "1"})
                with pytest.raises(Invalid):
                    await net.get(url, headers={"If-None-Match": "a\r\nX-Evil: 1"})

    asyncio.run(go())


REDIRECT = b"HTTP/1.1 301 Moved\r\nContent-Length: 0\r\nLocation: "
FOR_NOW = b"HTTP/1.1 302 Moved\r\nContent-Length: 0\r\nLocation: "


def test_redirects_are_followed_and_remembered():
    answer = answered(
        REDIRECT + b"/b\r\n\r\n", REDIRECT + b"http://127.0.0.1:{port}/c\r\n\r\n", body(b"there")
    )
    assert (answer.body, answer.moved) == (b"there", answer.url)
    assert answer.url.endswith("/c")
    answer = answered(REDIRECT + b"/b\r\n\r\n", FOR_NOW + b"/c\r\n\r\n", body(b"there"))
    assert (answer.body, answer.moved) == (b"there", "")
    alone = answered(REDIRECT + b"/b\r\n\r\n", policy=Policy(redirects=0))
    assert (alone.status, alone.headers["location"], alone.moved) == (301, "/b", "")


@pytest.mark.parametrize(
    "location",
    [
        b"http://127.0.0.1:1/",
        b"http://127.0.0.1/",
        b"http://[::1]/",
        b"http://169.254.169.254/latest/meta-data/",
        b"http://0x7f.1/",
        b"file:///etc/passwd",
        b"gopher://example.org/",
        b"http://localhost/",
        b"//u:p@example.org/",
    ],
)
def test_b02_a_redirect_inside_is_refused(location):
    with pytest.raises(Upstream, match="redirects to where"):
        answered(FOR_NOW + location + b"\r\n\r\n", body(b"secret"))


def test_b09_redirects_end():
    def check(peer):
        assert len(peer.asked) == 3

    with pytest.raises(Upstream, match="more than 2 times"):
        answered(FOR_NOW + b"/\r\n\r\n", policy=Policy(redirects=2), check=check)


def test_what_was_for_one_origin_stays_there():
    async def go():
        async with listening(body(b"x")) as (other, far):  # noqa: SIM117 # as above
            async with listening(FOR_NOW + b"http://127.0.0.1:%d/\r\n\r\n" % far) as (peer, port):
                async with client(f"127.0.0.1:{port}", f"127.0.0.1:{far}") as net:
                    await net.get(
                        f"http://127.0.0.1:{port}/",
                        headers={"Authorization": "Bearer x", "Signature": "y", "Accept": "text/x"},
                    )
                assert b"Bearer x" in peer.asked[0]
                assert b"Bearer" not in other.asked[0]
                assert b"ignature" not in other.asked[0]
                assert b"text/x" in other.asked[0]

    asyncio.run(go())


async def endless(writer, peer):
    writer.write(OK + b"\r\n")
    while not peer.let_go.is_set():
        writer.write(b"x" * 65536)
        await writer.drain()


def test_b10_an_endless_body_is_cut():
    with pytest.raises(Upstream, match="more than 1 MB"):
        answered(endless)
    assert len(answered(endless, policy=Policy(max_bytes=70_000, cut=True)).body) == 70_000


def test_b10_a_body_that_says_it_is_long_is_not_even_read():
    with pytest.raises(Upstream, match="more than 1 kB"):
        answered(OK + b"Content-Length: 5000\r\n\r\n", policy=Policy(max_bytes=1024))


def test_a_body_at_the_cap_and_one_beyond():
    assert len(answered(body(b"x" * 1024), policy=Policy(max_bytes=1024)).body) == 1024
    with pytest.raises(Upstream):
        answered(OK + b"Connection: close\r\n\r\n" + b"x" * 1025, policy=Policy(max_bytes=1024, timeout=2000))


@pytest.mark.parametrize(
    "answer", [OK + b"Content-Length: 100\r\n\r\nshort", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 abc\r\n\r\n"]
)
def test_an_answer_that_breaks_off_or_is_none(answer):
    async def once(writer, _):
        writer.write(answer)
        writer.close()

    with pytest.raises(Upstream, match="broke off"):
        answered(once)


def packed(data: bytes, name: bytes = b"gzip") -> bytes:
    return body(data, b"Content-Encoding: " + name + b"\r\n")


def test_packed_answers():
    text = b"hello " * 1000
    assert answered(packed(gzip.compress(text))).body == text
    assert answered(packed(zlib.compress(text), b"Deflate")).body == text
    assert answered(packed(gzip.compress(text) + gzip.compress(text))).body == text * 2
    assert answered(packed(b"")).body == b""
    assert answered(packed(text, b"identity")).body == text
    assert len(answered(packed(gzip.compress(text)), policy=Policy(max_bytes=100, cut=True)).body) == 100


BOMB = gzip.compress(bytes(50_000_000), 9)


@pytest.mark.parametrize(
    "answer",
    [
        packed(BOMB),
        packed(gzip.compress(b"x") * 1000),
        packed(b"not packed at all"),
        packed(gzip.compress(b"hello " * 1000)[:-10]),
        packed(gzip.compress(BOMB), b"gzip, gzip"),
        packed(b"x", b"br"),
        packed(b"x", b"zstd"),
    ],
    ids=["bomb", "beads", "noise", "torn", "twice", "br", "zstd"],
)
def test_b11_a_bomb_does_not_go_off(answer, monkeypatch):
    largest = 0
    real = zlib.decompressobj

    class Watched:
        def __init__(self, wbits):
            self._real = real(wbits)

        def decompress(self, data, most):
            nonlocal largest
            piece = self._real.decompress(data, most)
            largest = max(largest, len(piece))
            return piece

        def __getattr__(self, name):
            return getattr(self._real, name)

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with pytest.raises(Upstream):
        answered(answer)
    assert largest <= (1 << 20) + 1


async def silent(writer, peer):
    await peer.let_go.wait()


async def half_a_header(writer, peer):
    writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    await peer.let_go.wait()


async def dripping(writer, peer):
    writer.write(OK + b"\r\n")
    while not peer.let_go.is_set():
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.005)


async def dripping_interim(writer, peer):
    while not peer.let_go.is_set():
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("deed", [silent, half_a_header, dripping, dripping_interim])
def test_b08_slow_drips_end_at_the_deadline(deed):
    with pytest.raises(Upstream, match="did not answer within"):
        answered(deed, policy=Policy(timeout=100))


def test_b08_the_deadline_covers_all_redirects_together():
    async def late(writer, peer):
        await asyncio.sleep(0.03)
        writer.write(FOR_NOW + b"/\r\n\r\n")

    def check(peer):
        assert len(peer.asked) < 6

    with pytest.raises(Upstream, match="did not answer"):
        answered(late, policy=Policy(timeout=100, redirects=50), check=check)


def test_b08_a_handshake_that_never_ends():
    async def go():
        async with listening(silent) as (_, port), client(f"127.0.0.1:{port}") as net:
            with pytest.raises(Upstream, match="did not answer"):
                await net.get(f"https://127.0.0.1:{port}/", policy=Policy(timeout=100))

    asyncio.run(go())


@pytest.mark.parametrize(
    "headers",
    [
        b"X: " + b"y" * 9000 + b"\r\n",
        b"".join(b"X-%d: y\r\n" % n for n in range(2000)),
        b"".join(b"X-%d: %s\r\n" % (n, b"y" * 8000) for n in range(5)),
    ],
    ids=["long", "many", "heavy"],
)
def test_a_flood_of_headers(headers):
    with pytest.raises(Upstream):
        answered(body(b"x", headers))


def test_headers_that_are_no_text_do_not_hurt():
    answer = answered(body(b"x", b'ETag: "\xff\xfe"\r\nX-U: \xc3\xbc\r\n'))
    answer.headers["etag"].encode()
    assert answer.headers["x-u"] == "ü"


def test_the_media_type_must_be_the_one_that_was_asked_for():
    policy = Policy(types=("application/activity+json",), accept="application/activity+json")
    good = body(b"{}", b"Content-Type: application/activity+json; charset=utf-8\r\n")
    assert (
        answered(good, policy=policy, check=lambda p: p.asked[0].index(b"application/activity+json")).body
        == b"{}"
    )
    for bad in (b"Content-Type: text/html\r\n", b"", b"Content-Type: application/json\r\n"):
        with pytest.raises(Upstream, match="asked for"):
            answered(body(b"{}", bad), policy=policy)
    gone = answered(
        b"HTTP/1.1 410 Gone\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n", policy=policy
    )
    assert gone.status == 410


def test_https_only():
    async def go():
        async with client() as net:
            with pytest.raises(Invalid, match="https"):
                await net.get("http://example.org/", policy=Policy(https_only=True))

    asyncio.run(go())


def names(*answers: list[str]):
    """A resolver that gives one answer after the other, and counts."""
    given: list[str] = []

    async def resolve(host: str, port: int) -> list[str]:
        given.append(host)
        answer = answers[min(len(given), len(answers)) - 1]
        if not answer:
            raise socket.gaierror(-2, "Name or service not known")
        return answer

    resolve.given = given  # type: ignore[attr-defined]
    return resolve


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["1.1.1.1", "192.168.0.1"],
        ["fe80::1%eth0"],
        ["nonsense"],
    ],
)
def test_b05_one_private_address_spoils_a_name(addresses):
    async def go():
        async with client(resolver=names(addresses)) as net:
            with pytest.raises(Invalid, match="public internet") as caught:
                await net.get("http://evil.example/")
            assert addresses[-1] not in caught.value.sentence

    asyncio.run(go())


def test_b04_what_was_checked_is_what_is_connected_to(monkeypatch):
    """The name is asked for once; its first answer is the one that a socket is opened to."""
    opened: list[str] = []

    def refuse(family, kind, protocol):
        raise OSError("no network in tests")

    async def go():
        resolver = names(["93.184.215.14"], ["127.0.0.1"])
        async with client(resolver=resolver) as net:
            real = net._guard.socket

            def watched(info):
                opened.append(info[4][0])
                with monkeypatch.context() as patch:
                    patch.setattr(socket, "socket", refuse)
                    return real(info)

            net._guard.socket = watched  # type: ignore[method-assign]
            with pytest.raises(Upstream, match="cannot be reached"):
                await net.get("http://flip.example/")
            assert resolver.given == ["flip.example"]
            with pytest.raises(Invalid, match="public internet"):
                await net.get("http://flip.example/")
        assert opened == ["93.184.215.14"]

    asyncio.run(go())


def test_b04_the_socket_check_stands_on_its_own():
    async def go():
        async with client("127.0.0.1:9000") as net:
            with pytest.raises(OSError, match="connection to"):
                net._guard.socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9001)))
            net._guard.socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 9000))).close()

    asyncio.run(go())


def test_an_allowed_name_may_be_private_and_only_on_its_port():
    async def go():
        async with listening(body(b"x")) as (peer, port):
            resolver = names(["127.0.0.1"])
            async with client(f"peer.example:{port}", resolver=resolver) as net:
                assert (await net.get(f"http://peer.example:{port}/")).body == b"x"
                for url in (
                    f"http://other.example:{port}/",
                    f"http://127.0.0.1:{port}/",
                    "http://peer.example/",
                ):
                    with pytest.raises(Invalid):
                        await net.get(url)
                assert len(peer.asked) == 1

    asyncio.run(go())


def test_b18_a_proxy_in_the_environment_is_not_asked(monkeypatch):
    async def go():
        async with listening(body(b"proxy")) as (proxy, proxy_port), listening(body(b"x")) as (_, port):
            for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "https_proxy"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy_port}")
            async with client(f"127.0.0.1:{port}") as net:
                assert (await net.get(f"http://127.0.0.1:{port}/")).body == b"x"
            assert proxy.asked == []

    asyncio.run(go())


def test_nobody_there():
    async def go():
        free = socket.socket()
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        async with client(f"127.0.0.1:{port}", resolver=names([])) as net:
            with pytest.raises(Upstream, match="cannot be reached"):
                await net.get(f"http://127.0.0.1:{port}/")
            with pytest.raises(Upstream, match=r"no server called gone\.example"):
                await net.get("http://gone.example/")

    asyncio.run(go())


def test_r14_two_at_a_host_and_the_rest_wait():
    async def slow(writer, peer):
        await asyncio.sleep(0.01)
        writer.write(body(b"x"))

    async def go():
        async with listening(slow) as (peer, port), client(f"127.0.0.1:{port}") as net:
            answers = await asyncio.gather(*(net.get(f"http://127.0.0.1:{port}/{n}") for n in range(8)))
            assert [a.status for a in answers] == [200] * 8
            assert peer.most_together == 2
            assert net._places._hosts == {}

    asyncio.run(go())


def test_r14_a_stuck_host_does_not_keep_the_others_waiting_for_ever():
    async def go():
        async with listening(silent) as (peer, port), client(f"127.0.0.1:{port}") as net:
            holding = [asyncio.create_task(net.get(f"http://127.0.0.1:{port}/{n}")) for n in range(2)]
            while len(peer.asked) < 2:
                await peer.came.wait()
                peer.came.clear()
            with pytest.raises(Upstream, match="others are waiting"):
                await net.get(f"http://127.0.0.1:{port}/3", policy=Policy(timeout=50))
            for task in holding:
                task.cancel()
            await asyncio.gather(*holding, return_exceptions=True)
            assert net._places._hosts == {}

    asyncio.run(go())


@contextlib.asynccontextmanager
async def elsewhere(tmp_path, *answers, monkeypatch, trusted=True):
    """A server with TLS on a name of the tests, and a client that may go there."""
    own = Authority(tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(own.file))
    peer = Peer(*answers)
    context = own.context("peer.example")
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, ssl=context)
    settings = changed(load({}), allow_networks=("127.0.0.0/8",), url="https://bakery.example")
    net = Client(settings, resolver=names(["127.0.0.1"]))
    try:
        yield peer, server.sockets[0].getsockname()[1], net
    finally:
        await net.close()
        peer.let_go.set()
        server.close()
        for task in peer.tasks:
            task.cancel()
        await asyncio.gather(*peer.tasks, return_exceptions=True)


def test_a_certificate_of_an_authority_named_by_ssl_cert_file(tmp_path, monkeypatch):
    async def go():
        async with elsewhere(tmp_path, body(b"x"), monkeypatch=monkeypatch) as (peer, port, net):
            for _ in range(3):
                assert (await net.get(f"https://peer.example:{port}/")).body == b"x"
            assert peer.most_together == len(peer.tasks) == 1  # one connection, one handshake
            with pytest.raises(Upstream, match="certificate"):
                await net.get(f"https://other.example:{port}/")

    asyncio.run(go())


def test_a_certificate_of_an_unknown_authority(tmp_path, monkeypatch):
    async def go():
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # of the server's half
        async with elsewhere(tmp_path, body(b"x"), monkeypatch=monkeypatch, trusted=False) as (_, port, net):
            with pytest.raises(Upstream, match="certificate"):
                await net.get(f"https://peer.example:{port}/")

    asyncio.run(go())


def test_networks_that_may_be_private():
    async def go():
        async with listening(body(b"x")) as (_, port):
            settings = changed(load({}), allow_networks=("127.0.0.0/8",))
            net = Client(settings, resolver=names(["127.0.0.1"], ["10.0.0.1"], ["8.8.8.8"]))
            try:
                assert (await net.get(f"http://127.0.0.1:{port}/")).body == b"x"
                assert (await net.get(f"http://peer.example:{port}/")).body == b"x"
                for _ in range(2):  # another private network; the public internet on a strange port
                    with pytest.raises(Invalid, match="public internet"):
                        await net.get(f"http://other.example:{port}/")
                with pytest.raises(OSError, match="connection to"):
                    net._guard.socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443)))
            finally:
                await net.close()

    asyncio.run(go())


def test_a_content_type_is_sent_as_it_is_given():
    kind = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'

    async def go():
        async with listening(body(b"x")) as (peer, port), client(f"127.0.0.1:{port}") as net:
            await net.post(f"http://127.0.0.1:{port}/", b"{}", headers={"Content-Type": kind})
            await net.post(
                f"http://127.0.0.1:{port}/", b"{}", headers={"Content-Type": "Application/Odd;A=b "}
            )
            lines = [line for asked in peer.asked for line in asked.split(b"\r\n") if b"ype: " in line]
            assert [line.partition(b": ")[2] for line in lines] == [kind.encode(), b"Application/Odd;A=b "]

    asyncio.run(go())


def test_who_listens_hears_what_the_resolver_finds_and_changes_nothing():
    heard: list[list[str]] = []

    def beside(resolver):
        async def asked(host, port):
            found = await resolver(host, port)
            heard.append(found)
            return found

        return asked

    async def go():
        made = Client(
            changed(load({}), url="https://bakery.example"), resolver=names(["127.0.0.1"]), beside=beside
        )
        with pytest.raises(Invalid, match="public internet"):
            await made.get("http://evil.example/")
        await made.close()

    asyncio.run(go())
    assert heard == [["127.0.0.1"]]
