"""The library: what is asked for, how often, and whose word is believed."""

import asyncio
import json
from typing import Any

import pytest

from linnet.federation import asking, fetching
from linnet.federation.asking import Recent, Together
from linnet.federation.authority import Drop, Proven
from linnet.federation.fetching import Key, Library
from linnet.federation.signing import shapes, signatures
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.settings import load
from linnet.kernel.value import changed
from linnet.net.client import Answer, Client
from tests.conftest import NOW
from tests.federation.abroad import ACTIVITY_JSON, OWN, SERVER, Abroad, NoRows, OwnKey, moved, page, person
from tests.federation.signers import Signer
from tests.tls import Authority

ALICE = "https://peer.example/users/alice"
NOTE = "https://peer.example/notes/1"
KEY = f"{ALICE}#main-key"


class Desk:
    """A library, its internet, its clock and its list of blocked hosts."""

    def __init__(self, pages: dict[str, Any] | None = None, db: Any = None, client: Any = None) -> None:
        self.abroad = Abroad(pages)
        self.now = NOW
        self.looked_up: list[str] = []
        self.blocked = {"blocked.example"}
        self.library = Library(
            client or self.abroad,
            db or NoRows(),
            OwnKey(),  # type: ignore[arg-type]
            f"https://{OWN}",
            self.is_blocked,
            clock=lambda: self.now,
        )

    async def is_blocked(self, host: str) -> bool:
        self.looked_up.append(host)
        return host in self.blocked

    def document(self, address: str) -> Proven | Drop:
        return asyncio.run(self.library.document(address))

    def key(self, key_id: str = KEY, **how: bool) -> Key | Drop:
        return asyncio.run(self.library.key(key_id, **how))

    @property
    def asked(self) -> list[str]:
        return self.abroad.asked


def reason(found: object) -> str:
    assert isinstance(found, Drop), found
    return found.reason


def note(uri: str = NOTE, author: str = ALICE) -> dict[str, Any]:
    return {"id": uri, "type": "Note", "attributedTo": author, "content": "x"}


def test_a_document_is_asked_for_and_proven():
    desk = Desk({NOTE: note()})
    found = desk.document(NOTE)
    assert isinstance(found, Proven)
    assert (found.uri, found.authority, found.actor, found.how) == (NOTE, "peer.example", ALICE, "fetched")
    assert desk.asked == [NOTE]  # and `Abroad` saw that it was signed
    assert isinstance(desk.document(f"{NOTE}#part"), Proven)


def test_a01_a_document_that_says_to_be_another():
    victim = "https://victim.example/users/v"
    desk = Desk({NOTE: person(victim)})
    assert reason(desk.document(NOTE)) == "id_elsewhere"
    assert desk.asked == [NOTE]


def test_a_document_that_lives_elsewhere_on_its_server_is_asked_for_there_once():
    desk = Desk({"https://peer.example/@alice": person(ALICE), ALICE: person(ALICE)})
    found = desk.document("https://peer.example/@alice")
    assert isinstance(found, Proven)
    assert found.uri == ALICE
    third = "https://peer.example/3"
    desk = Desk({NOTE: person(ALICE), ALICE: person(third), third: person(NOTE)})
    assert reason(desk.document(NOTE)) == "id_elsewhere"
    assert desk.asked == [NOTE, ALICE]


def test_a02_a_document_of_somebody_elsewhere():
    desk = Desk({NOTE: note(author="https://victim.example/users/v")})
    assert reason(desk.document(NOTE)) == "attributed_elsewhere"


@pytest.mark.parametrize(
    "kind",
    [
        "text/html",
        "application/json",
        "text/plain; charset=utf-8",
        "application/ld+json",
        'application/ld+json; profile="https://example.org/other"',
        "application/activity+jsonx",
        "",
    ],
)
def test_a19_another_content_type_is_refused(kind):
    desk = Desk(
        {NOTE: page(note(), kind=kind), KEY.partition("#")[0]: page(person(ALICE, Signer(KEY)), kind=kind)}
    )
    assert reason(desk.document(NOTE)) == "content_type"
    assert reason(desk.key()) == "content_type"


