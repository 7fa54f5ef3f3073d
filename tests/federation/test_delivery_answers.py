"""Delivery: what an answer, or none, comes to: rests, other signatures, refusals, what stays out."""

import pytest

from linnet.db.tx import Tx
from linnet.federation.delivery import actions, queries, rules
from linnet.federation.delivery.actions import SendAgain
from linnet.federation.peers import actions as peers
from linnet.federation.peers import domains
from linnet.federation.peers.rules import state
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.wire import decode_as
from tests import cast
from tests.federation.carrying import HOST, check, failed, peer, waiting
from tests.federation.world import Keyring, away, send

JOBS = "SELECT body FROM job WHERE kind = 'SendAgain' ORDER BY run_at"
RUN_AT = "SELECT run_at FROM job WHERE kind = 'SendAgain' ORDER BY run_at"


def aside(db):
    return [decode_as(SendAgain, body) for body in db.read_now(lambda tx: tx.all(str, JOBS))]


def back(db, clock):
    """The worker does the jobs that put letters back."""

    def run(tx: Tx):
        for body in tx.all(str, JOBS):
            actions.again(tx, decode_as(SendAgain, body), clock())
        tx.run("DELETE FROM job WHERE kind = 'SendAgain'")

    db.write_now(run)


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
