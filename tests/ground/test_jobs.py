"""Durable work: rows, the worker, sweeps. Time is handed in; nobody sleeps."""

import asyncio
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linnet.jobs import rows, sweeps, worker
from linnet.jobs.rows import Job, JobAdded, Waiting
from linnet.jobs.sweeps import Every, Sweep
from linnet.jobs.worker import Lane, Worker
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.errors import Gone, Invalid, NotAllowed, NotFound
from linnet.kernel.value import Value

WAITING = "SELECT id, lane, kind, run_at, tries, error FROM job ORDER BY run_at, id"
PARKED = "SELECT kind, error, tries, body FROM job_parked ORDER BY parked_at, id"
LANES = (Lane("desk", 2), Lane("fetch", 1))


class Bake(Job):
    patience: ClassVar[int] = 3

    loaf: str


class Knead(Job):
    lease: ClassVar[int] = 10 * MINUTE

    loaf: str


class Fetch(Job):
    lane: ClassVar[str] = "fetch"
    lease: ClassVar[int] = 5 * MINUTE

    url: str = ""


class Parked(Value):
    kind: str
    error: str
    tries: int
    body: str


def waiting(db):
    return db.read_now(lambda tx: tx.all(Waiting, WAITING))


def parked(db):
    return db.read_now(lambda tx: tx.all(Parked, PARKED))


def claim(db, lane="desk", n=10, claim=1, *, now, lease=MINUTE):
    return db.write_now(rows.claim, lane, n=n, claim=claim, now=now, lease=lease)


@pytest.fixture
def clock(monkeypatch, now):
    """The worker's clock, which tests move."""

    class Clock:
        at = now

        def __call__(self):
            return self.at

    it = Clock()
    monkeypatch.setattr(worker, "now_ms", it)
    monkeypatch.setattr(sweeps, "now_ms", it)
    return it


class Baker:
    """A handler that remembers, and does what it is told for each loaf."""

    def __init__(self, **deeds):
        self.deeds = deeds
        self.done = []

    async def __call__(self, job):
        self.done.append(job.loaf)
        deed = self.deeds.get(job.loaf)
        if deed is not None:
            raise deed


async def nothing(_job):
    pass


def drained(db, handler, now=None):
    return asyncio.run(Worker(db, {Bake: handler, Fetch: nothing}, LANES).drain(now))


def test_work_is_part_of_its_cause(db, now):
    def act(tx, fail):
        rows.add(tx, Bake("rye"), now=now)
        assert tx.events == [JobAdded("desk", now)]
        if fail:
            raise Invalid("loaf", "is burnt")

    with pytest.raises(Invalid):
        db.write_now(act, True)
    assert waiting(db) == []
    db.write_now(act, False)
    assert [(j.kind, j.run_at) for j in waiting(db)] == [("Bake", now)]


def test_one_job_per_key(db, now):
    db.write_now(rows.add, Bake("rye"), now=now, run_at=now + 5, key="loaf:1")
    db.write_now(rows.add, Bake("other"), now=now, key="loaf:2")
    db.write_now(rows.add, Bake("spelt"), now=now, run_at=now + 9, key="loaf:1")
    db.write_now(rows.add_if_new, Bake("corn"), now=now, run_at=now, key="loaf:1")
    assert [(j.run_at, j.tries) for j in waiting(db)] == [(now, 0), (now + 9, 0)]
    assert sorted(job.body for job in claim(db, now=now + 9)) == ['{"loaf":"other"}', '{"loaf":"spelt"}']
    db.write_now(rows.add, Fetch("x"), now=now, run_at=now, key="loaf:1")  # another kind, under the same key
    assert [(j.lane, j.kind) for j in waiting(db) if j.tries == 0] == [("fetch", "Fetch")]
    assert db.write_now(rows.cancel, "loaf:1") is True
    assert db.write_now(rows.cancel, "loaf:1") is False


def test_two_workers_never_hold_the_same(db, now):
    db.write_now(lambda tx: [rows.add(tx, Bake(str(n)), now=now) for n in range(60)])

    async def worker(name):
        held = []
        while jobs := await db.write(rows.claim, "desk", n=7, claim=name, now=now, lease=MINUTE):
            held += jobs
        return held

    async def race():
        return await asyncio.gather(*(worker(n) for n in range(1, 5)))

    held = [job.id for jobs in asyncio.run(race()) for job in jobs]
    assert len(held) == len(set(held))
    assert set(held) | {job.id for job in claim(db, n=99, claim=9, now=now)} == {j.id for j in waiting(db)}


