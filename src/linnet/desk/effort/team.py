"""Who works for the firm, what their hour costs, and how much it was by day. For an owner: sums of
days by activity, never times of day. Reads only."""

from linnet.db.tx import Tx
from linnet.desk.effort import queries, totals
from linnet.desk.effort.rules import DayTime, Rate
from linnet.kernel.value import Value


class Worker(Value):
    """Somebody who may work for the account. `measured`: said yes to being measured."""

    person_id: int
    name: str
    measured: bool


WORKERS = """SELECT p.id AS person_id, p.name, COALESCE(e.measured, FALSE) AS measured
    FROM member m JOIN person p ON p.id = m.person_id LEFT JOIN effort_person e ON e.person_id = p.id
    WHERE m.account_id = :account_id AND p.disabled_at IS NULL AND m.role <> 'reader' ORDER BY p.name, p.id"""
NAMES = "SELECT id AS person_id, name, FALSE AS measured FROM person WHERE id IN :ids"


def workers(tx: Tx, account_id: int) -> list[Worker]:
    """Everybody who may work for the account."""
    return tx.all(Worker, WORKERS, account_id=account_id)


def rates(tx: Tx, person_ids: set[int]) -> dict[int, list[Rate]]:
    """The rates of these people, the newest first."""
    found: dict[int, list[Rate]] = {person_id: [] for person_id in person_ids}
    for rate in reversed(queries.rates(tx)):
        if rate.person_id in found:
            found[rate.person_id].append(rate)
    return found


def by_person(tx: Tx, account_id: int, first: str, last: str, now: int) -> list[tuple[str, DayTime]]:
    """(name, time) of everybody from the day `first` to the day `last`: sums by day and activity."""
    times = totals.day_times(tx, account_id, first, last, now)
    ids = sorted({time.person_id for time in times})
    names = {one.person_id: one.name for one in tx.all(Worker, NAMES, ids=ids)} if ids else {}
    return [(names.get(time.person_id, "Somebody who left"), time) for time in times]
