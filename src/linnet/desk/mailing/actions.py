"""Asking for the mail, ending it, and planning what is due."""

from linnet.db.tx import Tx
from linnet.desk.firm import queries as firms
from linnet.desk.mailing import queries, rules
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE, zone
from linnet.kernel.days import Period, before, day_of, week_of
from linnet.kernel.errors import NotAllowed, NotFound
from linnet.social.people import queries as people


class MailStatement(Job):
    """Send the statement of a week to one person."""

    lane = "fetch"
    lease = 2 * MINUTE
    patience = 8

    person_id: int
    week: str


def last_week(tx: Tx, now: int) -> Period:
    """The last week that is over, in the firm's zone. Raises NotFound before the set-up."""
    own = zone(firms.must_firm(tx).time_zone)
    return before(week_of(day_of(now, own), own), own)


def may_have(tx: Tx, person_id: int) -> bool:
    """Is the person one of the firm's?"""
    firm = firms.must_firm(tx)
    return any(member.person_id == person_id for member in people.members_of(tx, firm.account_id))


def ask(tx: Tx, person_id: int, now: int) -> None:
    """From the next Monday on. Again changes nothing. Raises NotAllowed for who is not of the firm."""
    if not may_have(tx, person_id):
        raise NotAllowed("The statement goes to the firm's own people only.")
    queries.put(tx, person_id, now, last_week(tx, now).name)


def end(tx: Tx, person_id: int) -> None:
    """No more mail."""
    queries.remove(tx, person_id)
    jobs.cancel(tx, _key(person_id))


def send_now(tx: Tx, person_id: int, now: int) -> str:
    """The last whole week at once; answers which. Raises NotFound for who did not ask for it."""
    if queries.subscriber(tx, person_id) is None:
        raise NotFound("subscription")
    week = last_week(tx, now).name
    jobs.add(tx, MailStatement(person_id, week), now=now, key=_key(person_id))
    return week


def plan(tx: Tx, now: int) -> None:
    """The sweep: whose mail is due gets a job."""
    if firms.firm(tx) is None:
        return
    week = last_week(tx, now)
    for one in queries.subscribers(tx):
        if rules.is_due(one, week, now):
            jobs.add_if_new(
                tx, MailStatement(one.person_id, week.name), now=now, run_at=now, key=_key(one.person_id)
            )


def sent(tx: Tx, person_id: int, week: str) -> None:
    """It is out."""
    queries.set_sent(tx, person_id, week)


def refused(tx: Tx, person_id: int, week: str, problem: str) -> None:
    """It can never go out: the person sees why, and the week is not tried again."""
    queries.set_sent(tx, person_id, week)
    queries.set_problem(tx, person_id, problem)


def waits(tx: Tx, person_id: int, problem: str) -> None:
    """It could not go out now and is tried again: the person sees why."""
    queries.set_problem(tx, person_id, f"{problem} It is tried again by itself.")


def _key(person_id: int) -> str:
    return f"statement mail {person_id}"
