"""What somebody typed or pasted into a search: `@a@b`, or the address of a profile or post."""

from linnet.door.house import Sighted
from linnet.federation import parse, vocab
from linnet.federation.authority import Drop, normal
from linnet.federation.finding import webfinger
from linnet.federation.finding.finder import Budget, Finder


async def lookup(finder: Finder, text: str) -> Sighted:
    """What is meant, written down here if it was not yet; nothing when it cannot be had."""
    handle = webfinger.parse_handle(text)
    if handle:
        account = await finder.account_called(*handle, Budget(4))
        return Sighted() if isinstance(account, Drop) else Sighted(account_id=account.id)
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
        account = await finder.take_account(proven, budget)
        return Sighted() if isinstance(account, Drop) else Sighted(account_id=account.id)
    if parse.is_post(proven.document):
        found = await finder.take_post(proven, budget, live=False)
        return Sighted() if isinstance(found, Drop) else Sighted(post_id=found.id)
    return Sighted()
