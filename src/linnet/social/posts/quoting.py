"""Quoting: a file of actions beside the first, because what a quote changes are posts. Whoever is quoted
decides: here at once by the post's own setting, elsewhere by an answer (FEP-044f)."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Invalid, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.social.follows import queries as follows
from linnet.social.notices import actions as notices
from linnet.social.people import queries as people
from linnet.social.people import rules as people_rules
from linnet.social.posts import queries, rules
from linnet.social.posts.rules import Author, Post, PostEdited
from linnet.social.quotes import queries as quotes
from linnet.social.quotes.rules import (
    Quote,
    QuoteAnswered,
    QuoteAsked,
    QuoteRevoked,
    RemoteQuote,
    Stamp,
    State,
    allows,
)

STANDS: State = "accepted"


def quoted(tx: Tx, post: Post, quote_id: int) -> Post:
    """The post that `post` may quote, or may ask to. Raises NotFound, NotAllowed, Invalid."""
    found = queries.visible(tx, quote_id, post.account_id)
    if found and found.boost_of_id:
        found = queries.visible(tx, found.boost_of_id, post.account_id)
    if found is None:
        raise NotFound("the post that this quotes", cause=f"quote of {quote_id}")
    own = found.account_id == post.account_id
    if not own and post.visibility not in rules.OPEN:
        raise Invalid("quote_id", "can only be quoted by what everybody may see: its author is told")
    if own and (
        found.visibility == "direct" or (found.visibility == "followers" and post.visibility in rules.OPEN)
    ):
        raise Invalid("quote_id", "is not for everybody who would see this")
    if not may(tx, found, post.account_id):
        raise NotAllowed("The author of this post does not want it quoted.")
    return found


def may(tx: Tx, post: Post, account_id: int) -> bool:
    """May this account quote the post, or ask to?"""
    own = post.account_id == account_id
    if not own and (
        post.visibility not in rules.OPEN or follows.blocked_either(tx, post.account_id, account_id)
    ):
        return False
    fan = post.quotable == "followers" and follows.follows(tx, account_id, post.account_id)
    return allows(post.quotable, own=own, follows=fan)


def begin(tx: Tx, post: Post, quoted: Post, now: int) -> None:
    """A new post of ours quotes that one, which `quoted` allowed."""
    own = quoted.account_id == post.account_id
    if quoted.uri and not own:
        quotes.insert(tx, Quote(post.id, quoted.id, "pending", "", now))
        tx.emit(QuoteAsked(post.id, post.account_id, quoted.id, quoted.account_id))
        return
    quotes.insert(tx, Quote(post.id, quoted.id, STANDS, "", now))
    if not own:
        quotes.insert_stamp(tx, Stamp(new_id(), quoted.id, post.id, "", post.account_id, now))
    _counted(tx, post, quoted, now)


def accepted(tx: Tx, post_id: int, by_id: int, stamp_uri: str, now: int) -> None:
    """The author of what the post quotes says yes, under `stamp_uri`, which was looked at. Anybody
    else's yes says nothing."""
    post, quote, quoted = _asked(tx, post_id, by_id)
    if post and quote and quoted and quote.state in ("pending", "rejected"):
        quotes.set_state(tx, post.id, STANDS, stamp_uri)
        _counted(tx, post, quoted, now)
        _changed(tx, post)


def rejected(tx: Tx, post_id: int, by_id: int) -> None:
    """... says no, or not any more."""
    post, quote, _quoted = _asked(tx, post_id, by_id)
    if post and quote and quote.state in ("pending", STANDS):
        _ends(tx, post, quote, "rejected")


def stamp_gone(tx: Tx, stamp_uri: str, by_id: int) -> bool:
    """The quoted author took the stamp back. False when that is not theirs to do, or nothing here
    rests on it."""
    done = False
    for quote in quotes.by_stamp(tx, stamp_uri):
        post, _quote, quoted = _asked(tx, quote.post_id, by_id)
        if post and quoted:
            _ends(tx, post, quote, "revoked")
            done = True
    return done


def asked(tx: Tx, quoted_id: int, quoting_id: int, request_uri: str, now: int) -> None:
    """A post from elsewhere, which is here as `quoting_id`, asks to quote one of ours."""
    quoted, post = queries.post(tx, quoted_id), queries.post(tx, quoting_id)
    if quoted is None or post is None or quoted.uri:
        raise NotFound("post")
    stamp = quotes.stamp_for(tx, quoted.id, post.id)
    if stamp is None and may(tx, quoted, post.account_id):
        stamp = Stamp(new_id(), quoted.id, post.id, post.uri, post.account_id, now)
        quotes.insert_stamp(tx, stamp)
    good = stamp is not None and stamp.revoked_at is None
    had = quotes.quote(tx, post.id)
    if had is None:
        quotes.insert(tx, Quote(post.id, quoted.id, STANDS if good else "rejected", "", now))
    elif had.quoted_id != quoted.id:
        raise Invalid("object", "is not what that post quotes")
    elif good and had.state != STANDS:
        quotes.set_state(tx, post.id, STANDS, "")
    if good and (had is None or had.state != STANDS):
        _counted(tx, post, quoted, now)
    queries.touch(tx, post.id)
    refused(tx, quoted, post.account_id, request_uri, post.uri, stamp.id if stamp and good else 0)


def refused(
    tx: Tx, quoted: Post, asker_id: int, request_uri: str, quoting_uri: str, stamp_id: int = 0
) -> None:
    """The answer to a request; with a stamp it is a yes."""
    tx.emit(QuoteAnswered(quoted.account_id, asker_id, quoted.id, request_uri, quoting_uri, stamp_id))


