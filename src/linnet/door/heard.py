"""Which addresses just delivered signed letters to us: rule R3 of the desk's visits takes what they
fetch for the previews of a server (measuring paper, 4a). Federation hands them over through here,
because it knows nothing of the desk."""

import logging

from linnet.db.database import Database
from linnet.desk.visits import actions as visits
from linnet.kernel.clock import HOUR
from linnet.kernel.errors import LinnetError
from linnet.kernel.throttle import Throttle, address_key

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
