"""Changing one's own profile (https://docs.joinmastodon.org/methods/accounts/#update_credentials)."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Invalid
from linnet.mastodon import entities
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import user
from linnet.mastodon.door import Call, Endpoint
from linnet.mastodon.params import Params
from linnet.social.follows import queries as follows
from linnet.social.people import actions as people_actions
from linnet.social.people import queries as people
from linnet.social.people.rules import Account, Kind, ProfileChange, ProfileField

TAKES = """display_name note locked bot discoverable indexable hide_collections fields_attributes source
    attribution_domains"""


async def update(call: Call) -> Answer:
    """PATCH /api/v1/accounts/update_credentials."""
    account, requests = await call.house.db.write(
        _change, call.account, _wanted(call.params), call.params.flag("bot")
    )
    return answer(entities.credential_account(account, call.house.settings, requests=requests))


def _change(tx: Tx, account_id: int, change: ProfileChange, bot: bool | None) -> tuple[Account, int]:
    had = people.must_account(tx, account_id)
    kind = _kind(had.kind, bot=bot)
    asked = ProfileChange(
        **{name: getattr(change, name) for name in change.__struct_fields__} | {"kind": kind}
    )
    return people_actions.change_profile(tx, account_id, asked), follows.requests_count(tx, account_id)


def _kind(had: Kind, *, bot: bool | None) -> Kind | None:
    """A bot is a service; an account that is none stays the person or the firm that it was."""
    if bot is None or bot == (had == "service"):
        return None
    return "service" if bot else "person"


def _wanted(params: Params) -> ProfileChange:
    _refuse_what_is_not_built(params)
    source = params.group("source", ("privacy", "sensitive", "language", "quote_policy"))
    if (
        source
        and source.choice("quote_policy", {"nobody": True, "followers": False, "public": False}) is False
    ):
        raise Invalid("source[quote_policy]", "can only be nobody: posts cannot be quoted yet")
    lines = params.groups("fields_attributes", ("name", "value"))
    return ProfileChange(
        name=params.text("display_name"),
        bio=params.text("note"),
        fields=tuple(ProfileField(line.text("name") or "", line.text("value") or "") for line in lines)
        if lines is not None
        else None,
        locked=params.flag("locked"),
        discoverable=params.flag("discoverable"),
        indexable=params.flag("indexable"),
        default_visibility=source.choice("privacy", entities.OUR_VISIBILITY) if source else None,
        default_sensitive=source.flag("sensitive") if source else None,
        default_language=source.text("language") if source else None,
    )


def _refuse_what_is_not_built(params: Params) -> None:
    if params.flag("hide_collections"):
        raise Invalid("hide_collections", "is not supported: who follows whom is public here")
    if params.texts("attribution_domains"):
        raise Invalid("attribution_domains", "is not supported: the firm's websites are set on the desk")


async def drop_avatar(call: Call) -> Answer:
    """DELETE /api/v1/profile/avatar."""
    return await _drop(call, ProfileChange(avatar_id=0))


async def drop_header(call: Call) -> Answer:
    """DELETE /api/v1/profile/header."""
    return await _drop(call, ProfileChange(header_id=0))


async def _drop(call: Call, change: ProfileChange) -> Answer:
    account, requests = await call.house.db.write(_change, call.account, change, None)
    return answer(entities.credential_account(account, call.house.settings, requests=requests))


PROFILE = user("write:accounts", deed="administer")

ENDPOINTS = (
    Endpoint("PATCH", "/api/v1/accounts/update_credentials", update, PROFILE, TAKES, files=True),
    Endpoint("DELETE", "/api/v1/profile/avatar", drop_avatar, PROFILE),
    Endpoint("DELETE", "/api/v1/profile/header", drop_header, PROFILE),
)