def test_a_lease_ends(db, now):
    db.write_now(rows.add, Bake("rye"), now=now)
    [first] = claim(db, claim=1, now=now, lease=MINUTE)
    assert claim(db, claim=2, now=now + MINUTE - 1) == []
    assert db.read_now(rows.next_due, "desk") == now + MINUTE
    [second] = claim(db, claim=2, now=now + MINUTE)
    assert (second.id, second.tries) == (first.id, 2)
    db.write_now(rows.done, first)  # too late: it is another's now
    db.write_now(rows.retry, first, run_at=now, error="late")
    db.write_now(rows.park, first, error="late", now=now)
    assert [(j.tries, j.error) for j in waiting(db)] == [(2, "")]
    assert parked(db) == []
    db.write_now(rows.done, second)
    assert waiting(db) == []


def test_each_kind_has_its_own_lease(db, now):
    """A worker that is killed must not hold up what is quick for as long as what is slow."""
    for job in (Bake("rye"), Knead("corn"), Bake("spelt")):
        db.write_now(rows.add, job, now=now)
    it = Worker(db, {Bake: None, Knead: None}, LANES)

    async def take():
        return await it._take(LANES[0], 10, now)

    assert len(asyncio.run(take())) == 3  # and killed
    assert Knead.lease > Bake.lease
    held = {job.kind: job.run_at for job in waiting(db)}
    assert held == {"Bake": now + Bake.lease, "Knead": now + Knead.lease}
    assert {job.kind for job in claim(db, claim=2, now=now + Bake.lease)} == {"Bake"}


def test_a_start_frees_what_was_held(db, now):
    db.write_now(lambda tx: [rows.add(tx, Bake(str(n)), now=now, run_at=now + n) for n in range(3)])
    claim(db, n=2, now=now + 1, lease=HOUR)
    assert db.write_now(rows.free_all, now + 5) == 2
    assert sorted(j.run_at for j in waiting(db)) == [now + 2, now + 5, now + 5]


def test_what_is_rescheduled_while_it_runs_stays(db, now):
    """Also when the same worker holds the new one already: each claim is a name of its own."""
    db.write_now(rows.add, Bake("old"), now=now, key="k")
    [old] = claim(db, claim=1, now=now)
    db.write_now(rows.add, Bake("new"), now=now, key="k")
    db.write_now(rows.done, old)
    [new] = claim(db, claim=2, now=now)
    db.write_now(rows.done, old)
    assert (new.body, new.tries) == ('{"loaf":"new"}', 1)
    assert [j.tries for j in waiting(db)] == [1]


def test_the_worker_names_each_claim_anew(db, now):
    db.write_now(rows.add, Bake("a"), now=now)
    db.write_now(rows.add, Bake("b"), now=now + 1)
    it = Worker(db, {Bake: nothing}, LANES)

    async def take():
        return [await it._take(LANES[0], 1, now + 1) for _ in range(2)]

    [[a], [b]] = asyncio.run(take())
    assert a.claim != b.claim


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_waits_grow_up_to_a_day(tries, jitter):
    wait = rows.next_try(tries, 0, jitter)
    assert 5 * SECOND <= wait <= DAY * 1.5
    assert wait <= rows.next_try(tries + 1, 0, 1)
    assert rows.next_try(2, 100, 0) == 100 + 20 * SECOND


def test_failures_are_tried_again_and_then_parked(db, clock):
    start = clock.at
    db.write_now(rows.add, Bake("rye"), now=start)
    baker = Baker(rye=OSError("oven is cold"))
    due = []
    for _ in range(3):
        assert drained(db, baker) == 1
        assert drained(db, baker) == 0  # not before its time
        due += [j.run_at - clock.at for j in waiting(db)]
        if waiting(db):
            assert "oven is cold" in waiting(db)[0].error
            clock.at = waiting(db)[0].run_at
    assert baker.done == ["rye"] * 3
    assert [5 <= due[0] / SECOND <= 7.5, 20 <= due[1] / SECOND <= 30, len(due)] == [True, True, 2]
    assert waiting(db) == []
    assert parked(db) == [Parked("Bake", "OSError('oven is cold')", 3, '{"loaf":"rye"}')]


