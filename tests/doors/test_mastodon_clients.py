"""What widely used apps send, in their own shape: they must be understood, not only the library that
the other files use. Bodies as Elk, Phanpy, Tusky, Pachli, Ice Cubes, Mastodon for iOS and Android,
Pinafore and megalodon build them."""

import io
from typing import Any

import pytest
import requests
from PIL import Image

from linnet.kernel.clock import DAY, iso, now_ms
from tests.doors.conftest import Running, Someone

S = "/api/v1/statuses"
TUSKY = {
    "spoiler_text": "", "visibility": "public", "sensitive": False, "media_ids": [], "media_attributes": [],
}  # fmt: skip
ELK = {
    "status": "", "quote_approval_policy": "public", "visibility": "public", "sensitive": False,
    "spoiler_text": "", "language": "en", "media_ids": [],
}  # fmt: skip
PACHLI = {
    "spoiler_text": "", "in_reply_to_id": None, "visibility": "unlisted", "sensitive": False, "media_ids": None,
    "media_attributes": None, "scheduled_at": None, "poll": None, "language": None, "quoted_status_id": None,
    "quote_approval_policy": "followers",
}  # fmt: skip


def png() -> tuple[str, bytes, str]:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return "a.png", out.getvalue(), "image/png"


def done(answer: requests.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: requests.Response, field: str) -> None:
    assert answer.status_code == 422, answer.text
    assert list(answer.json()["details"]) == [field]


@pytest.mark.parametrize("form", [TUSKY, ELK, PACHLI], ids=["Tusky", "Elk", "Pachli"])
def test_a_status_is_written_and_changed_whole(server: Running, form: dict[str, Any]) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    root = done(anna.ask("POST", S, json=form | {"status": "Hello"}))
    policy = form.get("quote_approval_policy", "public")
    assert root["quote_approval"] == {
        "automatic": [policy] if policy != "nobody" else [],
        "manual": [],
        "current_user": "automatic",  # it is hers
    }
    answer = {"status": "Hi", "in_reply_to_id": root["id"]}
    made = done(ben.ask("POST", S, json=form | answer))
    changed = done(ben.ask("PUT", f"{S}/{made['id']}", json=form | answer | {"status": "Hi!"}))
    assert (changed["content"], changed["in_reply_to_id"]) == ("<p>Hi!</p>", root["id"])
    for path, other in ((made["id"], made["id"]), (root["id"], made["id"])):
        whole = form | {"status": "x", "in_reply_to_id": other}
        refused((ben if path == made["id"] else anna).ask("PUT", f"{S}/{path}", json=whole), "in_reply_to_id")
    at = iso(now_ms() + DAY)
    assert done(ben.ask("POST", S, json=form | answer | {"scheduled_at": at}))["scheduled_at"] == at


def test_words_about_pictures_may_come_with_a_new_status(server: Running) -> None:
    """Tusky sends `media_attributes` always; they are heard, now and planned."""
    anna, ben = server.someone("anna"), server.someone("ben")
    first, second, third = (
        done(anna.ask("POST", "/api/v2/media", files={"file": png()}))["id"] for _ in range(3)
    )
    said = [{"id": first, "description": "A loaf", "focus": "0.5,-1"}, {"id": second}]
    form = TUSKY | {"status": "Look", "media_ids": [first, second], "media_attributes": said}
    shown = done(anna.ask("POST", S, json=form))["media_attachments"]
    assert [one["description"] for one in shown] == ["A loaf", None]
    assert shown[0]["meta"]["focus"] == {"x": 0.5, "y": -1.0}
    planned = TUSKY | {"media_ids": [third], "media_attributes": [{"id": third, "description": "A roll"}]}
    later = planned | {"status": "Later", "scheduled_at": iso(now_ms() + DAY)}
    assert done(anna.ask("POST", S, json=later))["media_attachments"][0]["description"] == "A roll"
    for rows, ids, field in (
        ([{"id": third, "description": "mine"}], [], "media_attributes"),
        ([{"id": third, "description": "mine"}], [third], "media_ids"),
        ([{"description": "mine"}], [], "media_attributes"),
        ([{"id": third, "thumbnail": "x"}], [third], "media_attributes[thumbnail]"),
    ):
        wrong = TUSKY | {"status": "x", "media_ids": ids, "media_attributes": rows}
        refused(ben.ask("POST", S, json=wrong), field.partition("[")[0])
    assert done(ben.ask("GET", f"/api/v1/accounts/{ben.id}/statuses")) == []
    long = TUSKY | {
        "status": "x",
        "media_ids": [third],
        "media_attributes": [{"id": third, "description": "x" * 2000}],
    }
    assert anna.ask("POST", S, json=long).status_code == 422
    assert anna.ask("GET", f"/api/v1/media/{third}").json()["description"] == "A roll"
    assert len(done(anna.ask("GET", f"/api/v1/accounts/{anna.id}/statuses"))) == 1


