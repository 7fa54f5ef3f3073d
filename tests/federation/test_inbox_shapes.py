"""The inbox: what is no letter, whom letters are for, and farewells."""

import json
from typing import Any

import pytest

from linnet.federation.letters import rules
from linnet.federation.plain import LARGEST
from linnet.federation.signing import signatures
from tests.asgi import ask
from tests.conftest import NOW
from tests.federation.abroad import OWN, page
from tests.federation.doorstep import ALICE, KEY, OURS, Doorstep
from tests.federation.entrance import refused
from tests.federation.signers import Signer


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
    ("change", "reason"),
    [({"signature": None}, "unsigned"), ({"digest": "SHA-256=AAAA"}, "digest")],
)
def test_g02_what_nobody_signed_is_not_even_read(door, change, reason):
    """A million bytes take twenty times as long to read as to be counted."""
    refused(door, door.post(b"no json", instead=change), 401, reason)


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
