"""Notices as Notification entities (https://docs.joinmastodon.org/entities/Notification/)."""

from collections.abc import Sequence

from linnet.db.database import Database
from linnet.kernel.clock import DAY, iso
from linnet.kernel.value import Value
from linnet.kernel.wire import encode
from linnet.mastodon.entities import account_bytes
from linnet.mastodon.present import Presenter
from linnet.social.notices.rules import KINDS, Kind, Notice
from linnet.social.people import queries as people

TYPE: dict[Kind, str] = {
    "mention": "mention",
    "boost": "reblog",
    "favourite": "favourite",
    "follow": "follow",
    "follow_request": "follow_request",
    "poll": "poll",
    "post": "status",
    "edit": "update",
    "quote": "quote",
}
# Types that the API has and Linnet never sends: a client may name them in its filters.
NEVER = """quoted_update annual_report severed_relationships moderation_warning admin.sign_up
    admin.report added_to_collection collection_update"""
KIND: dict[str, Kind | None] = {TYPE[kind]: kind for kind in KINDS} | dict.fromkeys(NEVER.split())
GROUPED: tuple[Kind, ...] = ("favourite", "boost", "follow")


class Shown(Value):
    """A notice, ready to be sent. `account` and `status` are JSON; `status` b"" where there is none."""

    notice: Notice
    account: bytes
    status: bytes

    @property
    def json(self) -> bytes:
        """The Notification entity."""
        notice = self.notice
        head = encode(
            {
                "id": str(notice.id),
                "type": TYPE[notice.kind],
                "created_at": iso(notice.created_at),
                "group_key": group_key(notice),
            }
        )
        status = b',"status":' + self.status if self.status else b""
        return head[:-1] + b',"account":' + self.account + status + b"}"


def group_key(notice: Notice) -> str:
    """What this notice is grouped under: reactions to one post, followers of one day."""
    if notice.kind == "follow":
        return f"follow-{notice.created_at // DAY}"
    if notice.kind in GROUPED and notice.post_id is not None:
        return f"{TYPE[notice.kind]}-{notice.post_id}"
    return f"ungrouped-{notice.id}"


async def shown(
    db: Database, present: Presenter, url: str, viewer_id: int, notices: Sequence[Notice]
) -> list[Shown]:
    """Those of the notices that can be shown: whose account is there, and whose status the viewer
    may still see."""
    posts = list(dict.fromkeys(notice.post_id for notice in notices if notice.post_id is not None))
    statuses = dict(await present.statuses(posts, viewer_id)) if posts else {}
    who = await db.glance(people.accounts, list({notice.from_id for notice in notices}))
    accounts = {account.id: account_bytes(account, url) for account in who}
    return [
        Shown(notice, accounts[notice.from_id], statuses[notice.post_id] if notice.post_id else b"")
        for notice in notices
        if notice.from_id in accounts and (notice.post_id is None or notice.post_id in statuses)
    ]
