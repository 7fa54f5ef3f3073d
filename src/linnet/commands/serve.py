"""`linnet serve`: one light parent that holds the data folder, and the server processes.

The parent takes the lock of the data folder, brings the database up to date, frees what a killed
run left claimed, says where to set up, and then starts Granian, which keeps the server processes
alive and hands them connections.
"""

import argparse
import fcntl
import os
from typing import TextIO

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings

from linnet.commands.belonging import check_home
from linnet.db.database import Database
from linnet.db.facts import ADDRESS, fact, keep_fact
from linnet.db.opening import open_database
from linnet.db.tx import Tx
from linnet.desk.firm import actions as firm_actions
from linnet.desk.firm import queries as firm
from linnet.federation.keys.keyring import Keyring
from linnet.federation.peers import actions as peers
from linnet.jobs import rows
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import Settings, SettingsError

HEADER_TIMEOUT = 10_000  # ms that a client may take to send its headers


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Registers the command."""
    subparsers.add_parser("serve", help="serve on LINNET_BIND until stopped").set_defaults(run=run)


def run(_args: argparse.Namespace, settings: Settings) -> int:
    """Serves until it is stopped. Raises SettingsError, DatabaseError before it begins."""
    lock = hold(settings)
    try:
        _prepare(settings)
        serve(settings)
    finally:
        lock.close()
    return 0


def hold(settings: Settings) -> TextIO:
    """The lock of the data folder: one server at a time. Raises SettingsError."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)  # of parents mkdir leaves the mode open
    folder = settings.data / "run"
    folder.mkdir(exist_ok=True, mode=0o700)
    lock = (folder / "server.lock").open("a+", encoding="ascii")  # held as long as the process lives
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        other = lock.read(20).strip()
        lock.close()
        raise SettingsError(
            f"Another Linnet (process {other}) serves from {settings.data}: stop it first, or give this one "
            "a folder of its own with LINNET_DATA."
        ) from error
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _prepare(settings: Settings) -> None:
    for stale in (settings.data / "run").glob("hub-*.sock"):
        stale.unlink(missing_ok=True)  # of processes that were killed; the lock says that none is left
    db = open_database(settings)
    try:
        check_home(db, settings)
        known = db.write_now(_address, settings.url)
        if known != settings.url:
            raise SettingsError(
                f"LINNET_URL is {settings.url}, but this server has lived at {known}, and every account's name "
                f"contains that. Set it back, or say that you mean it: linnet move {settings.url}"
            )
        db.write_now(rows.free_all, now_ms())
        db.write_now(peers.free, now_ms())
        if settings.secure:
            db.read_now(Keyring(settings.data, settings.url).prepare)
        print(_greeting(settings, db), flush=True)
    finally:
        db.close()


def _greeting(settings: Settings, db: Database) -> str:
    if db.read_now(firm.firm) is not None:
        return f"Linnet is on {settings.url}"
    return (
        f"Set up your Linnet here (the address works once): {settings.url}/setup?token={db.write_now(_token)}"
    )


def _address(tx: Tx, url: str) -> str:
    """Where this server lives. Before the set-up nobody knows it yet, so it may change freely."""
    known = fact(tx, ADDRESS)
    if known is None or firm.firm(tx) is None:
        keep_fact(tx, ADDRESS, url)
        return url
    return known


def _token(tx: Tx) -> str:
    return firm_actions.new_setup_token(tx)


def serve(settings: Settings, target: str = "linnet.app:serve") -> None:
    """Runs the server processes of `target`, a factory of an ASGI app, until stopped."""
    Granian(
        target,
        factory=True,
        address=settings.bind_host,
        port=settings.bind_port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        loop=Loops.uvloop,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT),
        log_level="warning",  # type: ignore[arg-type] # an enum of strings
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()
