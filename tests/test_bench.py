"""The measuring program measures what it says: the load against a tiny server, the town in a database."""

import asyncio
import contextlib
import threading

import pytest
from bench import carrier, desk, federation, fill
from bench.load import Result, Spec, generate, request

from linnet.desk.sales import queries as sales
from linnet.desk.visits import figures
from linnet.desk.visits.lines import read_line
from linnet.kernel.clock import DAY
from linnet.social.people import queries as people
from linnet.social.posts import queries as posts
from linnet.social.timelines import queries as timelines
from tests import cast, fresh


@pytest.fixture
def tiny():
    """A server that refuses every fourth request, and sends head and body in pieces. Answers its
    port and what it was asked."""
    asked: list[bytes] = []
    ready = threading.Event()
    port: list[int] = []

    async def serve(reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
                asked.append(head + await reader.readexactly(length))
                status = b"429 No" if len(asked) % 4 == 0 else b"200 OK"
                writer.write(b"HTTP/1.1 " + status + b"\r\nContent-")
                await writer.drain()
                await asyncio.sleep(0)
                writer.write(b"Length: 300000\r\n\r\n" + b"x" * 1000)
                await writer.drain()
                writer.write(b"x" * 299_000)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stopping.wait()
        server.close()

    loop = asyncio.new_event_loop()
    stopping = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    assert ready.wait(10)
    yield port[0], asked
    loop.call_soon_threadsafe(stopping.set)
    thread.join()
    for left in asyncio.all_tasks(loop):
        loop.run_until_complete(left)  # each ends with its client, who is gone
    loop.close()


def test_the_load_counts_every_answer(tiny):
    port, asked = tiny
    done = generate(Spec(port, "/x", token="t", connections=3, warm_up=0, seconds=0.1))
    assert isinstance(done, Result)
    assert done.size == 300_000
    # the warm-up is one request each, uncounted
    assert len(asked) == done.requests + 3
    assert len(asked) // 4 - 1 <= done.failed <= len(asked) // 4
    assert 0 < done.p50 <= done.p95 <= done.p99 <= done.slowest
    assert set(asked) == {
        f"GET /x HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer t\r\n\r\n".encode()
    }


def test_every_post_of_the_load_is_another():
    made = [request(Spec(1, "/p", text="a+b"), n) for n in range(50)]
    keys = {part for one in made for part in one.split(b"\r\n") if part.startswith(b"Idempotency-Key")}
    assert len(keys) == 50
    for n, one in enumerate(made):
        head, _, body = one.partition(b"\r\n\r\n")
        assert body == b"status=a+b+%d" % n
        assert b"Content-Length: %d\r\n" % len(body) in head + b"\r\n"


def test_the_town_is_what_the_cases_think(tmp_path, now):
    db = fresh.database(tmp_path)

    def act(tx):
        firm = cast.account(tx, "bench")
        fill.people_in(tx)
        fill.posts_up_to(tx, 0, 150, 200)
        fill.posts_up_to(tx, 150, 200, 200)
        tx.run(fill.COUNT_POSTS)
        reader, last = people.by_handle(tx, fill.READER), people.by_handle(tx, fill.LAST)
        assert people.must_account(tx, firm.id).followers_count == fill.TOWN
        assert reader.following_count == fill.READER_FOLLOWS + 1
        assert [m.role for m in people.members_of(tx, last.id)] == ["owner"]
        assert people.by_handle(tx, fill.WRITER).followers_count == fill.WRITER_FOLLOWERS
        assert tx.value(fill.POSTS) == 200
        home = timelines.home(tx, reader.id)
        assert len(home) == 20
        assert all(posts.post(tx, id) for id in home)

    db.write_now(act)
    db.close()


@pytest.mark.slow
def test_the_worker_delivers_what_the_others_count(tmp_path):
    """Two processes, TLS under an authority made for the run: as many letters arrive as are written down."""

    class Small(federation.Outbox):
        def _rates(self):
            said.append(self._run(carrier.Spec(3, letters=2, inboxes=2, refusing=1)))
            return ()

        _post = _queue = lambda self: ()

    said = []
    [memory] = Small(federation.Sizes(cores=None), tmp_path).lines()
    assert said[0]["letters"] == 8
    assert 0 < said[0]["first"] <= said[0]["took"]
    assert memory.good


def test_the_log_of_the_desks_bench_is_read_to_the_line(tmp_path):
    desk.write_log(tmp_path / "access.log", 500)
    lines = [read_line(raw) for raw in (tmp_path / "access.log").read_bytes().splitlines(keepends=True)]
    assert len(lines) == 500
    assert {line.what for line in lines} == {"page", "asset", "other"}
    assert len({line.address for line in lines}) > 20


def test_the_year_of_the_desks_bench_holds_what_it_says(tmp_path):
    db, now = fresh.database(tmp_path), 1_793_000_000_000
    try:
        for sql, rows in desk.fill(desk.Sizes(hits=3000, posts=60, sales=30), 7, now):
            db.write_now(desk.put, sql, rows)
        whole = db.read_now(figures.counts, 0, now)
        assert whole.all == 3000
        assert db.read_now(figures.counts, 0, now, 7).all == 2400  # every fifth came by no link
        assert db.read_now(figures.counts, now - 30 * DAY, now).all == 246
        assert len(db.read_now(sales.sales, 0, now)) == 30
        assert len(db.read_now(sales.sale_evidence, ["S-1"], DAY)) == 1
    finally:
        db.close()


def test_each_of_a_crowd_is_another_person():
    crowd = [request(Spec(1, "/go/x", people="Chrome", round=n % 2), n // 2) for n in range(600)]
    assert len(set(crowd)) == 600
    assert b"\r\nX-Forwarded-For: 12.0.1.43\r\n" in crowd[599]
    report = request(Spec(1, "/ln", people="Chrome", body="{}"), 3)
    assert report.startswith(b"POST /ln ")
    assert report.endswith(b"Content-Length: 2\r\n\r\n{}")


def test_a_pace_is_kept_and_waiting_counts(tiny):
    port, asked = tiny
    result = generate(Spec(port, "/x", connections=2, warm_up=0, seconds=0.2, pace=100))
    assert (result.requests, result.failed) == (20, 5)
    assert len(asked) == 20 + 2  # each connection asks once before it is counted
