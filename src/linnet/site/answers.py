"""Answers: everybody who wrote and waits, the one who has waited longest first."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.statement import queries as statement
from linnet.kernel.clock import DAY
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.frame import Frame, Visit
from linnet.social.posts import views
from linnet.social.posts.rules import PostView

BACK = 30 * DAY  # who wrote longer ago is not waiting any more
SIZE = 20


class Waiting(Value):
    """Posts that wait for an answer, and whether there are more of them."""

    views: list[PostView]
    more: bool


def waiting(tx: Tx, account_id: int, now: int, n: int = SIZE, skip: int = 0) -> Waiting:
    """Posts of others that name the account, within thirty days, in whose thread it has not written
    since."""
    rows = statement.received_rows(
        tx, account_id, now - BACK, now + 1, answered=False, waiting=True, n=n + 1, skip=skip
    )
    return Waiting(views.views(tx, [row.id for row in rows[:n]], account_id), len(rows) > n)


async def page(visit: Visit) -> Response:
    """The list, twenty at a time."""
    skip = forms.whole(visit.query("skip", "0")) or 0
    found = await visit.db.read(waiting, visit.account.id, visit.now, SIZE, skip)
    return visit.render(
        "answers.html",
        title="Answers",
        views=found.views,
        next=f"/answers?skip={skip + SIZE}" if found.more else "",
        first=not skip,
        activity="answer",
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The route."""
    return [frame.get("/answers", page, who="member")]
