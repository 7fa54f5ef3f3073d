"""Feeds read: bytes in, stories out. RSS 0.9x, 1.0, 2.0 and Atom by feedparser; JSON Feed by us.

Nothing is fetched and nothing is opened here, whatever the bytes say.
"""

import calendar
import hashlib
import io
import re
from collections import Counter
from typing import Any

import feedparser

from linnet.desk.feeds import canonical, dates, json_feed, markup
from linnet.desk.feeds.rules import Item, Parsed
from linnet.desk.feeds.words import MOST_ITEMS, SUMMARY, named, one_line, plain_text
from linnet.kernel.clock import HOUR, MINUTE
from linnet.kernel.errors import Invalid

LARGEST = 5 << 20
# feedparser takes up to 0.1 ms for a tag it did not expect: this bounds it to seconds. A feed of a
# thousand entries has half as many.
MOST_TAGS = 80_000

NAMES = {
    "rss090": "RSS 0.90", "rss091n": "RSS 0.91", "rss091u": "RSS 0.91", "rss092": "RSS 0.92", "rss093": "RSS 0.93",
    "rss094": "RSS 0.94", "rss20": "RSS 2.0", "rss10": "RSS 1.0", "rss": "RSS", "atom01": "Atom 0.1",
    "atom02": "Atom 0.2", "atom03": "Atom 0.3", "atom10": "Atom 1.0", "atom": "Atom", "cdf": "CDF",
}  # fmt: skip
_PERIODS = {"hourly": HOUR, "daily": 24 * HOUR, "weekly": 7 * 24 * HOUR}
_ROOT = re.compile(rb"<(?:rss|feed|(?:\w{1,20}:)?rdf)\b", re.IGNORECASE)
_ENTITY = re.compile(rb"<!ENTITY[^>]{0,4096}>?", re.IGNORECASE)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")  # byte order marks of UTF-16 and UTF-32
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)


def parse(body: bytes, address: str, content_type: str = "") -> Parsed:
    """The feed in `body`, which was found at `address` and sent as `content_type`. At most 300
    stories, newest first. Relative addresses are made whole; markup becomes plain text. Raises
    Invalid("feed") for what is no feed, and nothing else; blocks for up to seconds: use a thread."""
    if body.startswith(_WIDE):
        body = markup.decode(body[:LARGEST]).encode()
    kept = _bounded(body)
    if not kept.strip(b"\0 \t\r\n"):
        raise Invalid("feed", "is empty")
    charset = _charset(content_type)
    if json_feed.looks_so(kept):
        return finish(json_feed.parse(markup.decode(kept, charset), address))
    return finish(_parse_xml(kept, address, charset))


def finish(parsed: Parsed) -> Parsed:
    """Only the newest, each once; where several stories stand on one page, at anchors of their
    own (a list of changes), the anchor belongs to what they are compared by."""
    once = list({item.guid: item for item in reversed(parsed.items)}.values())[::-1]
    newest = sorted(once, key=lambda item: -(item.stated_at or 0))[:MOST_ITEMS]
    pages: Counter[str] = Counter()
    for url_key, _ in {(i.url_key, canonical.fragment(i.url)) for i in newest if "#" in i.url}:
        pages[url_key] += 1
    items = tuple(
        Item(
            guid=_name(i.guid),
            url=i.url,
            url_key=canonical.key(i.url, with_fragment=True) if pages[i.url_key] > 1 else i.url_key,
            title=i.title,
            summary=i.summary,
            author=i.author,
            stated_at=i.stated_at,
        )
        for i in newest
    )
    left_out = parsed.left_out + len(once) - len(newest)
    return Parsed(parsed.format, parsed.title, parsed.site, items, left_out, parsed.at_least)


