"""Letters go out: in order, by turns, once, and what does not arrive says why. On both databases."""

import asyncio
import json

import pytest

from linnet.db.tx import Tx
from linnet.federation.delivery import actions, queries, rules
from linnet.federation.delivery.actions import SendAgain
from linnet.federation.delivery.postman import Postman
from linnet.federation.delivery.queries import Failed
from linnet.federation.delivery.rules import Delivery, Outcome
from linnet.federation.peers import actions as peers
from linnet.federation.peers import domains
from linnet.federation.peers import queries as peer_queries
from linnet.federation.peers.rules import state
from linnet.kernel import settings as kernel_settings
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.errors import Upstream
from linnet.kernel.wire import decode_as
from tests import cast
from tests.federation.world import Clock, Keyring, World, away, postman, send

FAILED = (
    "SELECT activity_id, inbox, host, followers, reason, at FROM delivery_failed ORDER BY activity_id, inbox"
)
WAITING = (
    """SELECT host, id, activity_id, inbox, followers, tries, created_at FROM delivery ORDER BY host, id"""
)
JOBS = "SELECT body FROM job WHERE kind = 'SendAgain' ORDER BY run_at"
RUN_AT = "SELECT run_at FROM job WHERE kind = 'SendAgain' ORDER BY run_at"
HOST = "there.example"


@pytest.fixture
def settings():
    return kernel_settings.load({"LINNET_URL": "https://linnet.example"})


@pytest.fixture
def clock(now):
    return Clock(now)


@pytest.fixture
def world():
    return World()


@pytest.fixture
def carry(db, world, settings, clock):
    """Carries everything that is due, as one process would; answers how many letters that was."""

    def carried(keyring=None):
        return asyncio.run(postman(db, world, settings, clock, keyring).drain())

    return carried


def failed(db):
    return db.read_now(lambda tx: tx.all(Failed, FAILED))


def waiting(db):
    return db.read_now(lambda tx: tx.all(Delivery, WAITING))


def peer(db, host=HOST):
    return db.read_now(peer_queries.peer, host)


def aside(db):
    return [decode_as(SendAgain, body) for body in db.read_now(lambda tx: tx.all(str, JOBS))]


def back(db, clock):
    """The worker does the jobs that put letters back."""

    def run(tx: Tx):
        for body in tx.all(str, JOBS):
            actions.again(tx, decode_as(SendAgain, body), clock())
        tx.run("DELETE FROM job WHERE kind = 'SendAgain'")

    db.write_now(run)


def check(db):
    """What must always be so."""

    def look(tx: Tx):
        counts = {
            row.host: 0
            for row in tx.all(
                Delivery,
                "SELECT host, 0 AS id, 0 AS activity_id, '' AS inbox, 0 AS followers, 0 AS tries, 0 AS created_at FROM peer",
            )
        }
        for row in tx.all(Delivery, WAITING):
            counts[row.host] += 1
        for host, n in counts.items():
            assert peer_queries.peer(tx, host).waiting == n

    db.read_now(look)


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


def test_breaker_rests_the_host_and_later_letters_are_only_queued(db, carry, world, clock, now):
    world.servers[HOST] = away
    db.write_now(send, 0, HOST, now=now, kind="Like")
    for _ in range(5):
        carry()
        clock.at = peer(db).next_at
    assert state(peer(db), now) == "resting"
    knocks = len(world.knocks)
    clock.at -= 1
    for n in range(1, 30):
        db.write_now(send, n, HOST, now=clock.at, kind="Like")
    assert carry() == 0
    assert len(world.knocks) == knocks == 5
    assert len(waiting(db)) == 30
    assert clock.at + 1 - now > HOUR
    clock.at += 1
    carry()
    assert len(world.knocks) == 6  # one probe
    world.servers.clear()
    clock.at = peer(db).next_at
    carry()
    assert world.ids(HOST) == list(range(30))
    assert state(peer(db), clock.at) == "well"
    check(db)


