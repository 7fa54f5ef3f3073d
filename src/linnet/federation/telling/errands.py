"""The handler of the job."""

from linnet.db.database import Database
from linnet.federation.doors.readers import Keys
from linnet.federation.render.facts import Here
from linnet.federation.telling import actions
from linnet.federation.telling.actions import Send
from linnet.federation.telling.job import Tell
from linnet.kernel.clock import now_ms


async def tell(db: Database, here: Here, keys: Keys, send: Send, job: Tell) -> None:
    """Writes down what is to be told; the postmen carry it."""
    pem = await keys.public_pem(db, job.account_id) if job.what == "profile" else ""
    await db.write(actions.tell, job, here, send, pem=pem, now=now_ms())
