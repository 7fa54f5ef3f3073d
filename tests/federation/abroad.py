"""Documents of other servers, without a socket: who is asked for what, signed by whom."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from linnet.federation.signing import signatures
from linnet.federation.signing.shapes import Received
from linnet.kernel.errors import Invalid, Upstream
from linnet.net.client import Answer
from tests.conftest import NOW
from tests.federation.signers import Signer

OWN = "bakery.example"
SERVER = Signer(f"https://{OWN}/ap/actor#main-key", "server")
ACTIVITY_JSON = "application/activity+json"


class OwnKey:
    """A keyring with one key."""

    async def signer(self, _db: Any, account_id: int) -> Signer:
        assert account_id == 0
        return SERVER


class NoRows:
    """A database in which nothing is found."""

    async def glance(self, query: Any, /, *args: Any, **kwargs: Any) -> Any:
        return None


def page(document: Any, status: int = 200, kind: str = ACTIVITY_JSON, **headers: str) -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Answer(status, "", {"content-type": kind} | headers, body)


def moved(location: str, status: int = 302) -> Answer:
    return Answer(status, "", {"location": location}, b"")


class Abroad:
    """`pages[address]`: an Answer, an exception, a document, or a function of the headers that gives
    one. Every GET must be signed by our server, for exactly that address."""

    def __init__(self, pages: Mapping[str, Any] | None = None) -> None:
        self.pages = dict(pages or {})
        self.asked: list[str] = []
        self.forms: list[str] = []
        self.before: Callable[[], Any] | None = None

    async def get(self, url: str, *, headers: Any = None, policy: Any = None) -> Answer:
        self.asked.append(url)
        assert policy.redirects == 0
        assert policy.https_only
        assert policy.max_bytes == 1 << 20
        assert ACTIVITY_JSON in policy.accept
        assert 'profile="https://www.w3.org/ns/activitystreams"' in policy.accept
        self.forms.append(self._proven(url, headers))
        if self.before:
            await self.before()
        found = self.pages.get(url, Upstream("There is no such server."))
        found = found(headers) if callable(found) else found
        if isinstance(found, Exception):
            raise found
        if not isinstance(found, Answer):
            found = page(found)
        return Answer(found.status, url, found.headers, found.body)

    def _proven(self, url: str, headers: Mapping[str, str]) -> str:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lower = {name.lower(): (value,) for name, value in headers.items()}
        claim = signatures.read(Received("GET", target, lower, parts.netloc))
        assert isinstance(claim, signatures.Claim), claim
        assert claim.key_id == SERVER.key_id
        assert signatures.verify(claim, SERVER.pem, b"", NOW) is None
        return claim.form

    async def head(self, url: str, *, headers: Any = None, policy: Any = None) -> Answer:
        raise Invalid("url", "is not asked for its head here")

    async def post(self, url: str, body: bytes, *, headers: Any = None, policy: Any = None) -> Answer:
        raise Invalid("url", "gets no letters here")


def person(uri: str, signer: Signer | None = None, **more: Any) -> dict[str, Any]:
    """An actor document; with `signer`, its key."""
    key = {"id": signer.key_id, "owner": uri, "publicKeyPem": signer.pem} if signer else None
    found = {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": uri,
        "type": "Person",
        "preferredUsername": "somebody",
        "inbox": f"{uri}/inbox",
    }
    return found | ({"publicKey": key} if key else {}) | more
