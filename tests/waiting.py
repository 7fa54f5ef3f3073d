"""Waiting for what another process or thread does. Nothing here looks at how long it took: a test that
has waited this long has failed."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 60  # seconds
FIRST, LAST = 0.01, 0.1  # seconds between two looks: soon at first, and then not to be in the way


def until(ask: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """The first answer that is something. `what` is said of it if it does not come."""
    end, pause = time.monotonic() + patience, FIRST
    while True:
        found = ask()
        if found:
            return found
        assert time.monotonic() < end, f"not within {patience} s: {what}"
        time.sleep(pause)
        pause = min(2 * pause, LAST)


async def within(patience: float, story: Awaitable[T]) -> T:
    """What the story comes to."""
    async with asyncio.timeout(patience):
        return await story
