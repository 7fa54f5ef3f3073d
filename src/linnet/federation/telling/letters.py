"""What is told, one function for each kind: the letter as things stand now, or None when there is
nothing to tell any more (the post is gone, the follow was taken back)."""

from collections.abc import Callable

from linnet.db.tx import Tx
from linnet.federation import names
from linnet.federation.render import activities, actors, posts
from linnet.federation.render import queries as facts
from linnet.federation.render.facts import Here, Json, PostFacts, audience
from linnet.federation.telling import queries
from linnet.federation.telling.job import Tell
from linnet.federation.telling.rules import Letter
from linnet.kernel.wire import decode_as
from linnet.social.follows import queries as follows
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.posts import queries as post_queries
from linnet.social.posts.rules import OPEN
from linnet.social.reports import queries as reports

Made = list[Letter]


def create(tx: Tx, here: Here, tell: Tell) -> Made:
    """A post."""
    found = _post(tx, here, tell)
    if found is None:
        return []
    body = activities.create(here, found, tell.at)
    return [_about_post(here, "Create", found, body, _named(found))]


def move(tx: Tx, here: Here, tell: Tell) -> Made:
    """The account goes on as another one."""
    target = people.account(tx, tell.other_id)
    if target is None:
        return []
    own = names.actor(here.url, tell.account_id)
    return [
        Letter(
            "Move", own, activities.move(own, names.account_uri(here.url, target), tell.at), followers=True
        )
    ]


def flag(tx: Tx, here: Here, tell: Tell) -> Made:
    """A complaint, in the server's name: nobody elsewhere learns who complained."""
    report, about = reports.report(tx, tell.row_id), people.account(tx, tell.other_id)
    if report is None or about is None or about.local:
        return []
    posts_named = [post_queries.post(tx, id) for id in decode_as(list[int], report.post_ids)]
    body = activities.flag(
        here,
        report.id,
        account=about.uri,
        posts=[post.uri for post in posts_named if post],
        comment=report.comment,
    )
    return [Letter("Flag", about.uri, body, others=(about.id,))]


def edit(tx: Tx, here: Here, tell: Tell) -> Made:
    """The post as it is now, to whom it went and to whoever had to do with it since."""
    return _update(tx, here, tell, edited=True)


def count(tx: Tx, here: Here, tell: Tell) -> Made:
    """How the votes stand."""
    return _update(tx, here, tell, edited=False)


def _update(tx: Tx, here: Here, tell: Tell, *, edited: bool) -> Made:
    found = _post(tx, here, tell)
    if found is None or (not edited and found.view.poll is None):
        return []
    body = activities.update(here, found, at=tell.at, edited=edited, now=tell.at)
    others = {*_named(found), *post_queries.concerned(tx, tell.post_id)}
    if found.view.poll:
        others |= set(queries.voters(tx, tell.post_id))
    if found.view.post.visibility not in OPEN:
        others &= _may_see(tx, tell, found, others)
    return [_about_post(here, "Update", found, body, tuple(sorted(others)))]


def _may_see(tx: Tx, tell: Tell, found: PostFacts, others: set[int]) -> set[int]:
    """An edit is only for whom the post is still for."""
    return {id for id in others if id in _named(found) or post_queries.visible(tx, tell.post_id, id)}


def delete(tx: Tx, here: Here, tell: Tell) -> Made:
    """A post is gone."""
    actor, uri = _actor(here, tell), names.post(here.url, tell.account_id, tell.post_id)
    named = _uris(tx, here, tell.elsewhere)
    body = activities.delete_post(actor, uri, audience(tell.visibility, actor, named), tell.at)
    private = tell.visibility == "direct"
    return [Letter("Delete", uri, body, not private, tell.elsewhere, private, tell.post_id)]


def announce(tx: Tx, here: Here, tell: Tell) -> Made:
    """A boost."""
    found = _post(tx, here, tell)
    if found is None or found.view.boost_of is None:
        return []
    uri, body = posts.uri(here, found), activities.announce(here, found)
    return [Letter("Announce", uri, body, True, (tell.other_id,), post_id=tell.post_id)]


def unannounce(tx: Tx, here: Here, tell: Tell) -> Made:
    """A boost is taken back."""
    actor, uri = _actor(here, tell), names.post(here.url, tell.account_id, tell.post_id)
    object = tell.uri or names.post(here.url, tell.other_id, tell.object_id) if tell.other_id else ""
    to = audience(tell.visibility, actor, (), "".join(_uris(tx, here, (tell.other_id,))))
    body = activities.unannounce(actor, uri, object, to)
    return [Letter("Undo", uri, body, True, (tell.other_id,), post_id=tell.post_id)]


