"""An account that went somewhere else before we met it: its document says where (`movedTo`), and that is
shown only when the account there says that it is also this one, as for a Move (security paper A24). Nobody
is carried along by it: who follows here followed knowing, or was carried by the letter."""

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.actors import queries as actors
from linnet.federation.authority import Drop
from linnet.federation.fetching import for_now
from linnet.federation.finding.finder import Budget, Finder
from linnet.kernel.wire import decode_as
from linnet.social.people import foreign, moving
from linnet.social.people import queries as people
from linnet.social.people.rules import Account


async def look(db: Database, finder: Finder, account: Account, budget: Budget, now: int) -> None:
    """Asks for the account that its profile, as it was fetched last, names as where it went. What cannot be
    asked now stays as it is."""
    claim = await db.read(_claim, account.id)
    if not claim or claim == account.uri:
        if account.moved_to_id is not None and await db.read(_may_be_over, account.id, now):
            await db.write(foreign.moved, account.id, None)
        return
    known = await db.read(people.by_uri, claim)
    target = (
        Drop("not_heard") if known and known.hidden else await finder.account_at(claim, budget, fresh=True)
    )
    if isinstance(target, Drop):
        wanted = account.moved_to_id if for_now(target) else None
    else:
        named = account.uri in await db.read(names_of, target.id)
        wanted = target.id if named and not target.hidden and target.id != account.id else None
    if wanted != account.moved_to_id:
        await db.write(foreign.moved, account.id, wanted)


def names_of(tx: Tx, account_id: int) -> tuple[str, ...]:
    """Who the account says that it also is: its server by its document, ours by its people."""
    row = actors.of_account(tx, account_id)
    if row is None:
        return tuple(one.uri for one in moving.aliases(tx, account_id))
    return tuple(decode_as(list[str], row.also_known_as))


def _claim(tx: Tx, account_id: int) -> str:
    row = actors.of_account(tx, account_id)
    return row.moved_to if row else ""


def _may_be_over(tx: Tx, account_id: int, now: int) -> bool:
    """Who moved by a letter stays moved for as long as nobody moves twice, whatever the profile says: some
    servers only send the letter."""
    at = moving.moved_at(tx, account_id)
    return at is None or at <= now - moving.COOLDOWN
