"""Who is named in a post from elsewhere so that a reader can see it. A Mention that stands nowhere in the
words would let anybody knock at a thousand doors with one post (security paper C16). Pure."""

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from linnet.social.people.rules import Account
from linnet.social.posts.rules import Post

CROWD = 20  # more are not all meant, whoever may see the post

_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL | re.IGNORECASE)
_MARK = re.compile(r"<[^>]*>")
_NAME = re.compile(r"(?<![\w@./-])@([A-Za-z0-9_][A-Za-z0-9_.-]*)")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # fill a place and show nothing


def unseen(post: Post, warning: str, html: str, mentioned: Sequence[Account]) -> frozenset[int]:
    """Ids of those of the mentioned who are not told: their name stands nowhere. Whose post is answered is
    meant without a name; so is who may see a direct post, unless there is a crowd of them. `html` is clean."""
    if post.visibility == "direct" and len(mentioned) <= CROWD:
        return frozenset()
    links = [
        _place(target)
        for target, inside in _LINK.findall(html)
        if any(_shows(character) for character in _MARK.sub("", inside))
    ]
    words = {name.rstrip(".-").lower() for name in _NAME.findall(f"{warning} {post.text}")}
    return frozenset(
        one.id for one in mentioned if one.id != post.reply_to_account_id and not _is_named(one, words, links)
    )


def _is_named(account: Account, words: set[str], links: list[str]) -> bool:
    """By its handle, or by a link to it under another name (Friendica)."""
    if account.handle.lower() in words:
        return True
    if not account.local:
        return _place(account.uri) in links or _place(account.url) in links
    ends = (f"/@{account.handle.lower()}", f"/ap/users/{account.id}")
    return any(place.endswith(ends) for place in links)


def _place(address: str) -> str:
    parts = urlsplit(address.replace("&amp;", "&"))
    return unquote(f"//{parts.netloc}{parts.path}").lower().rstrip("/")


def _shows(character: str) -> bool:
    return unicodedata.category(character)[0] not in "CZM" and character not in _BLANK