@pytest.mark.parametrize("error", [Invalid("x", "is bad"), NotFound("loaf"), NotAllowed("no"), Gone("eaten")])
def test_what_will_not_change_is_parked_at_once(db, clock, error):
    db.write_now(rows.add, Bake("rye"), now=clock.at)
    db.write_now(rows.add, Bake("spelt"), now=clock.at)
    baker = Baker(rye=error)
    assert drained(db, baker) == 2
    assert sorted(baker.done) == ["rye", "spelt"]
    assert waiting(db) == []
    assert [(p.error, p.tries) for p in parked(db)] == [(error.cause, 1)]


def test_what_was_given_up_is_kept_for_a_while_and_not_without_end(db, now, monkeypatch):
    for n in range(5):
        db.write_now(rows.add, Bake(f"{n}"), now=now)
        (job,) = db.write_now(rows.claim, "desk", n=1, claim=n + 1, now=now, lease=1000)
        db.write_now(rows.park, job, error="burnt", now=now + n)
    db.write_now(rows.sweep, now + 90 * DAY)
    assert len(parked(db)) == 5
    db.write_now(rows.sweep, now + 90 * DAY + 2)
    assert [p.body for p in parked(db)] == ['{"loaf":"2"}', '{"loaf":"3"}', '{"loaf":"4"}']
    monkeypatch.setattr(rows, "PARKED", 1)
    db.write_now(rows.sweep, now)
    assert [p.body for p in parked(db)] == ['{"loaf":"4"}']


def test_what_nobody_understands_is_parked(db, clock):
    class Unheard(Job):
        pass

    db.write_now(rows.add, Unheard(), now=clock.at)
    db.write_now(
        lambda tx: tx.run(
            rows.ADD, id=5, lane="desk", kind="Bake", body='{"loaf":7}', key=None, run_at=1, now=1
        )
    )
    assert drained(db, nothing) == 2
    assert sorted(p.kind for p in parked(db)) == ["Bake", "Unheard"]


def test_who_died_too_often_in_the_middle_is_parked(db, clock):
    """A job that kills its worker each time comes to an end too."""
    db.write_now(rows.add, Bake("rye"), now=clock.at)
    for _ in range(3):
        claim(db, now=clock.at, lease=1)
        clock.at += 1
    baker = Baker()
    assert drained(db, baker) == 1
    assert baker.done == []
    assert [p.error for p in parked(db)] == ["tried too often"]


def test_a_lane_must_be_run_by_somebody(db):
    with pytest.raises(ValueError, match="fetch"):
        Worker(db, {Fetch: nothing}, (Lane("desk", 1),))


def test_the_worker_runs_when_woken_and_when_due(db):
    """A loop as in a server, with the real clock: no more than `width` at once, woken by an event."""

    async def play():
        gate, first = asyncio.Event(), asyncio.Event()
        running, most, done = 0, 0, []
        everything = asyncio.Event()

        async def bake(job):
            nonlocal running, most
            running += 1
            most = max(most, running)
            if running == 2:
                first.set()
            await gate.wait()
            running -= 1
            done.append(job.loaf)
            if len(done) == 5:
                everything.set()

        looks = []
        it = Worker(db, {Bake: bake}, (Lane("desk", 2),))
        look = it._look
        it._look = lambda lane, room: (looks.append(room), look(lane, room))[1]
        it.start()
        await db.write(lambda tx: [rows.add(tx, Bake(str(n)), now=1) for n in range(5)])
        it.wake("desk")
        it.wake("nowhere")
        async with asyncio.timeout(20):
            await first.wait()
            full = len(looks)
            for _ in range(50):
                it.wake("desk")
                await asyncio.sleep(0)
            assert len(looks) == full  # who has no hand free does not look
            gate.set()
            await everything.wait()
        assert most == 2
        later = worker.now_ms() + 30
        everything.clear()
        done.clear()
        await db.write(lambda tx: [rows.add(tx, Bake(str(n)), now=1, run_at=later) for n in range(5)])
        it.wake("desk")
        async with asyncio.timeout(20):
            await everything.wait()  # by the clock
        await it.stop()
        assert worker.now_ms() >= later
        assert sorted(done) == list("01234")

    asyncio.run(play())