def test_elk_changes_a_status_with_a_poll(server: Running) -> None:
    """It reckons how long the poll still runs: a fraction of seconds, and tells it with the edit."""
    anna = server.someone("anna")
    poll = {"options": ["a", "b"], "expires_in": 600, "multiple": False, "hide_totals": False}
    made = done(anna.ask("POST", S, json=ELK | {"status": "Which?", "poll": poll}))
    edit = ELK | {"status": "Which one?", "poll": poll | {"expires_in": 583.274}, "media_attributes": []}
    assert done(anna.ask("PUT", f"{S}/{made['id']}", json=edit))["poll"]["id"] == made["poll"]["id"]
    pairs = [
        ("status", "x"),
        ("poll[options][]", "a"),
        ("poll[options][]", "b"),
        ("poll[expires_in]", "600.5"),
    ]
    assert done(anna.ask("POST", S, data=pairs))["poll"]["expired"] is False
    for bad in ("1e3", "-1.5", "x.5", "600.", 1e300, -600.5, True):
        asked = anna.ask("POST", S, json=ELK | {"status": "x", "poll": poll | {"expires_in": bad}})
        refused(asked, "poll")


def test_ios_writes_in_parts(server: Running) -> None:
    anna = server.someone("anna")
    media = done(anna.ask("POST", "/api/v2/media", files={"file": png(), "description": (None, "A loaf")}))[
        "id"
    ]
    parts = [("status", "Look"), ("media_ids[]", media), ("visibility", "private"), ("sensitive", "true")]
    made = done(anna.ask("POST", S, files=[(name, (None, value)) for name, value in parts]))
    assert (made["visibility"], made["sensitive"]) == ("private", True)
    assert [one["description"] for one in made["media_attachments"]] == ["A loaf"]


