"""Accounts: looking at them (https://docs.joinmastodon.org/methods/accounts/)."""

from linnet.db.tx import Tx
from linnet.door.house import Sighted
from linnet.kernel.errors import NotAllowed, NotFound
from linnet.kernel.page import Page
from linnet.kernel.wire import encode
from linnet.mastodon import entities, lists
from linnet.mastodon.answer import Answer, answer, nothing
from linnet.mastodon.bearer import NOBODY, anyone, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.entities import account_bytes
from linnet.social.follows import queries as follows
from linnet.social.follows.rules import Tie
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.search import queries as search

PAGES = "max_id since_id min_id limit"


async def register(call: Call) -> Answer:
    """POST /api/v1/accounts. People are added by the firm, never by themselves."""
    del call
    raise NotAllowed("This server does not take registrations: ask the firm that runs it.")


async def verify(call: Call) -> Answer:
    """GET /api/v1/accounts/verify_credentials."""
    account, requests = await call.house.db.glance(_own, call.account)
    return answer(entities.credential_account(account, call.house.settings, requests=requests))


def _own(tx: Tx, account_id: int) -> tuple[Account, int]:
    return people.must_account(tx, account_id), follows.requests_count(tx, account_id)


async def show(call: Call) -> Answer:
    """GET /api/v1/accounts/{id}."""
    return await _one(call, await call.house.db.glance(people.must_account, call.id()))


async def _one(call: Call, account: Account) -> Answer:
    """One account; of one that moved, with where it went."""
    went = await call.house.db.glance(people.account, account.moved_to_id) if account.moved_to_id else None
    if went is None:
        return Answer(account_bytes(account, call.house.settings.url))
    settings = call.house.settings
    return answer(entities.account_json(account, settings) | {"moved": entities.account_json(went, settings)})


async def show_many(call: Call) -> Answer:
    """GET /api/v1/accounts?id[]=…"""
    ids = (call.params.ids("id") or [])[:40]
    return lists.accounts(call, await call.house.db.glance(people.accounts, ids))


async def lookup(call: Call) -> Answer:
    """GET /api/v1/accounts/lookup?acct=… Nobody is looked up elsewhere, as `skip_webfinger` asks or
    not: for that there is search with `resolve`."""
    call.params.flag("skip_webfinger")
    handle, _, host = call.params.need_text("acct").strip().removeprefix("@").partition("@")
    host = host.lower()
    account = await call.house.db.glance(
        people.by_handle, handle, "" if host in call.house.settings.hosts else host
    )
    if account is None or (account.local and account.hidden):
        raise NotFound("account")
    return await _one(call, account)


async def find(call: Call) -> Answer:
    """GET /api/v1/accounts/search. With `resolve` @handle@host leads to who answers to that name, here
    or elsewhere."""
    text, skip = call.params.need_text("q"), call.params.whole("offset", 0, 10_000) or 0
    following = bool(call.params.flag("following"))
    n = min(call.params.whole("limit", 1) or 40, 80)
    exact = Sighted()
    if call.params.flag("resolve") and not skip and not following:
        exact = await call.house.lookup(text)
    found = await call.house.db.read(
        _found, text, exact.account_id, viewer_id=call.account, following=following, n=n, skip=skip
    )
    return lists.accounts(call, found)


def _found(
    tx: Tx, text: str, exact_id: int, *, viewer_id: int, following: bool, n: int, skip: int
) -> list[Account]:
    """Who is meant exactly, before whoever has these words."""
    ids = search.accounts(tx, text, viewer_id=viewer_id, following=following, n=n, skip=skip)
    first = [exact_id] if exact_id else []
    return people.accounts(tx, [*first, *(id for id in ids if id != exact_id)][:n])


async def followers(call: Call) -> Answer:
    """GET /api/v1/accounts/{id}/followers."""
    page = call.params.page(40, 80)
    ties, found = await call.house.db.read(_followers, call.id(), page, call.viewer)
    return lists.page_of_accounts(call, ties, found, page)


def _followers(tx: Tx, account_id: int, page: Page, viewer_id: int) -> tuple[list[Tie], list[Account]]:
    told = people.must_account(tx, account_id).tells_network(viewer_id)
    ties = follows.followers(tx, account_id, page, viewer_id=viewer_id) if told else []
    return ties, lists.behind(tx, ties)


