"""Registering apps, allowing them, ending what was allowed."""

from linnet.db.tx import Tx
from linnet.social.apps import queries


def revoke_person(tx: Tx, person_id: int) -> None:
    """Ends everything that any app may do for this person (password change, lock-out)."""
    queries.revoke_person(tx, person_id)


def revoke_member(tx: Tx, person_id: int, account_id: int) -> None:
    """Ends everything that any app may do for this person as this account."""
    queries.revoke_member(tx, person_id, account_id)
