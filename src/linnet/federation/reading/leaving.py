"""An account elsewhere is gone. From the letter on nothing of it is shown or heard; a job then takes its posts
away, a slice in each transaction: who wrote for years must not hold up everybody who wants to write now."""

from typing import ClassVar

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.actors import actions as actors
from linnet.federation.reading import queries
from linnet.jobs import rows
from linnet.jobs.rows import FOREVER, Job
from linnet.kernel.clock import now_ms
from linnet.social.people import foreign as people
from linnet.social.posts import foreign as posts

SLICE = 100  # posts of one transaction


class ForgetPosts(Job):
    """Job: take away a slice of what an account elsewhere wrote that is gone."""

    lane: ClassVar[str] = "look"
    patience: ClassVar[int] = FOREVER

    account_id: int


def gone(tx: Tx, account_id: int, now: int) -> None:
    """The account says that it is gone."""
    people.suspend(tx, account_id, now)
    actors.gone(tx, account_id, now)
    queries.end_ties(tx, account_id)
    _go_on(tx, account_id, now)


def take_away(tx: Tx, account_id: int, now: int) -> bool:
    """One slice of its posts, and the job for the next. False: nothing was left."""
    uris = queries.uris_of_posts(tx, account_id, SLICE)
    for uri in uris:
        posts.forget(tx, uri, account_id, now)
    if uris:
        _go_on(tx, account_id, now)
    return bool(uris)


def _go_on(tx: Tx, account_id: int, now: int) -> None:
    # under one key: the row of the job that just runs is moved, so that it is never there twice
    rows.add(tx, ForgetPosts(account_id), now=now, key=f"gone:{account_id}")


async def forget_posts(db: Database, job: ForgetPosts) -> None:
    """The handler of the job."""
    await db.write(take_away, job.account_id, now_ms())
