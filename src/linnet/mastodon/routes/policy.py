"""Which notifications are held back (https://docs.joinmastodon.org/methods/notifications/#get-policy):
none are, and no other policy can be set yet."""

from linnet.kernel.errors import Invalid
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.routes.empty import absent, empty

RULES = (
    "for_not_following",
    "for_not_followers",
    "for_new_accounts",
    "for_private_mentions",
    "for_limited_accounts",
)
CHOICES = {"accept": True, "filter": False, "drop": False}


async def show(call: Call) -> Answer:
    """GET /api/v2/notifications/policy."""
    del call
    nothing_waits = {"pending_requests_count": 0, "pending_notifications_count": 0}
    return answer(dict.fromkeys(RULES, "accept") | {"summary": nothing_waits})


async def change(call: Call) -> Answer:
    """PATCH /api/v2/notifications/policy: what it is already may be sent."""
    for rule in RULES:
        if call.params.choice(rule, CHOICES) is False:
            raise Invalid(rule, "can only be accept: notifications are not held back yet")
    return await show(call)


async def merged(call: Call) -> Answer:
    """GET /api/v1/notifications/requests/merged: nothing waits to be."""
    del call
    return answer({"merged": True})


READ = user("read:notifications")
WRITE = user("write:notifications", deed="answer")
POLICY, REQUESTS = "/api/v2/notifications/policy", "/api/v1/notifications/requests"

ENDPOINTS = (
    Endpoint("GET", POLICY, show, READ),
    Endpoint("PATCH", POLICY, change, WRITE, " ".join(RULES)),
    Endpoint("GET", REQUESTS, empty, READ, "max_id since_id min_id limit"),
    Endpoint("GET", f"{REQUESTS}/merged", merged, READ),
    Endpoint("POST", f"{REQUESTS}/accept", absent, WRITE, "id"),
    Endpoint("POST", f"{REQUESTS}/dismiss", absent, WRITE, "id"),
    Endpoint("GET", f"{REQUESTS}/{{id}}", absent, READ),
    Endpoint("POST", f"{REQUESTS}/{{id}}/accept", absent, WRITE),
    Endpoint("POST", f"{REQUESTS}/{{id}}/dismiss", absent, WRITE),
)
