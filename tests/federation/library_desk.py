"""A desk at which documents and keys of other servers are asked for, without a network."""

import asyncio
from typing import Any

from linnet.federation.authority import Drop, Proven
from linnet.federation.fetching import Key, Library
from tests.conftest import NOW
from tests.federation.abroad import OWN, Abroad, NoRows, OwnKey

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
            OwnKey(),  # type: ignore[arg-type]  # only signs
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
