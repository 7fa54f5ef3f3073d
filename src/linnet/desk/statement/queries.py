"""What the statement reads of other rooms' tables: posts, mentions, homes, visits. Writes nothing.

Time stands in the ids (`kernel.ids.first_id_at`), so that the indexes by account and id serve.
"""

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY
from linnet.kernel.ids import first_id_at
from linnet.kernel.value import Value


class PostCounts(Value):
    """What an account published. Answers are replies to others; direct ones count as answers only."""

    written: int
    boosts: int
    answers: int


class Delivered(Value):
    """Into how many homes the written posts came, and whose homes those are."""

    deliveries: int
    followers: int


class Received(Value):
    """Posts by others that name the account, and how many of them nobody answered."""

    received: int
    waiting: int


POSTS = """SELECT
    COUNT(*) FILTER (WHERE boost_of_id IS NULL AND visibility <> 'direct'
        AND (reply_to_account_id IS NULL OR reply_to_account_id = :account_id)) AS written,
    COUNT(*) FILTER (WHERE boost_of_id IS NOT NULL) AS boosts,
    COUNT(*) FILTER (WHERE boost_of_id IS NULL AND reply_to_account_id <> :account_id) AS answers
    FROM post WHERE account_id = :account_id AND id >= :from_id AND id < :to_id"""
DELIVERED = """SELECT COUNT(*) AS deliveries, COUNT(DISTINCT t.owner_id) AS followers
    FROM post p
    JOIN follow f ON f.followee_id = p.account_id AND f.since <= p.created_at
    JOIN timeline t ON t.owner_id = f.follower_id AND t.post_id = p.id
    WHERE p.account_id = :account_id AND p.id >= :from_id AND p.id < :to_id
        AND p.boost_of_id IS NULL AND p.visibility <> 'direct'
        AND (p.reply_to_account_id IS NULL OR p.reply_to_account_id = :account_id)"""
RECEIVED = """SELECT COUNT(*) AS received, COUNT(*) FILTER (WHERE NOT EXISTS (
        SELECT 1 FROM post o WHERE o.root_id = p.root_id AND o.id > p.id AND o.account_id = :account_id
            AND o.boost_of_id IS NULL)) AS waiting
    FROM mention m JOIN post p ON p.id = m.post_id
    WHERE m.account_id = :account_id AND m.post_id >= :from_id AND m.post_id < :to_id
        AND p.account_id <> :account_id"""
REMOTE_FOLLOWERS = """SELECT COUNT(*) FROM follow f JOIN account a ON a.id = f.follower_id
    WHERE f.followee_id = :account_id AND a.host <> ''"""
ANY_VISIT = "SELECT COUNT(*) FROM (SELECT 1 FROM visit LIMIT 1) any_visit"


def posts(tx: Tx, account_id: int, start: int, end: int) -> PostCounts:
    """What the account published within [start, end) ms and did not delete since."""
    found = tx.one(
        PostCounts, POSTS, account_id=account_id, from_id=first_id_at(start), to_id=first_id_at(end)
    )
    return found or PostCounts(0, 0, 0)


def delivered(tx: Tx, account_id: int, start: int, end: int) -> Delivered:
    """Where the written posts of that time came; `rules.DELIVERED` says how it is counted."""
    found = tx.one(
        Delivered, DELIVERED, account_id=account_id, from_id=first_id_at(start), to_id=first_id_at(end)
    )
    return found or Delivered(0, 0)


def received(tx: Tx, account_id: int, start: int, end: int) -> Received:
    """Who wrote to the account within [start, end) ms. A post waits until the account wrote later
    in the same thread."""
    found = tx.one(
        Received, RECEIVED, account_id=account_id, from_id=first_id_at(start), to_id=first_id_at(end)
    )
    return found or Received(0, 0)


def remote_followers(tx: Tx, account_id: int) -> int:
    """Followers on other servers."""
    return int(tx.value(REMOTE_FOLLOWERS, account_id=account_id))


def any_visit(tx: Tx) -> bool:
    """Was a visit ever counted?"""
    return bool(tx.value(ANY_VISIT))


