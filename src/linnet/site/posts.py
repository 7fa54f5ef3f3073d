"""The microblog's pages: home, profiles, threads, tags, lists of posts."""

from collections.abc import Callable, Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.firm import first_steps
from linnet.desk.firm.first_steps import Step
from linnet.desk.firm.rules import Firm
from linnet.kernel.errors import Gone, NotFound
from linnet.kernel.page import Page
from linnet.kernel.value import Value
from linnet.site import compose, forms, paging
from linnet.site.desk_times import as_typed
from linnet.site.frame import Frame, Handler, Visit
from linnet.social.follows import queries as follow_queries
from linnet.social.follows.rules import Relationship
from linnet.social.marks import queries as mark_queries
from linnet.social.marks.queries import Marked
from linnet.social.media import queries as media_queries
from linnet.social.media.rules import Media, file_path
from linnet.social.people import queries as people
from linnet.social.people import rules as people_rules
from linnet.social.people.rules import Account
from linnet.social.posts import queries as post_queries
from linnet.social.posts import views
from linnet.social.posts.graves import why_absent
from linnet.social.posts.rules import PostView, Version
from linnet.social.text.scan import hashtag_key
from linnet.social.timelines import queries as timelines

ANSWERS = 40  # of a thread on one page
DEPTH = 4


class Listed(Value):
    """A page of posts: the ids that were asked for (they page) and those the viewer may see."""

    ids: list[int]
    views: list[PostView]


def _listed(tx: Tx, ids: list[int], viewer_id: int) -> Listed:
    return Listed(ids, views.views(tx, ids, viewer_id))


def home_page(tx: Tx, account_id: int, page: Page) -> Listed:
    """The home timeline."""
    return _listed(tx, timelines.home(tx, account_id, page), account_id)


def front_page(tx: Tx, firm: Firm, page: Page) -> tuple[Account | None, Listed]:
    """What a stranger sees first: the firm's account and the public posts of this server."""
    ids = timelines.public(tx, page, local=True)
    return people.account(tx, firm.account_id), _listed(tx, ids, 0)


async def home(visit: Visit) -> Response:
    """Home with the composer; for strangers the firm's front page; before the set-up a sign."""
    if visit.here.firm is None:
        return visit.render("unset.html", title="Linnet", headers={"Cache-Control": "no-store"})
    page = paging.asked(visit)
    if visit.here.session is None:
        account, listed = await visit.db.read(front_page, visit.firm, page)
        return visit.render(
            "front.html",
            title=visit.firm.name,
            account=account,
            views=listed.views,
            next=paging.older(visit, listed.ids),
        )
    listed = await visit.db.read(home_page, visit.account.id, page)
    if visit.part:
        return _pieces(visit, listed)
    return visit.render(
        "home.html",
        title="Home",
        draft=compose.fresh(visit),
        steps=await _first_steps(visit),
        views=listed.views,
        newer=paging.address(visit, min_id=str(listed.ids[0]))
        if visit.query("max_id") and listed.ids
        else "",
        next=paging.older(visit, listed.ids),
        activity="read",
    )


async def _first_steps(visit: Visit) -> list[Step]:
    """What is left to do in the first fortnight, for whoever runs the firm; [] when all is done."""
    firm, session = visit.firm, visit.session
    if session.account_id != firm.account_id or not visit.runs_firm:
        return []
    if not first_steps.is_fresh(firm, visit.now):
        return []
    had = await visit.db.read(first_steps.done, session.account_id, session.person_id)
    steps = first_steps.steps(visit.account, had, waits=visit.here.hold is not None)
    return [] if all(step.done for step in steps) else steps


def _pieces(visit: Visit, listed: Listed) -> Response:
    """Only the list, for our script."""
    body = visit.html("pieces.html", views=listed.views, next=paging.older(visit, listed.ids))
    return Response(body, media_type="text/html")


class ProfilePage(Value):
    """What a profile shows."""

    account: Account
    ties: Relationship | None
    listed: Listed
    pinned: list[PostView]
    header: Media | None
    went: Account | None = None  # where it goes on


