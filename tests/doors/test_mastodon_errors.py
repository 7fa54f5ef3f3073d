"""What bad calls get: every endpoint without a token, with the wrong scope, with an unknown
parameter and an unknown id; bodies of every shape; limits and headers."""

import io
import json
import re
import socket

import pytest
import requests
from PIL import Image

from linnet.kernel.clock import HOUR, iso, now_ms
from linnet.kernel.throttle import Throttle
from linnet.mastodon import bearer
from linnet.mastodon.calls import ANYTHING, Endpoint
from linnet.mastodon.table import ENDPOINTS
from tests.doors.conftest import Running, Someone


def path_of(endpoint: Endpoint) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: "bread" if m[1] in {"name", "hashtag"} else "4242", endpoint.path)


def named(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def ask(server: Running, endpoint: Endpoint, token: str = "", **kwargs: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return requests.request(  # type: ignore[arg-type]
        endpoint.method, server.url + path_of(endpoint), headers=headers, timeout=20, **kwargs
    )


def body(answer: requests.Response) -> dict[str, object]:
    assert answer.headers["content-type"].startswith("application/json")
    found = answer.json()
    assert isinstance(found["error"], str)
    assert found["error"]
    return dict(found)


def test_whoever_needs_a_token_must_bring_a_good_one_with_the_scope(server: Running) -> None:
    narrow = server.someone("narrow", scopes="push").token
    for endpoint in ENDPOINTS:
        if endpoint.auth.needs not in {"user", "app"}:
            continue
        nobody = ask(server, endpoint)
        assert nobody.status_code == 401, named(endpoint)
        assert body(nobody)["error"] == "The access token is invalid"
        assert "invalid_token" in nobody.headers["www-authenticate"]
        assert ask(server, endpoint, "lnt_wrong").status_code == 401, named(endpoint)
        if endpoint.auth.scopes and endpoint.auth.scopes != ("push",):
            outside = ask(server, endpoint, narrow)
            assert outside.status_code == 403, named(endpoint)
            assert body(outside)["error"] == "This action is outside the authorized scopes"


def test_a_bad_token_is_not_nobody(server: Running) -> None:
    for endpoint in ENDPOINTS:
        if endpoint.auth.needs == "anyone":
            assert ask(server, endpoint, "lnt_wrong").status_code == 401, named(endpoint)


def test_an_unknown_parameter_is_refused_by_name(server: Running) -> None:
    token = server.someone("anna").token
    for endpoint in ENDPOINTS:
        if endpoint.takes == ANYTHING:
            continue
        answer = ask(server, endpoint, token, params={"frobnicate": "1"})
        assert answer.status_code == 422, named(endpoint)
        assert body(answer)["error"] == "Validation failed: Frobnicate is not supported", named(endpoint)
        assert list(answer.json()["details"]) == ["frobnicate"]


def test_an_unknown_id_is_not_found(server: Running) -> None:
    anna = server.someone("anna")
    soon = iso(now_ms() + HOUR)
    forms = {
        "POST /api/v1/polls/{id}/votes": {"choices": [0]},
        "PUT /api/v1/scheduled_statuses/{id}": {"scheduled_at": soon},
        "PUT /api/v1/statuses/{id}": {"status": "x"},
    }
    for endpoint in ENDPOINTS:
        if "id}" not in endpoint.path or endpoint.takes == ANYTHING:
            continue
        form = forms.get(named(endpoint))
        answer = ask(server, endpoint, anna.token, json=form)
        assert answer.status_code == 404, (named(endpoint), answer.text)
        assert body(answer)["error"] == "Record not found"
        wild = re.sub(r"\{\w+\}", "%F0%9F%8D%9E", endpoint.path)
        assert anna.ask(endpoint.method, wild, json=form).status_code == 404, named(endpoint)


def test_a_reader_of_an_account_changes_nothing(server: Running) -> None:
    """Every endpoint that writes asks for a deed; only what is private to the reader is open."""
    private = {"/api/v1/markers", "/api/v1/statuses/{id}/bookmark", "/api/v1/statuses/{id}/unbookmark"}
    reader = server.someone("reader", role="reader")
    for endpoint in ENDPOINTS:
        if endpoint.auth.needs != "user" or endpoint.method == "GET" or endpoint.path in private:
            continue
        if endpoint.takes == ANYTHING or "userinfo" in endpoint.path or "absent" in endpoint.run.__name__:
            continue
        assert ask(server, endpoint, reader.token).status_code == 403, named(endpoint)


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("application/json", b"{"),
        ("application/json", b"[1]"),
        ("application/json", b'{"status": NaN}'),
        ("application/json", b'{"status": "\\ud800"}'),
        ("application/json", b'{"status": "\xff"}'),
        ("application/json", b'{"status": ' + b"[" * 100_000),
        ("application/json", b'{"in_reply_to_id": 1' + b"0" * 5000 + b"}"),
        ("application/x-www-form-urlencoded", b"status=%ff"),
        ("application/x-www-form-urlencoded", b"status=a&status[x]=b"),
        ("application/x-www-form-urlencoded", b"status=" + b"&a=" * 2000),
        ("application/x-www-form-urlencoded", b"a[b][c][d][e][f][g][h]=1"),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data", b"--x"),
        ("text/plain", b"status=hello"),
        ("application/xml", b"<status/>"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(server: Running, content_type: str, data: bytes) -> None:
    anna = server.someone("anna")
    answer = anna.ask("POST", "/api/v1/statuses", data=data, headers={"Content-Type": content_type})
    assert answer.status_code == 422, answer.text
    body(answer)


def test_a_body_that_is_too_large_is_not_read(server: Running) -> None:
    anna = server.someone("anna")
    whole = anna.ask("POST", "/api/v1/statuses", data=b"status=" + b"x" * 2_000_000, headers=FORM)
    assert (whole.status_code, body(whole)["error"]) == (413, "Body is larger than 1048576 bytes")
    pieces = anna.ask("POST", "/api/v1/statuses", data=iter([b"status=", *[b"x" * 65536] * 40]), headers=FORM)
    assert pieces.status_code == 413


@pytest.mark.parametrize("path", ["/api/v1/statuses", "/api/v2/media", "/api/v1/apps"])
def test_a_body_of_which_too_much_is_announced_is_answered_before_it_comes(
    server: Running, path: str
) -> None:
    anna = server.someone("anna")
    host, port = server.url.removeprefix("http://").split(":")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {anna.token}\r\n"
        "Content-Type: multipart/form-data; boundary=e\r\nContent-Length: 100000000\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(head.encode())
        answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'{"error":"Body is larger than ' in answer


FORM = {"Content-Type": "application/x-www-form-urlencoded"}

VALUES: list[object] = [
    True, 0, -1, 2**63, 2**200, 1e308, "", "x" * 3000, "\u202e\x07", "\x00", "9" * 400, "2026-13-45T99:99:99Z",
    [], [[]], ["a"] * 300, [{}], {}, {"0": {"name": "x"}}, {"options": ["a", 1], "expires_in": 1e300},
    [{"id": "1", "description": "x"}], {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}},
]  # fmt: skip


def test_every_endpoint_that_writes_survives_every_value(server: Running) -> None:
    """Each parameter with each hostile value, alone and with all others: refused or done, never more
    than that."""
    anna, ben = server.someone("anna"), server.someone("ben")
    own = anna.ask("POST", "/api/v1/statuses", json={"status": "base"}).json()["id"]
    with requests.Session() as line:
        line.headers["Authorization"] = f"Bearer {anna.token}"
        for endpoint in ENDPOINTS:
            if endpoint.method == "GET" or not endpoint.takes or endpoint.takes == ANYTHING:
                continue
            if endpoint.auth.needs == "nobody":  # apps: strangers may not come this often
                continue
            target = str(ben.id) if "accounts" in endpoint.path else own
            path = server.url + re.sub(r"\{\w+\}", target, endpoint.path)
            for value in VALUES:
                for names in (*([name] for name in sorted(endpoint.takes)), endpoint.takes):
                    answer = line.request(endpoint.method, path, json=dict.fromkeys(names, value), timeout=20)
                    assert answer.status_code < 500, (named(endpoint), names, value, answer.text)
                    assert answer.headers["content-type"].startswith("application/json")
                    if answer.status_code >= 400:
                        body(answer)
    assert anna.ask("GET", "/api/v1/accounts/verify_credentials").status_code == 200


def test_what_is_refused_is_not_half_done(server: Running) -> None:
    anna = server.someone("anna", bio="Before")
    out = io.BytesIO()
    Image.new("RGB", (50, 50), "red").save(out, "PNG")
    me = "/api/v1/accounts/update_credentials"
    before = anna.ask("GET", "/api/v1/accounts/verify_credentials").json()
    for files, field in (
        ({"avatar": ("a.png", out.getvalue()), "note": (None, "x" * 600)}, "note"),
        ({"avatar": ("a.png", b"<svg/>"), "note": (None, "After")}, "avatar"),
        ({"header": ("a.png", out.getvalue()), "avatar": ("a.png", b""), "locked": (None, "1")}, "avatar"),
        ({"note": (None, "After"), "source[privacy]": (None, "world")}, "source"),
    ):
        answer = anna.ask("PATCH", me, files=files)
        assert (answer.status_code, list(answer.json()["details"])) == (422, [field])
    assert anna.ask("GET", "/api/v1/accounts/verify_credentials").json() == before
    media = anna.ask("POST", "/api/v2/media", files={"file": ("a.png", out.getvalue())}).json()["id"]
    form = {"status": "Before", "media_ids": [media]}
    made = f"/api/v1/statuses/{anna.ask('POST', '/api/v1/statuses', json=form).json()['id']}"
    shown = anna.ask("GET", made).json()
    for more in (
        {"media_attributes": [{"id": media, "description": "x" * 2000}]},
        {"media_attributes": [{"id": media, "description": "After"}, {"id": "7"}]},
        {"media_ids": [media, "7"]},
        {"poll": {"options": ["a", "b"], "expires_in": 600}},
        {"spoiler_text": "x" * 500},
    ):
        assert anna.ask("PUT", made, json={"status": "After"} | more).status_code in {404, 422}, more
    assert anna.ask("GET", made).json() == shown


def test_the_same_words_in_every_shape_mean_the_same(server: Running) -> None:
    def wrote(someone: Someone, **kwargs: object) -> tuple[object, ...]:
        answer = someone.ask("POST", "/api/v1/statuses", **kwargs)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        return made["content"], made["sensitive"], [option["title"] for option in made["poll"]["options"]]

    anna = server.someone("anna")
    whole = {"status": "Which?", "sensitive": True, "poll": {"options": ["A", "B"], "expires_in": 600}}
    pairs = [
        ("status", "Which?"),
        ("sensitive", "true"),
        ("poll[options][]", "A"),
        ("poll[options][]", "B"),
        ("poll[expires_in]", "600"),
    ]
    expected = ("<p>Which?</p>", True, ["A", "B"])
    assert wrote(anna, json=whole) == expected
    assert wrote(anna, data=pairs) == expected
    assert wrote(anna, files=[(name, (None, value)) for name, value in pairs]) == expected
    assert wrote(anna, params=pairs) == expected
    both = anna.ask("POST", "/api/v1/statuses", params={"status": "a"}, json={"status": "b"})
    assert both.status_code == 422
    nulls = {"media_ids": None, "poll": None, "in_reply_to_id": None, "unheard_of": None}
    assert anna.ask("POST", "/api/v1/statuses", json={"status": "Hi"} | nulls).status_code == 200


def test_pages_are_asked_for_in_numbers(server: Running) -> None:
    anna = server.someone("anna")
    home = "/api/v1/timelines/home"
    for bad in ({"limit": "x"}, {"limit": "0"}, {"max_id": "abc"}, {"min_id": "-1"}, {"limit": "1e3"}):
        assert anna.ask("GET", home, params=bad).status_code == 422, bad
    for good in ({"limit": "1000000"}, {"max_id": "9" * 25}, {"limit": ""}, {"since_id": "0"}):
        assert anna.ask("GET", home, params=good).status_code == 200, good


def test_every_answer_may_be_read_by_any_web_app(server: Running) -> None:
    anna = server.someone("anna")
    answer = anna.ask("GET", "/api/v1/timelines/home", headers={"Origin": "https://app.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "X-RateLimit-Remaining" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    preflight = requests.options(
        f"{server.url}/api/v1/statuses",
        headers={"Access-Control-Request-Headers": "authorization,idempotency-key"},
        timeout=20,
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-methods"] == "GET, OPTIONS, POST"
    assert preflight.headers["access-control-allow-headers"] == "authorization,idempotency-key"
    assert requests.get(f"{server.url}/api/v1/no/such", timeout=20).status_code == 404
    wrong = anna.ask("DELETE", "/api/v1/timelines/home")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, OPTIONS")
    head = anna.ask("HEAD", "/api/v1/timelines/home")
    assert (head.status_code, head.content) == (200, b"")


def test_limits_are_told_and_kept(server: Running) -> None:
    anna = server.someone("anna")
    one, two = (anna.ask("GET", "/api/v1/timelines/home") for _ in range(2))
    limit = bearer.LIMITS["read"][0]
    assert int(one.headers["x-ratelimit-limit"]) == limit
    assert int(two.headers["x-ratelimit-remaining"]) <= limit - 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z", one.headers["x-ratelimit-reset"])
    assert isinstance(json.loads(one.content), list)
    limits = bearer.Limits()
    limits._throttles["apps"] = Throttle(2, 60_000)
    taken = [limits.take("apps", "somebody", 0).allowed for _ in range(3)]
    assert taken == [True, True, False]
