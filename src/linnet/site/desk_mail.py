"""The statement of the week by mail: asked for and ended by each person for themselves."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.mailing import actions, queries, rules
from linnet.desk.statement import report
from linnet.desk.statement.rules import Statement
from linnet.kernel.days import parse_period
from linnet.kernel.errors import Conflict
from linnet.site.desk_times import period_words
from linnet.site.frame import Frame, Visit
from linnet.social.people import queries as people

PLACE = "/statement/mail"


async def page(visit: Visit) -> Response:
    """Where it is switched on."""
    person = await visit.db.read(people.person, visit.session.person_id)
    subscriber = await visit.db.read(queries.subscriber, visit.session.person_id)
    sample = await visit.db.read(_sample, visit)
    return visit.render(
        "desk/mail.html",
        title="Statement by mail",
        activity="manage",
        subscriber=subscriber,
        sent_week=_week(visit, subscriber.sent_week) if subscriber and subscriber.sent_week else "",
        email=person.email if person else "",
        able=bool(visit.house.settings.smtp),
        sender=visit.house.settings.sender,
        sample=sample,
        subject=rules.subject(sample) if sample else "",
        rows=[(figure.label, *rules.in_words(figure)) for figure in rules.shown(sample)] if sample else [],
    )


def _sample(tx: Tx, visit: Visit) -> Statement | None:
    """What last week's letter says; None for who may not have it."""
    if not actions.may_have(tx, visit.session.person_id):
        return None
    return report.statement(tx, actions.last_week(tx, visit.now), visit.now)


def _week(visit: Visit, name: str) -> str:
    return period_words(parse_period(name, visit.zone))


async def change(visit: Visit) -> Response:
    """On or off. Raises Conflict where no mail can be sent."""
    if not visit.form.on("wanted"):
        await visit.db.write(actions.end, visit.session.person_id)
        return visit.to(PLACE, flash="No more mail will come.")
    _must_be_able(visit)
    await visit.db.write(actions.ask, visit.session.person_id, visit.now)
    return visit.to(PLACE, flash="The next one comes on Monday morning.")


async def send_now(visit: Visit) -> Response:
    """Last week's, to see how it looks."""
    _must_be_able(visit)
    week = await visit.db.write(actions.send_now, visit.session.person_id, visit.now)
    return visit.to(PLACE, flash=f"The statement is on its way: {_week(visit, week)}.")


def _must_be_able(visit: Visit) -> None:
    if not visit.house.settings.smtp:
        raise Conflict("No mail server is named: set LINNET_SMTP (docs/guide/mail.md).")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get(PLACE, page, who="member"),
        frame.post(PLACE, change, who="member"),
        frame.post(f"{PLACE}/now", send_now, who="member"),
    ]
