"""Create, Update, Delete, Announce, Like, votes and pins, and what takes them back."""

from functools import partial

from linnet.db.tx import Tx
from linnet.federation import authority, emoji, names, parse, vocab
from linnet.federation.authority import Drop, Proven, normal
from linnet.federation.finding.finder import id_at
from linnet.federation.reading import leaving, queries
from linnet.federation.reading.effects import ConcernsNobody, Effect, Letter
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.value import changed
from linnet.social.emoji.rules import Reaction
from linnet.social.people.rules import Account
from linnet.social.posts import foreign as posts
from linnet.social.posts import queries as post_queries
from linnet.social.posts import quoting
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import Post
from linnet.social.reactions import actions as reactions
from linnet.social.text.scan import hashtag_key

OLD = 86_400_000  # ms; a post that comes later than this is written down, but not told as news


async def create(letter: Letter) -> Effect | Drop:
    """A post, or a vote in a poll of ours."""
    several = vocab.many(letter.proven.document.get("object"))
    votes = [one for one in several if isinstance(one, dict) and parse.is_vote(one)]
    if votes and len(votes) == len(several):
        return await _votes(letter, votes)
    found = await _object(letter)
    if isinstance(found, Drop):
        return found
    if parse.is_vote(found.document):
        return await _votes(letter, [found.document])
    theirs = await _read(letter, found)
    if isinstance(theirs, Drop):
        return theirs
    return partial(_receive, letter.sender, theirs)


def _receive(sender: Account, theirs: RemotePost, tx: Tx, now: int) -> None:
    if not _concerns_us(tx, sender, theirs):
        raise ConcernsNobody
    live = theirs.published > now - OLD
    posts.receive(tx, theirs, id=id_at(theirs.published, now), now=now, live=live)


def _concerns_us(tx: Tx, sender: Account, theirs: RemotePost) -> bool:
    """Somebody here follows the author or a tag, is mentioned, or is answered. Anything else would
    make us a place where strangers put things."""
    return (
        queries.has_followers_here(tx, sender.id)
        or queries.any_local(tx, theirs.mention_ids)
        or (theirs.reply_to_id is not None and queries.is_of_ours(tx, theirs.reply_to_id))
        or (
            theirs.visibility == "public"
            and queries.any_followed(tx, [hashtag_key(tag) for tag in theirs.tags])
        )
    )


async def _object(letter: Letter) -> Proven | Drop:
    """The object of the activity: inside it when the sender answers for it, else from its origin."""
    found = authority.inside(letter.proven, letter.proven.document.get("object"))
    if isinstance(found, Drop) and found.reason == "fetch_it":
        found = await letter.finder.document(found.detail, letter.budget)
        if not isinstance(found, Drop) and found.actor != letter.sender.uri:
            return Drop("object_of_another", found.uri)
    return found


async def _read(letter: Letter, found: Proven) -> RemotePost | Drop:
    parent = normal(vocab.uri(found.document.get("inReplyTo")))
    above = await letter.finder.post_at(parent, letter.budget) if parent else None
    id = above.id if isinstance(above, Post) else None
    return await letter.finder.read_post(found, id, letter.budget)


async def _votes(letter: Letter, votes: list[vocab.Json]) -> Effect | Drop:
    """Answers to a poll of ours; each names one (interop paper §7)."""
    chosen: list[tuple[int, str]] = []
    for one in votes[: parse.MOST_OPTIONS]:
        asked = await _known(letter, one.get("inReplyTo"))
        maker = normal(vocab.uri(one.get("attributedTo")))
        # a poll elsewhere is counted where it is, also when it has a number here that can be guessed
        if isinstance(asked, Drop) or asked.uri or maker != letter.sender.uri:
            return Drop("vote_for_nothing")
        chosen.append((asked.id, vocab.text(one.get("name"))))
    return partial(_vote, letter.sender, chosen)


def _vote(sender: Account, chosen: list[tuple[int, str]], tx: Tx, now: int) -> None:
    for post_id, title in chosen:
        reactions.choose(tx, sender.id, post_id, title, now)


async def update(letter: Letter) -> Effect | Drop:
    """An edited post, new counts of a poll, or a profile that changed (which is fetched: A26)."""
    said = letter.proven.document.get("object")
    address = normal(vocab.uri(said))
    if address == letter.sender.uri:
        fresh = await letter.finder.account_at(address, letter.budget, fresh=True)
        return fresh if isinstance(fresh, Drop) else _nothing_more
    found = await _object(letter)
    if isinstance(found, Drop):
        return found
    theirs = await _read(letter, found)
    return theirs if isinstance(theirs, Drop) else partial(_revise, letter.sender, theirs)


def _nothing_more(_tx: Tx, _now: int) -> None:
    """The fetch wrote it down already."""


