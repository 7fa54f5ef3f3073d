"""Their documents as our Values. Takes `Proven` only: what nobody answers for is not read.

Pure. What is missing or odd in a small way is left out; what makes the whole useless is a Drop with
its reason. Shapes of other programs: interop paper §4, §8, §9.
"""

import html
import re

from linnet.federation import emoji, quoting, vocab
from linnet.federation.actors.rules import Described
from linnet.federation.authority import Drop, Proven, authority, normal
from linnet.federation.vocab import Json
from linnet.kernel.clock import moment
from linnet.social.media.elsewhere import RemotePicture
from linnet.social.people.foreign import RemoteAccount, line
from linnet.social.people.rules import Kind
from linnet.social.polls.rules import ForeignPoll
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import Visibility
from linnet.social.text.clean import clean

MOST_PICTURES = 8
MOST_TAGS = 30
MOST_MENTIONS = 50
MOST_OPTIONS = 20
MOST_KEYS = 10
LONGEST_PEM = 8192
LONGEST_HTML = 65_536
WARNING_LENGTH = 500
OPTION_LENGTH = 200
ALT_LENGTH = 1500

_HANDLE = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,98}[A-Za-z0-9_])?")
_BLURHASH = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,100}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_TAG = re.compile(r"[^\s#@<>\"'/\x00-\x1f]{1,100}")
_KINDS: dict[str, Kind] = {
    "Person": "person",
    "Organization": "organization",
    "Service": "service",
    "Application": "service",
    "Group": "group",
}


def actor(proven: Proven, host: str, now: int) -> Described | Drop:
    """An actor document. `host`: what stands behind the @, proven by WebFinger."""
    doc = proven.document
    kind = vocab.kind_of(doc, vocab.ACTORS)
    handle = vocab.text(doc.get("preferredUsername"))
    if not kind:
        return Drop("not_an_actor", proven.uri)
    if not _HANDLE.fullmatch(handle):
        return Drop("bad_handle", handle[:100])
    inbox = _same(proven, doc.get("inbox"))
    if not inbox:
        return Drop("no_inbox", proven.uri)
    key_id, pem = _key(proven)
    return Described(
        _account(proven, _KINDS[kind], handle, host, now),
        inbox,
        _near(proven, vocab.obj(doc.get("endpoints")).get("sharedInbox")),
        _same(proven, doc.get("outbox")),
        _same(proven, doc.get("followers")),
        _same(proven, doc.get("following")),
        _near(proven, doc.get("featured")),
        key_id,
        pem,
        tuple(a for a in (normal(one) for one in vocab.uris(doc.get("alsoKnownAs"))[:20]) if a),
        normal(vocab.uri(doc.get("movedTo"))),
    )


def _account(proven: Proven, kind: Kind, handle: str, host: str, now: int) -> RemoteAccount:
    """What people see of it."""
    doc = proven.document
    fields = [
        (vocab.text(one.get("name")), vocab.text(one.get("value")))
        for one in vocab.many(doc.get("attachment"))
        if isinstance(one, dict) and "PropertyValue" in vocab.types(one)
    ]
    return RemoteAccount(
        uri=proven.uri,
        url=_page(proven),
        handle=handle,
        host=host,
        kind=kind,
        name=vocab.text(doc.get("name")),
        bio=vocab.text(doc.get("summary")),
        fields=tuple(fields),
        locked=vocab.flag(doc.get("manuallyApprovesFollowers"), default=False),
        discoverable=vocab.flag(doc.get("discoverable"), default=False),
        indexable=vocab.flag(doc.get("indexable"), default=False),
        hides_network=None,
        avatar=_image(doc.get("icon")),
        header=_image(doc.get("image")),
        created_at=min(vocab.moment(doc.get("published")) or now, now),
        emoji=emoji.of(proven),
    )


