"""How long a text is, whether it can be posted, and how it looks as HTML."""

import re
import unicodedata
from collections.abc import Callable
from html import escape

import regex

from linnet.kernel.errors import Invalid
from linnet.social.text.scan import Hashtag, Link, Mention, Scan, scan

LINK_LENGTH = 23  # what a link counts, whatever its length: Mastodon's number
SHOWN_LENGTH = 30  # characters of a link that are shown: Mastodon's number

_NEWLINES = re.compile(r"\r\n?|[\u2028\u2029]")
_GRAPHEME = regex.compile(r"\X")
_FORBIDDEN = regex.compile(r"[\p{Cc}\p{Cs}--\n\t]|\p{Noncharacter_Code_Point}", regex.VERSION1)
_VISIBLE = regex.compile(r"[^\p{Z}\p{C}\u115F\u1160\u2800\u3164\uFFA0]")
_SENDER = re.compile(r"\?(?:utm_\w+|ln|fbclid|gclid|mc_[ce]id|igsh)=[^?#]*\Z", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


def normal(text: str) -> str:
    """The same text with line feeds as line ends and composed characters (NFC)."""
    return unicodedata.normalize("NFC", _NEWLINES.sub("\n", text))


def measure(text: str) -> int:
    """How long a text is as people count: in graphemes; a link counts 23, of `@user@host` only
    `@user` counts. The same number as `linnetCount.measure` shows in the browser."""
    kept = normal(text)
    found = scan(kept)
    cuts = [(link.start, link.end, "x" * LINK_LENGTH) for link in found.links]
    cuts += [(name.start, name.end, f"@{name.handle}") for name in found.mentions if name.host]
    parts, at = [], 0
    for start, end, counted in sorted(cuts):
        parts += [kept[at:start], counted]
        at = end
    return _graphemes("".join([*parts, kept[at:]]))


def _graphemes(text: str) -> int:
    if text.isascii():  # and no \r is left: one character, one grapheme
        return len(text)
    return len(_GRAPHEME.findall(text))


def check_text(text: str, most: int, *, allow_empty: bool = False) -> str:
    """The text as we keep it: NFC, line feeds, nothing blank at its end. Raises Invalid when it is
    empty, longer than `most` (see `measure`), or has characters that are none."""
    if len(text) > most * 20 + 8192:  # long addresses count 23; heaps of marks count 1
        raise Invalid("text", f"is much longer than {most} characters")
    if _FORBIDDEN.search(_NEWLINES.sub("\n", text)):
        raise Invalid("text", "has control characters or halves of characters in it")
    kept = normal(text).rstrip()
    if not _VISIBLE.search(kept):
        if allow_empty:
            return ""
        raise Invalid("text", "is empty")
    over = measure(kept) - most
    if over > 0:
        raise Invalid("text", f"is {over} character{'s' if over > 1 else ''} longer than {most}")
    return kept


def to_html(
    text: str,
    *,
    mention_url: Callable[[Mention], tuple[str, str] | None],
    tag_url: Callable[[Hashtag], str],
    found: Scan | None = None,
) -> str:
    """The text as HTML in Mastodon's manner: paragraphs, line breaks, links, mentions, hashtags.
    Everything is escaped.

    `mention_url` gives address and shown name of whom it knows, None for whom it does not (the
    mention stays plain text); `found` spares a second scan of the same text.
    """
    found = found or scan(text)
    spans = [(link.start, link.end, _link_html(link)) for link in found.links]
    spans += [(tag.start, tag.end, _tag_html(tag, tag_url(tag))) for tag in found.tags]
    for mention in found.mentions:
        if known := mention_url(mention):
            spans.append((mention.start, mention.end, _mention_html(*known)))
    parts, at = [], 0
    for start, end, html in sorted(spans):
        parts += [escape(text[at:start]), html]
        at = end
    whole = "".join([*parts, escape(text[at:])]).strip()
    if not whole:
        return ""
    paragraphs = (part.replace("\n", "<br>") for part in _BLANK_LINES.split(whole))
    return "".join(f"<p>{part}</p>" for part in paragraphs)


def _link_html(link: Link) -> str:
    shown = link.text
    lead = ""
    for prefix in ("https://www.", "http://www.", "https://", "http://"):
        if shown.lower().startswith(prefix):
            lead, shown = shown[: len(prefix)], shown[len(prefix) :]
            break
    body = f'<span class="invisible">{escape(lead)}</span>' if lead else ""
    said = _SENDER.sub("", shown)  # what is read; the rest only says who sent the reader
    if len(said) > SHOWN_LENGTH:
        body += f'<span class="ellipsis">{escape(said[:SHOWN_LENGTH])}</span>'
        body += f'<span class="invisible">{escape(shown[SHOWN_LENGTH:])}</span>'
    else:
        body += f"<span>{escape(said)}</span>"
        body += f'<span class="invisible">{escape(shown[len(said) :])}</span>' if said != shown else ""
    href = escape(link.url)
    return f'<a href="{href}" target="_blank" rel="nofollow noopener noreferrer">{body}</a>'


def _mention_html(url: str, name: str) -> str:
    return (
        f'<span class="h-card"><a href="{escape(url)}" class="u-url mention">'
        f"@<span>{escape(name)}</span></a></span>"
    )


def _tag_html(tag: Hashtag, url: str) -> str:
    return f'<a href="{escape(url)}" class="mention hashtag" rel="tag">#<span>{escape(tag.name)}</span></a>'
