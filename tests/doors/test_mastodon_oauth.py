"""Apps and tokens: registered, allowed, used, ended, as Mastodon.py and plain HTTP do it."""

import base64
import hashlib
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from mastodon import Mastodon, MastodonIllegalArgumentError, MastodonUnauthorizedError

from linnet.desk.firm import actions as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.kernel.clock import SECOND, now_ms
from linnet.mastodon.bearer import LIMITS, REMEMBERED
from linnet.social.apps import actions as apps
from linnet.social.apps.rules import OOB, Request
from linnet.social.people import actions as people
from tests.doors.browser import _Forms
from tests.doors.conftest import Running, Someone, a_server

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def register(server: Running, **kwargs: object) -> tuple[str, str]:
    made = Mastodon.create_app("Test", api_base_url=server.url, scopes=["read", "write", "follow"], **kwargs)
    return str(made[0]), str(made[1])


def allowed(server: Running, someone: Someone, client_id: str, scopes: str, challenge: str = "") -> str:
    """The code that the consent page would show."""
    request = Request(client_id, OOB, scopes, challenge, "S256" if challenge else "")
    code: str = server.write(apps.authorize, request, someone.person.id, someone.id, now_ms()).code
    return code


def ask_token(server: Running, **form: str) -> requests.Response:
    return requests.post(f"{server.url}/oauth/token", data=form, timeout=20)


def test_mastodon_py_registers_logs_in_and_logs_out(server: Running) -> None:
    anna = server.someone("anna")
    client_id, secret = register(server)
    api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=server.url)
    assert api.auth_request_url(scopes=["read", "write"], allow_http=True).startswith(
        f"{server.url}/oauth/authorize?"
    )
    code = allowed(server, anna, client_id, "read write")
    api.log_in(code=code, scopes=["read", "write"], redirect_uri=OOB, allow_http=True)
    assert api.me().acct == anna.handle
    assert api.app_verify_credentials().name == "Test"
    assert api.status_post("Through an app").application.name == "Test"
    old = api.access_token
    api.revoke_access_token(allow_http=True)
    with pytest.raises(MastodonUnauthorizedError):
        Mastodon(access_token=old, api_base_url=server.url).me()


