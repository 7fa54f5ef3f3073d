"""Table `firm_start`: one row, of the firm's own account."""

from linnet.db.tx import Tx
from linnet.desk.start.rules import Start

START = """SELECT account_id, day, waived_by, waived_at, waived_days, begun_at, begun_days, begun_how
    FROM firm_start WHERE account_id = :account_id"""
INSERT = "INSERT INTO firm_start (account_id) VALUES (:account_id)"
SAVE = """UPDATE firm_start SET day = :day, waived_by = :waived_by, waived_at = :waived_at,
    waived_days = :waived_days, begun_at = :begun_at, begun_days = :begun_days, begun_how = :begun_how
    WHERE account_id = :account_id"""
NAME = "SELECT name FROM person WHERE id = :id"

DRAFTS = "SELECT COUNT(*) FROM draft WHERE account_id = :account_id AND stage IN ('draft', 'set')"
COUNTED = """SELECT EXISTS (SELECT 1 FROM visit WHERE first_at >= :since AND first_at < :until AND kind <> 'staff')"""


def start(tx: Tx, account_id: int) -> Start | None:
    """How the account began; None for one that nobody asked."""
    return tx.one(Start, START, account_id=account_id)


def name(tx: Tx, person_id: int | None) -> str:
    """The name of a person; '' for one that is gone."""
    found: str | None = tx.value(NAME, id=person_id) if person_id else None
    return found or ""


def counted(tx: Tx, since: int, until: int) -> bool:
    """Was anything at all counted within [since, until) ms, but for the firm's own people?"""
    return bool(tx.value(COUNTED, since=since, until=until))


def drafts(tx: Tx, account_id: int) -> int:
    """How many posts are written and not out yet."""
    count: int = tx.value(DRAFTS, account_id=account_id)
    return count


def insert(tx: Tx, account_id: int) -> None:
    tx.run(INSERT, account_id=account_id)


def save(tx: Tx, start: Start) -> None:
    tx.run(
        SAVE,
        account_id=start.account_id,
        day=start.day,
        waived_by=start.waived_by,
        waived_at=start.waived_at,
        waived_days=start.waived_days,
        begun_at=start.begun_at,
        begun_days=start.begun_days,
        begun_how=start.begun_how,
    )
