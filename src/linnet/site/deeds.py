"""What a button does: to a post, to a person. Plain forms; our script swaps the post in place."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.publishing import actions as publishing
from linnet.desk.trial import obeying
from linnet.desk.trial.rules import QuietTime
from linnet.kernel.errors import NotFound
from linnet.kernel.ids import new_id
from linnet.site import compose
from linnet.site.frame import Frame, Visit
from linnet.social.follows import actions as follows
from linnet.social.people.rules import Deed
from linnet.social.posts import actions as posts
from linnet.social.posts import quoting, views
from linnet.social.reactions import actions as reactions
from linnet.social.safety import actions as safety

PostDeed = Callable[[Tx, Visit, int], object]
PersonDeed = Callable[[Tx, int, int, int], object]


def _boost(tx: Tx, visit: Visit, post_id: int) -> None:
    insists = visit.form.on("insists")
    publishing.boost(tx, compose.author(visit), post_id, id=new_id(), now=visit.now, insists=insists)


# deed: what it asks of the role, what it does, what is said after it
POST_DEEDS: dict[str, tuple[Deed, PostDeed, str]] = {
    "boost": ("post", _boost, ""),
    "unboost": ("post", lambda tx, v, it: posts.unboost(tx, compose.author(v), it, v.now), ""),
    "favourite": ("post", lambda tx, v, it: reactions.favourite(tx, v.account.id, it, v.now), ""),
    "unfavourite": ("post", lambda tx, v, it: reactions.unfavourite(tx, v.account.id, it), ""),
    "bookmark": ("read", lambda tx, v, it: reactions.bookmark(tx, v.account.id, it), ""),
    "unbookmark": ("read", lambda tx, v, it: reactions.unbookmark(tx, v.account.id, it), ""),
    "pin": ("post", lambda tx, v, it: reactions.pin(tx, v.account.id, it, v.now), "Pinned to the profile."),
    "unpin": (
        "post",
        lambda tx, v, it: reactions.unpin(tx, v.account.id, it),
        "No longer pinned.",
    ),
    "mute-thread": (
        "answer",
        lambda tx, v, it: reactions.mute_thread(tx, v.account.id, it),
        "You left this thread: no more notices from it.",
    ),
    "unmute-thread": (
        "answer",
        lambda tx, v, it: reactions.unmute_thread(tx, v.account.id, it),
        "You hear of this thread again.",
    ),
    "unquote": (
        "post",
        lambda tx, v, it: quoting.withdraw(tx, compose.author(v), it, v.now),
        "Your post is not shown there any more.",
    ),
    "vote": ("post", lambda tx, v, it: reactions.vote(tx, v.account.id, it, v.form.ids("choice"), v.now), ""),
}

PERSON_DEEDS: dict[str, tuple[Deed, PersonDeed, str]] = {
    "follow": ("post", lambda tx, me, it, now: follows.follow(tx, me, it, now=now), ""),
    "unfollow": ("post", lambda tx, me, it, _: follows.unfollow(tx, me, it), ""),
    "block": (
        "post",
        safety.block,
        "Blocked: neither of you sees the other.",
    ),
    "unblock": ("post", lambda tx, me, it, _: safety.unblock(tx, me, it), "The block is lifted."),
    "mute": ("post", lambda tx, me, it, now: safety.mute(tx, me, it, now=now), "Muted. They are not told."),
    "unmute": ("post", lambda tx, me, it, _: safety.unmute(tx, me, it), "You hear them again."),
    "accept": ("post", follows.accept, "They follow you now."),
    "reject": ("post", lambda tx, me, it, _: follows.reject(tx, me, it), "Turned down. They are not told."),
    "remove": (
        "post",
        lambda tx, me, it, _: follows.remove_follower(tx, me, it),
        "They do not follow you any more.",
    ),
}


async def to_post(visit: Visit) -> Response:
    """Something done to a post; for our script the answer is the post anew."""
    wanted = POST_DEEDS.get(visit.request.path_params["deed"])
    if wanted is None:
        raise NotFound("page")
    deed, act, sentence = wanted
    visit.must(deed)
    post_id = visit.id()
    try:
        await visit.db.write(_do, act, visit, post_id)
    except QuietTime as error:
        if visit.part:  # a boost needs another word: our script goes to the page that asks for it
            return Response(
                error.sentence + ".", 422, media_type="text/plain", headers={"X-Linnet-Go": _asking(post_id)}
            )
        return visit.to(_asking(post_id))
    if visit.part:
        view = await visit.db.read(views.view, post_id, visit.viewer_id)
        large = visit.request.headers["x-linnet-part"] == "large"
        headers = {"X-Linnet-Say": sentence.encode("ascii", "replace").decode()} if sentence else {}
        return Response(
            visit.html("piece.html", view=view, large=large), media_type="text/html", headers=headers
        )
    return visit.back(f"/posts/{post_id}", flash=sentence)


def _do(tx: Tx, act: PostDeed, visit: Visit, post_id: int) -> None:
    act(tx, visit, post_id)


def _asking(post_id: int) -> str:
    return f"/posts/{post_id}/boost"


async def boost_page(visit: Visit) -> Response:
    """Asks before a post is boosted in quiet time of a trial."""
    visit.must("post")
    view = await visit.db.read(views.view, visit.id(), visit.account.id)
    why = await visit.db.read(obeying.why_no_boost, visit.account.id, view.shown.post.id, visit.now)
    return visit.render("boost.html", title="Boost", view=view, why=why)


async def to_person(visit: Visit) -> Response:
    """Something done to an account."""
    wanted = PERSON_DEEDS.get(visit.request.path_params["deed"])
    if wanted is None:
        raise NotFound("page")
    deed, act, sentence = wanted
    visit.must(deed)
    await visit.db.write(_do_to, act, visit.account.id, visit.id(), visit.now)
    return visit.back("/", flash=sentence)


def _do_to(tx: Tx, act: PersonDeed, account_id: int, target_id: int, now: int) -> None:
    act(tx, account_id, target_id, now)


async def delete_page(visit: Visit) -> Response:
    """Asks before a post is gone for good."""
    view = await visit.db.read(views.view, visit.id(), visit.account.id)
    return visit.render("delete.html", title="Delete", view=view)


async def delete(visit: Visit) -> Response:
    """Takes a post away, for good."""
    await visit.db.write(posts.delete, compose.author(visit), visit.id(), visit.now)
    return visit.to(f"/@{visit.account.handle}", flash="The post is deleted.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/posts/{id}/boost", boost_page, who="member"),
        frame.get("/posts/{id}/delete", delete_page, who="member"),
        frame.post("/posts/{id}/delete", delete),
        frame.post("/posts/{id}/{deed}", to_post),
        frame.post("/people/{id}/{deed}", to_person),
    ]
