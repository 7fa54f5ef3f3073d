"""Recurring work: one job per kind of sweep, which plans the next one when it is done."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.jobs import rows
from linnet.jobs.rows import FOREVER, Job
from linnet.kernel.clock import now_ms
from linnet.kernel.value import Value


class Sweep(Job):
    """Job: do the recurring work called `name`, then plan the next time."""

    patience: ClassVar[int] = FOREVER

    name: str


class Every(Value):
    """A kind of recurring work: each `period` ms, `run(tx, now)` in one transaction, or the async
    `outside(now)` for what touches files."""

    period: int
    run: Callable[[Tx, int], Any] | None = None
    outside: Callable[[int], Awaitable[Any]] | None = None


def plan(tx: Tx, sweeps: Mapping[str, Every], now: int) -> None:
    """At the start: every sweep has a job."""
    for name, every in sweeps.items():
        rows.add_if_new(tx, Sweep(name), now=now, run_at=now + every.period, key=f"sweep:{name}")


async def sweep(db: Database, sweeps: Mapping[str, Every], job: Sweep) -> None:
    """The handler. A sweep that no longer exists is not planned again."""
    every = sweeps.get(job.name)
    if every is None:
        return
    now = now_ms()
    if every.outside:
        await every.outside(now)
    await db.write(_swept, every, job, now)


def _swept(tx: Tx, every: Every, job: Sweep, now: int) -> None:
    if every.run:
        every.run(tx, now)
    # under the same key: the row of this very job is moved, so that it is never there twice
    rows.add(tx, job, now=now, run_at=now + every.period, key=f"sweep:{job.name}")
