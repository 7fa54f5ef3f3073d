"""One line of a web server's log (combined format, as nginx and Apache write it; `formats` has the
others). Pure.

https://httpd.apache.org/docs/2.4/logs.html#combined
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from linnet.desk.links.rules import code_in
from linnet.desk.visits.campaign import NOTHING, Tags, tags_in
from linnet.desk.visits.rules import tidy_host, tidy_path
from linnet.kernel.clock import to_ms
from linnet.kernel.value import Value

LONGEST = 16_384  # bytes; a longer line is rubbish

_LINE = re.compile(
    r"(?P<address>[0-9A-Fa-f.:%a-z]{2,64}) \S{1,256} (?P<user>[^\[]{1,256}) "
    r"\[(?P<time>\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "
    r'"(?P<request>(?:[^"\\]|\\.)*+)" (?P<status>\d{3}) (?P<size>\d+|-) '
    r'"(?P<referrer>(?:[^"\\]|\\.)*+)" "(?P<agent>(?:[^"\\]|\\.)*+)"'
)
_REQUEST = re.compile(r"(?P<method>[A-Z]{1,20}) (?P<target>\S+)(?: HTTP/\d(?:\.\d)?)?")
_MONTHS = {m: n for n, m in enumerate("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(), 1)}  # noqa: SIM905

ASSETS = frozenset({"css", "js", "mjs", "woff", "woff2", "ttf", "otf", "eot"})
REPORT = "/ln"  # the snippet's own report, where the website passes it on: no page, and counted already
ICON = "favicon"  # favicon.ico, favicon-32x32.png: browsers ask for it, also where a page has no style
PAGES = frozenset({"", "html", "htm", "xhtml", "shtml", "php", "asp", "aspx", "jsp", "do", "cgi"})


class Line(Value):
    """A line that could be read. `address`, `user_agent` and `asked_by`, the path of the page that
    asked for it, stay in memory. `what`: page (a document), asset (style, script, font or icon), other.
    `hash`: of a page's time, size and of what is kept of it, so that nothing else can be guessed by it: no
    address, no user agent, no query. `former`: of what it was made before, with the query in it, for a log
    that is read again; it stays in memory."""

    at: int
    address: str
    user_agent: str
    method: str
    status: int
    path: str
    code: str
    referrer: str
    asked_by: str
    what: str
    hash: str
    tags: Tags = NOTHING
    former: str = ""


def read_line(raw: bytes) -> Line | None:
    """A line of the log, or None for rubbish. Never raises."""
    if len(raw) > LONGEST:
        return None
    found = _LINE.match(raw.decode("utf-8", "replace").rstrip("\r\n"))
    request = _REQUEST.fullmatch(found["request"]) if found else None
    at = moment(found["time"]) if found else None
    if not found or not request or at is None:
        return None
    return _line(
        at=at,
        address=found["address"],
        user_agent=found["agent"],
        method=request["method"],
        status=int(found["status"]),
        target=request["target"],
        referrer=found["referrer"],
        known=found.group("time", "size"),
        former="\x00".join(found.group("time", "request", "status", "size", "referrer")),
    )


def line_of(
    *,
    at: int,
    address: str,
    user_agent: str,
    method: str,
    status: int,
    target: str,
    referrer: str,
    known: tuple[str, ...],
) -> Line:
    """A line of another format. `target`: path and query, or a whole address; `known`: what else tells
    this line from others and is nobody's address or user agent."""
    return _line(
        at=at,
        address=address,
        user_agent=user_agent,
        method=method,
        status=status,
        target=target,
        referrer=referrer,
        known=known,
        former="\x00".join((*known, method, target, str(status), referrer)),
    )


def _line(
    *,
    at: int,
    address: str,
    user_agent: str,
    method: str,
    status: int,
    target: str,
    referrer: str,
    known: tuple[str, ...],
    former: str,
) -> Line:
    if "://" in target.split("?", 1)[0]:  # absolute form, as proxies send it
        target = "/" + target.partition("://")[2].partition("/")[2]
    host, slash, asked = referrer.partition("://")[2].partition("/")
    what, path, came_from = _what(target, method), _tidy_path(target), _tidy_host(host)
    page = what == "page"  # nothing else is written, so nothing else needs a hash
    return Line(
        at=at,
        address=address,
        user_agent=user_agent,
        method=method,
        status=status,
        path=path,
        code=code_in("?" + target.partition("?")[2]) if "ln=" in target else "",
        referrer=came_from,
        asked_by=_tidy_path(f"/{asked}") if slash else "",
        what=what,
        hash=hash_of("\x00".join((*known, method, path, str(status), came_from))) if page else "",
        tags=tags_in(target) if "?" in target else NOTHING,
        former=former if page else "",
    )


def hash_of(text: str) -> str:
    """128 bits of SHA-256, as hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


# the same pages and hosts come again and again: half of the time of a line
_tidy_path = lru_cache(maxsize=8192)(tidy_path)
_tidy_host = lru_cache(maxsize=8192)(tidy_host)


def _what(target: str, method: str) -> str:
    path = target.partition("?")[0].partition("#")[0].lower()
    if path == REPORT and method == "POST":
        return "other"
    # WordPress sends favicon.ico on to favicon.ico/, which it answers with a page
    name = (path[:-1] if path.endswith("/favicon.ico/") else path).rpartition("/")[2]
    ending = name.rpartition(".")[2] if "." in name else ""
    if name.startswith(ICON):
        return "asset"
    return "page" if ending in PAGES else "asset" if ending in ASSETS else "other"


@lru_cache(maxsize=8192)
def moment(text: str) -> int | None:
    """`17/May/2015:10:05:03 +0000` in ms."""
    try:
        day, month, year = int(text[:2]), _MONTHS[text[3:6]], int(text[7:11])
        hour, minute, second = int(text[12:14]), int(text[15:17]), int(text[18:20])
        offset = timedelta(hours=int(text[22:24]), minutes=int(text[24:26]))
        zone = timezone(-offset if text[21] == "-" else offset) if offset else UTC
        return to_ms(datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone))
    except (KeyError, ValueError, OverflowError):
        return None
