"""A house with people and posts of every kind, asked at its doors as other servers ask."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, Router

from linnet.db.database import Database
from linnet.federation.authority import Drop
from linnet.federation.doors import discovery
from linnet.federation.doors import routes as doors
from linnet.federation.doors.crossing import Crossing
from linnet.federation.doors.readers import Parts, Reader
from linnet.federation.vocab import CONTENT_TYPE
from linnet.kernel.ids import new_id
from linnet.kernel.settings import load
from linnet.kernel.value import changed
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost
from linnet.social.safety import actions as safety
from tests import fresh
from tests.asgi import Answer, ask
from tests.cast import both
from tests.federation.neighbours import NOW, TERMS, URL, follow_us, neighbour

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