def like(tx: Tx, here: Here, tell: Tell) -> Made:
    """A favourite."""
    if queries.favourite(tx, tell.post_id, tell.account_id) != tell.row_id:
        return []
    body = _like(tx, here, tell)
    return [_to_one("Like", body, tell)] if body else []


def unlike(tx: Tx, here: Here, tell: Tell) -> Made:
    """A favourite is taken back."""
    if queries.favourite(tx, tell.post_id, tell.account_id):
        return []
    body = _like(tx, here, tell)
    return [_undone(here, tell, body)] if body else []


def _like(tx: Tx, here: Here, tell: Tell) -> Json | None:
    post, author = queries.object(tx, tell.post_id), people.account(tx, tell.other_id)
    if post is None or author is None:
        return None
    return activities.like(_actor(here, tell), tell.row_id, post.uri, author.uri)


def follow(tx: Tx, here: Here, tell: Tell) -> Made:
    """A wish to follow."""
    asked, other = follows.request(tx, tell.account_id, tell.other_id), people.account(tx, tell.other_id)
    if asked is None or asked.id != tell.row_id or other is None:
        return []
    return [_to_one("Follow", activities.follow(_actor(here, tell), tell.row_id, other.uri), tell)]


def unfollow(tx: Tx, here: Here, tell: Tell) -> Made:
    """... is taken back."""
    other = people.account(tx, tell.other_id)
    if other is None:
        return []
    return [_undone(here, tell, activities.follow(_actor(here, tell), tell.row_id, other.uri))]


def accept(tx: Tx, here: Here, tell: Tell) -> Made:
    """They may follow."""
    row = follows.follow(tx, tell.other_id, tell.account_id)
    return _answer(tx, here, tell, "Accept") if row and row.id == tell.row_id else []


def reject(tx: Tx, here: Here, tell: Tell) -> Made:
    """They may not follow, or not any more."""
    return _answer(tx, here, tell, "Reject")


def _answer(tx: Tx, here: Here, tell: Tell, kind: str) -> Made:
    other, actor = people.account(tx, tell.other_id), _actor(here, tell)
    if other is None:
        return []
    asked = activities.follow_of(tell.uri, other.uri, actor)
    return [_to_one(kind, activities.answer(kind, actor, tell.row_id, asked, tell.at), tell, about=tell.uri)]


def block(tx: Tx, here: Here, tell: Tell) -> Made:
    """A block."""
    other = people.account(tx, tell.other_id)
    if other is None or queries.block(tx, tell.account_id, tell.other_id) != tell.row_id:
        return []
    return [_to_one("Block", activities.block(_actor(here, tell), tell.row_id, other.uri), tell)]


def unblock(tx: Tx, here: Here, tell: Tell) -> Made:
    """A block is over."""
    other = people.account(tx, tell.other_id)
    if other is None:
        return []
    return [_undone(here, tell, activities.block(_actor(here, tell), tell.row_id, other.uri))]


def pin(tx: Tx, here: Here, tell: Tell) -> Made:
    """A post is on top of the profile."""
    return _pin(tx, here, tell, "Add") if queries.is_pinned(tx, tell.account_id, tell.post_id) else []


def unpin(tx: Tx, here: Here, tell: Tell) -> Made:
    """A post is not on top of the profile any more."""
    return [] if queries.is_pinned(tx, tell.account_id, tell.post_id) else _pin(tx, here, tell, "Remove")


def _pin(tx: Tx, here: Here, tell: Tell, kind: str) -> Made:
    if queries.object(tx, tell.post_id) is None:
        return []  # its Delete says it all
    actor, uri = _actor(here, tell), names.post(here.url, tell.account_id, tell.post_id)
    body = activities.pin(kind, actor, uri, tell.at)
    return [Letter(kind, f"{actor}/featured#{tell.post_id}", body, followers=True)]


def vote(tx: Tx, here: Here, tell: Tell) -> Made:
    """The choices in somebody else's poll, one letter each."""
    post, author = queries.object(tx, tell.post_id), people.account(tx, tell.other_id)
    if post is None or author is None:
        return []
    made = [
        activities.vote(
            here,
            tell.account_id,
            one.poll_id,
            one.position,
            name=one.title,
            post=post.uri,
            author=author.uri,
        )
        for one in queries.choices(tx, tell.post_id, tell.account_id)
    ]
    return [_to_one("Create", body, tell, about=body["object"]["id"]) for body in made]


