"""Quotes of a status (https://docs.joinmastodon.org/methods/statuses/#quotes)."""

from linnet.db.tx import Tx
from linnet.kernel.errors import NotFound
from linnet.kernel.page import Page
from linnet.mastodon import entities
from linnet.mastodon.answer import Answer
from linnet.mastodon.bearer import anyone, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.forms import QUOTE_POLICY, named_as_sent
from linnet.social.posts import queries as posts
from linnet.social.posts import quoting
from linnet.social.quotes import queries


async def quotes(call: Call) -> Answer:
    """GET /api/v1/statuses/{id}/quotes: those with leave that the viewer may see, the newest first."""
    page = call.params.page(20, 40)
    ids = await call.house.db.read(_quoting, call.id(), call.viewer, page)
    made = Answer(entities.joined([body for _, body in await call.present.statuses(ids, call.viewer)]))
    if ids:
        made.headers += call.links(ids[0], ids[-1], [("limit", str(page.size))])
    return made


def _quoting(tx: Tx, post_id: int, viewer_id: int, page: Page) -> list[int]:
    if posts.visible(tx, post_id, viewer_id) is None:
        raise NotFound("post")
    return queries.quoting(tx, post_id, page)


async def revoke(call: Call) -> Answer:
    """POST /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke: answers the quoting status."""
    quoting_id = call.id("quoting_status_id")
    await call.house.db.write(quoting.revoke, call.author, call.id(), quoting_id, call.now)
    return Answer(await call.present.status(quoting_id, call.account))


async def policy(call: Call) -> Answer:
    """PUT /api/v1/statuses/{id}/interaction_policy: who may quote it from now on."""
    wanted = call.params.choice("quote_approval_policy", QUOTE_POLICY)
    if wanted:
        with named_as_sent():
            await call.house.db.write(quoting.set_policy, call.author, call.id(), wanted)
    return Answer(await call.present.status(call.id(), call.account))


WRITE = user("write:statuses", deed="post")

ENDPOINTS = (
    Endpoint(
        "GET",
        "/api/v1/statuses/{id}/quotes",
        quotes,
        anyone("read:statuses"),
        "max_id since_id min_id limit",
    ),
    Endpoint("POST", "/api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke", revoke, WRITE),
    Endpoint("PUT", "/api/v1/statuses/{id}/interaction_policy", policy, WRITE, "quote_approval_policy"),
)
