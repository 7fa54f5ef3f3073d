"""Table `server_fact`: what a server knows about itself that is not a setting. Any room may keep
a fact under a name of its own."""

from linnet.db.tx import Tx

FACT = "SELECT value FROM server_fact WHERE name = :name"
KEEP = """INSERT INTO server_fact (name, value) VALUES (:name, :value)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
DROP = "DELETE FROM server_fact WHERE name = :name"

ADDRESS = "address"  # LINNET_URL at the first start after the set-up


def fact(tx: Tx, name: str) -> str | None:
    """The fact, or None."""
    return tx.one(str, FACT, name=name)


def keep_fact(tx: Tx, name: str, value: str) -> None:
    """Writes the fact down, in place of what stood there."""
    tx.run(KEEP, name=name, value=value)


def drop_fact(tx: Tx, name: str) -> bool:
    """Forgets the fact; was there one?"""
    return tx.run(DROP, name=name) > 0
