"""An account of ours that is closed, as far as people and access go. One more file of actions: it writes
the same tables. The row stays, with its handle and without anything else that could be read."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Conflict
from linnet.social.apps import actions as apps
from linnet.social.people import queries
from linnet.social.people.rules import AccessEnded, AccountChanged
from linnet.social.search import actions as search

LEAVE = """UPDATE account SET name = handle, bio = '', bio_html = '', fields = '[]', avatar_id = NULL,
    header_id = NULL, discoverable = FALSE, indexable = FALSE, suspended_at = :now, revision = revision + 1
    WHERE id = :id AND host = '' AND suspended_at IS NULL"""
SPEAK_AS = """UPDATE session SET account_id = :other_id
    WHERE person_id = :person_id AND account_id = :account_id"""
DROP_ALIASES = "DELETE FROM alias WHERE account_id = :account_id"


def leave(tx: Tx, account_id: int, now: int) -> None:
    """Nothing of the account is shown or heard any more, and nobody acts for it: who has another account
    goes on as that one, everybody else is logged out everywhere. Raises NotFound, Conflict."""
    queries.must_account(tx, account_id)
    if not tx.run(LEAVE, id=account_id, now=now):
        raise Conflict("This account is closed already, or it lives on another server.")
    for member in queries.members_of(tx, account_id):
        queries.drop_member(tx, member.person_id, account_id)
        _end_access(tx, member.person_id, account_id)
        tx.emit(AccessEnded(member.person_id, account_id))
    tx.run(DROP_ALIASES, account_id=account_id)
    search.forget_account(tx, account_id)
    tx.emit(AccountChanged(account_id))


def _end_access(tx: Tx, person_id: int, account_id: int) -> None:
    others = queries.memberships(tx, person_id)
    if others:
        tx.run(SPEAK_AS, person_id=person_id, account_id=account_id, other_id=others[0].account_id)
        apps.revoke_member(tx, person_id, account_id)
    else:
        queries.drop_sessions(tx, person_id, "")
        apps.revoke_person(tx, person_id)


OTHERS_HERE = "SELECT COUNT(*) FROM account WHERE host = '' AND suspended_at IS NULL AND id <> :id"


def others_here(tx: Tx, account_id: int) -> int:
    """How many more accounts of ours there are that are not closed."""
    count: int = tx.value(OTHERS_HERE, id=account_id)
    return count
