"""Documents of the last seconds, as bytes. A post that is boosted by somebody with many followers is
fetched by thousands of servers at once; the database is asked once (security paper, R26).

What is kept is what anybody may see. It is dropped when the thing is told to have changed, here or
in another process, and after `LIFE` in any case: counts rise without an event.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic

from linnet.kernel.value import Value

LIFE = 20.0  # seconds
MOST = 2_000  # topics: some 4 kB each

Topic = tuple[str, int]


class Made(Value):
    """An answer: its HTTP status and its JSON."""

    status: int
    body: bytes


class Kept:
    """The documents of one process, by topic (one post, one account) and key. For the event loop."""

    def __init__(self, life: float = LIFE, clock: Callable[[], float] = monotonic) -> None:
        self._life = life
        self._clock = clock
        self._topics: dict[Topic, dict[Hashable, tuple[float, Made]]] = {}
        self._making: dict[tuple[Topic, Hashable], asyncio.Task[Made]] = {}

    async def get(self, topic: Topic, key: Hashable, make: Callable[[], Awaitable[Made]]) -> Made:
        """The document under `key`; made once however many ask for it. What is not there (404) is
        looked for again by the next one."""
        found = self._topics.get(topic, {}).get(key)
        if found and found[0] > self._clock():
            return found[1]
        task = self._making.get((topic, key))
        if task is None:
            task = asyncio.create_task(self._make(topic, key, make))
            self._making[topic, key] = task
        return await asyncio.shield(task)  # one that leaves does not take it from the others

    def forget(self, topic: Topic) -> None:
        """The thing changed: what is being made of it now may be of before, and is not kept."""
        self._topics.pop(topic, None)
        for place in [place for place in self._making if place[0] == topic]:
            del self._making[place]

    async def _make(self, topic: Topic, key: Hashable, make: Callable[[], Awaitable[Made]]) -> Made:
        own = asyncio.current_task()
        try:
            made = await make()
            if made.status != 404 and self._making.get((topic, key)) is own:
                self._keep(topic, key, made)
            return made
        finally:
            if self._making.get((topic, key)) is own:
                del self._making[topic, key]

    def _keep(self, topic: Topic, key: Hashable, made: Made) -> None:
        if topic not in self._topics and len(self._topics) >= MOST:
            del self._topics[next(iter(self._topics))]
        shelf = self._topics.setdefault(topic, {})
        if len(shelf) >= 64:  # pages of one collection: nobody walks through all of them at once
            shelf.clear()
        shelf[key] = (self._clock() + self._life, made)
