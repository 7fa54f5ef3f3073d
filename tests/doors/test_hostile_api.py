"""The client API, the hooks and the beacon under hostile input: a named error in the door's own
shape, never a 500, never a half-done write; and nobody sees or changes what is not theirs."""

import asyncio
import hmac
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from PIL import Image
from websockets.sync.client import connect

from linnet.desk.firm import actions as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.desk.sales import actions as sales
from linnet.door.patience import GONE, patient
from linnet.kernel.clock import DAY, HOUR, iso, now_ms
from linnet.mastodon.calls import ANYTHING
from linnet.mastodon.table import ENDPOINTS
from linnet.social.posts import queries as post_queries
from tests.doors.conftest import Running, Someone, a_server
from tests.pictures import encoded, picture

S = "/api/v1/statuses"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
UTF7 = {"Content-Type": "multipart/form-data; boundary=e; charset=utf-7"}  # a way to half characters
SOON = iso(now_ms() + DAY)
TOO_LARGE = 2_000_000

WORDS = ["-1", str(2**70), "9" * 5000, "abc", "\x00", "\ud7ff\u202e", "1 OR 1=1", "[]", "1e400", "\u0661"]


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of this module's own: it gets a firm."""
    with a_server(request, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def bakery(server: Running) -> Running:
    """The server with a firm: hooks and the beacon know whose they are."""
    new = NewFirm("Corner Bakery", "bakery", ("https://bakery.example",), "Europe/Berlin", "EUR", "40")
    person = FirstPerson("Jana", "jana@bakery.example", "$argon2id$not-a-real-hash")
    server.write(firm.set_up, new, person, token=None, now=now_ms())
    return server


@pytest.fixture(scope="module")
def anna(server: Running) -> Someone:
    return server.someone("anna")


def refused(answer: requests.Response, *statuses: int) -> None:
    """A refusal as the client API words them."""
    assert answer.status_code in (statuses or (422,)), (answer.status_code, answer.text[:300])
    error = answer.json()["error"]
    assert isinstance(error, str)
    assert error


def part(name: str, value: bytes) -> bytes:
    return b'--e\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), value)


WRITING: list[tuple[str, str, dict[str, Any]]] = [
    ("much too long", S, {"json": {"status": "x" * 500_000}}),
    ("visibility of no kind", S, {"json": {"status": "x", "visibility": 5}}),
    ("answer to a fraction", S, {"json": {"status": "x", "in_reply_to_id": 1.5}}),
    ("answer to below zero", S, {"json": {"status": "x", "in_reply_to_id": -1}}),
    ("answer to words", S, {"json": {"status": "x", "in_reply_to_id": "9" * 5000}}),
    ("pictures of nobody", S, {"json": {"status": "x", "media_ids": ["1"]}}),
    ("pictures as an object", S, {"json": {"status": "x", "media_ids": {"a": 1}}}),
    ("a thousand pictures", S, {"json": {"status": "x", "media_ids": [str(n) for n in range(1000)]}}),
    ("NUL in JSON", S, {"data": b'{"status":"a\\u0000b"}', "headers": JSON}),
    ("half a character as a name", S, {"data": b'{"a\\ud800":1}', "headers": JSON}),
    ("half a character in UTF-8", S, {"data": b'{"status":"\xed\xa0\x80"}', "headers": JSON}),
    ("half a character in UTF-7", S, {"data": part("status", b"a+2AA-b") + b"--e--\r\n", "headers": UTF7}),
    ("infinity", S, {"data": b'{"status":"x","in_reply_to_id":1e999}', "headers": JSON}),
    ("NUL in a form", S, {"data": b"status=a%00b", "headers": FORM}),
    ("a file for a text", S, {"files": {"status": ("a.txt", b"hi")}}),
    ("sent twice", f"{S}?status=a", {"json": {"status": "b"}}),
    ("twice in a form", S, {"data": b"status=a&status=b", "headers": FORM}),
    ("a key without end", S, {"json": {"status": "x"}, "headers": {"Idempotency-Key": "k" * 300}}),
    ("no language", S, {"json": {"status": "x", "language": "../../etc/passwd"}}),
    ("planned for long ago", S, {"json": {"status": "x", "scheduled_at": "2001-01-01T00:00:00Z"}}),
    ("planned before time", S, {"json": {"status": "x", "scheduled_at": "0001-01-01T00:00:00+14:00"}}),
    ("planned after time", S, {"json": {"status": "x", "scheduled_at": "9999-12-31T23:59:59-14:00"}}),
    ("planned for soon", S, {"json": {"status": "x", "scheduled_at": "soon"}}),
    ("planned, a poll of one", S, {"json": {"status": "x", "scheduled_at": SOON, "poll": {"options": ["a"], "expires_in": 600}}}),
    ("a poll for ever", S, {"json": {"status": "x", "poll": {"options": ["a", "b"], "expires_in": 2**80}}}),
    ("a poll before it began", S, {"json": {"status": "x", "poll": {"options": ["a", "b"], "expires_in": -5}}}),
    ("a poll of bells", S, {"json": {"status": "x", "poll": {"options": ["a\x07", "b"], "expires_in": 600}}}),
    ("a poll that is a word", S, {"json": {"status": "x", "poll": "hi"}}),
    ("a warning of bells", S, {"json": {"status": "x", "spoiler_text": "\x07"}}),
    ("no such picture", "/api/v2/media", {"files": {"file": ("a.png", b"hi")}}),
    ("SVG called PNG", "/api/v2/media", {"files": {"file": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/png")}}),
    ("HTML called JPEG", "/api/v2/media", {"files": {"file": ("a.jpg", b"<script>alert(1)</script>", "image/jpeg")}}),
    ("an image bomb", "/api/v2/media", {"files": {"file": ("a.png", encoded(Image.new("1", (12_000, 12_000)), "PNG"))}}),
    ("half a picture", "/api/v2/media", {"files": {"file": ("a.png", picture()[:60])}}),
    ("a picture of nothing", "/api/v2/media", {"files": {"file": ("a.png", b"")}}),
    ("a novel about a picture", "/api/v2/media", {"files": {"file": ("a.png", picture())}, "data": {"description": "x" * 100_000}}),
    ("half a character about it", "/api/v2/media", {"data": part("description", b"a+2AA-b") + b"--e--\r\n", "headers": UTF7}),
    ("focus on nothing", "/api/v2/media", {"files": {"file": ("a.png", picture())}, "data": {"focus": "nan,inf"}}),
    ("an app of scripts", "/api/v1/apps", {"json": {"client_name": "x", "redirect_uris": "javascript:alert(1)"}}),
    ("an app of bells", "/api/v1/apps", {"json": {"client_name": "a\u202eb", "redirect_uris": "https://a.example/"}}),
    ("an app that rules", "/api/v1/apps", {"json": {"client_name": "x", "redirect_uris": "https://a.example/", "scopes": "admin:read"}}),
    ("an app from nowhere", "/api/v1/apps", {"json": {"client_name": "x", "redirect_uris": "https://a.example/", "website": "javascript:x"}}),
    ("read to nowhere", "/api/v1/markers", {"json": {"home": {"last_read_id": "abc"}}}),
]  # fmt: skip


@pytest.mark.parametrize(("path", "sent"), [pytest.param(*case[1:], id=case[0]) for case in WRITING])
def test_what_cannot_be_taken_is_refused_by_name(anna: Someone, path: str, sent: dict[str, Any]) -> None:
    before = anna.api.account_verify_credentials().statuses_count
    refused(anna.ask("POST", path, **sent))
    assert anna.api.account_verify_credentials().statuses_count == before
    assert anna.api.scheduled_statuses() == []


def test_an_answer_to_nothing_is_refused_now_and_planned(anna: Someone) -> None:
    refused(anna.ask("POST", S, json={"status": "x", "in_reply_to_id": "5"}), 404)
    refused(anna.ask("POST", S, json={"status": "x", "in_reply_to_id": "5", "scheduled_at": SOON}), 404)
    assert anna.api.scheduled_statuses() == []


def test_a_profile_takes_text_only(anna: Someone) -> None:
    path = "/api/v1/accounts/update_credentials"
    for form in (
        {"display_name": "x" * 10_000},
        {"display_name": "a\nb"},
        {"display_name": "a\u202eb"},
        {"note": "x" * 10_000},
        {"note": "a\x07"},
        {"fields_attributes": [{"name": "a", "value": "b"}] * 50},
        {"fields_attributes": {"a": 1}},
        {"fields_attributes": [{"name": "a", "value": "b" * 5000}]},
        {"avatar": "x"},
        {"source": {"language": "<x>"}},
        {"source": {"privacy": "world"}},
        {"locked": "perhaps"},
    ):
        refused(anna.ask("PATCH", path, json=form))
    assert anna.api.account_verify_credentials().display_name == anna.handle


def test_every_endpoint_survives_every_word(anna: Someone) -> None:
    """Each endpoint that reads, with each hostile word as all that it takes, and in its path."""
    url = anna.server.url
    with requests.Session() as line:
        line.headers["Authorization"] = f"Bearer {anna.token}"
        for endpoint in ENDPOINTS:
            if endpoint.method != "GET" or endpoint.takes == ANYTHING:
                continue
            path = endpoint.path
            for word in WORDS:
                filled = path
                if "{" in path:
                    head, _, tail = path.partition("{")
                    filled = head + requests.utils.quote(word[:200], safe="") + tail.partition("}")[2]
                asked = line.get(url + filled, params=dict.fromkeys(endpoint.takes, word[:500]), timeout=20)
                assert asked.status_code < 500, (filled, word, asked.text)
                assert asked.headers["content-type"].startswith("application/json"), (filled, word)
                if asked.status_code >= 400:
                    assert asked.json()["error"]


def test_odd_methods_and_places(anna: Someone) -> None:
    for method, path, status in (
        ("FOO", S, 405),
        ("DELETE", "/api/v1/timelines/home", 405),
        ("GET", "/api/v9/nothing", 404),
        ("GET", "/api/", 404),
        ("GET", f"{S}/%ff%fe", 404),
    ):
        refused(anna.ask(method, path), status)


# whose it is


def test_what_is_somebody_elses_stays_theirs(server: Running) -> None:
    """Every endpoint that takes an id, with an id of another account (security paper, D14)."""
    anna, eve = server.someone("anna"), server.someone("eve")
    post = anna.api.status_post("mine", visibility="private")["id"]
    open_post = anna.api.status_post("for all")["id"]
    planned = anna.ask("POST", S, json={"status": "later", "scheduled_at": SOON}).json()["id"]
    media = anna.api.media_post(picture(), "image/png", description="mine")["id"]
    eve.api.status_favourite(open_post)
    notice = anna.api.notifications()[0]["id"]
    for method, path, form, status in (
        ("GET", f"{S}/{post}", None, 404),
        ("PUT", f"{S}/{post}", {"status": "hers"}, 404),
        ("DELETE", f"{S}/{post}", None, 404),
        ("POST", f"{S}/{post}/reblog", None, 404),
        ("POST", f"{S}/{post}/favourite", None, 404),
        ("POST", f"{S}/{post}/bookmark", None, 404),
        ("POST", f"{S}/{post}/mute", None, 404),
        ("GET", f"{S}/{post}/context", None, 404),
        ("GET", f"{S}/{post}/history", None, 404),
        ("GET", f"{S}/{post}/source", None, 404),
        ("GET", f"{S}/{post}/favourited_by", None, 404),
        ("POST", S, {"status": "x", "in_reply_to_id": post}, 404),
        ("PUT", f"{S}/{open_post}", {"status": "hers"}, 403),
        ("DELETE", f"{S}/{open_post}", None, 403),
        ("GET", f"{S}/{open_post}/source", None, 404),
        ("POST", f"{S}/{open_post}/pin", None, 422),
        ("GET", f"/api/v1/scheduled_statuses/{planned}", None, 404),
        ("PUT", f"/api/v1/scheduled_statuses/{planned}", {"scheduled_at": SOON}, 404),
        ("DELETE", f"/api/v1/scheduled_statuses/{planned}", None, 404),
        ("GET", f"/api/v1/media/{media}", None, 404),
        ("PUT", f"/api/v1/media/{media}", {"description": "hers"}, 404),
        ("DELETE", f"/api/v1/media/{media}", None, 404),
        ("POST", S, {"status": "x", "media_ids": [media]}, 422),
        ("POST", S, {"status": "x", "media_ids": [media], "scheduled_at": SOON}, 422),
        ("GET", f"/api/v1/notifications/{notice}", None, 404),
        ("POST", f"/api/v1/notifications/{notice}/dismiss", None, 404),
        ("POST", f"/api/v2/notifications/ungrouped-{notice}/dismiss", None, 404),
        ("POST", f"/api/v1/follow_requests/{anna.id}/authorize", None, 404),
    ):
        refused(eve.ask(method, path, json=form), status)
    assert anna.api.status(post)["content"] == "<p>mine</p>"
    assert anna.ask("GET", f"/api/v1/media/{media}").json()["description"] == "mine"
    assert [one["id"] for one in anna.api.scheduled_statuses()] == [planned]
    assert [one["id"] for one in anna.api.notifications()] == [notice]
    anna.api.account_note_set(eve.id, "a secret")
    assert eve.ask("GET", f"/api/v1/accounts/relationships?id={anna.id}").json()[0]["note"] == ""


def everywhere(someone: Someone | None, server: Running, author: Someone, post_id: str) -> Iterator[str]:
    """The text of every list and page that could show a post of `author`."""
    headers = {"Authorization": f"Bearer {someone.token}"} if someone else {}
    places = [
        f"{S}/{post_id}",
        f"{S}/{post_id}/context",
        f"{S}?id[]={post_id}",
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/rye",
        f"/api/v1/accounts/{author.id}/statuses",
        f"/api/v1/accounts/{author.id}/statuses?tagged=rye",
        f"/api/v1/accounts/{author.id}/statuses?only_media=true",
        f"/api/v1/accounts/{author.id}/statuses?pinned=true",
        "/api/v2/search?q=spelt&type=statuses",
    ]
    if someone:
        address = f"{server.url}/@{author.handle}/{post_id}"
        places += [
            "/api/v1/timelines/home",
            "/api/v1/notifications",
            "/api/v2/notifications",
            "/api/v1/favourites",
            "/api/v1/bookmarks",
            f"/api/v2/search?resolve=true&q={address}",
        ]
    for place in places:
        yield requests.get(server.url + place, headers=headers, timeout=20).text
    for page in ("/", f"/@{author.handle}", f"/@{author.handle}/with_replies", f"/@{author.handle}/media",
                 f"/@{author.handle}.atom", f"/@{author.handle}.json", "/tags/rye", "/tags/rye.atom",
                 "/tags/rye.json", "/search?q=spelt", f"/@{author.handle}/{post_id}", f"/posts/{post_id}",
                 f"/posts/{post_id}/history", f"/posts/{post_id}/boosts"):  # fmt: skip
        yield requests.get(server.url + page, timeout=20).text  # as somebody who is not logged in


def test_what_is_not_for_all_is_seen_by_those_it_is_for_only(bakery: Running) -> None:
    """A post for followers and a direct one, with picture, tag and poll, looked for everywhere
    (security paper, D01 to D09)."""
    author, follower, friend, stranger = (bakery.someone(n) for n in ("vera", "fay", "finn", "stan"))
    follower.api.account_follow(author.id)
    root = author.api.status_post("Open question")["id"]
    stranger.api.status_post("an answer for all", in_reply_to_id=root)
    private: dict[str, tuple[str, tuple[Someone, ...]]] = {}
    for visibility, sees in (("private", (follower,)), ("direct", (friend,))):
        media = author.api.media_post(picture(), "image/png")["id"]
        text = f"spelt {visibility} #rye" + (f" @{friend.handle}" if visibility == "direct" else "")
        made = author.api.status_post(text, visibility=visibility, media_ids=[media], in_reply_to_id=root)
        private[made["id"]] = made["media_attachments"][0]["url"].rpartition("/")[2], sees
        author.api.status_favourite(made["id"])
        author.api.status_pin(made["id"]) if visibility == "private" else None
        boosted = (
            friend.ask("POST", f"{S}/{made['id']}/reblog")
            if visibility == "direct"
            else follower.ask("POST", f"{S}/{made['id']}/reblog")
        )
        refused(boosted, 403)
    for id, (file, sees) in private.items():
        for viewer in (None, stranger, follower, friend):
            found = "".join(everywhere(viewer, bakery, author, str(id)))
            seen = "spelt " in found.replace("q=spelt", "") and str(id) in found and file in found
            shown = file in found
            assert seen == shown == (viewer in sees), (id, viewer and viewer.handle)
    counted = requests.get(f"{bakery.url}{S}/{root}", timeout=20).json()
    assert counted["replies_count"] == 1  # the two that are not for all are not counted for all


def test_a_block_hides_a_boosted_post_too(server: Running) -> None:
    author, fan, reader = (server.someone(n) for n in ("ada", "bo", "cy"))
    reader.api.account_follow(fan.id)
    author.api.account_block(reader.id)
    post = author.api.status_post("not for cy")["id"]
    fan.api.status_reblog(post)
    assert "not for cy" not in reader.ask("GET", "/api/v1/timelines/home").text
    late = server.someone("dee")
    author.api.account_block(late.id)
    late.api.account_follow(fan.id)
    assert "not for cy" not in late.ask("GET", "/api/v1/timelines/home").text


def test_who_is_not_mentioned_any_more_reads_no_further(server: Running) -> None:
    author, friend = server.someone("ada"), server.someone("bo")
    friend.api.account_follow(author.id)
    post = author.api.status_post(f"@{friend.handle} hello", visibility="direct")["id"]
    assert "hello" in friend.ask("GET", "/api/v1/timelines/home").text
    author.api.status_update(post, "a note to myself")
    author.api.timeline_home()  # it is rendered, and kept
    for place in ("/api/v1/timelines/home", "/api/v1/notifications", f"{S}/{post}"):
        assert "note to myself" not in friend.ask("GET", place).text


def test_streams_keep_secrets(server: Running) -> None:
    author, follower, stranger = (server.someone(n) for n in ("ada", "bo", "cy"))
    follower.api.account_follow(author.id)
    poll = stranger.api.status_post("Rye?", poll=stranger.api.make_poll(["yes", "no"], 600))
    author.api.poll_vote(poll["poll"]["id"], 0)
    address = f"{server.url.replace('http', 'ws')}/api/v1/streaming?stream=user&access_token="
    with connect(address + follower.token) as his, connect(address + stranger.token) as other:
        for line in (his, other):
            for stream in ("public", "public:local", "hashtag"):
                line.send(json.dumps({"type": "subscribe", "stream": stream, "tag": "rye"}))
            line.send(b"\x00\xff")  # not text
            assert json.loads(line.recv(10))["error"] == "Message must be text"
        author.api.status_post("for followers #rye", visibility="private")
        author.api.status_post("for nobody #rye", visibility="direct")
        author.api.status_reblog(poll["id"])
        author.api.status_post("the end")
        heard = {}
        for name, line in (("his", his), ("other", other)):
            texts = [line.recv(10)]
            while "the end" not in texts[-1]:
                texts.append(line.recv(10))
            heard[name] = "".join(str(text) for text in texts)
    assert "for followers" in heard["his"]
    assert '\\"own_votes\\":[]' in heard["his"]
    assert '\\"own_votes\\":[0]' not in heard["his"]
    assert "for followers" not in heard["other"]
    assert "for nobody" not in heard["his"] + heard["other"]


# hooks and the beacon


def test_hooks_take_what_is_signed_and_nothing_else(bakery: Running) -> None:
    secret: str = bakery.write(sales.new_key, now_ms())
    an_hour_ago = iso(now_ms() - HOUR)

    def send(body: bytes, at: int | None = None, **headers: str) -> requests.Response:
        seconds = int(time.time()) if at is None else at
        mac = hmac.new(secret.encode(), f"{seconds}.".encode() + body, "sha256").hexdigest()
        signed = {"Linnet-Signature": f"t={seconds},v1={mac}", **JSON, **headers}
        return requests.post(f"{bakery.url}/hooks/sale", data=body, headers=signed, timeout=20)

    def sale(**more: object) -> bytes:
        whole = {"id": "S-1", "at": an_hour_ago, "amount": 1200, "currency": "EUR"}
        return json.dumps(whole | more).encode()

    old = int(time.time()) - 3600
    for answer, status in (
        (requests.post(f"{bakery.url}/hooks/sale", data=sale(), timeout=20), 401),
        (send(sale(), **{"Linnet-Signature": "t=" + "9" * 5000 + ",v1=" + "0" * 64}), 401),
        (send(sale(), old), 422),
        (send(sale(), 10**11), 422),
        (send(b"x" * TOO_LARGE), 413),
        (send(b"{"), 400),
        (send(b"[" * 5000), 400),
        (send(b"null"), 400),
        (send(b'{"id":"\\ud800"}'), 400),
        (send(sale(id="a\x00b")), 422),
        (send(sale(id="x" * 5000)), 422),
        (send(sale(amount="12.00")), 422),
        (send(sale(amount=True)), 422),
        (send(sale(amount=2**70)), 422),
        (send(sale(amount=-5)), 422),
        (send(sale(amount=-5, refund_of="S-1")), 422),  # itself
        (send(sale(id="R-1", amount=-5, refund_of="never")), 201),  # kept, and said to be odd
        (send(sale(currency="XXXX")), 422),
        (send(sale(currency=["EUR"])), 422),
        (send(sale(at="yesterday")), 422),
        (send(sale(at="9999-12-31T23:59:59-14:00")), 422),
        (send(sale(email_sha256="jana@bakery.example")), 422),
        (send(sale(unknown=1)), 422),
        (send(sale()), 201),
        (send(sale()), 200),
        (send(sale(amount=1300)), 409),
    ):
        assert answer.status_code == status, answer.text
        if status >= 400:
            assert answer.json()["error"]


def test_the_beacon_takes_reports_of_our_own_pages_only(bakery: Running) -> None:
    def report(body: bytes, origin: str = "https://bakery.example") -> requests.Response:
        headers = {"Origin": origin, "Content-Type": "text/plain"}
        return requests.post(f"{bakery.url}/ln", data=body, headers=headers, timeout=20)

    page = b'{"ln":"","u":"https://bakery.example/%s","r":"%s"}'
    for answer, status in (
        (report(page % (b"a\\u0000b", b"a\\u0000")), 204),
        (report(page % ("\u202e".encode(), b"x" * 1500)), 204),
        (report(b'{"ln":"\\u0000","u":"https://bakery.example/","r":""}'), 204),
        (report(b'{"ln":"","u":"https://bakery.example:99999999/","r":"a:b:c"}'), 204),
        (report(b'{"ln":"","u":"https://[","r":"https://["}'), 422),
        (report(b'{"ln":"","u":"https://evil.example/","r":""}'), 422),
        (report(b'{"ln":1}'), 422),
        (report(b"[]"), 422),
        (report(b"[" * 900), 422),
        (report(b'{"u":"\\ud800"}'), 422),
        (report(b""), 422),
        (report(b"x" * 3000), 422),
        (report(b"{}", "https://["), 403),
        (report(b"{}", "https://bakery.example.evil.example"), 403),
        (report(b"{}", "https://bakery.example@evil.example"), 403),
    ):
        assert answer.status_code == status, answer.text
    for code in ("abc", "%00", "%ff%fe", "a" * 5000, "..%2f..", "%2f%2fevil.example"):
        went = requests.get(f"{bakery.url}/go/{code}", allow_redirects=False, timeout=20)
        assert went.status_code == 404
        assert "location" not in went.headers


# bodies that do not come


def test_a_body_that_does_not_come_is_given_up() -> None:
    async def asked(messages: list[dict[str, Any]], **limits: float) -> list[Any]:
        async def receive() -> Any:
            return messages.pop(0) if messages else await asyncio.Event().wait()

        hear = patient(receive, **limits)
        return [await hear() for _ in range(2)]

    first = {"type": "http.request", "body": b"{", "more_body": True}
    assert asyncio.run(asked([dict(first)], piece=0)) == [first, GONE]
    assert asyncio.run(asked([dict(first)], whole=0)) == [first, GONE]
    whole = {"type": "http.request", "body": b"{}", "more_body": False}
    left = {"type": "http.disconnect"}
    assert asyncio.run(asked([dict(whole), dict(left)])) == [whole, left]


def test_no_answer_has_a_secret_in_it(server: Running) -> None:
    """Bodies of the client API name no secret (security paper, D13)."""
    anna = server.someone("anna")
    anna.api.status_post("hello")
    for endpoint in ENDPOINTS:
        if endpoint.method == "GET" and "{" not in endpoint.path and endpoint.takes != ANYTHING:
            if "streaming" in endpoint.path:
                continue
            text = anna.ask("GET", endpoint.path).text
            for word in ("password", "$argon2", "_hash", anna.token, "@example.org"):
                assert word not in text, (endpoint.path, word)


def test_a_private_answer_can_be_taken_back_without_a_trace(server: Running) -> None:
    anna, eve = server.someone("anna"), server.someone("eve")
    root = anna.api.status_post("hello")["id"]
    for visibility in ("direct", "private", "public"):
        made = eve.api.status_post(f"@{anna.handle} hi", in_reply_to_id=root, visibility=visibility)["id"]
        eve.api.status_delete(made)
    assert server.read(post_queries.post, int(root)).replies_count == 0
