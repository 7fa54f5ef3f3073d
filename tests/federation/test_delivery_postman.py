"""Delivery: crashes, leases, starting and stopping, and what it costs."""

import asyncio

import pytest

from linnet.db.tx import Tx
from linnet.federation.delivery import actions, queries, rules
from linnet.federation.delivery.rules import Delivery, Outcome
from linnet.federation.peers import actions as peers
from linnet.federation.peers import queries as peer_queries
from linnet.kernel import settings as kernel_settings
from linnet.kernel.clock import DAY, HOUR, SECOND
from linnet.kernel.errors import Upstream
from tests.federation.carrying import HOST, check, failed, peer, waiting
from tests.federation.world import World, away, postman, send


def test_crash_between_sending_and_writing_down_sends_again_and_counts_once(db, world, settings, clock, now):
    """kill -9 after the letters went out: whoever comes next sends them again; the receiver knows
    them by their ids; nothing is lost, nothing is counted twice."""
    id = db.write_now(send, 0, HOST, "b.example", now=now)

    class Killed(BaseException):
        pass

    async def dies():
        one = postman(db, world, settings, clock)
        await one._exchange(9)
        await asyncio.wait(one._turns)  # it dies here, with the results in its hands

    asyncio.run(dies())
    assert len(world.knocks) == 2
    assert len(waiting(db)) == 2
    assert asyncio.run(postman(db, world, settings, clock).drain()) == 0  # held until the lease ends
    assert db.write_now(peers.free, clock.at) == 2  # or until a start that knows that nobody lives
    assert asyncio.run(postman(db, world, settings, clock).drain()) == 2
    assert world.ids(HOST) == [0, 0]
    sent = db.read_now(queries.activity, id)
    assert (sent.inboxes_done, sent.followers_done) == (2, 2)
    check(db)


def test_a_postman_that_outlives_its_lease_decides_nothing(db, clock, now):
    db.write_now(send, 0, HOST, now=now, kind="Like")
    db.write_now(send, 1, HOST, now=now, kind="Like")
    [slow], _ = db.write_now(actions.exchange, [], [], want=1, known=(), now=now, jitter=0)
    later = now + rules.LEASE
    [quick], _ = db.write_now(actions.exchange, [], [], want=1, known=(), now=later, jitter=0)
    assert slow.deliveries == quick.deliveries
    done = [rules.Done(slow, slow.deliveries[0], Outcome("done", answered=True))]
    over = [rules.Over(slow, Outcome("down", "late"))]
    db.write_now(actions.exchange, done, over, want=0, known=(), now=later, jitter=0)
    held = peer(db)
    assert (held.held, held.failures, held.waiting) == (quick.until, 0, 1)
    done = [rules.Done(quick, one, Outcome("done", answered=True)) for one in quick.deliveries]
    db.write_now(actions.exchange, done, [rules.Over(quick)], want=0, known=(), now=later, jitter=0)
    assert (peer(db).held, peer(db).waiting) == (0, 0)
    sent = [db.read_now(queries.activity, one.activity_id) for one in quick.deliveries]
    assert [one.inboxes_done for one in sent] == [1, 1]


def test_a_result_that_cannot_be_written_down_does_not_spoil_the_others(
    db, world, settings, clock, now, monkeypatch, caplog
):
    for name in ("good", "bad", "fine"):
        db.write_now(send, name, f"{name}.example", now=now)
    real = actions._one

    def one(tx, report, delivery, *more):
        if delivery.host == "bad.example":
            raise ValueError("cannot be")
        return real(tx, report, delivery, *more)

    monkeypatch.setattr(actions, "_one", one)
    assert asyncio.run(postman(db, world, settings, clock).drain()) == 3
    assert [row.host for row in waiting(db)] == ["bad.example"]
    assert "not written down" in caplog.text


def test_the_running_postman_is_woken_and_finishes_when_stopped(db, world, settings, clock, now):
    arrived = asyncio.Event()

    def takes(*_):
        arrived.set()
        return 202

    world.servers[HOST] = takes

    async def run():
        one = postman(db, world, settings, clock)
        one.start()
        await db.write(send, 0, HOST, now=now)
        one.wake()
        async with asyncio.timeout(20):
            await arrived.wait()
        await one.stop()

    asyncio.run(run())
    assert waiting(db) == []
    assert peer(db).held == 0


def test_a_postman_without_https_stays_at_home(db, world, clock, now):
    async def run():
        one = postman(db, world, kernel_settings.load({}), clock)
        one.start()
        assert one._task is None
        await one.stop()

    asyncio.run(run())


