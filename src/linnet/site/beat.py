"""`/beat`: an open page says that somebody is at work on it (design paper, 4b; `static/beat.js`)."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.desk.effort import actions as effort
from linnet.site.frame import Frame, Visit


async def beat(visit: Visit) -> Response:
    """Takes one beat. Raises Invalid."""
    form = visit.form
    await visit.db.write(
        effort.beat,
        visit.session.person_id,
        visit.account.id,
        form.text("activity"),
        form.text("tab"),
        visit.now,
        quiet=form.whole("quiet", 0),
    )
    return Response(status_code=204)


def routes(frame: Frame) -> list[BaseRoute]:
    """The route."""
    return [frame.post("/beat", beat)]
