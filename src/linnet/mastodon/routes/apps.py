"""Registering client apps (https://docs.joinmastodon.org/methods/apps/)."""

from linnet.mastodon import entities
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import NOBODY, app
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.errors import no_token
from linnet.social.apps import actions, queries
from linnet.social.apps.rules import NewApp


async def register(call: Call) -> Answer:
    """POST /api/v1/apps. `redirect_uris` is a list, or a text with one a line."""
    new = NewApp(
        name=call.params.need_text("client_name"),
        redirect_uris="\n".join(call.params.texts("redirect_uris") or []),
        scopes=call.params.text("scopes") or "read",
        website=call.params.text("website") or "",
    )
    made = await call.house.db.write(actions.register_app, new, call.now)
    return answer(entities.credential_application(made))


async def verify(call: Call) -> Answer:
    """GET /api/v1/apps/verify_credentials."""
    found = await call.house.db.glance(queries.app, call.bearer.app_id) if call.bearer else None
    if found is None:
        raise no_token()
    return answer(entities.application(found))


ENDPOINTS = (
    Endpoint(
        "POST", "/api/v1/apps", register, NOBODY, "client_name redirect_uris scopes website", bucket="apps"
    ),
    Endpoint("GET", "/api/v1/apps/verify_credentials", verify, app()),
)
