"""Table `relay`."""

from linnet.db.tx import Tx
from linnet.federation.relays.rules import Relay

COLUMNS = """id, address, style, actor, inbox, state, problem, followed_tags, taken, added_at, answered_at,
    heard_at"""
RELAYS = f"SELECT {COLUMNS} FROM relay ORDER BY address"
RELAY = f"SELECT {COLUMNS} FROM relay WHERE id = :id"
AT = f"SELECT {COLUMNS} FROM relay WHERE address = :address"
ASKED_THERE = f"SELECT {COLUMNS} FROM relay WHERE state = 'asked' ORDER BY id"
BY_ACTOR = f"SELECT {COLUMNS} FROM relay WHERE actor = :actor AND actor <> '' AND state = 'accepted' ORDER BY id LIMIT 1"
INSERT = """INSERT INTO relay (id, address, style, state, followed_tags, added_at)
    VALUES (:id, :address, :style, 'asked', :followed_tags, :now) ON CONFLICT (address) DO NOTHING"""
SAVE = """UPDATE relay SET style = :style, actor = :actor, inbox = :inbox, state = :state, problem = :problem,
    followed_tags = :followed_tags, answered_at = :answered_at WHERE id = :id"""
TOOK = "UPDATE relay SET taken = taken + :n, heard_at = :now WHERE id = :id"
DELETE = "DELETE FROM relay WHERE id = :id"
TAGS_FOLLOWED = "SELECT 1 FROM tag t JOIN tag_follow f ON f.tag_id = t.id WHERE t.key IN :keys LIMIT 1"


def relays(tx: Tx) -> list[Relay]:
    """All of them, by address."""
    return tx.all(Relay, RELAYS)


def relay(tx: Tx, id: int) -> Relay | None:
    """One."""
    return tx.one(Relay, RELAY, id=id)


def at(tx: Tx, address: str) -> Relay | None:
    """The one that the owner named so."""
    return tx.one(Relay, AT, address=address)


def asked(tx: Tx) -> list[Relay]:
    """Those that have not answered."""
    return tx.all(Relay, ASKED_THERE)


def by_actor(tx: Tx, actor: str) -> Relay | None:
    """The relay whose actor this is, if it has accepted us."""
    return tx.one(Relay, BY_ACTOR, actor=actor)


def insert(tx: Tx, *, id: int, address: str, style: str, followed_tags: bool, now: int) -> bool:
    """False when it is there already."""
    return tx.run(INSERT, id=id, address=address, style=style, followed_tags=followed_tags, now=now) > 0


def save(tx: Tx, row: Relay) -> None:
    tx.run(
        SAVE,
        id=row.id,
        style=row.style,
        actor=row.actor,
        inbox=row.inbox,
        state=row.state,
        problem=row.problem,
        followed_tags=row.followed_tags,
        answered_at=row.answered_at,
    )


def took(tx: Tx, id: int, n: int, now: int) -> None:
    tx.run(TOOK, id=id, n=n, now=now)


def delete(tx: Tx, id: int) -> None:
    tx.run(DELETE, id=id)


def any_followed(tx: Tx, keys: list[str]) -> bool:
    """Does somebody here follow one of these hashtags?"""
    return bool(keys) and tx.value(TAGS_FOLLOWED, keys=keys) is not None
