"""Tables `trial_public`, `pooled_trial`, `pooled_list`; and how many follow."""

from linnet.db.tx import Tx
from linnet.kernel.value import Value


class Public(Value):
    """A trial of ours that is public."""

    trial_id: int
    at: int
    baseline: str
    followers: str
    post_id: int
    result_post_id: int | None


class Pooled(Value):
    """A trial of somebody else."""

    address: str
    actor: str
    state: str
    body: str
    problem: str
    added_at: int
    read_at: int | None


class Shelf(Value):
    """A list of trials somewhere."""

    address: str
    problem: str
    added_at: int
    read_at: int | None


PUBLIC_COLUMNS = "trial_id, at, baseline, followers, post_id, result_post_id"
PUBLIC = f"SELECT {PUBLIC_COLUMNS} FROM trial_public WHERE trial_id = :trial_id"
ALL_PUBLIC = f"SELECT {PUBLIC_COLUMNS} FROM trial_public ORDER BY trial_id"
TRIAL_OF_HASH = """SELECT t.id FROM trial t JOIN trial_public p ON p.trial_id = t.id
    WHERE t.protocol_hash = :protocol_hash"""
INSERT_PUBLIC = """INSERT INTO trial_public (trial_id, at, baseline, followers, post_id)
    VALUES (:trial_id, :at, :baseline, :followers, :post_id)"""
SET_RESULT = """UPDATE trial_public SET result_post_id = :post_id
    WHERE trial_id = :trial_id AND result_post_id IS NULL"""
FOLLOWER_COUNT = "SELECT followers_count FROM account WHERE id = :account_id"


def public(tx: Tx, trial_id: int) -> Public | None:
    """How this trial of ours is public, if it is."""
    return tx.one(Public, PUBLIC, trial_id=trial_id)


def all_public(tx: Tx) -> list[Public]:
    """Every trial of ours that is."""
    return tx.all(Public, ALL_PUBLIC)


def trial_of(tx: Tx, protocol_hash: str) -> int | None:
    """The public trial with this protocol."""
    return tx.one(int, TRIAL_OF_HASH, protocol_hash=protocol_hash)


def insert_public(tx: Tx, row: Public) -> None:
    tx.run(
        INSERT_PUBLIC,
        trial_id=row.trial_id,
        at=row.at,
        baseline=row.baseline,
        followers=row.followers,
        post_id=row.post_id,
    )


def set_result(tx: Tx, trial_id: int, post_id: int) -> bool:
    """False when it was told before."""
    return tx.run(SET_RESULT, trial_id=trial_id, post_id=post_id) > 0


def follower_count(tx: Tx, account_id: int) -> int:
    """How many follow the account."""
    return int(tx.value(FOLLOWER_COUNT, account_id=account_id))


POOLED_COLUMNS = "address, actor, state, body, problem, added_at, read_at"
POOLED = f"SELECT {POOLED_COLUMNS} FROM pooled_trial ORDER BY added_at DESC, address LIMIT 2000"
DUE = """SELECT address FROM pooled_trial WHERE state <> 'finished' AND (read_at IS NULL OR read_at < :before)
    ORDER BY address LIMIT :n"""
COUNT = "SELECT COUNT(*) FROM pooled_trial"
ADD = """INSERT INTO pooled_trial (address, added_at) VALUES (:address, :now) ON CONFLICT (address) DO NOTHING"""
KEEP = """UPDATE pooled_trial SET actor = :actor, state = :state, body = :body, problem = '', read_at = :now
    WHERE address = :address AND (actor = '' OR actor = :actor) AND NOT (state = 'finished' AND :state <> 'finished')"""
SET_PROBLEM = "UPDATE pooled_trial SET problem = :problem, read_at = :now WHERE address = :address"
REMOVE = "DELETE FROM pooled_trial WHERE address = :address"
LISTS = "SELECT address, problem, added_at, read_at FROM pooled_list ORDER BY added_at, address LIMIT 200"
ADD_LIST = (
    """INSERT INTO pooled_list (address, added_at) VALUES (:address, :now) ON CONFLICT (address) DO NOTHING"""
)
SET_LIST = "UPDATE pooled_list SET problem = :problem, read_at = :now WHERE address = :address"
REMOVE_LIST = "DELETE FROM pooled_list WHERE address = :address"


def pooled(tx: Tx) -> list[Pooled]:
    """Trials of others, the newest found first."""
    return tx.all(Pooled, POOLED)


def due(tx: Tx, before: int, n: int) -> list[str]:
    """Addresses that are to be read again."""
    return tx.all(str, DUE, before=before, n=n)


def count(tx: Tx) -> int:
    """How many are known."""
    return int(tx.value(COUNT))


def add(tx: Tx, address: str, now: int) -> bool:
    """False when it is known."""
    return tx.run(ADD, address=address, now=now) > 0


def keep(tx: Tx, address: str, *, actor: str, state: str, body: str, now: int) -> bool:
    """False when somebody else stands behind it now, or it would take a result back."""
    return tx.run(KEEP, address=address, actor=actor, state=state, body=body, now=now) > 0


def set_problem(tx: Tx, address: str, problem: str, now: int) -> None:
    tx.run(SET_PROBLEM, address=address, problem=problem, now=now)


def remove(tx: Tx, address: str) -> None:
    tx.run(REMOVE, address=address)
    tx.run(REMOVE_LIST, address=address)


def lists(tx: Tx) -> list[Shelf]:
    """Lists that are read."""
    return tx.all(Shelf, LISTS)


def add_list(tx: Tx, address: str, now: int) -> None:
    tx.run(ADD_LIST, address=address, now=now)


def set_list(tx: Tx, address: str, problem: str, now: int) -> None:
    tx.run(SET_LIST, address=address, problem=problem, now=now)
