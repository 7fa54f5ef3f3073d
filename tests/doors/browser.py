"""A browser without scripts: real ASGI calls, cookies, redirects, forms as the page has them."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.applications import Starlette

from linnet.db.tx import Tx
from linnet.desk.firm import actions as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.door.house import House
from linnet.door.pictures import Gallery
from linnet.hub.hub import Hub
from linnet.kernel.clock import now_ms
from linnet.kernel.settings import load
from linnet.net.client import Client
from linnet.site import media_files, routes
from linnet.social.media.store import Store
from linnet.social.media.workshop import Workshop
from linnet.social.notices.rules import NoticeGiven
from linnet.social.people import actions as people
from linnet.social.people import queries
from linnet.social.people.passwords import PasswordDesk, hash_password
from linnet.social.people.rules import AccessEnded, Account
from linnet.social.posts.rules import PostPublished
from tests import cast, fresh

PASSWORD = "rye and spelt at four"
HASH = hash_password(PASSWORD)


@dataclass
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    url: str = ""

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key == name.lower()), "")


@dataclass
class FormOnPage:
    """A form with everything a browser would send of it."""

    action: str
    method: str
    multipart: bool
    pairs: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormOnPage] = []
        self._inside = self._textarea = self._select = ""
        self._open: FormOnPage | None = None
        self._text = ""
        self._options: list[tuple[str, bool]] = []
        self._option: tuple[str | None, bool] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._open = FormOnPage(
                a.get("action", "").partition("#")[0],
                a.get("method", "get"),
                "multipart" in a.get("enctype", ""),
            )
            self.forms.append(self._open)
        elif self._open is None:
            return
        elif tag == "input" and a.get("name"):
            kind = a.get("type", "text")
            if kind == "file" or (kind in {"checkbox", "radio"} and "checked" not in a):
                return
            self._open.pairs.append((a["name"], a.get("value", "on" if kind == "checkbox" else "")))
        elif tag == "textarea":
            self._textarea, self._text = a["name"], ""
        elif tag == "select":
            self._select, self._options = a["name"], []
        elif tag == "option":
            self._option, self._text = (a.get("value") if "value" in a else None, "selected" in a), ""
        elif tag == "button":
            self._open.buttons.append(a)

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is None:
            return
        if tag == "form":
            self._open = None
        elif tag == "textarea" and self._textarea:
            self._open.pairs.append((self._textarea, self._text.removeprefix("\n")))
            self._textarea = ""
        elif tag == "option" and self._option:
            value, chosen = self._option
            self._options.append((self._text.strip() if value is None else value, chosen))
            self._option = None
        elif tag == "select" and self._select and self._options:
            chosen = next((value for value, picked in self._options if picked), self._options[0][0])
            self._open.pairs.append((self._select, chosen))
            self._select = ""


class Browser:
    """One browser: its cookies and the page it is on."""

    def __init__(self, site: "Site") -> None:
        self.site = site
        self.cookies: dict[str, str] = {}
        self.page = Reply(0, [], b"")

    def get(self, path: str, **headers: str) -> Reply:
        """Opens a page, following redirects within the server."""
        reply = self.send("GET", path, headers=headers)
        for _ in range(5):
            if reply.status not in {302, 303} or not reply.header("location").startswith("/"):
                break
            reply = self.send("GET", reply.header("location"), headers=headers)
        self.page = reply
        return reply

    def post(
        self, path: str, data: Any = (), *, files: dict[str, tuple[str, bytes]] | None = None, **headers: str
    ) -> Reply:
        """Sends a form from one of our pages, and goes where it is told."""
        pairs = list(data.items()) if isinstance(data, dict) else list(data)
        sent = {"sec-fetch-site": "same-origin", **{k.replace("_", "-"): v for k, v in headers.items()}}
        body, kind = (
            _multipart(pairs, files)
            if files is not None
            else (urlencode(pairs).encode(), "application/x-www-form-urlencoded")
        )
        reply = self.send("POST", path, body=body, headers={"content-type": kind, **sent})
        if reply.status in {302, 303} and reply.header("location").startswith("/"):
            return self.get(reply.header("location"))
        self.page = reply
        return reply

    def forms(self) -> list[FormOnPage]:
        parser = _Forms()
        parser.feed(self.page.text)
        return parser.forms

    def form(self, action: str) -> FormOnPage:
        return next(form for form in self.forms() if form.action == action)

    def submit(
        self, action: str, *, to: str = "", files: dict[str, tuple[str, bytes]] | None = None, **values: Any
    ) -> Reply:
        """Fills the form with this action on the page and sends it; `to` is another button's action."""
        form = self.form(action)
        pairs = [(name, value) for name, value in form.pairs if name not in values]
        for name, value in values.items():
            pairs += [(name, one) for one in (value if isinstance(value, list) else [value])]
        if form.multipart and files is None:
            files = {}
        return self.post(to or form.action, pairs, files=files)

    def key(self) -> str:
        return next(value for form in self.forms() for name, value in form.pairs if name == "form_key")

    def send(
        self, method: str, path: str, *, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Reply:
        return self.site.runner.run(self._send(method, path, body, headers or {}))

    async def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
        lines = {
            "host": "linnet.example:8080",
            "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0",
            **headers,
        }
        if self.cookies:
            lines["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":
            lines.setdefault("content-length", str(len(body)))
        reply = await call(self.site.app, method, path, body, lines)
        for value in (value for key, value in reply.headers if key == "set-cookie"):
            for morsel in SimpleCookie(value).values():
                if morsel["max-age"] == "0":
                    self.cookies.pop(morsel.key, None)
                else:
                    self.cookies[morsel.key] = morsel.value
        reply.url = path
        return reply


async def call(app: Any, method: str, path: str, body: bytes, headers: dict[str, str]) -> Reply:
    """One ASGI call."""
    parts = urlsplit(path)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(key.lower().encode(), value.encode()) for key, value in headers.items()],
        "client": ("192.0.2.1", 1234),
        "server": ("linnet.example", 8080),
    }
    sent: list[dict[str, Any]] = []
    pieces = [body[at : at + 65536] for at in range(0, len(body), 65536)] or [b""]

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers_out = [(key.decode(), value.decode()) for key, value in sent[0]["headers"]]
    return Reply(sent[0]["status"], headers_out, b"".join(m.get("body", b"") for m in sent[1:]))


