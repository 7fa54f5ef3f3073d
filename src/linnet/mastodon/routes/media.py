"""Pictures (https://docs.joinmastodon.org/methods/media/)."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Invalid
from linnet.kernel.ids import new_id
from linnet.mastodon.answer import Answer, answer, done
from linnet.mastodon.bearer import user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.status import media_json
from linnet.social.media import actions
from linnet.social.media.rules import Media, check_alt
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author


async def upload(call: Call) -> Answer:
    """POST /api/v2/media and /api/v1/media: the picture is ready when this answers. A `thumbnail`
    stands in for the one that is made of the picture."""
    file = call.params.upload("file")
    if file is None:
        raise Invalid("file", "can't be blank")
    alt = check_alt(call.params.text("description") or "")
    focus = call.params.point("focus") or (0.0, 0.0)
    thumbnail = call.params.upload("thumbnail")
    picture = await call.house.workshop.make(file.data, thumbnail=thumbnail.data if thumbnail else None)
    made = await call.house.db.write(
        actions.add,
        picture,
        id=new_id(),
        account_id=call.account,
        person_id=call.person,
        alt=alt,
        focus=focus,
        now=call.now,
    )
    return answer(media_json(made, call.house.settings.url))


async def show(call: Call) -> Answer:
    """GET /api/v1/media/{id}."""
    found = await call.house.db.glance(actions.media, call.id(), call.account)
    return answer(media_json(found, call.house.settings.url))


async def describe(call: Call) -> Answer:
    """PUT /api/v1/media/{id}."""
    made = await call.house.db.write(
        _describe, call.author, call.id(), call.params.text("description"), call.params.point("focus")
    )
    return answer(media_json(made, call.house.settings.url))


def _describe(tx: Tx, author: Author, id: int, alt: str | None, focus: tuple[float, float] | None) -> Media:
    made = actions.describe(tx, id, author.account_id, alt=alt, focus=focus)
    if made.post_id is not None:
        posts.redescribe(tx, author, made.post_id)
    return made


async def remove(call: Call) -> Answer:
    """DELETE /api/v1/media/{id}: one that is in no status."""
    await call.house.db.write(actions.remove, call.id(), call.account, call.now)
    return done()


WRITE = user("write:media", deed="draft")
UPLOAD = "file description focus thumbnail"

ENDPOINTS = (
    Endpoint("POST", "/api/v2/media", upload, WRITE, UPLOAD, files=True, bucket="media"),
    Endpoint("POST", "/api/v1/media", upload, WRITE, UPLOAD, files=True, bucket="media"),
    Endpoint("GET", "/api/v1/media/{id}", show, user("write:media")),
    Endpoint("PUT", "/api/v1/media/{id}", describe, WRITE, "description focus"),
    Endpoint("DELETE", "/api/v1/media/{id}", remove, WRITE),
)
