"""Who reads, as far as it is proven, and the parts that the doors are given."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request

from linnet.db.database import Database
from linnet.federation import authority
from linnet.federation.authority import Drop
from linnet.federation.render.facts import Here
from linnet.hub.hub import Hub
from linnet.kernel.settings import Settings
from linnet.kernel.value import Value


class Reader(Value):
    """Who signed a request: the address of the actor, and its row here (0: it has none, as a server
    that asks for all of its people)."""

    uri: str
    account_id: int


# None: the request is not signed. Drop: it is, but not well.
Proof = Callable[[Request], Awaitable[Reader | Drop | None]]
Refused = Callable[[str], Awaitable[bool]]


class Keys(Protocol):
    """Our public keys; 0 is the server itself."""

    async def public_pem(self, db: Database, account_id: int) -> str: ...


async def nobody(_request: Request) -> Reader | Drop | None:
    """A proof that believes nobody."""
    return None


async def none(_host: str) -> bool:
    """Refuses no host."""
    return False


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors are given, made in `linnet.app`. `refused`: is this host (of a proven or claimed
    signer) suspended here?"""

    settings: Settings
    db: Database
    hub: Hub
    keys: Keys
    proof: Proof = nobody
    refused: Refused = none

    @property
    def here(self) -> Here:
        """Our address and our domain."""
        return Here(self.settings.url, self.settings.domain)


_KEY_ID = re.compile(r'keyid="([^"]{1,2048})"', re.IGNORECASE)


def is_signed(request: Request) -> bool:
    """Does the request bring a signature, of either kind?"""
    return "signature" in request.headers or "signature-input" in request.headers


def claimed_host(request: Request) -> str:
    """The authority of whoever the request says it is from; '' for none. Not proven: good enough to
    refuse somebody who says to be refused."""
    said = request.headers.get("signature-input", "") + request.headers.get("signature", "")
    found = _KEY_ID.search(said)
    return authority.authority(found[1]) if found else ""
