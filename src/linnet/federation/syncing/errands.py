"""Both ends of the comparison: what goes out with a letter, and the handler of the job."""

from collections.abc import Callable

from linnet.db.database import Database
from linnet.federation import names, vocab
from linnet.federation.asking import Recent
from linnet.federation.authority import Drop, normal
from linnet.federation.finding.finder import Budget, Finder
from linnet.federation.syncing import actions, queries, rules
from linnet.federation.syncing.actions import SyncFollowers
from linnet.federation.syncing.rules import Said
from linnet.kernel.clock import SECOND, now_ms

LATELY = 5 * SECOND


class Headers:
    """What letters for followers alone say to a host about those of its people who follow their author.
    For a few seconds it is remembered: several letters go to one host in a row."""

    def __init__(self, db: Database, url: str, clock: Callable[[], int]) -> None:
        self._db = db
        self._url = url
        self._clock = clock
        self._lately: Recent[tuple[int, str], tuple[int, dict[str, str]]] = Recent()

    async def of(self, account_id: int, host: str) -> dict[str, str]:
        """The header; none where nobody follows."""
        until, known = self._lately.get((account_id, host)) or (0, {})
        if self._clock() >= until:
            found = await self._db.glance(queries.followers_at, account_id, host)
            known = self._said(account_id, found) if 0 < len(found) < queries.MOST else {}
            self._lately.put((account_id, host), (self._clock() + LATELY, known))
        return known

    def _said(self, account_id: int, found: list[str]) -> dict[str, str]:
        actor = names.actor(self._url, account_id)
        said = Said(names.followers(actor), names.followers_at(actor), rules.digest(found))
        return {rules.HEADER: rules.header(said)}


async def sync(db: Database, finder: Finder, url: str, job: SyncFollowers) -> None:
    """Compares, and asks for the list only where the digests differ. The list counts when it was found on
    the actor's own server, which is the one that decides who gets its letters."""
    account_id = await db.read(actions.account_of, job.actor, job.collection)
    if not account_id:
        return
    here = await db.read(queries.followers_here, account_id)
    if rules.digest(names.actor(url, id) for id in here) == job.digest:
        return
    found = await finder.document(job.url, Budget(1))
    if isinstance(found, Drop):
        return
    listed = _listed(found.document, url)
    if listed is not None:
        await db.write(actions.agree, account_id, listed, now_ms())


def _listed(document: vocab.Json, url: str) -> set[int] | None:
    """Those of ours who are in the list; None when it is not one, or not whole."""
    items = document.get("orderedItems", document.get("items"))
    if not isinstance(items, list) or "first" in document or "next" in document or len(items) >= queries.MOST:
        return None
    mine = (names.ours(url, normal(vocab.uri(one))) for one in items)
    return {one.account_id for one in mine if one and one.kind == "account"}
