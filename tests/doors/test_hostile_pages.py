"""The pages under hostile input: every route with every field and parameter that its code reads
(found in that code, so that new ones are tried too); text of strangers never becomes markup; forms
of other websites, and of nobody, change nothing."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import requests
from PIL import Image
from starlette.routing import Route

import linnet.site
from linnet.desk.firm import actions as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.desk.sales import actions as sales
from linnet.desk.sales.rules import SaleReport
from linnet.kernel.clock import HOUR, now_ms
from linnet.kernel.ids import new_id
from linnet.site import routes
from linnet.social.people import actions as people
from linnet.social.people.rules import ProfileChange, ProfileField
from tests.doors.conftest import Running, Someone, a_server
from tests.pictures import encoded, picture

SOURCE = "\n".join(path.read_text() for path in sorted(Path(linnet.site.__file__).parent.glob("*.py")))
FIELDS = sorted(set(re.findall(r"""form\.(?:text|whole|on|all|ids)\("([^"]+)\"""", SOURCE)) - {"form_key"})
PARAMETERS = sorted(set(re.findall(r"""query\("([^"]+)\"""", SOURCE)) | {"from", "max_id", "min_id", "to"})

WORDS = [
    "-1",
    "9" * 19,
    "9" * 5000,
    "abc",
    "\x00",
    "\u202e\u0661",
    "0001-01-01",
    "9999-12-31",
    "9999-W52",
    "0001-W01",
    "9999-12",
    "//evil.example/",
    "<script>alert(1)</script>",
]
HARDEST = ["\x00", "9" * 5000, "0001-01-01", "9999-12-31", "9999-W52"]
NEVER = {"/logout", "/settings/password", "/settings/sessions", "/switch"}  # they end or turn this visit


class Visitor:
    """A browser that is logged in, with the key that its forms carry."""

    def __init__(self, server: Running, person_id: int, account_id: int) -> None:
        self.url = server.url
        self.line = requests.Session()
        cookie = server.write(people.open_session, person_id, account_id, "a test", now_ms())
        self.line.cookies.set("sid", cookie)
        found = re.search(r'name="form_key" value="([0-9a-f]+)"', self.get("/compose").text)
        assert found
        self.key = found[1]

    def get(self, path: str, **asked: object) -> requests.Response:
        return self.line.get(self.url + path, allow_redirects=False, timeout=20, **asked)  # type: ignore[arg-type]

    def post(self, path: str, form: dict[str, object] | None = None, **more: object) -> requests.Response:
        headers = {"Origin": self.url, "Sec-Fetch-Site": "same-origin"} | more.pop("headers", {})  # type: ignore[operator]
        data = {"form_key": self.key} | (form or {})
        return self.line.post(
            self.url + path,
            data=data,
            headers=headers,
            allow_redirects=False,
            timeout=20,
            **more,  # type: ignore[arg-type]
        )


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of this module's own: it gets a firm."""
    with a_server(request, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def owner(server: Running) -> Visitor:
    new = NewFirm(
        "Corner Bakery", "bakery", ("https://bakery.example",), "Europe/Berlin", "EUR", "40", words="rye"
    )
    first = FirstPerson("Jana", "jana@bakery.example", "$argon2id$not-a-real-hash")
    made = server.write(firm.set_up, new, first, token=None, now=now_ms())
    return Visitor(server, made.person.id, made.account.id)


def pages(owner: Visitor, server: Running) -> Iterator[tuple[str, str]]:
    """(method, path) of every route of the pages; ids are those of nothing."""
    del owner
    for route in routes.routes(_house(server)):
        if isinstance(route, Route) and not route.path.startswith(("/static", "/{path")):
            path = re.sub(r"\{[^}]*id\}", "4242", route.path)
            path = path.replace("{address}", "bakery").replace("{handle}", "bakery").replace("{tag}", "rye")
            path = path.replace("{code}", "Ab3xK7q").replace("{what}", "visits").replace("{deed}", "boost")
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield method, path


def _house(server: Running) -> object:
    """Enough of a house for listing routes."""

    class Deaf:
        def __getattr__(self, name: str) -> object:
            return Deaf()

        def __call__(self, *args: object, **kwargs: object) -> object:
            return Deaf()

    house = Deaf()
    house.settings = server.settings  # type: ignore[attr-defined]
    house.neighbours = house.relays = None  # type: ignore[attr-defined] # it speaks to no other server
    return house


def test_every_page_survives_every_parameter(owner: Visitor, server: Running) -> None:
    tried = 0
    for method, path in pages(owner, server):
        if method != "GET" or path == "/live":
            continue
        for word in ["", *WORDS]:
            answer = owner.get(path, params=dict.fromkeys(PARAMETERS, word[:2000]) if word else None)
            assert answer.status_code < 500, (path, word)
            place = answer.headers.get("location", "")
            assert not place.startswith("//"), (path, word)
            assert "evil.example" not in place.partition("?")[0], (path, word)
            tried += 1
    assert tried > 100


def test_one_parameter_at_a_time(owner: Visitor) -> None:
    """Where one wrong parameter would hide another."""
    for path in (
        "/plan",
        "/time",
        "/statement",
        "/statement.csv",
        "/sales",
        "/sales.csv",
        "/links",
        "/search",
    ):
        for name in PARAMETERS:
            for word in HARDEST:
                assert owner.get(path, params={name: word[:2000]}).status_code < 500, (path, name, word)
    rows = "/statement/rows/time"
    span = {"from": "2026-11-01", "to": "2026-11-30"}
    for asked in (
        {},
        {"from": "2026-11-01"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": "9999-12-31", "to": "0001-01-01"},
        *(
            {**span, name: word[:2000]}
            for name in ("person", "activity", "kind", "code", "skip")
            for word in WORDS
        ),
    ):
        assert owner.get(rows, params=asked).status_code < 500, asked


def test_every_form_survives_every_word(owner: Visitor, server: Running) -> None:
    tried = 0
    for method, path in pages(owner, server):
        if method != "POST" or path in NEVER:
            continue
        for word in WORDS:
            answer = owner.post(path, dict.fromkeys(FIELDS, word))
            assert answer.status_code < 500, (path, word[:40])
            assert "evil.example" not in answer.headers.get("location", ""), (path, word[:40])
            tried += 1
    assert tried > 100


def test_files_that_are_none(owner: Visitor) -> None:
    for path, name, form in (
        ("/posts", "file0", {"text": "What I typed"}),
        ("/media-upload", "file", {}),
        ("/settings/profile", "avatar", {"name": "Bakery", "default_visibility": "public"}),
        ("/sources/opml", "opml", {}),
        ("/sales", "file", {"what": "sales"}),
    ):
        for file in (
            b"",
            b"\x00" * 100,
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"\xff\xfe=cmd|' /C calc'!A0,\n",
        ):
            answer = owner.post(path, form, files={name: ("a.png", file, "image/png")})
            assert answer.status_code < 500, (path, file)
            if path == "/posts":
                assert answer.status_code == 422
                assert "What I typed" in answer.text
    bomb = {"file": ("a.png", encoded(Image.new("1", (12_000, 12_000)), "PNG"))}
    assert owner.post("/media-upload", files=bomb).status_code == 422


def test_nothing_typed_is_lost(owner: Visitor) -> None:
    text = "What I typed at four in the morning"
    for form in (
        {"text": text + "x" * 200},
        {"text": text, "visibility": "world"},
        {"text": text, "to": "4242"},
        {"text": text, "to": "abc"},
        {"text": text, "media_ids": "4242"},
        {"text": text, "with_poll": "1", "option": ["one"], "lasts": "600"},
        {"text": text, "with_poll": "1", "option": ["one", "two"], "lasts": "9" * 50},
        {"text": text, "language": "<b>"},
    ):
        answer = owner.post("/posts", form)
        assert answer.status_code in {404, 422}, form
        assert text in answer.text, form
    late = {"text": text, "do": "schedule", "date": "2001-01-01", "time": "09:00"}
    answer = owner.post("/plan/new", late)
    assert answer.status_code == 422
    assert text in answer.text
    back = owner.post("/posts", {"text": "", "back": "javascript:alert(1)"})
    assert 'href="javascript:' not in back.text


def test_forms_of_others_change_nothing(owner: Visitor, server: Running) -> None:
    """Each form: sent by another website, by nobody in particular, and without the session's key."""
    for method, path in pages(owner, server):
        if method != "POST":
            continue
        for headers in (
            {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
            {"Origin": owner.url, "Sec-Fetch-Site": "same-site"},
            {"Origin": "null", "Sec-Fetch-Site": ""},
            {"Origin": "http://[", "Sec-Fetch-Site": ""},
        ):
            assert owner.post(path, headers=headers).status_code == 403, (path, headers)
        assert owner.post(path, {"form_key": ""}).status_code == 403, path
        assert owner.post(path, {"form_key": "é" * 32}).status_code == 403, path


class Markup(HTMLParser):
    """Finds what no text of a stranger may become."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"x-evil", "iframe", "object", "embed", "base"} or (
            tag == "script" and not dict(attrs).get("src")
        ):
            self.found.append(tag)
        for name, value in attrs:
            address = re.sub(r"[\s\x00-\x20]", "", value or "").lower()
            if name.startswith("on") or (
                name in {"href", "src", "action"}
                and address.startswith(("javascript:", "data:", "vbscript:"))
            ):
                self.found.append(f"{tag} {name}={value}")


def marked(text: str) -> list[str]:
    parser = Markup()
    parser.feed(text)
    return parser.found


EVIL = "\"'><x-evil onload=alert(1)>"


def _stocked(server: Running, eve: Someone) -> str:
    """Text of every kind in the database; the id of a post."""
    change = ProfileChange(
        name=f"E{EVIL}",
        bio=f"{EVIL} javascript:alert(1) https://a.example/{EVIL}",
        fields=(ProfileField(EVIL, f"https://a.example/{EVIL}"), ProfileField("web", "javascript:alert(1)")),
    )
    server.write(people.change_profile, eve.account.id, change)
    media = eve.api.media_post(picture(), "image/png", description=EVIL)["id"]
    text = f"{EVIL} #rye javascript:alert(1) https://a.example/?a=b"
    post = eve.api.status_post(text, media_ids=[media], spoiler_text=f"W{EVIL}")["id"]
    eve.api.status_update(post, f"{text} again", spoiler_text=f"W{EVIL}")
    eve.api.status_post(f"@bakery {EVIL}", poll=eve.api.make_poll([EVIL, "b"], 600))
    sold = SaleReport(f"S{EVIL}", now_ms() - HOUR, 1200, "EUR", coupon=EVIL)
    server.write(sales.record_sale, sold, source="hook", id=new_id(), now=now_ms())
    return str(post)


def test_text_never_becomes_markup(owner: Visitor, server: Running) -> None:
    eve = server.someone("eve")
    post = _stocked(server, eve)
    assert owner.post("/plan/new", {"text": EVIL, "warning": EVIL}).status_code == 303
    assert owner.post(f"/people/{eve.id}/follow").status_code == 303
    handle = eve.handle
    shown = 0
    for path in (
        "/", f"/@{handle}", f"/@{handle}/with_replies", f"/@{handle}/media", f"/@{handle}/followers",
        f"/@{handle}/{post}", f"/posts/{post}/history", f"/compose?to={post}", "/notifications", "/bookmarks",
        "/search", "/tags/rye", f"/tags/{EVIL}", "/desk", "/plan", "/sales", "/links", "/statement", "/settings",
        "/worth-sharing", "/sources", f"/nothing{EVIL}", f"/login?next={EVIL}", "/time", "/follow-requests", "/time/files", "/costs",
        "/costs/people",
    ):  # fmt: skip
        for reader in (owner.line, requests.Session()):
            answer = reader.get(
                owner.url + path, params={"q": EVIL, "text": EVIL} if "?" not in path else None, timeout=20
            )
            assert answer.status_code < 500, path
            assert marked(answer.text) == [], path
            assert "script-src 'self'" in answer.headers["content-security-policy"], path
            shown += "x-evil" in answer.text
    assert shown > 10
    for path in (f"/@{handle}.atom", "/tags/rye.atom"):
        assert "<x-evil" not in requests.get(owner.url + path, timeout=20).text
    for path in (f"/@{handle}.json", "/tags/rye.json"):
        items = json.loads(requests.get(owner.url + path, timeout=20).text)["items"]
        assert items
        assert all(marked(item["content_html"]) == [] for item in items)


def test_a_file_of_figures_holds_no_formula(owner: Visitor, server: Running) -> None:
    for n, start in enumerate("=+-@"):
        sold = SaleReport(f"{start}cmd{n}", now_ms() - HOUR, 100, "EUR", coupon=f"{start}1+1")
        server.write(sales.record_sale, sold, source="hook", id=new_id(), now=now_ms())
    text = owner.get("/sales.csv").text
    assert "cmd0" in text
    assert not re.search(r"(?m)(^|[,;])\"?[=+@]|(^|[,;])\"?-(?![\d.,]+\"?([,;]|$))", text), text


WHOLE: tuple[tuple[str, dict[str, str]], ...] = (
    ("/posts", {"text": "Rye", "visibility": "public", "to": "", "key": "k", "language": "en", "back": "/"}),
    ("/posts", {"text": "?", "with_poll": "1", "option": "a", "lasts": "600", "with_warning": "1", "warning": "w"}),
    ("/plan/new", {"text": "Rye", "do": "schedule", "date": "2027-01-04", "time": "09:30", "warning": "w", "key": "k"}),
    ("/time/entries", {"day": "2026-11-02", "minutes": "5", "note": "n"}),
    ("/time/forget", {"start": "1", "end": "2"}),
    ("/time/idle", {"idle": "60"}),
    ("/time/tap", {"channel": "phone"}),
    ("/time/timer", {"channel": "phone", "note": "n"}),
    ("/time/timer/stop", {"minutes": "1"}),
    ("/time/files/events", {"channel": "phone", "tick": "0", "all": "", "events": '{"events":[{"uid":"u","at":1795000000000,"end":1795000600000,"minutes":10,"title":"t"}]}'}),
    ("/costs/rates", {"person": "1", "hourly_cost": "10", "since_day": "2026-11-02"}),
    ("/costs/rates/delete", {"person": "1", "since_day": "2026-11-02"}),
    ("/costs/overhead", {"overhead": "1.1", "overhead_since": "2026-11-02"}),
    ("/costs/overhead/delete", {"since_day": "2026-11-02"}),
    ("/costs/tools", {"name": "t", "amount": "1", "currency": "EUR", "first": "2026-11-02", "last": ""}),
    ("/costs/tools/1/end", {"last": "2026-11-02"}),
    ("/links/new", {"target": "https://news.example/", "channel": "other"}),
    ("/links/hits", {"site": "bakery.example", "rule": "R4", "kind": "person"}),
    ("/sources", {"address": "https://news.example/feed", "known": "1"}),
    ("/beat", {"activity": "write", "tab": "abcdef0123456789", "quiet": "0"}),
    ("/settings/profile", {"name": "Bakery", "bio": "b", "line_name": "a", "line_value": "b", "default_visibility": "public", "default_language": "en"}),
    ("/settings/people", {"email": "new@bakery.example", "name": "New", "role": "reader", "password": "rye and spelt at four"}),
    ("/login", {"email": "jana@bakery.example", "password": "x", "next": "/"}),
)  # fmt: skip


def test_one_field_at_a_time(owner: Visitor) -> None:
    """A form that is good but for one field: no other error hides what that one does."""
    for path, form in WHOLE:
        for name in form:
            for word in (*HARDEST, "-1", "\u202e", "9" * 19):
                answer = owner.post(path, form | {name: word})
                assert answer.status_code < 500, (path, name, word[:40], answer.text[:200])


def test_the_own_network_is_no_source(owner: Visitor) -> None:
    for address in (
        "http://127.0.0.1:5432/",
        "http://localhost/feed",
        "http://2130706433/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://user@news.example/",
    ):
        for known in ("", "1"):
            answer = owner.post("/sources", {"address": address, "known": known})
            assert answer.status_code == 422, (address, known)
        assert owner.post("/links/new", {"target": address, "channel": "other"}).status_code == 422, address


def test_others_do_not_touch_drafts_links_and_the_firm(owner: Visitor, server: Running) -> None:
    eve = server.someone("eve")
    hers = Visitor(server, eve.person.id, eve.account.id)
    draft = owner.post("/plan/new", {"text": "Secret rye"}).headers["location"]
    link = owner.post("/links/new", {"target": "https://secret.example/", "channel": "other"}).headers[
        "location"
    ]
    for path in (draft, f"{draft}/discard", link):
        assert hers.get(path).status_code == 404, path
    for path in (draft, f"{draft}/unschedule", f"{draft}/discard", f"{link}/stop"):
        assert hers.post(path, {"text": "hers", "do": "now"}).status_code == 404, path
    own = ("/costs/rates", "/costs/overhead", "/costs/tools", "/costs/tools/1/delete", "/costs/rates/delete")
    for path in ("/sales/key", "/sales/key/end", "/links/hits", "/time/idle", "/settings/firm", *own):
        form = {"site": "bakery.example", "rule": "R4", "kind": "person", "idle": "60"}
        assert hers.post(path, form).status_code == 403, path
    assert "Secret rye" in owner.get(draft).text
    assert "Secret rye" not in hers.get("/plan").text