class PostRow(Value):
    """A post of the account, with how many homes it came into."""

    id: int
    created_at: int
    text: str
    deliveries: int


class ReceivedRow(Value):
    """A post by somebody else that names the account."""

    id: int
    created_at: int
    handle: str
    host: str
    text: str
    answered: bool


class VisitRow(Value):
    """A visit, as much as is kept of it."""

    first_at: int
    site: str
    path: str
    code: str
    referrer: str
    agent: str
    kind: str
    rule: str
    hits: int
    came: str
    mark: str
    source: str
    medium: str
    campaign: str


class VisitsWanted(Value):
    """What narrows a list of visits. `came`, `referrer`, `mark` '' for any. `worded`: only those whose three
    words are these, '' for a word that is not there."""

    came: str = ""
    referrer: str = ""
    mark: str = ""
    worded: bool = False
    source: str = ""
    medium: str = ""
    campaign: str = ""


WRITTEN_ROWS = """SELECT p.id, p.created_at, p.text, 0 AS deliveries FROM post p
    WHERE p.account_id = :account_id AND p.id >= :from_id AND p.id < :to_id
        AND p.boost_of_id IS NULL AND p.visibility <> 'direct'
        AND (p.reply_to_account_id IS NULL OR p.reply_to_account_id = :account_id)
    ORDER BY p.id LIMIT :n OFFSET :skip"""
BOOST_ROWS = """SELECT p.id, p.created_at, COALESCE(o.text, '') AS text, 0 AS deliveries
    FROM post p LEFT JOIN post o ON o.id = p.boost_of_id
    WHERE p.account_id = :account_id AND p.id >= :from_id AND p.id < :to_id AND p.boost_of_id IS NOT NULL
    ORDER BY p.id LIMIT :n OFFSET :skip"""
ANSWER_ROWS = """SELECT p.id, p.created_at, p.text, 0 AS deliveries FROM post p
    WHERE p.account_id = :account_id AND p.id >= :from_id AND p.id < :to_id
        AND p.boost_of_id IS NULL AND p.reply_to_account_id <> :account_id
    ORDER BY p.id LIMIT :n OFFSET :skip"""
DELIVERY_ROWS = """SELECT p.id, p.created_at, p.text, (SELECT COUNT(*) FROM follow f
        JOIN timeline t ON t.owner_id = f.follower_id AND t.post_id = p.id
        WHERE f.followee_id = p.account_id AND f.since <= p.created_at) AS deliveries
    FROM post p
    WHERE p.account_id = :account_id AND p.id >= :from_id AND p.id < :to_id
        AND p.boost_of_id IS NULL AND p.visibility <> 'direct'
        AND (p.reply_to_account_id IS NULL OR p.reply_to_account_id = :account_id)
    ORDER BY p.id LIMIT :n OFFSET :skip"""
POST_ROWS = {"written": WRITTEN_ROWS, "boost": BOOST_ROWS, "answer": ANSWER_ROWS, "delivery": DELIVERY_ROWS}


def post_rows(
    tx: Tx, kind: str, account_id: int, start: int, end: int, *, n: int, skip: int
) -> list[PostRow]:
    """The posts behind a figure; `kind` of POST_ROWS. `deliveries` is filled for delivery only."""
    return tx.all(
        PostRow,
        POST_ROWS[kind],
        account_id=account_id,
        from_id=first_id_at(start),
        to_id=first_id_at(end),
        n=n,
        skip=skip,
    )


RECEIVED_ROWS = """SELECT id, created_at, handle, host, text, answered FROM (
        SELECT p.id, p.created_at, a.handle, a.host, p.text, EXISTS (
            SELECT 1 FROM post o WHERE o.root_id = p.root_id AND o.id > p.id AND o.account_id = :account_id
                AND o.boost_of_id IS NULL) AS answered
        FROM mention m JOIN post p ON p.id = m.post_id JOIN account a ON a.id = p.account_id
        WHERE m.account_id = :account_id AND m.post_id >= :from_id AND m.post_id < :to_id
            AND p.account_id <> :account_id) r
    WHERE (answered AND :with_answered) OR (NOT answered AND :with_waiting)
    ORDER BY id LIMIT :n OFFSET :skip"""