def test_a_code_is_good_once_and_its_second_use_ends_what_it_brought(server: Running) -> None:
    anna = server.someone("anna")
    client_id, secret = register(server)
    code = allowed(server, anna, client_id, "read")
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "client_secret": secret,
        "code": code,
        "redirect_uri": OOB,
    }
    first = ask_token(server, **form)
    assert first.status_code == 200
    assert (first.json()["token_type"], first.json()["scope"]) == ("Bearer", "read")
    token = {"Authorization": f"Bearer {first.json()['access_token']}"}
    me = f"{server.url}/api/v1/accounts/verify_credentials"
    assert requests.get(me, headers=token, timeout=20).status_code == 200
    again = ask_token(server, **form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert requests.get(me, headers=token, timeout=20).status_code == 401


def test_a_public_client_proves_itself_by_pkce(server: Running) -> None:
    anna = server.someone("anna")
    client_id, _ = register(server)
    form = {"grant_type": "authorization_code", "client_id": client_id, "redirect_uri": OOB}
    code = allowed(server, anna, client_id, "read", CHALLENGE)
    wrong = ask_token(server, **form, code=code, code_verifier="w" * 64)
    assert wrong.json()["error"] == "invalid_grant"
    right = ask_token(server, **form, code=code, code_verifier=VERIFIER)
    assert right.status_code == 200, right.text
    without = ask_token(server, **form, code=allowed(server, anna, client_id, "read"))
    assert (without.status_code, without.json()["error"]) == (401, "invalid_client")


def test_an_app_speaks_for_itself_but_for_nobody(server: Running) -> None:
    client_id, secret = register(server)
    answer = requests.post(
        f"{server.url}/oauth/token",
        data={"grant_type": "client_credentials", "scope": "read"},
        auth=(client_id, secret),
        timeout=20,
    )
    token = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    public = requests.get(f"{server.url}/api/v1/timelines/public", headers=token, timeout=20)
    assert public.status_code == 200
    home = requests.get(f"{server.url}/api/v1/timelines/home", headers=token, timeout=20)
    assert (home.status_code, home.json()["error"]) == (422, "This method requires an authenticated user")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": "password", "username": "a", "password": "b"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "client_secret": "lna_wrong"}, 401, "invalid_client"),
        ({"grant_type": "client_credentials", "scope": "admin:read"}, 400, "invalid_scope"),
        ({"grant_type": "authorization_code", "redirect_uri": OOB}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "redirect_uri": OOB, "code": "lnc_no"}, 400, "invalid_grant"),
    ],
)
def test_errors_of_the_token_endpoint_are_those_of_oauth(
    server: Running, form: dict[str, str], status: int, error: str
) -> None:
    client_id, secret = register(server)
    answer = ask_token(server, **({"client_id": client_id, "client_secret": secret} | form))
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_an_app_is_registered_with_good_names_and_addresses_only(server: Running) -> None:
    url = f"{server.url}/api/v1/apps"
    made = requests.post(
        url, json={"client_name": "A", "redirect_uris": ["https://a.example/x", OOB]}, timeout=20
    ).json()
    assert made["redirect_uris"] == ["https://a.example/x", OOB]
    assert (made["scopes"], made["client_secret_expires_at"]) == (["read"], 0)
    for form, field in (
        ({"redirect_uris": OOB}, "client_name"),
        ({"client_name": "A"}, "redirect_uris"),
        ({"client_name": "A", "redirect_uris": "javascript:alert(1)"}, "redirect_uris"),
        ({"client_name": "A", "redirect_uris": OOB, "scopes": "admin:write"}, "scopes"),
        ({"client_name": "A", "redirect_uris": OOB, "logo": "x"}, "logo"),
    ):
        answer = requests.post(url, json=form, timeout=20)
        assert (answer.status_code, list(answer.json()["details"])) == (422, [field])


def test_whose_access_ends_elsewhere_is_out_before_the_token_is_looked_up_again(server: Running) -> None:
    anna = server.someone("anna")
    assert anna.ask("GET", "/api/v1/timelines/home").status_code == 200
    server.write(people.disable_person, anna.person.id, now_ms())  # by another process
    until = now_ms() + REMEMBERED - SECOND
    while anna.ask("GET", "/api/v1/timelines/home").status_code != 401:
        assert now_ms() < until


def test_the_server_says_how_to_log_in(server: Running) -> None:
    found = requests.get(f"{server.url}/.well-known/oauth-authorization-server", timeout=20).json()
    assert found["issuer"] == f"{server.url}/"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "read:statuses" in found["scopes_supported"]
    anna = server.someone("anna")
    assert anna.ask("GET", "/oauth/userinfo").json()["preferred_username"] == anna.handle


def test_a_password_is_never_taken_by_an_app(server: Running) -> None:
    client_id, secret = register(server)
    api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=server.url)
    with pytest.raises(MastodonIllegalArgumentError):
        api.log_in("anna@example.org", "a password", scopes=["read"], allow_http=True)