def _multipart(pairs: list[tuple[str, str]], files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    edge = "----linnet-test-edge"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in pairs
    ]
    for name, (file, data) in files.items():
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: image/png\r\n\r\n'
        parts.append(head.encode() + data + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"


class Site:
    """The site door of a server in a folder, in this process, on SQLite."""

    def __init__(self, folder: Path, url: str = "http://linnet.example:8080", **settings: str) -> None:
        self.runner = asyncio.Runner()
        values = {f"LINNET_{name.upper()}": value for name, value in settings.items()}
        self.settings = load({"LINNET_DATA": str(folder), "LINNET_URL": url, **values}, folder)
        self.hub = Hub(folder / "run", (PostPublished, NoticeGiven, AccessEnded))
        self.db = fresh.database(folder, on_commit=self.hub.publish)
        store = Store(folder / "media")
        self.house = House(
            self.settings,
            self.db,
            self.hub,
            PasswordDesk(),
            store,
            Workshop(store, self.settings.upload_bytes),
            Client(self.settings),
        )
        self.app = Starlette(
            routes=[*media_files.routes(store, Gallery(self.house, _shown).file), *routes.routes(self.house)]
        )

    def close(self) -> None:
        self.runner.close()
        self.house.passwords.close()
        self.house.workshop.close()
        self.db.close()

    def browser(self) -> Browser:
        return Browser(self)

    def set_up(self) -> Account:
        """A firm with Jana as its owner."""
        new = NewFirm(
            "Corner Bakery",
            "bakery",
            ("https://bakery.example",),
            "Europe/Berlin",
            "EUR",
            "40",
            words="bread",
        )
        person = FirstPerson("Jana", "jana@bakery.example", HASH)
        return self.db.write_now(firm.set_up, new, person, token=None, now=now_ms()).account

    def someone(self, handle: str, role: str = "owner") -> Account:
        """A person who may log in as handle@example.org, with an account of their own."""
        return self.db.write_now(_someone, handle, role)

    def logged_in(self, email: str) -> Browser:
        browser = self.browser()
        browser.cookies["sid"] = self.db.write_now(_session, email)
        return browser


async def _shown(_host: str) -> bool:
    return True


def _session(tx: Tx, email: str) -> str:
    person = queries.person_by_email(tx, email)
    assert person is not None
    accounts = queries.accounts_of_person(tx, person.id)
    return people.open_session(tx, person.id, accounts[0].id, "a test", now_ms())


def _someone(tx: Tx, handle: str, role: str) -> Account:
    person, account = cast.person(tx, handle, password_hash=HASH), cast.account(tx, handle)
    people.join(tx, person.id, account.id, "owner", 1)
    if role != "owner":
        other = cast.person(tx, f"boss_of_{handle}")
        people.join(tx, other.id, account.id, "owner", 1)
        people.set_role(tx, person.id, account.id, role, 1)
    return account


@contextlib.contextmanager
def site(folder: Path, **settings: str) -> Iterator[Site]:
    made = Site(folder, **settings)
    try:
        yield made
    finally:
        made.close()
