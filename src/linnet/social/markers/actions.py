"""Setting markers."""

from collections.abc import Mapping

from linnet.db.tx import Tx
from linnet.social.markers import queries
from linnet.social.markers.rules import Marker, Place


def read_to(tx: Tx, account_id: int, places: Mapping[Place, int], now: int) -> list[Marker]:
    """The account has read each of `places` up to an id; answers these markers. Back is allowed:
    somebody may want to read again."""
    for place, last_read_id in places.items():
        queries.put(tx, account_id, place, last_read_id, now)
    return queries.markers(tx, account_id, list(places))


def forget_account(tx: Tx, account_id: int) -> int:
    """The account is gone: so is how far it has read; answers how many rows."""
    return queries.drop_account(tx, account_id)