@pytest.mark.parametrize(
    "kind",
    [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;charset=utf-8;profile="https://www.w3.org/ns/activitystreams"',
    ],
)
def test_a19_the_content_types_that_there_are(kind):
    assert isinstance(Desk({NOTE: page(note(), kind=kind)}).document(NOTE), Proven)


@pytest.mark.parametrize(
    "address",
    [
        "https://PEER.example/notes/1",
        "https://peer.example./notes/1",
        "https://peer.example:443/notes/1",
        " https://peer.example/notes/1",
    ],
)
def test_a21_one_host_has_one_name(address):
    desk = Desk({NOTE: note()})
    assert isinstance(desk.document(address), Proven)
    assert set(desk.looked_up) == {"peer.example"}
    desk.blocked.add("peer.example")
    assert reason(Desk.document(desk, address)) == "blocked"


def test_a21_names_in_other_scripts():
    desk = Desk(
        {
            "https://xn--exmple-cua.example/1": note(
                "https://xn--exmple-cua.example/1", "https://xn--exmple-cua.example/a"
            )
        }
    )
    assert isinstance(desk.document("https://exämple.example/1"), Proven)
    assert desk.looked_up == ["xn--exmple-cua.example"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "peer.example",
        "http://peer.example/1",
        "https://a:b@peer.example/1",
        "file:///etc/passwd",
        "https://2130706433/",
    ],
)
def test_what_is_no_address_is_not_asked(address):
    desk = Desk()
    assert reason(desk.document(address)) == "address"
    assert desk.asked == desk.looked_up == []


def test_blocked_hosts_and_our_own_are_not_asked():
    desk = Desk()
    assert reason(desk.document("https://blocked.example/1")) == "blocked"
    assert reason(desk.document(f"https://{OWN}/ap/users/1")) == "ours"
    assert reason(desk.key("https://blocked.example/key")) == "blocked"
    assert desk.asked == []
    desk.blocked.clear()
    desk.abroad.pages["https://blocked.example/1"] = note(
        "https://blocked.example/1", "https://blocked.example/a"
    )
    assert isinstance(desk.document("https://blocked.example/1"), Proven)  # at once: it was our own word


# --- redirects


def test_b09_redirects_are_followed_three_times_each_signed_anew():
    hops = [f"https://peer.example/{n}" for n in range(5)]
    desk = Desk({hops[n]: moved(hops[n + 1]) for n in range(3)} | {hops[3]: note(hops[3])})
    assert isinstance(desk.document(hops[0]), Proven)
    assert desk.asked == hops[:4]
    desk = Desk({hops[n]: moved(hops[n + 1]) for n in range(4)} | {hops[4]: note(hops[4])})
    assert reason(desk.document(hops[0])) == "redirects"
    assert desk.asked == hops[:4]


def test_b09_redirects_in_a_circle():
    desk = Desk({NOTE: moved("/notes/2"), "https://peer.example/notes/2": moved(NOTE)})
    assert reason(desk.document(NOTE)) == "redirects"
    assert len(desk.asked) == 2
    assert reason(Desk({NOTE: moved(NOTE + "#x")}).document(NOTE)) == "redirects"


@pytest.mark.parametrize(
    "location",
    [
        "http://peer.example/2",
        "file:///etc/passwd",
        "https://u:p@peer.example/",
        "https://0x7f.1/",
        "//[",
        "",
        "https://peer.example\\@victim.example/",
    ],
)
def test_b02_redirects_to_where_nobody_goes(location):
    desk = Desk({NOTE: moved(location)})
    assert reason(desk.document(NOTE)) == "redirects"
    assert desk.asked == [NOTE]


def test_b02_a_redirect_into_the_own_network_is_not_connected_to():
    """With the real client: the second hop is refused before a socket is made."""
    real = Client(changed(load({}), url=f"https://{OWN}"))

    class Outside(Abroad):
        async def get(self, url: str, *, headers: Any = None, policy: Any = None) -> Answer:
            if "127.0.0.1" in url:
                self.asked.append(url)
                return await real.get(url, headers=headers, policy=policy)
            return await super().get(url, headers=headers, policy=policy)

    outside = Outside({NOTE: moved("https://127.0.0.1/secret")})
    assert reason(Desk(client=outside).document(NOTE)) == "address"
    assert outside.asked == [NOTE, "https://127.0.0.1/secret"]


