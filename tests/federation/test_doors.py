"""What others may read here: who gets what, where, in which form; and how accounts are found."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from linnet.db.database import Database
from linnet.desk.publishing import actions as publishing
from linnet.federation.authority import Drop
from linnet.federation.doors import accept, discovery
from linnet.federation.doors import routes as doors
from linnet.federation.doors.crossing import Crossing
from linnet.federation.doors.kept import Kept, Made
from linnet.federation.doors.readers import Parts, Reader
from linnet.federation.vocab import CONTENT_TYPE, LD_TYPE
from linnet.kernel.clock import DAY
from linnet.kernel.ids import new_id
from linnet.kernel.settings import load
from linnet.kernel.value import changed
from linnet.social.follows import actions as follows
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import ProfileChange
from linnet.social.polls.rules import NewPoll
from linnet.social.posts import actions as posts
from linnet.social.posts import foreign
from linnet.social.posts.rules import Author, NewPost, PostChange, PostDeleted, PostEdited
from linnet.social.reactions import actions as reactions
from linnet.social.safety import actions as safety
from tests import fresh
from tests.asgi import Answer, ask
from tests.asgi import _ask as asgi
from tests.cast import both
from tests.federation.neighbours import HERE, NOW, PUBLIC, TERMS, URL, follow_us, neighbour, their_post

SERVER = {"accept": CONTENT_TYPE}
BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


class Hub:
    """Tells the doors what happened, when a test says so."""

    def __init__(self) -> None:
        self.listeners: list[Any] = []

    def listen(self, listener: Any) -> None:
        self.listeners.append(listener)


class Keys:
    """A key for everybody; `asked` says for whom."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def public_pem(self, _db: Database, account_id: int) -> str:
        self.asked.append(account_id)
        return f"PEM {account_id}"


async def proof(request: Request) -> Reader | Drop | None:
    """Believes what a test writes: `reader <account id>`, or `drop <reason>`."""
    kind, _, rest = request.headers.get("signature", "").partition(" ")
    if kind == "reader":
        return Reader(f"https://{rest}.example/users/x", int(rest))
    return Drop(rest) if kind == "drop" else None


async def refused(host: str) -> bool:
    return host == "bad.example"


@dataclass
class House:
    """A bakery with friends, and its doors."""

    db: Database
    parts: Parts
    keys: Keys
    hub: Hub
    who: dict[str, int] = field(default_factory=dict)
    said: dict[str, int] = field(default_factory=dict)

    def get(self, path: str, headers: dict[str, str] = SERVER) -> Answer:
        """As a fresh process would answer."""
        before, instead = doors.routes(self.parts)
        found = [*before, *discovery.open_routes(self.parts), *discovery.routes(self.parts)]
        pages = Router([*found, Route("/@{rest:path}", lambda _: PlainTextResponse("a page"))])
        return ask(Crossing(pages, Router(instead)), "GET", path, headers=headers)

    def json(self, path: str, headers: dict[str, str] = SERVER) -> Any:
        answer = self.get(path, headers)
        assert answer.status == 200, (path, answer)
        return json.loads(answer.body)

    def as_reader(self, name: str, path: str) -> Answer:
        if name == "nobody":
            return self.get(path)
        return self.get(path, SERVER | {"signature": f"reader {self.who.get(name, 0)}"})

    def strict(self) -> "House":
        strict = changed(self.parts.settings, authorized_fetch=True)
        return House(
            self.db,
            Parts(strict, self.db, self.hub, self.keys, proof, refused),
            self.keys,
            self.hub,
            self.who,
            self.said,
        )

    def at(self, rest: str = "") -> str:
        return f"/ap/users/{self.who['bakery']}{rest}"

    def post(self, name: str, rest: str = "") -> str:
        return self.at(f"/posts/{self.said[name]}{rest}")