READING = [
    "/api/v1/timelines/home?limit=40&local=false",
    "/api/v1/timelines/home?max_id=&since_id=&limit=50",
    "/api/v1/timelines/public?limit=20&local=false&remote=false&only_media=true",
    "/api/v1/timelines/public?local=1",
    "/api/v1/timelines/tag/rye?limit=20&any[]=spelt&local=false",
    "/api/v1/accounts/{id}/statuses?limit=20&exclude_replies=true&exclude_reblogs=false&pinned=false",
    "/api/v1/accounts/{id}/statuses?tagged=rye&only_media=False",
    "/api/v1/accounts/lookup?acct={handle}&skip_webfinger=false",
    "/api/v1/accounts/relationships?id[]={id}&with_suspended=true",
    "/api/v1/accounts/relationships?id={id}",
    "/api/v1/accounts/search?q=an&resolve=false&limit=10&following=false",
    "/api/v1/notifications?limit=30&types[]=mention&types[]=status&types[]=admin.report",
    "/api/v1/notifications?limit=40&exclude_types[]=poll&exclude_types[]=quote&account_id={id}",
    "/api/v2/notifications?limit=30&expand_accounts=partial_avatars&grouped_types[]=favourite",
    "/api/v2/notifications?expand_accounts=full&exclude_types[]=admin.sign_up",
    "/api/v2/search?q=an&resolve=True&limit=5&offset=0&type=statuses",
    "/api/v2/search?q=an&resolve=1",
    "/api/v2/search?q=an&type=accounts&resolve=true&following=true",
    "/api/v2/search?q=an&exclude_unreviewed=true&type=hashtags",
    "/api/v1/followed_tags?limit=200",
    "/api/v1/follow_requests?limit=80",
    "/api/v1/scheduled_statuses?limit=20",
    "/api/v1/announcements?with_dismissed=true",
    "/api/v1/trends/statuses?limit=20&offset=0",
    "/api/v1/suggestions?limit=20",
    "/api/v2/suggestions?limit=20",
    "/api/v1/markers?timeline[]=home&timeline[]=notifications",
    "/api/v1/markers?timeline=notifications",
]


def test_what_apps_read_is_understood(server: Running) -> None:
    anna = server.someone("anna")
    for line in READING:
        done(anna.ask("GET", line.format(id=anna.id, handle=anna.handle)))
    refused(anna.ask("GET", "/api/v1/timelines/home?local=true"), "local")


def test_resolve_and_offset_are_for_those_who_are_logged_in(server: Running) -> None:
    anna = server.someone("anna")
    for query in ("resolve=true", "resolve=1", "resolve=True", "offset=5"):
        path = f"{server.url}/api/v2/search?q=x&{query}"
        assert requests.get(path, timeout=20).status_code == 401
        assert anna.ask("GET", f"/api/v2/search?q=x&{query}").status_code == 200
    for query in ("resolve=false", "resolve=0", "resolve=", "offset=0"):
        assert requests.get(f"{server.url}/api/v2/search?q=x&{query}", timeout=20).status_code == 200


FORMS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/v1/accounts/{other}/follow", {"data": {"reblogs": "true", "notify": "false"}}),
    ("POST", "/api/v1/accounts/{other}/follow", {"json": {}}),
    ("POST", "/api/v1/accounts/{other}/mute", {"data": {"notifications": "true", "duration": "0"}}),
    ("POST", "/api/v1/accounts/{other}/unmute", {}),
    ("POST", "/api/v1/markers", {"json": {"notifications": {"last_read_id": "{status}"}}}),
    ("POST", "/api/v1/markers", {"data": {"home[last_read_id]": "{status}"}}),
    ("POST", "/api/v1/statuses/{status}/reblog", {"json": {"visibility": "public"}}),
    ("POST", "/api/v1/statuses/{status}/reblog", {"data": {"visibility": "public"}}),
    ("PATCH", "/api/v1/accounts/update_credentials", {"data": {"source[privacy]": "unlisted"}}),
    ("PATCH", "/api/v1/accounts/update_credentials", {"files": {"fields_attributes[0][name]": (None, "Web"), "fields_attributes[0][value]": (None, "a"), "locked": (None, "false")}}),
    ("PATCH", "/api/v1/accounts/update_credentials", {"json": {"fields_attributes": [{"name": "a", "value": "b"}, {"name": "", "value": ""}], "hide_collections": False, "indexable": True}}),
    ("POST", "/api/v1/apps", {"data": {"client_name": "Elk", "redirect_uris": "https://elk.example/x", "scopes": "read write follow push"}}),
    ("POST", "/api/v1/apps", {"json": {"client_name": "Elk", "redirect_uris": ["https://elk.example/x"], "website": "https://elk.example"}}),
]  # fmt: skip


