"""Lists of people: followers, followed, who boosted, who asks; and the search for them."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.door.house import Sighted
from linnet.kernel.clock import DAY
from linnet.kernel.errors import Gone, NotFound
from linnet.kernel.ids import first_id_at
from linnet.kernel.page import Page
from linnet.kernel.value import Value, changed
from linnet.site import paging
from linnet.site.frame import Frame, Handler, Visit
from linnet.social.directory import queries as directory
from linnet.social.emoji.rules import Said
from linnet.social.follows import queries as follow_queries
from linnet.social.follows.rules import Relationship, Tie
from linnet.social.marks import queries as mark_queries
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.posts import views
from linnet.social.posts.rules import PostView
from linnet.social.search import queries as search_queries
from linnet.social.text.scan import hashtag_key

MOST = 20
RECENT = 14 * DAY  # who wrote with a hashtag since then is suggested to those who follow it


class PeoplePage(Value):
    """Accounts with what stands between each and the viewer; `ids` page. `sayings`: what each reacted
    with, by account."""

    ids: list[int]
    accounts: list[Account]
    ties: dict[int, Relationship]
    sayings: dict[int, Said]


def _people(tx: Tx, ties: list[Tie], viewer_id: int, now: int) -> PeoplePage:
    accounts = people.accounts(tx, [tie.account_id for tie in ties])
    return PeoplePage([tie.id for tie in ties], accounts, _ties(tx, accounts, viewer_id, now), {})


def _ties(tx: Tx, accounts: list[Account], viewer_id: int, now: int) -> dict[int, Relationship]:
    if not viewer_id:
        return {}
    return {tie.id: tie for tie in follow_queries.relationships(tx, viewer_id, [a.id for a in accounts], now)}


HIDDEN = "This account does not tell who follows whom."


def ties_page(
    tx: Tx, query: Callable[..., list[Tie]], address: str, viewer_id: int, page: Page, now: int
) -> tuple[Account, PeoplePage]:
    """Followers or followed of an account. Raises NotFound, Gone."""
    handle, _, host = address.partition("@")
    account = people.by_handle(tx, handle, host)
    if account and account.local and account.hidden:
        raise Gone("This account was closed.")
    if account is None:
        raise NotFound("account")
    told = account.tells_network(viewer_id)
    ties = query(tx, account.id, page, viewer_id=viewer_id) if told else []
    return account, _people(tx, ties, viewer_id, now)


def _followers(query: Callable[..., list[Tie]], heading: str, blank: str) -> Handler:
    async def page(visit: Visit) -> Response:
        address = visit.request.path_params["address"]
        account, shown = await visit.db.read(
            ties_page, query, address, visit.viewer_id, paging.asked(visit), visit.now
        )
        title = f"{heading} {account.name}"
        told = account.tells_network(visit.viewer_id)
        return _list(visit, title, shown, blank if told else HIDDEN, f"/@{account.address}")

    return page


def _list(visit: Visit, title: str, shown: PeoplePage, blank: str, back: str) -> Response:
    return visit.render(
        "people.html",
        title=title,
        people=shown.accounts,
        ties=shown.ties,
        sayings=shown.sayings,
        blank=blank,
        back=back,
        asks=False,
        next=paging.older(visit, shown.ids),
        activity="find_people",
    )


def _reactors(
    tx: Tx, query: Callable[..., list[Tie]], post_id: int, viewer_id: int, page: Page, now: int
) -> PeoplePage:
    views.view(tx, post_id, viewer_id)
    return _people(tx, query(tx, post_id, page), viewer_id, now)


async def boosts(visit: Visit) -> Response:
    """Who boosted a post."""
    shown = await visit.db.read(
        _reactors, views.boosters, visit.id(), visit.viewer_id, paging.asked(visit), visit.now
    )
    return _list(visit, "Boosted by", shown, "Nobody yet.", f"/posts/{visit.id()}")


def _favouriters(tx: Tx, post_id: int, viewer_id: int, page: Page, now: int) -> PeoplePage:
    shown = _reactors(tx, mark_queries.favouriters, post_id, viewer_id, page, now)
    said = mark_queries.sayings(tx, [post_id], [account.id for account in shown.accounts])
    return changed(shown, sayings={account_id: saying for (_, account_id), saying in said.items()})


async def favourites(visit: Visit) -> Response:
    """Who marked a post as a favourite, and with what."""
    shown = await visit.db.read(_favouriters, visit.id(), visit.viewer_id, paging.asked(visit), visit.now)
    return _list(visit, "A favourite of", shown, "Nobody yet.", f"/posts/{visit.id()}")


def _asking(tx: Tx, account_id: int, page: Page, now: int) -> PeoplePage:
    return _people(tx, follow_queries.requests(tx, account_id, page), account_id, now)


async def requests(visit: Visit) -> Response:
    """Who would like to follow the account."""
    shown = await visit.db.read(_asking, visit.account.id, paging.asked(visit), visit.now)
    return visit.render(
        "people.html",
        title="They would like to follow you",
        people=shown.accounts,
        ties=shown.ties,
        sayings={},
        blank="Nobody is waiting.",
        back="/notifications",
        asks=True,
        next=paging.older(visit, shown.ids),
        activity="find_people",
    )


class Found(Value):
    """What a search found."""

    accounts: list[Account]
    ties: dict[int, Relationship]
    tags: list[str]
    ids: list[int]
    views: list[PostView]


def found(tx: Tx, text: str, viewer_id: int, page: Page, now: int) -> Found:
    """People by handle, name and bio; tags; posts. Ten queries at most, because it is three searches."""
    first = page == Page(size=page.size)
    accounts = (
        people.accounts(tx, search_queries.accounts(tx, text, viewer_id=viewer_id, n=5)) if first else []
    )
    key = hashtag_key(text.strip().lstrip("#"))
    tags = search_queries.tags(tx, key, 5) if first and key else []
    ids = search_queries.posts(tx, text, viewer_id=viewer_id, below=page.below, above=page.above, n=page.size)
    return Found(accounts, _ties(tx, accounts, viewer_id, now), tags, ids, views.views(tx, ids, viewer_id))


def _sighted(tx: Tx, had: Found, sighted: Sighted, viewer_id: int, now: int) -> Found:
    """What another server has at this address or under this name."""
    accounts = people.accounts(tx, [sighted.account_id])
    seen = views.views(tx, [sighted.post_id], viewer_id) if sighted.post_id else []
    ids = [view.post.id for view in seen]
    return Found(accounts, _ties(tx, accounts, viewer_id, now), had.tags, ids, seen)


def _suggested(tx: Tx, viewer_id: int, now: int) -> Found:
    """People whom the viewer might like to follow, while nothing is looked for."""
    reasons = dict(directory.suggested(tx, viewer_id, since_id=first_id_at(now - RECENT), n=5))
    accounts = people.accounts(tx, list(reasons))
    return Found(accounts, _ties(tx, accounts, viewer_id, now), [], [], [])


async def search(visit: Visit) -> Response:
    """Search for people, tags and posts."""
    text = visit.query("q").strip()[:500]
    shown = Found([], {}, [], [], [])
    if not text and visit.viewer_id:
        shown = await visit.db.read(_suggested, visit.viewer_id, visit.now)
    if text:
        shown = await visit.db.read(found, text, visit.viewer_id, paging.asked(visit), visit.now)
    if visit.viewer_id and text and paging.asked(visit) == Page(size=paging.SIZE):
        sighted = await visit.house.lookup(text)
        if sighted != Sighted():
            shown = await visit.db.read(_sighted, shown, sighted, visit.viewer_id, visit.now)
    return visit.render(
        "search.html",
        title=f"Search: {text}" if text else "Search",
        text=text,
        found=shown,
        ties=shown.ties,
        next=paging.older(visit, shown.ids),
        activity="find_people",
        headers={"X-Robots-Tag": "noindex"},
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get(
            "/@{address}/followers",
            _followers(follow_queries.followers, "Followers of", "Nobody follows yet."),
        ),
        frame.get(
            "/@{address}/following",
            _followers(follow_queries.following, "Followed by", "Nobody is followed yet."),
        ),
        frame.get("/posts/{id}/boosts", boosts),
        frame.get("/posts/{id}/favourites", favourites),
        frame.get("/follow-requests", requests, who="member"),
        frame.get("/search", search),
    ]
