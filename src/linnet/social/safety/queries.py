"""Tables `block`, `mute`, `account_note`."""

from linnet.db.tx import Tx
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.social.follows.rules import Tie
from linnet.social.safety.rules import Mute, Muted

INSERT_BLOCK = """INSERT INTO block (id, account_id, target_id, since) VALUES (:id, :account_id, :target_id, :now)
    ON CONFLICT DO NOTHING"""
DELETE_BLOCK = "DELETE FROM block WHERE account_id = :account_id AND target_id = :target_id RETURNING id"
BLOCKS_DOWN = """SELECT id, target_id AS account_id FROM block
    WHERE account_id = :account_id AND id < :below AND id > :above ORDER BY id DESC LIMIT :n"""
BLOCKS_UP = """SELECT id, target_id AS account_id FROM block
    WHERE account_id = :account_id AND id < :below AND id > :above ORDER BY id LIMIT :n"""


def insert_block(tx: Tx, *, id: int, account_id: int, target_id: int, now: int) -> bool:
    """False when it is there already."""
    return tx.run(INSERT_BLOCK, id=id, account_id=account_id, target_id=target_id, now=now) > 0


def delete_block(tx: Tx, account_id: int, target_id: int) -> int:
    """The id of the block that was; 0 when there was none."""
    return tx.value(DELETE_BLOCK, account_id=account_id, target_id=target_id) or 0


def blocks(tx: Tx, account_id: int, page: Page = NEWEST) -> list[Tie]:
    """Whom the account blocks, the newest block first."""
    sql = BLOCKS_UP if page.ascending else BLOCKS_DOWN
    rows = tx.all(Tie, sql, account_id=account_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


MUTE = """SELECT id, account_id, target_id, notices, until, since FROM mute
    WHERE account_id = :account_id AND target_id = :target_id"""
PUT_MUTE = """INSERT INTO mute (id, account_id, target_id, notices, until, since)
    VALUES (:id, :account_id, :target_id, :notices, :until, :now)
    ON CONFLICT (account_id, target_id) DO UPDATE SET notices = excluded.notices, until = excluded.until"""
DELETE_MUTE = "DELETE FROM mute WHERE account_id = :account_id AND target_id = :target_id"
OVER = """SELECT id, account_id, target_id, notices, until, since FROM mute
    WHERE until IS NOT NULL AND until <= :now ORDER BY until LIMIT :n"""
MUTES_DOWN = """SELECT id, target_id AS account_id, notices, until FROM mute
    WHERE account_id = :account_id AND id < :below AND id > :above AND COALESCE(until, :now + 1) > :now
    ORDER BY id DESC LIMIT :n"""
MUTES_UP = """SELECT id, target_id AS account_id, notices, until FROM mute
    WHERE account_id = :account_id AND id < :below AND id > :above AND COALESCE(until, :now + 1) > :now
    ORDER BY id LIMIT :n"""


def mute(tx: Tx, account_id: int, target_id: int) -> Mute | None:
    """The mute between these two, even when it is over."""
    return tx.one(Mute, MUTE, account_id=account_id, target_id=target_id)


def put_mute(
    tx: Tx, *, id: int, account_id: int, target_id: int, notices: bool, until: int | None, now: int
) -> None:
    tx.run(PUT_MUTE, id=id, account_id=account_id, target_id=target_id, notices=notices, until=until, now=now)


def delete_mute(tx: Tx, account_id: int, target_id: int) -> bool:
    return tx.run(DELETE_MUTE, account_id=account_id, target_id=target_id) > 0


def over(tx: Tx, now: int, n: int) -> list[Mute]:
    """Mutes whose time has passed, the oldest first."""
    return tx.all(Mute, OVER, now=now, n=n)


def mutes(tx: Tx, account_id: int, now: int, page: Page = NEWEST) -> list[Muted]:
    """Whom the account mutes now, the newest mute first."""
    sql = MUTES_UP if page.ascending else MUTES_DOWN
    rows = tx.all(Muted, sql, account_id=account_id, below=page.below, above=page.above, n=page.size, now=now)
    return in_order(page, rows)


PUT_NOTE = """INSERT INTO account_note (account_id, target_id, text) VALUES (:account_id, :target_id, :text)
    ON CONFLICT (account_id, target_id) DO UPDATE SET text = excluded.text"""
DELETE_NOTE = "DELETE FROM account_note WHERE account_id = :account_id AND target_id = :target_id"


def put_note(tx: Tx, account_id: int, target_id: int, text: str) -> None:
    tx.run(PUT_NOTE, account_id=account_id, target_id=target_id, text=text)


def delete_note(tx: Tx, account_id: int, target_id: int) -> None:
    tx.run(DELETE_NOTE, account_id=account_id, target_id=target_id)


DROP_BLOCKS_OF = "DELETE FROM block WHERE account_id = :account_id"
DROP_MUTES_OF = "DELETE FROM mute WHERE account_id = :account_id"
DROP_NOTES_OF = "DELETE FROM account_note WHERE account_id = :account_id"


def drop_account(tx: Tx, account_id: int) -> int:
    """Whom the account blocked, muted and wrote notes about; how many rows those were."""
    mine = {"account_id": account_id}
    return tx.run(DROP_BLOCKS_OF, **mine) + tx.run(DROP_MUTES_OF, **mine) + tx.run(DROP_NOTES_OF, **mine)
