"""PostgreSQL 15+: a pool of connections, one transaction each; group commit is its own affair."""

import contextlib
import logging
import random
import time
from asyncio import get_running_loop
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg import errors as pg
from psycopg_pool import ConnectionPool, PoolTimeout

from linnet.db.database import CLOSED, Action, DatabaseError, OnCommit, P
from linnet.db.tx import OnEmit, Row, Tx, for_postgres
from linnet.kernel.errors import Collision, Invalid, LinnetError

R = TypeVar("R")

log = logging.getLogger("linnet.db")

BUSY = "The database does not answer: try again in a moment."
CONNECTIONS = 8
HOLD = "SELECT pg_advisory_xact_lock(CAST(:id AS BIGINT))"
HOLD_WORD = "SELECT pg_advisory_xact_lock(hashtextextended(:id, 0))"
BREATH = 0.05  # seconds at most before the second try
TRIES = 4  # two that wait for each other: one is sent back by the server and tries again


class PostgresTx(Tx):
    """A transaction on one psycopg connection."""

    dialect = "postgres"

    def __init__(self, connection: "psycopg.Connection[Any]", on_emit: OnEmit | None = None) -> None:
        super().__init__(on_emit)
        self._connection = connection

    def run(self, sql: str, /, **parameters: Any) -> int:
        return self._execute(sql, parameters).rowcount

    def many(self, sql: str, rows: Iterable[dict[str, Any]]) -> None:
        text = for_postgres(sql)
        with self._connection.cursor() as cursor:
            try:
                cursor.executemany(text, [_bind(row) for row in rows])
            except BAD as error:
                raise _refusal(error) from error

    def hold(self, id: int | str) -> None:
        self._execute(HOLD_WORD if isinstance(id, str) else HOLD, {"id": id})

    def _fetch(self, sql: str, parameters: dict[str, Any]) -> tuple[Sequence[Row], tuple[str, ...]]:
        cursor = self._execute(sql, parameters)
        names = tuple(column.name for column in cursor.description or ())
        return cursor.fetchall(), names

    def _execute(self, sql: str, parameters: dict[str, Any]) -> "psycopg.Cursor[Any]":
        text = for_postgres(sql)
        try:
            return self._connection.execute(text, _bind(parameters))
        except BAD as error:
            raise _refusal(error) from error


BAD = (pg.IntegrityError, UnicodeEncodeError, pg.DataError, pg.UntranslatableCharacter)


def _refusal(error: Exception) -> LinnetError:
    if isinstance(error, pg.IntegrityError):
        return Collision("It is already there", cause=str(error))
    return Invalid("text", "has characters or numbers that cannot be kept", cause=str(error))


def _bind(parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple | set | frozenset) else value
        for key, value in parameters.items()
    }


class PostgresDatabase:
    """See `linnet.db.database.Database`."""

    dialect = "postgres"

    def __init__(
        self, address: str, *, on_emit: OnEmit | None = None, on_commit: OnCommit | None = None
    ) -> None:
        self._on_emit = on_emit
        self._on_commit = on_commit
        self._pool = ConnectionPool(
            address, min_size=1, max_size=CONNECTIONS, open=False, timeout=10, configure=_configure
        )
        try:
            self._pool.open(wait=True, timeout=10)
        except PoolTimeout as error:
            self._pool.close()
            raise DatabaseError(
                "PostgreSQL does not answer at the address in LINNET_DATABASE: is it running, and is the password right?"
            ) from error
        self._threads = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="linnet-pg")
        self._closed = False

    async def write(self, action: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._off_loop(partial(self.write_now, action, *args, **kwargs))

    def write_now(self, action: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(TRIES):
            try:
                return self._attempt(action, *args, **kwargs)
            except (pg.DeadlockDetected, pg.SerializationFailure) as error:
                if attempt == TRIES - 1:
                    raise DatabaseError(BUSY, cause=str(error)) from error
                time.sleep(random.uniform(0, BREATH) * (attempt + 1))  # noqa: S311 # the other one goes first
        raise AssertionError("unreachable")

    def _attempt(self, action: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._begun(_transaction) as connection:
            tx = PostgresTx(connection, self._on_emit)
            result = action(tx, *args, **kwargs)
        if self._on_commit and tx.events:
            try:
                self._on_commit(tx.events)
            except Exception:  # it is on disk: whoever failed to hear of it reads it there
                log.exception("events of a commit were not told")
        return result

    async def read(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._off_loop(partial(self.read_now, query, *args, **kwargs))

    async def glance(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.read(query, *args, **kwargs)

    def read_now(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self._begun(_snapshot) as connection:
            return query(PostgresTx(connection), *args, **kwargs)

    def close(self) -> None:
        self._closed = True
        self._threads.shutdown()
        self._pool.close()

    async def _off_loop(self, run: Callable[[], R]) -> R:
        if self._closed:
            raise DatabaseError(CLOSED)
        return await get_running_loop().run_in_executor(self._threads, run)

    @contextlib.contextmanager
    def _begun(self, begin: "Begin") -> "Iterator[psycopg.Connection[Any]]":
        """A connection in a transaction. After a restart of the server the pool is full of dead
        ones; nothing was asked of them yet, so the next is taken."""
        if self._closed:
            raise DatabaseError(CLOSED)
        for left in reversed(range(CONNECTIONS + 1)):
            begun = False
            try:
                with self._pool.connection() as connection, begin(connection):
                    begun = True
                    yield connection
                    return
            except (PoolTimeout, psycopg.OperationalError) as error:
                if isinstance(error, pg.DeadlockDetected | pg.SerializationFailure):
                    raise
                if begun or not left or isinstance(error, PoolTimeout):
                    raise DatabaseError(BUSY, cause=str(error)) from error


Begin = Callable[["psycopg.Connection[Any]"], contextlib.AbstractContextManager[Any]]


def _transaction(connection: "psycopg.Connection[Any]") -> contextlib.AbstractContextManager[Any]:
    return connection.transaction()


@contextlib.contextmanager
def _snapshot(connection: "psycopg.Connection[Any]") -> Iterator[None]:
    """Everything read in here is of one moment; these words go along with BEGIN."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    try:
        with connection.transaction(force_rollback=True):
            yield
    finally:
        if not connection.closed:
            connection.isolation_level = None
            connection.read_only = None


def _configure(connection: "psycopg.Connection[Any]") -> None:
    connection.prepare_threshold = 2
    connection.execute("SET TIME ZONE 'UTC'")
    connection.execute("SET statement_timeout = '60s'")
    connection.commit()
