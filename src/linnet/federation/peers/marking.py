"""What the owner decided about domains, carried over to the accounts that live there: timelines look at
accounts, not at rules."""

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation.peers import actions, domains, queries
from linnet.federation.peers.domains import Rule
from linnet.social.people import standing
from linnet.social.people.standing import Held

_WEIGHT: dict[Held, int] = {"": 0, "limit": 1, "suspend": 2}


def held_by(rules: dict[str, Rule], *places: str) -> Held:
    """The severer of what counts for these hosts: the one in somebody's handle, and the one of the
    server that speaks for them."""
    found = [domains.match(rules, place) for place in places]
    held: list[Held] = [one.severity for one in found if one and one.severity != "allow"]
    return max(held, key=_WEIGHT.__getitem__, default="")


def place_account(tx: Tx, account_id: int, host: str, authority: str) -> None:
    """An account came in, or was asked for again: is something decided about where it lives?"""
    if not queries.any_rule(tx):
        return
    names = {name for place in (host, authority) for name in domains.names_above(domains.host_of(place))}
    standing.hold(tx, account_id, held_by(queries.rules_for(tx, names), host, authority))


async def mark_accounts(db: Database, _job: actions.MarkAccounts) -> None:
    """The handler of the job: the rules changed."""
    rules, places = await db.read(_known)
    wanted = standing.differing(places, lambda host, authority: held_by(rules, host, authority))
    if wanted:
        await db.write(standing.mark, wanted)


def _known(tx: Tx) -> tuple[dict[str, Rule], list[standing.Place]]:
    return {rule.domain: rule for rule in queries.rules(tx)}, standing.places(tx)
