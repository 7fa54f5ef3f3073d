"""Keeping the index true."""

from linnet.db.tx import Tx
from linnet.social.search import queries


def index_post(tx: Tx, post_id: int, text: str) -> None:
    """Makes a post findable (again, after an edit)."""
    queries.put_post(tx, post_id, text)


def forget_post(tx: Tx, post_id: int) -> None:
    """The post is gone."""
    queries.drop_post(tx, post_id)


def index_account(tx: Tx, account_id: int, handle: str, name: str, bio: str) -> None:
    """Makes an account findable by handle, name and bio (again, after a change)."""
    queries.put_account(tx, account_id, handle, name, bio)


def forget_account(tx: Tx, account_id: int) -> None:
    """The account is gone."""
    queries.drop_account(tx, account_id)
