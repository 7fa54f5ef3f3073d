"""Polls (https://docs.joinmastodon.org/methods/polls/)."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Invalid, NotFound
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import anyone, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.status import poll_json
from linnet.social.polls import queries
from linnet.social.polls.rules import PollView
from linnet.social.posts import queries as posts
from linnet.social.posts.rules import Post
from linnet.social.reactions import actions


async def show(call: Call) -> Answer:
    """GET /api/v1/polls/{id}."""
    view, post = await call.house.db.read(_poll, call.id(), call.viewer)
    return answer(poll_json(view, call.now, post.emoji, call.house.settings.url))


async def vote(call: Call) -> Answer:
    """POST /api/v1/polls/{id}/votes."""
    choices = call.params.wholes("choices", 0, 100)
    if not choices:
        raise Invalid("choices", "can't be blank")
    await call.house.db.write(_vote, call.id(), call.account, choices, call.now)
    return await show(call)


def _poll(tx: Tx, poll_id: int, viewer_id: int) -> tuple[PollView, Post]:
    """The poll and its post. Raises NotFound for the poll of a post that the viewer may not see."""
    view = queries.views(tx, [poll_id], viewer_id).get(poll_id)
    post = posts.visible(tx, view.poll.post_id, viewer_id) if view else None
    if view is None or post is None:
        raise NotFound("poll")
    return view, post


def _vote(tx: Tx, poll_id: int, account_id: int, choices: list[int], now: int) -> None:
    actions.vote(tx, account_id, _poll(tx, poll_id, account_id)[1].id, choices, now)


ENDPOINTS = (
    Endpoint("GET", "/api/v1/polls/{id}", show, anyone("read:statuses")),
    Endpoint("POST", "/api/v1/polls/{id}/votes", vote, user("write:statuses", deed="answer"), "choices"),
)
