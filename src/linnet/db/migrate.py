"""The schema, step by step, forward only.

schema/NNNN_room_what.sql in order; a step that must differ is a pair `.sqlite.sql` and
`.postgres.sql`. Each step and its line in `migration` are one transaction: an interrupted
upgrade is simply run again. Steps are checksummed: a released one never changes.
"""

import contextlib
import hashlib
import re
from importlib import resources

from linnet.db.database import Database, DatabaseError
from linnet.db.tx import Tx
from linnet.kernel.errors import Conflict
from linnet.kernel.value import Value

LEDGER = """CREATE TABLE IF NOT EXISTS migration (
    number BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)"""
APPLIED = "SELECT number, name, checksum FROM migration ORDER BY number"
HAD = "SELECT number, name, checksum FROM migration WHERE number = :number"
ALONE = "LOCK TABLE migration IN EXCLUSIVE MODE"  # SQLite has one writer anyway
RECORD = """INSERT INTO migration (number, name, checksum, applied_at)
    VALUES (:number, :name, :checksum, :now)"""

_FILE = re.compile(r"(\d{4})_(\w+?)(?:\.(sqlite|postgres))?\.sql")
_COMMENT = re.compile(r"--[^\n]*")


class Step(Value):
    """One migration: its place, its name, the statements, a SHA-256 of the text."""

    number: int
    name: str
    statements: tuple[str, ...]
    checksum: str


class Applied(Value):
    """A step that this database has had."""

    number: int
    name: str
    checksum: str


def steps(dialect: str) -> list[Step]:
    """All steps for one dialect, in order."""
    found = []
    for file in resources.files("linnet.db").joinpath("schema").iterdir():
        match = _FILE.fullmatch(file.name)
        if match and match[3] in (None, dialect):
            text = file.read_text(encoding="utf-8")
            checksum = hashlib.sha256(text.encode()).hexdigest()
            found.append(Step(int(match[1]), match[2], _statements(text), checksum))
    return sorted(found, key=lambda step: step.number)


def migrate(db: Database, now: int, up_to: list[Step] | None = None) -> list[Step]:
    """Brings `db` to the newest schema; answers the steps that were taken.

    Raises DatabaseError when the database is newer than this program, or when a step that was
    applied is not the one this program knows.
    """
    known = up_to if up_to is not None else steps(db.dialect)
    applied = _had(db)
    _refuse_strangers(known, applied)
    taken = []
    for step in known:
        if step.number not in applied:
            db.write_now(_apply, step, now)
            taken.append(step)
    return taken


def pending(db: Database) -> list[Step]:
    """The steps that `migrate` would take, for `linnet doctor`. Raises like `migrate`."""
    applied = _had(db)
    known = steps(db.dialect)
    _refuse_strangers(known, applied)
    return [step for step in known if step.number not in applied]


def _had(db: Database) -> dict[int, Applied]:
    with contextlib.suppress(Conflict):  # PostgreSQL: another process makes the ledger at this moment
        db.write_now(_ledger)
    return {step.number: step for step in db.read_now(_applied)}


def _ledger(tx: Tx) -> None:
    tx.run(LEDGER)


def _applied(tx: Tx) -> list[Applied]:
    return tx.all(Applied, APPLIED)


def _refuse_strangers(known: list[Step], applied: dict[int, Applied]) -> None:
    newest = max((step.number for step in known), default=0)
    ahead = [step for number, step in applied.items() if number > newest]
    if ahead:
        raise DatabaseError(
            f"This database was last used by a newer Linnet (schema {ahead[-1].number:04d}, this program knows "
            f"{newest:04d}): install that version again, or restore the backup from before the upgrade."
        )
    for step in known:
        had = applied.get(step.number)
        if had and had.checksum != step.checksum:
            raise DatabaseError(
                f"Schema step {step.number:04d}_{step.name} is not the one this database had: "
                "install the Linnet that made it, or start with an empty data folder."
            )


def _apply(tx: Tx, step: Step, now: int) -> None:
    if tx.dialect == "postgres":
        tx.run(ALONE)
    if tx.one(Applied, HAD, number=step.number):
        return  # another process was first
    for statement in step.statements:
        tx.run(statement)
    tx.run(RECORD, number=step.number, name=step.name, checksum=step.checksum, now=now)


def _statements(text: str) -> tuple[str, ...]:
    """Split at semicolons that end a line; triggers end with `END;` on a line of its own."""
    parts: list[str] = []
    current: list[str] = []
    in_trigger = False
    for line in _COMMENT.sub("", text).splitlines():
        if not line.strip():
            continue
        current.append(line)
        in_trigger = in_trigger or line.upper().lstrip().startswith(("CREATE TRIGGER", "CREATE FUNCTION"))
        ends = line.rstrip().endswith(";")
        if ends and (not in_trigger or line.strip().upper() in {"END;", "$$;"}):
            parts.append("\n".join(current).rstrip().rstrip(";"))
            current, in_trigger = [], False
    if current:
        parts.append("\n".join(current))
    return tuple(parts)
