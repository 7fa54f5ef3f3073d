"""What stands between two accounts: follows, requests, blocks, mutes, notes
(https://docs.joinmastodon.org/methods/accounts/, follow_requests, blocks, mutes)."""

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY, SECOND, iso
from linnet.kernel.page import Page
from linnet.mastodon import entities, lists
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import user
from linnet.mastodon.calls import Call, Endpoint
from linnet.social.follows import actions as follow_actions
from linnet.social.follows import queries as follows
from linnet.social.follows.rules import Tie
from linnet.social.people.rules import Account
from linnet.social.safety import actions as safety_actions
from linnet.social.safety import queries as safety
from linnet.social.safety.rules import Muted

PAGES = "max_id since_id min_id limit"
LONGEST_MUTE = 100 * 365 * DAY // SECOND


async def _standing(call: Call, other_id: int) -> Answer:
    ties = await call.house.db.glance(follows.relationships, call.account, [other_id], call.now)
    return answer(entities.relationship(ties[0]))


async def follow(call: Call) -> Answer:
    """POST /api/v1/accounts/{id}/follow."""
    await call.house.db.write(
        follow_actions.follow,
        call.account,
        call.id(),
        boosts=call.params.flag("reblogs"),
        tell=call.params.flag("notify"),
        now=call.now,
    )
    return await _standing(call, call.id())


async def unfollow(call: Call) -> Answer:
    """POST /api/v1/accounts/{id}/unfollow."""
    await call.house.db.write(follow_actions.unfollow, call.account, call.id())
    return await _standing(call, call.id())


async def remove_follower(call: Call) -> Answer:
    """POST /api/v1/accounts/{id}/remove_from_followers."""
    await call.house.db.write(follow_actions.remove_follower, call.account, call.id())
    return await _standing(call, call.id())


async def block(call: Call) -> Answer:
    """POST /api/v1/accounts/{id}/block."""
    await call.house.db.write(safety_actions.block, call.account, call.id(), call.now)
    return await _standing(call, call.id())


async def unblock(call: Call) -> Answer:
    """POST /api/v1/accounts/{id}/unblock."""
    await call.house.db.write(safety_actions.unblock, call.account, call.id())
    return await _standing(call, call.id())


async def mute(call: Call) -> Answer:
    """POST /api/v1/accounts/{id}/mute. `duration` in seconds, 0 for ever."""
    notices = call.params.flag("notifications")
    seconds = call.params.whole("duration", 0, LONGEST_MUTE) or 0
    await call.house.db.write(
        safety_actions.mute,
        call.account,
        call.id(),
        notices=notices is not False,
        until=call.now + seconds * SECOND if seconds else None,
        now=call.now,
    )
    return await _standing(call, call.id())


async def unmute(call: Call) -> Answer:
    """POST /api/v1/accounts/{id}/unmute."""
    await call.house.db.write(safety_actions.unmute, call.account, call.id())
    return await _standing(call, call.id())


async def note(call: Call) -> Answer:
    """POST /api/v1/accounts/{id}/note."""
    text = call.params.text("comment") or ""
    await call.house.db.write(safety_actions.note, call.account, call.id(), text)
    return await _standing(call, call.id())


async def requests(call: Call) -> Answer:
    """GET /api/v1/follow_requests."""
    page = call.params.page(40, 80)
    ties, found = await call.house.db.read(_requests, call.account, page)
    return lists.page_of_accounts(call, ties, found, page)


def _requests(tx: Tx, account_id: int, page: Page) -> tuple[list[Tie], list[Account]]:
    ties = follows.requests(tx, account_id, page)
    return ties, lists.behind(tx, ties)


async def accept(call: Call) -> Answer:
    """POST /api/v1/follow_requests/{account_id}/authorize."""
    await call.house.db.write(follow_actions.accept, call.account, call.id("account_id"), call.now)
    return await _standing(call, call.id("account_id"))


async def reject(call: Call) -> Answer:
    """POST /api/v1/follow_requests/{account_id}/reject."""
    await call.house.db.write(follow_actions.reject, call.account, call.id("account_id"))
    return await _standing(call, call.id("account_id"))


async def blocks(call: Call) -> Answer:
    """GET /api/v1/blocks."""
    page = call.params.page(40, 80)
    ties, found = await call.house.db.read(_blocks, call.account, page)
    return lists.page_of_accounts(call, ties, found, page)


def _blocks(tx: Tx, account_id: int, page: Page) -> tuple[list[Tie], list[Account]]:
    ties = safety.blocks(tx, account_id, page)
    return ties, lists.behind(tx, ties)


async def mutes(call: Call) -> Answer:
    """GET /api/v1/mutes: MutedAccount entities."""
    page = call.params.page(40, 80)
    rows, found = await call.house.db.read(_mutes, call.account, call.now, page)
    until = {row.account_id: row.until for row in rows}
    made = answer(
        [
            entities.account_json(account, call.house.settings)
            | {"mute_expires_at": _moment(until[account.id])}
            for account in found
        ]
    )
    if rows:
        made.headers += call.links(rows[0].id, rows[-1].id, [("limit", str(page.size))])
    return made


def _moment(ms: int | None) -> str | None:
    return iso(ms) if ms is not None else None


def _mutes(tx: Tx, account_id: int, now: int, page: Page) -> tuple[list[Muted], list[Account]]:
    rows = safety.mutes(tx, account_id, now, page)
    return rows, lists.behind(tx, rows)


FOLLOWS = user("write:follows", deed="answer")
BLOCKS = user("write:blocks", deed="answer")
MUTES = user("write:mutes", deed="answer")

ENDPOINTS = (
    Endpoint("POST", "/api/v1/accounts/{id}/follow", follow, FOLLOWS, "reblogs notify"),
    Endpoint("POST", "/api/v1/accounts/{id}/unfollow", unfollow, FOLLOWS),
    Endpoint("POST", "/api/v1/accounts/{id}/remove_from_followers", remove_follower, FOLLOWS),
    Endpoint("POST", "/api/v1/accounts/{id}/block", block, BLOCKS),
    Endpoint("POST", "/api/v1/accounts/{id}/unblock", unblock, BLOCKS),
    Endpoint("POST", "/api/v1/accounts/{id}/mute", mute, MUTES, "notifications duration"),
    Endpoint("POST", "/api/v1/accounts/{id}/unmute", unmute, MUTES),
    Endpoint("POST", "/api/v1/accounts/{id}/note", note, user("write:accounts", deed="answer"), "comment"),
    Endpoint("GET", "/api/v1/follow_requests", requests, user("read:follows"), PAGES),
    Endpoint("POST", "/api/v1/follow_requests/{account_id}/authorize", accept, FOLLOWS),
    Endpoint("POST", "/api/v1/follow_requests/{account_id}/reject", reject, FOLLOWS),
    Endpoint("GET", "/api/v1/blocks", blocks, user("read:blocks"), PAGES),
    Endpoint("GET", "/api/v1/mutes", mutes, user("read:mutes"), PAGES),
)
