"""Counts what is refused, in memory, and writes it down a few seconds later, many at once: a flood of
nonsense must not become a flood of transactions."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from linnet.db.database import Database
from linnet.federation.authority import Drop
from linnet.federation.letters import actions
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import LinnetError

log = logging.getLogger("linnet.federation")

LATER = 5.0  # seconds until it is written down
MOST = 1000  # different counts between two writings; further hosts are counted as nobody's


class Drops:
    """The counter of one process. For the event loop."""

    def __init__(self, db: Database, clock: Callable[[], int] = now_ms) -> None:
        self._db = db
        self._clock = clock
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._writing: asyncio.Task[None] | None = None

    def count(self, drop: Drop, host: str = "") -> None:
        """One more. `host`: the authority of whoever was proven to have sent it."""
        day = actions.day_of(self._clock())
        key = (day, drop.reason, host)
        if len(self._counts) >= MOST and key not in self._counts:
            key = (day, drop.reason, "")
        self._counts[key] += 1
        log.debug("dropped: %s %s (%s)", drop.reason, host, drop.detail)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._later())

    async def _later(self) -> None:
        await asyncio.sleep(LATER)
        await self.write()

    async def write(self) -> None:
        """Writes down what was counted. When the database is away the counts are kept."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            await self._db.write(actions.count, [(*key, times) for key, times in sorted(counts.items())])
        except LinnetError as error:
            log.warning("what was refused cannot be written down: %s", error.cause)
            self._counts.update(counts)

    async def stop(self) -> None:
        """Writes down the rest."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        await self.write()
