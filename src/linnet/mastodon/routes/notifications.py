"""Notifications, one by one and grouped (https://docs.joinmastodon.org/methods/notifications/,
grouped_notifications/)."""

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY, iso
from linnet.kernel.errors import NotFound
from linnet.kernel.page import WIDE, Page
from linnet.kernel.wire import encode
from linnet.mastodon import lists
from linnet.mastodon.answer import Answer, answer, done
from linnet.mastodon.bearer import user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.entities import joined
from linnet.mastodon.notified import GROUPED, KIND, TYPE, Shown, group_key, shown
from linnet.mastodon.params import Params
from linnet.social.markers import queries as markers
from linnet.social.notices import actions, queries
from linnet.social.notices.rules import KINDS, Kind, Notice
from linnet.social.people import queries as people

FILTERS = "types exclude_types account_id"
PAGES = "max_id since_id min_id limit"
SAMPLES = 8
WHOLE_GROUP = 400  # notices that are looked through for one group


def _kinds(params: Params) -> tuple[Kind, ...]:
    """Which kinds are asked for. Raises Invalid for a type that nobody knows."""
    only, without = params.choices("types", KIND), params.choices("exclude_types", KIND) or []
    wanted = KINDS if only is None else tuple(kind for kind in only if kind)
    return tuple(kind for kind in wanted if kind not in without)


async def _page(call: Call, page: Page) -> list[Notice]:
    """A page of notices. Nothing is filtered away here, so `include_filtered` changes nothing; and
    all types sent are old ones, so no client needs `supported_types`."""
    call.params.flag("include_filtered")
    call.params.texts("supported_types")
    kinds = _kinds(call.params)
    from_id = call.params.id("account_id") or 0
    return await call.house.db.glance(queries.page, call.account, page, kinds, from_id) if kinds else []


async def _shown(call: Call, notices: list[Notice]) -> list[Shown]:
    return await shown(call.house.db, call.present, call.house.settings.url, call.account, notices)


def _kept(call: Call, page: Page) -> list[tuple[str, str]]:
    """The other parameters of the list, for its links."""
    kept = [
        (f"{name}[]", value) for name in ("types", "exclude_types") for value in call.params.texts(name) or []
    ]
    account_id = call.params.id("account_id")
    return [*kept, *([("account_id", str(account_id))] if account_id else []), ("limit", str(page.size))]


async def show_all(call: Call) -> Answer:
    """GET /api/v1/notifications."""
    page = call.params.page(40, 80)
    notices = await _page(call, page)
    made = Answer(joined([one.json for one in await _shown(call, notices)]))
    if notices:
        made.headers += call.links(notices[0].id, notices[-1].id, _kept(call, page))
    return made


async def show(call: Call) -> Answer:
    """GET /api/v1/notifications/{id}."""
    call.params.texts("supported_types")
    notice = await call.house.db.glance(queries.one, call.account, call.id())
    found = await _shown(call, [notice]) if notice else []
    if not found:
        raise NotFound("notice")
    return Answer(found[0].json)


async def clear(call: Call) -> Answer:
    """POST /api/v1/notifications/clear."""
    await call.house.db.write(actions.clear, call.account)
    return done()


async def dismiss(call: Call) -> Answer:
    """POST /api/v1/notifications/{id}/dismiss."""
    await call.house.db.write(actions.dismiss, call.account, call.id())
    return done()


async def unread_count(call: Call) -> Answer:
    """GET /api/v1/notifications/unread_count: newer than the marker, counted up to `limit`."""
    return answer({"count": len(await _unread(call))})


async def _unread(call: Call) -> list[Notice]:
    most = min(call.params.whole("limit", 1) or 100, 1000)
    known = await call.house.db.glance(markers.markers, call.account, ["notifications"])
    last = int(known[0].last_read_id) if known else 0
    return await _page(call, Page(size=most, above=min(last, WIDE)))


async def grouped(call: Call) -> Answer:
    """GET /api/v2/notifications: groups of a page of notices, the newest first."""
    page = call.params.page(40, 80)
    kinds = _grouped_kinds(call)
    avatars = call.params.choice("expand_accounts", {"full": False, "partial_avatars": True})
    notices = await _page(call, page)
    made = _groups(await _shown(call, notices), kinds, partial=bool(avatars))
    if notices:
        made.headers += call.links(notices[0].id, notices[-1].id, _kept(call, page))
    return made


def _grouped_kinds(call: Call) -> tuple[Kind, ...]:
    asked = call.params.choices("grouped_types", KIND)
    return GROUPED if asked is None else tuple(kind for kind in asked if kind in GROUPED)


