"""Tables `feed`, `entry` and `entry_feed`."""

from collections.abc import Iterable, Sequence

from linnet.db.tx import Tx
from linnet.desk.feeds.likeness import Text
from linnet.desk.feeds.opml import Outline
from linnet.desk.feeds.rules import MOST_FEEDS, Carried, Entry, Feed, Source
from linnet.kernel.clock import DAY

FEED = """SELECT id, address, address_key, site, title, format, state, problem, etag, last_modified, body_hash,
    every, next_at, fetched_at, good_at, failures, failing_since, added_by, created_at FROM feed WHERE id = :id"""
FEED_AT = """SELECT id, address, address_key, site, title, format, state, problem, etag, last_modified, body_hash,
    every, next_at, fetched_at, good_at, failures, failing_since, added_by, created_at
    FROM feed WHERE address_key = :address_key"""
COUNT = "SELECT COUNT(*) FROM feed"
OVERDUE = "SELECT id FROM feed WHERE next_at < :before ORDER BY next_at LIMIT :n"
OUTLINES = "SELECT address, title, site FROM feed ORDER BY title, id LIMIT :n"
SOURCES = """SELECT f.id, f.address, f.site, f.title, f.format, f.state, f.problem, f.every, f.next_at, f.fetched_at,
    f.good_at, f.failing_since,
    (SELECT COUNT(*) FROM entry_feed c WHERE c.feed_id = f.id AND c.found_at > :since) AS lately,
    (SELECT COUNT(DISTINCT c.entry_id) FROM entry_feed c JOIN entry_verdict v ON v.entry_id = c.entry_id
        WHERE c.feed_id = f.id AND v.verdict = 'shared') AS used
    FROM feed f ORDER BY f.title, f.id LIMIT :n"""


def feed(tx: Tx, id: int) -> Feed | None:
    """The source with this id."""
    return tx.one(Feed, FEED, id=id)


def feed_at(tx: Tx, address_key: str) -> Feed | None:
    """The source at this address, in the spelling of `canonical.key`."""
    return tx.one(Feed, FEED_AT, address_key=address_key)


def count(tx: Tx) -> int:
    """How many sources there are."""
    number: int = tx.value(COUNT)
    return number


def overdue(tx: Tx, before: int) -> list[int]:
    """Sources that should have been looked at before `before`."""
    return tx.all(int, OVERDUE, before=before, n=MOST_FEEDS)


def sources(tx: Tx, now: int) -> list[Source]:
    """All of them by title, for the page of sources."""
    return tx.all(Source, SOURCES, since=now - 30 * DAY, n=MOST_FEEDS)


def outlines(tx: Tx) -> list[Outline]:
    """All of them, for an OPML file."""
    return tx.all(Outline, OUTLINES, n=MOST_FEEDS)


INSERT_FEED = """INSERT INTO feed (id, address, address_key, site, title, format, state, problem, etag, last_modified,
    body_hash, every, next_at, fetched_at, good_at, failures, failing_since, added_by, created_at)
    VALUES (:id, :address, :address_key, :site, :title, :format, :state, :problem, :etag, :last_modified,
    :body_hash, :every, :next_at, :fetched_at, :good_at, :failures, :failing_since, :added_by, :created_at)
    ON CONFLICT DO NOTHING"""
PUT_FEED = """UPDATE feed SET address = :address, address_key = :address_key, site = :site, title = :title,
    format = :format, state = :state, problem = :problem, etag = :etag, last_modified = :last_modified,
    body_hash = :body_hash, every = :every, next_at = :next_at, fetched_at = :fetched_at, good_at = :good_at,
    failures = :failures, failing_since = :failing_since WHERE id = :id"""
DELETE_FEED = "DELETE FROM feed WHERE id = :id"


def insert_feed(tx: Tx, row: Feed) -> bool:
    """False when there is one at this address."""
    return tx.run(INSERT_FEED, added_by=row.added_by, created_at=row.created_at, **_columns(row)) > 0


