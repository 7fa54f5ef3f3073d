"""The schema: forward, once, checksummed, and refused when it is somebody else's."""

import subprocess
import sys

import pytest

from linnet.db import migrate as module
from linnet.db.database import DatabaseError
from linnet.db.migrate import RECORD, Step, migrate, pending, steps
from linnet.db.sqlite import SqliteDatabase

KNOWN = "SELECT number FROM migration ORDER BY number"


def numbers(db):
    return db.read_now(lambda tx: tx.all(int, KNOWN))


def one(number, *statements, checksum="c"):
    return Step(number, f"step_{number}", statements, checksum)


def test_everything_is_taken_once(db, now):
    known = [step.number for step in steps(db.dialect)]
    assert numbers(db) == known
    assert len(set(known)) == len(known)
    assert migrate(db, now) == []
    assert pending(db) == []


def test_both_engines_have_the_same_steps():
    of = {dialect: [(s.number, s.name) for s in steps(dialect)] for dialect in ("sqlite", "postgres")}
    assert of["sqlite"] == of["postgres"]


def test_a_newer_schema_is_refused_in_one_sentence(db, now):
    db.write_now(lambda tx: tx.run(RECORD, number=9000, name="later", checksum="x", now=now))
    for use in (lambda: migrate(db, now), lambda: pending(db)):
        with pytest.raises(DatabaseError) as refused:
            use()
        sentence = refused.value.sentence
        assert "newer Linnet (schema 9000" in sentence
        assert sentence.count(". ") == 0
        assert sentence.endswith(".")


def test_a_changed_step_is_refused(db, now):
    db.write_now(lambda tx: tx.run("UPDATE migration SET checksum = 'other' WHERE number = 1"))
    with pytest.raises(DatabaseError, match="0001_jobs is not the one this database had"):
        migrate(db, now)


def test_an_interrupted_upgrade_goes_on_where_it_was(db, now):
    good = [*steps(db.dialect), one(8001, "CREATE TABLE a (id BIGINT)")]
    broken = one(
        8002, "CREATE TABLE b (id BIGINT)", "INSERT INTO b (id) VALUES (1)", "CREATE TABLE a (id BIGINT)"
    )
    last = one(8003, "CREATE TABLE c (id BIGINT)")
    with pytest.raises(Exception, match="already exists"):
        migrate(db, now, [*good, broken, last])
    assert numbers(db)[-1] == 8001
    with pytest.raises(Exception, match=r"no such table|does not exist"):
        db.read_now(lambda tx: tx.all(int, "SELECT id FROM b"))
    mended = one(8002, "CREATE TABLE b (id BIGINT)", "INSERT INTO b (id) VALUES (1)")
    assert migrate(db, now, [*good, mended, last]) == [mended, last]
    assert db.read_now(lambda tx: tx.all(int, "SELECT id FROM b")) == [1]


def test_a_step_that_another_process_took_is_left(db, now):
    step = one(8001, "CREATE TABLE a (id BIGINT)")
    db.write_now(module._apply, step, now)
    db.write_now(module._apply, step, now)
    assert numbers(db)[-1] == 8001


def test_statements_end_where_they_end():
    text = """-- a comment; with a semicolon
CREATE TABLE a (id BIGINT); -- after it
CREATE TRIGGER t AFTER INSERT ON a BEGIN
    INSERT INTO b VALUES (1);
    INSERT INTO b VALUES (2);
END;
CREATE INDEX i
    ON a (id)"""
    table, trigger, index = module._statements(text)
    assert table == "CREATE TABLE a (id BIGINT)"
    assert trigger.count("INSERT INTO b") == 2
    assert index == "CREATE INDEX i\n    ON a (id)"


WRITE = """
import sys
from pathlib import Path
from linnet.db.migrate import migrate
from linnet.db.sqlite import SqliteDatabase

db = SqliteDatabase(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
migrate(db, 1)
for n in range(150):
    def bump(tx):
        tx.run("INSERT INTO server_fact (name, value) VALUES ('n', '0') ON CONFLICT (name) DO NOTHING")
        seen = int(tx.value("SELECT value FROM server_fact WHERE name = 'n'"))
        tx.run("UPDATE server_fact SET value = :v WHERE name = 'n'", v=str(seen + 1))
    db.write_now(bump)
db.close()
"""


def test_processes_migrate_and_write_at_once(tmp_path):
    """Three processes on one new file: each step is taken once, no write is lost."""
    path = tmp_path / "linnet.sqlite"
    start = [sys.executable, "-c", WRITE, str(path)]
    writers = [
        subprocess.Popen(start, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [writer.stdout.readline() for writer in writers] == ["ready\n"] * 3
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0, 0]
    db = SqliteDatabase(path)
    assert db.read_now(lambda tx: tx.value("SELECT value FROM server_fact WHERE name = 'n'")) == "450"
    assert numbers(db) == [step.number for step in steps("sqlite")]
    db.close()
