"""The directory and suggestions (https://docs.joinmastodon.org/methods/directory/, .../suggestions/)."""

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY
from linnet.kernel.ids import first_id_at
from linnet.mastodon import lists
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import anyone, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.entities import account_json
from linnet.social.directory import actions, queries
from linnet.social.directory.queries import Reason
from linnet.social.people import queries as people
from linnet.social.people.rules import Account

RECENT = 14 * DAY  # how long somebody who wrote with a hashtag is suggested to those who follow it
ORDERS = {"active": False, "new": True}
# the API's words for our reasons: the present one, and the one before
SOURCES: dict[Reason, tuple[str, str]] = {
    "friends of friends": ("friends_of_friends", "past_interactions"),
    "hashtags": ("similar_to_recently_followed", "past_interactions"),
    "here": ("most_followed", "global"),
    "lately": ("most_followed", "global"),
}


async def directory(call: Call) -> Answer:
    """GET /api/v1/directory."""
    found = await call.house.db.read(
        _directory,
        viewer_id=call.viewer,
        new=bool(call.params.choice("order", ORDERS)),
        local=bool(call.params.flag("local")),
        n=min(call.params.whole("limit", 1) or 40, 80),
        skip=call.params.whole("offset", 0, 10_000) or 0,
    )
    return lists.accounts(call, found)


def _directory(tx: Tx, *, viewer_id: int, new: bool, local: bool, n: int, skip: int) -> list[Account]:
    ids = queries.directory(tx, viewer_id=viewer_id, new=new, local=local, n=n, skip=skip)
    return people.accounts(tx, ids)


async def suggestions(call: Call) -> Answer:
    """GET /api/v2/suggestions."""
    return answer(
        [
            {
                "source": SOURCES[reason][1],
                "sources": [SOURCES[reason][0]],
                "account": account_json(account, call.house.settings),
            }
            for account, reason in await _suggested(call)
        ]
    )


async def old_suggestions(call: Call) -> Answer:
    """GET /api/v1/suggestions: without the reasons."""
    return lists.accounts(call, [account for account, _ in await _suggested(call)])


async def _suggested(call: Call) -> list[tuple[Account, Reason]]:
    n = min(call.params.whole("limit", 1) or 40, 80)
    return await call.house.db.read(_found, call.account, first_id_at(call.now - RECENT), n)


def _found(tx: Tx, viewer_id: int, since_id: int, n: int) -> list[tuple[Account, Reason]]:
    reasons = dict(queries.suggested(tx, viewer_id, since_id=since_id, n=n))
    return [(account, reasons[account.id]) for account in people.accounts(tx, list(reasons))]


async def dismiss(call: Call) -> Answer:
    """DELETE /api/v1/suggestions/{account_id}."""
    await call.house.db.write(actions.dismiss, call.account, call.id("account_id"), call.now)
    return answer({})


ENDPOINTS = (
    Endpoint("GET", "/api/v1/directory", directory, anyone("read:accounts"), "offset limit order local"),
    Endpoint("GET", "/api/v2/suggestions", suggestions, user("read:accounts"), "limit"),
    Endpoint("GET", "/api/v1/suggestions", old_suggestions, user("read:accounts"), "limit"),
    Endpoint("DELETE", "/api/v1/suggestions/{account_id}", dismiss, user("write:accounts", deed="answer")),
)
