"""Set-up, login, the edge: what keeps strangers out and loses nothing that was typed."""

import gzip
import re
from pathlib import Path

import pytest

from linnet.desk.effort import queries as effort
from linnet.desk.firm import actions as firm
from linnet.desk.firm import queries as firm_queries
from linnet.desk.start.rules import CHOICES
from linnet.site import edge, setup
from linnet.social.people import queries as people
from tests.doors.browser import PASSWORD, Site, site
from tests.pictures import picture


@pytest.fixture
def empty(tmp_path: Path):
    with site(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory):
    with site(tmp_path_factory.mktemp("bakery")) as made:
        made.set_up()
        yield made


GOOD = {
    "firm": "Müller & Sons <Bakery>",
    "handle": "bakery",
    "site": "https://bakery.example\nshop.bakery.example",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "hourly_cost": "40,50",
    "words": "bread, rye",
    "name": "Jana",
    "email": "Jana@Bakery.example",
    "password": PASSWORD,
}


def test_setting_up_in_the_browser(empty: Site):
    browser = empty.browser()
    assert "ready to be set up" in browser.get("/").text
    assert browser.get("/settings").url == "/"
    assert browser.get("/setup?token=lnz_wrong").status == 401
    token = empty.db.write_now(firm.new_setup_token)

    page = browser.get(f"/setup?token={token}")
    assert page.status == 200
    assert page.header("cache-control") == "no-store"
    bad = browser.submit("/setup", **GOOD | {"hourly_cost": "much", "password": "pw-x9", "handle": "admin"})
    assert bad.status == 422
    for name in ("hourly_cost", "password", "handle"):
        assert f'id="wrong-{name}"' in bad.text
    assert "M\u00fcller &amp; Sons &lt;Bakery&gt;" in bad.text  # nothing typed is lost, nothing runs
    assert "pw-x9" not in bad.text, "a password is never sent back"
    assert empty.db.read_now(firm_queries.firm) is None

    done = browser.submit("/setup", files={"logo": ("logo.png", picture(size=(90, 60)))}, **GOOD)
    assert done.url == "/"
    assert "is set up. First count: put the line on your website." in done.text
    steps = re.findall(r'<span class="box" aria-hidden="true"></span><a href="([^"]+)"', done.text)
    assert steps[0] == "/links/snippet"
    assert tuple(setup.NEXT) == CHOICES
    made = empty.db.read_now(firm_queries.must_firm)
    assert (made.name, made.hourly_cost, made.words) == (GOOD["firm"], 4050, ["bread", "rye"])
    assert made.week[0] == (540, 1020)
    assert made.week[6] is None
    person = empty.db.read_now(people.person_by_email, "jana@bakery.example")
    assert empty.db.read_now(effort.measured, person.id)
    assert made.logo_id
    assert f"/logo/{made.logo_id}" in done.text
    assert browser.get(f"/logo/{made.logo_id}").header("content-type").startswith("image/")
    account = empty.db.read_now(people.by_handle, "bakery")
    assert account
    assert account.avatar_file
    assert account.kind == "organization"
    assert browser.get(f"/setup?token={token}").url == "/"
    assert empty.browser().get("/setup?token=").url == "/"


def test_logging_in_and_out(bakery: Site):
    browser = bakery.browser()
    assert browser.get("/notifications?only=talk").url == "/login?next=/notifications%3Fonly%3Dtalk"
    wrong = browser.submit("/login", email="jana@bakery.example", password="not this one")
    assert wrong.status == 401
    assert "is not right" in wrong.text
    assert 'value="jana@bakery.example"' in wrong.text
    assert "not this one" not in wrong.text
    unknown = browser.submit("/login", email="nobody@bakery.example", password=PASSWORD)
    assert unknown.text.count("is not right") == wrong.text.count("is not right"), "who exists is not told"

    done = browser.submit("/login", email=" Jana@bakery.example", password=PASSWORD)
    assert done.url == "/notifications?only=talk"
    first = browser.cookies["sid"]
    browser.post("/login", {"email": "jana@bakery.example", "password": PASSWORD, "form_key": browser.key()})
    assert browser.cookies["sid"] != first, "every login is a new session"
    old = bakery.browser()
    old.cookies["sid"] = first
    assert "data-me" not in old.get("/").text, "and ends the one before it"

    browser.get("/")
    assert "logged out" in browser.submit("/logout").text
    assert "sid" not in browser.cookies
    assert "data-me" not in browser.get("/").text


def test_guessing_passwords_is_slowed_down(tmp_path: Path):
    with site(tmp_path) as made:
        made.set_up()
        browser = made.browser()
        answers = [
            browser.post("/login", {"email": "jana@bakery.example", "password": "x"}).status
            for _ in range(12)
        ]
        assert answers == [401] * 10 + [429] * 2
        assert browser.page.text.count("Wait a few minutes") == 1


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "", "origin": "http://linnet.example:8080"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, False),
        ({"sec-fetch-site": "", "origin": "null"}, False),
        ({"sec-fetch-site": ""}, False),
    ],
)
def test_forms_from_elsewhere_are_refused(bakery: Site, headers: dict[str, str], allowed: bool):
    jana = bakery.logged_in("jana@bakery.example")
    key = edge.form_key(jana.cookies["sid"])
    reply = jana.post("/theme", {"form_key": key, "theme": "dark", "back": "/keys"}, **headers)
    assert (reply.status, "theme" in jana.cookies) == ((200, True) if allowed else (403, False))


