"""The site door: every page, in one table. Order matters where one path contains another."""

from starlette.routing import BaseRoute

from linnet.door.house import House
from linnet.site import (
    authorize,
    beat,
    compose,
    deeds,
    feeds_out,
    live,
    login,
    meta,
    notices,
    people,
    posts,
    settings,
    setup,
)
from linnet.site.frame import Frame

PARTS = (
    beat,
    setup,
    login,
    authorize,
    settings,
    meta,
    live,
    feeds_out,
    compose,
    deeds,
    people,
    notices,
    posts,
)


def routes(house: House) -> list[BaseRoute]:
    """All routes of this door but the pictures (`media_files`)."""
    frame = Frame(house)
    found = frame.routes()
    for part in PARTS:
        found += part.routes(frame)
    return found
