"""What people do with statuses: boost, favourite, bookmark, pin, leave a thread, and who did."""

from collections.abc import Awaitable, Callable

from linnet.db.tx import Tx
from linnet.desk.publishing import actions as publishing
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.page import Page
from linnet.mastodon import entities, forms, lists
from linnet.mastodon.answer import Answer
from linnet.mastodon.bearer import anyone, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.social.follows.rules import Tie
from linnet.social.marks import queries as marks
from linnet.social.marks.queries import Marked
from linnet.social.people.rules import Account
from linnet.social.posts import actions as posts
from linnet.social.posts import queries as post_queries
from linnet.social.posts import views
from linnet.social.posts.rules import Author, Post, check_boost
from linnet.social.reactions import actions

PAGES = "max_id since_id min_id limit"


async def boost(call: Call) -> Answer:
    """POST /api/v1/statuses/{id}/reblog. A boost goes as far as its post; asking for less is not
    supported."""
    wanted = call.params.choice("visibility", entities.OUR_VISIBILITY)
    insists = forms.insists(call.params)
    with forms.named_as_sent():
        boost_id = await call.house.db.write(
            _boost, call.author, call.id(), wanted, id=new_id(), now=call.now, insists=insists
        )
    return Answer(await call.present.status(boost_id, call.account))


def _boost(
    tx: Tx, author: Author, post_id: int, wanted: str | None, *, id: int, now: int, insists: bool
) -> int:
    if wanted is not None and wanted not in (
        "public",
        check_boost(_shown(tx, post_id, author.account_id), author.account_id),
    ):
        raise Invalid("visibility", "cannot be less than that of the status")
    return publishing.boost(tx, author, post_id, id=id, now=now, insists=insists)


async def unboost(call: Call) -> Answer:
    """POST /api/v1/statuses/{id}/unreblog: answers the boosted status."""
    post = await call.house.db.read(_shown, call.id(), call.account)
    await call.house.db.write(posts.unboost, call.author, post.id, call.now)
    return Answer(await call.present.status(post.id, call.account))


def _shown(tx: Tx, post_id: int, viewer_id: int) -> Post:
    """The post, or for a boost the boosted one. Raises NotFound."""
    post = post_queries.visible(tx, post_id, viewer_id)
    if post and post.boost_of_id:
        post = post_queries.visible(tx, post.boost_of_id, viewer_id)
    if post is None:
        raise NotFound("post")
    return post


def _reacting(action: Callable[[Tx, int, int], None]) -> Callable[[Call], Awaitable[Answer]]:
    """The endpoint of an action (account, post) whose answer is the status."""

    async def react(call: Call) -> Answer:
        await call.house.db.write(action, call.account, call.id())
        return Answer(await call.present.status(call.id(), call.account))

    return react


async def favourite(call: Call) -> Answer:
    """POST /api/v1/statuses/{id}/favourite."""
    await call.house.db.write(actions.favourite, call.account, call.id(), call.now)
    return Answer(await call.present.status(call.id(), call.account))


async def pin(call: Call) -> Answer:
    """POST /api/v1/statuses/{id}/pin."""
    await call.house.db.write(actions.pin, call.account, call.id(), call.now)
    return Answer(await call.present.status(call.id(), call.account))


async def boosted_by(call: Call) -> Answer:
    """GET /api/v1/statuses/{id}/reblogged_by."""
    page = call.params.page(40, 80)
    ties, found = await call.house.db.read(_who, views.boosters, call.id(), page, call.viewer)
    return lists.page_of_accounts(call, ties, found, page)


async def favourited_by(call: Call) -> Answer:
    """GET /api/v1/statuses/{id}/favourited_by."""
    page = call.params.page(40, 80)
    ties, found = await call.house.db.read(_who, marks.favouriters, call.id(), page, call.viewer)
    return lists.page_of_accounts(call, ties, found, page)


def _who(
    tx: Tx, query: Callable[[Tx, int, Page], list[Tie]], post_id: int, page: Page, viewer_id: int
) -> tuple[list[Tie], list[Account]]:
    ties = query(tx, _shown(tx, post_id, viewer_id).id, page)
    return ties, lists.behind(tx, ties)


async def favourites(call: Call) -> Answer:
    """GET /api/v1/favourites."""
    page = call.params.page(20, 40)
    return await _marked(call, await call.house.db.glance(marks.favourites, call.account, page), page)


async def bookmarks(call: Call) -> Answer:
    """GET /api/v1/bookmarks."""
    page = call.params.page(20, 40)
    return await _marked(call, await call.house.db.glance(marks.bookmarks, call.account, page), page)


async def _marked(call: Call, rows: list[Marked], page: Page) -> Answer:
    shown = await call.present.statuses([row.post_id for row in rows], call.account)
    made = Answer(entities.joined([body for _, body in shown]))
    if rows:
        made.headers += call.links(rows[0].id, rows[-1].id, [("limit", str(page.size))])
    return made


BOOST = user("write:statuses", deed="post")
FAVOURITE = user("write:favourites", deed="answer")
BOOKMARK = user("write:bookmarks")
PIN = user("write:accounts", deed="post")
MUTE = user("write:mutes", deed="answer")

ENDPOINTS = (
    Endpoint("POST", "/api/v1/statuses/{id}/reblog", boost, BOOST, "visibility linnet_override"),
    Endpoint("POST", "/api/v1/statuses/{id}/unreblog", unboost, BOOST),
    Endpoint("POST", "/api/v1/statuses/{id}/favourite", favourite, FAVOURITE),
    Endpoint("POST", "/api/v1/statuses/{id}/unfavourite", _reacting(actions.unfavourite), FAVOURITE),
    Endpoint("POST", "/api/v1/statuses/{id}/bookmark", _reacting(actions.bookmark), BOOKMARK),
    Endpoint("POST", "/api/v1/statuses/{id}/unbookmark", _reacting(actions.unbookmark), BOOKMARK),
    Endpoint("POST", "/api/v1/statuses/{id}/pin", pin, PIN),
    Endpoint("POST", "/api/v1/statuses/{id}/unpin", _reacting(actions.unpin), PIN),
    Endpoint("POST", "/api/v1/statuses/{id}/mute", _reacting(actions.mute_thread), MUTE),
    Endpoint("POST", "/api/v1/statuses/{id}/unmute", _reacting(actions.unmute_thread), MUTE),
    Endpoint("GET", "/api/v1/statuses/{id}/reblogged_by", boosted_by, anyone("read:statuses"), PAGES),
    Endpoint("GET", "/api/v1/statuses/{id}/favourited_by", favourited_by, anyone("read:statuses"), PAGES),
    Endpoint("GET", "/api/v1/favourites", favourites, user("read:favourites"), PAGES),
    Endpoint("GET", "/api/v1/bookmarks", bookmarks, user("read:bookmarks"), PAGES),
)
