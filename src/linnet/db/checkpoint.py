"""Moving what was committed from the write-ahead log into the database file, beside the writer.

By default SQLite does this inside the commit that makes the log long: whoever wrote that one waits
for two more rounds of the disk. A post in a thousand homes changes a thousand pages, so every second
such post would wait. Here a thread of its own does it, while the writer goes on (a PASSIVE
checkpoint holds up nobody: https://sqlite.org/c3ref/wal_checkpoint_v2.html). Only when the thread
cannot keep up does the writer lend a hand, after everybody has been answered, so that the log stays
bounded. SQLite 3.51.3 or newer: before, two connections could spoil the log between them
(https://sqlite.org/wal.html#walresetbug).
"""

import logging
import threading
from collections.abc import Callable

import apsw

log = logging.getLogger("linnet.db")

BEGIN = 2_000  # pages in the log from which on the thread works: 8 MB
LEND = 16_000  # from which on the writer helps: 64 MB


class Checkpointer:
    """The thread of one process. `open`: makes a connection that may write."""

    def __init__(self, open: Callable[[], apsw.Connection]) -> None:
        self._open = open
        self._wake = threading.Event()
        self._ending = False
        self._pages = 0
        self._moving = threading.Lock()  # one of this process at a time
        self._thread = threading.Thread(target=self._run, name="linnet-checkpoint", daemon=True)
        self._thread.start()

    def attend(self, writer: apsw.Connection) -> None:
        """From now on `writer` reports the length of its log here instead of moving it itself."""
        writer.set_wal_hook(self._grown)

    def lend(self, writer: apsw.Connection) -> None:
        """After a commit was answered: helps when the log is too long."""
        if self._pages >= LEND:
            self._move(writer)
            self._pages = 0

    def stop(self) -> None:
        """Ends the thread."""
        self._ending = True
        self._wake.set()
        self._thread.join()

    def _grown(self, _writer: apsw.Connection, _name: str, pages: int) -> int:
        self._pages = pages
        if pages >= BEGIN:
            self._wake.set()
        return 0

    def _run(self) -> None:
        connection: apsw.Connection | None = None
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._ending:
                return
            connection = connection or self._open()
            self._move(connection)

    def _move(self, connection: apsw.Connection) -> None:
        with self._moving:
            try:
                connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_PASSIVE)
            except apsw.BusyError:
                return  # another process is at it
            except apsw.Error as error:  # nothing is lost: it is all in the log, and tried again
                log.warning("the log cannot be moved into the database: %s", error)
