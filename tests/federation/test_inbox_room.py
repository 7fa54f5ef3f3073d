"""The inbox when it is too much: what waits, what is in hand, what one server may send; refusals are counted."""

import asyncio
from typing import Any

import pytest

from linnet.db.database import DatabaseError
from linnet.federation.authority import Drop
from linnet.federation.letters import actions, inbox, queries, rules, steps
from tests.conftest import NOW
from tests.federation.abroad import person
from tests.federation.doorstep import KEY, Doorstep
from tests.federation.signers import Signer

# --- when it is too much


def test_too_many_letters_wait(door, monkeypatch):
    monkeypatch.setattr(rules, "QUEUE", 2)
    for n in range(2):
        assert door.post(door.like(n)).status == 202
    for _ in range(2):
        door.now += 999
        answer = door.post(door.like(4))
        assert (answer.status, answer.headers["retry-after"], answer.body) == (503, "10", b"crowded\n")
    assert len(door.letters) == 2
    db_delete(door)
    assert door.post(door.like(4)).status == 503  # the table is looked at once a second
    door.now += 1000
    assert door.post(door.like(4)).status == 202


@pytest.mark.parametrize("bytes_in_all", [2200, 1 << 30])
def test_letters_that_wait_have_a_budget_of_bytes(door, bytes_in_all):
    """It counts within the second, too: what is kept meanwhile is added here."""
    door.hall.most_bytes = bytes_in_all
    bob, key = another(door, "other.example")
    taken = []
    for n in range(10):
        letter = door.like(n, content="x" * 400)
        answer = door.post(letter) if n % 2 else door.post(letter | {"id": f"{bob}/{n}", "actor": bob}, key)
        taken.append(answer.status)
    if bytes_in_all == 2200:
        assert taken == [202] * 3 + [503] * 7
        assert (answer.headers["retry-after"], answer.body) == ("10", b"crowded\n")
        door.now += 1000
        assert door.post(door.like(99)).status == 202  # a short one still has room
        db_delete(door)
        door.now += 1000
        assert door.post(door.like(98, content="x" * 400)).status == 202
    else:
        assert taken == [202] * 10


def another(door: Doorstep, host: str) -> tuple[str, Signer]:
    """Bob, somewhere else, and his key."""
    bob = f"https://{host}/users/bob"
    key = Signer(f"{bob}#main-key", "bob")
    door.abroad.pages[bob] = person(bob, key)
    return bob, key


def db_delete(door: Doorstep) -> None:
    door.db.write_now(lambda tx: tx.run("DELETE FROM letter"))


def test_one_server_may_fill_half_of_the_room(db, monkeypatch):
    """Who sends more than can be read does not shut out the others."""
    door = Doorstep(db)
    monkeypatch.setattr(rules, "QUEUE", 8)
    bob, key = another(door, "other.example")
    for n in range(4):
        assert door.post(door.like(n)).status == 202
    door.now += 1000
    assert door.post(door.like(5)).status == 503
    assert door.drops._counts[actions.day_of(NOW), "crowded", "peer.example"] == 1
    for n in range(3):
        assert door.post(door.like(n) | {"id": f"{bob}/{n}", "actor": bob}, key).status == 202
    door.now += 1000
    assert door.post(door.like(5)).status == 503
    assert door.post(door.like(4) | {"id": f"{bob}/4", "actor": bob}, key).status == 202
    # by bytes the same
    door.now += 1000
    monkeypatch.setattr(rules, "QUEUE", 1000)
    door.hall.most_bytes = 4000
    assert door.post(door.like(6, content="x" * 1200)).status == 202
    door.now += 1000
    assert door.post(door.like(7)).status == 503
    assert door.post(door.like(5) | {"id": f"{bob}/5", "actor": bob}, key).status == 202


def test_bodies_that_come_slowly_do_not_fill_the_memory(door, monkeypatch):
    """What is held is counted while it comes, and given back whatever becomes of it."""
    monkeypatch.setattr(inbox, "HELD", 2500)
    monkeypatch.setattr(inbox, "SHORT", 1000)
    assert [door.post(b"x" * 2000).status for _ in range(3)] == [400] * 3
    assert door.post(b"x" * 3000).status == 503
    assert [door.post(door.like(n)).status for n in range(3)] == [202] * 3
    counted: Any = door.routes[0]
    own = counted.endpoint.__self__
    assert own._held == 0
    own._held = 5000  # others are still sending: short letters are taken all the same
    assert door.post(door.like(7)).status == 202
    assert door.post(door.like(8, content="x" * 2000)).status == 503
    assert own._held == 5000


def test_the_last_of_the_disk_is_the_firms_own(door, caplog):
    room = {"free": rules.LEAST_FREE - 1}
    door.hall.free = lambda: room["free"]
    for _ in range(3):
        answer = door.post(door.like())
        assert (answer.status, answer.headers["retry-after"], answer.body) == (503, "10", b"crowded\n")
        door.now += 1000
    assert door.letters == []
    assert caplog.text.count("the disk is nearly full") == 1
    room["free"] += 1
    assert door.post(door.like()).status == 202


