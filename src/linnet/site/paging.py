"""Pages of lists: the bounds in the address, and the address of the older ones."""

from collections.abc import Sequence
from typing import TypeVar
from urllib.parse import urlencode

from linnet.kernel.page import Page, page_of
from linnet.site.frame import Visit

T = TypeVar("T")

SIZE = 20


def asked(visit: Visit, size: int = SIZE) -> Page:
    """The page that was asked for (`max_id`, or `min_id` for newer ones). Raises Invalid."""
    known = {"max_id", "min_id"}
    return page_of(lambda name: visit.query(name) if name in known else None, size=size)


def older(visit: Visit, ids: Sequence[int], size: int = SIZE) -> str:
    """The address of what comes after these ids; '' when the list is at its end."""
    return address(visit, max_id=str(ids[-1])) if len(ids) >= size else ""


def address(visit: Visit, **changes: str) -> str:
    """This page's address with other parameters; bounds are not kept."""
    kept = {
        name: value for name, value in visit.request.query_params.items() if name not in {"max_id", "min_id"}
    }
    query = urlencode(kept | changes)
    return f"{visit.request.url.path}?{query}" if query else visit.request.url.path
