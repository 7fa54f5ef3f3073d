"""Letters of relays: what they say to our Follow, and what they pass on. A relay's Announce is no boost:
the post is taken in from where it lives, as if its author's server had sent it. Everybody else's letters of
these kinds are read as ever."""

from functools import partial

from linnet.db.tx import Tx
from linnet.federation import vocab
from linnet.federation.authority import Drop, normal
from linnet.federation.finding.finder import id_at
from linnet.federation.reading import posts, ties
from linnet.federation.reading.effects import Effect, Letter
from linnet.federation.relays import actions, queries, rules
from linnet.federation.relays.rules import Relay
from linnet.kernel.clock import DAY
from linnet.social.people import queries as people
from linnet.social.posts import foreign
from linnet.social.posts.foreign import RemotePost
from linnet.social.text.scan import hashtag_key


async def accept(letter: Letter) -> Effect | Drop:
    """The relay takes us, or an account takes one of ours."""
    return _answer(letter, yes=True) or await ties.accept(letter)


async def reject(letter: Letter) -> Effect | Drop:
    """... or does not."""
    return _answer(letter, yes=False) or await ties.reject(letter)


def _answer(letter: Letter, *, yes: bool) -> Effect | None:
    relay_id = rules.answered_by(letter.url, letter.proven.document.get("object"))
    if relay_id is None:
        return None
    return partial(_answered, relay_id, letter.sender.uri, yes)


def _answered(relay_id: int, actor: str, yes: bool, tx: Tx, now: int) -> None:  # a partial's
    actions.answer(tx, relay_id, actor, now, yes=yes)


async def announce(letter: Letter) -> Effect | Drop:
    """What a relay passes on; or a boost."""
    relay = await letter.db.read(queries.by_actor, letter.sender.uri)
    return await posts.announce(letter) if relay is None else await _passed_on(letter, relay)


async def _passed_on(letter: Letter, relay: Relay) -> Effect | Drop:
    address = normal(vocab.uri(letter.proven.document.get("object")))
    if not address or letter.finder.is_ours(address):
        return Drop("relayed_nothing", address)
    if await letter.finder.known_post(address):
        return Drop("relayed_again", address)
    found = await letter.finder.document(address, letter.budget)
    if isinstance(found, Drop):
        return found
    # threads are not climbed for it: what answers something unknown would stand alone
    parent = normal(vocab.uri(found.document.get("inReplyTo")))
    above = await letter.finder.known_post(parent) if parent else None
    if parent and above is None:
        return Drop("relayed_answer", address)
    theirs = await letter.finder.read_post(found, above, letter.budget)
    if isinstance(theirs, Drop):
        return theirs
    if theirs.visibility != "public":
        return Drop("relayed_not_public", address)
    return partial(_take_in, relay.id, theirs)


def _take_in(relay_id: int, theirs: RemotePost, tx: Tx, now: int) -> None:
    relay = queries.relay(tx, relay_id)
    if relay is None or relay.state != "accepted":
        return  # removed meanwhile
    if relay.followed_tags and not queries.any_followed(tx, [hashtag_key(tag) for tag in theirs.tags]):
        return
    if people.must_account(tx, theirs.account_id).held:
        return  # from a limited server: nobody would see it
    live = theirs.published > now - DAY
    foreign.receive(tx, theirs, id=id_at(theirs.published, now), now=now, live=live)
    actions.took(tx, relay_id, now)
