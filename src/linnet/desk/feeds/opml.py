"""Lists of feeds as other readers write and read them (OPML 2.0, http://opml.org/spec2.opml).

Read by looking at <outline> tags only, not with an XML parser: external entities, entity bombs and
deep nesting mean nothing here, and lists with broken XML, which are common, work.
"""

import re
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from linnet.desk.feeds import canonical, markup
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value

LARGEST = 2 << 20  # bytes
MOST = 1000  # feeds in one list

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Outline(Value):
    """One feed of a list."""

    address: str
    title: str = ""
    site: str = ""


def read(body: bytes) -> list[Outline]:
    """The feeds of an OPML file, in its order, once each. An address that cannot be one is kept as
    it is written: whoever adds it will say so. Raises Invalid("opml") for what is no such list, is
    larger than 2 MB, or names more than 1,000 feeds."""
    if len(body) > LARGEST:
        raise Invalid("opml", "is larger than 2 MB")
    text = markup.decode(body)
    if "<outline" not in text.lower() and "<opml" not in text.lower():
        raise Invalid("opml", "is not a list of feeds in OPML")
    found: dict[str, Outline] = {}
    for tag in markup.tags(text, "outline"):
        written = tag.get("xmlurl", "")
        if not written:
            continue  # a folder
        title = " ".join((tag.get("title") or tag.get("text") or "").split())[:200]
        site = canonical.tidy(tag.get("htmlurl", ""))
        found.setdefault(canonical.key(written) or written, Outline(written[:4096], title, site))
        if len(found) > MOST:
            raise Invalid("opml", f"names more than {MOST} feeds")
    if not found:
        raise Invalid("opml", "names no feeds")
    return list(found.values())


def write(title: str, feeds: Iterable[Outline]) -> str:
    """An OPML 2.0 document that other readers take in."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{escape(_xml(title))}</title></head>",
        "<body>",
    ]
    for feed in feeds:
        name = quoteattr(_xml(feed.title or feed.address))
        site = f" htmlUrl={quoteattr(_xml(feed.site))}" if feed.site else ""
        lines.append(
            f'<outline type="rss" text={name} title={name} xmlUrl={quoteattr(_xml(feed.address))}{site}/>'
        )
    return "\n".join([*lines, "</body>", "</opml>", ""])


def _xml(text: str) -> str:
    """Without what no XML document may have in it, escaped or not."""
    return _NOT_XML.sub("", text)
