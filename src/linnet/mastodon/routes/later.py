"""What the API documents and Linnet does not have: each path says so in its own sentence. Who asks
for anything else gets the door's general one."""

from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import Auth, anyone, user
from linnet.mastodon.calls import Call, Endpoint, Run


def _saying(sentence: str) -> Run:
    async def say(call: Call) -> Answer:
        del call
        return answer({"error": sentence}, status=404)

    return say


CONVERSATIONS = _saying(
    "Conversations are not supported yet: direct statuses stand in home and notifications."
)
ENDORSEMENTS = _saying("Profiles cannot feature other accounts yet.")
FEATURED_TAGS = _saying("Profiles cannot feature hashtags yet.")
TRANSLATIONS = _saying("Nothing is translated here.")
ACTIVITY = _saying("This server does not publish its weekly activity.")
PAPERS = _saying("The firm that runs this server has not put this text here.")
LINKS = _saying("There are no timelines of links yet.")
DIRECT = _saying("There is no timeline of direct statuses: they stand in home and notifications.")
STREAM = _saying("This stream is not supported yet.")

ACCOUNTS = user("write:accounts")
ANYBODY = anyone("read:statuses")

_TABLE: tuple[tuple[Run, Auth, str], ...] = (
    (CONVERSATIONS, user("read:statuses"), "GET /api/v1/conversations"),
    (CONVERSATIONS, user("write:conversations"), "DELETE /api/v1/conversations/{id}"),
    (CONVERSATIONS, user("write:conversations"), "POST /api/v1/conversations/{id}/read"),
    (DIRECT, user("read:statuses"), "GET /api/v1/timelines/direct"),
    (ENDORSEMENTS, ACCOUNTS, "POST /api/v1/accounts/{id}/pin"),
    (ENDORSEMENTS, ACCOUNTS, "POST /api/v1/accounts/{id}/unpin"),
    (ENDORSEMENTS, ACCOUNTS, "POST /api/v1/accounts/{id}/endorse"),
    (ENDORSEMENTS, ACCOUNTS, "POST /api/v1/accounts/{id}/unendorse"),
    (FEATURED_TAGS, ACCOUNTS, "POST /api/v1/tags/{name}/feature"),
    (FEATURED_TAGS, ACCOUNTS, "POST /api/v1/tags/{name}/unfeature"),
    (TRANSLATIONS, user("read:statuses"), "POST /api/v1/statuses/{id}/translate"),
    (ACTIVITY, anyone(), "GET /api/v1/instance/activity"),
    (PAPERS, anyone(), "GET /api/v1/instance/privacy_policy"),
    (PAPERS, anyone(), "GET /api/v1/instance/terms_of_service"),
    (LINKS, ANYBODY, "GET /api/v1/timelines/link"),
    (STREAM, ANYBODY, "GET /api/v1/streaming/direct"),
    (STREAM, ANYBODY, "GET /api/v1/streaming/list"),
)


def _endpoint(run: Run, auth: Auth, line: str) -> Endpoint:
    method, _, path = line.partition(" ")
    return Endpoint(method, path, run, auth, "*")


ENDPOINTS = tuple(_endpoint(*line) for line in _TABLE)
