"""What somebody typed or pasted into a search: `@a@b`, or the address of a profile or post."""

from linnet.db.database import Database
from linnet.door.house import Sighted
from linnet.federation import names, parse, vocab
from linnet.federation.actors import queries as actors
from linnet.federation.authority import Drop, normal
from linnet.federation.fetching import for_now
from linnet.federation.finding import webfinger
from linnet.federation.finding.finder import Budget, Finder
from linnet.kernel.errors import Upstream
from linnet.kernel.wire import decode_as
from linnet.social.people import queries as people
from linnet.social.people.rules import Account


async def lookup(finder: Finder, text: str) -> Sighted:
    """What is meant, written down here if it was not yet; nothing when it cannot be had."""
    handle = webfinger.parse_handle(text)
    if handle:
        return _account(await finder.account_called(*handle, Budget(4)))
    address = normal(text.strip())
    return await _at(finder, address) if address else Sighted()


async def _at(finder: Finder, address: str) -> Sighted:
    budget = Budget(12)
    post = await finder.known_post(address)
    if post:
        return Sighted(post_id=post)
    proven = await finder.document(address, budget)
    if isinstance(proven, Drop) and proven.reason in ("moved", "id_elsewhere") and proven.detail:
        proven = await finder.document(proven.detail, budget)  # the page of a profile has its id inside
    if isinstance(proven, Drop):
        return Sighted()
    if vocab.kind_of(proven.document, vocab.ACTORS):
        return _account(await finder.take_account(proven, budget))
    if parse.is_post(proven.document):
        found = await finder.take_post(proven, budget, live=False)
        return Sighted() if isinstance(found, Drop) else Sighted(post_id=found.id)
    return Sighted()


async def knows_as(finder: Finder, db: Database, url: str, target_id: int, account_id: int) -> bool:
    """Does the account elsewhere say, in its document of now, that it is also this one of ours? Raises
    Upstream when its server cannot be asked now."""
    target = await db.read(people.account, target_id)
    if target is None or target.local:
        return False
    fresh = await finder.account_at(target.uri, Budget(4), fresh=True)
    if isinstance(fresh, Drop):
        if for_now(fresh):
            raise Upstream(f"{target.host} cannot be asked at the moment: try again in a few minutes.")
        return False
    row = await db.read(actors.of_account, fresh.id)
    return row is not None and names.actor(url, account_id) in decode_as(list[str], row.also_known_as)


def _account(found: Account | Drop) -> Sighted:
    """Nobody is led to an account that is suspended, nor to one of a suspended server."""
    return Sighted() if isinstance(found, Drop) or found.hidden else Sighted(account_id=found.id)
