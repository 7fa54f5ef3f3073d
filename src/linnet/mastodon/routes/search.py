"""Search (https://docs.joinmastodon.org/methods/search/)."""

from typing import Literal
from urllib.parse import urlsplit

from linnet.db.tx import Tx
from linnet.door.house import Sighted
from linnet.kernel.page import Page
from linnet.kernel.value import Value
from linnet.kernel.wire import encode
from linnet.mastodon import entities
from linnet.mastodon.answer import Answer
from linnet.mastodon.bearer import anyone, check, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.search import queries
from linnet.social.text.scan import hashtag_key

Kind = Literal["accounts", "statuses", "hashtags"]
KINDS: dict[str, Kind] = {"accounts": "accounts", "statuses": "statuses", "hashtags": "hashtags"}
FURTHEST = 10_000


class Sought(Value):
    """What is looked for."""

    text: str
    kind: Kind | None
    viewer_id: int
    author_id: int
    following: bool
    page: Page
    skip: int

    def wants(self, kind: Kind) -> bool:
        """Is this kind asked for?"""
        return self.kind in (None, kind)


class Found(Value):
    """What was found: accounts, ids of posts, keys of tags."""

    accounts: list[Account]
    posts: list[int]
    tags: list[str]


async def search(call: Call) -> Answer:
    """GET /api/v2/search. `resolve` and `offset` are for those who are logged in, as documented;
    with `resolve` an address or @handle@host leads to what stands there, here or elsewhere."""
    params = call.params
    resolve, skip = params.flag("resolve"), params.whole("offset", 0, FURTHEST) or 0
    if resolve or skip:
        check(user("read:search"), call.bearer)
    params.flag("exclude_unreviewed")  # hashtags are not reviewed here
    sought = Sought(
        text=_plain(params.need_text("q").strip(), call.house.settings.hosts),
        kind=params.choice("type", KINDS),
        viewer_id=call.viewer,
        author_id=params.id("account_id") or 0,
        following=bool(params.flag("following")),
        page=params.page(20, 40),
        skip=skip,
    )
    url = call.house.settings.url
    found = await call.house.db.read(_search, sought, url)
    sighted = await call.house.lookup(sought.text) if resolve and not skip else Sighted()
    if sighted != Sighted():
        found = await call.house.db.read(_sighted, sought, sighted, found)
    statuses = await call.present.statuses(found.posts, call.viewer)
    return Answer(
        b'{"accounts":%s,"statuses":%s,"hashtags":%s}'
        % (
            entities.joined([entities.account_bytes(account, url) for account in found.accounts]),
            entities.joined([body for _, body in statuses]),
            encode([entities.tag(key, url) for key in found.tags]),
        )
    )


def _sighted(tx: Tx, sought: Sought, sighted: Sighted, had: Found) -> Found:
    """What an address or @handle@host means exactly, in place of what has its words, for the kinds that
    are asked for."""
    accounts, posts = had.accounts, had.posts
    if sighted.account_id and sought.wants("accounts"):
        accounts = people.accounts(tx, [sighted.account_id])
    if sighted.post_id and sought.wants("statuses"):
        posts = [sighted.post_id]
    return Found(accounts, posts, had.tags)


def _plain(text: str, hosts: frozenset[str]) -> str:
    """@handle@our.host is handle: who lives here is kept without the host."""
    handle, at, where = text.removeprefix("@").partition("@")
    return handle if at and where.lower() in hosts and " " not in handle else text


def _search(tx: Tx, sought: Sought, url: str) -> Found:
    if sought.text.startswith(f"{url}/"):
        return _at_address(tx, sought, sought.text)
    n = sought.page.size
    accounts: list[Account] = []
    posts: list[int] = []
    tags: list[str] = []
    if sought.wants("accounts"):
        ids = queries.accounts(
            tx, sought.text, viewer_id=sought.viewer_id, following=sought.following, n=n, skip=sought.skip
        )
        accounts = people.accounts(tx, ids)
    if sought.wants("statuses") and sought.viewer_id:
        posts = queries.posts(
            tx,
            sought.text,
            viewer_id=sought.viewer_id,
            author_id=sought.author_id,
            below=sought.page.below,
            above=sought.page.above,
            n=n,
            skip=sought.skip,
        )
    key = hashtag_key(sought.text.removeprefix("#"))
    if sought.wants("hashtags") and key:
        tags = queries.tags(tx, key, n, sought.skip)
    return Found(accounts, posts, tags)


def _at_address(tx: Tx, sought: Sought, address: str) -> Found:
    """What stands at an address of this server: /@handle or /@handle/id."""
    parts = urlsplit(address).path.strip("/").split("/")
    handle = parts[0].removeprefix("@")
    account = people.by_handle(tx, handle) if parts[0].startswith("@") else None
    if account is None or account.hidden:
        return Found([], [], [])
    if len(parts) == 1:
        return Found([account] if sought.wants("accounts") else [], [], [])
    id = parts[1]
    good = len(parts) == 2 and id.isascii() and id.isdigit() and len(id) < 19
    return Found([], [int(id)] if good and sought.wants("statuses") else [], [])


TAKES = "q type resolve following account_id exclude_unreviewed max_id min_id since_id limit offset"

ENDPOINTS = (Endpoint("GET", "/api/v2/search", search, anyone("read:search"), TAKES),)