@pytest.fixture(scope="module", params=["sqlite"])
def bakery(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a firm: its pages are open."""
    with a_server(request, tmp_path_factory) as made:
        new = NewFirm("Corner Bakery", "bakery", ("https://bakery.example",), "Europe/Berlin", "EUR", "40")
        person = FirstPerson("Jana", "jana@bakery.example", "$argon2id$not-a-real-hash")
        made.write(firm.set_up, new, person, token=None, now=now_ms())
        yield made


def consent(someone: Someone, url: str, answer: str = "yes") -> requests.Response:
    """What the server says when somebody opens `url` in a browser, logged in, and answers."""
    with requests.Session() as browser:
        session = someone.server.write(people.open_session, someone.person.id, someone.id, "a test", now_ms())
        browser.cookies.set("sid", session)
        page = browser.get(url, timeout=20)
        assert page.status_code == 200, page.text
        parser = _Forms()
        parser.feed(page.text)
        form = next(form for form in parser.forms if form.action == "/oauth/authorize")
        return browser.post(
            f"{someone.server.url}/oauth/authorize",
            data=[*form.pairs, ("answer", answer)],
            headers={"Sec-Fetch-Site": "same-origin"},
            allow_redirects=False,
            timeout=20,
        )


def test_mastodon_py_logs_in_over_the_consent_page(bakery: Running) -> None:
    anna = bakery.someone("anna")
    client_id, secret = register(bakery)
    api = Mastodon(client_id=client_id, client_secret=secret, api_base_url=bakery.url)
    scopes = ["read", "write", "follow"]
    url = api.auth_request_url(scopes=scopes, force_login=True, state="x", lang="de", allow_http=True)
    shown = consent(anna, url)
    code = re.search(r"lnc_[\w-]{40,}", shown.text)
    assert code, shown.text
    api.log_in(code=code[0], scopes=scopes, allow_http=True)
    assert api.me().acct == anna.handle
    assert api.status_post("Over the page").application.name == "Test"


def test_an_app_in_a_browser_logs_in_with_pkce(bakery: Running) -> None:
    """As Phanpy does: comes back with code and state, proves itself without a secret, and ends it."""
    anna, back = bakery.someone("anna"), "https://phanpy.example/"
    app = {"client_name": "P", "redirect_uris": back, "scopes": "read write follow push"}
    made = requests.post(f"{bakery.url}/api/v1/apps", data=app, timeout=20).json()
    asked = {
        "client_id": made["client_id"],
        "code_challenge_method": "S256",
        "code_challenge": CHALLENGE,
        "redirect_uri": back,
        "response_type": "code",
        "scope": "read write follow push",
        "state": "a&b",
    }
    away = consent(anna, f"{bakery.url}/oauth/authorize?{urlencode(asked)}")
    there = urlsplit(away.headers["location"])
    answer = parse_qs(there.query)
    assert (away.status_code, there.netloc, answer["state"]) == (302, "phanpy.example", ["a&b"])
    client = {"client_id": made["client_id"]}
    form = client | {"grant_type": "authorization_code", "redirect_uri": back, "code": answer["code"][0]}
    assert ask_token(bakery, **form).json()["error"] == "invalid_grant"
    token = ask_token(bakery, **form, code_verifier=VERIFIER, scope="read write follow push").json()
    assert token["scope"].split() == ["read", "write", "follow", "push"]
    anna.token = token["access_token"]
    assert anna.ask("GET", "/api/v1/accounts/verify_credentials").json()["acct"] == anna.handle
    revoked = requests.post(f"{bakery.url}/oauth/revoke", data=client | {"token": anna.token}, timeout=20)
    assert (revoked.status_code, revoked.json()) == (200, {})
    assert anna.ask("GET", "/api/v1/accounts/verify_credentials").status_code == 401
    no = consent(anna, f"{bakery.url}/oauth/authorize?{urlencode(asked)}", "no")
    assert parse_qs(urlsplit(no.headers["location"]).query)["error"] == ["access_denied"]


def test_whoever_registers_apps_without_end_is_told_to_wait(bakery: Running) -> None:
    """The last of this file: after it, this server's patience with this address is at an end."""
    url, form = f"{bakery.url}/api/v1/apps", {"client_name": "A", "redirect_uris": OOB}
    most = LIMITS["apps"][0]
    with requests.Session() as line:
        answers = [line.post(url, data=form, timeout=20) for _ in range(most + 1)]
    assert answers[0].status_code == 200
    last = answers[-1]
    assert (last.status_code, last.json()["error"]) == (429, "Too many requests")
    assert last.json()["error_description"].endswith(".")
    assert (last.headers["x-ratelimit-limit"], last.headers["x-ratelimit-remaining"]) == (str(most), "0")
    assert 0 < int(last.headers["retry-after"]) <= LIMITS["apps"][1] // SECOND
    assert requests.get(f"{bakery.url}/api/v2/instance", timeout=20).status_code == 200
