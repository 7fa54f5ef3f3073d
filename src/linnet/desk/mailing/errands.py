"""Sending the statement of a week."""

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.firm import queries as firms
from linnet.desk.mailing import actions, letter, queries, rules
from linnet.desk.mailing.actions import MailStatement
from linnet.desk.statement import report
from linnet.kernel.clock import now_ms, zone
from linnet.kernel.days import parse_period
from linnet.kernel.errors import Invalid, Upstream
from linnet.net.mail import Letter, Mailer
from linnet.social.people import queries as people


async def mail_statement(db: Database, mailer: Mailer, url: str, job: MailStatement) -> None:
    """Sends it to somebody who still wants it and still belongs to the firm. A mail server that takes it
    and a process that is killed before that is written down: it comes twice, under one Message-ID.
    Raises Upstream to be tried again."""
    written = await db.read(_letter, job, url, now_ms())
    if written is None:
        await db.write(actions.end, job.person_id)
        return
    try:
        await mailer.send(written)
    except Invalid as error:
        await db.write(actions.refused, job.person_id, job.week, error.sentence)
        return
    except Upstream as error:
        await db.write(actions.waits, job.person_id, error.sentence)
        raise
    await db.write(actions.sent, job.person_id, job.week)


def _letter(tx: Tx, job: MailStatement, url: str, now: int) -> Letter | None:
    person = people.person(tx, job.person_id)
    wanted = queries.subscriber(tx, job.person_id) is not None
    if person is None or not wanted or not actions.may_have(tx, job.person_id):
        return None
    week = parse_period(job.week, zone(firms.must_firm(tx).time_zone))
    statement = report.statement(tx, week, now)
    address, stop = f"{url}/statement?period={job.week}", f"{url}/statement/mail"
    return Letter(
        person.email,
        rules.subject(statement),
        rules.text(statement, address, stop),
        f"statement.{job.week}.{job.person_id}",
        now,
        html=letter.html(statement, address, stop),
        by=statement.firm,
        stop=stop,
    )
