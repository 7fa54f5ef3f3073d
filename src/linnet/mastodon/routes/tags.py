"""Hashtags (https://docs.joinmastodon.org/methods/tags/, followed_tags/)."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Invalid
from linnet.mastodon import entities
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import anyone, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.social.tags import actions, queries
from linnet.social.text.scan import Hashtag, scan


def _tag(call: Call) -> Hashtag:
    """The tag in the path. Raises Invalid for what no update could have as a hashtag."""
    name = call.segments["name"].removeprefix("#")
    found = scan(f"#{name}").tags if len(name) <= 200 else ()
    if len(found) != 1 or found[0].end != len(name) + 1:
        raise Invalid("name", "is not a hashtag")
    return found[0]


async def show(call: Call) -> Answer:
    """GET /api/v1/tags/{name}: also for one that nobody wrote yet."""
    tag = _tag(call)
    following = await call.house.db.glance(_follows, call.viewer, tag.key) if call.viewer else None
    return answer(entities.tag(tag.key, call.house.settings.url, following=following))


def _follows(tx: Tx, account_id: int, key: str) -> bool:
    tag = queries.tag(tx, key)
    return tag is not None and queries.follows(tx, account_id, tag.id)


async def follow(call: Call) -> Answer:
    """POST /api/v1/tags/{name}/follow."""
    tag = _tag(call)
    await call.house.db.write(actions.follow, call.account, tag, call.now)
    return answer(entities.tag(tag.key, call.house.settings.url, following=True))


async def unfollow(call: Call) -> Answer:
    """POST /api/v1/tags/{name}/unfollow."""
    tag = _tag(call)
    await call.house.db.write(actions.unfollow, call.account, tag.key)
    return answer(entities.tag(tag.key, call.house.settings.url, following=False))


async def followed(call: Call) -> Answer:
    """GET /api/v1/followed_tags."""
    page = call.params.page(100, 200)
    rows = await call.house.db.glance(queries.followed, call.account, page)
    made = answer([entities.tag(row.key, call.house.settings.url, following=True) for row in rows])
    if rows:
        made.headers += call.links(rows[0].id, rows[-1].id, [("limit", str(page.size))])
    return made


FOLLOW = user("write:follows", deed="answer")

ENDPOINTS = (
    Endpoint("GET", "/api/v1/tags/{name}", show, anyone("read:follows", "read:statuses")),
    Endpoint("POST", "/api/v1/tags/{name}/follow", follow, FOLLOW),
    Endpoint("POST", "/api/v1/tags/{name}/unfollow", unfollow, FOLLOW),
    Endpoint("GET", "/api/v1/followed_tags", followed, user("read:follows"), "max_id since_id min_id limit"),
)
