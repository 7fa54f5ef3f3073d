"""Activities, in the shapes that everybody takes (interop paper §7): what is undone, accepted or
rejected is embedded whole, what is posted too; everything else is named by its address."""

from collections.abc import Sequence

from linnet.federation import names
from linnet.federation.render import context, posts
from linnet.federation.render.facts import Audience, Here, Json, PostFacts, audience, stamp


def create(here: Here, facts: PostFacts, now: int) -> Json:
    """A post is there."""
    return {"@context": context.POST} | created(here, facts, now)


def created(here: Here, facts: PostFacts, now: int) -> Json:
    """As `create`, inside of a collection."""
    note = posts.body(here, facts, now)
    return {
        "id": f"{note['id']}/activity",
        "type": "Create",
        "actor": note["attributedTo"],
        "published": note["published"],
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }


def update(here: Here, facts: PostFacts, *, at: int, edited: bool, now: int) -> Json:
    """A post is different since `at`. `edited`: by its author; else only the count of its poll."""
    note = posts.body(here, facts, now, updated=at if edited else None)
    return {
        "@context": context.POST,
        "id": f"{note['id']}#updates/{at}",
        "type": "Update",
        "actor": note["attributedTo"],
        "published": stamp(at),
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }


def announce(here: Here, facts: PostFacts) -> Json:
    """A boost."""
    return {"@context": context.PLAIN} | announced(here, facts)


def announced(here: Here, facts: PostFacts) -> Json:
    """As `announce`, inside of a collection. Raises ValueError for what is no boost."""
    inner = facts.view.boost_of
    if inner is None:
        raise ValueError("not a boost")
    row, actor = facts.view.post, names.actor(here.url, facts.view.account.id)
    author = names.account_uri(here.url, inner.account)
    return {
        "id": posts.uri(here, facts),
        "type": "Announce",
        "actor": actor,
        "published": stamp(row.created_at),
        **audience(row.visibility, actor, (), author if author != actor else "").json(),
        "object": names.post_uri(here.url, inner.post),
    }


def unannounce(actor: str, uri: str, object: str, to: Audience) -> Json:
    """A boost (`uri`) is taken back. `object` '' when nobody knows any more what it passed on."""
    boost = {"id": uri, "type": "Announce", "actor": actor, **({"object": object} if object else {})}
    return undo(actor, boost | to.json(), to)


def delete_post(actor: str, uri: str, to: Audience, at: int) -> Json:
    """A post is gone."""
    return {
        "@context": context.PLAIN,
        "id": f"{uri}#delete",
        "type": "Delete",
        "actor": actor,
        "published": stamp(at),
        **to.json(),
        "object": {"id": uri, "type": "Tombstone"},
    }


def delete_actor(actor: str) -> Json:
    """An account is gone. Takahe compares the two strings."""
    return {
        "@context": context.PLAIN,
        "id": f"{actor}#delete",
        "type": "Delete",
        "actor": actor,
        "to": [names.PUBLIC],
        "object": actor,
    }


def update_actor(document: Json, at: int) -> Json:
    """A profile is different since `at`. `document`: the whole actor."""
    inner = {key: value for key, value in document.items() if key != "@context"}
    return {
        "@context": document["@context"],
        "id": f"{document['id']}#updates/{at}",
        "type": "Update",
        "actor": document["id"],
        "published": stamp(at),
        "to": [names.PUBLIC],
        "object": inner,
    }


def like(actor: str, id: int, object: str, author: str) -> Json:
    """A favourite."""
    return _simple(f"{actor}#likes/{id}", "Like", actor, object, (author,))


def follow(actor: str, id: int, object: str) -> Json:
    """A wish to follow."""
    return _simple(f"{actor}#follows/{id}", "Follow", actor, object, (object,))


def follow_of(uri: str, follower: str, followee: str) -> Json:
    """Somebody else's Follow as it was sent: to be embedded in the answer to it. `uri` '' : it had no
    address of its own."""
    return ({"id": uri} if uri else {}) | {"type": "Follow", "actor": follower, "object": followee}


def answer(kind: str, actor: str, id: int, asked: Json, at: int) -> Json:
    """Accept or Reject of a Follow, which is embedded whole. `id` (the follow's) and `at` make the
    answer's own: who asks again gets an answer that is not taken for the first one."""
    return {
        "@context": context.PLAIN,
        "id": f"{actor}#{kind.lower()}s/{id}-{at}",
        "type": kind,
        "actor": actor,
        "to": [asked["actor"]],
        "object": asked,
    }