def test_after_seven_days_what_waits_is_given_up_and_the_weekly_letter_asks(db, carry, world, clock, now):
    world.servers[HOST] = away
    id = db.write_now(send, 0, HOST, now=now, kind="Like")
    late = db.write_now(send, 1, HOST, now=now, kind="Like")
    while waiting(db):
        clock.at = max(peer(db).next_at, clock.at)
        carry()
    assert now + 7 * DAY <= clock.at <= now + 8.5 * DAY
    rows = failed(db)
    assert [row.activity_id for row in rows] == [id, late]
    assert all(row.reason == "given up after 7 days: It cannot be reached." for row in rows)
    assert state(peer(db), clock.at) == "given up"
    assert len(world.knocks) < 25
    clock.at = peer(db).next_at - 1
    refused = db.write_now(send, 2, HOST, now=clock.at, kind="Like")
    assert waiting(db) == []
    assert failed(db)[-1].activity_id == refused
    clock.at += 1
    db.write_now(send, 3, HOST, now=clock.at, kind="Like")
    assert len(waiting(db)) == 1
    world.servers.clear()
    carry()
    assert world.ids(HOST) == [3]
    assert state(peer(db), clock.at) == "well"
    check(db)


def test_a_letter_from_a_resting_host_wakes_it(db, carry, world, clock, now):
    world.servers[HOST] = away
    db.write_now(send, 0, HOST, now=now)
    for _ in range(8):
        carry()
        clock.at = peer(db).next_at
    clock.at -= HOUR
    world.servers.clear()
    db.write_now(peers.heard, HOST, clock.at)
    assert peer(db).heard_at == peer(db).next_at == clock.at
    carry()
    assert world.ids(HOST) == [0]
    db.write_now(peers.heard, HOST, clock.at + MINUTE)  # not written down again within the hour
    assert peer(db).heard_at == clock.at


def test_who_was_only_started_anew_need_not_wait_an_hour(db, carry, world, clock, now):
    db.write_now(peers.heard, HOST, now)
    clock.at += MINUTE
    world.servers[HOST] = away
    db.write_now(send, 0, HOST, now=clock.at)
    carry()
    clock.at += SECOND
    db.write_now(peers.heard, HOST, clock.at)
    assert peer(db).next_at == clock.at
    carry()  # but it takes nothing all the same
    again = peer(db).next_at
    assert again > clock.at
    clock.at += SECOND
    db.write_now(peers.heard, HOST, clock.at)
    assert peer(db).next_at == again
    carry()
    db.write_now(peers.heard, HOST, clock.at + MINUTE)  # once a minute it is worth a try
    assert peer(db).next_at == clock.at + MINUTE


def test_retry_after(db, carry, world, clock, now):
    world.servers[HOST] = lambda *_: (429, {"retry-after": "7200"})
    db.write_now(send, 0, HOST, now=now)
    carry()
    assert (peer(db).next_at, peer(db).failures) == (now + 2 * HOUR, 0)
    assert state(peer(db), now) == "asked"
    db.write_now(send, 1, HOST, now=now + 1)
    assert peer(db).next_at == now + 2 * HOUR  # a new letter does not shorten it
    world.servers[HOST] = lambda *_: (429, {})
    clock.at = now + 2 * HOUR
    carry()
    assert MINUTE <= peer(db).next_at - clock.at <= 8 * MINUTE
    world.servers[HOST] = lambda *_: (503, {"retry-after": "1"})
    clock.at = peer(db).next_at
    carry()
    assert peer(db).failures == 1
    assert peer(db).next_at >= clock.at + MINUTE


@pytest.mark.parametrize("status", [401, 400])
def test_the_other_signature_is_tried_once_and_remembered(db, carry, world, now, status):
    world.servers[HOST] = lambda _i, _a, form: 202 if form == "rfc9421" else status
    for n in range(3):
        db.write_now(send, n, HOST, now=now, kind="Like")
    carry()
    assert world.ids(HOST) == [0, 1, 2]
    assert [form for _, _, form in world.knocks] == ["cavage", "rfc9421", "rfc9421", "rfc9421"]
    assert peer(db).signature == "rfc9421"
    world.servers[HOST] = lambda _i, _a, form: 202 if form == "cavage" else status
    db.write_now(send, 3, HOST, now=now, kind="Like")
    carry()
    assert [form for _, _, form in world.knocks[4:]] == ["rfc9421", "cavage"]
    assert peer(db).signature == "cavage"


