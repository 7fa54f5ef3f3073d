"""Changing one's own profile (https://docs.joinmastodon.org/methods/accounts/#update_credentials)."""

from linnet.db.tx import Tx
from linnet.kernel.errors import Invalid
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.mastodon import entities
from linnet.mastodon.answer import Answer, answer
from linnet.mastodon.bearer import user
from linnet.mastodon.calls import Call, Endpoint
from linnet.mastodon.forms import QUOTE_POLICY, named_as_sent
from linnet.mastodon.params import Params, Upload
from linnet.social.follows import queries as follows
from linnet.social.media import actions as media
from linnet.social.media.rules import Picture, Use
from linnet.social.people import actions as people_actions
from linnet.social.people import queries as people
from linnet.social.people.rules import Account, Kind, ProfileChange, ProfileField

TAKES = """display_name note avatar header locked bot discoverable indexable hide_collections
    fields_attributes source attribution_domains"""


async def update(call: Call) -> Answer:
    """PATCH /api/v1/accounts/update_credentials. Everything else is checked before a picture is
    made; a picture that then is not used is swept."""
    wanted, bot = _wanted(call.params), call.params.flag("bot")
    avatar, header = call.params.upload("avatar"), call.params.upload("header")
    given: tuple[tuple[Use, Upload | None], ...] = (("avatar", avatar), ("header", header))
    pictures = [
        (use, await call.house.workshop.make(file.data, use, use)) for use, file in given if file is not None
    ]
    with named_as_sent():
        account, requests = await call.house.db.write(
            _update, call.account, call.person, wanted, bot, pictures, now=call.now
        )
    return answer(entities.credential_account(account, call.house.settings, requests=requests))


def _update(
    tx: Tx,
    account_id: int,
    person_id: int,
    change: ProfileChange,
    bot: bool | None,
    pictures: list[tuple[Use, Picture]],
    *,
    now: int,
) -> tuple[Account, int]:
    ids: dict[str, int] = {}
    for use, picture in pictures:
        made = media.add(
            tx, picture, id=new_id(), account_id=account_id, person_id=person_id, use=use, now=now
        )
        ids[f"{use}_id"] = made.id
    return _change(tx, account_id, changed(change, **ids), bot)


def _change(tx: Tx, account_id: int, change: ProfileChange, bot: bool | None) -> tuple[Account, int]:
    had = people.must_account(tx, account_id)
    kind = _kind(had.kind, bot=bot)
    after = people_actions.change_profile(tx, account_id, changed(change, kind=kind))
    pictures = (after.avatar_id, after.header_id)
    if pictures != (had.avatar_id, had.header_id):
        after = people.must_account(tx, account_id)  # with the names of their files
    return after, follows.requests_count(tx, account_id)


def _kind(had: Kind, *, bot: bool | None) -> Kind | None:
    """A bot is a service; an account that is none stays the person or the firm that it was."""
    if bot is None or bot == (had == "service"):
        return None
    return "service" if bot else "person"


def _wanted(params: Params) -> ProfileChange:
    _refuse_what_is_not_built(params)
    source = params.group("source", ("privacy", "sensitive", "language", "quote_policy"))
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
        hides_network=params.flag("hide_collections"),
        default_visibility=source.choice("privacy", entities.OUR_VISIBILITY) if source else None,
        default_sensitive=source.flag("sensitive") if source else None,
        default_language=source.text("language") if source else None,
        default_quotes=source.choice("quote_policy", QUOTE_POLICY) if source else None,
    )


def _refuse_what_is_not_built(params: Params) -> None:
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
