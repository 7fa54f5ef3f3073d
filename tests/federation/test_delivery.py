"""Delivery: order, turns, and whose turn it is."""

import asyncio
import json

import pytest

from linnet.federation.delivery import actions, queries, rules
from linnet.federation.delivery.postman import Postman
from linnet.federation.delivery.rules import Delivery
from linnet.federation.peers import queries as peer_queries
from tests.federation.carrying import HOST, check, peer, waiting
from tests.federation.world import Keyring, World, postman, send


def test_a_letter_is_signed_sent_and_counted(db, carry, world, clock, now):
    id = db.write_now(
        send,
        "one",
        now=now,
        account_id=0,
        told={f"https://{HOST}/inbox": 5, "https://b.example/users/x/inbox": 2},
    )
    sent = db.read_now(queries.activity, id)
    assert (sent.inboxes, sent.hosts, sent.followers, sent.inboxes_done) == (2, 2, 7, 0)
    assert carry() == 2
    sent = db.read_now(queries.activity, id)
    assert (sent.inboxes_done, sent.followers_done) == (2, 7)
    assert waiting(db) == []
    assert world.got == {
        HOST: [(f"https://{HOST}/inbox", "one")],
        "b.example": [("https://b.example/users/x/inbox", "one")],
    }
    headers = {name.lower(): value for name, value in world.headers[0].items()}
    assert headers["content-type"] == "application/activity+json"
    assert 'headers="(request-target) host date digest content-type"' in headers["signature"]
    assert (peer(db).signature, peer(db).delivered_at, peer(db).held) == ("cavage", now, 0)
    assert carry() == 0


def test_letters_about_one_thing_keep_their_order(db, carry, world, now):
    for kind in ("Create", "Update", "Update", "Delete"):
        db.write_now(send, kind, HOST, now=now, kind=kind, about="https://linnet.example/p")
    for n in range(40):
        db.write_now(send, n, HOST, now=now, kind="Follow")
    carry()
    assert world.ids(HOST) == ["Create", "Update", "Update", "Delete", *range(40)]


def test_a_failure_ends_the_turn_and_nothing_overtakes(db, carry, world, clock, now):
    for n in range(5):
        db.write_now(send, n, HOST, now=now, kind="Like")
    world.servers[HOST] = lambda _i, activity, _f: 503 if activity["id"] == 2 else 202
    carry()
    assert world.ids(HOST) == [0, 1]
    assert [row.tries for row in waiting(db)] == [1, 0, 0]
    assert (peer(db).failures, peer(db).next_at > now, peer(db).error[:4]) == (1, True, "503:")
    assert carry() == 0  # not yet
    del world.servers[HOST]
    clock.at = peer(db).next_at
    carry()
    assert world.ids(HOST) == [0, 1, 2, 3, 4]
    assert (peer(db).failures, peer(db).error) == (0, "")
    check(db)


def test_two_of_a_host_are_under_way_together_only_where_order_means_nothing(db, settings, clock, now):
    under_way, seen = [], set()

    class Slow(World):
        async def post(self, url, body, **more):
            under_way.append(json.loads(body)["id"])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            seen.add(frozenset(under_way))
            under_way.remove(json.loads(body)["id"])
            return await super().post(url, body, **more)

    for n in range(4):
        db.write_now(send, n, HOST, now=now)
    db.write_now(send, "undo", HOST, now=now, kind="Undo", about="https://linnet.example/3")
    db.write_now(send, "a", f"{HOST}/1", f"{HOST}/2", f"{HOST}/3", now=now, kind="Delete")
    world = Slow()
    asyncio.run(postman(db, world, settings, clock).drain())
    assert frozenset({1, 2}) in seen
    assert frozenset({0, 1}) not in seen  # nobody knows yet whether the server is there
    assert frozenset({"undo"}) in seen
    assert not any("undo" in both and len(both) > 1 for both in seen)
    assert max(map(len, seen)) <= 2
    assert len(world.got[HOST]) == 8


