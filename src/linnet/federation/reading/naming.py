"""What is taken back by its id alone. Most servers embed what they undo; of the others we know what their
ids stood for: a favourite, a follow, a request, else a boost."""

from functools import partial

from linnet.db.tx import Tx
from linnet.federation.authority import Drop, Proven, normal
from linnet.federation.finding.finder import post_here
from linnet.federation.reading import posts, queries
from linnet.federation.reading.effects import Effect, Letter
from linnet.federation.vocab import uri
from linnet.social.follows import actions as follows
from linnet.social.marks import named as marks
from linnet.social.reactions import actions as reactions


async def like(letter: Letter) -> Effect | Drop:
    """A favourite, and the id under which its server knows it."""
    effect = await posts.like(letter)
    return effect if isinstance(effect, Drop) else partial(_like, letter, effect)


def _like(letter: Letter, effect: Effect, tx: Tx, now: int) -> None:
    effect(tx, now)
    post = post_here(tx, letter.url, normal(uri(letter.proven.document.get("object"))))
    if post:
        marks.name(tx, letter.sender.id, post.id, letter.proven.uri)


async def undo(letter: Letter, named: Proven) -> Effect | Drop:
    """An Undo of nothing but an id of the sender's server. Only what the sender did under it ends."""
    otherwise = await posts.undo_announce(letter, named)
    return otherwise if isinstance(otherwise, Drop) else partial(_undo, letter, named.uri, otherwise)


def _undo(letter: Letter, id: str, otherwise: Effect, tx: Tx, now: int) -> None:
    sender = letter.sender.id
    post_id, followed = marks.named(tx, sender, id), queries.followed_by(tx, sender, id)
    if post_id is not None:
        reactions.unfavourite(tx, sender, post_id)
    elif followed is not None:
        follows.end(tx, sender, followed, by_id=sender)
    else:
        otherwise(tx, now)
