"""What the owner decided about domains, carried over to the accounts that live there: timelines look at
accounts, not at rules."""

from collections.abc import Sequence

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.peers import domains, queries
from linnet.federation.peers.actions import MarkAccounts
from linnet.federation.peers.domains import Rule
from linnet.kernel.value import Value
from linnet.social.people import standing
from linnet.social.people.standing import Held

PLACES = """SELECT DISTINCT a.host AS host, COALESCE(x.authority, a.host) AS authority, a.held AS held
    FROM account a LEFT JOIN actor x ON x.account_id = a.id WHERE a.host <> ''"""
AT_PLACE = """SELECT a.id FROM account a LEFT JOIN actor x ON x.account_id = a.id
    WHERE a.host = :host AND a.host <> '' AND COALESCE(x.authority, a.host) = :authority AND a.held <> :held"""
_WEIGHT: dict[Held, int] = {"": 0, "limit": 1, "suspend": 2}


class Place(Value):
    """Where accounts live: what stands in their handles, and which server speaks for them; `held`: what
    is written beside those there now."""

    host: str
    authority: str
    held: str


def held_by(rules: dict[str, Rule], *hosts: str) -> Held:
    """The severer of what counts for these hosts."""
    found = [domains.match(rules, host) for host in hosts]
    held: list[Held] = [one.severity for one in found if one and one.severity != "allow"]
    return max(held, key=_WEIGHT.__getitem__, default="")


def place_account(tx: Tx, account_id: int, host: str, authority: str) -> None:
    """An account came in, or was asked for again: is something decided about where it lives?"""
    if not queries.any_rule(tx):
        return
    names = {name for place in (host, authority) for name in domains.names_above(domains.host_of(place))}
    standing.hold(tx, account_id, held_by(queries.rules_for(tx, names), host, authority))


async def mark_accounts(db: Database, _job: MarkAccounts) -> None:
    """The handler of the job: the rules changed."""
    wanted = await db.read(_wanted)
    if wanted:
        await db.write(_mark, wanted)


def _wanted(tx: Tx) -> list[tuple[Place, Held]]:
    rules = {rule.domain: rule for rule in queries.rules(tx)}
    said = [(place, held_by(rules, place.host, place.authority)) for place in tx.all(Place, PLACES)]
    return [(place, held) for place, held in said if place.held != held]


def _mark(tx: Tx, wanted: Sequence[tuple[Place, Held]]) -> None:
    for place, held in wanted:
        ids = tx.all(int, AT_PLACE, host=place.host, authority=place.authority, held=held)
        standing.mark(tx, ids, held)