def test_a_redirect_to_a_blocked_host_is_not_followed():
    desk = Desk({NOTE: moved("https://blocked.example/1")})
    assert reason(desk.document(NOTE)) == "blocked"
    assert desk.asked == [NOTE]


def test_a_redirect_to_another_server_gives_that_servers_word_only():
    other = "https://other.example/1"
    desk = Desk({NOTE: moved(other), other: note(NOTE)})
    assert reason(desk.document(NOTE)) == "id_elsewhere"
    desk = Desk({NOTE: moved(other), other: note(other, "https://other.example/a")})
    found = desk.document(NOTE)
    assert isinstance(found, Proven)
    assert found.authority == "other.example"


# --- answers


@pytest.mark.parametrize(
    ("answer", "expected", "later"),
    [
        (page({}, 410), "gone", False),
        (page({}, 404), "missing", False),
        (page({}, 401), "refused", False),
        (page({}, 403), "refused", False),
        (page({}, 418), "refused", False),
        (page({}, 304), "refused", False),
        (page({}, 500), "failing", True),
        (page({}, 503), "busy", True),
        (page({}, 429), "busy", True),
        (Upstream("silent"), "unreachable", True),
        (Invalid("url", "is not on the public internet"), "address", False),
        (page(b"no json"), "json", False),
        (page([]), "json", False),
        (page({"type": "Note"}), "no_id", False),
    ],
)
def test_what_may_come_back(answer, expected, later):
    desk = Desk({NOTE: answer})
    found = desk.document(NOTE)
    assert reason(found) == expected
    assert fetching.for_now(found) == later


@pytest.mark.parametrize("answer", [page({}, 410), page({}, 500), Upstream("silent"), page(b"no json")])
def test_b13_an_address_that_failed_is_left_alone_for_five_minutes(answer):
    desk = Desk({NOTE: answer})
    first = desk.document(NOTE)
    asked = len(desk.asked)
    desk.now += 5 * MINUTE - 1
    assert [desk.document(NOTE) for _ in range(50)] == [first] * 50
    assert len(desk.asked) == asked
    desk.abroad.pages[NOTE] = note()
    desk.now += 1
    assert isinstance(desk.document(NOTE), Proven)
    assert isinstance(desk.document(NOTE), Proven)  # and what is good is asked for each time


def test_a_busy_server_says_when():
    desk = Desk({NOTE: page({}, 503, **{"retry-after": "1800"})})
    assert reason(desk.document(NOTE)) == "busy"
    desk.now += 29 * MINUTE
    desk.document(NOTE)
    assert len(desk.asked) == 1
    desk.now += MINUTE
    desk.document(NOTE)
    assert len(desk.asked) == 2
    for odd in ("99999999", "-1", "Mon, 26 Oct 2026 07:33:20 GMT", "9" * 500):
        desk = Desk({NOTE: page({}, 503, **{"retry-after": odd})})
        assert reason(desk.document(NOTE)) == "busy"
        desk.now += HOUR
        desk.document(NOTE)
        assert len(desk.asked) == 2


def test_a_server_that_refuses_one_kind_of_signature_is_asked_with_the_other():
    def strict(headers):
        return note() if "Signature-Input" in headers else page({}, 401)

    desk = Desk({NOTE: strict, ALICE: person(ALICE)})
    assert isinstance(desk.document(NOTE), Proven)
    assert desk.abroad.forms == ["cavage", "rfc9421"]
    assert isinstance(desk.document(NOTE), Proven)
    assert desk.abroad.forms[2:] == ["rfc9421"]  # it is remembered
    desk = Desk({NOTE: page({}, 401), ALICE: person(ALICE)})
    assert reason(desk.document(NOTE)) == "refused"
    assert desk.abroad.forms == ["cavage", "rfc9421"]
    desk.document(ALICE)
    assert desk.abroad.forms[2:] == ["cavage"]


