"""Timelines (https://docs.joinmastodon.org/methods/timelines/, accounts/#statuses)."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.kernel.errors import Invalid
from linnet.kernel.page import Page
from linnet.mastodon.answer import Answer
from linnet.mastodon.bearer import anyone, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.entities import joined
from linnet.social.people import queries as people
from linnet.social.posts import views
from linnet.social.tags import queries as tags
from linnet.social.text.scan import hashtag_key
from linnet.social.timelines import queries

PAGES = "max_id since_id min_id limit"
MORE_TAGS = ("any", "all", "none")
MOST_TAGS = 4  # of each, as in Mastodon


async def home(call: Call) -> Answer:
    """GET /api/v1/timelines/home. `local` is of old: apps that still send it mean false."""
    if call.params.flag("local"):
        raise Invalid("local", "is not supported here: home holds what you follow, wherever it lives")
    page = call.params.page(20, 40)
    return _page(call, page, await call.present.home(call.account, page))


def _page(
    call: Call, page: Page, shown: list[tuple[int, bytes]], kept: Sequence[tuple[str, str]] = ()
) -> Answer:
    """Statuses with their links. `kept`: the other parameters of this timeline."""
    made = Answer(joined([body for _, body in shown]))
    if shown:
        made.headers += call.links(shown[0][0], shown[-1][0], [*kept, ("limit", str(page.size))])
    return made


async def _ids(call: Call, page: Page, ids: list[int], kept: Sequence[tuple[str, str]]) -> Answer:
    """As `_page`, of ids: the links go by the ids, whether each can be shown or not."""
    made = _page(call, page, await call.present.statuses(ids, call.viewer))
    made.headers = call.links(ids[0], ids[-1], [*kept, ("limit", str(page.size))]) if ids else []
    return made


async def public(call: Call) -> Answer:
    """GET /api/v1/timelines/public."""
    page = call.params.page(20, 40)
    local, remote, media = (call.params.flag(name) for name in ("local", "remote", "only_media"))
    ids = await call.house.db.read(
        queries.public,
        page,
        viewer_id=call.viewer,
        local=bool(local),
        remote=bool(remote),
        with_media=bool(media),
    )
    return await _ids(call, page, ids, _flags(local=local, remote=remote, only_media=media))


async def tag(call: Call) -> Answer:
    """GET /api/v1/timelines/tag/{hashtag}, with more tags: any of them too, all of them, none."""
    page = call.params.page(20, 40)
    local, media = (call.params.flag(name) for name in ("local", "only_media"))
    key = hashtag_key(call.segments["hashtag"])
    more = {name: _keys(call, name) for name in MORE_TAGS}
    kept = [(f"{name}[]", one) for name in MORE_TAGS for one in call.params.texts(name) or []]
    ids = await call.house.db.read(
        _tagged, key, more, page, viewer_id=call.viewer, local=bool(local), with_media=bool(media)
    )
    return await _ids(call, page, ids, [*_flags(local=local, only_media=media), *kept])


def _keys(call: Call, name: str) -> list[str]:
    """More tags. Raises Invalid for too many."""
    texts = call.params.texts(name) or []
    if len(texts) > MOST_TAGS:
        raise Invalid(name, f"are more than {MOST_TAGS} hashtags")
    return sorted({hashtag_key(text.removeprefix("#")) for text in texts})


def _tagged(
    tx: Tx,
    key: str,
    more: dict[str, list[str]],
    page: Page,
    *,
    viewer_id: int,
    local: bool,
    with_media: bool,
) -> list[int]:
    if not any(more.values()):
        return queries.tag(tx, key, page, viewer_id=viewer_id, local=local, with_media=with_media)
    return tags.tagged(
        tx,
        [key, *more["any"]],
        page,
        every=more["all"],
        none=more["none"],
        viewer_id=viewer_id,
        local=local,
        with_media=with_media,
    )


async def of_account(call: Call) -> Answer:
    """GET /api/v1/accounts/{id}/statuses."""
    if call.viewer:
        await call.house.watch.profile(call.id())
    page = call.params.page(20, 40)
    names = ("only_media", "exclude_replies", "exclude_reblogs", "exclude_direct", "pinned")
    flags = {name: call.params.flag(name) for name in names}
    tagged = call.params.text("tagged") or ""
    if flags["pinned"]:
        pinned = await call.house.db.read(_pinned, call.id())
        shown = await call.present.statuses(pinned, call.viewer)
        return Answer(joined([body for _, body in shown]))
    ids = await call.house.db.read(
        _of_account,
        call.id(),
        page,
        viewer_id=call.viewer,
        replies=not flags["exclude_replies"],
        boosts=not flags["exclude_reblogs"],
        direct=not flags["exclude_direct"],
        with_media=bool(flags["only_media"]),
        tagged=hashtag_key(tagged) if tagged else "",
    )
    kept = [*_flags(**flags), *([("tagged", tagged)] if tagged else [])]
    return await _ids(call, page, ids, kept)


def _pinned(tx: Tx, account_id: int) -> list[int]:
    people.must_account(tx, account_id)
    return views.pinned(tx, account_id)


def _of_account(
    tx: Tx,
    account_id: int,
    page: Page,
    *,
    viewer_id: int,
    replies: bool,
    boosts: bool,
    direct: bool,
    with_media: bool,
    tagged: str,
) -> list[int]:
    people.must_account(tx, account_id)
    visible = views.visibilities(tx, account_id, viewer_id)
    return queries.account(
        tx,
        account_id,
        page,
        visibilities=tuple(one for one in visible if direct or one != "direct"),
        replies=replies,
        boosts=boosts,
        with_media=with_media,
        tag=tagged,
    )


def _flags(**flags: bool | None) -> list[tuple[str, str]]:
    return [(name, "true") for name, value in flags.items() if value]


OPEN = anyone("read:statuses")

ENDPOINTS = (
    Endpoint("GET", "/api/v1/timelines/home", home, user("read:statuses"), f"local {PAGES}"),
    Endpoint("GET", "/api/v1/timelines/public", public, OPEN, f"local remote only_media {PAGES}"),
    Endpoint("GET", "/api/v1/timelines/tag/{hashtag}", tag, OPEN, f"local only_media any all none {PAGES}"),
    Endpoint(
        "GET",
        "/api/v1/accounts/{id}/statuses",
        of_account,
        OPEN,
        f"only_media exclude_replies exclude_reblogs exclude_direct pinned tagged {PAGES}",
    ),
)
