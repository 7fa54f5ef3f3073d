"""Whole Linnets on an internet of their own: each a real Program with its database, and between them
no socket but calls. What one sends is signed, delivered, proven and read by the other as for real.

    def test_it(village):
        a, b = village.town("a.example"), village.town("b.example")
        anna, ben = a.person("anna"), b.person("ben")
        village.run(story(village, anna, ben))

Nothing runs by itself: `await village.settle()` does all work that is due, everywhere, until there is
none. Servers that are no Linnets are functions from a request to an answer: `village.strangers[host]`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from linnet.app import Program, assemble
from linnet.db.tx import Tx
from linnet.federation.delivery.postman import Postman
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import Upstream
from linnet.kernel.settings import load
from linnet.net.client import MOVED, USUAL, Answer, Policy
from linnet.social.apps import actions as apps
from linnet.social.people import actions as people
from linnet.social.people import queries
from linnet.social.people.rules import ProfileChange
from tests import asgi, cast

ALL = "read write follow push profile"
Stranger = Callable[[str, str, Mapping[str, str], bytes], Answer]


class Village:
    """Towns and strangers by host."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.towns: dict[str, Town] = {}
        self.strangers: dict[str, Stranger] = {}
        self.dead: set[str] = set()
        self.asked: list[tuple[str, str]] = []  # what went over the wire: (method, address)
        self._runner = asyncio.Runner()

    def town(self, host: str, **settings: str) -> "Town":
        """Another Linnet under `https://host`."""
        made = self.towns[host] = Town(self, host, self._folder / host.replace(".", "-"), settings)
        return made

    def run(self, story: Coroutine[Any, Any, None]) -> None:
        self._runner.run(self._awake(story))

    async def _awake(self, story: Coroutine[Any, Any, None]) -> None:
        for town in self.towns.values():
            town.program.hub.start()  # what was kept of a thing is forgotten when it changes
        await story

    async def settle(self, *, ahead: int = 0, rounds: int = 30) -> None:
        """All work that is due is done, in all towns; what is due within `ahead` ms too."""
        for _ in range(rounds):
            done = [await town.work(ahead) for town in self.towns.values()]
            if not any(done):
                return
        raise AssertionError("the towns keep each other busy for ever")

    async def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request over the wire."""
        self.asked.append((method, url))
        parts = urlsplit(url)
        if parts.netloc in self.dead or parts.scheme != "https":
            raise Upstream(f"{parts.netloc} cannot be reached.")
        stranger = self.strangers.get(parts.netloc)
        if stranger:
            return stranger(method, url, headers, body)
        town = self.towns.get(parts.netloc)
        if town is None:
            raise Upstream(f"There is no server called {parts.netloc}.")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        sent = {name.lower(): value for name, value in headers.items()} | {"host": parts.netloc}
        if body:
            sent.setdefault("content-length", str(len(body)))
        found = await asgi._ask(town.app, method, path, sent, body, "203.0.113.7", stays=True)
        return Answer(found.status, url, found.headers, found.body)

    def close(self) -> None:
        for town in self.towns.values():
            self._runner.run(town.stop())
        self._runner.close()


class Wire:
    """A town's way out: the Fetcher of its Program."""

    def __init__(self, village: Village) -> None:
        self._village = village

    async def get(self, url: str, *, headers: Any = None, policy: Policy = USUAL) -> Answer:
        hops = policy.redirects
        while True:
            sent = {"accept": policy.accept, **(headers or {})}
            answer = await self._village.ask("GET", url, sent, b"")
            location = answer.headers.get("location")
            if answer.status not in MOVED or not location or hops == 0:
                return answer
            url, hops = urljoin(url, location), hops - 1

    async def head(self, url: str, *, headers: Any = None, policy: Policy = USUAL) -> Answer:
        return await self._village.ask("HEAD", url, {"accept": policy.accept, **(headers or {})}, b"")

    async def post(self, url: str, body: bytes, *, headers: Any = None, policy: Policy = USUAL) -> Answer:
        return await self._village.ask("POST", url, {"accept": policy.accept, **(headers or {})}, body)

    async def close(self) -> None:
        pass


class Town:
    """One Linnet."""

    def __init__(self, village: Village, host: str, folder: Path, settings: Mapping[str, str]) -> None:
        self.village, self.host, self.url = village, host, f"https://{host}"
        values = {f"LINNET_{name.upper()}": value for name, value in settings.items()}
        folder.mkdir()
        environment = {"LINNET_DATA": str(folder), "LINNET_URL": self.url, **values}
        self.program = Program(load(environment, folder), Wire(village))
        self.app = assemble(self.program)
        self.db = self.program.db
        self.postman = getattr(self.program, "postman", None) or Postman(
            self.db, self.program.client, self.program.office.keyring, self.program.settings
        )

    async def work(self, ahead: int = 0) -> int:
        """Jobs and letters that are due."""
        return await self.program.worker.drain(now_ms() + ahead) + await self.postman.drain()

    async def stop(self) -> None:
        await self.program.stop()

    def person(self, handle: str, **profile: Any) -> "Resident":
        """Somebody with an account and a token."""
        return Resident(self, *self.db.write_now(_resident, handle, profile))


