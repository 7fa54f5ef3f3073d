"""What rendering is given: Values that `queries` collects, and the words all of it shares."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from linnet.federation import names
from linnet.kernel.value import Value
from linnet.social.people.rules import Account
from linnet.social.posts.rules import PostView

Json = dict[str, Any]


class Here(Value):
    """This server: its public address, and what stands after the second @ of its handles."""

    url: str
    domain: str


class ActorFacts(Value):
    """An account of ours, with what its row does not hold. `moved_to` and `aliases` are addresses of
    other accounts; `sites` the hosts that may name it as the author of their pages."""

    account: Account
    key_pem: str
    moved_to: str = ""
    aliases: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()


class PostFacts(Value):
    """A post or boost of ours. `answers`: the address of what it answers; `answered`: whose that is;
    `thread`: the collection of its conversation, where that began here; `links`: where its links
    lead, without the codes that count; `quotes`: the address of what it quotes, `quoted` whose that is,
    `quote_stamp` where that one says yes."""

    view: PostView
    answers: str = ""
    answered: Account | None = None
    thread: str = ""
    links: tuple[str, ...] = ()
    quotes: str = ""
    quoted: Account | None = None
    quote_stamp: str = ""


class Audience(Value):
    """To whom something is addressed."""

    to: tuple[str, ...]
    cc: tuple[str, ...] = ()

    def json(self) -> Json:
        """`to` and `cc` as they are written."""
        return {"to": list(self.to), "cc": list(self.cc)}


def stamp(ms: int) -> str:
    """A moment to the second: Updates are refused where `published` differs (interop paper §7)."""
    return datetime.fromtimestamp(ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def audience(visibility: str, actor_uri: str, named: tuple[str, ...], answered: str = "") -> Audience:
    """To whom a post goes (interop paper §6). `named`: whom it mentions; `answered`: whose post it
    answers, who is only addressed by what everybody may see."""
    followers = names.followers(actor_uri)
    others = named if not answered or answered in named else (*named, answered)
    if visibility == "public":
        return Audience((names.PUBLIC,), (followers, *others))
    if visibility == "quiet":
        return Audience((followers,), (names.PUBLIC, *others))
    if visibility == "followers":
        return Audience((followers,), named)
    return Audience(named)


def handle(here: Here, account: Account) -> str:
    """`@handle@host`, for ours as for others."""
    return f"@{account.handle}@{account.host or here.domain}"


def tag_page(here: Here, key: str) -> str:
    """Where posts with a hashtag stand."""
    return f"{here.url}/tags/{quote(key)}"


def hashtag(here: Here, key: str, name: str) -> Json:
    """A hashtag inside of a document."""
    return {"type": "Hashtag", "href": tag_page(here, key), "name": f"#{name}"}
