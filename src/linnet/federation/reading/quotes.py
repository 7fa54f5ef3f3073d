"""QuoteRequest and the answers to ours (FEP-044f)."""

from functools import partial

from linnet.db.tx import Tx
from linnet.federation import authority, names, vocab
from linnet.federation.authority import Drop, Proven, normal
from linnet.federation.finding import quotes
from linnet.federation.finding.finder import id_at
from linnet.federation.finding.quotes import Ends
from linnet.federation.reading import relaying
from linnet.federation.reading.effects import Effect, Letter
from linnet.kernel.clock import DAY
from linnet.kernel.errors import NotFound
from linnet.social.people.rules import Account
from linnet.social.posts import foreign, quoting
from linnet.social.posts import queries as posts
from linnet.social.posts.foreign import RemotePost
from linnet.social.quotes import queries as quote_queries


async def request(letter: Letter) -> Effect | Drop:
    """Somebody would like to quote one of ours. The post that would is theirs and quotes just that; it
    stands inside, or is fetched."""
    document = letter.proven.document
    target = normal(vocab.uri(document.get("object")))
    own = names.ours(letter.url, target)
    if own is None or own.kind != "post":
        return Drop("not_one_of_ours", target)
    found = await _instrument(letter, document.get("instrument"))
    if isinstance(found, Drop):
        return found
    theirs = await letter.finder.read_post(found, None, letter.budget)
    if isinstance(theirs, Drop):
        return theirs
    if theirs.account_id != letter.sender.id:
        return Drop("object_of_another", found.uri)
    if theirs.quotes != target:
        return Drop("quotes_another", found.uri)
    return partial(_request, letter.sender, own.account_id, own.post_id, letter.proven.uri, theirs)


async def _instrument(letter: Letter, value: object) -> Proven | Drop:
    found = authority.inside(letter.proven, value)
    if isinstance(found, Drop) and found.reason == "fetch_it":
        found = await letter.finder.document(found.detail, letter.budget)
    if not isinstance(found, Drop) and found.actor != letter.sender.uri:
        return Drop("object_of_another", found.uri)
    return found


def _request(
    sender: Account, author_id: int, quoted_id: int, uri: str, theirs: RemotePost, tx: Tx, now: int
) -> None:
    quoted = posts.visible(tx, quoted_id, sender.id)
    if quoted is None or quoted.account_id != author_id or quoted.boost_of_id:
        raise NotFound("post")
    if not quoting.may(tx, quoted, sender.id):
        quoting.refused(tx, quoted, sender.id, uri, theirs.uri)
        return
    live = theirs.published > now - DAY
    id = foreign.receive(tx, theirs, id=id_at(theirs.published, now), now=now, live=live)
    written = posts.post(tx, id)
    if written is None or written.account_id != sender.id:
        raise NotFound("post")
    quoting.asked(tx, quoted.id, id, uri, now)


async def accept(letter: Letter) -> Effect | Drop:
    """Yes to a QuoteRequest of ours, with the stamp, which is looked at; or to whatever else was asked."""
    post_id = _asked_for(letter)
    if not post_id:
        return await relaying.accept(letter)
    ends = await letter.db.read(_quoted, letter.url, post_id)
    if ends is None or ends.author != letter.sender.uri:
        return Drop("answer_for_another")
    stamp = normal(vocab.uri(letter.proven.document.get("result")))
    if not stamp:
        return Drop("no_stamp")
    quoting_uri = await letter.db.read(quotes.ends_of, letter.url, post_id)
    if quoting_uri is None:
        return Drop("no_such_post")
    drop = await quotes.unstamped(letter.finder, stamp, quoting_uri.uri, ends, letter.budget)
    return drop or partial(_accept, letter.sender, post_id, stamp)


def _accept(sender: Account, post_id: int, stamp: str, tx: Tx, now: int) -> None:
    quoting.accepted(tx, post_id, sender.id, stamp, now)


async def reject(letter: Letter) -> Effect | Drop:
    """No to a QuoteRequest of ours, or to whatever else was asked."""
    post_id = _asked_for(letter)
    return partial(_reject, letter.sender, post_id) if post_id else await relaying.reject(letter)


def _reject(sender: Account, post_id: int, tx: Tx, _now: int) -> None:
    quoting.rejected(tx, post_id, sender.id)


def _asked_for(letter: Letter) -> int:
    """The post of ours for which we asked; 0 when it is not about a quote. The request is embedded, or
    named by its id, which begins with the post's."""
    said = letter.proven.document.get("object")
    embedded = vocab.obj(said)
    if embedded and "QuoteRequest" not in vocab.types(embedded):
        return 0
    address = vocab.uri(embedded.get("instrument")) if embedded else vocab.uri(said).partition("#")[0]
    own = names.ours(letter.url, address)
    return own.post_id if own and own.kind == "post" else 0


def _quoted(tx: Tx, url: str, post_id: int) -> Ends | None:
    quote = quote_queries.quote(tx, post_id)
    return quotes.ends_of(tx, url, quote.quoted_id) if quote else None
