"""What the owner decided about domains, written beside each account from there. A third file of actions:
it writes the same table. Limited: only who follows it sees it; suspended: nobody does."""

from collections.abc import Callable, Sequence
from typing import Literal

from linnet.db.tx import Tx
from linnet.kernel.value import Value
from linnet.social.people.rules import AccountChanged

Held = Literal["", "limit", "suspend"]

PLACES = """SELECT DISTINCT a.host AS host, COALESCE(x.authority, a.host) AS authority, a.held AS held
    FROM account a LEFT JOIN actor x ON x.account_id = a.id WHERE a.host <> ''"""
AT_PLACE = """SELECT a.id FROM account a LEFT JOIN actor x ON x.account_id = a.id
    WHERE a.host = :host AND a.host <> '' AND COALESCE(x.authority, a.host) = :authority AND a.held <> :held"""
SET_HELD = "UPDATE account SET held = :held, revision = revision + 1 WHERE id IN :ids AND held <> :held"
AT_ONCE = 1000


class Place(Value):
    """Where accounts live: what stands in their handles, and which server speaks for them."""

    host: str
    authority: str
    held: str


def places(tx: Tx) -> list[Place]:
    """Every place that some account lives at, with what is written beside those there now."""
    return tx.all(Place, PLACES)


def hold(tx: Tx, account_id: int, held: Held) -> None:
    """One account, as the rules are now."""
    if tx.run(SET_HELD, ids=[account_id], held=held):
        tx.emit(AccountChanged(account_id))


def mark(tx: Tx, wanted: Sequence[tuple[Place, Held]]) -> int:
    """All accounts at these places, as the rules are now; answers how many changed."""
    count = 0
    for place, held in wanted:
        ids = tx.all(int, AT_PLACE, host=place.host, authority=place.authority, held=held)
        for at in range(0, len(ids), AT_ONCE):
            count += tx.run(SET_HELD, ids=ids[at : at + AT_ONCE], held=held)
    return count


def differing(known: Sequence[Place], rule: Callable[[str, str], Held]) -> list[tuple[Place, Held]]:
    """The places at which something else is written than the rules say."""
    said = [(place, rule(place.host, place.authority)) for place in known]
    return [(place, held) for place, held in said if place.held != held]