def test_too_many_letters_of_one_server(door, monkeypatch):
    door.hall.flood._limit, door.hall.flood._step = 2, rules.PER_HOST_IN / 2
    assert [door.post(door.like(n)).status for n in range(4)] == [202, 202, 503, 503]
    assert door.drops._counts[actions.day_of(NOW), "crowded", "peer.example"] == 2
    door.now += rules.PER_HOST_IN
    assert door.post(door.like(9)).status == 202


@pytest.mark.parametrize("kind", ["Follow", "QuoteRequest"])
def test_too_many_letters_of_one_server_that_are_answered(door, kind):
    """Each makes a letter of ours, which is kept for two weeks."""
    door.hall.answered._limit, door.hall.answered._step = 2, rules.PER_HOST_ANSWERED_IN / 2
    assert [door.post(door.like(n, type=kind)).status for n in range(4)] == [202, 202, 503, 503]
    assert door.post(door.like(5)).status == 202  # others are read all the same
    door.now += rules.PER_HOST_ANSWERED_IN
    assert door.post(door.like(9, type=kind)).status == 202


def test_too_many_letters_in_hand(door, monkeypatch):
    monkeypatch.setattr(inbox, "AT_ONCE", 0)
    answer = door.post(door.like())
    assert (answer.status, answer.headers["retry-after"]) == (503, "10")


def test_a_letter_in_hand_is_put_down_again(door, monkeypatch):
    monkeypatch.setattr(inbox, "AT_ONCE", 1)
    assert [door.post(b"x").status for _ in range(3)] == [400] * 3
    assert [door.post(door.like(n)).status for n in range(3)] == [202] * 3


@pytest.mark.parametrize(
    ("error", "reason"), [(DatabaseError("The disk is full."), "database"), (RuntimeError("a bug"), "fault")]
)
def test_when_it_cannot_be_kept_its_sender_may_come_again(door, monkeypatch, error, reason):
    async def away(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(door.db, "write", away)
    answer = door.post(door.like())
    monkeypatch.undo()
    assert (answer.status, answer.headers["retry-after"], answer.body.decode()) == (503, "300", f"{reason}\n")
    assert door.letters == []
    assert door.post(door.like()).status == 202


def test_a_sender_who_hangs_up(door):
    async def go():
        sent = []

        async def receive():
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        scope = {
            "type": "http",
            "method": "POST",
            "path": "/ap/inbox",
            "root_path": "",
            "query_string": b"",
            "headers": [(b"content-type", b"application/activity+json")],
        }
        await door.routes[0].app(scope, receive, send)
        return sent[0]["status"]

    assert asyncio.run(go()) == 400


def test_every_reason_has_a_status():
    assert rules.status(Drop("signature")) == 401
    assert rules.status(Drop("unreachable")) == 503
    assert rules.retry_after(Drop("signature")) == 0
    assert all(200 <= rules.status(Drop(reason)) < 600 for reason in rules._STATUS)
    assert [step.__doc__ for step in steps.STEPS if not step.__doc__] == []


# --- refusals are counted


def test_refusals_are_written_down_many_at_once(db):
    door = Doorstep(db)
    writes = []
    original = db.write

    async def watched(action, *args, **kwargs):
        writes.append(action)
        return await original(action, *args, **kwargs)

    db.write = watched
    for _ in range(50):
        door.post(b"x")
    door.post(door.like(), Signer(KEY, "mallory"))
    assert writes == []
    asyncio.run(door.drops.write())
    assert writes == [actions.count]
    asyncio.run(door.drops.write())
    assert writes == [actions.count]
    door.post(b"x")

    async def end():
        door.drops.count(Drop("suspended"), "peer.example")
        await door.drops.stop()

    asyncio.run(end())
    found = db.read_now(queries.refusals, since="2026-10-26")
    assert [(one.reason, one.host, one.times) for one in found] == [
        ("json", "", 51),
        ("signature", "", 1),
        ("suspended", "peer.example", 1),
    ]
    assert db.read_now(queries.refusals, since="2026-10-27") == []


def test_refusals_of_very_many_are_counted_as_nobodys(door, monkeypatch):
    monkeypatch.setattr("linnet.federation.letters.drops.MOST", 3)

    async def go():
        for n in range(10):
            door.drops.count(Drop("crowded"), f"h{n}.example")
        await door.drops.stop()

    asyncio.run(go())
    found = {one.host: one.times for one in door.db.read_now(queries.refusals, since="2026-10-26")}
    assert found == {"": 7} | {f"h{n}.example": 1 for n in range(3)}


def test_counts_wait_for_a_database_that_is_away(door, monkeypatch):
    async def away(*_args):
        raise DatabaseError("The disk is full.")

    door.post(b"x")
    with monkeypatch.context() as patch:
        patch.setattr(door.db, "write", away)
        asyncio.run(door.drops.write())
    door.post(b"x")
    asyncio.run(door.drops.write())
    assert [one.times for one in door.db.read_now(queries.refusals, since="2026-10-26")] == [2]