def profile_page(tx: Tx, address: str, viewer_id: int, tab: str, page: Page, now: int) -> ProfilePage:
    """A profile. Raises NotFound. Eight queries at most with pinned posts: the page shows two lists."""
    handle, _, host = address.partition("@")
    account = people.by_handle(tx, handle, host)
    if account and account.local and account.hidden:
        raise Gone("This account was closed.")
    if account is None or account.hidden:
        raise NotFound("account")
    ties = (
        follow_queries.relationships(tx, viewer_id, [account.id], now)
        if viewer_id and viewer_id != account.id
        else []
    )
    if ties and ties[0].blocked_by:
        return ProfilePage(account, ties[0], Listed([], []), [], None)
    ids = timelines.account(
        tx,
        account.id,
        page,
        visibilities=views.visibilities(tx, account.id, viewer_id),
        replies=tab != "posts",
        boosts=tab == "posts",
        with_media=tab == "media",
    )
    first = not page.above and page == Page(size=page.size)
    pins = views.pinned(tx, account.id) if tab == "posts" and first else []
    seen = {
        view.post.id: view
        for view in views.views(tx, [*pins, *(id for id in ids if id not in pins)], viewer_id)
    }
    header = media_queries.media(tx, account.header_id) if account.header_id else None
    return ProfilePage(
        account,
        ties[0] if ties else None,
        Listed(ids, [seen[id] for id in ids if id in seen and id not in pins]),
        [seen[id] for id in pins if id in seen],
        header,
        people.account(tx, account.moved_to_id) if account.moved_to_id else None,
    )


def _profile(tab: str) -> Handler:
    async def page(visit: Visit) -> Response:
        address = visit.request.path_params["address"]
        bounds = paging.asked(visit)
        shown = await visit.db.read(profile_page, address, visit.viewer_id, tab, bounds, visit.now)
        account = shown.account
        if visit.part:
            return _pieces(visit, shown.listed)
        if visit.viewer_id:
            await visit.house.watch.profile(account.id)
        return visit.render(
            "profile.html",
            title=f"{account.name} (@{account.address})",
            account=account,
            fields=people_rules.fields_of(account),
            ties=shown.ties,
            views=shown.listed.views,
            pinned=shown.pinned,
            header=shown.header,
            went=shown.went if shown.went and not shown.went.hidden else None,
            tab=tab,
            next=paging.older(visit, shown.listed.ids),
            activity="read",
        )

    return page


class ThreadPage(Value):
    """A post with what stands above and below it; `depths` for each of the answers."""

    view: PostView
    ancestors: list[PostView]
    descendants: list[PostView]
    depths: list[int]
    more: bool


def thread_page(tx: Tx, post_id: int, viewer_id: int, skip: int, handle: str = "") -> ThreadPage:
    """The thread around a post, asked for below the profile of `handle`. Raises NotFound, Gone."""
    post = post_queries.visible(tx, post_id, viewer_id)
    if post is None:
        raise why_absent(tx, post_id, handle)
    if post.boost_of_id:
        return thread_page(tx, post.boost_of_id, viewer_id, skip)
    context = views.context(tx, post, viewer_id)
    below = context.descendants[skip : skip + ANSWERS]
    seen = {view.post.id: view for view in views.views(tx, [*context.ancestors, post_id, *below], viewer_id)}
    if post_id not in seen:
        raise NotFound("post")
    answers = [seen[id] for id in below if id in seen]
    return ThreadPage(
        seen[post_id],
        [seen[id] for id in context.ancestors if id in seen],
        answers,
        _depths(post_id, answers),
        len(context.descendants) > skip + ANSWERS,
    )


def _depths(post_id: int, answers: Sequence[PostView]) -> list[int]:
    depth = {post_id: 0}
    for view in answers:
        depth[view.post.id] = min(depth.get(view.post.reply_to_id or 0, 0) + 1, DEPTH)
    return [depth[view.post.id] for view in answers]


async def thread(visit: Visit) -> Response:
    """A thread; the address has the author's name in it and is put right when that is another."""
    skip = min(forms.whole(visit.query("skip")) or 0, 4096)
    handle = visit.request.path_params["address"]
    shown = await visit.db.read(thread_page, visit.id(), visit.viewer_id, skip, handle)
    view = shown.view
    path = f"/@{view.account.address}/{view.post.id}"
    if visit.request.url.path != path:
        return visit.to(path)
    if visit.viewer_id:
        await visit.house.watch.thread(view.post.id)
    picture = view.media[0] if view.media and not view.post.sensitive else None
    return visit.render(
        "thread.html",
        title=f"{view.account.name}: {_summary(view)[:60]}",
        view=view,
        ancestors=shown.ancestors,
        descendants=list(zip(shown.descendants, shown.depths, strict=True)),
        next=f"{path}?skip={skip + ANSWERS}" if shown.more else "",
        draft=compose.answering(visit, view, back=path) if visit.may("answer") else None,
        url=visit.house.settings.url + path,
        summary=_summary(view),
        picture={
            "url": file_path(picture),
            "width": picture.width,
            "height": picture.height,
            "alt": picture.alt,
        }
        if picture
        else None,
        back=f"/@{shown.ancestors[-1].account.address}/{shown.ancestors[-1].post.id}"
        if shown.ancestors
        else "/",
        activity="answer" if visit.viewer_id != view.account.id else "read",
    )


