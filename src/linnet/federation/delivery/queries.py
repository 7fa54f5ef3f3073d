"""SQL of delivery: activities, what waits for whom, what will not arrive."""

from collections.abc import Iterable, Sequence

from linnet.db.tx import Tx
from linnet.federation.delivery.rules import Delivery
from linnet.kernel.value import Value


class Sent(Value):
    """An activity that was rendered."""

    id: int
    account_id: int
    kind: str
    object_uri: str
    post_id: int | None
    body: str
    created_at: int
    inboxes: int
    hosts: int
    followers: int
    inboxes_done: int
    followers_done: int


class Body(Value):
    """An activity's text."""

    id: int
    body: str


class Failed(Value):
    """What will not arrive, and why."""

    activity_id: int
    inbox: str
    host: str
    followers: int
    reason: str
    at: int


ADD_ACTIVITY = """INSERT INTO activity (id, account_id, kind, object_uri, post_id, body, created_at,
        inboxes, hosts, followers)
    VALUES (:id, :account_id, :kind, :object_uri, :post_id, :body, :created_at, :inboxes, :hosts, :followers)"""


def add_activity(
    tx: Tx,
    *,
    id: int,
    account_id: int,
    kind: str,
    object_uri: str,
    post_id: int | None,
    body: str,
    inboxes: int,
    hosts: int,
    followers: int,
    now: int,
) -> None:
    """An activity, and to how many it goes."""
    tx.run(
        ADD_ACTIVITY,
        id=id,
        account_id=account_id,
        kind=kind,
        object_uri=object_uri,
        post_id=post_id,
        body=body,
        created_at=now,
        inboxes=inboxes,
        hosts=hosts,
        followers=followers,
    )


ADD = """INSERT INTO delivery (host, id, activity_id, inbox, followers, tries, created_at)
    VALUES (:host, :id, :activity_id, :inbox, :followers, :tries, :created_at)"""


def add(tx: Tx, rows: Sequence[Delivery]) -> None:
    """Letters that wait."""
    tx.many(
        ADD,
        [
            {
                "host": row.host,
                "id": row.id,
                "activity_id": row.activity_id,
                "inbox": row.inbox,
                "followers": row.followers,
                "tries": row.tries,
                "created_at": row.created_at,
            }
            for row in rows
        ],
    )


# the next letters for a host, in their order; an account that is gone still says that it is gone
NEXT = """SELECT d.host, d.id, d.activity_id, d.inbox, d.followers, d.tries, d.created_at,
        COALESCE(a.account_id, 0) AS account_id, COALESCE(a.kind, '') AS kind,
        COALESCE(a.object_uri, '') AS object_uri,
        CASE WHEN a.id IS NULL THEN 'the letter is not kept any more'
             WHEN a.account_id = 0 OR a.kind = 'Delete' THEN ''
             WHEN w.id IS NULL THEN 'the account that wrote it was deleted'
             WHEN w.suspended_at IS NOT NULL THEN 'the account that wrote it was closed'
             ELSE '' END AS unwanted
    FROM delivery d LEFT JOIN activity a ON a.id = d.activity_id LEFT JOIN account w ON w.id = a.account_id
    WHERE d.host = :host ORDER BY d.id LIMIT :n"""


def next_for(tx: Tx, host: str, n: int) -> list[Delivery]:
    """The next letters for a host, in their order."""
    return tx.all(Delivery, NEXT, host=host, n=n)


BODIES = "SELECT id, body FROM activity WHERE id IN :ids"


def bodies(tx: Tx, ids: Iterable[int]) -> dict[int, bytes]:
    """The texts of activities."""
    wanted = list(ids)
    return {row.id: row.body.encode() for row in tx.all(Body, BODIES, ids=wanted)} if wanted else {}


