"""What went out to other servers: how far each letter has come, what was refused, what waits and why."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.door.neighbours import Neighbours, Told
from linnet.kernel.errors import NotFound
from linnet.kernel.page import WIDE
from linnet.site import forms, words
from linnet.site.desk_times import as_typed
from linnet.site.frame import Frame, Visit

LISTED = 30
EXCERPT = 120
KINDS = {
    "Create": "Post",
    "Update": "Edit",
    "Delete": "Deletion",
    "Announce": "Boost",
    "Like": "Favourite",
    "EmojiReact": "Favourite",
    "Follow": "Follow",
    "Accept": "Yes to a follower",
    "Reject": "No to a follower",
    "Undo": "Taken back",
    "Block": "Block",
    "Flag": "Report",
    "Move": "Moving",
    "Add": "Pinned",
    "Remove": "No longer pinned",
    "QuoteRequest": "Asked to quote",
}


def neighbours(visit: Visit) -> Neighbours:
    """What the pages may ask. Raises NotFound on a server that speaks to no other."""
    found = visit.house.neighbours
    if found is None:
        raise NotFound("page")
    return found


def said(told: Told) -> str:
    """How far a letter has come: Delivered to 412 followers on 88 servers; 3 refused; 5 wait."""
    parts = []
    if told.inboxes_done:
        on = words.some(told.hosts_done, "server")
        reached = f"{words.some(told.followers_done, 'follower')} on {on}" if told.followers_done else on
        parts.append(f"Delivered to {reached}")
    elif told.waiting:
        parts.append("Not delivered yet")
    else:
        parts.append("Not delivered")
    if told.refused:
        parts.append(f"{words.count(told.refused)} refused")
    if told.waiting and told.inboxes_done + told.refused:
        parts.append(f"{words.count(told.waiting)} {'waits' if told.waiting == 1 else 'wait'}")
    return "; ".join(parts)


def excerpt(told: Told) -> str:
    """The beginning of the post's text, on one line."""
    text = " ".join(as_typed(told.text).split())
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}…"


async def page(visit: Visit) -> Response:
    """The latest letters first: those about posts, or all."""
    every = visit.query("all") == "1"
    before = forms.whole(visit.query("before")) or WIDE
    found = await visit.db.read(neighbours(visit).told, all_kinds=every, before=before, n=LISTED + 1)
    shown = found[:LISTED]
    return visit.render(
        "neighbours/deliveries.html",
        title="Deliveries",
        activity="manage",
        letters=shown,
        every=every,
        older_url=_older(shown[-1], every=every) if len(found) > LISTED else "",
        kinds=KINDS,
        said=said,
        excerpt=excerpt,
    )


def _older(last: Told, *, every: bool) -> str:
    return f"/settings/deliveries?before={last.id}{'&all=1' if every else ''}"


async def one(visit: Visit) -> Response:
    """One letter: who refused it and why, where it waits and why."""
    way = await visit.db.read(neighbours(visit).way, visit.id(), visit.now)
    return visit.render(
        "neighbours/delivery.html",
        title=f"{KINDS.get(way.told.kind, way.told.kind)}: delivery",
        activity="manage",
        way=way,
        letter=way.told,
        kinds=KINDS,
        said=said,
        excerpt=excerpt,
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes, where there are other servers."""
    if frame.house.neighbours is None:
        return []
    return [
        frame.get("/settings/deliveries", page, who="owner"),
        frame.get("/settings/deliveries/{id}", one, who="owner"),
    ]
