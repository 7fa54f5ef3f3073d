"""Which lines of a profile are proven, written beside the account by `social.proofs`. One more file of
actions: it writes the same table."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.wire import encode_text
from linnet.social.people.rules import ProfileField

# nothing else moves when the lines are as they were
SET_FIELDS = (
    "UPDATE account SET fields = :fields, revision = revision + 1 WHERE id = :id AND fields <> :fields"
)


def prove(tx: Tx, account_id: int, fields: Sequence[ProfileField]) -> bool:
    """The lines as they are after their pages were looked at; False when that changed nothing. Other
    servers are not told: they look themselves."""
    return tx.run(SET_FIELDS, id=account_id, fields=encode_text(list(fields))) > 0
