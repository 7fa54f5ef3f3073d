"""What only SQLite can do to us: another program holds the file."""

import contextlib
from pathlib import Path

import apsw
import pytest

from linnet.db.database import DatabaseError
from linnet.db.facts import fact, keep_fact
from linnet.db.migrate import migrate
from linnet.db.sqlite import SqliteDatabase


def test_a_file_that_another_program_holds(tmp_path: Path, now: int) -> None:
    """Such as somebody's open sqlite3 shell, or a backup that locks."""
    db = SqliteDatabase(tmp_path / "linnet.sqlite")
    migrate(db, now)
    db.write_now(keep_fact, "word", "before")
    other = apsw.Connection(str(tmp_path / "linnet.sqlite"))
    other.execute("BEGIN IMMEDIATE")
    db._writer_connection.set_busy_timeout(0)  # else it waits ten seconds
    for _ in range(2):
        with pytest.raises(DatabaseError, match="held by another program"):
            db.write_now(keep_fact, "word", "meanwhile")
        assert db.read_now(fact, "word") == "before"  # readers do not mind
    other.execute("ROLLBACK")
    other.close()
    db.write_now(keep_fact, "word", "after")
    assert db.read_now(fact, "word") == "after"
    db.close()


def test_a_disk_too_sick_to_roll_back_stops_nobody_for_ever(tmp_path: Path, now: int) -> None:
    db = SqliteDatabase(tmp_path / "linnet.sqlite")
    migrate(db, now)

    def sick(_cursor: apsw.Cursor, sql: str, _bindings: object) -> bool:
        if sql.startswith(("COMMIT", "ROLLBACK")):
            raise apsw.IOError("disk I/O error")
        return True

    db._writer_connection.exec_trace = sick
    for _ in range(2):
        with pytest.raises((DatabaseError, apsw.Error)):
            db.write_now(keep_fact, "word", "lost")
    db._writer_connection.exec_trace = None
    with contextlib.suppress(apsw.Error):  # the first one after it clears up
        db.write_now(keep_fact, "word", "perhaps")
    db.write_now(keep_fact, "word", "kept")
    assert db.read_now(fact, "word") == "kept"
    db.close()
