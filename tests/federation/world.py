"""A world of other servers that take letters, without a socket: what each does is said in the test."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from linnet.federation.delivery import actions
from linnet.federation.delivery.postman import Postman
from linnet.kernel.errors import Upstream
from linnet.net.client import Answer


class Key:
    """Signs fast and badly."""

    def __init__(self, account_id: int) -> None:
        self.key_id = f"https://linnet.example/ap/users/{account_id}#main-key"

    def sign(self, data: bytes) -> bytes:
        return b"signed" + bytes([len(data) % 256])


class Keyring:
    """A key for everybody."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.broken: set[int] = set()

    async def signer(self, _db: Any, account_id: int) -> Key:
        self.asked.append(account_id)
        if account_id in self.broken:
            raise ValueError("this key is broken")
        return Key(account_id)


def form_of(headers: dict[str, str]) -> str:
    return "rfc9421" if any(name.lower() == "signature-input" for name in headers) else "cavage"


@dataclass
class World:
    """`servers[host]` answers (inbox, activity, form) with a status, (status, headers), or raises.
    A host that is not there takes everything. `got`: host -> what it accepted, in order."""

    servers: dict[str, Callable[[str, dict[str, Any], str], Any]] = field(default_factory=dict)
    got: dict[str, list[tuple[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    knocks: list[tuple[str, Any, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    async def post(self, url: str, body: bytes, *, headers: Any = None, policy: Any = None) -> Answer:
        host, activity, form = urlsplit(url).netloc, json.loads(body), form_of(headers)
        self.knocks.append((url, activity["id"], form))
        self.headers.append(dict(headers))
        assert policy.redirects == 0
        said = self.servers.get(host, lambda *_: 202)(url, activity, form)
        status, more = said if isinstance(said, tuple) else (said, {})
        if 200 <= status < 300:
            self.got[host].append((url, activity["id"]))
        return Answer(status, url, more, b"")

    async def get(self, url: str, *, headers: Any = None, policy: Any = None) -> Answer:
        raise Upstream("nothing is fetched here")

    async def head(self, url: str, *, headers: Any = None, policy: Any = None) -> Answer:
        raise Upstream("nothing is fetched here")

    def ids(self, host: str) -> list[Any]:
        return [id for _, id in self.got[host]]


def away(*_: Any) -> int:
    raise Upstream("It cannot be reached.")


class Clock:
    """Time, which tests move."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


def postman(db: Any, world: World, settings: Any, clock: Clock, keyring: Keyring | None = None) -> Postman:
    return Postman(db, world, keyring or Keyring(), settings, clock=clock)


def send(
    tx: Any, name: Any, *inboxes: str, now: int, kind: str = "Create", about: str = "", **more: Any
) -> int:
    """A letter whose id is `name`. An inbox may be written as host or host/path."""
    told = {f"https://{one}" if "/" in one else f"https://{one}/inbox": 1 for one in inboxes}
    return actions.send(
        tx,
        account_id=more.get("account_id", 0),
        kind=kind,
        object_uri=about or f"https://linnet.example/{name}",
        body=json.dumps({"id": name}).encode(),
        inboxes=more.get("told", told),
        post_id=more.get("post_id"),
        now=now,
    )
