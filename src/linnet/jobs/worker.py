"""The loop that does the work: one task per lane, woken by commits and by the clock."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from linnet.db.database import Database
from linnet.jobs import rows
from linnet.jobs.rows import FOREVER, Claimed, Job
from linnet.kernel.clock import SECOND, now_ms
from linnet.kernel.errors import Gone, Invalid, LinnetError, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as

log = logging.getLogger("linnet.jobs")

Handler = Callable[[Any], Awaitable[None]]

# No use in trying again: the world will not change its mind.
FINAL = (Invalid, NotFound, NotAllowed, Gone)
POLL = 20 * SECOND  # another process may have added work: look at least this often


class Lane(Value):
    """How many jobs of a lane run side by side in one process."""

    name: str
    width: int


class Worker:
    """Runs the jobs of this process. `handlers`: one per kind of Job."""

    def __init__(self, db: Database, handlers: Mapping[type[Job], Handler], lanes: tuple[Lane, ...]) -> None:
        self._db = db
        self._handlers = {kind.__name__: (kind, handler) for kind, handler in handlers.items()}
        self._lanes = lanes
        self._wake = {lane.name: asyncio.Event() for lane in lanes}
        self._tasks: list[asyncio.Task[None]] = []
        unknown = {kind.lane for kind in handlers} - set(self._wake)
        if unknown:
            raise ValueError(f"no lane runs {sorted(unknown)}")

    def start(self) -> None:
        """Starts one task per lane in the running event loop."""
        self._tasks = [asyncio.create_task(self._run_lane(lane)) for lane in self._lanes]

    async def stop(self) -> None:
        """Stops. Work in hand is left to its lease: it was not acknowledged by anyone."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self, lane: str) -> None:
        """There is new work in `lane`. Called in the event loop, after the commit."""
        if lane in self._wake:
            self._wake[lane].set()

    async def drain(self, now: int | None = None) -> int:
        """Does everything that is due, once, and answers how much that was. For tests and the
        command line."""
        count = 0
        while True:
            at = now_ms() if now is None else now
            batches = [await self._take(lane, lane.width, at) for lane in self._lanes]
            jobs = [job for batch in batches for job in batch]
            if not jobs:
                return count
            for job in jobs:
                await self._do(job)
                count += 1

    async def _run_lane(self, lane: Lane) -> None:
        running: set[asyncio.Task[None]] = set()
        wake = self._wake[lane.name]
        try:
            while True:
                wake.clear()
                room = lane.width - len(running)
                jobs, due = await self._look(lane, room) if room else ([], None)
                for job in jobs:
                    task = asyncio.create_task(self._do(job))
                    running.add(task)
                    task.add_done_callback(running.discard)
                    task.add_done_callback(lambda _: wake.set())
                if not jobs or len(running) >= lane.width:
                    await _wait(wake, due)
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _look(self, lane: Lane, room: int) -> tuple[list[Claimed], int | None]:
        """Work for now, or when there will be some."""
        try:
            jobs = await self._take(lane, room, now_ms())
            return jobs, None if jobs else await self._db.glance(rows.next_due, lane.name)
        except Exception as error:  # noqa: BLE001 # the database is away: look again soon, a lane never ends
            log.warning("lane %s cannot look for work: %r", lane.name, error)
            return [], now_ms() + SECOND

    async def _take(self, lane: Lane, n: int, now: int) -> list[Claimed]:
        due = await self._db.glance(rows.next_due, lane.name)
        if due is None or due > now:
            return []
        # each kind its own: a planned post must not wait as long as what may take ten minutes
        leases = {name: kind.lease for name, (kind, _) in self._handlers.items() if kind.lane == lane.name}
        claim = new_id()
        return await self._db.write(
            rows.claim, lane.name, n=n, claim=claim, now=now, lease=Job.lease, leases=leases
        )

    async def _do(self, job: Claimed) -> None:
        try:
            await self._handle(job)
        except LinnetError as error:  # the database is away: the job is left to its lease
            log.warning("what became of %s cannot be written down: %s", job.kind, error.cause)

    async def _handle(self, job: Claimed) -> None:
        known = self._handlers.get(job.kind)
        if known is None:
            await self._db.write(rows.park, job, error=f"no handler for {job.kind}", now=now_ms())
            return
        kind, handler = known
        if job.tries > kind.patience:
            await self._db.write(rows.park, job, error="tried too often", now=now_ms())
            return
        try:
            await handler(decode_as(kind, job.body))
        except Exception as error:  # noqa: BLE001 # whatever it was, the lane goes on
            if isinstance(error, FINAL) and kind.patience < FOREVER:
                log.info("%s is given up: %s", job.kind, error.cause)
                await self._db.write(rows.park, job, error=error.cause, now=now_ms())
            else:
                log.warning("%s failed (try %d): %r", job.kind, job.tries, error)
                await self._db.write(self._failed, job, kind.patience, repr(error))
        else:
            await self._db.write(rows.done, job)

    @staticmethod
    def _failed(tx: Any, job: Claimed, patience: int, error: str) -> None:
        now = now_ms()
        if job.tries >= patience:
            rows.park(tx, job, error=error, now=now)
        else:
            rows.retry(tx, job, run_at=rows.next_try(job.tries, now, random.random()), error=error)  # noqa: S311 # jitter


async def _wait(wake: asyncio.Event, due: int | None) -> None:
    """Until woken, or until `due`, or until it is time to look again."""
    wait = POLL if due is None else min(max(due - now_ms(), 0), POLL)
    try:
        async with asyncio.timeout(max(wait, 5) / 1000):
            await wake.wait()
    except TimeoutError:
        pass