async def following(call: Call) -> Answer:
    """GET /api/v1/accounts/{id}/following."""
    page = call.params.page(40, 80)
    ties, found = await call.house.db.read(_following, call.id(), page, call.viewer)
    return lists.page_of_accounts(call, ties, found, page)


def _following(tx: Tx, account_id: int, page: Page, viewer_id: int) -> tuple[list[Tie], list[Account]]:
    told = people.must_account(tx, account_id).tells_network(viewer_id)
    ties = follows.following(tx, account_id, page, viewer_id=viewer_id) if told else []
    return ties, lists.behind(tx, ties)


async def relationships(call: Call) -> Answer:
    """GET /api/v1/accounts/relationships?id[]=… Nobody is suspended here, so `with_suspended`
    makes no difference."""
    call.params.flag("with_suspended")
    ids = (call.params.ids("id") or [])[:200]
    ties = await call.house.db.glance(follows.relationships, call.account, ids, call.now)
    return answer([entities.relationship(tie) for tie in ties])


async def familiar(call: Call) -> Answer:
    """GET /api/v1/accounts/familiar_followers?id[]=…"""
    ids = (call.params.ids("id") or [])[:40]
    by_account, known = await call.house.db.read(_familiar, call.account, ids)
    url = call.house.settings.url
    parts = [
        b'{"id":"%d","accounts":%s}'
        % (id, entities.joined([account_bytes(known[one], url) for one in by_account[id]]))
        for id in ids
    ]
    return Answer(entities.joined(parts))


def _familiar(tx: Tx, viewer_id: int, ids: list[int]) -> tuple[dict[int, list[int]], dict[int, Account]]:
    found = follows.familiar(tx, viewer_id, ids)
    known = {a.id: a for a in people.accounts(tx, sorted({one for row in found.values() for one in row}))}
    return {id: [one for one in row if one in known] for id, row in found.items()}, known


async def none_of(call: Call) -> Answer:
    """Lists of an account that are always empty here: its featured tags, the lists it stands in,
    whom it endorses, its identity proofs. Raises NotFound for nobody's."""
    await call.house.db.glance(people.must_account, call.id())
    return nothing()


async def preferences(call: Call) -> Answer:
    """GET /api/v1/preferences."""
    account = await call.house.db.glance(people.must_account, call.account)
    return Answer(encode(entities.preferences(account)))


ENDPOINTS = (
    Endpoint("POST", "/api/v1/accounts", register, NOBODY, "*", bucket="tokens"),
    Endpoint("GET", "/api/v1/accounts", show_many, anyone("read:accounts"), "id"),
    Endpoint("GET", "/api/v1/accounts/verify_credentials", verify, user("profile", "read:accounts")),
    Endpoint("GET", "/api/v1/accounts/lookup", lookup, anyone("read:accounts"), "acct skip_webfinger"),
    Endpoint(
        "GET", "/api/v1/accounts/search", find, user("read:accounts"), "q limit offset resolve following"
    ),
    Endpoint(
        "GET", "/api/v1/accounts/relationships", relationships, user("read:follows"), "id with_suspended"
    ),
    Endpoint("GET", "/api/v1/accounts/familiar_followers", familiar, user("read:follows"), "id"),
    Endpoint("GET", "/api/v1/accounts/{id}", show, anyone("read:accounts")),
    Endpoint("GET", "/api/v1/accounts/{id}/followers", followers, anyone("read:accounts"), PAGES),
    Endpoint("GET", "/api/v1/accounts/{id}/following", following, anyone("read:accounts"), PAGES),
    Endpoint("GET", "/api/v1/accounts/{id}/featured_tags", none_of, anyone("read:accounts")),
    Endpoint("GET", "/api/v1/accounts/{id}/endorsements", none_of, anyone("read:accounts"), PAGES),
    Endpoint("GET", "/api/v1/accounts/{id}/lists", none_of, user("read:lists")),
    Endpoint("GET", "/api/v1/accounts/{id}/identity_proofs", none_of, user("read:accounts")),
    Endpoint("GET", "/api/v1/preferences", preferences, user("read:accounts")),
)
