"""Every endpoint of the client API, and where they hang in the server."""

from starlette.routing import BaseRoute, Mount, Route

from linnet.door.house import House
from linnet.mastodon import missing
from linnet.mastodon.bearer import Tokens
from linnet.mastodon.door import Door
from linnet.mastodon.present import Presenter
from linnet.mastodon.routes import (
    accounts,
    apps,
    directory,
    empty,
    instance,
    later,
    markers,
    media,
    notifications,
    oauth,
    policy,
    polls,
    profile,
    quotes,
    reactions,
    reports,
    scheduled,
    search,
    statuses,
    streaming,
    tags,
    ties,
    timelines,
)
from linnet.mastodon.sockets import Sockets
from linnet.mastodon.streams import Streams

ENDPOINTS = (
    *oauth.ENDPOINTS,
    *apps.ENDPOINTS,
    *instance.ENDPOINTS,
    *accounts.ENDPOINTS,
    *profile.ENDPOINTS,
    *ties.ENDPOINTS,
    *markers.ENDPOINTS,
    *statuses.ENDPOINTS,
    *reactions.ENDPOINTS,
    *quotes.ENDPOINTS,
    *polls.ENDPOINTS,
    *scheduled.ENDPOINTS,
    *media.ENDPOINTS,
    *timelines.ENDPOINTS,
    *search.ENDPOINTS,
    *notifications.ENDPOINTS,
    *policy.ENDPOINTS,
    *reports.ENDPOINTS,
    *tags.ENDPOINTS,
    *directory.ENDPOINTS,
    *empty.ENDPOINTS,
    *later.ENDPOINTS,
)


def routes(house: House) -> list[BaseRoute]:
    """The client API: all of /api, and those parts of /oauth and /.well-known that are not pages."""
    tokens, present = Tokens(house), Presenter(house.db, house.settings.url)
    streams = Streams(house, tokens, present)
    table = (*ENDPOINTS, *streaming.endpoints(streams))
    door = Door(house, table, tokens, present, Sockets(streams))
    alone = sorted({e.path for e in ENDPOINTS if not e.path.startswith("/api/")})
    return [Mount("/api", door), *(Route(path, door) for path in alone), *missing.routes()]
