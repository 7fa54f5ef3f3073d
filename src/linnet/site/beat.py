"""`/beat`: an open page says that somebody is at work on it (design paper, 4b; `static/beat.js`)."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.visits import actions as visits
from linnet.site.frame import Frame, Visit


async def beat(visit: Visit) -> Response:
    """Takes one beat. Raises Invalid."""
    form = visit.form
    await visit.db.write(
        _beaten,
        visit.session.person_id,
        visit.account.id,
        form.text("activity"),
        form.text("tab"),
        quiet=form.whole("quiet", 0),
        address=visit.address,
        user_agent=visit.request.headers.get("user-agent", ""),
        now=visit.now,
    )
    return Response(status_code=204)


def _beaten(
    tx: Tx,
    person_id: int,
    account_id: int,
    activity: str,
    tab: str,
    *,
    quiet: int,
    address: str,
    user_agent: str,
    now: int,
) -> None:
    """The time, and the mark that whoever works here is no visitor of the firm's own site."""
    effort.beat(tx, person_id, account_id, activity, tab, now, quiet=quiet)
    visits.seen_staff(tx, address=address, user_agent=user_agent, now=now)


def routes(frame: Frame) -> list[BaseRoute]:
    """The route."""
    return [frame.post("/beat", beat)]
