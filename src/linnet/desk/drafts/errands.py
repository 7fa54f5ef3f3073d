"""The job of a planned post."""

from linnet.db.database import Database
from linnet.desk.drafts import actions
from linnet.desk.drafts.actions import PublishDraft
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Collision, Conflict, Invalid, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.social.posts.rules import Terms


async def publish(db: Database, terms: Terms, grace_minutes: int, job: PublishDraft) -> None:
    """Publishes a planned draft. What cannot be published is marked as missed, with the reason.
    Raises Collision, to be tried again."""
    now = now_ms()
    try:
        await db.write(actions.publish_due, job.draft_id, terms, grace_minutes, id=new_id(), now=now)
    except Collision:
        raise  # somebody was at the same rows at this very moment
    except (Invalid, NotFound, NotAllowed, Conflict) as error:
        await db.write(actions.miss, job.draft_id, error.sentence, now)
