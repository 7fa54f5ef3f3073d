"""Custom emoji: what one is, where it stands in words, and how it is shown.

Only other servers have any. A name and a post carry what stands in their own words as a short text
(`as_text`, `of`), so that no page needs a query more for them.
"""

import html
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

import regex

from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as, encode_text

MOST = 50  # different ones in one post or profile
MOST_OF_HOST = 20_000  # of one server; those with the most have about so many

# What Mastodon, Misskey and Pleroma allow in a name together; nothing that could be markup (C03).
NAME = r"[A-Za-z0-9_+\-]{1,64}"
_IN_WORDS = re.compile(rf"(?<![A-Za-z0-9]):({NAME}):(?![A-Za-z0-9])")
# A tag, whole, with what stands in its quotes; what is not one is words. Code is shown as it was typed.
_PARTS = re.compile(r'(<(?:pre|code)\b[^<>]*>.*?</(?:pre|code)>|<(?:[^<>"]|"[^"]*")*>)', re.DOTALL)

# https://www.unicode.org/reports/tr51/#EBNF_and_Regex: a picture with its marks, several joined into
# one, a flag, a keycap.
_ONE = r"\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0E\uFE0F]?\uFE0F?[\U000E0020-\U000E007F]{0,8}"
_UNICODE = regex.compile(rf"{_ONE}(?:\u200D{_ONE}){{0,9}}|\p{{Regional_Indicator}}{{2}}|[0-9#*]\uFE0F?\u20E3")


class RemoteEmoji(Value):
    """An emoji as `host` describes it: `shortcode` without colons, the address of its picture, since when
    it is so (ms, 0: not said)."""

    host: str
    shortcode: str
    url: str
    updated: int = 0

    @property
    def name(self) -> str:
        """What stands between the colons in words."""
        return self.shortcode.partition("@")[0]


class Emoji(Value):
    """An emoji in somebody's words; `picture` is the id of its row in `media`."""

    name: str
    picture: int


class Reaction(Value):
    """What another server says a reaction was said with: 🎉 or :blobcat:; `emoji` where it has a picture."""

    text: str
    emoji: RemoteEmoji | None = None


class Said(Value):
    """What a favourite was said with: `text` '' is a plain one; `picture` None where it has none."""

    text: str = ""
    picture: int | None = None


PLAIN = Said()


def is_one_emoji(text: str) -> bool:
    """Exactly one emoji of Unicode?"""
    return len(text) <= 64 and _UNICODE.fullmatch(text) is not None


def used(emoji: Sequence[RemoteEmoji], *words: str) -> tuple[RemoteEmoji, ...]:
    """Those that stand in these words, one for each name, at most `MOST`."""
    if not emoji:
        return ()
    there = {name for text in words for name in _IN_WORDS.findall(text)}
    found: dict[str, RemoteEmoji] = {}
    for one in emoji:
        if one.name in there:
            found.setdefault(one.name, one)
    return tuple(found.values())[:MOST]


def among(emoji: str, *words: str) -> str:
    """Of what a row carries, that which stands in these words."""
    there = {name for text in words for name in _IN_WORDS.findall(text)} if emoji else set()
    return as_text([one for one in of(emoji) if one.name in there])


def as_text(emoji: Sequence[Emoji]) -> str:
    """As a row carries them; '' for none."""
    return encode_text(list(emoji)) if emoji else ""


def of(text: str) -> tuple[Emoji, ...]:
    """What a row carries."""
    return _of(text) if text else ()


@lru_cache(maxsize=4096)
def _of(text: str) -> tuple[Emoji, ...]:
    return tuple(decode_as(list[Emoji], text))


def path(picture: int) -> str:
    """The address of the picture, which may move, below the server's own."""
    return f"/media/elsewhere/{picture}"


def still_path(picture: int) -> str:
    """The address of the picture standing still, and small."""
    return f"/media/elsewhere/{picture}/small"


def image(name: str, picture: int) -> str:
    """The picture as HTML, on our pages; still, because nobody asked for words that move."""
    said = html.escape(f":{name}:")
    return (
        f'<img class="emoji" src="{still_path(picture)}" alt="{said}" title="{said}"'
        ' loading="lazy" decoding="async">'
    )


def shown_in(text: str, emoji: str) -> str:
    """Plain words as HTML, with the pictures of what the row carries."""
    safe = html.escape(text)
    return _IN_WORDS.sub(_drawing(emoji), safe) if emoji and ":" in text else safe


def shown_in_html(safe: str, emoji: str) -> str:
    """HTML that is clean already, with the pictures of what the row carries: in its words only, never in
    a tag, and not in code (security paper C03)."""
    if not emoji or ":" not in safe:
        return safe
    draw = _drawing(emoji)
    parts = _PARTS.split(safe)
    return "".join(part if at % 2 else _IN_WORDS.sub(draw, part) for at, part in enumerate(parts))


def _drawing(emoji: str) -> Callable[[re.Match[str]], str]:
    pictures = {one.name: one.picture for one in of(emoji)}

    def draw(found: re.Match[str]) -> str:
        picture = pictures.get(found[1])
        return found[0] if picture is None else image(found[1], picture)

    return draw
