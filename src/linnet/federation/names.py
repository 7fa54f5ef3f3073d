"""Our own addresses among servers, made and read. They follow from ids, so that a change of the
handle breaks nothing and no row has to hold them."""

import re
from urllib.parse import urlsplit

from linnet.kernel.page import WIDE
from linnet.kernel.value import Value
from linnet.social.people.rules import Account
from linnet.social.posts.rules import Post

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


class Ours(Value):
    """What one of our addresses names. `kind`: server | account | post | inbox | shared inbox | or
    the collection (followers, following, outbox, featured, tags, replies, likes, shares, context)."""

    kind: str
    account_id: int = 0
    post_id: int = 0


def server_actor(url: str) -> str:
    """The server itself, which signs what it fetches."""
    return f"{url}/ap/actor"


def actor(url: str, account_id: int) -> str:
    """One of our accounts."""
    return f"{url}/ap/users/{account_id}"


def key(actor_uri: str) -> str:
    """The key of one of our actors."""
    return f"{actor_uri}#main-key"


def shared_inbox(url: str) -> str:
    """Where all letters to us may go."""
    return f"{url}/ap/inbox"


def followers(actor_uri: str) -> str:
    """The followers of one of our accounts."""
    return f"{actor_uri}/followers"


def followers_at(actor_uri: str) -> str:
    """Those of them who live where somebody asks (FEP-8fcf)."""
    return f"{actor_uri}/followers/yours"


def post(url: str, account_id: int, post_id: int) -> str:
    """One of our posts."""
    return f"{url}/ap/users/{account_id}/posts/{post_id}"


def stamp(url: str, account_id: int, stamp_id: int) -> str:
    """The leave of one of our accounts for a post to quote one of its own."""
    return f"{url}/ap/users/{account_id}/stamps/{stamp_id}"


def account_uri(url: str, account: Account) -> str:
    """The id of any account, ours or not."""
    return account.uri or actor(url, account.id)


def post_uri(url: str, row: Post) -> str:
    """The id of any post, ours or not; of a boost that of its Announce."""
    return row.uri or post(url, row.account_id, row.id)


_PATH = re.compile(
    r"/ap/users/(?P<account>[1-9]\d{0,18})"
    r"(?:/posts/(?P<post>[1-9]\d{0,18}))?"
    r"(?:/(?P<part>inbox|outbox|followers|following|featured|tags|replies|likes|shares|context|activity))?"
)
_OF_POST = {"replies", "likes", "shares", "context", "activity"}


def ours(url: str, address: str) -> Ours | None:
    """What `address` names, if it is one of ours (`url`: our public address), else None."""
    try:
        parts = urlsplit(address)
    except ValueError:  # of a host that is none
        return None
    if f"{parts.scheme}://{parts.netloc}" != url or parts.query:
        return None
    if parts.path == "/ap/actor":
        return Ours("server")
    if parts.path == "/ap/inbox":
        return Ours("shared inbox")
    found = _PATH.fullmatch(parts.path)
    if not found:
        return None
    account_id, part = min(int(found["account"]), WIDE), found["part"]
    if found["post"] is None:
        return Ours(part or "account", account_id) if part not in _OF_POST else None
    if part is not None and part not in _OF_POST:
        return None
    return Ours(part or "post", account_id, min(int(found["post"]), WIDE))
