"""The frame that every page stands in: who is here, what they may do, how a page is made.

    frame = Frame(house)
    routes = [frame.get("/desk", today, who="member"), frame.post("/desk/stop", stop, who="member")]

    async def today(visit: Visit) -> Response:
        items = await visit.db.read(queries.today, visit.account.id)
        return visit.render("desk/today.html", title="Today", items=items)

A handler gets a `Visit` and answers with `visit.render(...)`, `visit.to(path, flash="...")` or any
Response. Errors of `kernel.errors` become a page in the door's own shape; a form's errors are
shown beside the field by rendering the form again with `form=` and `errors=forms.errors_of(error)`.
"""

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from zoneinfo import ZoneInfo

import jinja2
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from linnet.db.database import Database
from linnet.desk.firm.rules import Firm
from linnet.door.caller import address_of
from linnet.door.house import House
from linnet.door.statuses import status_of
from linnet.kernel.clock import SECOND, now_ms, zone
from linnet.kernel.days import date_words, span_words
from linnet.kernel.errors import LinnetError, NotAllowed, NotFound, TooMany, Unknown
from linnet.site import edge, forms, nav, words
from linnet.site.assets import Assets
from linnet.site.desk_times import day_words
from linnet.site.forms import Form
from linnet.site.here import Here, here
from linnet.social.media.rules import file_path, thumb_path
from linnet.social.people import actions as people
from linnet.social.people.rules import Account, Deed, Session, is_due_to_be_seen, may, must

log = logging.getLogger("linnet.site")

Who = Literal["anyone", "member", "owner"]
Handler = Callable[["Visit"], Awaitable[Response]]

OURS = "Something went wrong on our side. It has been noted."
FLASH_LENGTH = 300
FIRM_KEPT = 5 * SECOND


