"""Who hangs makes room for others, as far as there is room."""

import asyncio

import pytest

from linnet.federation.delivery import lanes
from linnet.federation.delivery.lanes import Lanes


@pytest.fixture
def at_once(monkeypatch):
    """Every wait is too long."""
    monkeypatch.setattr(lanes, "SLOW_AFTER", 0.0)


async def letter(way, begun, until):
    async with way.place():
        begun.set()
        await until.wait()


def test_a_letter_that_hangs_gives_its_place_away(at_once):
    async def story():
        moved, go = asyncio.Event(), asyncio.Event()
        way = Lanes(moved.set, quick=1, slow=1)
        assert way.room(0) == 1
        first, second, third = (asyncio.Event() for _ in range(3))
        tasks = [asyncio.create_task(letter(way, begun, go)) for begun in (first, second, third)]
        await first.wait()
        await moved.wait()
        assert (way.slow, way.room(1)) == (1, 1)
        await second.wait()  # the place was free
        for _ in range(20):
            await asyncio.sleep(0)
        assert not third.is_set()  # the slow lane is full: the second keeps its place
        assert (way.slow, way.room(2)) == (1, 0)
        go.set()
        await asyncio.gather(*tasks)
        assert third.is_set()
        assert (way.slow, way.room(0)) == (0, 1)

    asyncio.run(story())


def test_a_quick_letter_never_moves():
    async def story():
        way = Lanes(lambda: pytest.fail("moved"), quick=2)
        go = asyncio.Event()
        go.set()
        await asyncio.gather(*(letter(way, asyncio.Event(), go) for _ in range(10)))
        assert (way.slow, way.room(0)) == (0, 2)

    asyncio.run(story())


def test_a_letter_that_fails_leaves_its_place(at_once):
    async def fails(way, moved):
        async with way.place():
            await moved.wait()
            raise ValueError

    async def story():
        moved = asyncio.Event()
        way = Lanes(moved.set, quick=1, slow=1)
        for _ in range(3):
            with pytest.raises(ValueError):
                await fails(way, moved)
        async with asyncio.timeout(5), way.place():
            pass
        assert (way.slow, way.room(0)) == (0, 1)

    asyncio.run(story())
