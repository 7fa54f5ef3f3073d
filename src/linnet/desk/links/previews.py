"""What a page says of itself for a card: Open Graph, else title and description. Pure.

https://ogp.me/
"""

from urllib.parse import urljoin

from linnet.desk.links.rules import Preview, check_target
from linnet.kernel.errors import Invalid
from linnet.social.cards.page import read_head

MOST = {"title": 200, "description": 500, "site_name": 100}


def read_preview(target: str, html: str, *, url: str, now: int) -> Preview:
    """The preview of `target` by its page, which was found at `url`. Never raises for bad HTML."""
    found = read_head(html)
    title = found.get("title") or found.get("plain_title") or found.get("title_tag", "")
    description = found.get("description") or found.get("plain_description", "")
    return Preview(
        target,
        title=_line(title, "title"),
        description=_line(description, "description"),
        image=_picture(url, found.get("image") or found.get("secure_image") or found.get("plain_image", "")),
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