@pytest.mark.parametrize(
    ("status", "knocks", "word"),
    [
        (401, 2, "signature"),
        (400, 2, "understand"),
        (403, 1, "no letters"),
        (422, 1, "422"),
        (413, 1, "too long"),
    ],
)
def test_a_refused_letter_is_dropped_with_its_reason_and_the_next_goes_on(
    db, carry, world, now, status, knocks, word
):
    world.servers[HOST] = lambda _i, activity, _f: status if activity["id"] == "bad" else 202
    bad = db.write_now(send, "bad", HOST, now=now, kind="Like")
    db.write_now(send, "good", HOST, now=now, kind="Like")
    carry()
    assert [id for _, id, _ in world.knocks] == ["bad"] * knocks + ["good"]
    [row] = failed(db)
    assert (row.activity_id, row.host, row.inbox, row.followers) == (bad, HOST, f"https://{HOST}/inbox", 1)
    assert row.reason.startswith(f"{status}: ")
    assert word in row.reason
    assert (peer(db).failures, peer(db).waiting) == (0, 0)


@pytest.mark.parametrize("status", [404, 410, 301])
def test_nobody_there_is_believed_the_second_time(db, carry, world, clock, now, status):
    world.servers[HOST] = lambda inbox, _a, _f: status if "gone" in inbox else 202
    db.write_now(send, 0, f"{HOST}/gone", f"{HOST}/here", now=now)
    db.write_now(send, 1, f"{HOST}/here", now=now)
    carry()
    assert len(world.got[HOST]) == 2  # nobody waited for the one that is gone
    assert failed(db) == []
    [job] = aside(db)
    assert (job.inbox, job.tries) == (f"https://{HOST}/gone", 1)
    [at] = db.read_now(lambda tx: tx.all(int, RUN_AT))
    assert HOUR <= at - now <= 1.5 * HOUR
    clock.at = at
    back(db, clock)
    carry()
    [row] = failed(db)
    assert row.reason.startswith(f"{status}: ")
    check(db)


def test_a_letter_that_makes_its_server_fall_over_does_not_hold_up_the_others(db, carry, world, clock, now):
    world.servers[HOST] = lambda _i, activity, _f: 500 if activity["id"] == "poison" else 202
    id = db.write_now(send, "poison", HOST, now=now, kind="Like")
    db.write_now(send, "good", HOST, now=now, kind="Like")
    carry()
    assert world.ids(HOST) == []
    for _ in range(2):
        clock.at = peer(db).next_at
        carry()
    assert world.ids(HOST) == ["good"]
    assert clock.at - now < 10 * MINUTE
    assert (peer(db).failures, peer(db).waiting) == (0, 0)
    assert [job.tries for job in aside(db)] == [3]
    for _ in range(40):
        if not aside(db):
            break
        [clock.at] = db.read_now(lambda tx: tx.all(int, RUN_AT))
        back(db, clock)
        carry()
    [row] = failed(db)
    assert row.activity_id == id
    assert row.reason.startswith("given up after")
    assert len(world.knocks) <= rules.MOST_TRIES + 1
    check(db)


def test_a_set_aside_letter_about_what_changed_since_stays_out(db, carry, world, clock, now):
    world.servers[HOST] = lambda *_: 404
    about = "https://linnet.example/p"
    db.write_now(send, "create", HOST, now=now, about=about)
    carry()
    db.write_now(send, "delete", HOST, now=now, about=about, kind="Delete")
    world.servers.clear()
    carry()
    back(db, clock)
    carry()
    assert world.ids(HOST) == ["delete"]
    assert "a later letter" in failed(db)[0].reason
    assert rules.is_superseded("Create", ["Update"]) is False
    assert rules.is_superseded("Update", ["Update"]) is True