def quote(tx: Tx, here: Here, tell: Tell) -> Made:
    """May we quote this?"""
    found = _post(tx, here, tell)
    if found is None or not found.quotes or found.quote_stamp:
        return []
    return [_to_one("QuoteRequest", activities.quote_request(here, found, tell.at), tell)]


def quote_answer(tx: Tx, here: Here, tell: Tell) -> Made:
    """Yes, with a stamp, or no."""
    other, actor = people.account(tx, tell.other_id), _actor(here, tell)
    if other is None:
        return []
    asked = {
        **({"id": tell.uri} if tell.uri else {}),
        "type": "QuoteRequest",
        "actor": other.uri,
        "object": names.post(here.url, tell.account_id, tell.object_id),
        "instrument": tell.instrument,
    }
    stamp = names.stamp(here.url, tell.account_id, tell.row_id) if tell.row_id else ""
    body = activities.quote_answer(actor, asked, stamp, tell.at)
    return [_to_one(body["type"], body, tell, about=tell.instrument)]


def unstamp(tx: Tx, here: Here, tell: Tell) -> Made:
    """A leave to quote is taken back."""
    actor, uri = _actor(here, tell), names.stamp(here.url, tell.account_id, tell.row_id)
    to = audience("public", actor, _uris(tx, here, (tell.other_id,)))
    return [Letter("Delete", uri, activities.delete_stamp(actor, uri, to), True, (tell.other_id,))]


def gone(_tx: Tx, here: Here, tell: Tell) -> Made:
    """The account is closed: whoever may have a copy of it hears that it is gone."""
    actor = _actor(here, tell)
    return [Letter("Delete", actor, activities.delete_actor(actor), followers=True, everywhere=True)]


def profile(tx: Tx, here: Here, tell: Tell, account: Account, pem: str) -> Made:
    """The actor as it is now."""
    document = actors.actor(here, facts.actor(tx, here, account, pem))
    body = activities.update_actor(document, tell.at)
    return [Letter("Update", document["id"], body, followers=True)]


LETTERS: dict[str, Callable[[Tx, Here, Tell], Made]] = {
    "create": create,
    "edit": edit,
    "count": count,
    "delete": delete,
    "announce": announce,
    "unannounce": unannounce,
    "like": like,
    "unlike": unlike,
    "follow": follow,
    "unfollow": unfollow,
    "accept": accept,
    "reject": reject,
    "block": block,
    "unblock": unblock,
    "pin": pin,
    "unpin": unpin,
    "vote": vote,
    "move": move,
    "quote": quote,
    "quote_answer": quote_answer,
    "unstamp": unstamp,
    "gone": gone,
}


def _post(tx: Tx, here: Here, tell: Tell) -> PostFacts | None:
    return next(iter(facts.posts(tx, here, [tell.post_id], tell.account_id)), None)


def _named(found: PostFacts) -> tuple[int, ...]:
    """Accounts elsewhere that a post is addressed to by name."""
    who = [one.id for one in found.view.mentions if not one.local]
    answered = found.answered
    if answered and not answered.local and found.view.post.visibility in OPEN:
        who.append(answered.id)
    if found.quoted and not found.quoted.local and found.view.post.visibility in OPEN:
        who.append(found.quoted.id)
    return tuple(sorted(set(who)))


def _about_post(here: Here, kind: str, found: PostFacts, body: Json, others: tuple[int, ...]) -> Letter:
    private = found.view.post.visibility == "direct"
    return Letter(kind, posts.uri(here, found), body, not private, others, private, found.view.post.id)


def _to_one(kind: str, body: Json, tell: Tell, about: str = "") -> Letter:
    return Letter(kind, about or body["id"], body, others=(tell.other_id,), private=True)


def _undone(here: Here, tell: Tell, body: Json) -> Letter:
    """An Undo names the same thing as what it undoes, so that it arrives behind it."""
    return _to_one("Undo", activities.undo(_actor(here, tell), body), tell, about=body["id"])


def _actor(here: Here, tell: Tell) -> str:
    return names.actor(here.url, tell.account_id)


def _uris(tx: Tx, here: Here, ids: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(names.account_uri(here.url, one) for one in people.accounts(tx, list(ids)))
