"""Custom emoji and reactions in the documents of other servers. Pure.

The shapes of Mastodon, Misskey, Pleroma, Akkoma, GoToSocial and Hollo: a `tag` of type Emoji with a name
between colons, an icon, and mostly an id and since when it is so. A reaction is a Like (Misskey) or an
EmojiReact (Pleroma, Akkoma) with the emoji in `content`.
"""

import re
from collections.abc import Awaitable, Callable

from linnet.federation import vocab
from linnet.federation.authority import Proven, authority, normal
from linnet.federation.vocab import Json
from linnet.social.emoji import rules
from linnet.social.emoji.rules import Reaction, RemoteEmoji

# What can be shown. A drawing (SVG) is a program: never (security paper A20).
PICTURES = frozenset({"image/png", "image/apng", "image/gif", "image/webp", "image/jpeg", "image/avif"})
_NAMED = re.compile(rf":({rules.NAME})(?:@([^\s:@/?#]{{1,253}}))?:")

May = Callable[[str], Awaitable[bool]]


def of(proven: Proven) -> tuple[RemoteEmoji, ...]:
    """The emoji that a document brings, one for each name."""
    return _of(proven.document, proven.authority)


def reaction(proven: Proven) -> Reaction | None:
    """What a Like or EmojiReact is said with; None for a plain one and for what is no emoji. One without
    a picture is its name."""
    document = proven.document
    said = vocab.text(document.get("content")) or vocab.text(document.get("_misskey_reaction"))
    said = said.strip() if len(said) <= 400 else ""
    if rules.is_one_emoji(said):
        return Reaction(said)
    named = _NAMED.fullmatch(said)
    if named is None:
        return None
    pictures = {one.name: one for one in _of(document, proven.authority)}
    return Reaction(f":{named[1]}:", pictures.get(named[1]))


async def wanted(emoji: tuple[RemoteEmoji, ...], may_show: May) -> tuple[RemoteEmoji, ...]:
    """Without those of servers whose pictures the owner does not want, whoever keeps the picture."""
    return tuple([one for one in emoji if await may_show(one.host) and await may_show(authority(one.url))])


def _of(document: Json, place: str) -> tuple[RemoteEmoji, ...]:
    found: dict[str, RemoteEmoji] = {}
    for tag in vocab.many(document.get("tag")):
        one = _one(tag, place) if isinstance(tag, dict) and "Emoji" in vocab.types(tag) else None
        if one is not None:
            found.setdefault(one.name, one)
    return tuple(found.values())


def _one(tag: Json, place: str) -> RemoteEmoji | None:
    """`place` answers for its own emoji. One whose id is elsewhere (somebody reacts with an emoji of a third
    server) is kept as what `place` says: it must not change the picture of the third's own."""
    written = vocab.text(tag.get("name"))[:400]
    named = _NAMED.fullmatch(written if written.startswith(":") else f":{written}:")
    url = _picture(vocab.first(tag.get("icon")))
    if named is None or not url:
        return None
    origin = authority(vocab.uri(tag.get("id")))
    shortcode = named[1] if origin in ("", place) else f"{named[1]}@{origin}"
    return RemoteEmoji(place, shortcode, url, vocab.moment(tag.get("updated")) or 0)


def _picture(icon: object) -> str:
    """The address of the picture, if it may be one."""
    if not isinstance(icon, dict):
        return normal(vocab.uri(icon))
    said = vocab.text(icon.get("mediaType")).partition(";")[0].strip().lower()
    if said and said not in PICTURES:
        return ""
    return normal(vocab.uri(icon.get("url")))