def received_rows(
    tx: Tx, account_id: int, start: int, end: int, *, answered: bool, waiting: bool, n: int, skip: int
) -> list[ReceivedRow]:
    """Who wrote to the account."""
    return tx.all(
        ReceivedRow,
        RECEIVED_ROWS,
        account_id=account_id,
        from_id=first_id_at(start),
        to_id=first_id_at(end),
        with_answered=answered,
        with_waiting=waiting,
        n=n,
        skip=skip,
    )


VISIT_ROWS = """SELECT first_at, site, path, code, referrer, agent, kind, rule, hits, came, mark, source, medium, campaign
    FROM visit v
    WHERE first_at >= :start AND first_at < :end AND kind IN :kinds
        AND (:account_id = 0 OR (code <> '' AND EXISTS (SELECT 1 FROM link l
            WHERE l.code = v.code AND l.account_id = :account_id)))
        AND (:came = '' OR COALESCE(NULLIF(came, ''), 'unasked') = :came)
        AND (:referrer = '' OR referrer = :referrer) AND (:mark = '' OR mark = :mark)
        AND (NOT :worded OR (source = :source AND medium = :medium AND campaign = :campaign))
    ORDER BY first_at, id LIMIT :n OFFSET :skip"""


def visit_rows(
    tx: Tx,
    start: int,
    end: int,
    *,
    kinds: list[str],
    account_id: int,
    wanted: VisitsWanted,
    n: int,
    skip: int,
) -> list[VisitRow]:
    """The visits behind a figure; `account_id`: only those by its links, 0 for all."""
    return tx.all(
        VisitRow,
        VISIT_ROWS,
        start=start,
        end=end,
        kinds=kinds,
        account_id=account_id,
        came=wanted.came,
        referrer=wanted.referrer,
        mark=wanted.mark,
        worded=wanted.worded,
        source=wanted.source,
        medium=wanted.medium,
        campaign=wanted.campaign,
        n=n,
        skip=skip,
    )


class LinkedPost(Value):
    """A post with a link to the firm's own site, and the probable visits by it within a week."""

    created_at: int
    visits: int


LINKED_POSTS = """SELECT p.created_at, COUNT(v.id) AS visits
    FROM (SELECT o.id, o.created_at FROM post o
        WHERE o.account_id = :account_id AND o.id >= :from_id AND o.id < :to_id
            AND o.boost_of_id IS NULL AND o.visibility <> 'direct'
            AND (o.reply_to_account_id IS NULL OR o.reply_to_account_id = :account_id)
            AND EXISTS (SELECT 1 FROM link k WHERE k.post_id = o.id AND k.kind = 'site' AND k.channel = 'fediverse')
        ORDER BY o.id DESC LIMIT :most) p
    JOIN link l ON l.post_id = p.id AND l.kind = 'site' AND l.channel = 'fediverse'
    LEFT JOIN visit v ON v.code = l.code AND v.code <> '' AND v.kind IN ('person', 'confirmed')
        AND v.first_at >= p.created_at AND v.first_at < p.created_at + :week
    GROUP BY p.id, p.created_at ORDER BY p.id"""
LINKED_MOST = 500  # the newest: more posts than tell a slope
FOLLOWED_SINCE = "SELECT since FROM follow WHERE followee_id = :account_id ORDER BY since"


def linked_posts(tx: Tx, account_id: int, start: int, end: int) -> list[LinkedPost]:
    """The newest 500 posts of [start, end) ms with a link to an own site, the oldest first."""
    return tx.all(
        LinkedPost,
        LINKED_POSTS,
        account_id=account_id,
        from_id=first_id_at(start),
        to_id=first_id_at(end),
        week=7 * DAY,
        most=LINKED_MOST,
    )


def followed_since(tx: Tx, account_id: int) -> list[int]:
    """When each of those who follow now began to, in order (ms)."""
    return tx.all(int, FOLLOWED_SINCE, account_id=account_id)
