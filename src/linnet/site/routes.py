"""The site door: every page, in one table. Order matters where one path contains another."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.door.house import House
from linnet.kernel.errors import NotFound
from linnet.site import (
    answers,
    authorize,
    beat,
    closing,
    compose,
    deeds,
    deliveries,
    desk_balance,
    desk_came,
    desk_costs,
    desk_coupons,
    desk_hits,
    desk_links,
    desk_mail,
    desk_news,
    desk_persons,
    desk_plan,
    desk_pool,
    desk_sales,
    desk_sheets,
    desk_shops,
    desk_start,
    desk_statement,
    desk_time,
    desk_today,
    desk_trial,
    feeds_out,
    live,
    login,
    meta,
    moving,
    notices,
    people,
    posts,
    quotes,
    relays,
    reports,
    servers,
    settings,
    setup,
)
from linnet.site.frame import Frame, Visit

PARTS = (
    beat,
    setup,
    login,
    authorize,
    settings,
    reports,
    moving,
    closing,
    deliveries,
    servers,
    relays,
    meta,
    live,
    feeds_out,
    compose,
    deeds,
    quotes,
    people,
    notices,
    answers,
    desk_today,
    desk_balance,
    desk_start,
    desk_plan,
    desk_news,
    desk_came,
    desk_hits,
    desk_coupons,
    desk_links,
    desk_pool,
    desk_statement,
    desk_mail,
    desk_time,
    desk_costs,
    desk_sheets,
    desk_sales,
    desk_shops,
    desk_persons,
    desk_trial,
    posts,
)


def routes(house: House) -> list[BaseRoute]:
    """All routes of this door but the pictures (`media_files`). They stand last in the app: the final
    one answers for every address that nobody has."""
    frame = Frame(house)
    found = frame.routes()
    for part in PARTS:
        found += part.routes(frame)
    found.append(frame.get("/{path:path}", nothing_here))
    return found


async def nothing_here(visit: Visit) -> Response:
    """Every address that no door has; a slash too many is taken off."""
    path = visit.request.url.path
    if path.endswith("/"):
        return visit.to(path.rstrip("/"))
    raise NotFound("page")
