"""Follow, Accept, Reject, Block, Move, and what takes them back."""

from functools import partial

from linnet.db.tx import Tx
from linnet.federation import names, vocab
from linnet.federation.authority import Drop, Proven, normal
from linnet.federation.finding.moves import names_of
from linnet.federation.reading.effects import Effect, Letter
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import NotAllowed
from linnet.social.follows import actions as follows
from linnet.social.follows import queries as follow_queries
from linnet.social.follows.rules import Followed, FollowRejected
from linnet.social.people import foreign, moving
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.safety import actions as safety

CARRIED = 10_000  # followers that a Move takes along


async def follow(letter: Letter) -> Effect | Drop:
    """Somebody wants to follow one of ours."""
    target = await _ours(letter, letter.proven.document.get("object"))
    if isinstance(target, Drop):
        return target
    return partial(_follow, letter.sender, target, letter.proven.uri)


def _follow(sender: Account, target: Account, uri: str, tx: Tx, now: int) -> None:
    if follow_queries.follows(tx, sender.id, target.id):
        follows.follow(tx, sender.id, target.id, uri=uri, now=now)
        tx.emit(Followed(sender.id, target.id))  # they ask again: their server lost our answer
        return
    try:
        follows.follow(tx, sender.id, target.id, uri=uri, now=now)
    except NotAllowed:
        tx.emit(FollowRejected(sender.id, target.id, 0, uri))


async def accept(letter: Letter) -> Effect | Drop:
    """The answer to a Follow of ours, by the one who was asked and nobody else (A29)."""
    asker = await _asker(letter)
    return asker if isinstance(asker, Drop) else partial(_accept, letter.sender, asker)


def _accept(sender: Account, asker: Account, tx: Tx, now: int) -> None:
    if follow_queries.request(tx, asker.id, sender.id):
        follows.accept(tx, sender.id, asker.id, now)


async def reject(letter: Letter) -> Effect | Drop:
    """No to a Follow of ours, before or after a yes."""
    asker = await _asker(letter)
    return asker if isinstance(asker, Drop) else partial(_reject, letter.sender, asker)


def _reject(sender: Account, asker: Account, tx: Tx, _now: int) -> None:
    follows.end(tx, asker.id, sender.id, by_id=sender.id)


async def _asker(letter: Letter) -> Account | Drop:
    """Who of ours had asked: the Follow is embedded, or named by its id, which begins with theirs."""
    said = letter.proven.document.get("object")
    embedded = vocab.obj(said)
    if embedded:
        if "Follow" not in vocab.types(embedded):
            return Drop("answer_to_unknown")
        if normal(vocab.uri(embedded.get("object"))) != letter.sender.uri:
            return Drop("answer_for_another")
        return await _ours(letter, embedded.get("actor"))
    return await _ours(letter, vocab.uri(said).partition("#")[0])


async def block(letter: Letter) -> Effect | Drop:
    """They want nothing more to do with one of ours."""
    target = await _ours(letter, letter.proven.document.get("object"))
    return target if isinstance(target, Drop) else partial(_block, letter.sender, target)


def _block(sender: Account, target: Account, tx: Tx, now: int) -> None:
    safety.block(tx, sender.id, target.id, now)


async def undo_follow(letter: Letter, undone: Proven) -> Effect | Drop:
    """They follow no longer."""
    target = await _ours(letter, undone.document.get("object"))
    return target if isinstance(target, Drop) else partial(_unfollow, letter.sender, target)


def _unfollow(sender: Account, target: Account, tx: Tx, _now: int) -> None:
    follows.end(tx, sender.id, target.id, by_id=sender.id)


async def undo_block(letter: Letter, undone: Proven) -> Effect | Drop:
    """They take a block back."""
    target = await _ours(letter, undone.document.get("object"))
    return target if isinstance(target, Drop) else partial(_unblock, letter.sender, target)


def _unblock(sender: Account, target: Account, tx: Tx, _now: int) -> None:
    safety.unblock(tx, sender.id, target.id)


async def move(letter: Letter) -> Effect | Drop:
    """An account goes on as another one. Believed when the new one names the old one, fresh from its
    server, and when the old one has not moved before (A24)."""
    document = letter.proven.document
    if normal(vocab.uri(document.get("object"))) != letter.sender.uri:
        return Drop("moves_another")
    if await letter.db.read(_moved_lately, letter.sender.id, now_ms()):
        return Drop("moved_already")
    target = await letter.finder.account_at(
        normal(vocab.uri(document.get("target"))), letter.budget, fresh=True
    )
    if isinstance(target, Drop):
        return target
    if target.id == letter.sender.id:
        return Drop("moves_nowhere")
    if target.moved_to_id is not None or target.hidden:
        return Drop("moves_to_nobody", target.uri)  # in a ring, or where nothing is heard from
    if letter.sender.uri not in await letter.db.read(names_of, target.id):
        return Drop("move_not_confirmed", target.uri)
    return partial(_move, letter.sender, target)


def _move(sender: Account, target: Account, tx: Tx, now: int) -> None:
    foreign.moved(tx, sender.id, target.id, now)
    for id in follow_queries.local_followers(tx, sender.id, CARRIED):
        had = follow_queries.follow(tx, id, sender.id)
        if id == target.id:
            continue  # nobody follows themselves
        try:
            follows.follow(tx, id, target.id, boosts=had.boosts if had else None, now=now)
        except NotAllowed:
            continue  # a block between these two: the follow stays where it was
        follows.end(tx, id, sender.id, by_id=id)


def _moved_lately(tx: Tx, account_id: int, now: int) -> bool:
    """Has it moved by a letter within the time in which nobody moves twice, and taken that back?"""
    at = moving.moved_at(tx, account_id)
    return at is not None and at > now - moving.COOLDOWN


async def _ours(letter: Letter, value: object) -> Account | Drop:
    own = names.ours(letter.url, vocab.uri(value))
    found = await letter.db.read(people.account, own.account_id) if own and own.kind == "account" else None
    return found if found and found.local else Drop("not_one_of_ours", vocab.uri(value))
