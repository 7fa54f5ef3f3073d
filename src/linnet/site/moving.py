"""Moving: an account that was elsewhere before, and one that goes on elsewhere."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.frame import Frame, Visit
from linnet.social.people import moving
from linnet.social.people import queries as people
from linnet.social.people.moving import Alias
from linnet.social.people.rules import Account


class Shown(Value):
    """What the page shows."""

    aliases: list[Alias]
    moved_to: Account | None


def shown(tx: Tx, account: Account) -> Shown:
    """Where the account came from and where it went."""
    went = people.account(tx, account.moved_to_id) if account.moved_to_id else None
    return Shown(moving.aliases(tx, account.id), went)


async def page(visit: Visit) -> Response:
    """The page."""
    return await _page(visit, None)


async def _page(visit: Visit, error: LinnetError | None) -> Response:
    found = await visit.db.read(shown, visit.account)
    section = visit.form.text("do") if error else ""
    wrong = forms.errors_of(error, "address") if error else {}
    return visit.render(
        "moving.html",
        title="Moving",
        status=forms.status_for(error) if error else 200,
        errors={f"{section}-{name}" if name else "": words for name, words in wrong.items()},
        section=section,
        shown=found,
        activity="manage",
    )


async def act(visit: Visit) -> Response:
    """One of the four things that can be done here."""
    do = visit.form.text("do")
    try:
        visit.must("administer")
        said = await _act(visit, do)
    except LinnetError as error:
        return await _page(visit, error)
    return visit.to("/settings/moving", flash=said)


async def _act(visit: Visit, do: str) -> str:
    account_id = visit.account.id
    if do == "stay":
        await visit.db.write(moving.stay, account_id)
        return "The account stays here."
    if do == "forget":
        await visit.db.write(moving.drop_alias, account_id, visit.form.text("uri"))
        return "That name is taken off."
    other_id = await _found(visit)
    if do == "was":
        await visit.db.write(moving.add_alias, account_id, other_id, visit.now)
        return "Now start the move at the old server."
    if do != "move":
        raise Invalid("do", "must be was, forget, move or stay")
    if not await visit.house.knows_as(other_id, account_id):
        own = f"@{visit.account.handle}@{visit.house.settings.domain}"
        raise Invalid("address", f"does not name {own} as its former account yet: add it there first")
    await visit.db.write(moving.move, account_id, other_id, visit.now)
    return "Your followers' servers are being told."


async def _found(visit: Visit) -> int:
    text = visit.form.text("address").strip()
    if not text:
        raise Invalid("address", "is empty")
    sighted = await visit.house.lookup(text[:500])
    if not sighted.account_id:
        raise Invalid("address", "cannot be found: it must be like @shop@their.server")
    return sighted.account_id


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/settings/moving", page, who="member"),
        frame.post("/settings/moving", act),
    ]