def test_one_of_ours_that_cannot_be_signed_does_not_hold_up_the_others(db, carry, world, clock, now):
    keyring = Keyring()
    with_key, without = db.write_now(lambda tx: (cast.account(tx, "a").id, cast.account(tx, "b").id))
    keyring.broken.add(without)
    db.write_now(send, "bad", HOST, now=now, account_id=without, kind="Like")
    db.write_now(send, "good", HOST, now=now, account_id=with_key, kind="Like")
    carry(keyring)
    assert world.ids(HOST) == ["good"]
    assert "broken" in aside(db)[0].reason
    assert peer(db).failures == 0


def test_what_is_no_address_and_what_is_suspended_fails_at_once(db, carry, world, now):
    db.write_now(peers.decide, domains.Rule("bad.example", "suspend"), own=(), now=now)
    told = {
        f"https://{HOST}/inbox": 1,
        "http://plain.example/inbox": 1,
        "https://user@x.example/": 1,
        "": 1,
        "https://sub.BAD.example:443/inbox": 9,
    }
    id = db.write_now(send, 0, now=now, told=told)
    sent = db.read_now(queries.activity, id)
    assert (sent.inboxes, sent.hosts, sent.followers) == (5, 2, 13)
    assert len(failed(db)) == 4
    assert {row.host for row in failed(db)} == {"", "sub.bad.example"}
    carry()
    assert list(world.got) == [HOST]


def test_suspending_empties_the_queue_with_a_reason(db, carry, world, clock, now):
    world.servers["sub.bad.example"] = away
    for n in range(3):
        db.write_now(send, n, "sub.bad.example", "notbad.example", now=now)
    carry()
    assert peer(db, "sub.bad.example").next_at > now
    db.write_now(peers.decide, domains.Rule("BAD.example.", "suspend"), own=(), now=now)
    assert carry() == 0
    assert waiting(db) == []
    assert {row.reason for row in failed(db)} == {"suspended: you suspended this server"}
    assert len(failed(db)) == 3
    assert peer(db, "sub.bad.example").waiting == 0
    check(db)


def test_what_a_deleted_account_wrote_stays_out_but_for_its_farewell(db, carry, world, now):
    gone = cast.new_id()
    db.write_now(send, "post", HOST, now=now, account_id=gone)
    db.write_now(send, "farewell", HOST, now=now, account_id=gone, kind="Delete")
    db.write_now(send, "other", HOST, now=now)
    suspended = db.write_now(cast.account, "bad").id
    db.write_now(lambda tx: tx.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=suspended))
    db.write_now(send, "theirs", HOST, now=now, account_id=suspended)
    carry()
    assert world.ids(HOST) == ["farewell", "other"]
    assert [row.reason for row in failed(db)] == [
        "the account that wrote it was deleted",
        "the account that wrote it was closed",
    ]
    check(db)


def test_only_the_last_word_waits_for_a_host_that_does_not_answer(db, carry, world, clock, now):
    world.servers[HOST] = away
    about = "https://linnet.example/p"
    db.write_now(send, "create", HOST, "well.example", now=now, about=about)
    carry()
    for n in range(3):
        db.write_now(send, f"update{n}", HOST, "well.example", now=now, about=about, kind="Update")
    db.write_now(
        send,
        "theirs",
        HOST,
        now=now,
        about=about,
        kind="Update",
        account_id=db.write_now(cast.account, "b").id,
    )
    assert len([row for row in waiting(db) if row.host == HOST]) == 3
    db.write_now(send, "other", HOST, now=now)
    db.write_now(send, "delete", HOST, "well.example", now=now, about=about, kind="Delete")
    del world.servers[HOST]
    clock.at = peer(db).next_at
    carry()
    assert world.ids(HOST) == ["theirs", "other", "delete"]
    assert world.ids("well.example") == ["create", "update0", "update1", "update2", "delete"]
    check(db)