def _key(proven: Proven) -> tuple[str, str]:
    """The first usable key that says it is this actor's."""
    for one in vocab.many(proven.document.get("publicKey"))[:MOST_KEYS]:
        if not isinstance(one, dict):
            continue
        id, pem = normal(one.get("id")), vocab.text(one.get("publicKeyPem"))
        if (
            id
            and authority(id) == proven.authority
            and normal(vocab.uri(one.get("owner"))) == proven.uri
            and 0 < len(pem) <= LONGEST_PEM
        ):
            return id, pem
    return "", ""


def _same(proven: Proven, value: object) -> str:
    """An address of the document's own authority, or ''."""
    address = normal(vocab.uri(value))
    return address if address and authority(address) == proven.authority else ""


def _near(proven: Proven, value: object) -> str:
    """An address of the document's own authority or a name below it, or '' (GoToSocial's rule)."""
    address = normal(vocab.uri(value))
    place = authority(address)
    return address if place == proven.authority or place.endswith(f".{proven.authority}") else ""


def _page(proven: Proven) -> str:
    """The page for people: on the document's own authority, else its id will do (A02)."""
    for one in vocab.many(proven.document.get("url")):
        if isinstance(one, dict) and _kind_of_link(one) not in ("", "text/html"):
            continue
        address = normal(one.get("href") if isinstance(one, dict) else one)
        if address and authority(address) == proven.authority:
            return address
    return proven.uri


def _kind_of_link(one: Json) -> str:
    return vocab.text(one.get("mediaType")) or vocab.text(one.get("mimeType"))  # PeerTube long ago


def _image(value: object) -> str:
    """The address of a picture, wherever it is: it is fetched by us, and looked at by nobody else. Of
    several (PeerTube) the widest."""
    several = [one for one in vocab.many(value) if isinstance(one, dict)]
    if not several:
        return normal(vocab.uri(value))
    widest = max(several, key=lambda one: vocab.number(one.get("width")) or 0)
    return normal(vocab.uri(widest.get("url")))


def visibility(doc: Json, followers: str) -> Visibility:
    """Who may see it (interop paper §6)."""
    to, cc = vocab.uris(doc.get("to")), vocab.uris(doc.get("cc"))
    if any(vocab.is_public(one) for one in to):
        return "public"
    if any(vocab.is_public(one) for one in cc):
        return "quiet"
    if followers and followers in {normal(one) for one in (*to, *cc)}:
        return "followers"
    return "direct"


def mentions(doc: Json) -> tuple[str, ...]:
    """Ids of the actors that its Mention tags name."""
    found = (
        normal(one.get("href"))
        for one in vocab.many(doc.get("tag"))
        if isinstance(one, dict) and "Mention" in vocab.types(one)
    )
    return tuple(dict.fromkeys(one for one in found if one))[:MOST_MENTIONS]


def is_post(doc: Json) -> bool:
    """Something that we show as a post?"""
    return bool(vocab.kind_of(doc, vocab.POSTS | vocab.PAGES))


def may_be_post(embedded: Json) -> bool:
    """Can the post be meant by what is embedded, or by a bare address ({})?"""
    return is_post(embedded) or not vocab.types(embedded)


def is_vote(doc: Json) -> bool:
    """A vote: a Note with a name, no text, and a question that it answers (interop paper §7)."""
    return (
        "Note" in vocab.types(doc)
        and bool(vocab.text(doc.get("name")))
        and not doc.get("content")
        and bool(vocab.uri(doc.get("inReplyTo")))
    )


