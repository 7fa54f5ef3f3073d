"""The ids of favourites among servers. A second file of queries of table `favourite`, for what came from
elsewhere. Looked up among those of one account: nobody else may take them back."""

from linnet.db.tx import Tx

NAME = "UPDATE favourite SET uri = :uri WHERE post_id = :post_id AND account_id = :account_id"
NAMED = "SELECT post_id FROM favourite WHERE account_id = :account_id AND uri = :uri AND uri <> ''"


def name(tx: Tx, account_id: int, post_id: int, uri: str) -> bool:
    """The account's server knows its favourite of this post by this id; False when there is none."""
    return tx.run(NAME, account_id=account_id, post_id=post_id, uri=uri) > 0


def named(tx: Tx, account_id: int, uri: str) -> int | None:
    """The post of which the account's favourite has this id."""
    found: int | None = tx.value(NAMED, account_id=account_id, uri=uri)
    return found
