"""Relays, for the owner: which are followed, what came of it, one more, one less."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.door.relays import Relays
from linnet.kernel.errors import LinnetError, NotFound
from linnet.site import forms
from linnet.site.frame import Frame, Visit

STATES = {
    "asked": "Asked, no answer yet",
    "accepted": "Sends",
    "refused": "Refused",
    "failed": "Could not be asked",
}


def relays(visit: Visit) -> Relays:
    """What the federation hands over. Raises NotFound where there are no other servers."""
    known = visit.house.relays
    if known is None:
        raise NotFound("page")
    return known


async def page(visit: Visit) -> Response:
    """The page."""
    return await _page(visit, None)


async def _page(visit: Visit, error: LinnetError | None) -> Response:
    return visit.render(
        "neighbours/relays.html",
        title="Relays",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        wrongs=forms.errors_of(error, "address") if error else {},
        relays=await visit.db.read(relays(visit).listed),
        states=STATES,
    )


async def add(visit: Visit) -> Response:
    """One more."""
    form = visit.form
    try:
        await visit.db.write(
            relays(visit).add,
            form.text("address")[:2000],
            followed_tags=form.on("followed_tags"),
            now=visit.now,
        )
    except LinnetError as error:
        return await _page(visit, error)
    return visit.to("/settings/relays", flash="The relay is asked now.")


async def change(visit: Visit) -> Response:
    """What is kept of what it sends; or the end of it."""
    form, known = visit.form, relays(visit)
    id = forms.whole(form.text("id")) or 0
    if form.text("do") == "remove":
        await visit.db.write(known.remove, id, visit.now)
        return visit.to("/settings/relays", flash="The relay is followed no longer. What came by it stays.")
    only = form.text("do") == "tags"
    await visit.db.write(known.limit, id, followed_tags=only)
    kept = (
        "Only posts with a hashtag that somebody here follows are kept now." if only else "All is kept now."
    )
    return visit.to("/settings/relays", flash=kept)


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes, where there are other servers."""
    if frame.house.relays is None:
        return []
    return [
        frame.get("/settings/relays", page, who="owner"),
        frame.post("/settings/relays", add, who="owner"),
        frame.post("/settings/relays/change", change, who="owner"),
    ]
