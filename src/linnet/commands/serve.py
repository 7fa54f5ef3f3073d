"""`linnet serve`: one light parent that holds the data folder, and the server processes.

The parent takes the lock of the data folder, has everything made ready (`commands.ready`), and then
starts Granian, which keeps the server processes alive and hands them connections.
"""

import argparse
import fcntl
import importlib
import os
import signal
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TextIO

from granian import Granian
from granian.constants import Interfaces, Loops
from granian.http import HTTP1Settings

from linnet.kernel.settings import Settings, SettingsError

HEADER_TIMEOUT = 10_000  # ms that a client may take to send its headers


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Registers the command."""
    subparsers.add_parser(
        "serve",
        description="Serve pages, apps and other servers on LINNET_BIND until stopped. Before the set-up, print the "
        "address where the firm is set up, good for once.",
    )


def run(_args: argparse.Namespace, settings: Settings) -> int:
    """Serves until it is stopped. Raises SettingsError, DatabaseError before it begins."""
    lock = hold(settings)
    try:
        _ready_apart(settings)
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


def _ready_apart(settings: Settings) -> None:
    """`commands.ready.prepare` in a process that ends with it: the parent lives as long as the server,
    and would hold what that loads (15 MB) for nothing. Raises what it raises."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as apart:
        apart.submit(_ready, settings).result()


def _ready(settings: Settings) -> None:
    importlib.import_module("linnet.commands.ready").prepare(settings)


def serve(settings: Settings, target: str = "linnet.app:serve") -> None:
    """Runs the server processes of `target`, a factory of an ASGI app, until stopped."""
    os.register_at_fork(after_in_child=_mortal)
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


def _mortal() -> None:
    """A new server process has its parent's handlers until Granian gives it handlers of its own, seconds
    later on a busy machine. They only note the signal, which nobody there reads: it would serve on, until
    it is killed (seen with Granian 2.8.7). It has accepted nothing yet, so it may simply end."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
