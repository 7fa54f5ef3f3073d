"""Other software, by its letters: tests/fixtures/<software>/ holds its actor and what it sends, in the
shapes that it is known to send, and `expected.json`: what Linnet shows of it.

    strangers = Stranger(village, anna, "misskey")
    await strangers.befriend()                     # anna follows it, it accepts
    await strangers.send("note")

In the files {anna} is our account, {post} a post of hers, {pem} the key, {now}, {now_ms}, {now_us},
{now_zone} the moment in the ways in which it is written, {later} tomorrow.
"""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from linnet.federation.signing import signatures
from linnet.federation.signing.signatures import Form
from linnet.kernel.clock import now_ms
from linnet.net.client import Answer
from tests.federation.signers import Signer
from tests.federation.village import Resident, Village

FIXTURES = Path(__file__).parents[1] / "fixtures"
SOFTWARE = sorted(path.parent.name for path in FIXTURES.glob("*/expected.json"))
ACTORS = {"Person", "Group", "Service", "Organization", "Application"}
AP = {"content-type": "application/activity+json"}


def files(*, but: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """(software, file) of everything with an expectation."""
    found = []
    for software in SOFTWARE:
        expected = json.loads((FIXTURES / software / "expected.json").read_text())
        found += [(software, name) for name in expected if name not in but]
    return found


def having(name: str) -> list[str]:
    """Who sends such a letter."""
    return [one for one in SOFTWARE if (FIXTURES / one / f"{name}.json").exists()]


class Stranger:
    """A server of that software, as far as its letters show it. `post`: the post of ours that it speaks of."""

    def __init__(self, village: Village, friend: Resident, software: str, post: str = "") -> None:
        self.village, self.friend, self.software = village, friend, software
        self.host = f"{software}.example"
        self.got: list[dict[str, Any]] = []
        now = datetime.now(UTC)
        self._words = {
            "{anna}": friend.uri,
            "{post}": post,
            "{now}": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "{now_ms}": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z",
            "{now_us}": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "{now_zone}": now.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "{later}": (now + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self._signers: dict[str, Signer] = {}
        village.strangers[self.host] = self._answer

    @property
    def folder(self) -> Path:
        return FIXTURES / self.software

    @cached_property
    def expected(self) -> Any:
        return json.loads((self.folder / "expected.json").read_text())

    def read(self, name: str) -> Any:
        """One file, with what stands for something filled in."""
        text = (self.folder / f"{name}.json").read_text()
        for word, meaning in self._words.items():
            text = text.replace(word, meaning)
        found = json.loads(text)
        key = found.get("publicKey")
        if key:
            signer = self._signers.setdefault(key["owner"], Signer(key["id"], key["owner"]))
            key["publicKeyPem"] = signer.pem
        return found

    @cached_property
    def documents(self) -> dict[str, Any]:
        """All that can be asked for, by address: actors, keys, activities and what is in them."""
        found: dict[str, Any] = {}
        for path in sorted(self.folder.glob("*.json")):
            one = self.read(path.stem) if path.stem != "expected" else {}
            if path.stem == "key":
                found[one["publicKey"]["id"]] = one
            elif one.get("type") in ACTORS:
                found[one["id"]] = found[one["publicKey"]["id"].partition("#")[0]] = one
            elif one:
                inner = one.get("object")
                found.setdefault(one["id"], one)
                if isinstance(inner, dict) and one["type"] in {"Create", "Update"}:
                    found[inner["id"]] = {"@context": one["@context"], **inner}
        return found

    def _answer(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        del headers
        parts = urlsplit(url)
        if method == "POST":
            self.got.append(json.loads(body))
            return Answer(202, url, {}, b"")
        if parts.path == "/.well-known/webfinger":
            name = parse_qs(parts.query)["resource"][0].removeprefix("acct:")
            for one in self.documents.values():
                if one["type"] in ACTORS and f"{one['preferredUsername']}@{self.host}" == name:
                    link = {"rel": "self", "type": AP["content-type"], "href": one["id"]}
                    said = {"subject": f"acct:{name}", "links": [link]}
                    return Answer(
                        200, url, {"content-type": "application/jrd+json"}, json.dumps(said).encode()
                    )
        found = self.documents.get(url)
        return Answer(200, url, AP, json.dumps(found).encode()) if found else Answer(404, url, {}, b"")

    async def befriend(self, file: str = "actor") -> Any:
        """Anna follows it, and it accepts; answers the account."""
        actor = self.read(file)
        account = await self.friend.find(f"@{actor['preferredUsername']}@{self.host}")
        assert account, f"{actor['id']} was not found"
        await self.friend.post(f"/v1/accounts/{account['id']}/follow")
        await self.village.settle()
        asked = next(one for one in self.got if one["type"] == "Follow" and one["object"] == actor["id"])
        await self.post(
            {
                "@context": "https://www.w3.org/ns/activitystreams",
                "id": f"{actor['id']}#accepts/{time.time_ns()}",
                "type": "Accept",
                "actor": actor["id"],
                "object": {part: asked[part] for part in ("id", "type", "actor", "object")},
            }
        )
        assert (await self.friend.relation(account["id"]))["following"]
        return account

    async def send(self, name: str, form: Form = "cavage") -> dict[str, Any]:
        """Sends the letter in that file; all is done that follows."""
        letter: dict[str, Any] = self.read(name)
        await self.post(letter, form)
        return letter

    async def post(self, letter: dict[str, Any], form: Form = "cavage") -> None:
        town = self.friend.town
        body, url = json.dumps(letter).encode(), f"{town.url}/ap/inbox"
        assert self.documents  # and with them the keys
        headers = signatures.sign(self._signers[letter["actor"]], form, "POST", url, body, now_ms())
        answer = await self.village.ask("POST", url, headers, body)
        assert answer.status == 202, (letter["id"], answer.status, answer.body)
        await self.village.settle()
