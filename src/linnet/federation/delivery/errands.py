"""Handlers of jobs about deliveries."""

from linnet.db.database import Database
from linnet.federation.delivery import actions
from linnet.federation.delivery.actions import SendAgain
from linnet.kernel.clock import now_ms


async def send_again(db: Database, job: SendAgain) -> None:
    """Puts a letter that was set aside back into its host's queue."""
    await db.write(actions.again, job, now_ms())