@dataclass(slots=True)
class Frame:
    """Templates, assets and the house; makes routes of handlers."""

    house: House
    assets: Assets = field(default_factory=Assets)
    templates: jinja2.Environment = field(init=False)
    paths: set[str] = field(default_factory=set)
    _firm: tuple[Firm, int] | None = None

    def __post_init__(self) -> None:
        self.templates = jinja2.Environment(
            loader=jinja2.PackageLoader("linnet.site", "templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.templates.filters.update(words.FILTERS, day=day_words, date=date_words, span=span_words)
        self.templates.globals.update(
            asset=self.assets.url,
            icon=self.assets.icon,
            media_url=file_path,
            thumb_url=thumb_path,
            avatar_url=words.avatar_path,
        )

    def get(self, path: str, handler: Handler, *, who: Who = "anyone") -> Route:
        """A page."""
        self.paths.add(path)
        return Route(path, Page(self, handler, who), methods=["GET"])

    def post(self, path: str, handler: Handler, *, who: Who = "member", uploads: bool = False) -> Route:
        """Where a form is sent to. `uploads`: it may carry files."""
        return Route(path, Page(self, handler, who, uploads=uploads), methods=["POST"])

    def known_firm(self, now: int) -> Firm | None:
        """The firm as it was read a moment ago; None: read it. That there is none is not kept."""
        return self._firm[0] if self._firm and now < self._firm[1] else None

    def keep_firm(self, firm: Firm | None, now: int) -> None:
        """Keeps the firm for a moment: another process learns of a change within five seconds.
        None: forgets it, because it changed."""
        self._firm = (firm, now + FIRM_KEPT) if firm else None

    def routes(self) -> list[BaseRoute]:
        """The assets."""
        return self.assets.routes()


@dataclass(slots=True)
class Visit:
    """One request to a page, and everything a handler needs to answer it."""

    request: Request
    frame: Frame
    now: int
    here: Here = field(default_factory=lambda: Here(None, None, [], 0))
    form: Form = field(default_factory=Form)
    _cookies: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def house(self) -> House:
        """The parts of the running server."""
        return self.frame.house

    @property
    def db(self) -> Database:
        """The database."""
        return self.frame.house.db

    @property
    def cookie(self) -> str:
        """The session's secret; '' without one."""
        return self.request.cookies.get(edge.cookie_name("sid", self.house.settings), "")

    @property
    def part(self) -> bool:
        """Does our own script ask, which wants a piece and no page?"""
        return self.request.headers.get("x-linnet-part", "") != ""

    @property
    def address(self) -> str:
        """Who is calling, through our own proxies only."""
        return address_of(self.request, self.house.settings.trusted_proxies)

    @property
    def session(self) -> Session:
        """The session. Raises Unknown when nobody is logged in."""
        if self.here.session is None:
            raise Unknown("You are not logged in.")
        return self.here.session

    @property
    def account(self) -> Account:
        """Whom this session speaks as. Raises Unknown when nobody is logged in."""
        wanted = self.session.account_id
        return next(account for account in self.here.accounts if account.id == wanted)

    @property
    def viewer_id(self) -> int:
        """The account that looks, 0 for a stranger."""
        return self.here.session.account_id if self.here.session else 0

    @property
    def firm(self) -> Firm:
        """The firm. Raises Unknown before the set-up."""
        if self.here.firm is None:
            raise Unknown("This server is not set up yet.")
        return self.here.firm

    @property
    def zone(self) -> ZoneInfo:
        """The firm's time zone; UTC before the set-up."""
        return zone(self.here.firm.time_zone if self.here.firm else "UTC")

    def may(self, deed: Deed) -> bool:
        """May the person who is here do this for the account?"""
        return self.here.session is not None and may(self.here.session.role, deed)

    def must(self, deed: Deed) -> None:
        """As `may`. Raises NotAllowed, Unknown."""
        must(self.session.role, deed)

    @property
    def runs_firm(self) -> bool:
        """May the person who is here decide for the firm: an owner of the server, or of the firm's own
        account? Whoever owns another account decides for that one only."""
        session, firm = self.here.session, self.here.firm
        if session is None or firm is None:
            return False
        return session.owner or (session.account_id == firm.account_id and self.may("administer"))

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the address."""
        return self.request.query_params.get(name, default).replace("\x00", "\ufffd")

    def id(self, name: str = "id") -> int:
        """An id in the path. Raises NotFound for what cannot be one."""
        number = forms.whole(self.request.path_params[name])
        if number is None:
            raise NotFound("page")
        return number

    async def load(self) -> None:
        """Finds out who is here."""
        known = self.frame.known_firm(self.now)
        if known is None or self.cookie:
            self.here = await self.db.glance(here, self.cookie, self.now, known)
        else:
            self.here = Here(known, None, [], 0)
        if known is None:
            self.frame.keep_firm(self.here.firm, self.now)
        session = self.here.session
        if session and is_due_to_be_seen(session.seen_at, self.now):
            await self.db.write(people.see_session, session, self.now)

    def check_size(self, most: int) -> None:
        """Refuses by the declared length, before anything is read. Raises Invalid."""
        length = self.request.headers.get("content-length", "")
        if length.isascii() and length.isdigit() and int(length) > most:
            raise forms.too_large(most)

    def check_key(self) -> None:
        """Every form of a session carries its key. Raises NotAllowed."""
        if self.here.session and not edge.is_form_key(self.form.text("form_key"), self.cookie):
            raise NotAllowed(
                "This form is from an earlier login. Go back, reload the page, and send it again."
            )

    def render(
        self,
        template: str,
        /,
        *,
        title: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        activity: str = "",
        **context: Any,
    ) -> Response:
        """A page of `template`. `title` stands before the firm's name; `activity` is what time on
        this page counts as (write, answer, find, read, people, manage; '' is not counted)."""
        body = self.html(template, title=title, activity=activity, **context)
        answer = Response(body, status, media_type="text/html", headers=headers)
        quiet = self.here.session is None and not self._cookies  # the same for every stranger
        if quiet and status == 200 and self.request.method == "GET":
            edge.for_everybody(answer, self.request)
        answer.headers.setdefault("Vary", "Cookie, Accept, Accept-Encoding")
        return answer

    def html(self, template: str, /, **context: Any) -> str:
        """`template` as text, with everything that all templates may use."""
        basis: dict[str, Any] = {
            "visit": self,
            "me": self.account if self.here.session else None,
            "firm": self.here.firm,
            "nav": nav.items(self.frame.paths, may_draft=self.may("draft"), of_firm=self.here.of_firm),
            "path": self.request.url.path,
            "form": self.form,
            "errors": {},
            "form_key": edge.form_key(self.cookie) if self.here.session else "",
            "theme": self.theme,
            "limit": self.house.settings.max_characters,
            "flash": self.flash,
            "ago": lambda ms: words.ago(ms, self.now, self.zone),
            "when": lambda ms: words.when(ms, self.zone),
            "ahead": lambda ms: words.ahead(ms, self.now),
            "activity": "",
        }
        return self.frame.templates.get_template(template).render(basis | context)

    def to(self, path: str, *, flash: str = "") -> Response:
        """Sends the browser to a page of ours (303), with a sentence to show there."""
        if flash:
            text = base64.urlsafe_b64encode(flash[:FLASH_LENGTH].encode()).decode()
            self._cookies.append(("flash", text, 60))
        return RedirectResponse(edge.here_only(path), 303)

    def back(self, otherwise: str = "/", *, flash: str = "") -> Response:
        """To where the form says it came from (`back`), or to `otherwise`."""
        return self.to(edge.here_only(self.form.text("back"), otherwise), flash=flash)

    @property
    def flash(self) -> str:
        """The sentence that the last page left for this one; shown once."""
        text = self.request.cookies.get(edge.cookie_name("flash", self.house.settings), "")
        if not text or self.part:
            return ""
        self.set_cookie("flash", "", 0)
        try:
            return base64.urlsafe_b64decode(text[: FLASH_LENGTH * 6].encode()).decode("utf-8", "replace")[
                :FLASH_LENGTH
            ]
        except (ValueError, binascii.Error):
            return ""

    @property
    def theme(self) -> str:
        """light, dark, or '' as the system has it."""
        wanted = self.request.cookies.get("theme", "")
        return wanted if wanted in {"light", "dark"} else ""

    def set_cookie(self, name: str, value: str, seconds: int) -> None:
        """A cookie for this answer; '' takes it away. Not readable by scripts."""
        self._cookies.append((name, value, seconds))

    def set_cookies(self, response: Response) -> None:
        """Puts the cookies of this visit on its answer."""
        settings = self.house.settings
        for name, value, seconds in self._cookies:
            full = name if name == "theme" else edge.cookie_name(name, settings)
            response.set_cookie(
                full,
                value,
                max_age=seconds if value else 0,
                path="/",
                secure=settings.secure,
                httponly=True,
                samesite="lax",
            )


@dataclass(frozen=True, slots=True)
class Page:
    """A handler as an ASGI endpoint: finds out who is here, keeps strangers' forms out, and turns
    errors into pages."""

    frame: Frame
    handler: Handler
    who: Who
    uploads: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Starlette calls this for a request that matched."""
        most = edge.FORM_BYTES
        if self.uploads:
            most += edge.UPLOADS * self.frame.house.settings.upload_bytes
        request = Request(scope, edge.limited(receive, most))
        response = await self._answer(request, most)
        await response(scope, receive, send)

    async def _answer(self, request: Request, most: int) -> Response:
        visit = Visit(request, self.frame, now_ms())
        try:
            response = await self._checked(visit, most)
        except LinnetError as error:
            response = await problem(visit, error)
        except Exception:  # a mistake of ours: noted in full, and never shown
            log.exception("%s %s failed", request.method, request.url.path)
            response = await problem(visit, LinnetError(OURS, cause="see above"))
        finally:
            await request.close()  # uploads wait in temporary files
        edge.add_headers(response.headers, self.frame.house.settings)
        visit.set_cookies(response)
        return response

    async def _checked(self, visit: Visit, most: int) -> Response:
        request = visit.request
        if request.method == "POST":
            edge.check_origin(request, visit.house.settings)
            visit.check_size(most)
        await visit.load()
        if visit.here.firm is None and self.who != "anyone":
            return visit.to("/")
        if self.who != "anyone" and visit.here.session is None:
            if request.method == "POST" and visit.part:
                raise Unknown("You are logged out. Log in again; what you typed is still here.")
            return visit.to(edge.with_next("/login", request) if request.method == "GET" else "/login")
        if self.who == "owner" and not visit.session.owner:
            raise NotAllowed("Only the owner of this server may do that.")
        if request.method == "POST":
            files = edge.UPLOADS + 2 if self.uploads else 0
            visit.form = await forms.read(request, files=files, part_bytes=edge.FORM_BYTES)
            visit.check_key()
        return await self.handler(visit)


async def problem(visit: Visit, error: LinnetError) -> Response:
    """An error as a page, or as a sentence for our own script."""
    status = status_of(error)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooMany) else {}
    if status >= 500:
        log.error("%s %s: %s", visit.request.method, visit.request.url.path, error.cause)
    if visit.part:
        return Response(error.sentence, status, media_type="text/plain", headers=headers)
    return visit.render(
        "problem.html",
        title=error.sentence,
        status=status,
        headers=headers,
        sentence=error.sentence,
        code=status,
    )
