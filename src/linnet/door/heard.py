"""Which addresses just delivered signed letters to us, and which our letters went to: rule R3 of the
desk's visits takes what they fetch for the previews of a server (measuring paper, 4a). Federation hands
them over through here, because it knows nothing of the desk."""

import asyncio
import logging

from linnet.db.database import Database
from linnet.desk.visits import actions as visits
from linnet.kernel.clock import HOUR, now_ms
from linnet.kernel.errors import LinnetError
from linnet.kernel.throttle import Throttle, address_key
from linnet.net.guard import Resolver

log = logging.getLogger("linnet.visits")


class Heard:
    """Writes an address down, as a hash under the salt of the day, at most once an hour in one process:
    an inbox takes hundreds of letters a second."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._lately = Throttle(1, HOUR)

    async def __call__(self, address: str, now: int) -> None:
        """A letter from there was good. Never raises: the letter is taken, whatever becomes of this."""
        if not address or not self._lately.take(address_key(address), now).allowed:
            return
        try:
            await self._db.write(visits.seen_peer, address=address, now=now)
        except LinnetError as error:
            log.warning("an address of a server could not be written down: %s", error.cause)


class Overheard:
    """A Resolver that tells where the names of other servers lead: whoever fetches from there is one of
    them. Nobody waits until that is written down."""

    def __init__(self, resolver: Resolver, heard: Heard) -> None:
        self._resolver = resolver
        self._heard = heard
        self._telling: set[asyncio.Task[None]] = set()

    async def __call__(self, host: str, port: int) -> list[str]:
        """Every address of `host`. Raises OSError."""
        found = await self._resolver(host, port)
        for address in found:
            task = asyncio.create_task(self._heard(address, now_ms()))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)
        return found
