"""Who is not suggested any more."""

from linnet.db.tx import Tx
from linnet.social.directory import queries
from linnet.social.people import queries as people


def dismiss(tx: Tx, account_id: int, target_id: int, now: int) -> None:
    """`account_id` does not want to be shown this one again. Raises NotFound."""
    people.must_account(tx, target_id)
    queries.put_unsuggested(tx, account_id, target_id, now)


def forget_account(tx: Tx, account_id: int) -> int:
    """The account is gone: so is whom it did not want to be shown; answers how many."""
    return queries.drop_account(tx, account_id)
