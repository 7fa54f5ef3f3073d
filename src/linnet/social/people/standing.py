"""What the owner decided about domains, written beside each account from there. A third file of actions:
it writes the same table. Limited: only who follows it sees it; suspended: nobody does."""

from collections.abc import Sequence
from typing import Literal

from linnet.db.tx import Tx
from linnet.social.people.rules import AccountChanged

Held = Literal["", "limit", "suspend"]

SET_HELD = "UPDATE account SET held = :held, revision = revision + 1 WHERE id IN :ids AND held <> :held"
AT_ONCE = 1000


def hold(tx: Tx, account_id: int, held: Held) -> None:
    """One account, as the rules are now."""
    if mark(tx, [account_id], held):
        tx.emit(AccountChanged(account_id))


def mark(tx: Tx, account_ids: Sequence[int], held: Held) -> int:
    """These accounts, as the rules are now; answers how many were marked otherwise."""
    starts = range(0, len(account_ids), AT_ONCE)
    return sum(tx.run(SET_HELD, ids=list(account_ids[at : at + AT_ONCE]), held=held) for at in starts)
