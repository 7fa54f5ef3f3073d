"""Table `emoji`."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.value import Value


class Known(Value):
    """An emoji that is here; `url` is where its picture is."""

    shortcode: str
    media_id: int
    updated_at: int
    url: str


KNOWN = """SELECT e.shortcode, e.media_id, e.updated_at, m.remote_url AS url FROM emoji e
    JOIN media m ON m.id = e.media_id WHERE e.host = :host AND e.shortcode IN :shortcodes"""
COUNT = "SELECT COUNT(*) FROM (SELECT 1 FROM emoji WHERE host = :host LIMIT :cap) counted"
HOST = "SELECT host FROM emoji WHERE media_id = :media_id"
INSERT = """INSERT INTO emoji (host, shortcode, media_id, updated_at)
    VALUES (:host, :shortcode, :media_id, :updated_at)"""
SET_UPDATED = "UPDATE emoji SET updated_at = :updated_at WHERE host = :host AND shortcode = :shortcode"


def known(tx: Tx, host: str, shortcodes: Sequence[str]) -> dict[str, Known]:
    """Those of a host that are here, by shortcode."""
    if not shortcodes:
        return {}
    rows = tx.all(Known, KNOWN, host=host, shortcodes=list(shortcodes))
    return {row.shortcode: row for row in rows}


def count(tx: Tx, host: str, cap: int) -> int:
    """How many of a host are here, counted up to `cap`."""
    found: int = tx.value(COUNT, host=host, cap=cap)
    return found


def host_of(tx: Tx, media_id: int) -> str:
    """Whose emoji this picture belongs to; '' where it is none of an emoji."""
    return tx.value(HOST, media_id=media_id) or ""


def insert(tx: Tx, host: str, shortcode: str, media_id: int, updated_at: int) -> None:
    tx.run(INSERT, host=host, shortcode=shortcode, media_id=media_id, updated_at=updated_at)


def set_updated(tx: Tx, host: str, shortcode: str, updated_at: int) -> None:
    tx.run(SET_UPDATED, host=host, shortcode=shortcode, updated_at=updated_at)