def test_stopping_leaves_work_to_the_next(db):
    async def play():
        begun, ended = asyncio.Event(), []

        async def bake(_job):
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(1)

        it = Worker(db, {Bake: bake}, (Lane("desk", 1),))
        await db.write(rows.add, Bake("rye"), now=1)
        it.start()
        async with asyncio.timeout(20):
            await begun.wait()
        await it.stop()
        assert ended == [1]  # nothing of it runs on

    asyncio.run(play())
    assert [(j.tries, j.error) for j in waiting(db)] == [(1, "")]
    assert parked(db) == []


def test_a_lane_outlives_a_database_that_is_away(db, monkeypatch):
    monkeypatch.setattr(worker, "SECOND", 1)

    async def play():
        tries = []
        done = asyncio.Event()

        async def bake(_job):
            done.set()

        it = Worker(db, {Bake: bake}, (Lane("desk", 1),))
        take = it._take

        async def sick(*args):
            tries.append(1)
            if len(tries) < 4:
                raise OSError("away")
            return await take(*args)

        it._take = sick
        await db.write(rows.add, Bake("rye"), now=1)
        it.start()
        async with asyncio.timeout(20):
            await done.wait()
        await it.stop()
        assert len(tries) >= 4

    asyncio.run(play())


class Broom:
    def __init__(self):
        self.at = []
        self.fail = None

    def __call__(self, tx, now):
        self.at.append(now)
        if self.fail:
            raise self.fail


def test_sweeps_are_there_once_and_plan_themselves(db, clock):
    broom, outside = Broom(), []

    async def files(now):
        outside.append(now)

    every = {"crumbs": Every(HOUR, run=broom), "files": Every(DAY, outside=files)}
    handlers = {Sweep: lambda job: sweeps.sweep(db, every, job)}
    start = clock.at
    for _ in range(3):  # three starts, or three processes
        db.write_now(sweeps.plan, every, clock.at)
        clock.at += 10
    assert [j.run_at for j in waiting(db)] == [start + HOUR, start + DAY]
    it = Worker(db, handlers, LANES)
    clock.at = start + HOUR
    assert asyncio.run(it.drain()) == 1
    assert [j.run_at for j in waiting(db)] == [start + 2 * HOUR, start + DAY]
    clock.at = start + DAY
    assert asyncio.run(it.drain()) == 2
    assert (broom.at, outside) == ([start + HOUR, start + DAY], [start + DAY])
    assert [j.run_at for j in waiting(db)] == [start + DAY + HOUR, start + 2 * DAY]

    del every["files"]
    clock.at += DAY
    asyncio.run(it.drain())
    assert len(waiting(db)) == 1  # what no longer exists is not planned again


def test_a_killed_sweep_is_done_again_and_stays_one(db, clock):
    broom = Broom()
    every = {"crumbs": Every(HOUR, run=broom)}
    handlers = {Sweep: lambda job: sweeps.sweep(db, every, job)}
    db.write_now(sweeps.plan, every, clock.at)
    clock.at += HOUR
    claim(db, now=clock.at, lease=MINUTE)  # and killed
    db.write_now(sweeps.plan, every, clock.at)
    assert asyncio.run(Worker(db, handlers, LANES).drain()) == 0
    clock.at += MINUTE
    assert asyncio.run(Worker(db, handlers, LANES).drain()) == 1
    assert [j.run_at for j in waiting(db)] == [clock.at + HOUR]

    # killed after its own transaction, before `done`: the planned one stays
    clock.at += HOUR
    [held] = claim(db, now=clock.at, claim=77)
    asyncio.run(sweeps.sweep(db, every, Sweep("crumbs")))
    db.write_now(rows.done, held)
    assert [(j.run_at, j.tries) for j in waiting(db)] == [(clock.at + HOUR, 0)]


@pytest.mark.parametrize("error", [OSError("full"), Invalid("time_zone", "is not known"), NotFound("firm")])
def test_a_sweep_is_never_given_up(db, clock, error):
    broom = Broom()
    broom.fail = error
    every = {"crumbs": Every(HOUR, run=broom)}
    it = Worker(db, {Sweep: lambda job: sweeps.sweep(db, every, job)}, LANES)
    db.write_now(sweeps.plan, every, clock.at)
    for _ in range(30):
        clock.at = waiting(db)[0].run_at
        assert asyncio.run(it.drain()) == 1
    assert waiting(db)[0].run_at - clock.at <= 1.5 * DAY
    assert parked(db) == []
    broom.fail = None
    clock.at = waiting(db)[0].run_at
    asyncio.run(it.drain())
    assert [(j.run_at, j.tries) for j in waiting(db)] == [(clock.at + HOUR, 0)]