def test_what_apps_write_is_understood(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    status = done(ben.ask("POST", S, json={"status": "hello"}))["id"]

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(one) for name, one in value.items()}
        return value.format(status=status) if isinstance(value, str) else value

    for method, path, sent in FORMS:
        done(anna.ask(method, path.format(other=ben.id, status=status), **filled(sent)))


LATER: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "/api/v1/accounts/{other}/follow", {"languages": ["de"]}, "languages"),
    ("POST", "/api/v1/accounts/{other}/follow", {"reblog": True}, "reblog"),
    ("POST", S, {"status": "x", "local_only": True}, "local_only"),
    ("POST", S, {"status": "x", "content_type": "text/markdown"}, "content_type"),
    ("POST", S, {"status": "x", "content-type": "text/markdown"}, "content-type"),
    ("POST", S, {"status": "x", "quote_approval_policy": "all"}, "quote_approval_policy"),
    ("POST", "/api/v1/statuses/{status}/reblog", {"visibility": "private"}, "visibility"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"avatar_description": "x"}, "avatar_description"),
    ("PATCH", "/api/v1/accounts/update_credentials", {"source": {"quote_policy": "friends"}}, "source"),
    ("PATCH", "/api/v2/notifications/policy", {"for_new_accounts": "filter"}, "for_new_accounts"),
    ("PUT", "/api/v1/push/subscription", {"data": {}}, "subscription"),
    ("POST", "/api/v2/filters", {"title": "x"}, "title"),
    ("POST", "/api/v1/lists", {"title": "x", "replies_policy": "list"}, "title"),
]


def test_what_is_not_built_is_refused_and_nothing_is_done(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    status = done(ben.ask("POST", S, json={"status": "hello"}))["id"]
    for method, path, form, field in LATER:
        refused(anna.ask(method, path.format(other=ben.id, status=status), json=form), field)
    refused(anna.ask("GET", "/api/v1/timelines/tag/rye?remote=true"), "remote")
    assert done(anna.ask("GET", f"/api/v1/accounts/relationships?id[]={ben.id}"))[0]["following"] is False
    assert done(anna.ask("GET", f"/api/v1/accounts/{anna.id}/statuses")) == []


OPEN = [
    ("/api/v1/accounts/verify_credentials", "GET"),
    ("/api/v1/accounts/update_credentials", "PATCH"),
    ("/api/v2/media", "POST"),
    ("/api/v1/media/7", "PUT"),
    ("/api/v1/statuses/7", "DELETE"),
    ("/api/v2/instance", "GET"),
    ("/api/v1/apps", "POST"),
    ("/api/v1/streaming/health", "GET"),
    ("/oauth/token", "POST"),
    ("/oauth/revoke", "POST"),
    ("/oauth/userinfo", "GET"),
    ("/.well-known/oauth-authorization-server", "GET"),
]


@pytest.mark.parametrize(("path", "method"), OPEN)
def test_an_app_in_a_browser_may_call(server: Running, path: str, method: str) -> None:
    headers = {
        "Origin": "https://elk.example",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }
    asked = requests.options(server.url + path, headers=headers, timeout=20)
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "*"
    assert method in asked.headers["access-control-allow-methods"].split(", ")
    assert asked.headers["access-control-allow-headers"] == "authorization,content-type,idempotency-key"
    answer = requests.request(
        method, server.url + path, headers={"Origin": "https://elk.example"}, timeout=20
    )
    assert answer.headers["access-control-allow-origin"] == "*"  # refused or not, it can be read
    assert "Link" in answer.headers["access-control-expose-headers"]


def test_pictures_may_be_read_by_an_app_in_a_browser(server: Running) -> None:
    anna: Someone = server.someone("anna")
    made = done(anna.ask("POST", "/api/v2/media", files={"file": png()}))
    for url in (
        made["url"],
        made["preview_url"],
        done(anna.ask("GET", f"/api/v1/accounts/{anna.id}"))["avatar"],
    ):
        assert requests.get(url, timeout=20).headers["access-control-allow-origin"] == "*"
