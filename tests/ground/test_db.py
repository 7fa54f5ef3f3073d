"""The database as doors and workers see it: the same promises on both engines."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linnet.db import checkpoint
from linnet.db.database import DatabaseError
from linnet.db.facts import drop_fact, fact, keep_fact
from linnet.db.postgres import PostgresDatabase
from linnet.db.sqlite import SqliteDatabase
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.value import Value

MAKE = """CREATE TABLE thing (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, good BOOLEAN NOT NULL, maybe BOOLEAN)"""
ADD = "INSERT INTO thing (id, name, good, maybe) VALUES (:id, :name, :good, :maybe)"
ALL = "SELECT id, name, good, maybe FROM thing ORDER BY id"
IDS = "SELECT id FROM thing ORDER BY id"


class Thing(Value):
    id: int
    name: str
    good: bool = True
    maybe: bool | None = None


class Happened(Value):
    what: int


def add(tx, id, name="", good=True, maybe=None):
    tx.run(ADD, id=id, name=name or str(id), good=good, maybe=maybe)
    return id


def ids(tx):
    return tx.all(int, IDS)


@pytest.fixture
def things(db):
    db.write_now(lambda tx: tx.run(MAKE))
    return db


def again(db):
    """Another connection to the same database, as another process has one."""
    return SqliteDatabase(db._path) if db.dialect == "sqlite" else PostgresDatabase(db._pool.conninfo)


def test_what_write_returned_is_there_for_others(things):
    other = again(things)
    try:
        assert things.write_now(add, 1) == 1
        assert other.read_now(ids) == [1]
        assert asyncio.run(other.write(add, 2)) == 2
        assert asyncio.run(things.read(ids)) == asyncio.run(things.glance(ids)) == [1, 2]
    finally:
        other.close()


def test_a_failure_is_its_own(things):
    """Actions that share a commit do not share a fate, and a failed one leaves nothing."""

    def spoilt(tx, id):
        add(tx, id)
        tx.emit(Happened(id))
        raise NotImplementedError(id)

    told = []
    things._on_commit = told.extend
    begun = threading.Event()
    go_on = threading.Event()

    def slow(tx):
        begun.set()
        assert go_on.wait(20)
        tx.emit(Happened(0))
        return add(tx, 1000)

    with ThreadPoolExecutor(12) as threads:
        first = threads.submit(things.write_now, slow)
        assert begun.wait(20)
        futures = {
            n: threads.submit(things.write_now, spoilt if n % 3 == 0 else add, n) for n in range(1, 31)
        }
        go_on.set()
        for n, future in futures.items():
            if n % 3 == 0:
                with pytest.raises(NotImplementedError):
                    future.result(20)
            else:
                assert future.result(20) == n
        assert first.result(20) == 1000
    assert things.read_now(ids) == [*(n for n in range(1, 31) if n % 3), 1000]
    assert told == [Happened(0)]


def test_many_write_at_once(things):
    def bump(tx):
        seen = int(fact(tx, "n") or 0)
        keep_fact(tx, "n", str(seen + 1))

    if things.dialect == "postgres":  # there each needs the row's lock: one statement, as our actions do

        def bump(tx):
            tx.run(
                """INSERT INTO server_fact (name, value) VALUES ('n', '1') ON CONFLICT (name)
                DO UPDATE SET value = CAST(CAST(server_fact.value AS BIGINT) + 1 AS TEXT)"""
            )

    async def everybody():
        await asyncio.gather(*(things.write(bump) for _ in range(300)))

    asyncio.run(everybody())
    assert things.read_now(fact, "n") == "300"


def test_a_read_is_of_one_moment_and_writes_nothing(things):
    things.write_now(add, 1)

    def look(tx):
        before = ids(tx)
        things.write_now(add, 2)
        return before, ids(tx)

    assert things.read_now(look) == ([1], [1])
    assert things.read_now(ids) == [1, 2]
    with pytest.raises(Exception, match=r"read-?only|readonly|cannot be read or written"):
        things.read_now(add, 3)
    assert things.read_now(ids) == [1, 2]
    assert things.write_now(add, 3) == 3


def test_values_and_lists(things):
    things.write_now(add, 1, "it's :one 100%", good=False, maybe=None)
    things.write_now(add, 2, "two", good=True, maybe=True)
    things.write_now(
        lambda tx: tx.many(ADD, [{"id": n, "name": str(n), "good": False, "maybe": False} for n in (3, 4)])
    )
    assert things.read_now(lambda tx: tx.all(Thing, ALL)) == [
        Thing(1, "it's :one 100%", False, None),
        Thing(2, "two", True, True),
        Thing(3, "3", False, False),
        Thing(4, "4", False, False),
    ]
    [row] = things.read_now(lambda tx: tx.all(Thing, "SELECT good, id, name FROM thing WHERE maybe"))
    assert row == Thing(2, "two", True, None)
    some = "SELECT id FROM thing WHERE id IN :ids ORDER BY id"
    others = "SELECT id FROM thing WHERE id NOT IN :ids ORDER BY id"
    names = "SELECT id FROM thing WHERE name IN :names AND name LIKE '%e :one 100%'"

    def pick(tx):
        return (
            [tx.all(int, some, ids=given) for given in ([2, 9, 4], (1,), {3}, frozenset(), [])],
            [tx.all(int, others, ids=given) for given in ([2, 9, 4], [])],
            tx.all(int, names.replace("e :one", "s :one"), names=["it's :one 100%", "two"]),
            tx.one(bool, "SELECT good FROM thing WHERE id = 1"),
            tx.one(int, "SELECT id FROM thing WHERE id = 77"),
            tx.value("SELECT COUNT(*) FROM thing WHERE good"),
        )

    assert things.read_now(pick) == ([[2, 4], [1], [3], [], []], [[1, 3], [1, 2, 3, 4]], [1], False, None, 1)
    assert things.write_now(lambda tx: tx.run("DELETE FROM thing WHERE id IN :ids", ids=[1, 2, 9])) == 2
    with pytest.raises(TypeError, match="other"):
        things.read_now(lambda tx: tx.all(Thing, "SELECT id, name AS other FROM thing"))


def test_what_the_database_refuses(things):
    things.write_now(add, 1)
    for attempt in (
        lambda tx: add(tx, 1, "x"),
        lambda tx: add(tx, 2, "1"),
        lambda tx: tx.many(ADD, [{"id": n, "name": "same", "good": True, "maybe": None} for n in (5, 6)]),
    ):
        with pytest.raises(Conflict):
            things.write_now(attempt)
    for attempt in (
        lambda tx: add(tx, 2, "\ud800"),
        lambda tx: add(tx, 2**63),
        lambda tx: tx.many(ADD, [{"id": 2, "name": "a\udfffb", "good": True, "maybe": None}]),
        lambda tx: tx.all(int, "SELECT id FROM thing WHERE name IN :names", names=["ok", "\udc80"]),
    ):
        with pytest.raises(Invalid):
            things.write_now(attempt)
    assert things.read_now(ids) == [1]
    assert things.write_now(add, 2**63 - 1) == 2**63 - 1


def test_a_deaf_listener_spoils_no_write(things):
    def broken(events):
        raise RuntimeError("deaf")

    things._on_commit = broken
    assert things.write_now(lambda tx: (tx.emit(Happened(1)), add(tx, 7))[1]) == 7
    assert things.write_now(add, 8) == 8


def test_duties_belong_to_the_transaction(things):
    """What on_emit writes commits or vanishes with its cause."""
    things._on_emit = lambda tx, event: keep_fact(tx, "duty", str(event.what))

    def act(tx, fail):
        tx.emit(Happened(1))
        if fail:
            raise Invalid("text", "is not good")

    with pytest.raises(Invalid):
        things.write_now(act, True)
    assert things.read_now(fact, "duty") is None
    things.write_now(act, False)
    assert things.read_now(fact, "duty") == "1"
    assert things.write_now(drop_fact, "duty") is True
    assert things.write_now(drop_fact, "duty") is False


def test_a_closed_database_says_so(things):
    other = again(things)
    other.close()
    with pytest.raises(DatabaseError, match="closed"):
        other.write_now(add, 1)
    with pytest.raises(DatabaseError, match="closed"):
        asyncio.run(other.write(add, 1))
    for read in (other.read, other.glance):
        with pytest.raises(DatabaseError, match="closed"):
            asyncio.run(read(ids))


def test_a_full_disk_is_told_and_survived(tmp_path):
    """Whoever waits hears of it, nothing half-done stays, and with room the writer goes on."""
    db = SqliteDatabase(tmp_path / "linnet.sqlite")
    db.write_now(lambda tx: tx.run("CREATE TABLE blob (id BIGINT PRIMARY KEY, data TEXT)"))
    pages = db.read_now(lambda tx: tx.value("PRAGMA page_count"))
    db._writer_connection.execute(f"PRAGMA max_page_count={pages + 20}")

    def fill(tx, id, size):
        tx.run("INSERT INTO blob (id, data) VALUES (:id, :data)", id=id, data="x" * size)

    db.write_now(fill, 1, 100)
    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(db.write_now, fill, 10 + n, 1 << 20) for n in range(8)]
        for future in futures:
            with pytest.raises(DatabaseError, match="disk is full"):
                future.result(20)
    db.write_now(fill, 2, 100)
    db._writer_connection.execute("PRAGMA max_page_count=1000000")
    db.write_now(fill, 3, 1 << 20)
    assert db.read_now(lambda tx: tx.all(int, "SELECT id FROM blob ORDER BY id")) == [1, 2, 3]
    db.close()


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "linnet.sqlite"
    path.write_bytes(b"a shopping list, not a database. " * 400)
    with pytest.raises(DatabaseError, match="not a Linnet database"):
        SqliteDatabase(path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(DatabaseError, match="rights of the data folder"):
        SqliteDatabase(tmp_path / "folder")


def test_a_damaged_database_is_named(tmp_path):
    path = tmp_path / "linnet.sqlite"
    db = SqliteDatabase(path)
    db.write_now(lambda tx: tx.run("CREATE TABLE blob (id BIGINT PRIMARY KEY, data TEXT)"))
    for n in range(50):
        db.write_now(lambda tx, n=n: tx.run("INSERT INTO blob VALUES (:id, :data)", id=n, data="x" * 3000))
    db.close()
    whole = bytearray(path.read_bytes())
    whole[4096 : len(whole)] = b"\xee" * (len(whole) - 4096)
    path.write_bytes(whole)
    sick = SqliteDatabase(path)
    for use in (sick.read_now, sick.write_now):
        with pytest.raises(DatabaseError, match="damaged"):
            use(lambda tx: tx.all(str, "SELECT data FROM blob"))
    sick.close()


def test_the_embedded_database_is_set_as_promised(tmp_path):
    db = SqliteDatabase(tmp_path / "linnet.sqlite")
    asked = ("journal_mode", "synchronous")
    assert [db.write_now(lambda tx, p=p: tx.value(f"PRAGMA {p}")) for p in asked] == ["wal", 2]
    assert tuple(int(part) for part in apsw.sqlitelibversion().split(".")) >= (3, 51, 3)
    assert (tmp_path / "linnet.lock").stat().st_mode & 0o077 == 0
    db.close()
    db.close()


@pytest.mark.parametrize(
    "text", ["", "é", "👩‍👩‍👧", "a\nb", "'; DROP TABLE thing; --", "%s %(id)s :id {0}", "\u202e"]
)
def test_text_comes_back_as_it_went(things, text):
    things.write_now(lambda tx: tx.run(ADD, id=1, name=text, good=True, maybe=None))
    assert things.read_now(lambda tx: tx.one(str, "SELECT name FROM thing WHERE id = :id", id=1)) == text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 9)), min_size=1, max_size=12))
def test_savepoints_agree_with_a_model(tmp_path_factory, steps):
    """Each step adds a name once; some fail after having written. The rows are those of a dict."""
    db = SqliteDatabase(tmp_path_factory.mktemp("db") / "linnet.sqlite")
    db.write_now(lambda tx: tx.run(MAKE))
    model: set[int] = set()

    def step(tx, fails, n):
        add(tx, n)
        if fails:
            raise Invalid("n", "is unlucky")

    async def everything():
        return await asyncio.gather(*(db.write(step, f, n) for f, n in steps), return_exceptions=True)

    for (fails, n), answer in zip(steps, asyncio.run(everything()), strict=True):
        assert isinstance(answer, Conflict if n in model else Invalid if fails else type(None))
        if answer is None:
            model.add(n)
    assert db.read_now(ids) == sorted(model)
    db.close()


def test_the_log_stays_short_although_no_commit_waits_for_it(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "BEGIN", 1 << 40)  # the thread never works: the writer must help
    monkeypatch.setattr(checkpoint, "LEND", 50)
    db = SqliteDatabase(tmp_path / "log.sqlite")
    db.write_now(lambda tx: tx.run("CREATE TABLE heap (id BIGINT PRIMARY KEY, text TEXT NOT NULL)"))
    for number in range(300):
        db.write_now(
            lambda tx, at=number: tx.run("INSERT INTO heap VALUES (:id, :text)", id=at, text="x" * 9000)
        )
    assert (tmp_path / "log.sqlite-wal").stat().st_size < 300 * 4096
    assert db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM heap")) == 300
    db.close()
