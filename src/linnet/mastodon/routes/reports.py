"""Reports (https://docs.joinmastodon.org/methods/reports/)."""

from linnet.db.tx import Tx
from linnet.kernel.clock import iso
from linnet.kernel.errors import Invalid
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode_as
from linnet.mastodon import entities
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.entities import Json
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from linnet.social.reports import actions
from linnet.social.reports.rules import CATEGORIES, Report


async def create(call: Call) -> Answer:
    """POST /api/v1/reports. `forward`: the other server is told, in the name of this one. There are no
    rules to name by id here: `rule_ids` must be empty."""
    params = call.params
    if params.ids("rule_ids"):
        raise Invalid("rule_ids", "name rules, but this server has none")
    about_id = params.id("account_id")
    if about_id is None:
        raise Invalid("account_id", "can't be blank")
    row = await call.house.db.write(
        actions.report,
        call.account,
        about_id,
        params.ids("status_ids") or [],
        comment=params.text("comment") or "",
        category=params.choice("category", {name: name for name in CATEGORIES}) or "other",
        forward=bool(params.flag("forward")),
        id=new_id(),
        now=call.now,
    )
    about = await call.house.db.read(_about, row)
    return answer(_json(row, entities.account_json(about, call.house.settings)))


def _about(tx: Tx, row: Report) -> Account:
    return people.must_account(tx, row.about_id)


def _json(row: Report, about: Json) -> Json:
    return {
        "id": str(row.id),
        "action_taken": row.closed_at is not None,
        "action_taken_at": iso(row.closed_at) if row.closed_at is not None else None,
        "category": row.category,
        "comment": row.comment,
        "forwarded": row.forwarded,
        "created_at": iso(row.created_at),
        "status_ids": [str(id) for id in decode_as(list[int], row.post_ids)],
        "rule_ids": [],
        "collection_ids": [],
        "target_account": about,
    }


TAKES = "account_id status_ids comment category forward rule_ids"

ENDPOINTS = (Endpoint("POST", "/api/v1/reports", create, user("write:reports", deed="answer"), TAKES),)
