"""The handler of the job."""

from linnet.db.database import Database
from linnet.kernel.clock import now_ms
from linnet.social.closing import actions
from linnet.social.closing.actions import CloseAccount


async def close_account(db: Database, job: CloseAccount) -> None:
    """Takes away a slice; the next one is a job of its own."""
    await db.write(actions.take_away, job.account_id, now_ms())
