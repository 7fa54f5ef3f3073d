"""Telling: what is due is rendered once and written down for every inbox, in one transaction. So a
post that is deleted meanwhile is not told, and of two letters about one thing the later is the newer."""

from typing import Protocol

from linnet.db.tx import Tx
from linnet.federation.render import queries as facts
from linnet.federation.render.facts import Here
from linnet.federation.telling import letters, queries
from linnet.federation.telling.job import Tell
from linnet.federation.telling.rules import Letter, inbox_for
from linnet.kernel.wire import encode


class Send(Protocol):
    """Writes an activity and its deliveries down (`delivery.actions.send`)."""

    def __call__(
        self,
        tx: Tx,
        /,
        *,
        account_id: int,
        kind: str,
        object_uri: str,
        body: bytes,
        inboxes: dict[str, int],
        post_id: int | None,
        now: int,
    ) -> int: ...


def tell(tx: Tx, job: Tell, here: Here, send: Send, *, pem: str = "", now: int) -> int:
    """Writes the letters of `job` down; answers how many. `pem`: the speaker's key, where it is part
    of what is told. Nothing is told for an account that does not speak (any more)."""
    if job.what == "flag":
        return sum(_send(tx, job, letter, send, now) for letter in letters.flag(tx, here, job))
    account = facts.speaker(tx, job.account_id)
    if account is None or (account.suspended_at is not None and job.what != "gone"):
        return 0
    if job.what == "profile":
        made = letters.profile(tx, here, job, account, pem)
    else:
        made = letters.LETTERS[job.what](tx, here, job)
    return sum(_send(tx, job, letter, send, now) for letter in made)


def _send(tx: Tx, job: Tell, letter: Letter, send: Send, now: int) -> int:
    inboxes = _inboxes(tx, job.account_id, letter)
    if not inboxes:
        return 0
    send(
        tx,
        account_id=job.account_id,
        kind=letter.kind,
        object_uri=letter.object_uri,
        body=encode(letter.body),
        inboxes=inboxes,
        post_id=letter.post_id,
        now=now,
    )
    return 1


def _inboxes(tx: Tx, account_id: int, letter: Letter) -> dict[str, int]:
    """Each inbox once, with the number of followers reached there."""
    found = queries.followers(tx, account_id) if letter.followers else {}
    for inbox in queries.inboxes(tx, letter.others):
        found.setdefault(inbox_for(inbox, private=letter.private), 0)
    for address in queries.everywhere(tx) if letter.everywhere else ():
        found.setdefault(address, 0)
    return found
