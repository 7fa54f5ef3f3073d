"""Somebody of ours looks at something from elsewhere. Most looks come to nothing, and cost nothing: what
was asked for lately is remembered in this process, and in the database for all of them."""

from collections.abc import Callable
from typing import Any

from linnet.db.database import Database
from linnet.federation.asking import Recent
from linnet.federation.finding import actions, queries, rules
from linnet.kernel.clock import MINUTE, now_ms

LATELY = MINUTE  # how long this process does not look into the database again


class Looking:
    """The Watch of a server that federates."""

    def __init__(self, db: Database, clock: Callable[[], int] = now_ms) -> None:
        self._db = db
        self._clock = clock
        self._lately: Recent[tuple[str, int], int] = Recent()

    async def profile(self, account_id: int) -> None:
        """A profile is looked at."""
        await self._look(
            "profile", account_id, queries.profile_due, actions.look_at_profile, rules.PROFILE_AGAIN
        )

    async def thread(self, post_id: int) -> None:
        """A post with what stands around it is looked at."""
        await self._look("thread", post_id, queries.thread_due, actions.look_at_thread, rules.THREAD_AGAIN)

    async def _look(
        self, what: str, id: int, due: Callable[..., Any], look: Callable[..., Any], again: int
    ) -> None:
        now = self._clock()
        if (self._lately.get((what, id)) or 0) > now:
            return
        self._lately.put((what, id), now + LATELY)
        if await self._db.glance(due, id, now - again):
            await self._db.write(look, id, now)
