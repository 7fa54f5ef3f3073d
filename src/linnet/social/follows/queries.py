"""Tables `follow` and `follow_request`."""

from linnet.db.tx import Tx
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.social.follows.rules import Familiar, Follow, Relationship, Tie

FOLLOW = """SELECT id, follower_id, followee_id, boosts, tell, since, uri FROM follow
    WHERE followee_id = :followee_id AND follower_id = :follower_id"""
REQUEST = """SELECT id, follower_id, followee_id, boosts, tell, since, uri FROM follow_request
    WHERE followee_id = :followee_id AND follower_id = :follower_id"""
BLOCKED = """SELECT 1 FROM block WHERE (account_id = :a AND target_id = :b) OR (account_id = :b AND target_id = :a)"""


def follow(tx: Tx, follower_id: int, followee_id: int) -> Follow | None:
    """The follow between these two."""
    return tx.one(Follow, FOLLOW, follower_id=follower_id, followee_id=followee_id)


def request(tx: Tx, follower_id: int, followee_id: int) -> Follow | None:
    """The request between these two."""
    return tx.one(Follow, REQUEST, follower_id=follower_id, followee_id=followee_id)


def follows(tx: Tx, follower_id: int, followee_id: int) -> bool:
    """Does the one follow the other?"""
    return follow(tx, follower_id, followee_id) is not None


TELLERS = """SELECT f.follower_id FROM follow f JOIN account a ON a.id = f.follower_id
    WHERE f.followee_id = :account_id AND f.tell AND a.host = '' ORDER BY f.id LIMIT :n"""


def tellers(tx: Tx, account_id: int, n: int = 1000) -> list[int]:
    """Our own accounts that asked for a notice of every post of this one."""
    return tx.all(int, TELLERS, account_id=account_id, n=n)


def blocked_either(tx: Tx, a: int, b: int) -> bool:
    """Did one of the two block the other?"""
    return tx.value(BLOCKED, a=a, b=b) is not None


RELATIONSHIPS = """SELECT a.id, f.id IS NOT NULL AS following,
    COALESCE(f.boosts, r.boosts, FALSE) AS showing_boosts, COALESCE(f.tell, r.tell, FALSE) AS notifying,
    g.id IS NOT NULL AS followed_by, r.id IS NOT NULL AS requested, q.id IS NOT NULL AS requested_by,
    b.id IS NOT NULL AS blocking, c.id IS NOT NULL AS blocked_by,
    m.id IS NOT NULL AS muting, COALESCE(m.notices, FALSE) AS muting_notices, m.until AS muted_until,
    COALESCE(n.text, '') AS note
    FROM account a
    LEFT JOIN follow f ON f.followee_id = a.id AND f.follower_id = :viewer_id
    LEFT JOIN follow g ON g.followee_id = :viewer_id AND g.follower_id = a.id
    LEFT JOIN follow_request r ON r.followee_id = a.id AND r.follower_id = :viewer_id
    LEFT JOIN follow_request q ON q.followee_id = :viewer_id AND q.follower_id = a.id
    LEFT JOIN block b ON b.account_id = :viewer_id AND b.target_id = a.id
    LEFT JOIN block c ON c.account_id = a.id AND c.target_id = :viewer_id
    LEFT JOIN mute m ON m.account_id = :viewer_id AND m.target_id = a.id AND COALESCE(m.until, :now + 1) > :now
    LEFT JOIN account_note n ON n.account_id = :viewer_id AND n.target_id = a.id
    WHERE a.id IN :ids"""


def relationships(tx: Tx, viewer_id: int, ids: list[int], now: int) -> list[Relationship]:
    """What stands between the viewer and each of `ids` that exists, in their order. One query;
    `now` (ms) tells which mutes are over."""
    if not ids:
        return []
    rows = tx.all(Relationship, RELATIONSHIPS, viewer_id=viewer_id, ids=sorted(set(ids)), now=now)
    by_id = {row.id: row for row in rows}
    return [by_id[id] for id in dict.fromkeys(ids) if id in by_id]


FOLLOWERS_DOWN = """SELECT f.id, f.follower_id AS account_id FROM follow f
    WHERE f.followee_id = :account_id AND f.id < :below AND f.id > :above
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = f.follower_id)
            OR (b.account_id = f.follower_id AND b.target_id = :viewer_id))
    ORDER BY f.id DESC LIMIT :n"""
FOLLOWERS_UP = """SELECT f.id, f.follower_id AS account_id FROM follow f
    WHERE f.followee_id = :account_id AND f.id < :below AND f.id > :above
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = f.follower_id)
            OR (b.account_id = f.follower_id AND b.target_id = :viewer_id))
    ORDER BY f.id LIMIT :n"""
FOLLOWING_DOWN = """SELECT f.id, f.followee_id AS account_id FROM follow f
    WHERE f.follower_id = :account_id AND f.id < :below AND f.id > :above
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = f.followee_id)
            OR (b.account_id = f.followee_id AND b.target_id = :viewer_id))
    ORDER BY f.id DESC LIMIT :n"""
FOLLOWING_UP = """SELECT f.id, f.followee_id AS account_id FROM follow f
    WHERE f.follower_id = :account_id AND f.id < :below AND f.id > :above
        AND NOT EXISTS (SELECT 1 FROM block b WHERE (b.account_id = :viewer_id AND b.target_id = f.followee_id)
            OR (b.account_id = f.followee_id AND b.target_id = :viewer_id))
    ORDER BY f.id LIMIT :n"""
REQUESTS_DOWN = """SELECT id, follower_id AS account_id FROM follow_request
    WHERE followee_id = :account_id AND id < :below AND id > :above ORDER BY id DESC LIMIT :n"""
