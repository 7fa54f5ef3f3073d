"""Links: who came by which, counted three ways; one link with every visit, and its QR code."""

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.firm import queries as firm_queries
from linnet.desk.firm.rules import Site
from linnet.desk.links import actions, qr, queries, rules
from linnet.desk.links.rules import Link, Ways
from linnet.desk.visits import figures
from linnet.desk.visits import rules as visit_rules
from linnet.desk.visits.figures import HitRow, VisitCounts, VisitRow, Wanted
from linnet.kernel.clock import DAY
from linnet.kernel.errors import Invalid, LinnetError, NotFound
from linnet.kernel.page import WIDE
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.desk_times import as_typed
from linnet.site.frame import Frame, Visit
from linnet.social.posts import queries as post_queries
from linnet.social.posts.rules import Post

LISTED = 50
LATELY = 30 * DAY
FIELDS = ("target", "channel", "kind", "rule")
CHANNEL_WORDS = {
    "fediverse": "Fediverse",
    "bluesky": "Bluesky",
    "linkedin": "LinkedIn",
    "newsletter": "Newsletter",
    "qr": "Print and QR",
    "other": "Elsewhere",
}
KIND_WORDS = {
    "confirmed": "confirmed person",
    "person": "probable person",
    "unsure": "unsure",
    "preview": "preview by a server",
    "machine": "program",
    "prefetch": "fetched ahead",
    "probe": "no visit",
    "staff": "your own people",
}
WORDS = {"channels": CHANNEL_WORDS, "kinds": KIND_WORDS, "rules": visit_rules.RULES}


class Shelf(Value):
    """What the list shows."""

    links: list[Link]
    counts: dict[str, VisitCounts]
    channels: dict[str, VisitCounts]


def shelf(tx: Tx, account_id: int, before: int, now: int) -> Shelf:
    """Three queries: links, what each brought ever, what each channel brought lately."""
    found = queries.of_account(tx, account_id, before=before, n=LISTED + 1)
    return Shelf(
        found,
        figures.counts_by_link(tx, [link.code for link in found]),
        figures.counts_by_channel(tx, account_id, since=now - LATELY, until=now + DAY),
    )


async def page(visit: Visit) -> Response:
    """The account's tracked links, the newest first."""
    before = forms.whole(visit.query("before"))
    found = await visit.db.read(shelf, visit.account.id, WIDE if before is None else before, visit.now)
    shown = found.links[:LISTED]
    return visit.render(
        "desk/links.html",
        title="Links",
        activity="manage",
        links=shown,
        counts=found.counts,
        channels=found.channels,
        words=WORDS,
        next=f"/links?before={shown[-1].created_at}" if len(found.links) > LISTED else "",
        short=_short,
    )


def _short(address: str) -> str:
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


# one link


class Sheet(Value):
    """What the page of one link shows."""

    link: Link
    counts: VisitCounts
    visits: list[VisitRow]
    hits: list[HitRow]
    post: Post | None


def sheet(tx: Tx, code: str, account_id: int, before: tuple[int, int], visit_id: int) -> Sheet:
    """Five queries at most. Raises NotFound."""
    link = _own(tx, code, account_id)
    return Sheet(
        link,
        figures.counts_by_link(tx, [code])[code],
        figures.visits(tx, Wanted(0, WIDE, code=code), before=before, n=LISTED + 1),
        figures.hits_of(tx, visit_id) if visit_id else [],
        post_queries.post(tx, link.post_id) if link.post_id else None,
    )


async def one(visit: Visit) -> Response:
    """A link: its address, what it brought, every visit with its class and rule."""
    code = visit.request.path_params["code"]
    before = (forms.whole(visit.query("at")) or WIDE, forms.whole(visit.query("before")) or WIDE)
    chosen = forms.whole(visit.query("visit")) or 0
    found = await visit.db.read(sheet, code, visit.account.id, before, chosen)
    shown = found.visits[:LISTED]
    last = shown[-1] if len(found.visits) > LISTED else None
    link = found.link
    base = visit.house.settings.url
    return visit.render(
        "desk/link.html",
        title=_short(link.target),
        activity="manage",
        sheet=found,
        link=link,
        post_text=as_typed(found.post.text) if found.post else "",
        address=rules.address_of(link, base),
        choices=visit_rules.OVERRULED_TO if visit.runs_firm else (),
        visits=shown,
        chosen=chosen,
        words=WORDS,
        next=f"/links/{code}?{urlencode({'at': last.first_at, 'before': last.id})}" if last else "",
        short=_short,
    )