def _summary(view: PostView) -> str:
    return view.post.warning or as_typed(view.post.text) or "A picture"


async def boost_address(visit: Visit) -> Response:
    """`/posts/{id}`: the post by its id alone."""
    view = await visit.db.read(_by_id, visit.id(), visit.viewer_id)
    return visit.to(f"/@{view.shown.account.address}/{view.shown.post.id}")


def _by_id(tx: Tx, post_id: int, viewer_id: int) -> PostView:
    found = views.views(tx, [post_id], viewer_id)
    if not found:
        raise why_absent(tx, post_id)
    return found[0]


def tag_page(tx: Tx, key: str, viewer_id: int, page: Page) -> Listed:
    """Posts with a tag."""
    return _listed(tx, timelines.tag(tx, key, page, viewer_id=viewer_id), viewer_id)


async def tag(visit: Visit) -> Response:
    """Public posts with a hashtag."""
    name = visit.request.path_params["tag"][:200]
    key = hashtag_key(name)
    listed = await visit.db.read(tag_page, key, visit.viewer_id, paging.asked(visit))
    if visit.part:
        return _pieces(visit, listed)
    return visit.render(
        "timeline.html",
        title=f"#{name}",
        heading="",
        act=None,
        feed=f"/tags/{key}",
        views=listed.views,
        next=paging.older(visit, listed.ids),
        blank=("tag", "Nothing here yet", "Public updates with this hashtag stand here."),
        activity="read",
    )


def _marked_page(
    tx: Tx, query: Callable[..., list[Marked]], account_id: int, page: Page
) -> tuple[list[int], list[PostView]]:
    rows = query(tx, account_id, page)
    return [row.id for row in rows], views.views(tx, [row.post_id for row in rows], account_id)


async def bookmarks(visit: Visit) -> Response:
    """What the account keeps for itself."""
    ids, shown = await visit.db.read(
        _marked_page, mark_queries.bookmarks, visit.account.id, paging.asked(visit)
    )
    return _marks(
        visit,
        "Bookmarks",
        ids,
        shown,
        ("bookmark", "Nothing kept", "Bookmark a post to find it again here. Nobody else sees it."),
    )


async def favourites(visit: Visit) -> Response:
    """What the account marked as favourites."""
    ids, shown = await visit.db.read(
        _marked_page, mark_queries.favourites, visit.account.id, paging.asked(visit)
    )
    return _marks(
        visit,
        "Favourites",
        ids,
        shown,
        ("heart", "No favourites yet", "Posts that you mark with a heart stand here."),
    )


def _marks(
    visit: Visit, title: str, ids: list[int], shown: list[PostView], blank: tuple[str, str, str]
) -> Response:
    return visit.render(
        "timeline.html",
        title=title,
        heading="",
        act=None,
        feed="",
        views=shown,
        next=paging.older(visit, ids),
        blank=blank,
        activity="read",
    )


class Versions(Value):
    """A post and its earlier states."""

    view: PostView
    versions: list[Version]


def _versions(tx: Tx, post_id: int, viewer_id: int) -> Versions:
    return Versions(views.view(tx, post_id, viewer_id), post_queries.versions(tx, post_id))


async def history(visit: Visit) -> Response:
    """What stood in an edited post before, the newest first."""
    shown = await visit.db.read(_versions, visit.id(), visit.viewer_id)
    return visit.render(
        "history.html", title="Earlier versions", view=shown.view, versions=list(reversed(shown.versions))
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes. Feeds (`/@x.atom`) stand before these in the table."""
    return [
        frame.get("/", home),
        frame.get("/tags/{tag}", tag),
        frame.get("/bookmarks", bookmarks, who="member"),
        frame.get("/favourites", favourites, who="member"),
        frame.get("/posts/{id}", boost_address),
        frame.get("/posts/{id}/history", history),
        frame.get("/@{address}", _profile("posts")),
        frame.get("/@{address}/with_replies", _profile("with_replies")),
        frame.get("/@{address}/media", _profile("media")),
        frame.get("/@{address}/{id}", thread),
    ]