REQUESTS_UP = """SELECT id, follower_id AS account_id FROM follow_request
    WHERE followee_id = :account_id AND id < :below AND id > :above ORDER BY id LIMIT :n"""
REQUESTS_COUNT = "SELECT COUNT(*) FROM follow_request WHERE followee_id = :account_id"


LOCAL_FOLLOWERS = """SELECT f.follower_id FROM follow f JOIN account a ON a.id = f.follower_id
    WHERE f.followee_id = :account_id AND a.host = '' ORDER BY f.id LIMIT :n"""


def local_followers(tx: Tx, account_id: int, n: int) -> list[int]:
    """Those of ours who follow the account, the longest first."""
    return tx.all(int, LOCAL_FOLLOWERS, account_id=account_id, n=n)


def followers(tx: Tx, account_id: int, page: Page = NEWEST, *, viewer_id: int = 0) -> list[Tie]:
    """Who follows the account, the newest follow first; without those between whom and the
    viewer a block stands."""
    sql = FOLLOWERS_UP if page.ascending else FOLLOWERS_DOWN
    rows = tx.all(
        Tie, sql, account_id=account_id, viewer_id=viewer_id, below=page.below, above=page.above, n=page.size
    )
    return in_order(page, rows)


def following(tx: Tx, account_id: int, page: Page = NEWEST, *, viewer_id: int = 0) -> list[Tie]:
    """Whom the account follows, the newest follow first; blocks as in `followers`."""
    sql = FOLLOWING_UP if page.ascending else FOLLOWING_DOWN
    rows = tx.all(
        Tie, sql, account_id=account_id, viewer_id=viewer_id, below=page.below, above=page.above, n=page.size
    )
    return in_order(page, rows)


def requests(tx: Tx, account_id: int, page: Page = NEWEST) -> list[Tie]:
    """Who waits to be accepted by the account, the newest first."""
    sql = REQUESTS_UP if page.ascending else REQUESTS_DOWN
    rows = tx.all(Tie, sql, account_id=account_id, below=page.below, above=page.above, n=page.size)
    return in_order(page, rows)


def requests_count(tx: Tx, account_id: int) -> int:
    """How many wait to be accepted."""
    count: int = tx.value(REQUESTS_COUNT, account_id=account_id)
    return count


FAMILIAR = """SELECT account_id, follower_id FROM (
        SELECT g.followee_id AS account_id, g.follower_id, g.id,
            ROW_NUMBER() OVER (PARTITION BY g.followee_id ORDER BY g.id DESC) AS place
        FROM follow g JOIN follow f ON f.followee_id = g.follower_id AND f.follower_id = :viewer_id
        JOIN account a ON a.id = g.followee_id JOIN account b ON b.id = g.follower_id
        WHERE g.followee_id IN :ids AND NOT a.hides_network AND NOT b.hides_network) shared
    WHERE place <= :n ORDER BY id DESC"""


def familiar(tx: Tx, viewer_id: int, ids: list[int], n: int = 40) -> dict[int, list[int]]:
    """For each of `ids`: whom of its followers the viewer follows, at most `n`, newest first."""
    found: dict[int, list[int]] = {id: [] for id in ids}
    if ids:
        for row in tx.all(Familiar, FAMILIAR, viewer_id=viewer_id, ids=ids, n=n):
            found[row.account_id].append(row.follower_id)
    return found


INSERT_FOLLOW = """INSERT INTO follow (id, follower_id, followee_id, boosts, tell, since, uri, elsewhere)
    SELECT :id, :follower_id, :followee_id, :boosts, :tell, :since, :uri, a.host <> ''
    FROM account a WHERE a.id = :follower_id ON CONFLICT DO NOTHING"""
INSERT_REQUEST = """INSERT INTO follow_request (id, follower_id, followee_id, boosts, tell, since, uri)
    VALUES (:id, :follower_id, :followee_id, :boosts, :tell, :since, :uri) ON CONFLICT DO NOTHING"""
SET_OPTIONS = "UPDATE follow SET boosts = :boosts, tell = :tell, uri = :uri WHERE id = :id"
SET_REQUEST_OPTIONS = "UPDATE follow_request SET boosts = :boosts, tell = :tell, uri = :uri WHERE id = :id"
DELETE_FOLLOW = "DELETE FROM follow WHERE followee_id = :followee_id AND follower_id = :follower_id"
DELETE_REQUEST = "DELETE FROM follow_request WHERE followee_id = :followee_id AND follower_id = :follower_id"


def insert_follow(tx: Tx, row: Follow) -> bool:
    """False when it is there already."""
    return _insert(tx, INSERT_FOLLOW, row)


def insert_request(tx: Tx, row: Follow) -> bool:
    """False when it is there already."""
    return _insert(tx, INSERT_REQUEST, row)


def _insert(tx: Tx, sql: str, row: Follow) -> bool:
    changed = tx.run(
        sql,
        id=row.id,
        follower_id=row.follower_id,
        followee_id=row.followee_id,
        boosts=row.boosts,
        tell=row.tell,
        since=row.since,
        uri=row.uri,
    )
    return changed > 0


def set_options(tx: Tx, row: Follow, *, requested: bool) -> None:
    sql = SET_REQUEST_OPTIONS if requested else SET_OPTIONS
    tx.run(sql, id=row.id, boosts=row.boosts, tell=row.tell, uri=row.uri)


def delete_follow(tx: Tx, follower_id: int, followee_id: int) -> bool:
    return tx.run(DELETE_FOLLOW, follower_id=follower_id, followee_id=followee_id) > 0


def delete_request(tx: Tx, follower_id: int, followee_id: int) -> bool:
    return tx.run(DELETE_REQUEST, follower_id=follower_id, followee_id=followee_id) > 0
