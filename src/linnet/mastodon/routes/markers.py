"""Markers (https://docs.joinmastodon.org/methods/markers/)."""

from collections.abc import Iterable

from linnet.mastodon import entities
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import user
from linnet.mastodon.calls import Call, Endpoint
from linnet.social.markers import actions, queries
from linnet.social.markers.rules import PLACES, Marker, Place


async def show(call: Call) -> Answer:
    """GET /api/v1/markers?timeline[]=…"""
    places = call.params.choices("timeline", {place: place for place in PLACES}) or []
    return _shown(await call.house.db.glance(queries.markers, call.account, places))


async def put(call: Call) -> Answer:
    """POST /api/v1/markers."""
    wanted: dict[Place, int] = {}
    for place in PLACES:
        marker = call.params.group(place, ("last_read_id",))
        last = marker.id("last_read_id") if marker else None
        if last is not None:
            wanted[place] = last
    return _shown(await call.house.db.write(actions.read_to, call.account, wanted, call.now))


def _shown(markers: Iterable[Marker]) -> Answer:
    return answer({m.timeline: entities.marker(m.last_read_id, m.version, m.updated_at) for m in markers})


ENDPOINTS = (
    Endpoint("GET", "/api/v1/markers", show, user("read:statuses"), "timeline"),
    Endpoint("POST", "/api/v1/markers", put, user("write:statuses"), "home notifications"),
)