def test_one_host_is_asked_so_often_and_no_more():
    pages = {f"https://peer.example/{n}": note(f"https://peer.example/{n}") for n in range(100)}
    other = "https://other.example/1"
    desk = Desk(pages | {other: note(other, "https://other.example/a"), ALICE: person(ALICE, Signer(KEY))})
    found = [desk.document(address) for address in pages]
    assert len(desk.asked) == asking.PER_MINUTE["document"]
    assert reason(found[-1]) == "budget"
    assert fetching.for_now(found[-1])
    assert isinstance(desk.document(other), Proven)
    assert isinstance(desk.key(), Key)  # keys have a budget of their own: letters must be readable
    desk.now += MINUTE
    assert isinstance(desk.document("https://peer.example/99"), Proven)


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


# --- what is remembered


class Nowhere:
    """Knows no server."""

    async def get(self, url: str, **_: Any) -> Answer:
        raise Upstream(url)


def test_b14_what_is_remembered_is_bounded():
    kept: Recent[int, int] = Recent(3)
    for n in range(100):
        kept.put(n, n)
        kept.get(97)
    assert len(kept) == 3
    assert [n for n in range(100) if kept.get(n) is not None] == [97, 98, 99]
    kept.put(97, 5)
    kept.put(100, 100)
    assert kept.get(97) == 5
    assert kept.get(98) is None


def test_b14_a_hundred_thousand_names_of_one_server(monkeypatch):
    monkeypatch.setattr(asking.signatures, "sign", lambda *_: {})
    desk = Desk(client=Nowhere())

    async def go():
        for n in range(5000):
            await desk.library.key(f"https://h{n}.evil.example/key")

    asyncio.run(go())
    assert len(desk.library._keys) == len(desk.library._asker._alone) == asking.REMEMBERED


def test_what_several_want_at_once_is_done_once_though_the_first_goes_away():
    async def go():
        together: Together[str, int] = Together()
        may_go, made = asyncio.Event(), []

        async def make() -> int:
            made.append(1)
            await may_go.wait()
            return 7

        first = asyncio.create_task(together.do("a", make))
        others = [asyncio.create_task(together.do("a", make)) for _ in range(3)]
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        may_go.set()
        assert await asyncio.gather(*others) == [7, 7, 7]
        assert made == [1]
        assert await together.do("a", make) == 7
        assert made == [1, 1]

    asyncio.run(go())


def test_over_a_real_connection(tmp_path, monkeypatch):
    """TLS, an unusual port, and the signature as it comes out of a socket: two documents of one server
    over one connection."""
    own = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(own.file))
    requests: list[bytes] = []

    async def go():
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while head := await reader.readuntil(b"\r\n\r\n"):
                requests.append(head)
                path = head.split(b" ")[1].decode()
                body = json.dumps(note(f"https://{host}{path}", f"https://{host}/a")).encode()
                kind = (
                    f"HTTP/1.1 200 OK\r\nContent-Type: {ACTIVITY_JSON}\r\nContent-Length: {len(body)}\r\n\r\n"
                )
                writer.write(kind.encode() + body)

        async def at_home(_host: str, _port: int) -> list[str]:
            return ["127.0.0.1"]

        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=own.context("peer.example"))
        host = f"peer.example:{server.sockets[0].getsockname()[1]}"
        allowed = changed(load({}), url=f"https://{OWN}", allow_networks=("127.0.0.0/8",))
        client = Client(allowed, resolver=at_home)
        desk = Desk(client=client)
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)  # of the server's half, at the end
        try:
            found = [await desk.library.document(f"https://{host}/{n}?a=b%20c") for n in range(2)]
        finally:
            await client.close()
            server.close()
        return host, found

    host, found = asyncio.run(go())
    assert [one.authority for one in found] == [host, host]
    for head in requests:
        first, *lines = head.rstrip(b"\r\n").split(b"\r\n")
        headers = shapes.headers_of(
            (name, value) for name, _, value in (line.partition(b":") for line in lines)
        )
        claim = signatures.read(shapes.Received("GET", first.split(b" ")[1].decode(), headers, host))
        assert isinstance(claim, shapes.Claim)
        assert signatures.verify(claim, SERVER.pem, b"", NOW) is None
