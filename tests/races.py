"""Two at once: the second begins before the first has committed."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from linnet.db.database import Database
from linnet.db.tx import Tx

WAITS = """SELECT COUNT(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
PATIENCE = 20  # seconds after which a test that waits has failed

Act = Callable[[Tx], Any]


def race(db: Database, first: Act, second: Act) -> tuple[Any, Any]:
    """What both said, or what they raised. `first` has done everything but its commit when `second`
    begins; it commits once `second` waits for it, or is done without. SQLite has one writer: there
    the second simply comes after."""
    acted, committing = threading.Event(), threading.Event()

    def held(tx: Tx) -> Any:
        said = first(tx)
        acted.set()
        assert committing.wait(PATIENCE)
        return said

    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(db.write_now, held)
        while not acted.wait(0.01):
            if one.done():  # it was refused
                return _outcome(one.result), _outcome(lambda: db.write_now(second))
        two = threads.submit(db.write_now, second)
        until = time.monotonic() + PATIENCE
        while not (two.done() or db.dialect == "sqlite" or db.read_now(_somebody_waits)):
            assert time.monotonic() < until
        committing.set()
        return _outcome(one.result), _outcome(two.result)


def _somebody_waits(tx: Tx) -> bool:
    return bool(tx.value(WAITS))


def _outcome(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except Exception as error:  # noqa: BLE001 # it is the answer
        return error
