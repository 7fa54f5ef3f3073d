"""Posts as the Status entity: https://docs.joinmastodon.org/entities/Status/.

The viewer's own flags come last in the JSON object, so that what is the same for everybody can
be kept as bytes and the flags put behind it (architecture paper, 8).
"""

from typing import Any

from linnet.kernel.clock import iso
from linnet.kernel.wire import encode
from linnet.mastodon.entities import VISIBILITY, account_bytes, actor_uri, emoji_json
from linnet.social.cards.rules import CardView
from linnet.social.emoji import rules as emoji_rules
from linnet.social.media.rules import Media, file_path, thumb_path
from linnet.social.people.rules import Account
from linnet.social.polls.rules import PollView
from linnet.social.posts.rules import PostView, QuoteView
from linnet.social.quotes.rules import Policy

Json = dict[str, Any]

REBLOG_HERE = b'"reblog":'


def flags_of(view: PostView) -> int:
    """The viewer's flags and who may quote the post, as one number (`views.Line.flags`)."""
    flags = view.flags
    return (
        flags.favourited
        + 2 * flags.boosted
        + 4 * flags.bookmarked
        + 8 * flags.pinned
        + 16 * flags.thread_muted
        + 32 * POLICIES.index(view.post.quotable)
        + 128 * flags.may_quote
    )


def _tail(flags: int) -> bytes:
    said = {
        "favourited": bool(flags & 1),
        "reblogged": bool(flags & 2),
        "muted": bool(flags & 16),
        "bookmarked": bool(flags & 4),
        "pinned": bool(flags & 8),
        "filtered": [],
        "quote_approval": _approval(flags),
    }
    return b"," + encode(said)[1:]


def _approval(flags: int) -> Json:
    """The QuoteApproval entity."""
    policy = POLICIES[flags >> 5 & 3]
    own = "manual" if policy == "ask" else "automatic"
    return {
        "automatic": [policy] if policy in ("public", "followers") else [],
        "manual": ["public"] if policy == "ask" else [],
        "current_user": own if flags & 128 else "denied",
    }


def _no_tail(flags: int) -> bytes:
    return b"," + encode({"quote_approval": _approval(flags & 96)})[1:]


POLICIES: tuple[Policy, ...] = ("nobody", "followers", "public", "ask")
TAILS = [_tail(flags) for flags in range(256)]
NO_TAILS = [_no_tail(flags) for flags in range(256)]  # for a viewer without an account


def tail(flags: int, viewer_id: int) -> bytes:
    """The end of a Status object, with the viewer's flags if somebody looks."""
    return TAILS[flags] if viewer_id else NO_TAILS[flags]


def head(view: PostView, url: str, now: int, viewer_id: int = 0) -> bytes:
    """The Status object up to and without the flags. Of a boost: up to the place where the boosted
    status belongs (`"reblog":`). `viewer_id` matters only to what a quote shows."""
    post, account = view.post, view.account
    address = post.url or f"{url}/@{account.address}/{post.id}"
    first = {
        "id": str(post.id),
        "created_at": iso(post.created_at),
        "edited_at": iso(post.edited_at) if post.edited_at is not None else None,
        "in_reply_to_id": str(post.reply_to_id) if post.reply_to_id is not None else None,
        "in_reply_to_account_id": str(post.reply_to_account_id)
        if post.reply_to_account_id is not None
        else None,
        "sensitive": post.sensitive,
        "spoiler_text": post.warning,
        "visibility": VISIBILITY[post.visibility],
        "language": post.language or None,
        "uri": post.uri or f"{actor_uri(url, account)}/posts/{post.id}",
        "url": address,
        "replies_count": post.replies_count,
        "reblogs_count": post.boosts_count,
        "favourites_count": post.favourites_count,
        "quotes_count": post.quotes_count,
        "content": post.html,
        "application": {"name": view.app_name, "website": view.app_website or None}
        if view.app_name
        else None,
        "media_attachments": [media_json(picture, url) for picture in view.media],
        "mentions": [mention_json(person, url) for person in view.mentions],
        "tags": [{"name": tag.name, "url": f"{url}/tags/{tag.key}"} for tag in view.tags],
        "emojis": emoji_json(post.emoji, url),
        "card": card_json(view.card, url) if view.card else None,
        "poll": poll_json(view.poll, now, post.emoji, url) if view.poll else None,
    }
    quote = quote_bytes(view.quote, viewer_id, url, now) if view.quote else b"null"
    about = (b',"quote":', quote, b',"account":', account_bytes(account, url), b",", REBLOG_HERE)
    opened = b"".join((encode(first)[:-1], *about))
    return opened if view.boost_of else opened + b"null"


