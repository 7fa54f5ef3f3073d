"""Events reach every listener, in this process and in others, and nothing that is broken stops them."""

import asyncio
import socket
import subprocess
import sys

import pytest

from linnet.hub.hub import PATIENCE, Hub
from linnet.kernel.value import Value


class Baked(Value):
    loaf: str
    number: int = 0


class Secret(Value):
    word: str


async def heard(queue):
    async with asyncio.timeout(20):
        return await queue.get()


def test_everybody_here_hears_in_order(tmp_path):
    async def play():
        hub = Hub(tmp_path / "run", [Baked])
        hub.publish([Baked("too early")])
        hub.start()
        one, two = asyncio.Queue(), asyncio.Queue()

        def broken(event):
            raise RuntimeError("deaf")

        hub.listen(broken)
        end = hub.listen(one.put_nowait)
        hub.listen(two.put_nowait)
        await asyncio.to_thread(hub.publish, [Baked("rye"), Baked("corn")])  # as the database's writer does
        assert [await heard(one) for _ in range(2)] == [Baked("rye"), Baked("corn")]
        assert [await heard(two) for _ in range(2)] == [Baked("rye"), Baked("corn")]
        end()
        end()
        hub.publish([Baked("spelt")])
        assert await heard(two) == Baked("spelt")
        assert one.empty()
        hub.stop()
        assert list((tmp_path / "run").iterdir()) == []
        hub.stop()

    asyncio.run(play())


OTHER = """
import asyncio, sys
from pathlib import Path
from linnet.hub.hub import Hub
from tests.ground.test_hub import Baked

async def play():
    hub = Hub(Path(sys.argv[1]), [Baked])
    letters = asyncio.Queue()
    hub.start()
    hub.listen(letters.put_nowait)
    print("ready", flush=True)
    async with asyncio.timeout(20):
        event = await letters.get()
        while event.number < 3:
            if event.loaf != "answer":  # one hears oneself too
                print(event.loaf, event.number, flush=True)
                hub.publish([Baked("answer", event.number)])
            event = await letters.get()
    hub.stop()

asyncio.run(play())
"""


@pytest.mark.parametrize("folder", ["run", "a folder that lies deep/" * 8 + "run"])
def test_another_process_hears_and_answers(tmp_path, folder):
    async def play():
        hub = Hub(tmp_path / folder, [Baked])
        hub.start()
        letters = asyncio.Queue()
        hub.listen(letters.put_nowait)
        command = [sys.executable, "-c", OTHER, str(tmp_path / folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:  # noqa: ASYNC220
            assert await asyncio.to_thread(other.stdout.readline) == "ready\n"
            for number in range(3):
                hub.publish([Secret("not for others"), Baked("rye", number)])
                events = [await heard(letters) for _ in range(3)]
                assert events == [Secret("not for others"), Baked("rye", number), Baked("answer", number)]
            hub.publish([Baked("enough", 3)])
            said = await asyncio.to_thread(other.stdout.read)
        assert said.split("\n")[:3] == ["rye 0", "rye 1", "rye 2"]
        assert other.returncode == 0
        hub.stop()
        assert list((tmp_path / folder).iterdir()) == []

    asyncio.run(play())


def test_sockets_of_the_dead_are_cleared_away(tmp_path):
    async def play():
        dead = tmp_path / "hub-1-dead.sock"
        gone = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        gone.bind(str(dead))
        gone.close()  # as kill -9 leaves it
        (tmp_path / "server.lock").touch()
        one, two = Hub(tmp_path, [Baked]), Hub(tmp_path, [Baked])
        one.start()
        two.start()
        letters = asyncio.Queue()
        two.listen(letters.put_nowait)
        one.publish([Baked("rye")])
        assert await heard(letters) == Baked("rye")
        two.stop()
        one.publish([Baked("corn")])
        one.stop()  # sends what was published
        assert [path.name for path in tmp_path.iterdir()] == ["server.lock"]

    asyncio.run(play())


def test_rubbish_from_outside_is_passed_over(tmp_path):
    async def play():
        hub = Hub(tmp_path, [Baked])
        hub.start()
        letters = asyncio.Queue()
        hub.listen(letters.put_nowait)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            address = str(tmp_path / hub._name)
            for rubbish in (
                b"",
                b"\xff",
                b"[]",
                b'["Unheard",{}]',
                b'["Baked",{"x":1}]',
                b'["Baked",[]]',
                b"7",
            ):
                out.sendto(rubbish, address)
            out.sendto(b'["Baked",{"loaf":"rye","number":2}]', address)
        assert await heard(letters) == Baked("rye", 2)
        assert letters.empty()
        hub.stop()

    asyncio.run(play())


def test_a_process_that_hangs_holds_up_nobody(tmp_path):
    """Its letter box is full; publishing returns at once and others are served."""

    async def play():
        stuck = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        stuck.bind(str(tmp_path / "hub-0-stuck.sock"))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as out:
            try:
                while True:
                    out.sendto(b"x" * 1000, str(tmp_path / "hub-0-stuck.sock"))
            except BlockingIOError:
                pass
        hub = Hub(tmp_path, [Baked])
        hub.start()
        letters = asyncio.Queue()
        hub.listen(letters.put_nowait)
        waits = []
        carry, hub._send = hub._send, lambda out, events: (waits.append(1), carry(out, events))
        hub.publish([Baked("rye")])
        assert await heard(letters) == Baked("rye")
        hub.stop()
        assert waits == [1]
        assert (tmp_path / "hub-0-stuck.sock").exists()
        stuck.close()

    asyncio.run(play())


def test_an_event_loop_that_is_busy_loses_nothing(tmp_path):
    """Linux keeps ten letters for a socket: all the others come while nobody in the loop looks."""

    async def play():
        one, two = Hub(tmp_path, [Baked]), Hub(tmp_path, [Baked])
        one.start()
        two.start()
        letters = asyncio.Queue()
        two.listen(letters.put_nowait)
        sent = [Baked("rye", number) for number in range(500)]
        for event in sent[:250]:
            one.publish([event])
        one.publish(sent[250:])
        one.stop()  # here the loop waits until everything is sent
        assert [await heard(letters) for _ in sent] == sent
        two.stop()

    asyncio.run(play())


def test_a_process_that_hangs_is_waited_for_once(tmp_path):
    class Out:
        """A socket to somebody who takes nothing until they wake."""

        def __init__(self):
            self.awake, self.waits, self.taken = False, [], []

        def settimeout(self, seconds):
            self.waits.append(seconds)

        def sendto(self, letter, _address):
            if not self.awake:
                raise TimeoutError
            self.taken.append(letter)

    (tmp_path / "hub-0-stuck.sock").touch()
    hub, out = Hub(tmp_path, [Baked]), Out()
    for _ in range(3):
        hub._send(out, [Baked("rye"), Baked("corn")])
    assert out.waits == [PATIENCE, 0, 0]
    out.awake = True
    hub._send(out, [Baked("rye"), Baked("corn")])
    assert out.waits == [PATIENCE, 0, 0, 0, PATIENCE]
    assert len(out.taken) == 2
