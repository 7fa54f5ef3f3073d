"""Who follows whom between two servers. Reads only."""

from linnet.db.tx import Tx

THEIRS = """SELECT x.uri FROM follow f JOIN actor x ON x.account_id = f.follower_id
    WHERE f.followee_id = :account_id AND f.elsewhere AND x.authority = :host AND x.gone_at IS NULL
    ORDER BY x.uri LIMIT :n"""
OURS = """SELECT f.follower_id FROM follow f JOIN account a ON a.id = f.follower_id
    WHERE f.followee_id = :account_id AND a.host = '' ORDER BY f.follower_id LIMIT :n"""
MOST = 10_000


def followers_at(tx: Tx, account_id: int, host: str) -> list[str]:
    """The addresses of those who live at `host` and follow an account of ours."""
    return tx.all(str, THEIRS, account_id=account_id, host=host, n=MOST)


def followers_here(tx: Tx, account_id: int) -> list[int]:
    """Those of ours who follow an account elsewhere."""
    return tx.all(int, OURS, account_id=account_id, n=MOST)