def put_feed(tx: Tx, row: Feed) -> None:
    tx.run(PUT_FEED, **_columns(row))


def delete_feed(tx: Tx, id: int) -> bool:
    return tx.run(DELETE_FEED, id=id) > 0


def _columns(row: Feed) -> dict[str, object]:
    return {
        "id": row.id,
        "address": row.address,
        "address_key": row.address_key,
        "site": row.site,
        "title": row.title,
        "format": row.format,
        "state": row.state,
        "problem": row.problem,
        "etag": row.etag,
        "last_modified": row.last_modified,
        "body_hash": row.body_hash,
        "every": row.every,
        "next_at": row.next_at,
        "fetched_at": row.fetched_at,
        "good_at": row.good_at,
        "failures": row.failures,
        "failing_since": row.failing_since,
    }


ENTRY = """SELECT id, url, url_key, title, summary, author, published_at, dated, found_at FROM entry WHERE id = :id"""
ENTRIES = """SELECT id, url, url_key, title, summary, author, published_at, dated, found_at FROM entry
    WHERE id IN :ids"""
CARRIED = """SELECT feed_id, guid, entry_id, url, url_key, why FROM entry_feed
    WHERE feed_id = :feed_id AND guid IN :guids"""
BY_KEY = """SELECT feed_id, guid, entry_id, url, url_key, why FROM entry_feed WHERE url_key IN :url_keys"""
BY_ENTRY_KEY = """SELECT id, url, url_key, title, summary, author, published_at, dated, found_at FROM entry
    WHERE url_key IN :url_keys"""
OTHERS = """SELECT e.id, e.title, e.summary, e.published_at FROM entry e
    WHERE e.published_at >= :first AND e.published_at <= :last
        AND NOT EXISTS (SELECT 1 FROM entry_feed c WHERE c.entry_id = e.id AND c.feed_id = :feed_id)
    ORDER BY e.published_at DESC LIMIT :n"""
OF_FEED = """SELECT id, url, url_key, title, summary, author, published_at, dated, found_at FROM entry
    WHERE id IN (SELECT entry_id FROM entry_feed WHERE feed_id = :feed_id ORDER BY found_at DESC LIMIT :n)
    ORDER BY published_at DESC, id DESC"""


def entry(tx: Tx, id: int) -> Entry | None:
    """The story with this id."""
    return tx.one(Entry, ENTRY, id=id)


def entries(tx: Tx, ids: Sequence[int]) -> list[Entry]:
    """Those of `ids` that exist, in no order."""
    return tx.all(Entry, ENTRIES, ids=list(ids)) if ids else []


def carried(tx: Tx, feed_id: int, guids: Sequence[str]) -> dict[str, Carried]:
    """What a source was seen to carry, by its own names."""
    rows = tx.all(Carried, CARRIED, feed_id=feed_id, guids=list(guids)) if guids else []
    return {row.guid: row for row in rows}


def ids_by_key(tx: Tx, url_keys: Sequence[str]) -> dict[str, int]:
    """Stories by every address that any source gives them."""
    if not url_keys:
        return {}
    found = {row.url_key: row.entry_id for row in tx.all(Carried, BY_KEY, url_keys=list(url_keys))}
    return found | {row.url_key: row.id for row in tx.all(Entry, BY_ENTRY_KEY, url_keys=list(url_keys))}


def of_others(tx: Tx, feed_id: int, first: int, last: int, n: int = 3000) -> list[Text]:
    """Stories between two dates that this source does not carry: what its own may be the same as."""
    return tx.all(Text, OTHERS, feed_id=feed_id, first=first, last=last, n=n)


def of_feed(tx: Tx, feed_id: int, n: int = 50) -> list[Entry]:
    """The newest stories of a source."""
    return tx.all(Entry, OF_FEED, feed_id=feed_id, n=n)


