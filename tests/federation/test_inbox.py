"""The inbox: who said a letter, by the signature and by what stands in it, and what that costs."""

import json
from typing import Any

import pytest

from linnet.db.tx import Tx
from linnet.federation.letters import actions, inbox, queries
from linnet.federation.letters.rules import Letter
from linnet.federation.office import Office
from linnet.federation.signing import digest, signatures
from linnet.hub.hub import Hub
from linnet.kernel.clock import HOUR, MINUTE, now_ms
from linnet.kernel.errors import Upstream
from linnet.kernel.settings import load
from tests.asgi import ask
from tests.conftest import NOW
from tests.federation.abroad import OWN, person
from tests.federation.doorstep import ALICE, KEY, OURS, Doorstep
from tests.federation.entrance import MALLORY, VICTIM, refused
from tests.federation.signers import Signer


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
