"""The embedded database: WAL, synchronous=FULL, one writer with group commit, many readers.

Why so (docs/decisions/0002-two-databases.md): NORMAL loses acknowledged posts in a power cut;
several writing connections starve each other. Here one thread writes. It takes everything that
waits, gives each action a savepoint of its own, and pays for one fsync; nobody is answered
before that fsync. Several processes take turns by a file lock, which the kernel hands over
without polling.
"""

import contextlib
import fcntl
import logging
import os
import queue
import threading
from asyncio import get_running_loop, wrap_future
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import apsw

from linnet.db.checkpoint import Checkpointer
from linnet.db.database import CLOSED, Action, DatabaseError, OnCommit, P
from linnet.db.tx import OnEmit, Row, Tx, for_sqlite
from linnet.kernel.errors import Collision, Invalid, LinnetError
from linnet.kernel.value import Value
from linnet.kernel.wire import encode_text

R = TypeVar("R")

log = logging.getLogger("linnet.db")

BATCH = 256  # actions per commit at most: bounds how long the first of them waits
READERS = 4


class SqliteTx(Tx):
    """A transaction on one apsw connection."""

    dialect = "sqlite"

    def __init__(self, connection: apsw.Connection, on_emit: OnEmit | None = None) -> None:
        super().__init__(on_emit)
        self._connection = connection

    def run(self, sql: str, /, **parameters: Any) -> int:
        self._execute(sql, parameters)
        return self._connection.changes()

    def many(self, sql: str, rows: Iterable[dict[str, Any]]) -> None:
        text = for_sqlite(sql)
        try:
            self._connection.executemany(text, (_bind(row) for row in rows))
        except BAD as error:
            raise _refusal(error) from error

    def hold(self, id: int | str) -> None:
        """Nobody else writes before this transaction is over."""

    def _fetch(self, sql: str, parameters: dict[str, Any]) -> tuple[Sequence[Row], tuple[str, ...]]:
        cursor = self._execute(sql, parameters)
        first = cursor.fetchone()
        if first is None:
            return (), ()
        names = tuple(column[0] for column in cursor.get_description())
        return [first, *cursor.fetchall()], names

    def _execute(self, sql: str, parameters: dict[str, Any]) -> apsw.Cursor:
        try:
            return self._connection.execute(for_sqlite(sql), _bind(parameters))
        except BAD as error:
            raise _refusal(error) from error


BAD = (apsw.ConstraintError, UnicodeEncodeError, OverflowError)


def _refusal(error: Exception) -> LinnetError:
    if isinstance(error, apsw.ConstraintError):
        return Collision("It is already there", cause=str(error))
    return Invalid("text", "has characters or numbers that cannot be kept", cause=str(error))


def _bind(parameters: dict[str, Any]) -> dict[str, Any]:
    for value in parameters.values():
        if isinstance(value, list | tuple | set | frozenset):
            return {
                key: encode_text(list(v)) if isinstance(v, list | tuple | set | frozenset) else v
                for key, v in parameters.items()
            }
    return parameters


class _Work:
    """One action that waits for the writer."""

    __slots__ = ("done", "events", "result", "run")

    def __init__(self, run: Callable[[Tx], Any]) -> None:
        self.run = run
        self.done: Future[Any] = Future()
        self.result: Any = None
        self.events: list[Value] = []