def _resident(tx: Tx, handle: str, profile: dict[str, Any]) -> tuple[int, str]:
    person, account = cast.both(tx, handle, now=now_ms())
    if profile:
        people.change_profile(tx, account.id, ProfileChange(**profile))
    app = apps.command_line_app(tx, now_ms())
    return account.id, apps.issue_token(tx, app, person.id, account.id, ALL, now_ms()).token


def _session(tx: Tx, account_id: int) -> str:
    person_id = queries.members_of(tx, account_id)[0].person_id
    return people.open_session(tx, person_id, account_id, "a browser", now_ms())


class Resident:
    """Somebody in a town, who speaks through the client API."""

    def __init__(self, town: Town, id: int, token: str) -> None:
        self.town, self.id, self.token = town, id, token
        account = town.db.read_now(queries.must_account, id)
        self.handle, self.address = account.handle, f"@{account.handle}@{town.host}"
        self.uri = f"{town.url}/ap/users/{id}"

    async def call(self, method: str, path: str, fields: Mapping[str, Any], *, good: bool = True) -> Any:
        pairs = [
            (f"{name}[]" if isinstance(value, list) else name, one)
            for name, value in fields.items()
            for one in (value if isinstance(value, list) else [value])
        ]
        form = urlencode([(name, str(one).lower() if isinstance(one, bool) else one) for name, one in pairs])
        headers = {"authorization": f"Bearer {self.token}", "host": self.town.host}
        body = b""
        if method == "GET":
            path = f"{path}?{form}" if form else path
        else:
            body = form.encode()
            headers |= {
                "content-type": "application/x-www-form-urlencoded",
                "content-length": str(len(body)),
            }
        answer = await asgi._ask(self.town.app, method, f"/api{path}", headers, body, "203.0.113.9")
        said = json.loads(answer.body or b"null")
        if good:
            assert answer.status == 200, (method, path, answer.status, said)
            return said
        return answer.status, said

    async def get(self, path: str, **fields: Any) -> Any:
        return await self.call("GET", path, fields)

    async def post(self, path: str, **fields: Any) -> Any:
        return await self.call("POST", path, fields)

    async def put(self, path: str, **fields: Any) -> Any:
        return await self.call("PUT", path, fields)

    async def patch(self, path: str, **fields: Any) -> Any:
        return await self.call("PATCH", path, fields)

    async def delete(self, path: str, **fields: Any) -> Any:
        return await self.call("DELETE", path, fields)

    async def find(self, text: str, kind: str = "accounts") -> Any:
        """The first thing that a search finds, elsewhere too; None for nothing."""
        found = (await self.get("/v2/search", q=text, resolve=True, type=kind))[kind]
        return found[0] if found else None

    async def follow(self, other: "Resident") -> Any:
        """Finds and follows; answers the account as this one's server knows it."""
        account = await self.find(other.address)
        assert account, f"{other.address} was not found"
        await self.post(f"/v1/accounts/{account['id']}/follow")
        await self.town.village.settle()
        return account

    async def relation(self, id: str) -> Any:
        return (await self.get("/v1/accounts/relationships", id=[id]))[0]

    async def says(self, status: str, **fields: Any) -> Any:
        """Posts, and everybody gets their letters."""
        made = await self.post("/v1/statuses", status=status, **fields)
        await self.town.village.settle()
        return made

    async def page(self, path: str) -> str:
        """A page as this one sees it, logged in with a browser."""
        cookie = self.town.db.write_now(_session, self.id)
        headers = {"host": self.town.host, "cookie": f"__Host-sid={cookie}"}
        answer = await asgi._ask(self.town.app, "GET", path, headers, b"", "203.0.113.9")
        assert answer.status == 200, (path, answer.status, answer.headers)
        return answer.body.decode()

    async def home(self) -> list[Any]:
        return await self.get("/v1/timelines/home")

    async def notices(self) -> list[tuple[str, str]]:
        """(kind, who), the latest first."""
        return [(n["type"], n["account"]["acct"]) for n in await self.get("/v1/notifications")]


@contextmanager
def village(folder: Path) -> Iterator[Village]:
    made = Village(folder)
    try:
        yield made
    finally:
        made.close()


Story = Callable[..., Awaitable[None]]