def test_a_form_needs_the_key_of_its_session(bakery: Site):
    jana, other = bakery.logged_in("jana@bakery.example"), bakery.logged_in("jana@bakery.example")
    stolen = edge.form_key(other.cookies["sid"])
    for key in ("", "x", stolen):
        assert jana.post("/posts", {"form_key": key, "text": "not mine"}).status == 403
    assert "not mine" not in jana.get("/").text


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\tx",
        "evil",
    ],
)
def test_nobody_is_sent_elsewhere(bakery: Site, back: str):
    browser = bakery.browser()
    browser.get("/login")
    data = {"next": back, "email": "jana@bakery.example", "password": PASSWORD}
    sent = browser.send(
        "POST",
        "/login",
        body=__import__("urllib.parse").parse.urlencode(data).encode(),
        headers={"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"},
    )
    assert sent.status == 303
    assert sent.header("location") == "/"


def test_every_page_tells_the_browser_what_it_may(bakery: Site):
    for path in ("/", "/@bakery", "/login", "/nowhere/at/all", "/@nobody", "/about"):
        reply = bakery.browser().get(path)
        policy = reply.header("content-security-policy")
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert reply.header("x-content-type-options") == "nosniff"
        assert reply.header("cross-origin-opener-policy") == "same-origin"
        assert "<script" not in reply.text, "strangers need no script"
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", reply.text), "nothing inline"


def test_addresses_that_nobody_has(bakery: Site):
    lost = bakery.browser().get("/nowhere/at/all")
    assert lost.status == 404
    assert "Page not found." in lost.text
    assert bakery.browser().get("/@bakery/").url == "/@bakery"
    assert bakery.browser().send("GET", "//evil.example/").header("location") in {"", "/"}


def test_cookies_are_bound_to_an_https_host(tmp_path: Path):
    with site(tmp_path, url="https://bakery.example") as made:
        made.set_up()
        browser = made.browser()
        reply = browser.send(
            "POST",
            "/login",
            body=f"email=jana@bakery.example&password={PASSWORD.replace(' ', '+')}".encode(),
            headers={"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"},
        )
        cookie = reply.header("set-cookie")
        assert cookie.startswith("__Host-sid=lns_")
        for flag in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert flag in cookie
        assert "domain" not in cookie.lower()
        assert reply.header("strict-transport-security")


def test_too_large_bodies_are_refused(bakery: Site):
    jana = bakery.logged_in("jana@bakery.example")
    headers = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin"}
    declared = jana.send("POST", "/theme", body=b"x", headers=headers | {"content-length": str(10 << 20)})
    counted = jana.send(
        "POST", "/theme", body=b"text=" + b"x" * (10 << 20), headers=headers | {"content-length": "7"}
    )
    for reply in (declared, counted):
        assert reply.status == 422
        assert "larger than" in reply.text
    rubbish = jana.send(
        "POST",
        "/theme",
        body=b"\xff\x00--",
        headers=headers | {"content-type": "multipart/form-data; boundary=x"},
    )
    assert rubbish.status in {403, 422}
    json = jana.send("POST", "/theme", body=b"{}", headers=headers | {"content-type": "application/json"})
    assert json.status == 422


def test_styles_and_scripts_are_kept_for_ever_under_their_own_address(bakery: Site):
    page = bakery.browser().get("/").text
    address = re.search(r'href="(/static/[0-9a-f]{12}/linnet.css)"', page)
    assert address
    kept = bakery.browser().get(address[1])
    assert "immutable" in kept.header("cache-control")
    assert kept.header("content-type").startswith("text/css")
    assert bakery.browser().get("/static/linnet.css").header("cache-control") == "public, max-age=300"
    packed = bakery.browser().get(address[1], **{"accept-encoding": "br, gzip"})
    assert packed.header("content-encoding") == "gzip"
    assert len(packed.body) < 10_000
    for path in ("/static/../frame.py", "/static/%2e%2e/frame.py", "/static/accent.css?c=zz", "/static/"):
        assert bakery.browser().get(path).status == 404
    assert "--accent:#" in bakery.browser().get("/static/accent.css?c=00ff88").text


def test_what_robots_and_phones_ask_for(bakery: Site):
    browser = bakery.browser()
    assert "Disallow: /search" in browser.get("/robots.txt").text
    assert '"short_name":"Corner Bakery"' in browser.get("/manifest.webmanifest").text.replace(
        'Baker"', 'Bakery"'
    )
    assert browser.get("/favicon.ico").header("content-type") == "image/svg+xml"
    assert "Affero" in browser.get("/about").text
    assert "<kbd>?</kbd>" in browser.get("/keys").text


def test_pages_are_packed_for_strangers_only(bakery: Site):
    stranger, jana = bakery.browser(), bakery.logged_in("jana@bakery.example")
    plain, packed = stranger.get("/about"), stranger.get("/about", **{"accept-encoding": "gzip, br"})
    assert (plain.header("content-encoding"), packed.header("content-encoding")) == ("", "gzip")
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) == int(packed.header("content-length")) < len(plain.body) / 2
    assert "Accept-Encoding" in packed.header("vary")
    # a session's page says the key of its forms, and login and set-up say what they were asked with
    for page in (
        jana.get("/about", **{"accept-encoding": "gzip"}),
        stranger.get("/login", **{"accept-encoding": "gzip"}),
    ):
        assert page.header("content-encoding") == ""


def test_of_two_forms_of_a_page_the_refused_one_says_so(bakery: Site):
    jana = bakery.logged_in("jana@bakery.example")
    jana.get("/settings/moving")
    page = jana.submit("/settings/moving", do="was", address="").text
    assert "<title>Another look: Moving" in page
    assert page.count('class="wrong"') == page.count('id="problem"') == page.count('aria-invalid="true"') == 1
    assert page.count('id="was-wrong-address"') == page.count('"was-wrong-address was-hint-address"') == 1