def heard(tx: Tx, post: Post, address: str, said: RemoteQuote | None, now: int) -> None:
    """A post from elsewhere says that it quotes `address` ('' : nothing), of which `said` is known."""
    had = quotes.quote(tx, post.id)
    if not address and had:
        _ends(tx, post, had, "deleted")
        quotes.delete(tx, post.id)
    if said is None or not address or (had and had.quoted_id != said.quoted_id):
        return  # what a post quotes does not change
    quoted = queries.post(tx, said.quoted_id)
    if quoted is None:
        return
    state = said.state or (had.state if had else "pending")
    if not quoted.uri and quoted.account_id != post.account_id:
        state = _ours_says(tx, quoted, post)  # of our own we know it best
    if had is None:
        quotes.insert(tx, Quote(post.id, quoted.id, state, said.stamp_uri, now))
        queries.touch(tx, post.id)  # it may have been shown without
    elif (had.state, had.stamp_uri) != (state, said.stamp_uri):
        if had.state == STANDS != state:
            queries.count_quote(tx, quoted.id, -1)
        quotes.set_state(tx, post.id, state, said.stamp_uri)
        queries.touch(tx, post.id)
    if state == STANDS and (had is None or had.state != STANDS):
        _counted(tx, post, quoted, now)


def _ours_says(tx: Tx, quoted: Post, post: Post) -> State:
    stamp = quotes.stamp_for(tx, quoted.id, post.id)
    if stamp is None:
        return "pending"
    return STANDS if stamp.revoked_at is None else "revoked"


def revoke(tx: Tx, author: Author, quoted_id: int, quoting_id: int, now: int) -> None:
    """The quoted author does not want to be quoted there any more. Raises NotFound, NotAllowed."""
    quoted, post = _own(tx, author, quoted_id), queries.visible(tx, quoting_id, author.account_id)
    quote = quotes.quote(tx, quoting_id)
    if post is None or quote is None or quote.quoted_id != quoted.id:
        raise NotFound("quote")
    if quote.state not in ("pending", STANDS):
        return
    _ends(tx, post, quote, "revoked")
    stamp = quotes.stamp_for(tx, quoted.id, post.id)
    if stamp and quotes.revoke_stamp(tx, stamp.id, now):
        tx.emit(QuoteRevoked(stamp.id, quoted.account_id, post.account_id))


def withdraw(tx: Tx, author: Author, quoting_id: int, now: int) -> None:
    """As `revoke`, by the quoting post alone. Raises NotFound, NotAllowed."""
    quote = quotes.quote(tx, quoting_id)
    if quote is None:
        raise NotFound("quote")
    revoke(tx, author, quote.quoted_id, quoting_id, now)


def set_policy(tx: Tx, author: Author, post_id: int, policy: str) -> None:
    """Who may quote the post from now on; what quotes it stays. Raises NotFound, NotAllowed, Invalid."""
    post = _own(tx, author, post_id)
    if post.boost_of_id:
        raise NotFound("post")
    wanted = rules.quotable_as(policy, post.visibility)
    if wanted != post.quotable:
        queries.set_quotable(tx, post.id, wanted)
        tx.emit(PostEdited(post.id, post.account_id))


def forget(tx: Tx, post: Post, now: int) -> None:
    """The post goes: it quotes nothing any more, and whatever quotes it shows nothing there."""
    quote = quotes.quote(tx, post.id)
    if quote:
        if quote.state == STANDS:
            queries.count_quote(tx, quote.quoted_id, -1)
        quotes.delete(tx, post.id)
    for other in quotes.of(tx, post.id):
        quotes.set_state(tx, other.post_id, "deleted", other.stamp_uri)
        queries.touch(tx, other.post_id)
    quotes.revoke_stamps_of(tx, post.id, now)


def _asked(tx: Tx, post_id: int, by_id: int) -> tuple[Post | None, Quote | None, Post | None]:
    """The post, what it quotes, and that, if `by_id` is its author."""
    post, quote = queries.post(tx, post_id), quotes.quote(tx, post_id)
    quoted = queries.post(tx, quote.quoted_id) if quote else None
    if quoted is None or quoted.account_id != by_id:
        return None, None, None
    return post, quote, quoted


def _counted(tx: Tx, post: Post, quoted: Post, now: int) -> None:
    """The quote stands: it is counted, and the quoted one, if here, is told."""
    queries.count_quote(tx, quoted.id, 1)
    account = people.account(tx, quoted.account_id)
    if account and account.local:
        notices.add(
            tx, account_id=account.id, kind="quote", from_id=post.account_id, post_id=post.id, now=now
        )


def _ends(tx: Tx, post: Post, quote: Quote, state: State) -> None:
    if quote.state == STANDS:
        queries.count_quote(tx, quote.quoted_id, -1)
    quotes.set_state(tx, post.id, state, quote.stamp_uri)
    _changed(tx, post)


def _changed(tx: Tx, post: Post) -> None:
    queries.touch(tx, post.id)
    tx.emit(PostEdited(post.id, post.account_id))


def _own(tx: Tx, author: Author, post_id: int) -> Post:
    tx.hold(post_id)
    post = queries.visible(tx, post_id, author.account_id)
    if post is None:
        raise NotFound("post")
    if post.account_id != author.account_id:
        raise NotAllowed("This post is not yours.")
    people_rules.must(author.role, "post")
    return post
