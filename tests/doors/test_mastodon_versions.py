"""`api_versions.mastodon`: what clients may conclude from the number that this server names.

It is 7 (Mastodon 4.5), because clients offer to quote from 7 on, and all of quoting works here. What came with
a number up to 7 is here, or belongs to something that this server does not have at all and refuses in a
sentence of its own (it is listed, with why). It is not 8: nothing of 4.6 is here.
"""

from linnet.mastodon.routes.instance import API_VERSIONS
from linnet.mastodon.routes.later import ENDPOINTS as REFUSED
from linnet.mastodon.table import ENDPOINTS

# Numbers as the API's documents give them ("4.5.0 (`mastodon` API version 7)").
SINCE: dict[int, tuple[str, ...]] = {
    2: (
        "GET /api/v2/notifications",
        "GET /api/v2/notifications/{group_key}",
        "POST /api/v2/notifications/{group_key}/dismiss",
        "GET /api/v2/notifications/{group_key}/accounts",
        "GET /api/v2/notifications/unread_count",
    ),
    4: ("DELETE /api/v1/media/{id}",),
    7: (
        "GET /api/v1/statuses/{id}/quotes",
        "POST /api/v1/statuses/{id}/quotes/{quoting_status_id}/revoke",
        "PUT /api/v1/statuses/{id}/interaction_policy",
    ),
}
WORDS: dict[int, tuple[tuple[str, str], ...]] = {
    3: (("PATCH /api/v1/accounts/update_credentials", "attribution_domains"),),
    4: (("DELETE /api/v1/statuses/{id}", "delete_media"),),
    7: (
        ("POST /api/v1/statuses", "quoted_status_id"),
        ("POST /api/v1/statuses", "quote_approval_policy"),
        ("PUT /api/v1/statuses/{id}", "quote_approval_policy"),
    ),
}

# Of Mastodon 4.3 to 4.5, and not here: 404, most with a sentence of its own.
NOT_HERE: dict[str, str] = {
    "POST /api/v1/accounts/{id}/endorse": "profiles feature no other accounts; the list of them is empty",
    "POST /api/v1/accounts/{id}/unendorse": "as above",
    "POST /api/v1/tags/{name}/feature": "profiles feature no hashtags; instance says max_featured_tags 0",
    "POST /api/v1/tags/{name}/unfeature": "as above",
    "GET /api/v1/instance/terms_of_service": "404 is how a server without such a text answers",
    "GET /api/v1/instance/terms_of_service/{date}": "as above",
    "GET /api/v1/timelines/link": "there are no trending links to have timelines of",
    "GET /api/v1/annual_reports": "a firm has its statement; there is no year in review",
    "GET /api/v1/annual_reports/{year}": "as above",
    "POST /api/v1/annual_reports/{year}/read": "as above",
    "GET /api/v1_alpha/async_refreshes/{id}": "alpha, and bound to no number",
}
LATER = ("/api/v1/collections", "/api/v1/accounts/{id}/collections", "/api/v1/accounts/{id}/in_collections")


def _here() -> dict[str, object]:
    refused = {(one.method, one.path) for one in REFUSED}
    return {f"{one.method} {one.path}": one for one in ENDPOINTS if (one.method, one.path) not in refused}


def test_the_number_is_that_of_quotes() -> None:
    assert API_VERSIONS == {"mastodon": 7}


def test_what_came_with_each_number_up_to_it_is_here() -> None:
    here = _here()
    missing = [line for lines in SINCE.values() for line in lines if line not in here]
    assert missing == []
    takes = {f"{one.method} {one.path}": one.takes for one in ENDPOINTS}
    unknown = [(line, word) for pairs in WORDS.values() for line, word in pairs if word not in takes[line]]
    assert unknown == []


def test_what_is_not_here_is_known_and_said() -> None:
    here = _here()
    assert [line for line in NOT_HERE if line in here] == []
    assert all(len(why) > 5 for why in NOT_HERE.values())


def test_nothing_of_the_next_number_is_here() -> None:
    """Should this fail, look at what the documents give the number 8 and more to."""
    assert [one.path for one in ENDPOINTS if one.path.startswith(LATER)] == []