def test_crash_between_sending_and_writing_down_sends_again_and_counts_once(db, world, settings, clock, now):
    """kill -9 after the letters went out: whoever comes next sends them again; the receiver knows
    them by their ids; nothing is lost, nothing is counted twice."""
    id = db.write_now(send, 0, HOST, "b.example", now=now)

    class Killed(BaseException):
        pass

    async def dies():
        one = postman(db, world, settings, clock)
        await one._exchange(9)
        await asyncio.wait(one._turns)  # it dies here, with the results in its hands

    asyncio.run(dies())
    assert len(world.knocks) == 2
    assert len(waiting(db)) == 2
    assert asyncio.run(postman(db, world, settings, clock).drain()) == 0  # held until the lease ends
    assert db.write_now(peers.free, clock.at) == 2  # or until a start that knows that nobody lives
    assert asyncio.run(postman(db, world, settings, clock).drain()) == 2
    assert world.ids(HOST) == [0, 0]
    sent = db.read_now(queries.activity, id)
    assert (sent.inboxes_done, sent.followers_done) == (2, 2)
    check(db)


def test_a_postman_that_outlives_its_lease_decides_nothing(db, clock, now):
    db.write_now(send, 0, HOST, now=now, kind="Like")
    db.write_now(send, 1, HOST, now=now, kind="Like")
    [slow], _ = db.write_now(actions.exchange, [], [], want=1, known=(), now=now, jitter=0)
    later = now + rules.LEASE
    [quick], _ = db.write_now(actions.exchange, [], [], want=1, known=(), now=later, jitter=0)
    assert slow.deliveries == quick.deliveries
    done = [rules.Done(slow, slow.deliveries[0], Outcome("done", answered=True))]
    over = [rules.Over(slow, Outcome("down", "late"))]
    db.write_now(actions.exchange, done, over, want=0, known=(), now=later, jitter=0)
    held = peer(db)
    assert (held.held, held.failures, held.waiting) == (quick.until, 0, 1)
    done = [rules.Done(quick, one, Outcome("done", answered=True)) for one in quick.deliveries]
    db.write_now(actions.exchange, done, [rules.Over(quick)], want=0, known=(), now=later, jitter=0)
    assert (peer(db).held, peer(db).waiting) == (0, 0)
    sent = [db.read_now(queries.activity, one.activity_id) for one in quick.deliveries]
    assert [one.inboxes_done for one in sent] == [1, 1]


def test_a_result_that_cannot_be_written_down_does_not_spoil_the_others(
    db, world, settings, clock, now, monkeypatch, caplog
):
    for name in ("good", "bad", "fine"):
        db.write_now(send, name, f"{name}.example", now=now)
    real = actions._one

    def one(tx, report, delivery, *more):
        if delivery.host == "bad.example":
            raise ValueError("cannot be")
        return real(tx, report, delivery, *more)

    monkeypatch.setattr(actions, "_one", one)
    assert asyncio.run(postman(db, world, settings, clock).drain()) == 3
    assert [row.host for row in waiting(db)] == ["bad.example"]
    assert "not written down" in caplog.text


def test_the_running_postman_is_woken_and_finishes_when_stopped(db, world, settings, clock, now):
    arrived = asyncio.Event()

    def takes(*_):
        arrived.set()
        return 202

    world.servers[HOST] = takes

    async def run():
        one = postman(db, world, settings, clock)
        one.start()
        await db.write(send, 0, HOST, now=now)
        one.wake()
        async with asyncio.timeout(20):
            await arrived.wait()
        await one.stop()

    asyncio.run(run())
    assert waiting(db) == []
    assert peer(db).held == 0


def test_a_postman_without_https_stays_at_home(db, world, clock, now):
    async def run():
        one = postman(db, world, kernel_settings.load({}), clock)
        one.start()
        assert one._task is None
        await one.stop()

    asyncio.run(run())


def test_stopping_waits_for_what_is_under_way_and_begins_nothing_more(db, settings, clock, now):
    entered, go = asyncio.Event(), asyncio.Event()

    class Slow(World):
        async def post(self, *args, **more):
            entered.set()
            await go.wait()
            return await super().post(*args, **more)

    world = Slow()
    for n in range(5):
        db.write_now(send, n, HOST, now=now, kind="Like")

    async def run():
        one = postman(db, world, settings, clock)
        one.start()
        await entered.wait()
        stopping = asyncio.create_task(one.stop())
        await asyncio.sleep(0)
        go.set()
        await stopping

    asyncio.run(run())
    assert world.ids(HOST) == [0]
    assert len(waiting(db)) == 4
    assert (peer(db).held, peer(db).next_at) == (0, now)