def letter(activity_id, kind, about, inbox="i"):
    return Delivery(HOST, activity_id, activity_id, inbox, 1, 0, 0, 1, kind, about)


@pytest.mark.parametrize(
    ("one", "two", "may"),
    [
        (letter(1, "Create", "a"), letter(2, "Create", "b"), True),
        (letter(1, "Create", "a"), letter(2, "Update", "b"), True),
        (letter(1, "Create", "a"), letter(2, "Update", "a"), False),
        (letter(1, "Create", "a"), letter(2, "Delete", "b"), False),  # b may be the whole account
        (letter(1, "Follow", "a"), letter(2, "Undo", "x"), False),
        (letter(1, "Delete", "a"), letter(1, "Delete", "a", "j"), True),
        (letter(1, "Delete", "a"), letter(1, "Delete", "a"), False),
    ],
)
def test_what_may_overtake_what(one, two, may):
    assert rules.independent(one, two) is rules.independent(two, one) is may
    first = letter(0, "Create", "first")
    assert list(rules.pairs([first, one, two])) == (
        [(first,), (one, two)] if may else [(first,), (one,), (two,)]
    )


def test_hosts_take_turns(db, settings, clock, now):
    world = World()
    for n in range(rules.TURN * 3):
        db.write_now(send, f"big{n}", "big.example", now=now, kind="Like")
    db.write_now(send, "small", "small.example", now=now + 1, kind="Like")
    clock.at = now + 2
    asyncio.run(Postman(db, world, Keyring(), settings, clock=clock, width=1).drain())
    order = [id for _, id, _ in world.knocks]
    assert order.index("small") == rules.TURN  # after one turn of the other's
    assert len(order) == rules.TURN * 3 + 1


def test_letters_to_few_servers_go_first(db, now):
    many = [f"h{n}.example" for n in range(10)]
    db.write_now(send, "post", *many, now=now)
    db.write_now(send, "direct", "z.example", now=now + 5)
    assert db.write_now(peer_queries.due, 3, now + 5)[0] == "z.example"


def test_two_processes_never_carry_the_same(db, clock, now):
    for n in range(6):
        db.write_now(send, n, f"h{n}.example", now=now)
    one, _ = db.write_now(actions.exchange, [], [], want=4, known=(), now=now, jitter=0)
    two, _ = db.write_now(actions.exchange, [], [], want=4, known=(), now=now, jitter=0)
    assert len(one) == 4
    assert len(two) == 2
    assert not {turn.host for turn in one} & {turn.host for turn in two}
    three, _ = db.write_now(actions.exchange, [], [], want=9, known=(), now=now + rules.LEASE - 1, jitter=0)
    assert three == []


def test_two_processes_at_work_share_and_carry_each_letter_once(db, settings, clock, now):
    """Two postmen at the same time on one database; nobody dies, so each letter goes exactly once."""
    world = World()
    hosts = [f"h{n}.example" for n in range(20)]
    ids = [db.write_now(send, n, *hosts, now=now, kind="Like") for n in range(2 * rules.TURN + 3)]
    mine = [Postman(db, world, Keyring(), settings, clock=clock, width=4) for _ in range(2)]

    async def both():
        return await asyncio.gather(*(one.drain() for one in mine))

    carried = asyncio.run(both())
    assert sum(carried) == len(world.knocks) == 20 * len(ids)
    assert all(world.ids(host) == list(range(len(ids))) for host in hosts)
    assert min(carried) > 0
    assert {db.read_now(queries.activity, id).inboxes_done for id in ids} == {20}
    check(db)


def test_a_count_that_is_wrong_is_put_right(db, carry, now):
    db.write_now(send, 0, HOST, now=now)
    db.write_now(lambda tx: tx.run("DELETE FROM delivery"))
    assert carry() == 0
    assert peer(db).waiting == 0