def test_stopping_waits_for_what_is_under_way_and_begins_nothing_more(db, settings, clock, now):
    entered, go = asyncio.Event(), asyncio.Event()

    class Slow(World):
        async def post(self, *args, **more):
            entered.set()
            await go.wait()
            return await super().post(*args, **more)

    world = Slow()
    for n in range(5):
        db.write_now(send, n, HOST, now=now, kind="Like")

    async def run():
        one = postman(db, world, settings, clock)
        one.start()
        await entered.wait()
        stopping = asyncio.create_task(one.stop())
        await asyncio.sleep(0)
        go.set()
        await stopping

    asyncio.run(run())
    assert world.ids(HOST) == [0]
    assert len(waiting(db)) == 4
    assert (peer(db).held, peer(db).next_at) == (0, now)


@pytest.mark.parametrize(
    ("status", "tries", "ending"),
    [
        (200, 0, "done"), (202, 0, "done"), (204, 3, "done"),
        (301, 0, "again"), (308, 1, "refused"), (404, 0, "again"), (410, 1, "refused"),
        (400, 0, "refused"), (401, 0, "refused"), (403, 5, "refused"), (405, 0, "refused"), (451, 0, "refused"),
        (408, 0, "down"), (425, 9, "down"), (429, 0, "asked"), (429, 50, "asked"),
        (500, 0, "down"), (500, 1, "down"), (500, 2, "again"), (500, 11, "refused"), (501, 2, "again"),
        (502, 20, "down"), (503, 0, "down"), (504, 0, "down"), (522, 7, "down"), (599, 0, "down"),
        (100, 0, "down"), (999, 0, "down"),
    ],
)  # fmt: skip
def test_what_an_answer_means(status, tries, ending, now):
    one = Delivery(HOST, 1, 1, "i", 1, tries, now)
    outcome = rules.judge(status, "", one, now, 0.0)
    assert outcome.ending == ending
    assert (outcome.reason == "") is (ending == "done")
    assert outcome.at == 0 or outcome.at >= now + 30 * SECOND


def test_old_activities_are_forgotten(db, carry, world, clock, now):
    world.servers[HOST] = lambda *_: 403
    old = db.write_now(send, 0, HOST, now=now)
    stays = db.write_now(send, 1, "b.example", now=now)
    carry()
    world.servers["b.example"] = away
    waits = db.write_now(send, 2, "b.example", now=now)
    id_time = (old >> 16) + 14 * DAY  # ids are made by the real clock
    db.write_now(actions.sweep, id_time - HOUR)
    assert db.read_now(queries.activity, old)
    assert len(failed(db)) == 1
    db.write_now(actions.sweep, id_time + HOUR)
    assert db.read_now(queries.activity, old) is db.read_now(queries.activity, stays) is None
    assert db.read_now(queries.activity, waits)
    assert failed(db) == []


def test_an_exchange_costs_the_same_however_much_waits(db, now):
    """EXPLAIN: claims and turns read an index, never a table."""

    def plan(tx: Tx, sql, **parameters):
        if tx.dialect == "sqlite":
            return " | ".join(row[3] for row in tx._fetch("EXPLAIN QUERY PLAN " + sql, parameters)[0])
        return " | ".join(row[0] for row in tx._fetch("EXPLAIN " + sql, parameters)[0])

    def fill(tx: Tx):
        peer_queries.queue(tx, [(f"h{n}.example", 5, now - n) for n in range(3000)])
        queries.add(
            tx, [Delivery(f"h{n % 3000}.example", n, 1 + n // 3000, "i", 1, 0, now) for n in range(15_000)]
        )
        for table in ("peer", "delivery", "activity", "account"):
            tx.run(f"ANALYZE {table}")

    db.write_now(fill)

    def look(tx: Tx):
        claims = plan(tx, peer_queries.DUE, now=now, n=64)
        due = plan(tx, peer_queries.NEXT_DUE)
        turn = plan(tx, queries.NEXT, host=HOST, n=17)
        out = plan(tx, queries.TAKE_OUT.partition("RETURNING")[0], host=HOST, id=1)
        for one in (claims, due):
            assert "peer_due" in one
            assert "TEMP B-TREE" not in one
            assert "Sort" not in one
        assert "SCAN" not in turn.replace("Index Scan", "")
        assert "delivery_pkey" in turn or "PRIMARY KEY" in turn
        assert "delivery_pkey" in out or "PRIMARY KEY" in out

    db.read_now(look)


def test_upstream_without_words_is_still_a_reason(db, carry, world, now):
    def broken(*_):
        raise Upstream("")

    world.servers[HOST] = broken
    db.write_now(send, 0, HOST, now=now)
    carry()
    assert peer(db).failures == 1
