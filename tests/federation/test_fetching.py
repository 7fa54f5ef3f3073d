"""Documents of other servers: whose word they are, redirects, and what may come back."""

from typing import Any

import pytest

from linnet.federation import asking, fetching
from linnet.federation.authority import Proven
from linnet.federation.fetching import Key
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.settings import load
from linnet.kernel.value import changed
from linnet.net.client import Answer, Client
from tests.federation.abroad import OWN, Abroad, moved, page, person
from tests.federation.library_desk import ALICE, KEY, NOTE, Desk, note, reason
from tests.federation.signers import Signer


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