def _parse_xml(body: bytes, address: str, charset: str) -> Parsed:
    # feedparser believes the server first, and servers are often wrong: what is UTF-8, is.
    known = "utf-8" if markup.is_utf8(body) else charset
    headers = {"content-type": f"application/xml; charset={known}" if known else "application/xml"}
    try:
        # A stream: of plain bytes feedparser would open the file, or the address, that they name.
        read = feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # a tolerant reader has countless ways to stumble
        raise Invalid("feed", "cannot be read", cause=repr(error)) from error
    if not read.get("version") and not read.get("entries"):
        if _PAGE.search(body[:4096]):
            raise Invalid("feed", "is a web page, not a feed")
        raise Invalid("feed", "is neither RSS nor Atom nor JSON Feed")
    feed = read.feed
    site = canonical.tidy(_text(feed.get("link")), address)
    if canonical.key(site) == canonical.key(address):
        site = ""
    items, left_out = [], 0
    for entry in read.entries[: MOST_ITEMS * 10]:
        item = _item(dict(entry), site or address)  # plain: its own kind of dict warns and maps names
        if item:
            items.append(item)
        else:
            left_out += 1
    return Parsed(
        format=NAMES.get(read.get("version", ""), "RSS"),
        title=one_line(_words(feed, "title"), 200),
        site=site,
        items=tuple(items),
        left_out=left_out,
        at_least=_at_least(feed),
    )


def _item(entry: dict[str, Any], base: str) -> Item | None:
    """None: it has no address, so that nobody can be sent to it."""
    guid = _text(entry.get("id"))
    links = [_text(link.get("href")) for link in entry.get("links") or ()]
    written = (_text(entry.get("feedburner_origlink")), _text(entry.get("link")), guid, *links)
    url = next((found for text in written if text and (found := _address(text, base, guid))), "")
    if not url:
        return None
    title, summary = named(
        _words(entry, "title"), one_line(_words(entry, "summary"), SUMMARY) or _content(entry), url
    )
    return Item(
        guid=guid or url,
        url=url,
        url_key=canonical.key(url),
        title=title,
        summary=summary,
        author=one_line(_text(entry.get("author")), 120),
        stated_at=_stated(entry),
    )


def _address(text: str, base: str, guid: str) -> str:
    # a guid is a name first: only a whole address will do
    return canonical.shared(text, "" if text == guid else base)


def _words(holder: Any, name: str) -> str:
    """A text as plain text: markup is only taken for markup where it is declared or looks so."""
    value = _text(holder.get(name))
    detail = holder.get(f"{name}_detail")
    if detail and detail.get("type") == "text/plain":
        return value
    return plain_text(value)


def _content(entry: dict[str, Any]) -> str:
    for content in entry.get("content") or ():
        if value := _text(content.get("value")):
            return plain_text(value)
    return ""


def _stated(entry: dict[str, Any]) -> int | None:
    for name in ("published", "created", "updated"):
        parsed = entry.get(f"{name}_parsed")
        if parsed:
            try:
                return calendar.timegm(parsed) * 1000
            except (ValueError, OverflowError, TypeError):
                continue
        if written := _text(entry.get(name)):
            at = dates.foreign(written)
            if at is not None:
                return at
    return None


def _at_least(feed: Any) -> int:
    """The pause that the feed asks for (RSS <ttl>, syn:updatePeriod), in ms; 0 for none."""
    ttl = _text(feed.get("ttl")).strip()
    if ttl.isascii() and ttl.isdigit() and len(ttl) < 6:
        return int(ttl) * MINUTE
    period = _PERIODS.get(_text(feed.get("sy_updateperiod")).strip().lower(), 0)
    often = _text(feed.get("sy_updatefrequency")).strip()
    times = int(often) if often.isascii() and often.isdigit() and len(often) < 4 else 1
    return period // max(times, 1)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _charset(content_type: str) -> str:
    found = re.search(r"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{2,40})", content_type)
    return found[1] if found else ""


def _name(guid: str) -> str:
    """What the source calls a story, in a length and in characters that every database keeps."""
    if len(guid) <= 200 and guid.isprintable():
        return guid
    return f"sha256:{hashlib.sha256(guid.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _bounded(body: bytes) -> bytes:
    """What is read of it: not too much, and without entities that the document defines itself.
    The XML parser has its own limit on them, and reaches it after a second."""
    root = _ROOT.search(body, 0, 1 << 16)
    start = root.start() if root else 0
    kept = (_ENTITY.sub(b"", body[:start]) + body[start:])[:LARGEST]
    if kept.count(b"<") > MOST_TAGS:
        kept = b"<".join(kept.split(b"<", MOST_TAGS)[:MOST_TAGS])
    return kept
