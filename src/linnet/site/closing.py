"""Closing an account of ours: what goes, what stays, and the password once more."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.closing import actions as closing
from linnet.kernel.clock import MINUTE
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.throttle import Throttle
from linnet.site import forms
from linnet.site.frame import Frame, Visit
from linnet.social.people import queries as people
from linnet.social.people.rules import Account

TRIES = 10
TRIES_PER = 15 * MINUTE


def refusal(tx: Tx, account: Account) -> str:
    """Why this account cannot be closed, whoever asks; '' when it can."""
    try:
        closing.check(tx, account.id, account.handle)
    except LinnetError as error:
        return error.sentence
    return ""


class Closing:
    """The page, with its memory of who tried how often."""

    def __init__(self) -> None:
        self._tries = Throttle(TRIES, TRIES_PER)

    async def page(self, visit: Visit) -> Response:
        """What would happen, and the form."""
        visit.must("administer")
        return await self._page(visit, None)

    async def _page(self, visit: Visit, error: LinnetError | None) -> Response:
        return visit.render(
            "closing.html",
            title="Close the account",
            status=forms.status_for(error) if error else 200,
            errors=forms.errors_of(error, "handle", "password") if error else {},
            refusal=await visit.db.read(refusal, visit.account),
            members=await visit.db.read(people.members_of, visit.account.id),
            activity="manage",
        )

    async def close(self, visit: Visit) -> Response:
        """Closes the account that one speaks as."""
        account, person_id = visit.account, visit.session.person_id
        try:
            visit.must("administer")
            self._tries.must_take(str(person_id), visit.now, "Too many tries. Wait a few minutes.")
            typed = visit.form.text("handle")[:100]
            await visit.db.read(closing.check, account.id, typed)
            known = await visit.db.read(people.credentials_of, person_id)
            good = await visit.house.passwords.verify(
                visit.form.text("password"), known.password_hash if known else None
            )
            if not good:
                raise Invalid("password", "is not right")
            await visit.db.write(closing.close, account.id, typed=typed, person_id=person_id, now=visit.now)
        except LinnetError as error:
            return await self._page(visit, error)
        return visit.to("/", flash=f"@{account.handle} is closed.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    closing_page = Closing()
    return [
        frame.get("/settings/close", closing_page.page, who="member"),
        frame.post("/settings/close", closing_page.close),
    ]
