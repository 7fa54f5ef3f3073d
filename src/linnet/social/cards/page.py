"""What a page says of itself in its head: Open Graph, else Twitter's names, else title and description.
Nothing in it is run, and no oEmbed is asked for. Pure.

https://ogp.me/
"""

import contextlib
import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from linnet.social.cards.rules import ALT_LENGTH, DESCRIPTION_LENGTH, LONGEST, TITLE_LENGTH, Page
from linnet.social.people.foreign import line

LONGEST_HEAD = 262_144  # characters; some pages have their whole program in there
LARGEST_SIDE = 20_000

_NAMES = {
    "og:title": "title",
    "og:description": "description",
    "og:image": "image",
    "og:image:secure_url": "secure_image",
    "og:image:alt": "image_alt",
    "og:image:width": "width",
    "og:image:height": "height",
    "og:site_name": "site_name",
    "og:locale": "locale",
    "twitter:title": "plain_title",
    "twitter:description": "twitter_description",
    "twitter:image": "plain_image",
    "twitter:image:alt": "plain_alt",
    "description": "plain_description",
}
_CHARSET = re.compile(rb"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_BODY = re.compile(r"</head|<body", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")


class _Head(HTMLParser):
    """Collects what stands in the head; the first of each."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[str, str] = {}
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title" and "title_tag" not in self.found
        if tag not in ("meta", "html"):
            return
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.found.setdefault("language", given.get("lang", ""))
            return
        name = _NAMES.get((given.get("property") or given.get("name") or "").strip().lower())
        if name and given.get("content", "").strip():
            self.found.setdefault(name, given["content"])

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.found["title_tag"] = (self.found.get("title_tag", "") + data)[:1000]


def text_of(body: bytes, content_type: str) -> str:
    """The bytes of a page as text, by what it says of its letters. Never raises."""
    named = _CHARSET.search(content_type.encode()) or _CHARSET.search(body[:2048])
    try:
        return body.decode(named[1].decode() if named else "utf-8", "replace")
    except (LookupError, ValueError):  # ValueError: a codec that is none for texts
        return body.decode("utf-8", "replace")


def read_head(html: str) -> dict[str, str]:
    """What was found, by our names (`_NAMES`), as it was written. Never raises."""
    end = _BODY.search(html, 0, LONGEST_HEAD)
    head = _Head()
    # an AssertionError is how the parser says that a declaration makes no sense: what came before counts
    with contextlib.suppress(AssertionError):
        head.feed(html[: end.start() if end else LONGEST_HEAD])
    return head.found


def read_page(html: str, url: str) -> Page:
    """The page that was found at `url`. Never raises for bad HTML."""
    found = read_head(html)
    title = found.get("title") or found.get("plain_title") or found.get("title_tag", "")
    about = found.get("description") or found.get("twitter_description") or found.get("plain_description", "")
    image = found.get("image") or found.get("secure_image") or found.get("plain_image", "")
    picture = _address(url, found.get("secure_image", "")) or _address(url, image)
    return Page(
        line(title, TITLE_LENGTH),
        line(about, DESCRIPTION_LENGTH),
        picture,
        line(found.get("image_alt") or found.get("plain_alt", ""), ALT_LENGTH) if picture else "",
        _side(found.get("width", "")) if picture else 0,
        _side(found.get("height", "")) if picture else 0,
        _language(found),
    )


def _address(base: str, address: str) -> str:
    """Only https, absolute or not (C05): the picture is fetched by us, later, by the guarded client."""
    try:
        whole = urljoin(base, address.strip()) if address else ""
        parts = urlsplit(whole)
    except ValueError:
        return ""
    good = parts.scheme == "https" and parts.hostname and "@" not in parts.netloc and "\\" not in whole
    return whole if good and whole.isprintable() and len(whole) <= LONGEST else ""


def _side(text: str) -> int:
    plain = text.strip()
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 else 0
    return number if number <= LARGEST_SIDE else 0


def _language(found: dict[str, str]) -> str:
    said = (found.get("language") or found.get("locale", "")).strip().replace("_", "-")
    return said if _LANGUAGE.fullmatch(said) else ""
