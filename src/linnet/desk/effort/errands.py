"""Recurring work on measured time."""

from linnet.db.database import Database
from linnet.desk.effort import actions
from linnet.jobs.rows import Job
from linnet.kernel.clock import now_ms


class FoldTime(Job):
    """Add up the days that are over and delete old raw rows: every hour, so that it also happens
    on a machine that is off at night."""


async def fold_time(db: Database, _job: FoldTime) -> None:
    """Handler of FoldTime."""
    await db.write(actions.fold, now_ms())
