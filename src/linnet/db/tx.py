"""A transaction, as actions and queries see it: SQL in, Values out.

One SQL text serves SQLite and PostgreSQL. Three things differ and are rewritten here, once per
text: the style of parameters, lists (`IN :ids`), and what the schema says about row ids.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, TypeVar, get_args, get_type_hints

from linnet.kernel.value import Value

T = TypeVar("T")

Row = Sequence[Any]
OnEmit = Callable[["Tx", Value], None]


class Tx(ABC):
    """One open transaction. Handed to actions and queries; never kept by them."""

    dialect: str

    def __init__(self, on_emit: OnEmit | None = None) -> None:
        self.events: list[Value] = []
        self._on_emit = on_emit

    def all(self, kind: type[T], sql: str, /, **parameters: Any) -> list[T]:
        """Every row as a `kind`: a Value (columns by name), or a scalar type (first column)."""
        rows, names = self._fetch(sql, parameters)
        if not rows:
            return []
        make = maker(kind, names)
        return [make(row) for row in rows]

    def one(self, kind: type[T], sql: str, /, **parameters: Any) -> T | None:
        """The first row as a `kind`, or None."""
        rows, names = self._fetch(sql, parameters)
        return maker(kind, names)(rows[0]) if rows else None

    def value(self, sql: str, /, **parameters: Any) -> Any:
        """The first column of the first row, or None."""
        rows, _ = self._fetch(sql, parameters)
        return rows[0][0] if rows else None

    @abstractmethod
    def run(self, sql: str, /, **parameters: Any) -> int:
        """Runs a statement; answers the number of rows it changed."""

    @abstractmethod
    def many(self, sql: str, rows: Iterable[dict[str, Any]]) -> None:
        """Runs a statement once for each set of parameters."""

    @abstractmethod
    def hold(self, id: int | str) -> None:
        """Nobody else gets past their `hold(id)` until this transaction is over, and what is read
        from now on is what they left. For actions that read, decide and then write; any 64-bit
        number or word will do. Several at a time are held in rising order. SQLite has one writer:
        there it is always so."""

    def emit(self, event: Value) -> None:
        """Says that something happened. Its duties become job rows in this same transaction;
        listeners hear of it after the commit, and only then."""
        self.events.append(event)
        if self._on_emit:
            self._on_emit(self, event)

    @abstractmethod
    def _fetch(self, sql: str, parameters: dict[str, Any]) -> tuple[Sequence[Row], tuple[str, ...]]:
        """Rows and column names."""


Make = Callable[[Row], Any]
_makers: dict[tuple[Any, tuple[str, ...]], Make] = {}  # as many as there are queries in the code


def maker(kind: Any, names: tuple[str, ...]) -> Make:
    """How to make a `kind` of a row with these columns. Booleans come as 0/1 from SQLite."""
    known = _makers.get((kind, names))
    if known is None:
        known = _makers[kind, names] = _maker(kind, names)
    return known


def _maker(kind: Any, names: tuple[str, ...]) -> Make:
    if not (isinstance(kind, type) and issubclass(kind, Value)):
        return _flag if kind is bool else _first
    fields = kind.__struct_fields__
    unknown = set(names) - set(fields)
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {sorted(unknown)} that the SQL selects")
    flags = {name for name, hint in get_type_hints(kind).items() if hint is bool or bool in get_args(hint)}
    casts = [at for at, name in enumerate(names) if name in flags]
    positional = names == fields[: len(names)]

    def make(row: Row) -> Any:
        cells = row
        if casts:
            cells = list(row)
            for at in casts:
                cells[at] = None if cells[at] is None else bool(cells[at])
        if positional:
            return kind(*cells)
        return kind(**dict(zip(names, cells, strict=True)))

    return make


def _flag(row: Row) -> bool:
    return bool(row[0])


def _first(row: Row) -> Any:
    return row[0]


_LIST = re.compile(r"\b(NOT\s+)?IN\s+:(\w+)", re.IGNORECASE)
_NAME = re.compile(r"(?<![:\w]):([a-z_]\w*)", re.IGNORECASE)
_LITERAL = re.compile(r"('(?:[^']|'')*')")


@lru_cache(maxsize=4096)
def for_sqlite(sql: str) -> str:
    """`sql` with lists opened by json_each, and ids that are the row's own number: what is written
    BIGINT PRIMARY KEY would be a second index beside it (https://sqlite.org/rowidtable.html)."""
    listed = _LIST.sub(lambda m: f"{m[1] or ''}IN (SELECT value FROM json_each(:{m[2]}))", sql)
    return listed.replace("BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY")


@lru_cache(maxsize=4096)
def for_postgres(sql: str) -> str:
    """`sql` with psycopg's parameters, arrays for lists, and no talk of row ids."""
    pieces = _LITERAL.split(sql.replace("%", "%%"))
    for at in range(0, len(pieces), 2):  # the odd ones are string literals
        piece = _LIST.sub(lambda m: f"{'<> ALL' if m[1] else '= ANY'}(%({m[2]})s)", pieces[at])
        pieces[at] = _NAME.sub(r"%(\1)s", piece).replace("WITHOUT ROWID", "")
    return "".join(pieces)
