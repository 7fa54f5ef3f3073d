"""Places for letters under way: whoever hangs makes room for others.

A server that takes the connection and never answers costs ten seconds. Sixty of them would hold up
everybody; so a letter without an answer after two seconds goes over into the slow lane, as long as
that has room, and its place is free.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

QUICK = 64
SLOW = 192
MOST = QUICK + SLOW  # connections at once
SLOW_AFTER = 2.0  # seconds


class Lanes:
    """`moved` is called when a letter went over into the slow lane."""

    def __init__(self, moved: Callable[[], None], quick: int = QUICK, slow: int = SLOW) -> None:
        self._moved = moved
        self._quick = asyncio.Semaphore(quick)
        self._width = quick
        self._most_slow = slow
        self.slow = 0  # letters in the slow lane now

    def room(self, turns: int) -> int:
        """For how many more turns there is room when so many are on."""
        return max(self._width + self.slow - turns, 0)

    @contextlib.asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for a letter, waited for."""
        await self._quick.acquire()
        here = _Place(self)
        here.wait()
        try:
            yield
        finally:
            here.leave()

    def go_over(self) -> bool:
        """From the quick lane into the slow one; False when that is full."""
        if self.slow >= self._most_slow:
            return False
        self.slow += 1
        self._quick.release()
        self._moved()
        return True

    def leave(self, *, slow: bool) -> None:
        """The letter has arrived, or has not."""
        if slow:
            self.slow -= 1
        else:
            self._quick.release()


class _Place:
    """One letter's."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._slow = False
        self._timer: asyncio.TimerHandle | None = None

    def wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(SLOW_AFTER, self._too_long)

    def _too_long(self) -> None:
        self._slow = self._lanes.go_over()
        if not self._slow:
            self.wait()

    def leave(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._lanes.leave(slow=self._slow)
