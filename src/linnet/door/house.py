"""What the doors are given: one of each, made in `linnet.app`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from linnet.db.database import Database
from linnet.door.neighbours import Neighbours
from linnet.door.relays import Relays
from linnet.door.seals import Seals
from linnet.hub.hub import Hub
from linnet.kernel.settings import Settings
from linnet.kernel.value import Value
from linnet.net.client import Fetcher
from linnet.social.media.store import Store
from linnet.social.media.workshop import Workshop
from linnet.social.people.passwords import PasswordDesk
from linnet.social.posts.rules import Terms


class Sighted(Value):
    """What was found elsewhere, by our ids; 0: nothing of that kind."""

    account_id: int = 0
    post_id: int = 0


async def nobody_else(_target_id: int, _account_id: int) -> bool:
    """The `knows_as` of a server that speaks to no other."""
    return False


Lookup = Callable[[str], Awaitable[Sighted]]


async def stay_at_home(_text: str) -> Sighted:
    """The Lookup of a server that speaks to no other."""
    return Sighted()


class Watch(Protocol):
    """Who is told that somebody of ours looks at something, and asks its server about it if that was
    long ago. What is found comes later; nobody waits for it."""

    async def profile(self, account_id: int) -> None:
        """A profile is looked at."""
        ...

    async def thread(self, post_id: int) -> None:
        """A post with what stands around it is looked at."""
        ...


class Unwatched:
    """The Watch of a server that speaks to no other."""

    async def profile(self, account_id: int) -> None:
        """Nothing is asked."""

    async def thread(self, post_id: int) -> None:
        """Nothing is asked."""


@dataclass(frozen=True, slots=True)
class House:
    """The parts of a running server that a door may use. A door's module has
    `routes(house) -> list[BaseRoute]`."""

    settings: Settings
    db: Database
    hub: Hub
    passwords: PasswordDesk
    store: Store
    workshop: Workshop
    client: Fetcher
    lookup: Lookup = stay_at_home  # `@a@b` or an address, asked for elsewhere (federation's)
    # does the account elsewhere (first id) say now that it is also ours (second id)?
    knows_as: Callable[[int, int], Awaitable[bool]] = nobody_else
    watch: Watch = field(default_factory=Unwatched)  # ... and what somebody looks at
    neighbours: Neighbours | None = None  # ... what the owner may see and decide; None: there are no others
    relays: Relays | None = None
    seals: Seals | None = None
    at_end: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list
    )  # run before the database closes

    @property
    def terms(self) -> Terms:
        """What this server sets for its posts."""
        return Terms(self.settings.url, self.settings.max_characters, self.settings.domain)
