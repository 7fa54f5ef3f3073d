"""Table `marker`."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.social.markers.rules import Marker, Place

MARKERS = """SELECT timeline, last_read_id, version, updated_at FROM marker
    WHERE account_id = :account_id AND timeline IN :places ORDER BY timeline"""
PUT = """INSERT INTO marker (account_id, timeline, last_read_id, version, updated_at)
    VALUES (:account_id, :timeline, :last_read_id, 1, :now)
    ON CONFLICT (account_id, timeline) DO UPDATE SET last_read_id = excluded.last_read_id,
        version = marker.version + 1, updated_at = excluded.updated_at"""


def markers(tx: Tx, account_id: int, places: Sequence[Place]) -> list[Marker]:
    """Those of the account that were ever set."""
    return tx.all(Marker, MARKERS, account_id=account_id, places=list(places)) if places else []


def put(tx: Tx, account_id: int, place: Place, last_read_id: int, now: int) -> None:
    tx.run(PUT, account_id=account_id, timeline=place, last_read_id=str(last_read_id), now=now)


DROP_ACCOUNT = "DELETE FROM marker WHERE account_id = :account_id"


def drop_account(tx: Tx, account_id: int) -> int:
    """How far the account has read; how many places that were."""
    return tx.run(DROP_ACCOUNT, account_id=account_id)