def quote_request(here: Here, facts: PostFacts, now: int) -> Json:
    """May this post quote what it quotes? (FEP-044f) The post stands inside, so that nobody must ask."""
    note = posts.body(here, facts, now)
    author = names.account_uri(here.url, facts.quoted) if facts.quoted else ""
    return {
        "@context": context.POST,
        "id": f"{note['id']}#quote-request",
        "type": "QuoteRequest",
        "actor": note["attributedTo"],
        "to": [author],
        "object": facts.quotes,
        "instrument": note,
    }


def quote_answer(actor: str, asked: Json, stamp: str, at: int) -> Json:
    """Accept (with its stamp) or Reject of somebody's QuoteRequest, which is embedded."""
    kind = "Accept" if stamp else "Reject"
    return {
        "@context": context.STAMP,
        "id": f"{actor}#quote-{kind.lower()}s/{at}",
        "type": kind,
        "actor": actor,
        "to": [asked["actor"]],
        "object": asked,
        **({"result": stamp} if stamp else {}),
    }


def quote_stamp(uri: str, actor: str, quoting: str, quoted: str) -> Json:
    """The document that says so."""
    return {
        "@context": context.STAMP,
        "id": uri,
        "type": "QuoteAuthorization",
        "attributedTo": actor,
        "interactingObject": quoting,
        "interactionTarget": quoted,
    }


def delete_stamp(actor: str, uri: str, to: Audience) -> Json:
    """The leave is taken back."""
    return {
        "@context": context.PLAIN,
        "id": f"{uri}#delete",
        "type": "Delete",
        "actor": actor,
        **to.json(),
        "object": uri,
    }


def block(actor: str, id: int, object: str) -> Json:
    """A block; only the blocked one's server hears of it."""
    return _simple(f"{actor}#blocks/{id}", "Block", actor, object, (object,))


def undo(actor: str, undone: Json, to: Audience | None = None) -> Json:
    """Takes back what is embedded."""
    inner = {key: value for key, value in undone.items() if key != "@context"}
    whom = to or Audience(tuple(undone.get("to", ())), tuple(undone.get("cc", ())))
    return {
        "@context": undone.get("@context", context.PLAIN),
        "id": f"{inner['id']}{'/' if '#' in inner['id'] else '#'}undo",
        "type": "Undo",
        "actor": actor,
        **whom.json(),
        "object": inner,
    }


def pin(kind: str, actor: str, post_uri: str, at: int) -> Json:
    """A post is put on top of the profile (Add) or taken off (Remove)."""
    return {
        "@context": context.PLAIN,
        "id": f"{actor}#{kind.lower()}s/{at}",
        "type": kind,
        "actor": actor,
        "to": [names.PUBLIC],
        "cc": [names.followers(actor)],
        "object": post_uri,
        "target": f"{actor}/featured",
    }


def vote(
    here: Here, voter_id: int, poll_id: int, position: int, *, name: str, post: str, author: str
) -> Json:
    """One choice in somebody else's poll: a Note with a name and no text."""
    actor = names.actor(here.url, voter_id)
    id = f"{actor}#votes/{poll_id}/{position}"
    return {
        "@context": context.PLAIN,
        "id": f"{id}/activity",
        "type": "Create",
        "actor": actor,
        "to": [author],
        "object": {
            "id": id,
            "type": "Note",
            "attributedTo": actor,
            "to": [author],
            "name": name,
            "inReplyTo": post,
        },
    }


def move(actor: str, target: str, at: int) -> Json:
    """The account lives elsewhere now."""
    return {
        "@context": context.PLAIN,
        "id": f"{actor}#moves/{at}",
        "type": "Move",
        "actor": actor,
        "to": [names.followers(actor)],
        "object": actor,
        "target": target,
    }


def flag(here: Here, id: int, *, account: str, posts: Sequence[str], comment: str) -> Json:
    """A report to the server of `account`, in the name of ours: nobody is told who complained."""
    return {
        "@context": context.PLAIN,
        "id": f"{names.server_actor(here.url)}#flags/{id}",
        "type": "Flag",
        "actor": names.server_actor(here.url),
        "to": [account],
        "content": comment,
        "object": [account, *posts],
    }


def tombstone(uri: str, at: int) -> Json:
    """What stands where a post was."""
    return {"@context": context.PLAIN, "id": uri, "type": "Tombstone", "deleted": stamp(at)}


def _simple(id: str, kind: str, actor: str, object: str, to: tuple[str, ...]) -> Json:
    return {
        "@context": context.PLAIN,
        "id": id,
        "type": kind,
        "actor": actor,
        "to": list(to),
        "object": object,
    }
