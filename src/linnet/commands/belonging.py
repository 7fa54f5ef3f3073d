"""Which data folder belongs to which database: pictures and keys of one firm are no use to another."""

import os
from pathlib import Path

from linnet.db.database import Database
from linnet.db.facts import fact, keep_fact
from linnet.db.tx import Tx
from linnet.desk.firm import queries as firm
from linnet.kernel.settings import Settings, SettingsError
from linnet.kernel.tokens import new_token

HOME = "home"  # the fact, and the name of the file: the same word stands in both


def check_home(db: Database, settings: Settings) -> None:
    """The first start makes them belong together; a folder or database that has no word yet (an
    empty folder beside a restored database, say) is given the other's. Raises SettingsError when a
    setting was changed so that they do not fit."""
    file = settings.data / HOME
    written = file.read_text(encoding="ascii", errors="replace").strip() if file.exists() else ""
    known = db.write_now(_home, written)
    if written and known != written:
        raise SettingsError(
            f"The folder {settings.data} belongs to another database than the one that LINNET_DATABASE names: "
            "set it back, or give this database a folder of its own with LINNET_DATA."
        )
    if not written:
        _write(file, known)


def _home(tx: Tx, written: str) -> str:
    """The database's word. An empty database takes no word over: it is a new one."""
    known = fact(tx, HOME)
    if known is None:
        known = new_token("lnb") if not written or firm.firm(tx) is None else written
        if not written or known == written:
            keep_fact(tx, HOME, known)
    return known


def _write(file: Path, word: str) -> None:
    """Whole or not at all."""
    beside = file.with_suffix(".new")
    with beside.open("w", encoding="ascii") as out:
        out.write(f"{word}\n")
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
