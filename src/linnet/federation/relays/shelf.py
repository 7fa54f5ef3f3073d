"""What the owner's page and the command line are given of relays (`door.relays.Relays`)."""

from linnet.db.tx import Tx
from linnet.door.relays import RelayLine
from linnet.federation.relays import actions, queries
from linnet.kernel.value import Value


class RelayShelf(Value):
    """See `door.relays.Relays`. `url`: our own address."""

    url: str

    def listed(self, tx: Tx) -> list[RelayLine]:
        """See the Protocol."""
        return [
            RelayLine(
                row.id,
                row.address,
                row.state,
                row.problem,
                row.followed_tags,
                row.taken,
                row.added_at,
                row.heard_at,
            )
            for row in queries.relays(tx)
        ]

    def add(self, tx: Tx, address: str, *, followed_tags: bool, now: int) -> None:
        """See the Protocol."""
        actions.add(tx, address, followed_tags=followed_tags, now=now)

    def limit(self, tx: Tx, id: int, *, followed_tags: bool) -> None:
        """See the Protocol."""
        actions.limit(tx, id, followed_tags=followed_tags)

    def remove(self, tx: Tx, id: int, now: int) -> None:
        """See the Protocol."""
        actions.remove(tx, id, self.url, now)
