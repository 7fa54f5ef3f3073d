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
MOST_PAGES = 64  # of one collection: nobody walks through more of them at once
BYTES = 32 << 20  # of all of them: who asks for page after page of everything does not fill the memory

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
        self._bytes = 0
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
        self._drop(topic)
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
        if len(self._topics.get(topic, {})) >= MOST_PAGES:
            self._drop(topic)
        shelf = self._topics.setdefault(topic, {})
        had = shelf.get(key)
        self._bytes += len(made.body) - (len(had[1].body) if had else 0)
        shelf[key] = (self._clock() + self._life, made)
        while len(self._topics) > MOST or self._bytes > BYTES:
            self._drop(next(iter(self._topics)))

    def _drop(self, topic: Topic) -> None:
        for _, made in self._topics.pop(topic, {}).values():
            self._bytes -= len(made.body)
