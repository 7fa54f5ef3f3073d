"""Who quotes a post."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.kernel.errors import NotFound
from linnet.kernel.page import Page
from linnet.kernel.value import Value
from linnet.site import paging
from linnet.site.frame import Frame, Visit
from linnet.social.posts import queries as posts
from linnet.social.posts import views
from linnet.social.posts.rules import PostView
from linnet.social.quotes import queries


class Quoted(Value):
    """A post; a page of the ids of those that quote it with leave, and those of them that may be seen."""

    view: PostView
    ids: list[int]
    views: list[PostView]


def quoted(tx: Tx, post_id: int, viewer_id: int, page: Page) -> Quoted:
    """Raises NotFound for what the viewer may not see."""
    post = posts.visible(tx, post_id, viewer_id)
    if post is None or post.boost_of_id is not None:
        raise NotFound("post")
    ids = queries.quoting(tx, post_id, page)
    found = {view.post.id: view for view in views.views(tx, [post_id, *ids], viewer_id)}
    if post_id not in found:
        raise NotFound("post")
    return Quoted(found[post_id], ids, [found[id] for id in ids if id in found])


async def quotes(visit: Visit) -> Response:
    """Posts that quote this one, the newest first."""
    shown = await visit.db.read(quoted, visit.id(), visit.viewer_id, paging.asked(visit))
    older = paging.older(visit, shown.ids)
    if visit.part:
        return Response(visit.html("pieces.html", views=shown.views, next=older), media_type="text/html")
    return visit.render(
        "quotes.html",
        title=f"Quotes of a post by {shown.view.account.name}",
        view=shown.view,
        views=shown.views,
        next=older,
        activity="read",
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The list below a post."""
    return [frame.get("/posts/{id}/quotes", quotes)]
