"""Feeds of an account and of a hashtag: Atom (RFC 4287) and JSON Feed 1.1, public posts only."""

from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.kernel.clock import iso
from linnet.kernel.errors import Gone, NotFound
from linnet.kernel.page import Page
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import encode
from linnet.site.frame import Frame, Visit
from linnet.social.media.rules import Media, file_path
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.posts import views
from linnet.social.posts.rules import PostView
from linnet.social.text.scan import hashtag_key
from linnet.social.timelines import queries as timelines

SIZE = 30
ATOM = "application/atom+xml; charset=utf-8"
JSON = "application/feed+json; charset=utf-8"


class Feed(Value):
    """What both formats are made of. `path` is the page that the feed belongs to."""

    title: str
    about: str
    path: str
    author: Account | None
    views: list[PostView]
    made_at: int


def of_account(tx: Tx, handle: str) -> Feed:
    """The public posts of an account of ours, no answers to others and no boosts. Raises NotFound, Gone."""
    account = people.by_handle(tx, handle)
    if account is None:
        raise NotFound("account")
    if account.hidden:
        raise Gone("This account was closed.")
    ids = timelines.account(
        tx, account.id, Page(size=SIZE), visibilities=("public",), replies=False, boosts=False
    )
    shown = views.views(tx, ids, 0)
    return Feed(account.name, account.bio, f"/@{account.handle}", account, shown, account.created_at)


def of_tag(tx: Tx, key: str) -> Feed:
    """The public posts with a hashtag."""
    shown = views.views(tx, timelines.tag(tx, key, Page(size=SIZE), local=True), 0)
    return Feed(f"#{key}", "", f"/tags/{quote(key)}", None, shown, 0)


async def account(visit: Visit) -> Response:
    """`/@handle.atom`, `/@handle.json`."""
    feed = await visit.db.read(of_account, visit.request.path_params["handle"])
    return _answer(visit, feed)


async def tag(visit: Visit) -> Response:
    """`/tags/name.atom`, `/tags/name.json`."""
    feed = await visit.db.read(of_tag, hashtag_key(visit.request.path_params["tag"][:200]))
    return _answer(visit, feed)


def _answer(visit: Visit, feed: Feed) -> Response:
    url = visit.house.settings.url
    mark = visit.here.firm.mark if visit.here.firm else ""
    if mark:  # readers of feeds see no page that would say so
        feed = changed(feed, title=f"{feed.title} (invented)", about=f"{mark} {feed.about}".strip())
    as_json = visit.request.url.path.endswith(".json")
    body = json_feed(feed, url) if as_json else atom(feed, url)
    headers = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
    if feed.author and not feed.author.indexable:
        headers["X-Robots-Tag"] = "noindex"
    return Response(body, media_type=JSON if as_json else ATOM, headers=headers)


def atom(feed: Feed, url: str) -> bytes:
    """The feed as Atom."""
    page = url + feed.path
    updated = max((view.post.edited_at or view.post.created_at for view in feed.views), default=feed.made_at)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_text(page)}</id><title>{_text(feed.title)}</title><updated>{iso(updated)}</updated>",
        f'<link rel="self" type="application/atom+xml" href={_attribute(page + ".atom")}/>',
        f'<link rel="alternate" type="text/html" href={_attribute(page)}/>',
        "<generator>Linnet</generator>",
    ]
    if feed.about:
        lines.append(f"<subtitle>{_text(feed.about)}</subtitle>")
    lines += [_entry(view, url) for view in feed.views]
    return ("\n".join(lines) + "\n</feed>\n").encode()


def _entry(view: PostView, url: str) -> str:
    post, account = view.post, view.account
    where = f"{url}/@{account.address}/{post.id}"
    pictures = "".join(
        f'<link rel="enclosure" type={_attribute(m.mime)} length="{m.bytes}" href={_attribute(url + file_path(m))}/>'
        for m in view.media
    )
    tags = "".join(f"<category term={_attribute(tag.name)}/>" for tag in view.tags)
    summary = f"<summary>{_text(post.warning)}</summary>" if post.warning else ""
    return (
        f"<entry><id>{_text(where)}</id><title>{_text(_title(view))}</title>"
        f"<published>{iso(post.created_at)}</published><updated>{iso(post.edited_at or post.created_at)}</updated>"
        f'<link rel="alternate" type="text/html" href={_attribute(where)}/>'
        f"<author><name>{_text(account.name)}</name><uri>{_text(f'{url}/@{account.address}')}</uri></author>"
        f'{summary}<content type="html">{_text(_html(view, url))}</content>{tags}{pictures}</entry>'
    )


def json_feed(feed: Feed, url: str) -> bytes:
    """The feed as JSON Feed (https://www.jsonfeed.org/version/1.1/)."""
    page = url + feed.path
    whole: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": page,
        "feed_url": page + ".json",
        "items": [_item(view, url) for view in feed.views],
    }
    if feed.about:
        whole["description"] = feed.about
    if feed.author:
        whole["authors"] = [_author(feed.author, url)]
    return encode(whole)


def _item(view: PostView, url: str) -> dict[str, object]:
    post = view.post
    where = f"{url}/@{view.account.address}/{post.id}"
    item: dict[str, object] = {
        "id": where,
        "url": where,
        "content_html": _html(view, url),
        "content_text": post.text,
        "date_published": iso(post.created_at),
        "authors": [_author(view.account, url)],
        "tags": [tag.name for tag in view.tags],
    }
    if post.warning:
        item["summary"] = post.warning
    if post.edited_at:
        item["date_modified"] = iso(post.edited_at)
    if post.language:
        item["language"] = post.language
    if view.media:
        item["attachments"] = [
            {"url": url + file_path(m), "mime_type": m.mime, "size_in_bytes": m.bytes, "title": m.alt}
            for m in view.media
        ]
    return item


def _author(account: Account, url: str) -> dict[str, str]:
    found = {"name": account.name, "url": f"{url}/@{account.address}"}
    return found | {"avatar": f"{url}/media/{account.avatar_file}"} if account.avatar_file else found


def _html(view: PostView, url: str) -> str:
    pictures = "".join(_picture(m, url) for m in view.media)
    return f"{view.post.html}{pictures}"


def _picture(media: Media, url: str) -> str:
    address, alt = _attribute(url + file_path(media)), _attribute(media.alt)
    return f'<p><img src={address} alt={alt} width="{media.width}" height="{media.height}"></p>'


def _title(view: PostView) -> str:
    words = " ".join((view.post.warning or view.post.text).split()) or "A picture"
    return words if len(words) <= 80 else words[:79].rstrip() + "…"


def _text(text: str) -> str:
    return escape(_printable(text))


def _attribute(text: str) -> str:
    return quoteattr(_printable(text))


def _printable(text: str) -> str:
    """Without the control characters that XML 1.0 does not have (2.2)."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff" and not "\ud800" <= c <= "\udfff")
    )


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes; they stand before the pages whose addresses they extend."""
    return [
        frame.get("/@{handle}.atom", account),
        frame.get("/@{handle}.json", account),
        frame.get("/tags/{tag}.atom", tag),
        frame.get("/tags/{tag}.json", tag),
    ]
