"""Which database the settings mean, opened and migrated."""

import importlib

from linnet.db.database import Database, OnCommit
from linnet.db.migrate import migrate
from linnet.db.sqlite import SqliteDatabase
from linnet.db.tx import OnEmit
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import Settings


def open_database(
    settings: Settings,
    *,
    on_emit: OnEmit | None = None,
    on_commit: OnCommit | None = None,
    upgrade: bool = True,
) -> Database:
    """Opens the database of `settings`; with `upgrade`, brings it to the newest schema first.
    Raises DatabaseError with a sentence for the owner."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    db: Database
    if settings.database == "sqlite":
        db = SqliteDatabase(settings.data / "linnet.sqlite", on_emit=on_emit, on_commit=on_commit)
    else:
        # psycopg takes as long to load as all the rest: only who uses PostgreSQL waits for it
        postgres = importlib.import_module("linnet.db.postgres")
        db = postgres.PostgresDatabase(settings.database, on_emit=on_emit, on_commit=on_commit)
    if upgrade:
        try:
            migrate(db, now_ms())
        except BaseException:
            db.close()
            raise
    return db
