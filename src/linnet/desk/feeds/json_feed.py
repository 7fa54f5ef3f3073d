"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read with its usual mistakes."""

from typing import Any

from linnet.desk.feeds import canonical
from linnet.desk.feeds.rules import Item, Parsed
from linnet.desk.feeds.words import MOST_ITEMS, named, one_line, plain_text
from linnet.kernel.clock import parse_time
from linnet.kernel.errors import Invalid
from linnet.kernel.wire import decode


def looks_so(body: bytes) -> bool:
    """Does it begin like JSON?"""
    return body[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def parse(text: str, address: str) -> Parsed:
    """The feed, stories in its order. Raises Invalid("feed")."""
    try:
        document = decode(text.lstrip("\ufeff"))
    except Invalid as error:
        raise Invalid("feed", "is not valid JSON", cause=error.cause) from error
    version = document.get("version") if isinstance(document, dict) else None
    items = document.get("items") if isinstance(document, dict) else None
    if not (isinstance(version, str) and "jsonfeed.org/version/" in version and isinstance(items, list)):
        raise Invalid("feed", "is JSON, but not a JSON Feed")
    site = canonical.tidy(_text(document.get("home_page_url")), address)
    made = [_item(item, site or address) for item in items[: MOST_ITEMS * 10]]
    found = tuple(item for item in made if item)
    name = "JSON Feed 1.1" if version.rstrip("/").endswith("1.1") else "JSON Feed 1.0"
    return Parsed(name, one_line(_text(document.get("title")), 200), site, found, len(made) - len(found))


def _item(item: Any, base: str) -> Item | None:
    """None: no object, or no address."""
    if not isinstance(item, dict):
        return None
    guid = _text(item.get("id"))
    url = canonical.shared(_text(item.get("url")), base) or canonical.shared(
        _text(item.get("external_url")), base
    )
    url = url or canonical.shared(guid)
    if not url:
        return None
    text = _text(item.get("content_text"))
    summary = one_line(_text(item.get("summary")), 1000) or plain_text(_text(item.get("content_html")))
    summary = summary or one_line(text, 1000)
    title, summary = named(_text(item.get("title")), summary, url)
    return Item(
        guid=guid or url,
        url=url,
        url_key=canonical.key(url),
        title=title,
        summary=summary,
        author=one_line(_author(item), 120),
        stated_at=_time(item.get("date_published")) or _time(item.get("date_modified")),
    )


def _author(item: dict[str, Any]) -> str:
    authors = item.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else item.get("author")
    return _text(first.get("name")) if isinstance(first, dict) else ""


def _time(value: Any) -> int | None:
    try:
        return parse_time(value, "date") if isinstance(value, str) else None
    except Invalid:
        return None


def _text(value: Any) -> str:
    """Ids may be numbers: the format forbids it, and its own text says to take them."""
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, str | int | float) else ""