INSERT_ENTRY = """INSERT INTO entry (id, url, url_key, title, summary, author, published_at, dated, found_at)
    VALUES (:id, :url, :url_key, :title, :summary, :author, :published_at, :dated, :found_at)
    ON CONFLICT (url_key) DO NOTHING"""
INSERT_CARRIED = """INSERT INTO entry_feed (feed_id, guid, entry_id, url, url_key, why, found_at, seen_at)
    VALUES (:feed_id, :guid, :entry_id, :url, :url_key, :why, :now, :now) ON CONFLICT DO NOTHING"""
SET_WORDS = """UPDATE entry SET title = :title, summary = :summary, author = :author WHERE id = :id
    AND (title <> :title OR summary <> :summary OR author <> :author)"""
SEEN = "UPDATE entry_feed SET seen_at = :now WHERE feed_id = :feed_id AND guid IN :guids"
NTH_FOUND = (
    "SELECT found_at FROM entry_feed WHERE feed_id = :feed_id ORDER BY found_at DESC LIMIT 1 OFFSET :n"
)
STALE = """SELECT feed_id, guid, entry_id, url, url_key, why FROM entry_feed
    WHERE feed_id = :feed_id AND found_at <= :until AND seen_at < :now LIMIT :n"""
FORGET_CARRIED = "DELETE FROM entry_feed WHERE feed_id = :feed_id AND guid IN :guids"
FORGET_ENTRIES = """DELETE FROM entry WHERE id IN :ids
    AND NOT EXISTS (SELECT 1 FROM entry_feed c WHERE c.entry_id = entry.id)
    AND NOT EXISTS (SELECT 1 FROM entry_verdict v WHERE v.entry_id = entry.id AND v.verdict IN ('shared', 'saved'))"""


def insert_entry(tx: Tx, row: Entry) -> bool:
    """False when there is a story at this address."""
    changed = tx.run(
        INSERT_ENTRY,
        id=row.id,
        url=row.url,
        url_key=row.url_key,
        title=row.title,
        summary=row.summary,
        author=row.author,
        published_at=row.published_at,
        dated=row.dated,
        found_at=row.found_at,
    )
    return changed > 0


def insert_carried(tx: Tx, rows: Iterable[Carried], now: int) -> None:
    tx.many(
        INSERT_CARRIED,
        [
            {
                "feed_id": row.feed_id,
                "guid": row.guid,
                "entry_id": row.entry_id,
                "url": row.url,
                "url_key": row.url_key,
                "why": row.why,
                "now": now,
            }
            for row in rows
        ],
    )


def set_words(tx: Tx, rows: Iterable[dict[str, object]]) -> None:
    """`rows`: id, title, summary, author."""
    tx.many(SET_WORDS, rows)


def seen(tx: Tx, feed_id: int, guids: Sequence[str], now: int) -> None:
    if guids:
        tx.run(SEEN, feed_id=feed_id, guids=list(guids), now=now)


def nth_found(tx: Tx, feed_id: int, n: int) -> int | None:
    """When the n-th newest story of a source was found."""
    at: int | None = tx.value(NTH_FOUND, feed_id=feed_id, n=n)
    return at


def stale(tx: Tx, feed_id: int, until: int, now: int, n: int = 1000) -> list[Carried]:
    """What a source had until `until` and has no more at `now`."""
    return tx.all(Carried, STALE, feed_id=feed_id, until=until, now=now, n=n)


def forget(tx: Tx, feed_id: int, rows: Sequence[Carried]) -> None:
    """Those stories of the source; the stories themselves too, where no other source carries them
    and nobody shared or saved them."""
    if rows:
        tx.run(FORGET_CARRIED, feed_id=feed_id, guids=[row.guid for row in rows])
        tx.run(FORGET_ENTRIES, ids=sorted({row.entry_id for row in rows}))
