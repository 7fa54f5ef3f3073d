"""Tables `letter`, `seen` and `dropped`."""

from linnet.db.tx import Tx
from linnet.federation.letters.rules import Letter, Load
from linnet.kernel.value import Value

COLUMNS = "id, uri, actor_uri, host, recipient_id, body, received_at, tries, reason, parked_at"
LETTER = f"SELECT {COLUMNS} FROM letter WHERE id = :id"
PARKED = f"SELECT {COLUMNS} FROM letter WHERE parked_at IS NOT NULL ORDER BY parked_at DESC LIMIT :n"
# both from an index alone, once a second: the rows are as long as the letters
WAITING = """SELECT COUNT(*) AS letters, CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes
    FROM (SELECT size FROM letter WHERE parked_at IS NULL ORDER BY received_at LIMIT :most) AS waiting"""
CROWDING = """SELECT host FROM letter WHERE parked_at IS NULL
    GROUP BY host HAVING COUNT(*) >= :letters OR SUM(size) >= :bytes"""
SEEN = "SELECT 1 FROM seen WHERE uri = :uri"
RECIPIENT = "SELECT id, suspended_at FROM account WHERE id = :id AND host = ''"
KNOWN = "SELECT 1 FROM account WHERE uri = :uri AND uri <> ''"  # as the index is
DROPPED = """SELECT reason, host, SUM(times) AS times FROM dropped WHERE day >= :day
    GROUP BY reason, host ORDER BY SUM(times) DESC, reason, host LIMIT :n"""


class Recipient(Value):
    """Whose inbox it is."""

    id: int
    suspended_at: int | None


class Dropped(Value):
    """How often something was refused. `host` '': of nobody who was proven."""

    reason: str
    host: str
    times: int


def letter(tx: Tx, letter_id: int) -> Letter | None:
    """A letter that is not read yet."""
    return tx.one(Letter, LETTER, id=letter_id)


def parked(tx: Tx, n: int = 100) -> list[Letter]:
    """Letters that could not be read, with their reasons, the latest first."""
    return tx.all(Letter, PARKED, n=n)


def waiting(tx: Tx, most: int) -> Load:
    """How much is still to be read, looking at `most` letters at most. Parked ones wait for nobody."""
    found = tx.one(Load, WAITING, most=most)
    assert found is not None  # a sum is always there
    return found


def crowding(tx: Tx, load: Load) -> frozenset[str]:
    """Hosts of which as much waits as `load`, in letters or in bytes."""
    return frozenset(tx.all(str, CROWDING, letters=load.letters, bytes=load.bytes))


def is_seen(tx: Tx, uri: str) -> bool:
    """Was the activity read already?"""
    return tx.value(SEEN, uri=uri) is not None


def recipient(tx: Tx, account_id: int) -> Recipient | None:
    """The account of ours with this id."""
    return tx.one(Recipient, RECIPIENT, id=account_id)


def is_known(tx: Tx, actor_uri: str) -> bool:
    """Do we have an account of this actor?"""
    return tx.value(KNOWN, uri=actor_uri) is not None


def refusals(tx: Tx, *, since: str, n: int = 100) -> list[Dropped]:
    """What was refused from the day `since` (UTC, 2026-10-26) on, the most frequent first."""
    return tx.all(Dropped, DROPPED, day=since, n=n)


INSERT = """INSERT INTO letter (id, uri, actor_uri, host, recipient_id, body, size, received_at)
    VALUES (:id, :uri, :actor_uri, :host, :recipient_id, :body, :size, :received_at) ON CONFLICT (uri) DO NOTHING"""
REMOVE = "DELETE FROM letter WHERE id = :id"
SEE = "INSERT INTO seen (uri, at) VALUES (:uri, :now) ON CONFLICT (uri) DO NOTHING"
FAILED = "UPDATE letter SET tries = tries + 1, reason = :reason WHERE id = :id"
PARK = "UPDATE letter SET parked_at = :now WHERE id = :id AND tries >= :tries AND parked_at IS NULL"
PARK_LEFT = """UPDATE letter SET parked_at = :now, reason = CASE WHEN reason = '' THEN 'never read to the end' ELSE reason END
    WHERE received_at < :before AND parked_at IS NULL"""
UNPARK = "UPDATE letter SET parked_at = NULL, tries = 0, reason = '' WHERE id = :id AND parked_at IS NOT NULL"
# what was parked longest ago, where there is more than `kept`
TRIM = """DELETE FROM letter WHERE id IN (SELECT id FROM letter WHERE parked_at IS NOT NULL
    ORDER BY parked_at DESC, id DESC LIMIT :n OFFSET :kept)"""
TRIM_BYTES = """DELETE FROM letter WHERE id IN (SELECT id FROM (
        SELECT id, SUM(size) OVER (ORDER BY parked_at DESC, id DESC) AS so_far
        FROM letter WHERE parked_at IS NOT NULL) AS parked
    WHERE so_far > :bytes)"""
COUNT = """INSERT INTO dropped (day, reason, host, times) VALUES (:day, :reason, :host, :times)
    ON CONFLICT (day, reason, host) DO UPDATE SET times = dropped.times + excluded.times"""
FORGET_SEEN = "DELETE FROM seen WHERE at < :before"
FORGET_PARKED = "DELETE FROM letter WHERE parked_at < :before"
FORGET_DROPPED = "DELETE FROM dropped WHERE day < :before"


def insert(tx: Tx, row: Letter) -> bool:
    """Keeps a letter. False when one with this address is there."""
    return (
        tx.run(
            INSERT,
            id=row.id,
            uri=row.uri,
            actor_uri=row.actor_uri,
            host=row.host,
            recipient_id=row.recipient_id,
            body=row.body,
            size=len(row.body.encode()),
            received_at=row.received_at,
        )
        > 0
    )


def see(tx: Tx, letter_id: int, uri: str, now: int) -> bool:
    """The letter was read. False when it was before, be it as another row: it may have come again at the
    very moment at which the first was read."""
    found = tx.run(REMOVE, id=letter_id) > 0
    return tx.run(SEE, uri=uri, now=now) > 0 and found


def failed(tx: Tx, letter_id: int, reason: str, *, most: int, now: int) -> bool:
    """Reading failed; after `most` times the letter is parked, and that is answered."""
    tx.run(FAILED, id=letter_id, reason=reason)
    return tx.run(PARK, id=letter_id, tries=most, now=now) > 0


def trim(tx: Tx, *, kept: int, bytes: int, n: int) -> None:
    """Forgets the oldest of the parked letters over `kept`, at most `n` of them, and those with which
    there are more than so many bytes."""
    tx.run(TRIM, kept=kept, n=n)
    tx.run(TRIM_BYTES, bytes=bytes)


def park_left(tx: Tx, *, before: int, now: int) -> None:
    """Parks what came before `before` and was not read."""
    tx.run(PARK_LEFT, before=before, now=now)


def unpark(tx: Tx, letter_id: int) -> bool:
    """The letter waits again. False when it was not parked."""
    return tx.run(UNPARK, id=letter_id) > 0


def count(tx: Tx, day: str, reason: str, host: str, times: int) -> None:
    """Adds to what was refused."""
    tx.run(COUNT, day=day, reason=reason, host=host, times=times)


def forget(tx: Tx, *, seen: int, parked: int, dropped: str) -> None:
    """Removes what is older (ms, ms, day)."""
    tx.run(FORGET_SEEN, before=seen)
    tx.run(FORGET_PARKED, before=parked)
    tx.run(FORGET_DROPPED, before=dropped)
