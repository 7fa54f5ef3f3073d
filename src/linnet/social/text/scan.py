"""Finds links, mentions and hashtags in plain text.

Follows what the public conformance cases of twitter-text and Mastodon's own patterns agree on;
where they differ the choice is written beside the pattern. `site/static/count.js` is the same
scanner for the browser; `tests/fixtures/text_cases.json` keeps the two the same.

Linear: the text is walked once. A pattern only starts where its run of characters starts, and
looking for a closing parenthesis ends after 200 characters.
"""

# The full-width forms and dashes below are meant.
# ruff: noqa: RUF001

import re
import unicodedata
from functools import cache
from pathlib import Path

import regex

from linnet.kernel.value import Value


class Link(Value):
    """A web address. `text` as written; `url` with a scheme (https:// where none was written)."""

    start: int
    end: int
    url: str
    text: str


class Mention(Value):
    """`@handle` or `@handle@host`. As written; `host` '' when none is written."""

    start: int
    end: int
    handle: str
    host: str


class Hashtag(Value):
    """`#name`. `key` is the form in which names are compared: NFKC, case folded."""

    start: int
    end: int
    name: str
    key: str


class Scan(Value):
    """What was found; spans are in characters (code points), in order, and never overlap."""

    links: tuple[Link, ...]
    mentions: tuple[Mention, ...]
    tags: tuple[Hashtag, ...]


# Letters of scripts written without spaces, and symbols: a link or a name may stand directly beside
# them. Inside a path they only count after a separator: .../wiki/日本 yes, .../index.html日本 no.
_GLUED = (
    r"\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}"
    r"\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{So}ー\uFF70\uFF9E\uFF9F"
)
# Emoji end in these marks; they are no part of a word.
_EMOJI_MARKS = r"\uFE0E\uFE0F\u20E3"

_LATIN = r"A-Za-z0-9\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u1E00-\u1EFF"
_LATIN_LABEL = rf"[{_LATIN}](?:[-_]*+[{_LATIN}])*+"
_START = re.compile(
    r"(?<![A-Za-z0-9_@＠$#＃])(?P<scheme>[Hh][Tt][Tt][Pp][Ss]?://)"
    r"|(?P<at>[@＠])"
    r"|(?P<hash>[#＃])"
    rf"|(?<![{_LATIN}._/\\@＠$#＃-])(?P<bare>{_LATIN_LABEL}(?:\.{_LATIN_LABEL})+)"
)

_HOST_LABEL = r"[\p{L}\p{M}\p{N}\p{So}](?:[-_]*+[\p{L}\p{M}\p{N}\p{So}])*+"
_HOST = regex.compile(rf"{_HOST_LABEL}(?:\.{_HOST_LABEL})+")
# A server that is tried out on one machine: its own links are links too.
_LOCAL = regex.compile(r"localhost(?!\.?[\p{L}\p{M}\p{N}\p{So}_-])")
_ASCII_TLD = re.compile(r"[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9-]{1,59}")
_TLD_AND_MORE = regex.compile(rf"([A-Za-z]{{2,63}})(?:-|[{_GLUED}])")
_PORT = re.compile(r":[0-9]{1,5}(?![0-9])")

_TAIL = r"A-Za-z0-9!*';:=+,.$/%#\[\]_~@|&?-"
_TAIL_RUN = regex.compile(
    rf"(?:[{_TAIL}]+|(?![{_GLUED}])[\p{{L}}\p{{M}}\p{{N}}–]|(?<=[/:=_&+.,~?#%{_GLUED}-])[{_GLUED}])*+"
)
_TAIL_IN_PARENTHESES = regex.compile(rf"[\p{{L}}\p{{M}}\p{{N}}–(){_TAIL}]{{1,200}}")
_TAIL_NEVER_ENDS_IN = "!*';:,.$%[]~@|&?–"
_GLUED_NEXT = regex.compile(rf"[{_GLUED}]")

# Mastodon's user names: word characters with dots and hyphens inside. Not after a word, nor after
# what is more likely an address or a curse: f!@#$. (Mastodon takes no mention after CJK; we do, as
# twitter-text does, since no space stands there.)
_MENTION = regex.compile(
    r"(?<![/=!#$%&*@＠])"
    rf"(?<!(?![{_GLUED}{_EMOJI_MARKS}])[\p{{L}}\p{{M}}\p{{N}}_])"
    r"[@＠]([A-Za-z0-9_]++(?:[.-]++[A-Za-z0-9_]++)*+)"
)
_NO_MENTION_BEFORE = regex.compile(rf"[@＠]|://|(?![{_GLUED}])[\p{{L}}\p{{M}}]")

# Not after a word, & (&#39;), / or =. Beside letters, marks, digits and _: ZWNJ and ZWJ, the Hebrew
# and Tibetan marks, the middle dots and the Japanese marks of twitter-text's list.
_HASHTAG = regex.compile(
    rf"(?<![\p{{L}}\p{{N}}_&/=])(?<!(?![{_EMOJI_MARKS}])\p{{M}})"
    rf"[#＃](?![{_EMOJI_MARKS}·・\u200C\u200D])"
    r"([\p{L}\p{M}\p{Nd}_\u200C\u200D\uA67E\u05BE\u05F3\u05F4～〜゛゜゠・〃\u0F0B\u0F0C·]++)"
)
_HASHTAG_NEVER_ENDS_IN = "·・\u200c\u200d～〜゠"
_LETTER = regex.compile(r"\p{L}")