def _revise(sender: Account, theirs: RemotePost, tx: Tx, now: int) -> None:
    if post_queries.by_uri(tx, theirs.uri) is None:
        _receive(sender, theirs, tx, now)
    else:
        posts.revise(tx, theirs, now)


async def delete(letter: Letter) -> Effect | Drop:
    """A post, or the account itself, is gone."""
    address = normal(vocab.uri(letter.proven.document.get("object")))
    if address == letter.sender.uri:
        return partial(_delete_account, letter.sender)
    if not address or authority.authority(address) != letter.proven.authority:
        return Drop("deletes_elsewhere", address)
    return partial(_delete, letter.sender, address)


def _delete(sender: Account, uri: str, tx: Tx, now: int) -> None:
    if quoting.stamp_gone(tx, uri, sender.id):
        return  # a leave to quote, taken back by who gave it
    posts.forget(tx, uri, sender.id, now)


def _delete_account(sender: Account, tx: Tx, now: int) -> None:
    leaving.gone(tx, sender.id, now)


async def announce(letter: Letter) -> Effect | Drop:
    """Somebody passes a post on; it is fetched from its origin when it is not here (A17). Communities
    (Lemmy) pass on whatever happens in them, as activities, and posts of theirs once more by address,
    for the likes of us: every vote and answer would be too much in a home."""
    document = letter.proven.document
    if not parse.may_be_post(vocab.obj(document.get("object"))):
        return Drop("passes_on_no_post")
    address = normal(vocab.uri(document.get("object")))
    if not address:
        return Drop("no_object")
    followed = await letter.db.read(queries.has_followers_here, letter.sender.id)
    if not followed and names.ours(letter.url, address) is None:
        return Drop("concerns_nobody_here")
    found = await letter.finder.post_at(address, letter.budget)
    if isinstance(found, Drop):
        return found
    published = vocab.moment(document.get("published"))
    return partial(_boost, letter.sender, found.id, letter.proven.uri, published)


def _boost(sender: Account, post_id: int, uri: str, published: int | None, tx: Tx, now: int) -> None:
    at = min(published or now, now)
    posts.boost(tx, sender.id, post_id, uri=uri, id=id_at(at, now), now=at)


async def like(letter: Letter) -> Effect | Drop:
    """A favourite; one that is said with an emoji (EmojiReact, Misskey's Like) is one too."""
    found = await _known(letter, letter.proven.document.get("object"))
    if isinstance(found, Drop):
        return found
    said = emoji.reaction(letter.proven)
    if said and said.emoji and not await emoji.wanted((said.emoji,), letter.finder.may_show):
        said = changed(said, emoji=None)
    return partial(_favourite, letter.sender, found.id, said)


def _favourite(sender: Account, post_id: int, said: Reaction | None, tx: Tx, now: int) -> None:
    reactions.favourite(tx, sender.id, post_id, now, said)


async def undo_like(letter: Letter, undone: Proven) -> Effect | Drop:
    """The favourite is taken back."""
    found = await _known(letter, undone.document.get("object"))
    said = emoji.reaction(undone)
    return found if isinstance(found, Drop) else partial(_unfavourite, letter.sender, found.id, said)


def _unfavourite(sender: Account, post_id: int, said: Reaction | None, tx: Tx, _now: int) -> None:
    reactions.unfavourite(tx, sender.id, post_id, said)


async def undo_announce(letter: Letter, undone: Proven) -> Effect | Drop:
    """The boost is taken back."""
    return partial(_delete, letter.sender, undone.uri)


async def pin(letter: Letter) -> Effect | Drop:
    """Add and Remove of `featured`: on top of their profile or off it."""
    document = letter.proven.document
    if not await letter.db.read(
        queries.is_featured, letter.sender.id, normal(vocab.uri(document.get("target")))
    ):
        return Drop("not_their_collection")
    found = await letter.finder.post_at(normal(vocab.uri(document.get("object"))), letter.budget)
    if isinstance(found, Drop):
        return found
    if found.account_id != letter.sender.id:
        return Drop("object_of_another")
    return partial(_pin, letter.sender, found.id, "Add" in vocab.types(document))


def _pin(sender: Account, post_id: int, on: bool, tx: Tx, now: int) -> None:  # a partial's argument
    try:
        if on:
            reactions.pin(tx, sender.id, post_id, now)
        else:
            reactions.unpin(tx, sender.id, post_id)
    except (Invalid, Conflict):
        return  # more on top than we show


async def _known(letter: Letter, value: object) -> Post | Drop:
    """A post that is here: nobody fetches a post to count a like."""
    address = normal(vocab.uri(value))
    own = names.ours(letter.url, address)
    if own:
        found = await letter.db.read(post_queries.post, own.post_id) if own.kind == "post" else None
        return (
            found if found and not found.uri and found.account_id == own.account_id else Drop("no_such_post")
        )
    return await letter.db.read(post_queries.by_uri, address) or Drop("no_such_post", address)
