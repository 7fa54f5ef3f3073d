"""HTML from elsewhere (other servers, feeds): made safe to show, or turned into plain text."""

import html as entities
import re

import nh3

LONGEST = 100_000
# A parser's work grows with the square of the nesting: 30,000 lists in each other take seconds.
DEEPEST = 200

_TAGS = {
    "p",
    "br",
    "a",
    "strong",
    "em",
    "b",
    "del",
    "i",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "span",
}


# as browsers read it: any number of slashes of either kind, line ends anywhere
_PLACE = re.compile(r"[\x00-\x20]*https?:[/\\]*([^/\\?#]*)", re.IGNORECASE)
_SKIPPED = str.maketrans("", "", "\t\r\n")
_AROUND = "".join(map(chr, range(33)))  # what browsers leave out before and behind an address


def _attribute(tag: str, name: str, value: str) -> str | None:
    """No link with a name or password before its host: `https://bank.example@evil.example/` (C06)."""
    if tag != "a" or name != "href":
        return value
    address = value.translate(_SKIPPED).strip(_AROUND)
    place = _PLACE.match(address)
    return None if place and "@" in place[1] else address


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags={"script", "style", "template", "title", "textarea", "noscript", "iframe", "object"},
    attributes={"a": {"href"}, "*": set()},  # no title: words that only show under a pointer
    allowed_classes={
        "a": {"mention", "hashtag", "u-url"},
        "span": {"h-card", "invisible", "ellipsis"},
        "p": {"quote-inline"},
    },
    link_rel="nofollow noopener noreferrer",
    url_schemes={"http", "https"},
    url_relative="deny",
    attribute_filter=_attribute,
)
_NOTHING_BUT_TEXT = nh3.Cleaner(
    tags=set(), clean_content_tags={"script", "style", "template", "title", "noscript"}
)

# Blocks we do not keep become paragraphs, so that their words do not run together.
_BLOCK = re.compile(
    r"<(/?)(?:h[1-6]|div|section|article|header|footer|main|aside|figure|figcaption|table|tr|dl|dt|dd)"
    r"(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"<p>\s*</p>")
_LINE_END = re.compile(r"(?:<br\b[^<>]*>|</li\s*>)[ \t]*\n?", re.IGNORECASE)
_PARAGRAPH_END = re.compile(
    r"</(?:p|div|h[1-6]|blockquote|pre|ul|ol|table|section|article)\s*>\s*", re.IGNORECASE
)
_MANY_LINES = re.compile(r"\n{3,}")
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)")
_NO_END = "area base br col dd dt embed hr img input li link meta option p param source tbody td th thead tr track wbr"
_NEEDS_NO_END = frozenset(_NO_END.split())
_ANY_TAG = re.compile(r"<[^<>]*>")
_HALF = re.compile("[\ud800-\udfff]")  # half a character: no text that can be written down


_LINK = re.compile(r"(<a\b[^<>]*>)((?:[^<]|<(?!/a>))*)</a>")
_HREF = re.compile(r'\bhref="([^"]*)"')
_HIDDEN = re.compile(r' class="[^"]*\binvisible\b[^"]*"')
_HIDDEN_WORDS = re.compile(r'<span class="[^"]*\binvisible\b[^"]*">[^<]*</span>')
# Marks that turn the text behind them around, also beyond their own word.
_TURNERS = str.maketrans("", "", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(html: str) -> str:
    """Only harmless HTML: paragraphs, line breaks, emphasis, code, quotes, lists, and links to
    http(s) with rel="nofollow noopener noreferrer". Of classes only those of mentions, hashtags,
    shortened links and quotes stay, and nothing is hidden but parts of a link's own address. No marks that turn
    text around. Everything after 100,000 characters is cut off. Never raises."""
    paragraphs = _BLOCK.sub(r"<\1p>", _bounded(html))
    tidied = _CLEANER.clean(paragraphs).translate(_TURNERS).replace('<p class="">', "<p>")
    good = _EMPTY.sub("", tidied)
    return (_shown(good) if _HIDDEN.search(good) else good).strip()


def _shown(html: str) -> str:
    """Servers shorten a link by hiding the ends of its address. Anything else that is hidden is shown:
    it would make a link look as if it led elsewhere (security paper C06)."""
    kept, at = [], 0
    for link in _LINK.finditer(html):
        kept.append(_HIDDEN.sub("", html[at : link.start()]))
        at = link.end()
        kept.append(link[0] if _is_honest(link[1], link[2]) else _HIDDEN.sub("", link[0]))
    return "".join((*kept, _HIDDEN.sub("", html[at:])))


def _is_honest(tag: str, inner: str) -> bool:
    """Is what can be seen the beginning of the link's address, and all of its host?"""
    address = _HREF.search(tag)
    seen = _HIDDEN_WORDS.sub("", inner)
    if address is None or _HIDDEN.search(seen):
        return False
    rest = address[1].partition("://")[2].removeprefix("www.")
    words = _ANY_TAG.sub("", seen).strip().removesuffix("…").removeprefix("www.")
    host = re.split(r"[/?#]", rest, maxsplit=1)[0]
    return rest.startswith(words) and len(words) >= len(host)


def plain(html: str) -> str:
    """The words of HTML as plain text: line breaks and paragraphs stay, everything else goes.
    Not HTML any more: escape it where it is shown. Never raises."""
    lines = _LINE_END.sub("\n", _bounded(html))
    words = _NOTHING_BUT_TEXT.clean(_PARAGRAPH_END.sub("\n\n", lines))
    return _MANY_LINES.sub("\n\n", entities.unescape(words)).strip()


def _bounded(html: str) -> str:
    """What the parser can take without effort; too deep nesting loses all its tags."""
    kept = _HALF.sub("\ufffd", html[:LONGEST].replace("\0", ""))
    if kept.count("<") < DEEPEST:
        return kept
    depth = 0
    for tag in _TAG.finditer(kept):
        if tag.group(2).lower() not in _NEEDS_NO_END:
            depth = max(0, depth + (-1 if tag.group(1) else 1))
            if depth > DEEPEST:
                return _ANY_TAG.sub(" ", kept).replace("<", "&lt;")
    return kept
