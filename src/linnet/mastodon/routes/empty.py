"""What Linnet does not have, said in the shape that clients ask for when they start: lists are
empty, and whoever would add to one is told that it cannot be done (house rule 15)."""

from linnet.kernel.errors import Invalid, NotFound
from linnet.mastodon.answer import Answer, answer, nothing
from linnet.mastodon.bearer import Auth, anyone, user
from linnet.mastodon.calls import Call, Endpoint, Run

PAGES = "max_id since_id min_id limit"
WINDOW = "limit offset"


async def empty(call: Call) -> Answer:
    """An empty list."""
    del call
    return nothing()


async def absent(call: Call) -> Answer:
    """One of a thing of which there are none."""
    del call
    raise NotFound


def refusing(field: str, problem: str) -> Run:
    """An endpoint that always says what cannot be done. Answers 422."""

    async def refuse(call: Call) -> Answer:
        del call
        raise Invalid(field, problem)

    return refuse


async def languages(call: Call) -> Answer:
    """GET /api/v1/instance/translation_languages: nothing is translated here."""
    del call
    return answer({})


def _without(path: str, reading: Auth, writing: Auth, field: str, problem: str) -> tuple[Endpoint, ...]:
    """A collection that is always empty, with its items."""
    refuse = refusing(field, problem)
    return (
        Endpoint("GET", path, empty, reading, PAGES),
        Endpoint("POST", path, refuse, writing, "*"),
        Endpoint("GET", f"{path}/{{id}}", absent, reading),
        Endpoint("PUT", f"{path}/{{id}}", refuse, writing, "*"),
        Endpoint("DELETE", f"{path}/{{id}}", absent, writing),
    )


FILTERS = (user("read:filters"), user("write:filters"))
LISTS = (user("read:lists"), user("write:lists"))
DOMAINS = (user("read:blocks"), user("write:blocks"))
refuse_domain = refusing("domain", "cannot be blocked by one account yet")
refuse_push = refusing("subscription", "is not supported: there is no Web Push yet")
refuse_feature = refusing("name", "cannot be featured: profiles have no featured hashtags yet")

ENDPOINTS = (
    *_without("/api/v1/filters", *FILTERS, "phrase", "cannot be filtered: filters are not supported yet"),
    *_without("/api/v2/filters", *FILTERS, "title", "cannot be filtered: filters are not supported yet"),
    *_without("/api/v1/lists", *LISTS, "title", "is not possible: lists are not supported yet"),
    Endpoint("GET", "/api/v1/lists/{id}/accounts", absent, LISTS[0], PAGES),
    Endpoint("POST", "/api/v1/lists/{id}/accounts", absent, LISTS[1], "*"),
    Endpoint("DELETE", "/api/v1/lists/{id}/accounts", absent, LISTS[1], "*"),
    Endpoint("GET", "/api/v2/filters/{id}/keywords", absent, FILTERS[0]),
    Endpoint("POST", "/api/v2/filters/{id}/keywords", absent, FILTERS[1], "*"),
    Endpoint("GET", "/api/v2/filters/keywords/{id}", absent, FILTERS[0]),
    Endpoint("PUT", "/api/v2/filters/keywords/{id}", absent, FILTERS[1], "*"),
    Endpoint("DELETE", "/api/v2/filters/keywords/{id}", absent, FILTERS[1]),
    Endpoint("GET", "/api/v2/filters/{id}/statuses", absent, FILTERS[0]),
    Endpoint("POST", "/api/v2/filters/{id}/statuses", absent, FILTERS[1], "*"),
    Endpoint("GET", "/api/v2/filters/statuses/{id}", absent, FILTERS[0]),
    Endpoint("DELETE", "/api/v2/filters/statuses/{id}", absent, FILTERS[1]),
    Endpoint("GET", "/api/v1/timelines/list/{list_id}", absent, LISTS[0], PAGES),
    Endpoint("GET", "/api/v1/domain_blocks", empty, DOMAINS[0], PAGES),
    Endpoint("POST", "/api/v1/domain_blocks", refuse_domain, DOMAINS[1], "*"),
    Endpoint("DELETE", "/api/v1/domain_blocks", refuse_domain, DOMAINS[1], "*"),
    Endpoint("GET", "/api/v1/custom_emojis", empty, anyone()),
    Endpoint("GET", "/api/v1/announcements", empty, user(), "with_dismissed"),
    Endpoint("POST", "/api/v1/announcements/{id}/dismiss", absent, user("write:accounts")),
    Endpoint("PUT", "/api/v1/announcements/{id}/reactions/{name}", absent, user("write:favourites")),
    Endpoint("DELETE", "/api/v1/announcements/{id}/reactions/{name}", absent, user("write:favourites")),
    Endpoint("GET", "/api/v1/trends", empty, anyone(), WINDOW),
    Endpoint("GET", "/api/v1/trends/tags", empty, anyone(), WINDOW),
    Endpoint("GET", "/api/v1/trends/statuses", empty, anyone(), WINDOW),
    Endpoint("GET", "/api/v1/trends/links", empty, anyone(), WINDOW),
    Endpoint("GET", "/api/v1/endorsements", empty, user("read:accounts"), PAGES),
    Endpoint("GET", "/api/v1/featured_tags", empty, user("read:accounts")),
    Endpoint("GET", "/api/v1/featured_tags/suggestions", empty, user("read:accounts")),
    Endpoint("DELETE", "/api/v1/featured_tags/{id}", absent, user("write:accounts")),
    Endpoint("POST", "/api/v1/featured_tags", refuse_feature, user("write:accounts"), "*"),
    Endpoint("GET", "/api/v1/push/subscription", absent, user("push")),
    Endpoint("POST", "/api/v1/push/subscription", refuse_push, user("push"), "*"),
    Endpoint("PUT", "/api/v1/push/subscription", refuse_push, user("push"), "*"),
    Endpoint("DELETE", "/api/v1/push/subscription", absent, user("push")),
    Endpoint("GET", "/api/v1/instance/rules", empty, anyone()),
    # an empty list would say that nobody is blocked: whom the owner blocks is not shown, as with Mastodon's
    # own default
    Endpoint("GET", "/api/v1/instance/domain_blocks", absent, anyone()),
    Endpoint("GET", "/api/v1/instance/translation_languages", languages, anyone()),
)
