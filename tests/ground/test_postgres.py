"""What only PostgreSQL can do to us: it is restarted, it sends one of two back, it lets two at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from linnet.db import postgres
from linnet.db.database import Database, DatabaseError
from linnet.db.facts import fact, keep_fact
from linnet.db.tx import Tx
from tests.races import race

HANG_UP = """SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
LEAVE = "SELECT pg_terminate_backend(pg_backend_pid())"


@pytest.fixture
def db(request: pytest.FixtureRequest, db: Database) -> Database:
    if db.dialect != "postgres":
        pytest.skip("of PostgreSQL")
    return db


def fill(db: Database) -> None:
    """As many connections as there may be are open."""
    together = threading.Barrier(postgres.CONNECTIONS)

    def meet(_tx: Tx) -> None:
        together.wait(20)

    with ThreadPoolExecutor(postgres.CONNECTIONS) as threads:
        for done in [threads.submit(db.read_now, meet) for _ in range(postgres.CONNECTIONS)]:
            done.result()


def test_after_a_restart_of_the_server_nobody_is_refused(db: Database) -> None:
    fill(db)
    cut = db.read_now(lambda tx: tx.value(HANG_UP))
    assert cut == postgres.CONNECTIONS - 1
    for number in range(postgres.CONNECTIONS):
        db.write_now(keep_fact, "number", str(number))
        assert db.read_now(fact, "number") == str(number)


def test_what_breaks_off_in_the_middle_is_not_done_twice(db: Database) -> None:
    tries = []

    def broken(tx: Tx) -> None:
        tries.append(1)
        keep_fact(tx, "word", "half")
        tx.value(LEAVE)

    with pytest.raises(DatabaseError, match="try again"):
        db.write_now(broken)
    assert tries == [1]
    assert db.read_now(fact, "word") is None
    db.write_now(keep_fact, "word", "whole")


def test_two_who_wait_for_each_other_both_come_through(db: Database) -> None:
    for name in ("one", "two"):
        db.write_now(keep_fact, name, "")
    both = threading.Barrier(2)
    tries = []

    def cross(tx: Tx, first: str, second: str) -> None:
        tries.append(first)
        keep_fact(tx, first, first)
        if len(tries) <= 2:
            both.wait(20)
        keep_fact(tx, second, first)

    with ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(db.write_now, cross, *names) for names in (("one", "two"), ("two", "one"))
        ]:
            done.result()
    assert len(tries) >= 3  # one of them was sent back


def test_what_is_held_is_read_anew(db: Database) -> None:
    db.write_now(keep_fact, "count", "0")

    def count(tx: Tx) -> str:
        tx.hold(-7)
        after = str(int(fact(tx, "count") or "") + 1)
        keep_fact(tx, "count", after)
        return after

    assert race(db, count, count) == ("1", "2")