def post(
    proven: Proven,
    *,
    account_id: int,
    followers: str,
    reply_to_id: int | None,
    mention_ids: tuple[int, ...],
    now: int,
) -> RemotePost | Drop:
    """A post document. `followers`: the collection of its author; the rest was looked up before."""
    doc = proven.document
    if not is_post(doc) or not proven.actor:
        return Drop("no_author" if is_post(doc) else "not_a_post", proven.uri)
    published = min(vocab.moment(doc.get("published")) or now, now)
    asked = _poll(doc, published)
    if isinstance(asked, Drop):
        return asked
    page = not vocab.kind_of(doc, vocab.POSTS)
    updated = vocab.moment(doc.get("updated"))
    url = _page(proven)
    return RemotePost(
        uri=proven.uri,
        url=url,
        account_id=account_id,
        html=clean(_page_html(doc, url) if page else _content(doc)),
        warning="" if page else line(vocab.text(doc.get("summary")), WARNING_LENGTH),
        sensitive=vocab.flag(doc.get("sensitive"), default=False),
        visibility=visibility(doc, followers),
        language=_language(doc),
        published=published,
        updated=min(updated, now) if updated is not None and updated >= published else None,
        reply_to_id=reply_to_id,
        mention_ids=mention_ids,
        tags=_tags(doc),
        pictures=_pictures(doc),
        poll=asked,
        replies_count=_total(doc.get("replies")),
        boosts_count=_total(doc.get("shares")),
        favourites_count=_total(doc.get("likes")),
        link=_link(doc),
        quotable=quoting.quotable(doc, proven.actor, followers),
        quotes=quoting.quoted(doc),
        emoji=emoji.of(proven),
    )


def _content(doc: Json) -> str:
    text = vocab.text(doc.get("content"))
    if not text:
        texts = vocab.obj(doc.get("contentMap"))
        text = next((one for one in texts.values() if isinstance(one, str)), "")
    return _as_html(text[:LONGEST_HTML], vocab.text(doc.get("mediaType")))


def _as_html(text: str, kind: str) -> str:
    """PeerTube's texts are Markdown: what is no HTML is shown as it was typed."""
    if not kind.startswith(("text/plain", "text/markdown")):
        return text
    paragraphs = re.split(r"(?:\r?\n){2,}", text.strip())
    lines = ("<br>".join(html.escape(part).splitlines()) for part in paragraphs)
    return "".join(f"<p>{part}</p>" for part in lines)


def _page_html(doc: Json, url: str) -> str:
    """An article, event or video is shown as its title, what it says in short, and a link; an event
    with when and where."""
    title = line(html.unescape(vocab.text(doc.get("name"))), 300)  # WordPress escapes it
    head = f"<p><strong>{html.escape(title)}</strong></p>" if title else ""
    when = line(_when_and_where(doc), 300)
    if when:
        head += f"<p>{html.escape(when)}</p>"
    short = vocab.text(doc.get("summary"))[:LONGEST_HTML] or _content(doc)[:2000]
    shown = html.escape(url.partition("://")[2])
    return f'{head}<div>{short}</div><p><a href="{html.escape(url)}">{shown}</a></p>'


def _when_and_where(doc: Json) -> str:
    """`5 December 2026, 09:00 to 12:00 UTC, Mill Lane 1`, as far as it is said; '' for what is no event."""
    if "Event" not in vocab.types(doc):
        return ""
    begins, ends = vocab.moment(doc.get("startTime")), vocab.moment(doc.get("endTime"))
    parts = [] if begins is None else [_span(begins, ends)]
    place = vocab.text(vocab.obj(doc.get("location")).get("name"))
    return ", ".join([*parts, *([place] if place else [])])


def _span(begins: int, ends: int | None) -> str:
    start = moment(begins)
    first = f"{start.day} {start:%B %Y, %H:%M}"
    if ends is None or ends <= begins:
        return f"{first} UTC"
    end = moment(ends)
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{end.day} {end:%B %Y, %H:%M}"
    return f"{first} to {last} UTC"


def _language(doc: Json) -> str:
    texts = vocab.obj(doc.get("contentMap"))
    own = vocab.text(doc.get("content"))
    codes = [key for key, value in texts.items() if value == own] or list(texts)
    codes = codes or [vocab.text(vocab.obj(doc.get("language")).get("identifier"))]  # PeerTube, Lemmy
    return codes[0] if len(codes) == 1 and _LANGUAGE.fullmatch(codes[0]) else ""