async def stop(visit: Visit) -> Response:
    """Switches a go link off."""
    return await _switch(visit, on=False)


async def resume(visit: Visit) -> Response:
    """Switches a go link on again."""
    return await _switch(visit, on=True)


async def _switch(visit: Visit, *, on: bool) -> Response:
    visit.must("post")
    code = visit.request.path_params["code"]
    await visit.db.write(_set, code, visit.account.id, on, visit.now)
    return visit.to(f"/links/{code}", flash="It leads on again." if on else "It leads nowhere now.")


def _set(tx: Tx, code: str, account_id: int, on: bool, now: int) -> None:
    link = queries.link(tx, code)
    if link is None or link.account_id != account_id or link.kind != "go":
        raise NotFound("link")
    if on:
        actions.resume(tx, code)
    else:
        actions.stop(tx, code, now=now)


async def new_page(visit: Visit) -> Response:
    """The form for a link made by hand."""
    visit.must("draft")
    return _new(visit)


def _new(visit: Visit, error: LinnetError | None = None) -> Response:
    return visit.render(
        "desk/link_new.html",
        title="Make a link",
        status=forms.status_for(error) if error else 200,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        channels=[(key, words) for key, words in CHANNEL_WORDS.items() if key != "fediverse"],
        asked={"target": visit.query("target")[:2048], "channel": visit.query("channel", "newsletter")},
    )


async def make(visit: Visit) -> Response:
    """Makes a link for a channel: a code on the firm's own sites, else a go link."""
    visit.must("draft")
    form = visit.form
    try:
        link = await visit.db.write(
            _made,
            form.text("target"),
            form.text("channel"),
            visit.account.id,
            visit.house.settings.url,
            visit.now,
        )
    except LinnetError as error:
        return _new(visit, error)
    return visit.to(f"/links/{link.code}", flash="Here it is: copy the address.")


def _made(tx: Tx, typed: str, channel: str, account_id: int, base: str, now: int) -> Link:
    target = typed.strip()
    target = rules.without_code(target if "://" in target else f"https://{target}")
    rules.check_target(target)
    kind = rules.kind_for(target, Ways(queries.own_hosts(tx), base, go_links=True))
    if not kind:
        raise Invalid("target", "is on this server itself: only other websites can be linked to")
    return actions.make(tx, target, kind=kind, channel=channel, account_id=account_id, post_id=None, now=now)


# a picture of it, and the snippet


async def picture(visit: Visit) -> Response:
    """The link as a QR code: an SVG to print, which is downloaded with ?download=1."""
    code = visit.request.path_params["code"]
    link = await visit.db.read(_own, code, visit.account.id)
    address = rules.address_of(link, visit.house.settings.url)
    headers = {"Cache-Control": "private, max-age=3600"}
    if visit.query("download"):
        headers["Content-Disposition"] = f'attachment; filename="{visit.firm.file_prefix}qr-{code}.svg"'
    return Response(qr.svg(address, address), media_type="image/svg+xml", headers=headers)


def _own(tx: Tx, code: str, account_id: int) -> Link:
    link = queries.link(tx, code)
    if link is None or link.account_id != account_id:
        raise NotFound("link")
    return link


async def snippet(visit: Visit) -> Response:
    """How to put the page snippet on the firm's websites."""
    sites: list[Site] = await visit.db.glance(firm_queries.sites)
    return visit.render(
        "desk/snippet.html", title="Count on your own website", sites=sites, base=visit.house.settings.url
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/links", page, who="member"),
        frame.get("/links/new", new_page, who="member"),
        frame.post("/links/new", make),
        frame.get("/links/snippet", snippet, who="member"),
        frame.get("/links/{code}", one, who="member"),
        frame.get("/links/{code}/qr.svg", picture, who="member"),
        frame.post("/links/{code}/stop", stop),
        frame.post("/links/{code}/resume", resume),
    ]
