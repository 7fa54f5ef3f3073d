"""What a page says of itself for a card: Open Graph, else title and description. Pure.

https://ogp.me/
"""

from html.parser import HTMLParser
from urllib.parse import urljoin

from linnet.desk.links.rules import Preview, check_target
from linnet.kernel.errors import Invalid

MOST = {"title": 200, "description": 500, "site_name": 100}
_NAMES = {
    "og:title": "title",
    "og:description": "description",
    "og:image": "image",
    "og:image:secure_url": "image",
    "og:site_name": "site_name",
    "description": "plain_description",
    "twitter:title": "plain_title",
    "twitter:image": "plain_image",
}


class _Head(HTMLParser):
    """Collects what stands in the head; the first of each."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and "title_tag" not in self.found
        if tag == "meta":
            given = {name: value or "" for name, value in attrs}
            name = _NAMES.get((given.get("property") or given.get("name") or "").strip().lower())
            if name and given.get("content", "").strip():
                self.found.setdefault(name, given["content"])

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.found["title_tag"] = (self.found.get("title_tag", "") + data)[:1000]


def read_preview(target: str, html: str, *, url: str, now: int) -> Preview:
    """The preview of `target` by its page, which was found at `url`. Never raises for bad HTML."""
    head = _Head()
    head.feed(html)
    found = head.found
    title = found.get("title") or found.get("plain_title") or found.get("title_tag", "")
    description = found.get("description") or found.get("plain_description", "")
    return Preview(
        target,
        title=_line(title, "title"),
        description=_line(description, "description"),
        image=_picture(url, found.get("image") or found.get("plain_image", "")),
        site_name=_line(found.get("site_name", ""), "site_name"),
        fetched_at=now,
    )


def _line(text: str, name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[: MOST[name]]


def _picture(base: str, address: str) -> str:
    if not address:
        return ""
    try:
        return check_target(urljoin(base, address.strip()))
    except (Invalid, ValueError):
        return ""
