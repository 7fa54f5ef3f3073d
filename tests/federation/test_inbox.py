"""The inbox: what is taken, what is refused, what its sender is told, and what that costs."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linnet.db.database import Database, DatabaseError
from linnet.db.tx import Tx
from linnet.federation.authority import Drop
from linnet.federation.letters import actions, inbox, queries, rules, steps
from linnet.federation.letters.actions import ReadLetter
from linnet.federation.letters.rules import Letter
from linnet.federation.office import Office
from linnet.federation.plain import LARGEST
from linnet.federation.signing import digest, signatures
from linnet.hub.hub import Hub
from linnet.jobs import rows
from linnet.kernel.clock import DAY, HOUR, MINUTE, now_ms
from linnet.kernel.errors import Upstream
from linnet.kernel.settings import load
from linnet.kernel.value import changed
from linnet.kernel.wire import decode_as
from tests import fresh
from tests.asgi import Answer, ask
from tests.conftest import NOW
from tests.federation.abroad import OWN, page, person
from tests.federation.doorstep import ALICE, KEY, OURS, Doorstep
from tests.federation.signers import Signer

VICTIM = "https://victim.example/users/v"
MALLORY = "https://evil.example/users/m"


@pytest.fixture
def lite(tmp_path) -> Iterator[Database]:
    """A database of the quicker kind, where the kind does not matter."""
    database = fresh.database(tmp_path)
    yield database
    database.close()


@pytest.fixture
def door(lite) -> Doorstep:
    return Doorstep(lite)


def refused(door: Doorstep, answer: Answer, status: int, reason: str) -> None:
    """Told so, counted, and nothing was written."""
    assert (answer.status, answer.body.decode().strip()) == (status, reason)
    assert reason in door.counted
    assert door.letters == []
    assert door.jobs == 0


@pytest.mark.parametrize("form", ["cavage", "rfc9421"])
@pytest.mark.parametrize(("path", "recipient"), [("/ap/inbox", None), (f"/ap/users/{OURS}/inbox", OURS)])
def test_a_letter_is_taken_once_and_kept(db, form, path, recipient):
    door = Doorstep(db)
    letter = door.like(content="Brötchen 🥖")
    assert door.post(letter, form=form, path=path).status == 202
    (kept,) = door.letters
    assert (kept.uri, kept.actor_uri, kept.host) == (letter["id"], ALICE, "peer.example")
    assert kept.recipient_id == recipient
    assert json.loads(kept.body) == letter
    assert door.jobs == 1
    assert door.abroad.asked == [ALICE]
    # again, by the other door, before and after it was read: thanked for, and nothing else
    assert door.post(letter, form=form, path=path).status == 202
    assert door.post(letter, path="/ap/inbox").status == 202
    assert (len(door.letters), door.jobs) == (1, 1)
    db.write_now(lambda tx: actions.read(tx, one_letter(tx), NOW))
    assert door.post(letter).status == 202
    assert (len(door.letters), door.jobs) == (0, 1)
    assert door.abroad.asked == [ALICE]


def one_letter(tx: Tx) -> Letter:
    found = queries.letter(tx, tx.value("SELECT MIN(id) FROM letter"))
    assert found is not None
    return found


def test_where_a_good_letter_came_from_is_told_and_that_of_a_bad_one_is_not(lite):
    door, told = Doorstep(lite), []

    async def heard(address, now):
        told.append((address, now))

    door.routes = inbox.routes(door.hall, door.drops, OWN, lambda: NOW, heard, ("203.0.113.7",))
    hop = {"x-forwarded-for": "198.51.100.1, 198.51.100.7"}
    assert door.post(door.like(), instead=hop).status == 202
    assert told == [("198.51.100.7", NOW)]
    door.routes = inbox.routes(door.hall, door.drops, OWN, lambda: NOW, heard)
    assert door.post(door.like(2), instead=hop).status == 202  # nobody's proxy: the hop is hearsay
    assert told[1:] == [("203.0.113.7", NOW)]
    assert door.post(door.like(3), instead={"digest": "SHA-256=AAAA"}).status == 401
    assert door.post(door.like(3), instead={"signature": None}).status == 401
    assert len(told) == 2


def test_whoever_delivers_to_this_server_is_known_to_those_who_count_visits(tmp_path, lite):
    settings = load({"LINNET_DATA": str(tmp_path), "LINNET_URL": f"https://{OWN}"}, tmp_path)
    door = Doorstep(lite)
    door.now = now_ms()
    office = Office(settings, lite, Hub(tmp_path / "run", ()), door.abroad)
    door.routes = office.inboxes()
    door.knows()
    assert door.post(door.like()).status == 202
    assert lite.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM visit_peer")) == 1


def test_a_kept_key_needs_no_fetch(door):
    door.knows()
    assert door.post(door.like()).status == 202
    assert door.abroad.asked == []


def test_a_kept_key_that_was_changed_is_asked_for(door):
    door.knows(signer=Signer(KEY, "old"))
    assert door.post(door.like()).status == 202
    assert door.abroad.asked == [ALICE]
    # and a wrong signature does not make us ask for ever
    for n in range(20):
        assert door.post(door.like(n), Signer(KEY, "mallory")).status == 401
    assert door.abroad.asked == [ALICE]
    assert len(door.letters) == 1


# --- who said this


def test_a05_an_id_of_another_server(door):
    """And the id is not spoilt by it: the server that it is of may use it afterwards."""
    stolen = f"{VICTIM}/likes/1"
    refused(door, door.post(door.like(id=stolen)), 401, "id_elsewhere")
    assert door.abroad.asked == []
    key = Signer(f"{VICTIM}#main-key", "victim")
    door.abroad.pages[VICTIM] = person(VICTIM, key)
    assert door.post(door.like(actor=VICTIM, id=stolen), key).status == 202
    assert [letter.uri for letter in door.letters] == [stolen]


def test_a06_signed_by_somebody_else(door):
    mallory = Signer(f"{MALLORY}#main-key", "mallory")
    door.abroad.pages[MALLORY] = person(MALLORY, mallory)
    refused(door, door.post(door.like(), mallory), 401, "key_elsewhere")
    assert door.abroad.asked == []


def test_a06_signed_by_a_neighbour(door):
    bob = "https://peer.example/users/bob"
    key = Signer(f"{bob}#main-key", "bob")
    door.abroad.pages[bob] = person(bob, key)
    refused(door, door.post(door.like(), key), 401, "actor_is_not_signer")
    assert door.abroad.asked == [bob]


def test_a07_a_key_that_claims_the_victim(door):
    key = Signer("https://evil.example/key", "mallory")
    door.abroad.pages |= {
        "https://evil.example/key": {"id": key.key_id, "owner": VICTIM, "publicKeyPem": key.pem},
        VICTIM: person(VICTIM, Signer(f"{VICTIM}#main-key", "victim")),
    }
    refused(door, door.post(door.like(actor=VICTIM), key), 401, "key_elsewhere")
    assert door.abroad.asked == []
    refused(door, door.post(door.like(actor=MALLORY), key), 401, "key_elsewhere")
    assert door.abroad.asked == ["https://evil.example/key"]


def test_a08_a_key_document_under_another_name(door):
    key = Signer("https://peer.example/key", "mallory")
    other = {"id": "https://peer.example/other", "owner": ALICE, "publicKeyPem": key.pem}
    door.abroad.pages["https://peer.example/key"] = other
    for _ in range(2):
        refused(door, door.post(door.like(), key), 401, "key_not_there")
    other["id"] = key.key_id  # it says so now, but Alice does not
    door.now += 5 * MINUTE
    refused(door, door.post(door.like(), key), 401, "key_not_listed")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"digest": None}, "parameters"),
        ({"digest": digest.digest(b"else")}, "digest"),
        ({"digest": ""}, "digest"),
        ({"host": None}, "parameters"),
        ({"host": "evil.example"}, "host"),
        ({"date": None}, "parameters"),
        ({"date": "Mon, 26 Oct 2026 07:33:21 GMT"}, "signature"),
        ({"content-type": "application/activity+json;a=b"}, "signature"),
        ({"signature": None}, "unsigned"),
        ({"signature": ""}, "parameters"),
        ({"signature": 'keyId="x"'}, "parameters"),
        ({"signature-input": "sig1=()"}, "parameters"),
    ],
)
def test_a09_altered_headers(door, change, reason):
    refused(door, door.post(door.like(), instead=change), 401, reason)


def test_a09_an_altered_body(door):
    letter = door.like()
    altered = json.dumps(letter | {"content": "else"}).encode()
    refused(door, door.post(letter, sent=altered), 401, "digest")
    assert door.abroad.asked == []


@pytest.mark.parametrize(("offset", "status"), [(-13, 401), (-11, 202), (0, 202), (2, 401)])
def test_a11_the_clock(door, offset, status):
    letter = door.like()
    body = json.dumps(letter).encode()
    headers = signatures.sign(
        door.alice, "cavage", "POST", f"https://{OWN}/ap/inbox", body, NOW + offset * HOUR
    )
    assert ask(door.routes, "POST", "/ap/inbox", headers=headers, body=body).status == status
    assert len(door.letters) == (status == 202)


@pytest.mark.parametrize("url", ["https://other.example/ap/inbox", f"https://{OWN}/ap/users/{OURS}/inbox"])
@pytest.mark.parametrize("form", ["cavage", "rfc9421"])
def test_a12_a_letter_for_another_inbox(door, url, form):
    answer = door.post(door.like(), signed_for=url, form=form)
    assert answer.status == 401
    assert door.letters == []


@pytest.mark.parametrize(
    "trick",
    [
        {"signature": {"type": "RsaSignature2017", "creator": f"{VICTIM}#main-key", "signatureValue": "x"}},
        {"@context": [{"actor": "https://x.example/actor", "x": "https://www.w3.org/ns/activitystreams#actor"}], "x": VICTIM},
        {"@included": [{"id": VICTIM, "type": "Person"}]},
        {"@reverse": {"actor": VICTIM}},
        {"proof": {"type": "DataIntegrityProof", "verificationMethod": VICTIM}},
    ],
)  # fmt: skip
def test_a13_what_json_ld_could_make_of_it_changes_nothing(door, trick):
    """The signer of the request decides alone, by the names as they are written."""
    forged = door.like(actor=VICTIM) | trick
    assert door.post(forged).status == 401
    assert door.post(forged, instead={"signature": None}).status == 401
    assert door.letters == []
    assert door.post(door.like() | trick).status == 202
    assert door.letters[0].actor_uri == ALICE
    assert door.abroad.asked == [ALICE]


def test_a13_a_graph_is_no_activity(door):
    graph = {"@context": "https://www.w3.org/ns/activitystreams", "@graph": [door.like()]}
    refused(door, door.post(graph), 400, "shape")


def test_a14_contexts_cost_nothing(door):
    context: Any = ["https://evil.example/context"] * 5000 + [{"a": {"@context": {"b": {"@context": {}}}}}]
    assert door.post(door.like() | {"@context": context}).status == 202
    assert door.abroad.asked == [ALICE]


@pytest.mark.parametrize(
    "actor", ["https://PEER.example/users/alice", "https://peer.example.:443/users/alice"]
)
def test_a21_one_actor_has_one_name(door, actor):
    assert door.post(door.like(actor=actor, id="https://peer.EXAMPLE/likes/1")).status == 202
    (kept,) = door.letters
    assert (kept.actor_uri, kept.uri, kept.host) == (ALICE, "https://peer.example/likes/1", "peer.example")
    door.blocked.add("peer.example")
    assert door.post(door.like(2, actor=actor)).status == 403


@pytest.mark.parametrize(
    "parts",
    [
        {"actor": "https://blocked.example/users/x", "id": "https://blocked.example/1"},
        {"actor": "https://BLOCKED.example./users/x"},
        {"id": "https://blocked.example/1"},
        {"object": "https://blocked.example/posts/1"},
        {"object": {"id": "https://peer.example/1", "attributedTo": "https://blocked.example/users/x"}},
        {"object": [{"id": "https://blocked.example/1"}]},
        {
            "object": {
                "type": "Like",
                "actor": "https://blocked.example/users/x",
                "id": "https://peer.example/1",
            }
        },
    ],
)
def test_a23_whoever_is_blocked_is_not_asked_and_not_heard(door, parts):
    refused(door, door.post(door.like() | parts), 403, "blocked")
    assert door.abroad.asked == []


# --- whom it costs what


@pytest.mark.parametrize(
    "signature",
    [
        "garbage",
        'keyId="http://127.0.0.1:9000/",headers="(request-target) host date digest",signature="AAAA"',
        'keyId="https://127.0.0.1:9000/",headers="(request-target) host date digest",signature="AAAA"',
        'keyId="https://metadata.internal/",headers="date",signature="AAAA"',
    ],
)
def test_b03_nonsense_makes_us_ask_nobody(door, signature):
    assert door.post(door.like(), instead={"signature": signature}).status == 401
    assert door.abroad.asked == []


def test_b13_a_key_that_cannot_be_had(door):
    door.abroad.pages[ALICE] = Upstream("silent")
    for n in range(60):
        answer = door.post(door.like(n))
        assert (answer.status, answer.headers["retry-after"]) == (503, "300")
    assert door.abroad.asked == [ALICE]
    assert door.counted == {"unreachable": 60}
    door.abroad.pages[ALICE] = person(ALICE, door.alice)
    door.now += 5 * MINUTE
    assert door.post(door.like()).status == 202


def test_b15_an_actor_of_many_keys(door):
    keys = [{"id": f"{ALICE}#k{n}", "owner": ALICE, "publicKeyPem": door.alice.pem} for n in range(50)]
    door.abroad.pages[ALICE] = person(
        ALICE, publicKey=[{"id": KEY, "owner": ALICE, "publicKeyPem": door.alice.pem}, *keys]
    )
    refused(door, door.post(door.like()), 401, "too_many_keys")


@pytest.mark.parametrize("length", [str(LARGEST + 1), "9" * 30])
def test_g01_too_much_by_its_own_word(door, length):
    answer = ask(
        door.routes,
        "POST",
        "/ap/inbox",
        headers={"content-type": "application/activity+json", "content-length": length},
    )
    refused(door, answer, 413, "too_big")


def test_g01_too_much_in_deed(door):
    answer = door.post(b'{"a":"' + b"x" * LARGEST + b'"}')
    refused(door, answer, 413, "too_big")
    assert door.post(door.like(content="x" * (LARGEST - 2000))).status == 202


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b'{"a":NaN}',
        b'{"a":1,"a":2}',
        rb'{"a":"\ud800"}',
        rb'{"a":"\u0000"}',
        b"\xef\xbb\xbf{}",
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b'{"a":' + b"9" * 4301 + b"}",
    ],
)
def test_g02_what_is_no_json(door, body):
    refused(door, door.post(body), 400, "json")


@pytest.mark.parametrize(
    "change",
    [
        {"id": None},
        {"id": "x"},
        {"id": "http://peer.example/1"},
        {"id": ["https://peer.example/1"]},
        {"id": "https://peer.example/" + "x" * 3000},
        {"actor": None},
        {"actor": []},
        {"actor": [ALICE, ALICE]},
        {"actor": "acct:alice@peer.example"},
        {"actor": {"name": "Alice"}},
        {"type": None},
        {"type": 7},
        {"type": []},
    ],
)
def test_what_is_no_activity(door, change):
    refused(door, door.post(door.like() | change), 400, "shape")
    assert door.abroad.asked == []


@pytest.mark.parametrize("kind", ["View", "Listen", "Note", ["https://example.org/Odd", "Travel"]])
def test_what_we_have_no_use_for_is_thanked_for(door, kind):
    refused(door, door.post(door.like(type=kind)), 202, "type")
    assert door.abroad.asked == []


def test_an_actor_and_an_object_written_out(door):
    letter = door.like() | {"actor": {"id": ALICE, "type": "Person"}, "type": ["x:Odd", "Like"]}
    assert door.post(letter).status == 202
    assert door.letters[0].actor_uri == ALICE


@pytest.mark.parametrize(
    "kind", ["", "text/html", "application/json", "text/plain", "multipart/form-data", "application/xml"]
)
def test_another_content_type(door, kind):
    refused(door, door.post(door.like(), instead={"content-type": kind or None}), 415, "content_type")


def test_a_packed_letter(door):
    refused(door, door.post(door.like(), instead={"content-encoding": "gzip"}), 415, "content_encoding")


def test_the_other_content_type_and_its_spelling_are_signed_as_they_are(door):
    for n, kind in enumerate(
        (
            'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
            "Application/Activity+JSON;  charset=UTF-8",
        )
    ):
        body = json.dumps(door.like(n)).encode()
        headers = signatures.sign(door.alice, "cavage", "POST", f"https://{OWN}/ap/inbox", body, NOW, kind)
        assert ask(door.routes, "POST", "/ap/inbox", headers=headers, body=body).status == 202


# --- to whom


@pytest.mark.parametrize("id", ["1", "0", "x", "4711x", "-1", "04711", "9" * 19, "9" * 40])
def test_an_inbox_of_nobody(door, id):
    refused(door, door.post(door.like(), path=f"/ap/users/{id}/inbox"), 404, "no_inbox")
    assert door.abroad.asked == []


def test_an_inbox_of_somebody_elsewhere(door):
    door.knows()
    refused(door, door.post(door.like(), path="/ap/users/1/inbox"), 404, "no_inbox")


def test_an_inbox_of_somebody_who_was_put_away(door):
    door.db.write_now(lambda tx: tx.run("UPDATE account SET suspended_at = 1 WHERE id = 4711"))
    refused(door, door.post(door.like(), path=f"/ap/users/{OURS}/inbox"), 410, "gone_inbox")


def test_an_inbox_is_not_read_by_others(door):
    assert ask(door.routes, "GET", "/ap/inbox").status == 405
    assert ask(door.routes, "PUT", f"/ap/users/{OURS}/inbox").status == 405


# --- farewells


def farewell(door: Doorstep, **more: Any) -> dict[str, Any]:
    return door.like(type="Delete", object=ALICE) | more


@pytest.mark.parametrize(
    "object", [ALICE, {"id": ALICE, "type": "Person"}, {"id": ALICE, "type": "Tombstone"}]
)
def test_a_farewell_of_a_stranger_asks_nobody(door, object):
    door.abroad.pages[ALICE] = page({}, 410)
    refused(door, door.post(farewell(door, object=object)), 202, "farewell")
    assert door.abroad.asked == []


def test_a_farewell_of_somebody_we_know_is_kept(door):
    door.knows()
    door.abroad.pages[ALICE] = page({}, 410)
    assert door.post(farewell(door)).status == 202
    assert len(door.letters) == 1
    assert door.abroad.asked == []


def test_a_farewell_by_a_key_that_is_gone(door):
    door.knows(signer=Signer(KEY, "old"))
    door.abroad.pages[ALICE] = page({}, 410)
    refused(door, door.post(farewell(door)), 202, "farewell")


@pytest.mark.parametrize("kind", sorted(rules.KINDS))
def test_a_key_that_is_gone_is_good_for_nothing_else(door, kind):
    """Neither a Delete of something else, nor an Update of the account itself, which some let pass unread."""
    door.abroad.pages[ALICE] = page({}, 410)
    refused(door, door.post(door.like(type=kind)), 401, "gone")
    if kind != "Delete":
        refused(door, door.post(door.like(2, type=kind, object=ALICE)), 401, "gone")
    assert door.abroad.asked == [ALICE]
    # and a farewell without a good signature's form is none
    refused(door, door.post(farewell(door), instead={"signature": None}), 401, "unsigned")


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
    assert [door.post(b"x" * 2000).status for _ in range(3)] == [400] * 3
    assert door.post(b"x" * 3000).status == 503
    assert [door.post(door.like(n)).status for n in range(3)] == [202] * 3
    counted: Any = door.routes[0]
    assert counted.endpoint.__self__._held == 0


def test_too_many_letters_of_one_server(door, monkeypatch):
    door.hall.flood._limit, door.hall.flood._step = 2, rules.PER_HOST_IN / 2
    assert [door.post(door.like(n)).status for n in range(4)] == [202, 202, 503, 503]
    assert door.drops._counts[actions.day_of(NOW), "crowded", "peer.example"] == 2
    door.now += rules.PER_HOST_IN
    assert door.post(door.like(9)).status == 202


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


# --- what becomes of a letter


def kept(db: Database, **more: Any) -> Letter:
    letter = changed(Letter(1, "https://peer.example/1", ALICE, "peer.example", None, "{}", NOW), **more)
    assert db.write_now(actions.accept, letter, NOW)
    return letter


def test_accepting_is_one_row_and_one_job(db):
    letter = kept(db)
    assert db.read_now(queries.letter, 1) == letter
    assert not db.write_now(actions.accept, changed(letter, id=2), NOW)
    (job,) = db.write_now(rows.claim, "read", n=9, claim=1, now=NOW, lease=1000)
    assert job.kind == "ReadLetter"
    assert decode_as(ReadLetter, job.body) == ReadLetter(1)


def test_a_letter_is_parked_after_three_failures_and_may_be_read_again(db):
    letter = kept(db)
    for n in range(2):
        db.write_now(actions.failed, letter, f"failure {n}", NOW)
        assert db.read_now(queries.parked) == []
    db.write_now(actions.failed, letter, "x" * 1000, NOW + 5)
    (parked,) = db.read_now(queries.parked)
    assert (parked.tries, parked.reason, parked.parked_at) == (3, "x" * 500, NOW + 5)
    assert not db.write_now(actions.accept, letter, NOW)
    assert db.write_now(actions.again, 1, NOW)
    assert not db.write_now(actions.again, 1, NOW)
    assert db.read_now(queries.letter, 1) == letter


def test_a_letter_waits_for_what_cannot_be_had_now(db):
    letter = kept(db)
    assert len(claimed(db, NOW)) == 1
    db.write_now(actions.postponed, letter, "unreachable", NOW)
    assert claimed(db, NOW + 6 * MINUTE - 1) == []
    assert claimed(db, NOW + 6 * MINUTE) == [ReadLetter(1)]
    again = db.read_now(queries.letter, 1)
    assert (again.tries, again.reason, again.parked_at) == (1, "unreachable", None)
    db.write_now(actions.postponed, again, "unreachable", NOW)
    assert claimed(db, NOW + HOUR) == [ReadLetter(1)]
    db.write_now(actions.postponed, db.read_now(queries.letter, 1), "unreachable", NOW)
    assert claimed(db, NOW + 30 * DAY) == []
    assert [parked.id for parked in db.read_now(queries.parked)] == [1]


def claimed(db: Database, now: int) -> list[ReadLetter]:
    """What is due, taken and done."""
    found = db.write_now(rows.claim, "read", n=9, claim=now, now=now, lease=1000)
    for job in found:
        db.write_now(rows.done, job)
    return [decode_as(ReadLetter, job.body) for job in found]


def test_a_letter_that_means_nothing_is_counted(db):
    letter = kept(db)
    db.write_now(actions.dropped, letter, "concerns_nobody", NOW)
    assert db.read_now(queries.letter, 1) is None
    assert db.read_now(queries.is_seen, letter.uri)
    (found,) = db.read_now(queries.refusals, since="2026-10-26")
    assert (found.reason, found.host, found.times) == ("concerns_nobody", "peer.example", 1)


def test_what_is_old_is_forgotten(db):
    letter, later = kept(db), kept(db, id=2, uri="https://peer.example/2")
    for _ in range(3):
        db.write_now(actions.failed, letter, "x", NOW)
    db.write_now(actions.dropped, later, "x", NOW)
    db.write_now(actions.sweep, NOW + 29 * DAY)
    assert db.read_now(queries.is_seen, later.uri)
    db.write_now(actions.sweep, NOW + 31 * DAY)
    assert not db.read_now(queries.is_seen, later.uri)
    assert len(db.read_now(queries.parked)) == len(db.read_now(queries.refusals, since="")) == 1
    db.write_now(actions.sweep, NOW + 92 * DAY)
    assert db.read_now(queries.parked) == db.read_now(queries.refusals, since="") == []


# --- by hypothesis

ROUNDS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

addresses = st.sampled_from([ALICE, VICTIM, MALLORY, "https://peer.example/1", "x", "", 7, None])
objects = st.recursive(
    addresses | st.text(max_size=5) | st.integers(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "actor", "object", "attributedTo", "a"]), inner, max_size=4
        )
    ),
    max_leaves=10,
)
documents = st.dictionaries(
    st.sampled_from(["id", "type", "actor", "object", "@context", "signature"]), objects
)


@ROUNDS
@given(documents)
def test_any_json_gets_an_answer_and_nothing_of_others_is_kept(door, document):
    door.abroad.asked.clear()
    answer = door.post({"id": "https://peer.example/1", "type": "Like", "actor": ALICE} | document)
    assert answer.status in {202, 400, 401, 403}
    assert set(door.abroad.asked) <= {ALICE}
    assert {letter.actor_uri for letter in door.letters} <= {ALICE}
    assert all(letter.uri.startswith("https://peer.example/") for letter in door.letters)


@ROUNDS
@given(st.binary(max_size=200), st.dictionaries(st.sampled_from(["signature", "signature-input", "digest", "date", "host", "content-type", "content-length"]), st.text(alphabet=st.characters(max_codepoint=255, exclude_characters="\n\r"), max_size=40)))  # fmt: skip
def test_any_request_gets_an_answer(door, body, change):
    answer = door.post(door.like(), instead=change, sent=body)
    assert answer.status in {400, 401, 413, 415}
    assert door.letters == []
