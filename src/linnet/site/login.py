"""Logging in, out, and speaking as another account of the same person."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.kernel.clock import DAY, MINUTE
from linnet.kernel.errors import LinnetError, Unknown
from linnet.kernel.throttle import Throttle, address_key
from linnet.site import edge, forms
from linnet.site.frame import Frame, Visit
from linnet.social.people import actions as people
from linnet.social.people import queries
from linnet.social.people.passwords import needs_rehash
from linnet.social.people.rules import SESSION_AGE

TRIES_BY_ADDRESS = 30
TRIES_BY_EMAIL = 10
TRIES_PER = 15 * MINUTE

WRONG = "The e-mail address or the password is not right."


class Login:
    """The pages, with their memory of who tried how often."""

    def __init__(self) -> None:
        self._by_address = Throttle(TRIES_BY_ADDRESS, TRIES_PER)
        self._by_email = Throttle(TRIES_BY_EMAIL, TRIES_PER)

    async def page(self, visit: Visit) -> Response:
        """The form; somebody who is logged in already goes on."""
        wanted = edge.here_only(visit.query("next"))
        if visit.here.session or visit.here.firm is None:
            return visit.to(wanted)
        return visit.render(
            "login.html", title="Log in", next=wanted, headers={"Cache-Control": "private, no-cache"}
        )

    async def log_in(self, visit: Visit) -> Response:
        """Checks the password and opens a session, always a new one."""
        wanted = edge.here_only(visit.form.text("next"))
        try:
            person_id = await self._checked(visit)
            await start(visit, person_id)
        except LinnetError as error:
            return visit.render(
                "login.html",
                title="Log in",
                status=forms.status_for(error),
                next=wanted,
                errors=forms.errors_of(error, "email", "password"),
            )
        return visit.to(wanted)

    async def _checked(self, visit: Visit) -> int:
        email, password = visit.form.text("email").strip(), visit.form.text("password")
        sentence = "Too many tries. Wait a few minutes."
        self._by_address.must_take(address_key(visit.address), visit.now, sentence)
        self._by_email.must_take(email.lower()[:254], visit.now, sentence)
        known = await visit.db.read(queries.credentials, email)
        good = await visit.house.passwords.verify(password, known.password_hash if known else None)
        if not known or not good or known.disabled_at is not None:
            raise Unknown(WRONG)
        self._by_email.forget(email.lower()[:254])
        if needs_rehash(known.password_hash):
            fresh = await visit.house.passwords.hash(password)
            await visit.db.write(people.rehash_password, known.person_id, fresh)
        return known.person_id

    async def log_out(self, visit: Visit) -> Response:
        """Ends this session."""
        if visit.here.session:
            await visit.db.write(people.close_session, visit.session.person_id, visit.session.token_hash)
            visit.set_cookie("sid", "", 0)
        return visit.to("/", flash="You are logged out.")


async def start(visit: Visit, person_id: int) -> None:
    """Opens a session for the person, as their first account, and gives the browser its cookie."""
    accounts = await visit.db.read(queries.accounts_of_person, person_id)
    if not accounts:
        raise Unknown("You are not a member of any account here. Ask the owner to add you.")
    label = edge.label_of(visit.request.headers.get("user-agent", ""))
    if visit.here.session:
        await visit.db.write(people.close_session, visit.session.person_id, visit.session.token_hash)
    cookie = await visit.db.write(people.open_session, person_id, accounts[0].id, label, visit.now)
    visit.set_cookie("sid", cookie, SESSION_AGE // 1000)


async def switch(visit: Visit) -> Response:
    """Speaks as another account of the same person."""
    await visit.db.write(people.switch_account, visit.session, visit.form.whole("account_id"))
    return visit.to("/")


async def theme(visit: Visit) -> Response:
    """Light, dark, or as the system has it; for this browser."""
    wanted = visit.form.text("theme")
    visit.set_cookie("theme", wanted if wanted in {"light", "dark"} else "", 365 * DAY // 1000)
    return visit.back("/settings")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    login = Login()
    return [
        frame.get("/login", login.page),
        frame.post("/login", login.log_in, who="anyone"),
        frame.post("/logout", login.log_out, who="anyone"),
        frame.post("/switch", switch),
        frame.post("/theme", theme),
    ]
