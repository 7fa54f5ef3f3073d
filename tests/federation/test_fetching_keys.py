"""Keys of other servers: whose they are."""

import asyncio
from typing import Any

import pytest

from linnet.federation import fetching
from linnet.federation.authority import Drop
from linnet.federation.fetching import Key
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.errors import Upstream
from tests.conftest import NOW
from tests.federation.abroad import moved, page, person
from tests.federation.library_desk import ALICE, KEY, Desk, reason
from tests.federation.signers import Signer

# --- keys


def test_a_key_in_its_owners_document():
    alice = Signer(KEY)
    desk = Desk({ALICE: person(ALICE, alice)})
    assert desk.key() == Key(alice.pem, ALICE)
    assert desk.asked == [ALICE]
    assert desk.key() == Key(alice.pem, ALICE)
    assert desk.asked == [ALICE]
    desk.now += HOUR
    desk.key()
    assert desk.asked == [ALICE, ALICE]


def test_a_key_at_an_address_of_its_own():
    """GoToSocial: the key's address answers with a part of the actor's document."""
    own = f"{ALICE}/main-key"
    alice = Signer(own)
    part = {
        "id": ALICE,
        "type": "Person",
        "publicKey": {"id": own, "owner": ALICE, "publicKeyPem": alice.pem},
    }
    desk = Desk({own: part, ALICE: person(ALICE, alice)})
    assert desk.key(own) == Key(alice.pem, ALICE)
    assert desk.asked == [own, ALICE]
    alone = {"id": own, "type": "Key", "owner": ALICE, "publicKeyPem": alice.pem}
    assert Desk({own: alone, ALICE: person(ALICE, alice)}).key(own) == Key(alice.pem, ALICE)


def test_a_key_is_what_its_owner_says_and_not_what_stands_at_its_address():
    own = f"{ALICE}/main-key"
    mallory, alice = Signer(own, "mallory"), Signer(own)
    alone = {"id": own, "owner": ALICE, "publicKeyPem": mallory.pem}
    assert Desk({own: alone, ALICE: person(ALICE, alice)}).key(own) == Key(alice.pem, ALICE)


def test_a04_a_redirect_does_not_bind_a_key_to_somebody():
    evil = "https://evil.example/users/m"
    mallory = Signer(KEY, "mallory")
    desk = Desk({ALICE: moved(evil), evil: person(evil, mallory)})
    assert reason(desk.key()) == "key_elsewhere"
    forged = person(ALICE, mallory)
    desk = Desk({ALICE: moved(evil), evil: forged})
    # the owner is asked at its own address, and that leads away too
    assert reason(desk.key()) == "id_elsewhere"


def test_a07_a_key_that_claims_another_owner():
    key_id, victim = "https://evil.example/key", "https://victim.example/users/v"
    mallory = Signer(key_id, "mallory")
    document = {"id": key_id, "owner": victim, "publicKeyPem": mallory.pem}
    desk = Desk({key_id: document, victim: person(victim, Signer(f"{victim}#main-key"))})
    assert reason(desk.key(key_id)) == "key_elsewhere"
    assert desk.asked == [key_id]


def test_a07_a_key_that_its_owner_does_not_list():
    own = f"{ALICE}/other-key"
    document = {"id": own, "owner": ALICE, "publicKeyPem": Signer(own, "mallory").pem}
    desk = Desk({own: document, ALICE: person(ALICE, Signer(KEY))})
    assert reason(desk.key(own)) == "key_not_listed"
    stolen = person(ALICE, Signer(KEY)) | {
        "publicKey": {"id": own, "owner": "https://peer.example/users/bob", "publicKeyPem": Signer(own).pem}
    }
    assert reason(Desk({own: document, ALICE: stolen}).key(own)) == "key_not_listed"


def test_a07_an_owner_that_is_no_actor():
    assert reason(Desk({ALICE: person(ALICE, Signer(KEY), type="Note")}).key()) == "key_not_listed"


def test_a08_a_key_document_of_another_key():
    own = f"{ALICE}/main-key"
    document = {"id": f"{ALICE}/another", "owner": ALICE, "publicKeyPem": Signer(own).pem}
    desk = Desk({own: document, ALICE: person(ALICE)})
    assert reason(desk.key(own)) == "key_not_there"