def _tags(doc: Json) -> tuple[str, ...]:
    names = (
        vocab.text(one.get("name") or one.get("tag")).removeprefix("#")
        for one in vocab.many(doc.get("tag"))
        if isinstance(one, dict) and "Hashtag" in vocab.types(one)
    )
    return tuple(dict.fromkeys(name for name in names if _TAG.fullmatch(name) and line(name, 100) == name))[
        :MOST_TAGS
    ]


def _pictures(doc: Json) -> tuple[RemotePicture, ...]:
    found = [_picture(one) for one in vocab.many(doc.get("attachment")) if isinstance(one, dict)]
    if vocab.kind_of(doc, frozenset({"Image", "Page", "Article", "Event", "Video"})):
        found.insert(0, _cover(doc.get("image") or doc.get("icon")))
    once = {one.url: one for one in reversed(found) if one}  # the cover is often attached too
    return tuple(reversed(once.values()))[:MOST_PICTURES]


def _cover(value: object) -> RemotePicture | None:
    address = _image(value)
    if not address:
        return None
    of_it = (one for one in vocab.many(value) if isinstance(one, dict))
    described = next((_picture(one) for one in of_it if normal(vocab.uri(one.get("url"))) == address), None)
    return described or RemotePicture(address)


def _link(doc: Json) -> str:
    """What the post's card should be made of: its first Link attachment (FEP-8967)."""
    links = (one for one in vocab.many(doc.get("attachment")) if isinstance(one, dict))
    return next((normal(one.get("href")) for one in links if "Link" in vocab.types(one)), "")


def _picture(one: Json) -> RemotePicture | None:
    if not vocab.kind_of(one, frozenset({"Document", "Image", "Video", "Audio"})):
        return None
    address = normal(vocab.uri(one.get("url")))
    if not address:
        return None
    focus = [float(n) if isinstance(n, int | float) and abs(n) <= 1 else 0.0 for n in _pair(one)]
    blurhash = vocab.text(one.get("blurhash"))
    width, height = vocab.number(one.get("width")) or 0, vocab.number(one.get("height")) or 0
    return RemotePicture(
        address,
        mime=vocab.text(one.get("mediaType"))[:100],
        alt=(vocab.text(one.get("name")) or vocab.text(one.get("summary")))[:ALT_LENGTH].replace("\0", ""),
        blurhash=blurhash if _BLURHASH.fullmatch(blurhash) else "",
        width=min(width, 65_535),
        height=min(height, 65_535),
        focus_x=focus[0],
        focus_y=focus[1],
    )


def _pair(one: Json) -> tuple[object, object]:
    found = vocab.many(one.get("focalPoint"))
    return (found[0], found[1]) if len(found) == 2 else (0.0, 0.0)


def _poll(doc: Json, published: int) -> ForeignPoll | Drop | None:
    """None where nothing is asked. Votes go by the words of an answer: a poll in which they are missing, or
    the same twice, or both of one and of several, is refused. Of very many answers the first are shown."""
    several, single = vocab.many(doc.get("anyOf")), vocab.many(doc.get("oneOf"))
    if "Question" not in vocab.types(doc) or not (several or single):
        return None
    answers = (several or single)[:MOST_OPTIONS]
    if (several and single) or len(answers) < 2:
        return Drop("bad_poll")
    options: dict[str, int] = {}
    for one in answers:
        name = line(vocab.text(one.get("name")), OPTION_LENGTH) if isinstance(one, dict) else ""
        if not name or name in options:
            return Drop("bad_poll")
        options[name] = min(_total(one.get("replies")) or 0, 1_000_000_000)
    closed = vocab.moment(doc.get("closed")) or vocab.moment(doc.get("endTime"))
    voters = vocab.number(doc.get("votersCount"))
    return ForeignPoll(
        tuple(options.items()),
        bool(several),
        closed if closed is not None else published + (1 << 40),  # open without an end
        min(voters if voters is not None else sum(options.values()), 1_000_000_000),
    )


def _total(value: object) -> int | None:
    found = vocab.number(vocab.obj(value).get("totalItems")) if isinstance(value, dict) else None
    return None if found is None else min(found, 1_000_000_000)
