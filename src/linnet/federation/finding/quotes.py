"""What a post from elsewhere quotes, and whether the quoted one allows it: the stamp is asked for at its own
address, which is the quoted author's server, and says which post may quote which (FEP-044f; security
paper A28). What a post says of its own leave is only where to look."""

from typing import Any, Protocol

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.federation import names, vocab
from linnet.federation.authority import Drop, Proven, normal
from linnet.federation.fetching import for_now
from linnet.kernel.value import Value
from linnet.social.people import queries as people
from linnet.social.posts import queries as posts
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import Post
from linnet.social.quotes.rules import RemoteQuote


class Finds(Protocol):
    """What is needed of the finder. The budgets are its own."""

    async def document(self, address: str, budget: Any) -> Proven | Drop: ...

    async def post_at(self, uri: str, budget: Any) -> Post | Drop: ...


class Ends(Value):
    """A post that is quoted: its address, and its author's."""

    uri: str
    author: str


async def resolved(
    finder: Finds, db: Database, url: str, proven: Proven, theirs: RemotePost, budget: Any
) -> RemoteQuote | None:
    """What the post quotes; None when that is nothing to quote, or is asked inside of a quote (a chain of
    quotes would lead on and on)."""
    if budget.quoting:
        return None
    budget.quoting = True
    try:
        quoted = await finder.post_at(theirs.quotes, budget)
    finally:
        budget.quoting = False
    if isinstance(quoted, Drop):
        return RemoteQuote(0, None) if _later(quoted) else None
    if quoted.boost_of_id:
        return None
    if quoted.account_id == theirs.account_id:
        return RemoteQuote(quoted.id, "accepted")  # nobody needs leave from themselves
    if not quoted.uri:
        return RemoteQuote(quoted.id, "pending")  # one of ours: our own rows know it
    stamp = normal(vocab.uri(proven.document.get("quoteAuthorization")))
    if not stamp:
        return RemoteQuote(quoted.id, "pending")
    ends = await db.read(ends_of, url, quoted.id)
    drop = await unstamped(finder, stamp, theirs.uri, ends, budget) if ends else Drop("no_such_post")
    if drop is None:
        return RemoteQuote(quoted.id, "accepted", stamp)
    if _later(drop):
        return RemoteQuote(quoted.id, None, stamp)
    return RemoteQuote(quoted.id, "revoked" if drop.reason == "gone" else "rejected", "")


def _later(drop: Drop) -> bool:
    """Is it worth asking again?"""
    return for_now(drop) or drop.reason == "too_much_to_fetch"


async def unstamped(finder: Finds, stamp: str, quoting: str, ends: Ends, budget: Any) -> Drop | None:
    """Why the stamp at this address does not let `quoting` quote that post; None when it does."""
    found = await finder.document(stamp, budget)
    if isinstance(found, Drop):
        return found
    document = found.document
    if "QuoteAuthorization" not in vocab.types(document) or found.actor != ends.author:
        return Drop("not_their_stamp", found.uri)
    if normal(vocab.uri(document.get("interactingObject"))) != quoting:
        return Drop("stamp_for_another", found.uri)
    if normal(vocab.uri(document.get("interactionTarget"))) != ends.uri:
        return Drop("stamp_of_another", found.uri)
    return None


def ends_of(tx: Tx, url: str, post_id: int) -> Ends | None:
    """A post's address and its author's."""
    post = posts.post(tx, post_id)
    author = people.account(tx, post.account_id) if post else None
    return Ends(names.post_uri(url, post), names.account_uri(url, author)) if post and author else None