class SqliteDatabase:
    """See `linnet.db.database.Database`."""

    dialect = "sqlite"

    def __init__(
        self, path: Path, *, on_emit: OnEmit | None = None, on_commit: OnCommit | None = None
    ) -> None:
        self._path = path
        self._on_emit = on_emit
        self._on_commit = on_commit
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []
        self._writer_connection = self._open(write=True)
        self._checkpointer = Checkpointer(lambda: self._open(write=True))
        self._checkpointer.attend(self._writer_connection)
        self._lock_file = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="linnet-read")
        self._writer = threading.Thread(target=self._write_loop, name="linnet-write", daemon=True)
        self._writer.start()
        self._closed = False

    async def write(self, action: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await wrap_future(self._submit(lambda tx: action(tx, *args, **kwargs)))

    def write_now(self, action: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._submit(lambda tx: action(tx, *args, **kwargs)).result()

    async def read(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        if self._closed:
            raise DatabaseError(CLOSED)
        run = partial(self.read_now, query, *args, **kwargs)
        return await get_running_loop().run_in_executor(self._readers, run)

    async def glance(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        connection = self._reader()
        try:
            return query(SqliteTx(connection), *args, **kwargs)  # each SELECT is of one moment by itself
        except SICK as error:
            raise _plain(error) from error

    def read_now(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        connection = self._reader()
        try:
            connection.execute("BEGIN")
            return query(SqliteTx(connection), *args, **kwargs)
        except SICK as error:
            raise _plain(error) from error
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._writer.join()
        while not self._queue.empty():  # came between the last look and the end
            late = self._queue.get()
            if late is not None and late.done.set_running_or_notify_cancel():
                late.done.set_exception(DatabaseError(CLOSED))
        self._readers.shutdown()
        self._checkpointer.stop()
        for connection in self._connections:
            connection.close()
        os.close(self._lock_file)

    def _submit(self, run: Callable[[Tx], R]) -> "Future[R]":
        if self._closed:
            raise DatabaseError(CLOSED)
        work = _Work(run)
        self._queue.put(work)
        return work.done

    def _open(self, *, write: bool) -> apsw.Connection:
        flags = apsw.SQLITE_OPEN_READWRITE | (apsw.SQLITE_OPEN_CREATE if write else 0)
        try:
            connection = apsw.Connection(str(self._path), flags=flags, statementcachesize=400)
        except SICK as error:
            raise _plain(error) from error
        connection.set_busy_timeout(10_000)
        # plans do not depend on the values: else SQLite plans a query with bounds again each time,
        # which takes as long as running it (https://sqlite.org/queryplanner-ng.html#qpstab)
        connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
        try:
            if write:
                connection.execute(
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF"
                )
                connection.execute("PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=67108864")
                connection.execute("PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY")
            else:
                connection.execute("PRAGMA query_only=ON; PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY")
        except apsw.NotADBError as error:
            connection.close()
            raise DatabaseError(
                f"{self._path} is not a Linnet database, or it is damaged: put your last backup in its place."
            ) from error
        except SICK as error:
            connection.close()
            raise _plain(error) from error
        self._connections.append(connection)
        return connection

    def _reader(self) -> apsw.Connection:
        if self._closed:
            raise DatabaseError(CLOSED)
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._open(write=False)
        return connection

    def _write_loop(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            stop = self._commit(batch)
            if stop:
                return

    def _commit(self, batch: list[_Work]) -> bool:
        """Runs `batch` and whatever has queued up meanwhile in one transaction. True: stop."""
        stop = False
        accepted: list[_Work] = []
        waiting: list[_Work] = []  # the one in hand too: nobody may wait for ever
        connection = self._writer_connection
        try:
            fcntl.flock(self._lock_file, fcntl.LOCK_EX)  # one writer among all processes
            connection.execute("BEGIN IMMEDIATE")
            while batch:
                work = batch.pop()
                waiting.append(work)
                if self._attempt(work):
                    accepted.append(work)
                else:
                    waiting.pop()
                if len(accepted) < BATCH:
                    stop = self._next(batch)
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 # everyone who waits must hear of it
            if connection.in_transaction:
                with contextlib.suppress(apsw.Error):  # too sick for that, too: the next one will see
                    connection.execute("ROLLBACK")
            for work in (*waiting, *batch):
                if work.done.running() or work.done.set_running_or_notify_cancel():
                    work.done.set_exception(_plain(error))
            return stop
        finally:
            fcntl.flock(self._lock_file, fcntl.LOCK_UN)
        for work in accepted:
            self._tell(work)
            work.done.set_result(work.result)
        self._checkpointer.lend(connection)
        return stop

    def _tell(self, work: _Work) -> None:
        if self._on_commit and work.events:
            try:
                self._on_commit(work.events)
            except Exception:  # it is on disk: whoever failed to hear of it reads it there
                log.exception("events of a commit were not told")

    def _next(self, batch: list[_Work]) -> bool:
        try:
            work = self._queue.get_nowait()
        except queue.Empty:
            return False
        if work is None:
            return True
        batch.append(work)
        return False

    def _attempt(self, work: _Work) -> bool:
        """Runs one action in a savepoint: its failure is its own."""
        if not work.done.set_running_or_notify_cancel():
            return False
        connection = self._writer_connection
        tx = SqliteTx(connection, self._on_emit)
        connection.execute("SAVEPOINT action")
        try:
            work.result = work.run(tx)
        except SICK:
            raise  # not this action's fault: the whole transaction is in doubt
        except BaseException as error:  # noqa: BLE001 # handed to the one who asked
            connection.execute("ROLLBACK TO action; RELEASE action")
            work.done.set_exception(_plain(error))
            return False
        connection.execute("RELEASE action")
        work.events = tx.events
        return True


# What SQLite says when the machine, not the SQL, is at fault; some of these end the transaction
# (https://sqlite.org/lang_transaction.html).
SICK = (
    apsw.FullError,
    apsw.IOError,
    apsw.CorruptError,
    apsw.NotADBError,
    apsw.BusyError,
    apsw.CantOpenError,
    apsw.ReadOnlyError,
    apsw.NoMemError,
)


def _plain(error: BaseException) -> BaseException:
    if isinstance(error, apsw.FullError):
        return DatabaseError(
            "The disk is full: nothing was saved. Make room and try again.", cause=str(error)
        )
    if isinstance(error, apsw.BusyError):
        return DatabaseError("The database is held by another program: try again.", cause=str(error))
    if isinstance(error, apsw.CorruptError | apsw.NotADBError):
        return DatabaseError(
            "The database file is damaged: put your last backup in its place.", cause=str(error)
        )
    if isinstance(error, SICK):
        return DatabaseError(
            "The database cannot be read or written: look at the disk and at the rights of the data folder.",
            cause=str(error),
        )
    return error
