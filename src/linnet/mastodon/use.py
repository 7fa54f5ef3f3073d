"""What people do with apps, noted for the measured time (desk.effort): who called what, when.

Calls are kept for some seconds and written together. The same call within a second counts once;
a person whose measuring is off is not noted at all, as far as this process knows already.
"""

import asyncio
from functools import lru_cache

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.effort import queries as effort_queries
from linnet.desk.effort.app_use import Call, kind_of
from linnet.kernel.clock import MINUTE, SECOND
from linnet.social.apps.rules import Bearer

TOGETHER = 10  # s that a call may wait to be written
MOST = 5_000

kinds = lru_cache(maxsize=4096)(kind_of)


class UseLog:
    """The calls of one process. For the event loop."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._calls: dict[tuple[int, int, str, int], Call] = {}
        self._off_until: dict[int, int] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, bearer: Bearer, method: str, path: str, now: int, *, reply: bool = False) -> None:
        """A call that went well. Without a person behind the token nobody's time is spent."""
        person, account = bearer.person_id, bearer.account_id
        if person is None or account is None or self._off_until.get(person, 0) > now:
            return
        kind = kinds(method, path, reply=reply)
        if not kind or len(self._calls) >= MOST:
            return
        self._calls.setdefault((person, account, kind, now // SECOND), Call(person, now, account, kind))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_soon(now))

    async def stop(self) -> None:
        """Writes what waits."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)

    async def _write_soon(self, now: int) -> None:
        try:
            await asyncio.sleep(TOGETHER)
        except asyncio.CancelledError:  # the server stops: what is noted is written first
            await self._write(now)
            raise
        await self._write(now)

    async def _write(self, now: int) -> None:
        calls, self._calls = list(self._calls.values()), {}
        on = await self._db.write(_keep, calls)
        self._off_until |= {call.person_id: now + MINUTE for call in calls if call.person_id not in on}


def _keep(tx: Tx, calls: list[Call]) -> set[int]:
    """Writes the calls of those who are measured; answers who that is."""
    on = {person for person in {call.person_id for call in calls} if effort_queries.measured(tx, person)}
    effort.api_calls(tx, [call for call in calls if call.person_id in on])
    return on