def status_bytes(view: PostView, viewer_id: int, url: str, now: int) -> bytes:
    """The whole Status of a view, for `viewer_id` (0: anybody)."""
    inner = view.boost_of
    end = tail(flags_of(view.shown), viewer_id)
    if inner is None:
        return head(view, url, now, viewer_id) + end
    return head(view, url, now, viewer_id) + head(inner, url, now, viewer_id) + end + end


HIDDEN = {"block": "blocked_account", "mute": "muted_account", "unauthorized": "unauthorized"}


def quote_bytes(quote: QuoteView, viewer_id: int, url: str, now: int) -> bytes:
    """The Quote entity; inside of a quote the ShallowQuote, which only names what is quoted."""
    state = {"state": HIDDEN[quote.hidden] if quote.hidden else quote.state}
    if quote.view is None:
        named = quote.state == "accepted" and not quote.hidden
        about: Json = {"quoted_status_id": str(quote.quoted_id)} if named else {"quoted_status": None}
        return encode(state | about)
    shown = status_bytes(quote.view, viewer_id, url, now)
    return encode(state)[:-1] + b',"quoted_status":' + shown + b"}"


def media_json(picture: Media, url: str) -> Json:
    """The MediaAttachment entity."""
    kind = "image" if picture.is_picture else "unknown"
    small = {"width": picture.thumb_width, "height": picture.thumb_height} if picture.thumb_file else None
    return {
        "id": str(picture.id),
        "type": kind,
        "url": url + file_path(picture) if kind == "image" else None,
        "preview_url": url + thumb_path(picture) if kind == "image" else None,
        "remote_url": picture.remote_url or None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {
            "original": _size(picture.width, picture.height),
            "small": _size(small["width"], small["height"])
            if small
            else _size(picture.width, picture.height),
            "focus": {"x": picture.focus_x, "y": picture.focus_y},
        },
        "description": picture.alt or None,
        "blurhash": picture.blurhash or None,
    }


def _size(width: int, height: int) -> Json:
    return {
        "width": width,
        "height": height,
        "size": f"{width}x{height}",
        "aspect": width / height if height else 1.0,
    }


def card_json(card: CardView, url: str) -> Json:
    """The PreviewCard entity. The provider is the host at which the page was found: a page may call
    itself what it likes."""
    picture = f"{url}/media/elsewhere/{card.picture}" if card.picture else None
    return {
        "url": card.url,
        "title": card.title,
        "description": card.description,
        "language": card.language or None,
        "type": "link",
        "author_name": "",
        "author_url": "",
        "authors": [],
        "provider_name": card.host,
        "provider_url": f"https://{card.host}/",
        "html": "",
        "width": card.width,
        "height": card.height,
        "image": picture,
        "image_description": card.alt,
        "embed_url": "",
        "blurhash": card.blurhash or None,
        "published_at": None,
    }


def mention_json(account: Account, url: str) -> Json:
    """The Mention of a status."""
    return {
        "id": str(account.id),
        "username": account.handle,
        "acct": account.address,
        "url": account.url or f"{url}/@{account.address}",
    }


def poll_json(view: PollView, now: int, emoji: str, url: str) -> Json:
    """The Poll entity. `emoji`: what its post carries. Votes of a poll that hides them are null until it is over."""
    poll = view.poll
    over = poll.expires_at <= now
    shown = over or not poll.hide_totals
    own = [option.position for option in view.options if option.own]
    return {
        "id": str(poll.id),
        "expires_at": iso(poll.expires_at),
        "expired": over,
        "multiple": poll.multiple,
        "votes_count": sum(option.votes_count for option in view.options),
        "voters_count": poll.voters_count,
        "options": [
            {"title": option.title, "votes_count": option.votes_count if shown else None}
            for option in view.options
        ],
        "emojis": emoji_json(emoji_rules.among(emoji, *(option.title for option in view.options)), url),
        "voted": bool(own),
        "own_votes": own,
    }
