"""Which feeds a web page names, and where they usually are when it names none."""

from urllib.parse import urljoin, urlsplit

from linnet.desk.feeds import canonical, markup
from linnet.kernel.value import Value

MOST = 20
TYPES = {
    "application/rss+xml": "RSS",
    "application/atom+xml": "Atom",
    "application/feed+json": "JSON Feed",
    "application/json": "JSON Feed",
    "application/rdf+xml": "RSS",
    "application/rss": "RSS",
    "application/atom": "Atom",
    "text/rss": "RSS",
    "text/rss+xml": "RSS",
}
# WordPress and Ghost, Jekyll and Hugo, Movable Type, Blogger, JSON Feed.
USUAL = ("feed", "rss", "feed.xml", "atom.xml", "rss.xml", "index.xml", "feeds/posts/default", "feed.json")


class Found(Value):
    """A feed that may be added."""

    address: str
    title: str
    format: str


def named(page: bytes, address: str, charset: str = "") -> list[Found]:
    """The feeds that a page names in <link rel="alternate"> (https://www.rssboard.org/rss-autodiscovery),
    in its order, once each. Not the oEmbed and the WordPress API, which look alike."""
    text = markup.decode(page, charset)
    base = _base(text, address)
    found: dict[str, Found] = {}
    for tag in markup.tags(text, "link"):
        kind = TYPES.get(tag.get("type", "").partition(";")[0].strip().lower())
        target = canonical.tidy(tag.get("href", ""), base)
        relations = tag.get("rel", "").lower().split()
        if (
            not kind
            or not target
            or "alternate" not in relations
            or "oembed" in target
            or "/wp-json/" in target
        ):
            continue
        title = " ".join(tag.get("title", "").split())[:200]
        found.setdefault(canonical.key(target), Found(target, title, kind))
        if len(found) >= MOST:
            break
    return list(found.values())


def _base(text: str, address: str) -> str:
    """What the addresses of a page start from: its first `base` that is one, else its own."""
    for tag in markup.tags(text, "base"):
        if tag.get("href"):
            try:
                return urljoin(address, tag["href"])
            except ValueError:  # `//[`
                return address
    return address


def usual(address: str) -> list[str]:
    """Where to look when the page names none: beside the page, and at the root of its site."""
    parts = urlsplit(address)
    root = f"{parts.scheme}://{parts.netloc}/"
    folder = root + parts.path.strip("/") + "/" if parts.path.strip("/") else root
    places = [folder + name for name in USUAL[:2]] if folder != root else []
    return [*places, *(root + name for name in USUAL)]