@pytest.mark.parametrize(
    ("status", "tries", "ending"),
    [
        (200, 0, "done"), (202, 0, "done"), (204, 3, "done"),
        (301, 0, "again"), (308, 1, "refused"), (404, 0, "again"), (410, 1, "refused"),
        (400, 0, "refused"), (401, 0, "refused"), (403, 5, "refused"), (405, 0, "refused"), (451, 0, "refused"),
        (408, 0, "down"), (425, 9, "down"), (429, 0, "asked"), (429, 50, "asked"),
        (500, 0, "down"), (500, 1, "down"), (500, 2, "again"), (500, 11, "refused"), (501, 2, "again"),
        (502, 20, "down"), (503, 0, "down"), (504, 0, "down"), (522, 7, "down"), (599, 0, "down"),
        (100, 0, "down"), (999, 0, "down"),
    ],
)  # fmt: skip
def test_what_an_answer_means(status, tries, ending, now):
    one = Delivery(HOST, 1, 1, "i", 1, tries, now)
    outcome = rules.judge(status, "", one, now, 0.0)
    assert outcome.ending == ending
    assert (outcome.reason == "") is (ending == "done")
    assert outcome.at == 0 or outcome.at >= now + 30 * SECOND


def test_old_activities_are_forgotten(db, carry, world, clock, now):
    world.servers[HOST] = lambda *_: 403
    old = db.write_now(send, 0, HOST, now=now)
    stays = db.write_now(send, 1, "b.example", now=now)
    carry()
    world.servers["b.example"] = away
    waits = db.write_now(send, 2, "b.example", now=now)
    id_time = (old >> 16) + 14 * DAY  # ids are made by the real clock
    db.write_now(actions.sweep, id_time - HOUR)
    assert db.read_now(queries.activity, old)
    assert len(failed(db)) == 1
    db.write_now(actions.sweep, id_time + HOUR)
    assert db.read_now(queries.activity, old) is db.read_now(queries.activity, stays) is None
    assert db.read_now(queries.activity, waits)
    assert failed(db) == []


def test_an_exchange_costs_the_same_however_much_waits(db, now):
    """EXPLAIN: claims and turns read an index, never a table."""

    def plan(tx: Tx, sql, **parameters):
        if tx.dialect == "sqlite":
            return " | ".join(row[3] for row in tx._fetch("EXPLAIN QUERY PLAN " + sql, parameters)[0])
        return " | ".join(row[0] for row in tx._fetch("EXPLAIN " + sql, parameters)[0])

    def fill(tx: Tx):
        peer_queries.queue(tx, [(f"h{n}.example", 5, now - n) for n in range(3000)])
        queries.add(
            tx, [Delivery(f"h{n % 3000}.example", n, 1 + n // 3000, "i", 1, 0, now) for n in range(15_000)]
        )
        for table in ("peer", "delivery", "activity", "account"):
            tx.run(f"ANALYZE {table}")

    db.write_now(fill)

    def look(tx: Tx):
        claims = plan(tx, peer_queries.DUE, now=now, n=64)
        due = plan(tx, peer_queries.NEXT_DUE)
        turn = plan(tx, queries.NEXT, host=HOST, n=17)
        out = plan(tx, queries.TAKE_OUT.partition("RETURNING")[0], host=HOST, id=1)
        for one in (claims, due):
            assert "peer_due" in one
            assert "TEMP B-TREE" not in one
            assert "Sort" not in one
        assert "SCAN" not in turn.replace("Index Scan", "")
        assert "delivery_pkey" in turn or "PRIMARY KEY" in turn
        assert "delivery_pkey" in out or "PRIMARY KEY" in out

    db.read_now(look)


def test_upstream_without_words_is_still_a_reason(db, carry, world, now):
    def broken(*_):
        raise Upstream("")

    world.servers[HOST] = broken
    db.write_now(send, 0, HOST, now=now)
    carry()
    assert peer(db).failures == 1