def _groups(found: list[Shown], kinds: tuple[Kind, ...], *, partial: bool) -> Answer:
    groups: dict[str, list[Shown]] = {}
    for one in found:
        key = group_key(one.notice) if one.notice.kind in kinds else f"ungrouped-{one.notice.id}"
        groups.setdefault(key, []).append(one)
    accounts = {one.notice.from_id: one.account for one in found}
    statuses = {one.notice.post_id: one.status for one in found if one.status}
    body = b'{"accounts":%s,"statuses":%s,"notification_groups":%s%s}' % (
        joined(list(accounts.values())),
        joined(list(statuses.values())),
        encode([_group(key, group) for key, group in groups.items()]),
        b',"partial_accounts":[]' if partial else b"",
    )
    return Answer(body)


def _group(key: str, group: list[Shown]) -> dict[str, object]:
    newest, oldest = group[0].notice, group[-1].notice
    who = list(dict.fromkeys(one.notice.from_id for one in group))
    return {
        "group_key": key,
        "notifications_count": len(group),
        "type": TYPE[newest.kind],
        "most_recent_notification_id": newest.id,
        "page_min_id": str(oldest.id),
        "page_max_id": str(newest.id),
        "latest_page_notification_at": iso(newest.created_at),
        "sample_account_ids": [str(id) for id in who[:SAMPLES]],
        "status_id": str(newest.post_id) if newest.post_id is not None else None,
    }


async def group(call: Call) -> Answer:
    """GET /api/v2/notifications/{group_key}."""
    call.params.texts("supported_types")
    notices = await call.house.db.glance(_of_group, call.account, call.segments["group_key"])
    return _groups(await _shown(call, notices), GROUPED, partial=False)


async def accounts_of_group(call: Call) -> Answer:
    """GET /api/v2/notifications/{group_key}/accounts."""
    notices = await call.house.db.glance(_of_group, call.account, call.segments["group_key"])
    ids = list(dict.fromkeys(notice.from_id for notice in notices))
    return lists.accounts(call, await call.house.db.glance(people.accounts, ids))


async def dismiss_group(call: Call) -> Answer:
    """POST /api/v2/notifications/{group_key}/dismiss."""
    await call.house.db.write(_dismiss, call.account, call.segments["group_key"])
    return done()


async def unread_groups(call: Call) -> Answer:
    """GET /api/v2/notifications/unread_count: groups among what is newer than the marker."""
    kinds = _grouped_kinds(call)
    keys = {group_key(n) if n.kind in kinds else f"ungrouped-{n.id}" for n in await _unread(call)}
    return answer({"count": len(keys)})


def _of_group(tx: Tx, account_id: int, key: str) -> list[Notice]:
    """The notices of a group, the newest first. Raises NotFound."""
    word, _, number = key.rpartition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        raise NotFound("notice")
    if word == "ungrouped":
        notice = queries.one(tx, account_id, int(number))
        found = [notice] if notice else []
    else:
        kind = KIND.get(word)
        found = _alike(tx, account_id, kind, key, int(number)) if kind in GROUPED else []
    if not found:
        raise NotFound("notice")
    return found


def _alike(tx: Tx, account_id: int, kind: Kind | None, key: str, number: int) -> list[Notice]:
    page = Page(size=WHOLE_GROUP)
    if kind == "follow":  # a day: its ids lie between two others (kernel.ids)
        page = Page(
            WHOLE_GROUP, below=min((number + 1) * DAY << 16, WIDE), above=min(number * DAY << 16, WIDE) - 1
        )
    rows = queries.page(tx, account_id, page, (kind,)) if kind else []
    return [notice for notice in rows if group_key(notice) == key]


def _dismiss(tx: Tx, account_id: int, key: str) -> None:
    for notice in _of_group(tx, account_id, key):
        actions.dismiss(tx, account_id, notice.id)


READ = user("read:notifications")
WRITE = user("write:notifications", deed="answer")
ONE_BY_ONE = f"{PAGES} {FILTERS} include_filtered supported_types"
V1, V2 = "/api/v1/notifications", "/api/v2/notifications"

ENDPOINTS = (
    Endpoint("GET", V1, show_all, READ, ONE_BY_ONE),
    Endpoint("GET", f"{V1}/unread_count", unread_count, READ, f"limit {FILTERS}"),
    Endpoint("POST", f"{V1}/clear", clear, WRITE),
    Endpoint("GET", f"{V1}/{{id}}", show, READ, "supported_types"),
    Endpoint("POST", f"{V1}/{{id}}/dismiss", dismiss, WRITE),
    Endpoint("GET", V2, grouped, READ, f"{ONE_BY_ONE} grouped_types expand_accounts"),
    Endpoint("GET", f"{V2}/unread_count", unread_groups, READ, f"limit grouped_types {FILTERS}"),
    Endpoint("GET", f"{V2}/{{group_key}}", group, READ, "supported_types"),
    Endpoint("GET", f"{V2}/{{group_key}}/accounts", accounts_of_group, READ),
    Endpoint("POST", f"{V2}/{{group_key}}/dismiss", dismiss_group, WRITE),
)
