"""A page of a list that is ordered by id, newest first.

The client API's three bounds (max_id, since_id, min_id) become two plain bounds and a
direction, so that one SQL text with `id < :below AND id > :above` stays an index range scan.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

T = TypeVar("T")

WIDE = (1 << 63) - 1  # greater than every id


class Page(Value):
    """Ids in (above, below), `size` of them: the newest ones, or, with `ascending`, the ones
    nearest above `above`. Lists are shown newest first either way."""

    size: int = 20
    below: int = WIDE
    above: int = 0
    ascending: bool = False


NEWEST = Page()


def in_order(page: Page, rows: Sequence[T]) -> list[T]:
    """Rows of an ascending query turned newest first."""
    return list(reversed(rows)) if page.ascending else list(rows)


def page_of(
    get: Callable[[str], str | None], *, size: int = 20, largest: int = 40, field: str = "limit"
) -> Page:
    """A Page from request parameters (`get(name)`): max_id, since_id, min_id, limit.
    https://docs.joinmastodon.org/api/guidelines/#pagination. Raises Invalid for what is no id;
    a limit beyond `largest` is brought down to it, as the API documents."""
    limit = _whole(get(field), field, size)
    if limit < 1:
        raise Invalid(field, "must be 1 or more")
    lowest = get("min_id")
    return Page(
        size=min(limit, largest),
        below=_whole(get("max_id"), "max_id", WIDE),
        above=_whole(lowest, "min_id", 0) if lowest else _whole(get("since_id"), "since_id", 0),
        ascending=bool(lowest),
    )


def _whole(text: str | None, field: str, default: int) -> int:
    if text is None or text == "":
        return default
    if text.isascii() and text.isdigit() and len(text) <= 25:
        return min(int(text), WIDE)
    raise Invalid(field, "is not a whole number")
