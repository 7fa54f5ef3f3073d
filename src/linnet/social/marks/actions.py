"""Marks go with their post."""

from linnet.db.tx import Tx
from linnet.social.marks import queries


def forget_post(tx: Tx, post_id: int) -> None:
    """The post is gone: every mark on it goes too."""
    queries.drop_post(tx, post_id)


def forget_account(tx: Tx, account_id: int) -> int:
    """The account is gone: its bookmarks, pins and threads that it left go; answers how many."""
    return queries.drop_account(tx, account_id)
