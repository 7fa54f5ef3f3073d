"""Table `coupon`."""

from linnet.db.tx import Tx
from linnet.desk.coupons.rules import Coupon

ALL = """SELECT id, word, shown, channel, code, account_id, since, ends_at, made_at FROM coupon
    ORDER BY id LIMIT 5000"""
OF_ACCOUNT = """SELECT id, word, shown, channel, code, account_id, since, ends_at, made_at FROM coupon
    WHERE account_id = :account_id ORDER BY id DESC LIMIT 500"""
INSERT = """INSERT INTO coupon (id, word, shown, channel, code, account_id, since, ends_at, made_at)
    VALUES (:id, :word, :shown, :channel, :code, :account_id, :since, :ends_at, :made_at)
    ON CONFLICT (word) DO NOTHING"""
END = "UPDATE coupon SET ends_at = :now WHERE id = :id AND account_id = :account_id AND ends_at IS NULL"


def by_word(tx: Tx) -> dict[str, Coupon]:
    """Every coupon, by its folded word."""
    return {row.word: row for row in tx.all(Coupon, ALL)}


def of_account(tx: Tx, account_id: int) -> list[Coupon]:
    """The coupons of an account, the newest first."""
    return tx.all(Coupon, OF_ACCOUNT, account_id=account_id)


def insert(tx: Tx, row: Coupon) -> bool:
    """False when the word is taken."""
    changed = tx.run(
        INSERT,
        id=row.id,
        word=row.word,
        shown=row.shown,
        channel=row.channel,
        code=row.code,
        account_id=row.account_id,
        since=row.since,
        ends_at=row.ends_at,
        made_at=row.made_at,
    )
    return changed > 0


def end(tx: Tx, id: int, account_id: int, now: int) -> bool:
    """False when there is no such coupon that goes on."""
    return tx.run(END, id=id, account_id=account_id, now=now) > 0
