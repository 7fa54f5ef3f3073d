"""Reports: complaints that wait for the owner's decision, and those that were decided."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as
from linnet.site.frame import Frame, Visit
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.posts import views
from linnet.social.posts.rules import PostView
from linnet.social.reports import actions, queries
from linnet.social.reports.rules import Report


class Shown(Value):
    """What the page shows."""

    open: list[Report]
    closed: list[Report]
    accounts: dict[int, Account]
    posts: dict[int, list[PostView]]  # by report: those that the owner's account may see


def shown(tx: Tx, viewer_id: int) -> Shown:
    """The reports with their accounts and posts."""
    waiting, done = queries.open_reports(tx), queries.closed_reports(tx)
    ids = {one.about_id for one in (*waiting, *done)} | {
        one.from_id for one in (*waiting, *done) if one.from_id
    }
    posts = {one.id: views.views(tx, decode_as(list[int], one.post_ids), viewer_id) for one in waiting}
    return Shown(waiting, done, {one.id: one for one in people.accounts(tx, sorted(ids))}, posts)


async def page(visit: Visit) -> Response:
    """The page."""
    found = await visit.db.read(shown, visit.viewer_id)
    return visit.render("reports.html", title="Reports", shown=found, activity="manage")


async def decide(visit: Visit) -> Response:
    """Closed, with or without a consequence for the account."""
    suspend = visit.form.text("do") == "suspend"
    action = actions.suspend if suspend else actions.close
    await visit.db.write(action, visit.id(), visit.session.person_id, visit.now)
    said = "The account is not shown and not heard any more." if suspend else "The report is closed."
    return visit.to("/settings/reports", flash=said)


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/settings/reports", page, who="owner"),
        frame.post("/settings/reports/{id}", decide, who="owner"),
    ]