def build(db: Database, tmp_path: Path, **env: str) -> House:
    loaded = load({"LINNET_DATA": str(tmp_path), "LINNET_URL": URL} | env, tmp_path)
    hub, keys = Hub(), Keys()
    house = House(db, Parts(loaded, db, hub, keys, proof, refused), keys, hub)

    def act(tx):
        person, bakery = both(tx, "bakery")
        _, ada = both(tx, "ada")
        author = Author(bakery.id, person.id)
        fay, gil, hal = (neighbour(tx, name, f"{name}.example") for name in ("fay", "gil", "hal"))
        house.who |= {"bakery": bakery.id, "ada": ada.id, "fay": fay.id, "gil": gil.id, "hal": hal.id}
        follow_us(tx, fay, bakery)
        follow_us(tx, hal, bakery)
        safety.block(tx, bakery.id, hal.id, NOW)
        for at, visibility in enumerate(("public", "quiet", "followers", "direct")):
            text = f"This is {visibility}" + (" @gil@gil.example" if visibility == "direct" else "")
            new = NewPost(text, visibility=visibility)
            house.said[visibility] = posts.publish(tx, author, new, TERMS, id=new_id(), now=NOW + at)
        return author

    house.author = db.write_now(act)
    return house


@pytest.fixture
def house(db: Database, tmp_path: Path) -> House:
    return build(db, tmp_path)


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that is only looked at: what the answers look like does not depend on the engine."""
    folder = tmp_path_factory.mktemp("still")
    database = fresh.database(folder)
    yield build(database, folder)
    database.close()


# visibility x reader x surface (security paper 1.D: D01, D03, D06, D08)

READERS = ("nobody", "a server", "fay", "gil", "hal")  # fay follows, gil is named, hal is blocked
MAY = {
    "public": {"nobody", "a server", "fay", "gil", "hal"},  # who is blocked may read it unsigned anyway
    "quiet": {"nobody", "a server", "fay", "gil", "hal"},
    "followers": {"fay"},
    "direct": {"gil"},
}
OF_ONE = ("", "/activity", "/replies", "/likes", "/shares", "/context", "/replies?page=true")


@pytest.mark.parametrize("visibility", MAY)
def test_d03_who_may_read_a_post(house, visibility):
    for reader in READERS:
        for surface in OF_ONE:
            _reads(house, visibility, reader, surface)


def _reads(house, visibility, reader, surface):
    answer = house.as_reader(reader, house.post(visibility, surface))
    assert (reader, surface, answer.status) == (reader, surface, 200 if reader in MAY[visibility] else 404)
    if answer.status == 404:  # as for what never was
        never = house.as_reader(reader, house.at(f"/posts/123{surface}"))
        assert (answer.status, answer.body, answer.headers) == (never.status, never.body, never.headers)
    if visibility in {"followers", "direct"}:
        assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("visibility", MAY)
def test_d03_who_may_read_a_post_where_everybody_must_sign(house, visibility):
    strict = house.strict()
    for reader in READERS:
        may = reader in MAY[visibility] and reader != "hal"  # who is blocked has said who it is
        wanted = 401 if reader == "nobody" else 200 if may else 404
        for surface in OF_ONE:
            answer = strict.as_reader(reader, house.post(visibility, surface))
            assert (reader, surface, answer.status) == (reader, surface, wanted)
            assert answer.headers["cache-control"] == "private, no-store"


LISTS = (
    "/outbox?page=true",
    "/featured",
    "/outbox",
    "/tags",
    "/followers?page=true",
    "/following?page=true",
    "",
)


def test_d01_lists_hold_what_everybody_may_see(house):
    def pin(tx):
        for visibility in ("public", "quiet", "followers"):
            reactions.pin(tx, house.who["bakery"], house.said[visibility], NOW)

    house.db.write_now(pin)
    for reader in READERS:
        for surface in LISTS:
            text = house.as_reader(reader, house.at(surface)).body.decode()
            assert f"/posts/{house.said['direct']}" not in text
            assert f"/posts/{house.said['followers']}" not in text
            if surface in {"/outbox?page=true", "/featured"}:
                assert "This is public" in text
                assert "This is quiet" in text


def test_d01_numbers_count_what_everybody_may_see(house):
    assert house.json(house.at("/outbox"))["totalItems"] == 2


def test_d04_private_answers_are_in_no_list(house):
    def answer(tx):
        for visibility in ("public", "followers", "direct"):
            new = NewPost(f"re {visibility} @bakery", visibility=visibility, reply_to_id=house.said["public"])
            posts.publish(tx, Author(house.who["ada"], None), new, TERMS, id=new_id(), now=NOW)

    house.db.write_now(answer)
    for surface in ("/replies", "/context"):
        whole, page = (
            house.json(house.post("public", surface)),
            house.json(house.post("public", f"{surface}?page=true")),
        )
        assert whole["totalItems"] == len(page["items"]) == (1 if surface == "/replies" else 2)


# collections


def test_an_outbox_is_paged_and_whole(house):
    def more(tx):
        theirs = their_post(tx, people_of(tx, house.who["gil"]), "news")
        posts.boost(tx, house.author, theirs, id=new_id(), now=NOW)
        for n in range(25):
            posts.publish(tx, house.author, NewPost(f"loaf {n}"), TERMS, id=new_id(), now=NOW)

    house.db.write_now(more)
    whole = house.json(house.at("/outbox"))
    assert (whole["type"], whole["totalItems"]) == ("OrderedCollection", 28)
    first = house.json(whole["first"].removeprefix(URL))
    assert (first["type"], first["partOf"], len(first["orderedItems"])) == (
        "OrderedCollectionPage",
        whole["id"],
        20,
    )
    assert first["id"] == whole["first"]
    second = house.json(first["next"].removeprefix(URL))
    assert "next" not in second
    items = [*first["orderedItems"], *second["orderedItems"]]
    assert len({item["id"] for item in items}) == 28
    assert {item["type"] for item in items} == {"Create", "Announce"}
    assert all("@context" not in item for item in items)
    assert items[0]["object"]["content"] == "<p>loaf 24</p>"


def people_of(tx, account_id):
    return people_queries.must_account(tx, account_id)


def test_followers_are_listed_or_only_counted(house):
    whole = house.json(house.at("/followers"))
    assert (whole["totalItems"], whole["type"]) == (1, "OrderedCollection")
    page = house.json(whole["first"].removeprefix(URL))
    assert page["orderedItems"] == ["https://fay.example/users/fay"]
    house.db.write_now(follows.follow, house.who["bakery"], house.who["ada"], now=NOW)
    page = house.json(house.at("/following?page=true"))
    assert page["orderedItems"] == [f"{URL}/ap/users/{house.who['ada']}"]
    house.db.write_now(people.change_profile, house.who["bakery"], ProfileChange(hides_network=True))
    for part in ("/followers", "/following", "/followers?page=true", "/following?page=true"):
        found = house.json(house.at(part))
        assert found["totalItems"] == 1
        assert not {"first", "orderedItems"} & set(found)


def test_shares_and_replies_name_what_is_elsewhere_by_its_address(house):
    def act(tx):
        gil = people_of(tx, house.who["gil"])
        foreign.boost(
            tx, gil.id, house.said["public"], uri="https://gil.example/boost/1", id=new_id(), now=NOW
        )
        their_post(tx, gil, "answer", reply_to_id=house.said["public"])
        return posts.boost(tx, Author(house.who["ada"], None), house.said["public"], id=new_id(), now=NOW)

    boost = house.db.write_now(act)
    shares = house.json(house.post("public", "/shares?page=true"))["items"]
    assert sorted(shares) == sorted(
        ["https://gil.example/boost/1", f"{URL}/ap/users/{house.who['ada']}/posts/{boost}"]
    )
    assert house.json(house.post("public", "/shares"))["totalItems"] == 2
    assert house.json(house.post("public", "/replies?page=true"))["items"] == [
        "https://gil.example/users/gil/answer"
    ]
    thread = house.json(house.post("public", "/context"))
    assert (thread["type"], thread["attributedTo"]) == ("Collection", f"{URL}{house.at()}")
    assert len(house.json(thread["first"].removeprefix(URL))["items"]) == 2
    announce = house.json(f"/ap/users/{house.who['ada']}/posts/{boost}")
    assert (announce["type"], announce["object"]) == ("Announce", f"{URL}{house.post('public')}")
    assert house.get(f"/ap/users/{house.who['ada']}/posts/{boost}/replies").status == 404


def test_who_is_blocked_is_in_no_collection_of_the_post(house):
    def act(tx):
        their_post(tx, people_of(tx, house.who["gil"]), "answer", reply_to_id=house.said["public"])
        safety.block(tx, house.who["bakery"], house.who["gil"], NOW)

    house.db.write_now(act)
    for surface in ("/replies?page=true", "/context?page=true", "/shares?page=true"):
        assert "gil.example" not in house.get(house.post("public", surface)).body.decode()


def test_long_collections_have_further_pages(house):
    def act(tx):
        for _ in range(61):
            new = NewPost("re", reply_to_id=house.said["public"])
            posts.publish(tx, Author(house.who["ada"], None), new, TERMS, id=new_id(), now=NOW)

    house.db.write_now(act)
    first = house.json(house.post("public", "/replies?page=true"))
    second = house.json(first["next"].removeprefix(URL))
    assert (len(first["items"]), len(second["items"]), "next" in second) == (60, 1, False)
    assert not set(first["items"]) & set(second["items"])


def test_hashtags_of_the_bio_are_featured(house):
    house.db.write_now(people.change_profile, house.who["bakery"], ProfileChange(bio="Bread #Rye #rye #Öl"))
    found = house.json(house.at("/tags"))
    assert [one["name"] for one in found["items"]] == ["#rye", "#Öl"]


def test_the_servers_own_actor(still):
    found = still.json("/ap/actor")
    assert (found["type"], found["publicKey"]["publicKeyPem"]) == ("Application", "PEM 0")
    assert still.json("/ap/actor/outbox")["orderedItems"] == []
    assert still.get("/ap/actor", BROWSER).headers["location"] == f"{URL}/about"


# what a tracked link looks like to others


def test_a_link_is_attached_without_its_code(house):
    def act(tx):
        tx.run(
            "INSERT INTO site (host, url, position) VALUES ('bakery.example', 'https://bakery.example/', 0)"
        )
        new = NewPost("Today https://bakery.example/today and https://other.example/x?ln=keep")
        return publishing.publish(tx, house.author, new, TERMS, id=new_id(), now=NOW)

    house.said["link"] = house.db.write_now(act)
    found = house.json(house.post("link"))
    assert [one["href"] for one in found["attachment"]] == [
        "https://bakery.example/today",
        "https://other.example/x?ln=keep",
    ]
    assert "https://bakery.example/today?ln=" in found["content"]
    assert house.json(house.at())["attributionDomains"] == ["bakery.example"]


# the same address for people and for servers


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("", ""),
        ("/followers", "/followers"),
        ("/following", "/following"),
        ("/outbox", ""),
        ("/posts/POST", "/POST"),
        ("/posts/POST/replies", "/POST"),
    ],
)
def test_browsers_are_sent_to_the_page(still, path, page):
    id = str(still.said["public"])
    answer = still.get(still.at(path.replace("POST", id)), BROWSER)
    assert (answer.status, answer.headers["location"]) == (302, f"{URL}/@bakery{page.replace('POST', id)}")
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [
        (CONTENT_TYPE, CONTENT_TYPE),
        (LD_TYPE, LD_TYPE),
        (f"{CONTENT_TYPE}, {LD_TYPE}", CONTENT_TYPE),
        ("application/json+activity", CONTENT_TYPE),
        ("*/*", CONTENT_TYPE),
        ("", CONTENT_TYPE),
        ("application/ld+json", CONTENT_TYPE),
        (";;q=,,,\xff", CONTENT_TYPE),
        ("text/html;q=0.1, application/activity+json", CONTENT_TYPE),
        ("application/json", CONTENT_TYPE),
    ],
)
def test_whatever_is_accepted_a_server_gets_its_document(still, accepted, kind):
    answer = still.get(still.post("public"), {"accept": accepted})
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept, Signature"


def test_a_pages_address_is_a_document_to_servers_and_a_page_to_people(still):
    id = still.said["public"]
    assert still.json("/@bakery")["id"] == f"{URL}{still.at()}"
    assert still.json("/@BAKERY")["id"] == f"{URL}{still.at()}"
    assert still.json(f"/@bakery/{id}")["id"] == f"{URL}{still.post('public')}"
    for headers in (BROWSER, {"accept": "*/*"}, {}, {"accept": "image/avif,*/*;q=0.5"}):
        answer = still.get("/@bakery", headers)
        assert (answer.body, answer.headers["vary"]) == (b"a page", "Accept")
    assert still.get("/@bakery.json", {"accept": "application/json"}).body == b"a page"
    assert still.get("/@fay@fay.example", SERVER).body == b"a page"
    assert still.get("/@nobody", SERVER).status == 404
    assert still.get(f"/@ada/{id}", SERVER).status == 404
    assert still.get(f"/@bakery/{still.said['direct']}", SERVER).status == 404


def test_weights_of_accept():
    assert accept.wants_page("text/html, application/activity+json;q=0.9")
    assert not accept.wants_page("text/html;q=0.8, application/activity+json")
    assert accept.wants_document("application/activity+json, text/html;q=0.9")
    assert not accept.wants_document("text/html, application/json")
    assert not accept.wants_document("*/*")


@pytest.mark.parametrize(
    "path",
    [
        "/ap/users/1", "/ap/users/0", "/ap/users/x", "/ap/users/-1", "/ap/users/99999999999999999999",
        "/ap/users/9223372036854775808", "/ap/users/٣", "OWN/nonsense", "OWN/posts/x", "OWN/posts/1/nonsense",
        "OWN/outbox?page=true&max_id=x", "OWN/outbox?page=true&max_id=-1", "OWN/followers?page=1&max_id=%00",
        "PUBLIC/replies?page=true&min_id=x", "OTHER",
    ],
)  # fmt: skip
def test_what_is_not_there(still, path):
    path = path.replace("OWN", still.at()).replace("PUBLIC", still.post("public"))
    path = path.replace("OTHER", f"/ap/users/{still.who['ada']}/posts/{still.said['public']}")
    answer = still.get(path)
    assert (answer.status, json.loads(answer.body)) == (404, {"error": "Not found"})
    assert set(still.keys.asked) <= {0, still.who["bakery"]}  # no key is made for nobody


def test_accounts_elsewhere_and_invented_ones_do_not_speak_here(house):
    assert house.get(f"/ap/users/{house.who['fay']}").status == 404
    house.db.write_now(people.mark_invented, house.who["bakery"])
    for path in ("", "/outbox", "/followers", f"/posts/{house.said['public']}"):
        assert house.get(house.at(path)).status == 404
        assert house.get(house.at(path), BROWSER).status == 404
    assert house.get("/.well-known/webfinger?resource=acct:bakery@linnet.example").status == 404


def test_a_suspended_account_shows_its_key_and_nothing_else(house):
    house.db.write_now(
        lambda tx: tx.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=house.who["bakery"])
    )
    assert house.json(house.at())["suspended"] is True
    for path in ("/outbox", "/followers", "/featured", "/tags", f"/posts/{house.said['public']}"):
        assert house.get(house.at(path)).status == 404
    assert house.get("/.well-known/webfinger?resource=acct:bakery@linnet.example").status == 404


def test_what_was_deleted_is_gone(house):
    house.db.write_now(posts.delete, house.author, house.said["public"], NOW + DAY)
    for surface in ("", "/activity", "/replies"):
        answer = house.get(house.post("public", surface))
        assert (answer.status, answer.headers["content-type"]) == (410, CONTENT_TYPE)
        assert json.loads(answer.body) == {
            "@context": ["https://www.w3.org/ns/activitystreams"],
            "id": f"{URL}{house.post('public')}",
            "type": "Tombstone",
            "deleted": "2026-10-27T07:33:20Z",
        }
    other = f"/ap/users/{house.who['ada']}/posts/{house.said['public']}"
    assert house.get(other).status == 404


@pytest.mark.parametrize("name", ["followers", "direct"])
def test_that_something_private_was_deleted_is_told_to_nobody(house, name):
    house.db.write_now(posts.delete, house.author, house.said[name], NOW + DAY)
    assert house.get(house.post(name)).status == 404


def test_a_question_closes_as_time_goes_by(house):
    new = NewPost("Which?", poll=NewPoll(("Rye", "Wheat"), DAY))
    house.said["poll"] = house.db.write_now(posts.publish, house.author, new, TERMS, id=new_id(), now=NOW)
    assert "closed" in house.json(house.post("poll"))  # asked a month later


# who may not


def test_a_suspended_host_is_refused_whatever_it_asks_for(still):
    for claim in ('keyId="https://bad.example/users/x#main-key"', 'KeyId="https://BAD.example/k"'):
        for path in (still.at(), still.post("public"), "/ap/actor"):
            answer = still.get(path, SERVER | {"signature": claim})
            assert answer.status == 403
            assert b"bakery" not in answer.body
    claim = {"signature-input": 'sig1=();keyid="https://bad.example/k"', "signature": "sig1=:x:"}
    assert still.get(still.at(), SERVER | claim).status == 403


def test_a_bad_signature_is_said_to_be_one_only_where_it_matters(still):
    bad = SERVER | {"signature": "drop signature"}
    assert still.get(still.post("public"), bad).status == 200
    assert still.get(still.post("direct"), bad).status == 401
    assert still.strict().get(still.post("public"), bad).status == 401
    assert still.get(still.at(), bad).status == 200
    later = still.get(still.post("direct"), SERVER | {"signature": "drop unreachable"})
    assert (later.status, later.headers["retry-after"]) == (503, "300")


def test_where_everybody_must_sign_actors_stay_readable(still):
    strict = still.strict()
    assert strict.get(still.at()).status == 200
    assert strict.get("/ap/actor").status == 200
    assert strict.get("/.well-known/webfinger?resource=acct:bakery@linnet.example").status == 200
    for path in ("/outbox", "/followers", "/featured", "/tags"):
        assert strict.get(still.at(path)).status == 401
    assert strict.get(still.at("/outbox"), BROWSER).status == 302
    assert strict.as_reader("a server", still.at("/outbox")).status == 200


# kept documents


def test_r26_many_at_once_ask_the_database_once():
    kept, made = Kept(), []

    async def make() -> Made:
        made.append(1)
        await asyncio.sleep(0)
        return Made(200, b"x")

    async def crowd() -> list[Made]:
        return await asyncio.gather(*(kept.get(("post", 1), "post", make) for _ in range(2000)))

    assert asyncio.run(crowd()) == [Made(200, b"x")] * 2000
    assert made == [1]


class Counting:
    """A database that counts how often it is asked."""

    def __init__(self, db: Database) -> None:
        self._db, self.asked = db, 0

    async def read(self, query: Any, *args: Any) -> Any:
        self.asked += 1
        return await self._db.read(query, *args)

    async def glance(self, query: Any, *args: Any) -> Any:
        self.asked += 1
        return await self._db.glance(query, *args)


@pytest.mark.parametrize("strict", [False, True])
def test_r26_a_boosted_post_is_read_from_the_database_once(still, strict):
    counting = Counting(still.db)
    own = changed(still.parts.settings, authorized_fetch=strict)
    before, _ = doors.routes(Parts(own, counting, Hub(), still.keys, proof, refused))
    app, headers = Router(before), SERVER | {"signature": "reader 0"}

    async def crowd() -> list[Answer]:
        return await asyncio.gather(
            *(asgi(app, "GET", still.post("public"), headers, b"", "192.0.2.1") for _ in range(500))
        )

    assert {answer.status for answer in asyncio.run(crowd())} == {200}
    assert counting.asked == 1


def test_what_is_kept_ends_with_time_and_with_news():
    now, made = [0.0], []
    kept = Kept(life=20, clock=lambda: now[0])

    async def make() -> Made:
        made.append(1)
        return Made(200, b"x")

    async def ask_at(when: float) -> int:
        now[0] = when
        await kept.get(("post", 1), "post", make)
        return len(made)

    async def story() -> list[int]:
        first = [await ask_at(0), await ask_at(19), await ask_at(21)]
        kept.forget(("post", 1))
        return [*first, await ask_at(22), await ask_at(23)]

    assert asyncio.run(story()) == [1, 1, 2, 3, 3]


def test_what_changes_while_it_is_made_is_not_kept():
    kept, made = Kept(), []

    async def make() -> Made:
        made.append(1)
        if len(made) == 1:
            kept.forget(("post", 1))  # it was read before the change, and is written after it
        return Made(200, b"old" if len(made) == 1 else b"new")

    async def story() -> list[bytes]:
        return [(await kept.get(("post", 1), "post", make)).body for _ in range(2)]

    assert asyncio.run(story()) == [b"old", b"new"]


def test_what_is_not_there_is_looked_for_again_and_mistakes_are_not_kept():
    kept, answers = Kept(), [Made(404, b""), RuntimeError("disk"), Made(200, b"x"), Made(200, b"y")]

    async def make() -> Made:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def story() -> None:
        assert (await kept.get(("post", 1), 1, make)).status == 404
        with pytest.raises(RuntimeError):
            await kept.get(("post", 1), 1, make)
        for _ in range(2):
            assert (await kept.get(("post", 1), 1, make)).body == b"x"

    asyncio.run(story())


def test_one_that_leaves_does_not_take_it_from_the_others():
    kept = Kept()

    async def story() -> bytes:
        go = asyncio.Event()

        async def make() -> Made:
            await go.wait()
            return Made(200, b"x")

        one = asyncio.create_task(kept.get(("post", 1), 1, make))
        other = asyncio.create_task(kept.get(("post", 1), 1, make))
        await asyncio.sleep(0)
        one.cancel()
        await asyncio.sleep(0)
        go.set()
        return (await other).body

    assert asyncio.run(story()) == b"x"


def test_the_doors_hear_of_edits_and_deletions(house):
    before, _ = doors.routes(house.parts)
    (listener,) = house.hub.listeners

    def text() -> str:
        return ask(before, "GET", house.post("public"), headers=SERVER).body.decode()

    assert "This is public" in text()
    id, me = house.said["public"], house.who["bakery"]
    house.db.write_now(posts.edit, house.author, id, PostChange("Other words"), TERMS, now=NOW + DAY)
    assert "This is public" in text()  # kept, for nobody told
    listener(PostEdited(id, me))
    assert "Other words" in text()
    house.db.write_now(posts.delete, house.author, id, NOW + DAY)
    listener(PostDeleted(id, me, "public"))
    assert "Tombstone" in text()


# WebFinger, host-meta, NodeInfo


def finger(house: House, resource: str, more: str = "") -> Answer:
    return house.get(f"/.well-known/webfinger?resource={resource}{more}", {})


@pytest.mark.parametrize(
    "resource",
    [
        "acct:bakery@bakery.example", "acct:BAKERY@Bakery.Example", "acct:bakery@social.bakery.example",
        "bakery@bakery.example", "https://social.bakery.example/@bakery", "https://social.bakery.example/ap/users/ID",
    ],
)  # fmt: skip
def test_an_account_is_found_by_each_of_its_names(db, tmp_path, resource):
    house = build(
        db, tmp_path, LINNET_URL="https://social.bakery.example", LINNET_HANDLE_DOMAIN="bakery.example"
    )
    id = house.who["bakery"]
    answer = finger(house, resource.replace("ID", str(id)))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/jrd+json")
    assert answer.headers["access-control-allow-origin"] == "*"
    found = json.loads(answer.body)
    actor = f"https://social.bakery.example/ap/users/{id}"
    assert found["subject"] == "acct:bakery@bakery.example"
    assert found["aliases"] == ["https://social.bakery.example/@bakery", actor]
    self = next(link for link in found["links"] if link["rel"] == "self")
    assert (self["type"], self["href"]) == (CONTENT_TYPE, actor)
    assert json.loads(house.get(f"/ap/users/{id}").body)["preferredUsername"] == "bakery"


def test_the_server_is_found_too(still):
    for resource in ("acct:linnet.example@linnet.example", f"{URL}/ap/actor", URL, f"{URL}/"):
        found = json.loads(finger(still, resource).body)
        assert found["subject"] == "acct:linnet.example@linnet.example"
        assert {link["href"] for link in found["links"] if link["rel"] == "self"} == {f"{URL}/ap/actor"}


def test_only_the_links_that_were_asked_for(still):
    found = json.loads(finger(still, "acct:bakery@linnet.example", "&rel=self").body)
    assert [link["rel"] for link in found["links"]] == ["self"]


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("", 400), ("%00", 400), ("x" * 600, 400), ("acct:nobody@linnet.example", 404), ("acct:bakery@other.example", 404),
        ("acct:bakery", 404), ("acct:fay@fay.example", 404), ("https://other.example/@bakery", 404),
        ("https://[", 404), ("https://linnet.example/@bakery/1", 404), ("mailto:bakery@linnet.example", 404),
    ],
)  # fmt: skip
def test_nobody_is_found_otherwise(still, resource, status):
    answer = finger(still, resource)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, "*")


def test_host_meta_names_the_place_to_ask(still):
    answer = still.get("/.well-known/host-meta", {})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/xrd+xml")
    assert f'template="{URL}/.well-known/webfinger?resource={{uri}}"'.encode() in answer.body
    for path, headers in (
        ("/.well-known/host-meta.json", {}),
        ("/.well-known/host-meta", {"accept": "application/json"}),
    ):
        found = json.loads(still.get(path, headers).body)
        assert found["links"][0]["template"] == f"{URL}/.well-known/webfinger?resource={{uri}}"


def test_nodeinfo_says_what_runs_here_and_how_much(house):
    index = json.loads(house.get("/.well-known/nodeinfo", {}).body)
    places = {link["rel"].rpartition("/")[2]: link["href"].removeprefix(URL) for link in index["links"]}
    assert set(places) == {"2.0", "2.1"}
    for version, path in places.items():
        answer = house.get(path, {})
        assert answer.headers["content-type"].endswith(f'schema/{version}#"')
        found = json.loads(answer.body)
        assert (found["version"], found["software"]["name"]) == (version, "linnet")
        assert found["metadata"]["upstream"] == {"name": "mastodon"}
        assert found["usage"]["users"]["total"] == 2
        assert found["usage"]["localPosts"] == 4
        assert found["protocols"] == ["activitypub"]
        assert found["openRegistrations"] is False
    assert house.get("/nodeinfo/3.0", {}).status == 404


def test_who_reads_reads_what_is_public(still):
    found = still.json(still.post("public"))
    assert (found["to"], found["type"]) == ([PUBLIC], "Note")
    assert still.json(still.post("public", "/activity"))["object"]["id"] == found["id"]


# whatever is asked


@given(st.text(max_size=80))
def test_no_accept_makes_the_doors_stumble(text):
    for part in (text, f"application/activity+json;{text}", f"text/html;q={text},{text}"):
        assert accept.wants_page(part) in {True, False}
        assert accept.wants_document(part) in {True, False}
        assert accept.content_type(part) in {CONTENT_TYPE, LD_TYPE}
    doors.has_document(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(["", "acct:", f"{URL}/", f"{URL}/@", "https://"]),
)
def test_no_resource_makes_webfinger_stumble(still, text, before):
    found = still.db.read_now(discovery.finger, HERE, before + text)
    assert found is None or found["subject"].endswith("@linnet.example")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=40),
    st.sampled_from(
        ["/ap/users/", "/ap/users/7/", "/ap/users/7/posts/", "/.well-known/", "/nodeinfo/", "/@", "/ap/"]
    ),
)
def test_no_path_makes_the_doors_stumble(still, text, before):
    answer = still.get(before + text.replace("?", "").replace("#", ""))
    assert answer.status in {200, 302, 307, 400, 404, 405, 410}
