"""What the owner may see and decide about relays. The pages know only this; what is behind it belongs to
the federation, which hands it over in `linnet.app`."""

from typing import Protocol

from linnet.db.tx import Tx
from linnet.kernel.value import Value


class RelayLine(Value):
    """A relay, as it stands. Times in ms."""

    id: int
    address: str
    state: str  # asked | accepted | refused | failed
    problem: str
    followed_tags: bool  # only posts with a hashtag that somebody here follows
    taken: int  # posts that came by it
    added_at: int
    heard_at: int | None


class Relays(Protocol):
    """Functions of a transaction, as everywhere."""

    def listed(self, tx: Tx) -> list[RelayLine]:
        """All of them, by address."""
        ...

    def add(self, tx: Tx, address: str, *, followed_tags: bool, now: int) -> None:
        """Asks one more to send what it passes on. Raises Invalid, Conflict."""
        ...

    def limit(self, tx: Tx, id: int, *, followed_tags: bool) -> None:
        """Keeps everything, or only what has a followed hashtag. Raises NotFound."""
        ...

    def remove(self, tx: Tx, id: int, now: int) -> None:
        """Ends it. Raises NotFound."""
        ...
