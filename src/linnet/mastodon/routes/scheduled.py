"""Scheduled statuses (https://docs.joinmastodon.org/methods/scheduled_statuses/): the planned
drafts of the desk, seen from the client API."""

from typing import Any

from linnet.db.tx import Tx
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries
from linnet.desk.drafts.rules import Draft, check_due
from linnet.kernel.clock import iso
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.page import Page
from linnet.kernel.value import Value
from linnet.mastodon import entities, forms
from linnet.mastodon.answer import Answer, answer, done
from linnet.mastodon.bearer import user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.status import media_json
from linnet.social.media import queries as media
from linnet.social.media.rules import Media


class Planned(Value):
    """A planned draft with its pictures."""

    draft: Draft
    pictures: list[Media]


async def scheduled_status(call: Call, draft_id: int) -> Answer:
    """One ScheduledStatus. Raises NotFound."""
    return answer(_entity(await call.house.db.read(_one, call.account, draft_id), call.house.settings.url))


def _one(tx: Tx, account_id: int, draft_id: int) -> Planned:
    draft = queries.draft(tx, draft_id)
    if draft is None or draft.account_id != account_id or draft.stage != "set":
        raise NotFound("draft")
    return Planned(draft, media.among(tx, draft.media_ids))


async def show_all(call: Call) -> Answer:
    """GET /api/v1/scheduled_statuses."""
    page = call.params.page(20, 40)
    found = await call.house.db.read(_page, call.account, page)
    made = answer([_entity(one, call.house.settings.url) for one in found])
    if found:
        made.headers += call.links(found[0].draft.id, found[-1].draft.id, [("limit", str(page.size))])
    return made


def _page(tx: Tx, account_id: int, page: Page) -> list[Planned]:
    found = queries.drafts(tx, account_id, ("set",), page)
    return [Planned(draft, media.among(tx, draft.media_ids)) for draft in found]


async def show(call: Call) -> Answer:
    """GET /api/v1/scheduled_statuses/{id}."""
    return await scheduled_status(call, call.id())


async def move(call: Call) -> Answer:
    """PUT /api/v1/scheduled_statuses/{id}."""
    at = call.params.moment("scheduled_at")
    if at is None:
        raise Invalid("scheduled_at", "can't be blank")
    check_due(at, call.now)
    await call.house.db.read(_one, call.account, call.id())
    insists = forms.insists(call.params)
    with forms.named_as_sent():
        await call.house.db.write(
            drafts.schedule, call.author, call.id(), at, terms=call.terms, now=call.now, insists=insists
        )
    return await scheduled_status(call, call.id())


async def cancel(call: Call) -> Answer:
    """DELETE /api/v1/scheduled_statuses/{id}."""
    await call.house.db.read(_one, call.account, call.id())
    await call.house.db.write(drafts.discard, call.author, call.id(), now=call.now)
    return done()


def _entity(planned: Planned, url: str) -> dict[str, Any]:
    draft = planned.draft
    poll = draft.new_post.poll
    at = iso(draft.due_at) if draft.due_at is not None else None
    return {
        "id": str(draft.id),
        "scheduled_at": at,
        "params": {
            "text": draft.text,
            "poll": {
                "options": list(poll.options),
                "expires_in": poll.duration // 1000,
                "multiple": poll.multiple,
                "hide_totals": poll.hide_totals,
            }
            if poll
            else None,
            "media_ids": [str(id) for id in draft.media_ids] or None,
            "sensitive": draft.sensitive,
            "spoiler_text": draft.warning or None,
            "visibility": entities.VISIBILITY[draft.visibility],
            "in_reply_to_id": draft.reply_to_id,  # a number here, as documented
            "language": draft.language or None,
            "application_id": draft.app_id or 0,  # 0: it was planned on the desk
            "scheduled_at": None,
            "idempotency": draft.key or None,
            "with_rate_limit": False,
            "quoted_status_id": str(draft.quote_id) if draft.quote_id is not None else None,
            "quote_approval_policy": draft.quotable or None,  # as the account has set then
        },
        "media_attachments": [media_json(picture, url) for picture in planned.pictures],
    }


READ = user("read:statuses")
WRITE = user("write:statuses", deed="post")

ENDPOINTS = (
    Endpoint("GET", "/api/v1/scheduled_statuses", show_all, READ, "max_id since_id min_id limit"),
    Endpoint("GET", "/api/v1/scheduled_statuses/{id}", show, READ),
    Endpoint("PUT", "/api/v1/scheduled_statuses/{id}", move, WRITE, "scheduled_at linnet_override"),
    Endpoint("DELETE", "/api/v1/scheduled_statuses/{id}", cancel, WRITE),
)
