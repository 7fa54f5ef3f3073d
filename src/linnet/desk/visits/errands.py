"""Handlers of the jobs around visits. None of them goes outside."""

from linnet.db.database import Database
from linnet.desk.visits import actions
from linnet.desk.visits.actions import ReplayVisits, RollSalts
from linnet.kernel.clock import now_ms


async def roll_salts(db: Database, job: RollSalts) -> None:  # noqa: ARG001 # one shape for all handlers
    """Erases the salts whose time is over; see `actions.roll_salts`."""
    await db.write(actions.roll_salts, now=now_ms())


async def replay_visits(db: Database, job: ReplayVisits) -> None:
    """Asks the rules again, some visits at a time, so that nobody waits behind it. Safe to repeat."""
    since, after, done = job.since, 0, False
    while not done:
        step = await db.write(actions.replay, since=since, until=job.until, after=after)
        since, after, done = step.since, step.after, step.done