def test_b15_many_keys_and_keys_that_are_none():
    alice = Signer(KEY)
    key = {"id": KEY, "owner": ALICE, "publicKeyPem": alice.pem}
    others = [{"id": f"{ALICE}#k{n}", "owner": ALICE, "publicKeyPem": alice.pem} for n in range(49)]
    assert Desk({ALICE: person(ALICE, publicKey=[*others[:9], key])}).key() == Key(alice.pem, ALICE)
    assert reason(Desk({ALICE: person(ALICE, publicKey=[key, *others])}).key()) == "too_many_keys"
    for pem in ("", "x", None, 7, [], alice.pem * 10):
        assert reason(Desk({ALICE: person(ALICE, publicKey=key | {"publicKeyPem": pem})}).key()) == "key"


@pytest.mark.parametrize("value", [None, [], {}, "x", 7, [[]], [None], {"id": 7}, {"id": KEY}])
def test_odd_shapes_of_keys(value):
    assert isinstance(Desk({ALICE: person(ALICE, publicKey=value)}).key(), Drop)


def test_b13_a_key_that_cannot_be_had_is_asked_for_once_in_five_minutes():
    desk = Desk({ALICE: Upstream("silent")})

    async def go():
        found = await asyncio.gather(*(desk.library.key(KEY) for _ in range(500)))
        found += [await desk.library.key(KEY, fresh=fresh) for _ in range(250) for fresh in (True, False)]
        assert {reason(one) for one in found} == {"unreachable"}

    asyncio.run(go())
    assert desk.asked == [ALICE]
    desk.now += 5 * MINUTE
    desk.key()
    assert len(desk.asked) == 2


def test_b13_a_key_that_is_none_is_asked_for_once_in_five_minutes():
    desk = Desk({ALICE: person(ALICE)})
    for _ in range(20):
        assert reason(desk.key()) == "key_not_there"
    assert desk.asked == [ALICE]


def test_a_changed_key_is_asked_for_and_not_at_once_again():
    desk = Desk({ALICE: person(ALICE, Signer(KEY))})
    desk.key()
    desk.abroad.pages[ALICE] = person(ALICE, Signer(KEY, "new"))
    assert desk.key(fresh=True) == desk.key()  # it was asked for just now
    desk.now += 5 * MINUTE
    new = desk.key(fresh=True)
    assert new == Key(Signer(KEY, "new").pem, ALICE)
    assert desk.key() == new
    for _ in range(50):
        desk.key(fresh=True)
    assert len(desk.asked) == 2


def test_keys_that_never_come_take_few_places():
    hosts = [f"https://h{n}.evil.example/" for n in range(5)]
    desk = Desk({ALICE: person(ALICE, Signer(KEY))})
    ways = [f"{host}{n}" for host in hosts for n in range(20)]

    async def go():
        may_go = asyncio.Event()
        desk.abroad.before = may_go.wait
        waiting = [asyncio.create_task(desk.library.key(way)) for way in ways]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        crowded = [task.result() for task in waiting if task.done()]
        assert {reason(one) for one in crowded} == {"crowded"}
        assert all(fetching.for_now(one) for one in crowded)
        assert len(ways) - len(crowded) == fetching.AT_ONCE
        assert {way.rpartition("/")[0] for way in desk.asked} == {host[:-1] for host in hosts[:4]}
        may_go.set()
        await asyncio.gather(*waiting)
        assert isinstance(await desk.library.key(KEY), Key)
        assert reason(await desk.library.key(ways[-1])) == "unreachable"  # it was not held against it

    asyncio.run(go())


class Rows:
    """A database with one actor."""

    def __init__(self, **row: Any) -> None:
        self.row = type("Row", (), {"uri": ALICE, "key_pem": "kept", "gone_at": None} | row)
        self.looks = 0

    async def glance(self, query: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.looks += 1
        return self.row


def test_a_kept_key_is_used_first():
    rows = Rows()
    desk = Desk(db=rows)
    assert desk.key() == Key("kept", ALICE)
    assert desk.key() == Key("kept", ALICE)
    assert (rows.looks, desk.asked) == (1, [])
    desk.now += MINUTE
    desk.key()
    assert rows.looks == 2
    desk.abroad.pages[ALICE] = person(ALICE, Signer(KEY))
    assert desk.key(fresh=True) == Key(Signer(KEY).pem, ALICE)


def test_the_key_of_somebody_gone_is_not_kept():
    assert reason(Desk({ALICE: page({}, 410)}, db=Rows(gone_at=NOW)).key()) == "gone"
    assert reason(Desk({ALICE: page({}, 410)}, db=Rows(key_pem="")).key()) == "gone"
