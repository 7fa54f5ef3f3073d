"""A folder of feeds on this machine's own network, and what is in them by another reader's count."""

import json
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import feedparser

MOST = 300  # stories that Linnet takes from one feed
KINDS = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


@dataclass(frozen=True)
class Counted:
    """What feedparser (or a plain JSON reader) finds in a feed: its title, and its stories by address."""

    title: str
    stories: Mapping[str, str]


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files of a folder by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def counted(body: bytes) -> Counted | None:
    """The count that Linnet's is compared with; None where there is no feed in it."""
    if body.lstrip()[:1] == b"{":
        feed = json.loads(body)
        return Counted(feed["title"], {_bare(item["url"]): item.get("title", "") for item in feed["items"]})
    read = feedparser.parse(body)
    if not read.get("version") and not read.entries:
        return None
    stories: dict[str, str] = {}
    for entry in read.entries:
        address = entry.get("feedburner_origlink") or entry.get("link")
        if address:
            whole = urljoin(read.feed.get("link", ""), address.strip())
            stories.setdefault(_bare(whole), line(_plain(entry.get("title", ""))))
    return Counted(line(_plain(read.feed.get("title", ""))), dict(list(stories.items())[:MOST]))


def _bare(address: str) -> str:
    """An address without what only counts readers: a counting address around it, keys behind it."""
    inner = address.rpartition("*http")
    address = f"http{inner[2]}" if inner[1] else inner[2]
    return re.sub(r"(?:(?<=\?)|&)(?:utm_\w+|wt_mc|rss)=[^&#]*", "", address).rstrip("?")


def _plain(text: str) -> str:
    return re.sub(r"<[^>]*>", "", text)


def line(text: str) -> str:
    """A text as one line, its letters in one spelling."""
    return " ".join(unicodedata.normalize("NFC", text).split())


_ENGLISH = re.compile(rb"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|[+-]\d{4})")
_ISO = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)")


def moved_to_today(body: bytes, now: datetime) -> bytes:
    """A feed of long ago with all of its dates later by the same number of days, the newest of them
    just before `now`: only news are worth sharing."""
    dates = [_read(date[0]) for pattern in (_ENGLISH, _ISO) for date in pattern.finditer(body)]
    if not dates:
        return body
    later = timedelta(days=(now - max(dates)).days)

    def move(date: re.Match[bytes]) -> bytes:
        at = _read(date[0]) + later
        return (at.isoformat() if _is_iso(date[0]) else format_datetime(at)).encode()

    return _ISO.sub(move, _ENGLISH.sub(move, body))


def _is_iso(date: bytes) -> bool:
    return date[4:5] == b"-"


def _read(date: bytes) -> datetime:
    text = date.decode()
    at = datetime.fromisoformat(text) if _is_iso(date) else parsedate_to_datetime(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


@contextmanager
def served(files: Mapping[str, bytes]) -> Iterator[int]:
    """Serves the files on a port of 127.0.0.1, which it answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path.removeprefix("/"))
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", KINDS.get(self.path.rpartition(".")[2], "text/xml"))
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: Any) -> None:
            """Says nothing: what was fetched shows in Linnet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def small(now: datetime) -> dict[str, bytes]:
    """Feeds to do with where no folder is given: one of each kind, each with a trouble of its own."""

    def mail(hours: float) -> str:
        return format_datetime(now - timedelta(hours=hours))

    def iso(hours: float) -> str:
        return (now - timedelta(hours=hours)).isoformat(timespec="seconds")

    mill = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<rss version="2.0"><channel><title>Die Mühle</title><link>https://mill.example/</link><description>Mehl</description>
<item><title>Rye flour: what the new harvest is like</title><link>https://mill.example/rye?utm_source=rss&amp;utm_medium=feed</link>
<description>&lt;p&gt;Bread &lt;b&gt;needs&lt;/b&gt; it.&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description><pubDate>{mail(2)}</pubDate></item>
<item><title>Öffnungszeiten im Advent</title><link>https://mill.example/hours</link><guid isPermaLink="false">2</guid><pubDate>{mail(30)}</pubDate></item>
<item><title>Nowhere to go</title><description>has no address</description></item></channel></rss>""".encode(
        "latin-1"
    )
    market = f"""<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>Market &amp; Bakers</title><link href="https://market.example/"/><id>urn:m</id><updated>{iso(1)}</updated>
<entry><id>urn:m:1</id><title type="html">Bread &lt;i&gt;prices&lt;/i&gt; in autumn</title><link href="/prices"/><updated>{iso(3)}</updated><summary>Sourdough bread is dearer.</summary></entry>
<entry><id>urn:m:2</id><title>Rye flour: what the new harvest is like</title><link href="https://www.mill.example/rye"/><updated>{iso(2)}</updated></entry></feed>""".encode()
    town = """<rss><channel><title>A Praça — Notícias</title><link>http://praca.example/</link>
<item><title><![CDATA[Pão de centeio à venda]]></title><link>http://count.praca.example/redir/rss/*http://www.praca.example/pao.htm</link>
<pubDate>Seg, 24 Set 2018 19:42:40 -0300</pubDate></item>
<item><title><![CDATA[Pão de centeio à venda]]></title><link>http://www.praca.example/pao.htm</link><pubDate>Seg, 24 Set 2018 19:42:40 -0300</pubDate></item>
<item><title>Caf&eacute; aberto</title><link>http://www.praca.example/cafe.htm</link><pubDate>Seg, 24 Set 2018 18:00:00 -0300</pubDate></item></channel></rss>""".encode(
        "cp1252"
    )
    guild = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "The Guild",
            "items": [
                {
                    "id": str(n),
                    "url": f"https://guild.example/{n}",
                    "title": f"Meeting {n}",
                    "date_published": iso(20 * n),
                }
                for n in range(1, 5)
            ],
        }
    ).encode()
    return {"guild.json": guild, "market.atom": market, "mill.rss": mill, "town.xml": town}
