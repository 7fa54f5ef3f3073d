"""Tables `quote`, `stamp`: rows."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.kernel.value import Value
from linnet.social.quotes.rules import Quote, Stamp, State


class Proof(Value):
    """A quote that stands or waits, with the stamp for it: elsewhere (`stamp_uri`) or of ours."""

    post_id: int
    quoted_id: int
    stamp_uri: str
    stamp_id: int | None


class Hidden(Value):
    """Somebody of whom a viewer wants to see nothing: `how` is block or mute."""

    id: int
    how: str


QUOTE = "SELECT post_id, quoted_id, state, stamp_uri, since FROM quote WHERE post_id = :post_id"
OF = "SELECT post_id, quoted_id, state, stamp_uri, since FROM quote WHERE quoted_id = :quoted_id"
BY_STAMP = """SELECT post_id, quoted_id, state, stamp_uri, since FROM quote
    WHERE stamp_uri = :stamp_uri AND stamp_uri <> ''"""
QUOTING_DOWN = """SELECT post_id FROM quote WHERE quoted_id = :quoted_id AND state = 'accepted'
    AND post_id < :below AND post_id > :above ORDER BY post_id DESC LIMIT :n"""
QUOTING_UP = """SELECT post_id FROM quote WHERE quoted_id = :quoted_id AND state = 'accepted'
    AND post_id < :below AND post_id > :above ORDER BY post_id LIMIT :n"""
PROOFS = """SELECT q.post_id, q.quoted_id, q.stamp_uri, s.id AS stamp_id FROM quote q
    LEFT JOIN stamp s ON s.quoted_post_id = q.quoted_id AND s.quoting_id = q.post_id
        AND s.revoked_at IS NULL AND q.state = 'accepted'
    WHERE q.post_id IN :ids AND q.state IN ('pending', 'accepted')"""
HIDDEN = """SELECT target_id AS id, 'block' AS how FROM block WHERE account_id = :viewer_id AND target_id IN :ids
    UNION ALL
    SELECT target_id AS id, 'mute' AS how FROM mute WHERE account_id = :viewer_id AND target_id IN :ids"""

INSERT = """INSERT INTO quote (post_id, quoted_id, state, stamp_uri, since)
    VALUES (:post_id, :quoted_id, :state, :stamp_uri, :since) ON CONFLICT DO NOTHING"""
SET_STATE = "UPDATE quote SET state = :state, stamp_uri = :stamp_uri WHERE post_id = :post_id"
DELETE = "DELETE FROM quote WHERE post_id = :post_id"

STAMP = """SELECT id, quoted_post_id, quoting_id, quoting_uri, quoting_account_id, made_at, revoked_at
    FROM stamp WHERE id = :id"""
STAMP_FOR = """SELECT id, quoted_post_id, quoting_id, quoting_uri, quoting_account_id, made_at, revoked_at
    FROM stamp WHERE quoted_post_id = :quoted_id AND quoting_id = :quoting_id"""
INSERT_STAMP = """INSERT INTO stamp (id, quoted_post_id, quoting_id, quoting_uri, quoting_account_id, made_at)
    VALUES (:id, :quoted_post_id, :quoting_id, :quoting_uri, :quoting_account_id, :made_at)"""
REVOKE_STAMP = "UPDATE stamp SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL"
REVOKE_OF = """UPDATE stamp SET revoked_at = :now
    WHERE (quoted_post_id = :post_id OR quoting_id = :post_id) AND revoked_at IS NULL"""


def quote(tx: Tx, post_id: int) -> Quote | None:
    """What the post quotes."""
    return tx.one(Quote, QUOTE, post_id=post_id)


def of(tx: Tx, quoted_id: int) -> list[Quote]:
    """Every quote of a post, however it stands."""
    return tx.all(Quote, OF, quoted_id=quoted_id)


def by_stamp(tx: Tx, stamp_uri: str) -> list[Quote]:
    """The quotes that a stamp elsewhere stands for."""
    return tx.all(Quote, BY_STAMP, stamp_uri=stamp_uri)


def quoting(tx: Tx, quoted_id: int, page: Page = NEWEST) -> list[int]:
    """Ids of the posts that quote a post with leave, the newest first."""
    sql = QUOTING_UP if page.ascending else QUOTING_DOWN
    rows = tx.all(int, sql, quoted_id=quoted_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


def proofs(tx: Tx, post_ids: Sequence[int]) -> list[Proof]:
    """The quotes of these posts that stand or wait."""
    return tx.all(Proof, PROOFS, ids=list(post_ids)) if post_ids else []


def hidden(tx: Tx, viewer_id: int, account_ids: Sequence[int]) -> dict[int, str]:
    """Those of these accounts that the viewer blocks or mutes, and which of the two."""
    if not viewer_id or not account_ids:
        return {}
    return {row.id: row.how for row in tx.all(Hidden, HIDDEN, viewer_id=viewer_id, ids=list(account_ids))}


def insert(tx: Tx, row: Quote) -> None:
    tx.run(
        INSERT,
        post_id=row.post_id,
        quoted_id=row.quoted_id,
        state=row.state,
        stamp_uri=row.stamp_uri,
        since=row.since,
    )


def set_state(tx: Tx, post_id: int, state: State, stamp_uri: str) -> None:
    tx.run(SET_STATE, post_id=post_id, state=state, stamp_uri=stamp_uri)


def delete(tx: Tx, post_id: int) -> None:
    tx.run(DELETE, post_id=post_id)


def stamp(tx: Tx, id: int) -> Stamp | None:
    """A leave of ours, also one that was taken back."""
    return tx.one(Stamp, STAMP, id=id)


def stamp_for(tx: Tx, quoted_id: int, quoting_id: int) -> Stamp | None:
    """The leave for this post to quote that one of ours, also one that was taken back."""
    return tx.one(Stamp, STAMP_FOR, quoted_id=quoted_id, quoting_id=quoting_id)


def insert_stamp(tx: Tx, row: Stamp) -> None:
    tx.run(
        INSERT_STAMP,
        id=row.id,
        quoted_post_id=row.quoted_post_id,
        quoting_id=row.quoting_id,
        quoting_uri=row.quoting_uri,
        quoting_account_id=row.quoting_account_id,
        made_at=row.made_at,
    )


def revoke_stamp(tx: Tx, id: int, now: int) -> bool:
    """False when it was taken back before."""
    return tx.run(REVOKE_STAMP, id=id, now=now) > 0


def revoke_stamps_of(tx: Tx, post_id: int, now: int) -> None:
    """The post is gone: nothing is good any more that was stamped for it or of it."""
    tx.run(REVOKE_OF, post_id=post_id, now=now)
