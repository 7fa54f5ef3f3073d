"""How a database is, in words, for `linnet doctor`."""

from linnet.db.tx import Tx

SQLITE_VERSION = "SELECT sqlite_version()"
SQLITE_CHECK = "PRAGMA quick_check(5)"
POSTGRES_VERSION = "SHOW server_version"
POSTGRES_ENCODING = "SHOW server_encoding"
LAST_STEP = "SELECT MAX(applied_at) FROM migration"

SQLITE_LEAST = (3, 51, 3)  # free of the WAL-reset bug (security paper §0.9)
POSTGRES_LEAST = (15,)


def engine(tx: Tx) -> str:
    """Its name and version."""
    if tx.dialect == "sqlite":
        return f"SQLite {tx.value(SQLITE_VERSION)}"
    return f"PostgreSQL {str(tx.value(POSTGRES_VERSION)).partition(' ')[0]}"


def problems(tx: Tx) -> list[str]:
    """What is wrong with it, in sentences; reads the whole of an SQLite file."""
    name, _, version = engine(tx).partition(" ")
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if tx.dialect == "sqlite":
        found = [f"It is damaged ({line})." for line in tx.all(str, SQLITE_CHECK) if line != "ok"]
        least: tuple[int, ...] = SQLITE_LEAST
    else:
        encoding = tx.value(POSTGRES_ENCODING)
        found = [] if encoding == "UTF8" else [f"Its encoding is {encoding}, but it must be UTF8."]
        least = POSTGRES_LEAST
    if numbers and numbers < least:
        found.append(f"{name} {version} is too old: {'.'.join(map(str, least))} or newer is needed.")
    return found


def last_step_at(tx: Tx) -> int:
    """When the newest schema step was taken, in ms; 0 for none."""
    return int(tx.value(LAST_STEP) or 0)
