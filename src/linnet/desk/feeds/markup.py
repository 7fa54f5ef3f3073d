"""Start tags of HTML and XML, found without a parser: no entities to expand, nothing to nest,
nothing to load. Enough for addresses in <link> and <outline>, whatever the rest looks like."""

import html
import re
from collections.abc import Iterator

LONGEST_TAG = 16_384
MOST_ATTRIBUTES = 40

_ATTRIBUTE = re.compile(r"""[\s/]*([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?""")
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{2,40})["']""")
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9._-]{2,40})""", re.IGNORECASE)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def tags(text: str, name: str) -> Iterator[dict[str, str]]:
    """The attributes (names in lower case, entities replaced) of every start tag `name`, outside
    of comments. Linear in the length of `text`."""
    bare = _without_comments(text)
    for opening in re.finditer(rf"<{re.escape(name)}(?=[\s/>])", bare, re.IGNORECASE):
        piece = bare[opening.end() : opening.end() + LONGEST_TAG]
        found: dict[str, str] = {}
        at = 0
        while len(found) < MOST_ATTRIBUTES and (match := _ATTRIBUTE.match(piece, at)):
            at = match.end()
            value = match[2] or match[3] or match[4] or ""
            found.setdefault(match[1].lower(), html.unescape(value).strip())
        yield found


def decode(body: bytes, charset: str = "") -> str:
    """Bytes as text: a byte order mark, then UTF-8 if it is, then what the document or the server
    (`charset`) says, then Windows-1252. Never raises; lone surrogates and NUL do not come out."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").replace("\0", "")
    if is_utf8(body):
        return body.decode("utf-8", "ignore").replace("\0", "")
    declared = _DECLARED.search(body[:1024]) or _META.search(body[:4096])
    for name in (declared[1].decode("ascii") if declared else "", charset, "windows-1252"):
        try:
            text = body.decode(name) if name else None
        except (LookupError, ValueError):
            continue
        if isinstance(text, str):
            return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return body.decode("latin-1").replace("\0", "")


def is_utf8(body: bytes) -> bool:
    """Is it UTF-8, but for a character that was cut at the end? Other encodings hardly ever are by
    chance; those that live in seven bits (ISO-2022) give themselves away by their escapes."""
    if b"\x1b" in body:
        return False
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.start > len(body) - 4
    return True


def _without_comments(text: str) -> str:
    kept = []
    at = 0
    while (opening := text.find("<!--", at)) >= 0:
        kept.append(text[at:opening])
        closing = text.find("-->", opening)
        if closing < 0:
            return "".join(kept)
        at = closing + 3
    kept.append(text[at:])
    return "".join(kept)
