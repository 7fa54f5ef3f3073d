"""A database, as doors and workers see it: run this function in one transaction.

    post = await db.write(posts.actions.publish, author, new, id=..., now=...)
    page = await db.read(timelines.queries.home, owner, page)

The function is plain and synchronous: no await stands between BEGIN and COMMIT, so no lock is
ever held over the network. What `write` returned is on disk.
"""

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from linnet.db.tx import Tx
from linnet.kernel.errors import LinnetError
from linnet.kernel.value import Value

P = ParamSpec("P")
R = TypeVar("R")

Action = Callable[Concatenate[Tx, P], R]
OnCommit = Callable[[Sequence[Value]], None]


CLOSED = "The database is closed: the server is stopping."


class DatabaseError(LinnetError):
    """The database cannot be used: wrong version, damaged, locked, full. One sentence for the owner."""


class Database(Protocol):
    """SQLite or PostgreSQL; see `sqlite.py` and `postgres.py`."""

    dialect: str

    async def write(self, action: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `action(tx, ...)` in one transaction; returns after the commit is on disk."""
        ...

    async def read(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Runs `query(tx, ...)` on one snapshot, off the event loop."""
        ...

    async def glance(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """As `read`, for a few short indexed lookups: on SQLite it runs inline, which is ten
        times cheaper than a thread (docs/decisions/0002-two-databases.md), and each lookup is of its
        own moment: what must agree comes in one query, or by `read`."""
        ...

    def write_now(self, action: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """As `write`, for the command line and tests: blocks."""
        ...

    def read_now(self, query: Action[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """As `read`, for the command line and tests: blocks."""
        ...

    def close(self) -> None:
        """Finishes what was accepted and closes every connection."""
        ...
