"""What happened that concerns the account: people first, numbers last."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.kernel.page import Page
from linnet.kernel.value import Value, changed
from linnet.site import paging
from linnet.site.desk_times import as_typed
from linnet.site.frame import Frame, Visit
from linnet.social.emoji.rules import Said
from linnet.social.follows import queries as follow_queries
from linnet.social.markers import actions as markers
from linnet.social.marks import queries as marks
from linnet.social.notices import queries
from linnet.social.notices.rules import KINDS, Kind, Notice
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.posts import views
from linnet.social.posts.rules import PostView

TALK: tuple[Kind, ...] = ("mention", "poll", "edit", "post", "quote")

# icon, and the words after the name
SAID: dict[Kind, tuple[str, str]] = {
    "mention": ("reply", "wrote to you"),
    "boost": ("boost", "boosted your post"),
    "favourite": ("heart", "marked your post as a favourite"),
    "follow": ("person", "follows you"),
    "follow_request": ("person", "would like to follow you"),
    "poll": ("poll", "asked in a poll that is over now"),
    "post": ("write", "wrote something new"),
    "edit": ("edit", "edited a post that you boosted"),
    "quote": ("reply", "quoted your post"),
}


class NoticePage(Value):
    """Notices with the people and posts they are about."""

    notices: list[Notice]
    accounts: dict[int, Account]
    posts: dict[int, PostView]
    sayings: dict[tuple[int, int], Said]
    asking: int


def notice_page(tx: Tx, account_id: int, kinds: tuple[Kind, ...], page: Page) -> NoticePage:
    """A page of notices. Nine queries at most: two lists of different things, the posts among them, and what
    favourites were said with."""
    notices = queries.page(tx, account_id, page, kinds)
    accounts = people.accounts(tx, [notice.from_id for notice in notices])
    posts = views.views(tx, list({n.post_id for n in notices if n.post_id}), account_id)
    liked = [n for n in notices if n.kind == "favourite"]
    posts_liked = [n.post_id for n in liked if n.post_id]
    return NoticePage(
        notices,
        {account.id: account for account in accounts},
        {view.post.id: view for view in posts},
        marks.sayings(tx, posts_liked, [n.from_id for n in liked]),
        follow_queries.requests_count(tx, account_id),
    )


async def page(visit: Visit) -> Response:
    """The list; reading its first page marks it as read."""
    talk = visit.query("only") == "talk"
    bounds = paging.asked(visit)
    shown = await visit.db.read(notice_page, visit.account.id, TALK if talk else KINDS, bounds)
    unread = visit.here.unread
    if shown.notices and unread and not visit.query("max_id") and not talk:
        await visit.db.write(
            markers.read_to, visit.account.id, {"notifications": shown.notices[0].id}, visit.now
        )
        visit.here = changed(visit.here, unread=0)
    return visit.render(
        "notices.html",
        title="Notifications",
        shown=shown,
        said=SAID,
        unread=unread if not visit.query("max_id") else 0,
        talk=talk,
        as_typed=as_typed,
        next=paging.older(visit, [notice.id for notice in shown.notices]),
        activity="read",
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [frame.get("/notifications", page, who="member")]
