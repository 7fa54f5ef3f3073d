"""Documents that are kept for a moment."""

import asyncio
from typing import Any

import pytest
from starlette.routing import Router

from linnet.db.database import Database
from linnet.federation.doors import routes as doors
from linnet.federation.doors.kept import Kept, Made
from linnet.federation.doors.readers import Parts
from linnet.kernel.clock import DAY
from linnet.kernel.value import changed
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import PostChange, PostDeleted, PostEdited
from tests.asgi import Answer, ask
from tests.asgi import _ask as asgi
from tests.federation.neighbours import NOW, TERMS
from tests.federation.readable import SERVER, Hub, proof, refused

# kept documents


def test_r26_many_at_once_ask_the_database_once():
    kept, made = Kept(), []

    async def make() -> Made:
        made.append(1)
        await asyncio.sleep(0)
        return Made(200, b"x")

    async def crowd() -> list[Made]:
        return await asyncio.gather(*(kept.get(("post", 1), "post", make) for _ in range(2000)))

    assert asyncio.run(crowd()) == [Made(200, b"x")] * 2000
    assert made == [1]


class Counting:
    """A database that counts how often it is asked."""

    def __init__(self, db: Database) -> None:
        self._db, self.asked = db, 0

    async def read(self, query: Any, *args: Any) -> Any:
        self.asked += 1
        return await self._db.read(query, *args)

    async def glance(self, query: Any, *args: Any) -> Any:
        self.asked += 1
        return await self._db.glance(query, *args)


@pytest.mark.parametrize("strict", [False, True])
def test_r26_a_boosted_post_is_read_from_the_database_once(still, strict):
    counting = Counting(still.db)
    own = changed(still.parts.settings, authorized_fetch=strict)
    before, _ = doors.routes(Parts(own, counting, Hub(), still.keys, proof, refused))
    app, headers = Router(before), SERVER | {"signature": "reader 0"}

    async def crowd() -> list[Answer]:
        return await asyncio.gather(
            *(asgi(app, "GET", still.post("public"), headers, b"", "192.0.2.1") for _ in range(500))
        )

    assert {answer.status for answer in asyncio.run(crowd())} == {200}
    assert counting.asked == 1


def test_what_is_kept_ends_with_time_and_with_news():
    now, made = [0.0], []
    kept = Kept(life=20, clock=lambda: now[0])

    async def make() -> Made:
        made.append(1)
        return Made(200, b"x")

    async def ask_at(when: float) -> int:
        now[0] = when
        await kept.get(("post", 1), "post", make)
        return len(made)

    async def story() -> list[int]:
        first = [await ask_at(0), await ask_at(19), await ask_at(21)]
        kept.forget(("post", 1))
        return [*first, await ask_at(22), await ask_at(23)]

    assert asyncio.run(story()) == [1, 1, 2, 3, 3]


def test_what_changes_while_it_is_made_is_not_kept():
    kept, made = Kept(), []

    async def make() -> Made:
        made.append(1)
        if len(made) == 1:
            kept.forget(("post", 1))  # it was read before the change, and is written after it
        return Made(200, b"old" if len(made) == 1 else b"new")

    async def story() -> list[bytes]:
        return [(await kept.get(("post", 1), "post", make)).body for _ in range(2)]

    assert asyncio.run(story()) == [b"old", b"new"]


def test_what_is_not_there_is_looked_for_again_and_mistakes_are_not_kept():
    kept, answers = Kept(), [Made(404, b""), RuntimeError("disk"), Made(200, b"x"), Made(200, b"y")]

    async def make() -> Made:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def story() -> None:
        assert (await kept.get(("post", 1), 1, make)).status == 404
        with pytest.raises(RuntimeError):
            await kept.get(("post", 1), 1, make)
        for _ in range(2):
            assert (await kept.get(("post", 1), 1, make)).body == b"x"

    asyncio.run(story())


def test_one_that_leaves_does_not_take_it_from_the_others():
    kept = Kept()

    async def story() -> bytes:
        go = asyncio.Event()

        async def make() -> Made:
            await go.wait()
            return Made(200, b"x")

        one = asyncio.create_task(kept.get(("post", 1), 1, make))
        other = asyncio.create_task(kept.get(("post", 1), 1, make))
        await asyncio.sleep(0)
        one.cancel()
        await asyncio.sleep(0)
        go.set()
        return (await other).body

    assert asyncio.run(story()) == b"x"


def test_the_doors_hear_of_edits_and_deletions(house):
    before, _ = doors.routes(house.parts)
    (listener,) = house.hub.listeners

    def text() -> str:
        return ask(before, "GET", house.post("public"), headers=SERVER).body.decode()

    assert "This is public" in text()
    id, me = house.said["public"], house.who["bakery"]
    house.db.write_now(posts.edit, house.author, id, PostChange("Other words"), TERMS, now=NOW + DAY)
    assert "This is public" in text()  # kept, for nobody told
    listener(PostEdited(id, me))
    assert "Other words" in text()
    house.db.write_now(posts.delete, house.author, id, NOW + DAY)
    listener(PostDeleted(id, me, "public"))
    assert "Tombstone" in text()