# "bakery.de" is a link, "it.so" is not: of the country domains, without a path, only those that are
# no word of a common language (twitter-text: co and tv). And "archive.zip" names a file.
_COUNTRIES = "co tv eu de ch fr nl dk se pl cz uk ca au nz io"
_BARE_COUNTRIES = frozenset(_COUNTRIES.split())
_FILES = frozenset({"zip", "mov"})


@cache
def top_level_domains() -> frozenset[str]:
    """IANA's names in lower case, as xn-- and in their own script."""
    lines = Path(__file__).with_name("tlds.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def scan(text: str) -> Scan:
    """Everything in `text` that becomes a link. Never raises."""
    links: list[Link] = []
    mentions: list[Mention] = []
    tags: list[Hashtag] = []
    at = 0
    while found := _START.search(text, at):
        kind, start, at = found.lastgroup, found.start(), found.end()
        if kind == "at":
            if mention := _mention(text, start):
                mentions.append(mention)
                at = mention.end
        elif kind == "hash":
            if tag := _hashtag(text, start):
                tags.append(tag)
                at = tag.end
        elif link := _link(text, start, at) if kind == "scheme" else _bare_link(text, start, at):
            links.append(link)
            at = link.end
    return Scan(tuple(links), tuple(mentions), tuple(tags))


def _link(text: str, start: int, host_start: int) -> Link | None:
    end = _host_end(text, host_start) or _local_end(text, host_start)
    if not end or text[end : end + 1] in ("@", "＠"):
        return None
    end = _tail_end(text, _port_end(text, end), "/?#")
    written = text[start:end]
    scheme = host_start - start
    return Link(start, end, written[:scheme].lower() + written[scheme:], written)


def _bare_link(text: str, start: int, host_end: int) -> Link | None:
    """A link without a scheme. No part of an e-mail address; its last part is a known domain."""
    if text[host_end : host_end + 1] in ("@", "＠", "+"):
        return None
    labels = text[start:host_end].split(".")
    top = labels[-1].lower()
    titled = labels[-1] not in (top, labels[-1].upper())  # "all.New" lacks a space
    if titled or top not in top_level_domains() or "_" in labels[-2]:
        return None
    end = _tail_end(text, _port_end(text, host_end), "/?")
    if text[host_end : host_end + 1] != "/" and not _stands_alone(labels, top):
        return None
    return Link(start, end, f"https://{text[start:end]}", text[start:end])


def _stands_alone(labels: list[str], top: str) -> bool:
    if len(labels) > 2:
        return top not in _FILES
    return top in _BARE_COUNTRIES if len(top) == 2 else top not in _FILES


def _host_end(text: str, start: int) -> int:
    """Where the host that starts at `start` ends; 0 when none is there."""
    found = _HOST.match(text, start)
    if not found:
        return 0
    end: int = found.end()
    labels = found.group().split(".")
    top = labels[-1]
    if "_" in top or "_" in labels[-2]:
        return 0
    if _ASCII_TLD.fullmatch(top) or top.lower() in top_level_domains():
        return end
    more = _TLD_AND_MORE.match(top)  # a space is missing: example.com-and, example.comです
    if more and more.group(1).lower() in top_level_domains():
        return end - len(top) + len(more.group(1))
    return 0


def _local_end(text: str, start: int) -> int:
    found = _LOCAL.match(text, start)
    return int(found.end()) if found else 0


def _port_end(text: str, at: int) -> int:
    found = _PORT.match(text, at)
    return found.end() if found else at


def _tail_end(text: str, start: int, beginnings: str) -> int:
    """Where path, query and fragment end. Parentheses belong to it when they are closed;
    punctuation at the end belongs to the sentence."""
    if text[start : start + 1] not in tuple(beginnings):
        return start
    if _GLUED_NEXT.match(text, start + 1):
        return start + (text[start] == "/")
    end: int = _TAIL_RUN.match(text, start).end()
    while text[end : end + 1] == "(" and (closed := _closed(text, end)):
        end = _TAIL_RUN.match(text, closed).end()
    while end > start and text[end - 1] in _TAIL_NEVER_ENDS_IN:
        end -= 1
    return end


def _closed(text: str, opening: int) -> int:
    """The place after the parenthesis that closes the one at `opening`; 0 when it stays open."""
    depth = 0
    for offset, c in enumerate(_TAIL_IN_PARENTHESES.match(text, opening).group()):
        depth += (c == "(") - (c == ")")
        if depth == 0:
            return opening + offset + 1
    return 0


def _mention(text: str, start: int) -> Mention | None:
    found = _MENTION.match(text, start)
    if not found:
        return None
    handle, end = found.group(1), found.end()
    host = ""
    if text[end : end + 1] == "@" and (host_end := _host_end(text, end + 1)):
        host, end = text[end + 1 : host_end], host_end
    if _NO_MENTION_BEFORE.match(text, end):
        return None
    return Mention(start, end, handle, host)


def _hashtag(text: str, start: int) -> Hashtag | None:
    found = _HASHTAG.match(text, start)
    if not found:
        return None
    name = found.group(1).rstrip(_HASHTAG_NEVER_ENDS_IN)
    if not _LETTER.search(name) or text.startswith("://", found.end()):
        return None
    return Hashtag(start, start + 1 + len(name), name, hashtag_key(name))


def hashtag_key(name: str) -> str:
    """The form in which hashtags are compared: NFKC, case folded."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