COLUMNS = "host, id, activity_id, inbox, followers, tries, created_at"
TAKE_OUT = f"DELETE FROM delivery WHERE host = :host AND id = :id RETURNING {COLUMNS}"
TAKE_OUT_OLD = f"DELETE FROM delivery WHERE host = :host AND created_at <= :before RETURNING {COLUMNS}"
TAKE_OUT_SUPERSEDED = f"""DELETE FROM delivery
    WHERE activity_id IN (SELECT id FROM activity
            WHERE object_uri = :object_uri AND id < :below AND account_id = :account_id AND kind IN :kinds)
        AND host IN (SELECT host FROM peer WHERE host IN :hosts AND failures > 0 AND held = 0)
    RETURNING {COLUMNS}"""


def take_out(tx: Tx, host: str, id: int) -> Delivery | None:
    """Takes a letter out of the queue; None: somebody else has done so."""
    return tx.one(Delivery, TAKE_OUT, host=host, id=id)


def take_out_old(tx: Tx, host: str, before: int) -> list[Delivery]:
    """Takes out what has waited for a host since before then."""
    return tx.all(Delivery, TAKE_OUT_OLD, host=host, before=before)


def take_out_superseded(
    tx: Tx, account_id: int, kinds: Sequence[str], object_uri: str, below: int, hosts: list[str]
) -> list[Delivery]:
    """Takes out an account's older letters about a thing, at those of the hosts that do not answer."""
    return tx.all(
        Delivery,
        TAKE_OUT_SUPERSEDED,
        account_id=account_id,
        kinds=list(kinds),
        object_uri=object_uri,
        below=below,
        hosts=hosts,
    )


TRIED = "UPDATE delivery SET tries = tries + 1 WHERE host = :host AND id = :id"


def tried(tx: Tx, host: str, id: int) -> None:
    """One more try that went wrong."""
    tx.run(TRIED, host=host, id=id)


COUNT = """UPDATE activity SET inboxes_done = inboxes_done + :inboxes, followers_done = followers_done + :followers
    WHERE id = :id"""


def count_done(tx: Tx, id: int, inboxes: int, followers: int) -> None:
    """So many more have it."""
    tx.run(COUNT, id=id, inboxes=inboxes, followers=followers)


FAIL = """INSERT INTO delivery_failed (activity_id, inbox, host, followers, reason, at)
    VALUES (:activity_id, :inbox, :host, :followers, :reason, :at)
    ON CONFLICT (activity_id, inbox) DO NOTHING"""


def fail(tx: Tx, rows: Sequence[Failed]) -> None:
    """What will not arrive, and why."""
    tx.many(
        FAIL,
        [
            {
                "activity_id": row.activity_id,
                "inbox": row.inbox,
                "host": row.host,
                "followers": row.followers,
                "reason": row.reason.replace("\x00", "\ufffd")[:500],
                "at": row.at,
            }
            for row in rows
        ],
    )


ACTIVITY = """SELECT id, account_id, kind, object_uri, post_id, body, created_at, inboxes, hosts, followers,
        inboxes_done, followers_done
    FROM activity WHERE id = :id"""
LATER = """SELECT kind FROM activity
    WHERE object_uri = :object_uri AND id > :id AND account_id = :account_id"""


def activity(tx: Tx, id: int) -> Sent | None:
    """One activity."""
    return tx.one(Sent, ACTIVITY, id=id)


def later(tx: Tx, sent: Sent) -> list[str]:
    """The kinds of its account's later letters about the same thing."""
    return tx.all(str, LATER, object_uri=sent.object_uri, id=sent.id, account_id=sent.account_id)


OVER = """SELECT a.id FROM activity a WHERE a.id < :below
        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.activity_id = a.id)
    ORDER BY a.id LIMIT :n"""
DROP_ACTIVITIES = "DELETE FROM activity WHERE id IN :ids"
DROP_FAILED = "DELETE FROM delivery_failed WHERE activity_id IN :ids"


def over(tx: Tx, below: int, n: int) -> list[int]:
    """Activities older than the id that nobody waits for."""
    return tx.all(int, OVER, below=below, n=n)


def drop_activities(tx: Tx, ids: list[int]) -> None:
    """Forgets activities, and what became of them."""
    tx.run(DROP_FAILED, ids=ids)
    tx.run(DROP_ACTIVITIES, ids=ids)
