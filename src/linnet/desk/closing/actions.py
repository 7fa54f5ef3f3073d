"""Closing an account of ours. The doors come through here; what goes with it is decided in
`social.closing`. What the firm counted stays: links, visits, sales, minutes and statements are the firm's."""

from linnet.db.tx import Tx
from linnet.desk.balance import actions as balance
from linnet.desk.closing import rules
from linnet.desk.drafts import actions as drafts
from linnet.desk.firm import queries as firms
from linnet.social.closing import actions as closing
from linnet.social.people import farewell
from linnet.social.people import queries as people


def close(
    tx: Tx, account_id: int, *, typed: str, person_id: int | None, last: bool = False, now: int
) -> None:
    """Closes the account for good. `typed`: its handle, once more; `person_id`: who wants it so (None: the
    command line); `last`: also the firm's own. Raises NotFound, Invalid("handle"), NotAllowed, Conflict."""
    tx.hold(account_id)
    check(tx, account_id, typed, last=last)
    drafts.forget_account(tx, account_id)
    balance.forget_account(tx, account_id)
    closing.close(tx, account_id, person_id=person_id, now=now)


def check(tx: Tx, account_id: int, typed: str, *, last: bool = False) -> None:
    """Could it be closed? Raises as `close`."""
    firm = firms.firm(tx)
    rules.check_closing(
        people.must_account(tx, account_id),
        typed,
        is_firms=firm is not None and firm.account_id == account_id,
        others=farewell.others_here(tx, account_id),
        last=last,
    )
