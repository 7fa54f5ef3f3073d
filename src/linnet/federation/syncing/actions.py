"""What came of a comparison is put right, on both sides."""

from linnet.db.tx import Tx
from linnet.federation.actors import queries as actors
from linnet.federation.syncing import queries
from linnet.federation.syncing.rules import Said
from linnet.jobs import rows
from linnet.jobs.rows import Job
from linnet.kernel.clock import SECOND
from linnet.kernel.ids import new_id
from linnet.social.follows import actions as follows
from linnet.social.follows import queries as follow_queries
from linnet.social.follows.rules import Unfollowed
from linnet.social.people import queries as people

SOON = 30 * SECOND


class SyncFollowers(Job):
    """Job: the server of `actor` says who of ours follows it; see whether that is so."""

    lane = "read"

    actor: str
    collection: str
    url: str
    digest: str


def ask(tx: Tx, actor: str, said: Said, now: int) -> None:
    """Comparing is due: soon, because answers to follows may be under way, and once, however many letters
    say so meanwhile."""
    job = SyncFollowers(actor, said.collection, said.url, said.digest)
    rows.add_if_new(tx, job, now=now, run_at=now + SOON, key=f"sync:{actor}")


def account_of(tx: Tx, actor: str, collection: str) -> int:
    """The account elsewhere whose followers this collection is; 0 when it is not."""
    found = actors.by_uri(tx, actor)
    return found.account_id if found and found.followers == collection else 0


def agree(tx: Tx, account_id: int, listed: set[int], now: int) -> tuple[int, int]:
    """Makes it so that `listed` of ours, and nobody else, follow the account elsewhere; answers how many
    follows ended here and there. Who follows no longer is not made a follower again by another server:
    that one is told so."""
    here = set(queries.followers_here(tx, account_id))
    for id in sorted(here - listed):
        follows.end(tx, id, account_id, by_id=id)
    ended = 0
    for id in sorted(listed - here):
        account = people.account(tx, id)
        if account is None or not account.local:
            continue
        if follow_queries.request(tx, id, account_id):
            follows.accept(tx, account_id, id, now)  # its yes was lost
        else:
            tx.emit(Unfollowed(id, account_id, id, new_id(), ""))
            ended += 1
    return len(here - listed), ended
