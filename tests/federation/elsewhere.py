"""A server that is no Linnet, as a stranger in a village: documents by address, written by hand.

site = Elsewhere(village, "far.example")
vera = site.person("vera")
site.post(vera, 1, "Hello")
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from linnet.federation.signing import signatures
from linnet.kernel.clock import DAY, iso, now_ms
from linnet.net.client import Answer
from tests.federation.signers import Signer
from tests.federation.village import Town, Village

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
AS = "https://www.w3.org/ns/activitystreams"
Json = dict[str, Any]


def answer(document: Any, status: int = 200, kind: str = "application/activity+json") -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return Answer(status, "", {"content-type": kind}, body)


class Elsewhere:
    """`pages[address]`: a document, an Answer, or a function that gives one. `asked`: the addresses
    that were asked for; `got`: the letters that came, as (path, activity)."""

    def __init__(self, village: Village, host: str) -> None:
        self.host, self.url = host, f"https://{host}"
        self.pages: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        self.asked: list[str] = []
        self.got: list[tuple[str, Json]] = []
        self._village = village
        village.strangers[host] = self

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        parts = urlsplit(url)
        if method == "POST":
            self.got.append((parts.path, json.loads(body)))
            return Answer(202, url, {}, b"")
        self.asked.append(url)
        if parts.path == "/.well-known/webfinger":
            return self._finger(url, parse_qs(parts.query)["resource"][0])
        found = self.pages.get(url, Answer(404, url, {"content-type": "text/plain"}, b"no"))
        found = found() if callable(found) else found
        found = found if isinstance(found, Answer) else answer(found)
        return Answer(found.status, url, found.headers, found.body)

    def _finger(self, url: str, resource: str) -> Answer:
        uri = self.names.get(resource.removeprefix("acct:").partition("@")[0])
        if uri is None:
            return Answer(404, url, {}, b"")
        links = [{"rel": "self", "type": "application/activity+json", "href": uri}]
        found = answer({"subject": resource, "links": links}, kind="application/jrd+json")
        return Answer(200, url, found.headers, found.body)

    def person(self, handle: str, **more: Any) -> str:
        """Somebody; answers the address."""
        uri = f"{self.url}/users/{handle}"
        key = Signer(f"{uri}#main-key", uri)
        self.names[handle] = uri
        self.pages[uri] = {
            "@context": AS,
            "id": uri,
            "type": "Person",
            "preferredUsername": handle,
            "name": handle.title(),
            "inbox": f"{uri}/inbox",
            "outbox": f"{uri}/outbox",
            "followers": f"{uri}/followers",
            "following": f"{uri}/following",
            "featured": f"{uri}/featured",
            "discoverable": True,
            "indexable": True,
            "publicKey": {"id": key.key_id, "owner": uri, "publicKeyPem": key.pem},
        } | more
        return uri

    def post(self, maker: str, name: object, text: str = "", *, days: float = 2, **more: Any) -> Json:
        """A public post of theirs; answers its document, which can be changed."""
        uri = f"{maker}/posts/{name}"
        made = {
            "@context": AS,
            "id": uri,
            "type": "Note",
            "attributedTo": maker,
            "to": [PUBLIC],
            "cc": [f"{maker}/followers"],
            "published": iso(now_ms() - int(days * DAY)),
            "content": f"<p>{text or name}</p>",
        } | more
        self.pages[uri] = made
        return made

    def collection(self, address: str, items: list[Any], *, size: int = 0, **more: Any) -> Json:
        """A collection at `address`, on pages of `size` or all of it at once."""
        made: Json = {"@context": AS, "id": address, "type": "OrderedCollection", "totalItems": len(items)}
        if not size:
            made["orderedItems"] = items
        else:
            made["first"] = f"{address}?page=0"
            for at in range(0, len(items), size):
                page = {
                    "@context": AS,
                    "id": f"{address}?page={at}",
                    "type": "OrderedCollectionPage",
                    "partOf": address,
                    "orderedItems": items[at : at + size],
                }
                if at + size < len(items):
                    page["next"] = f"{address}?page={at + size}"
                self.pages[f"{address}?page={at}"] = page
        self.pages[address] = made | more
        return self.pages[address]

    async def send(self, maker: str, activity: Json, town: Town) -> int:
        """A letter of theirs, signed; answers the status."""
        url = f"{town.url}/ap/inbox"
        body = json.dumps(activity).encode()
        signer = Signer(f"{maker}#main-key", maker)
        headers = signatures.sign(signer, "cavage", "POST", url, body, now_ms())
        headers |= {"content-type": "application/activity+json"}
        sent = await self._village.ask("POST", url, headers, body)
        return sent.status


def create(post: Json) -> Json:
    """The Create of a post, as it stands in an outbox."""
    return {
        "id": f"{post['id']}/activity",
        "type": "Create",
        "actor": post["attributedTo"],
        "to": post["to"],
        "object": {key: value for key, value in post.items() if key != "@context"},
    }
