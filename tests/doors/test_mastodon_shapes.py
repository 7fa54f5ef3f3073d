"""Every answer of the client API against a table of what its documentation says: names, types, what
may be null (`fixtures/mastodon_shapes.json`). A new endpoint or a new field must be entered there."""

import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from linnet.kernel.clock import DAY, HOUR, iso, now_ms
from linnet.mastodon.paths import Table
from linnet.mastodon.table import ENDPOINTS
from tests.doors.conftest import Running, Someone

_TABLE = json.loads((Path(__file__).parents[1] / "fixtures" / "mastodon_shapes.json").read_text())
ENTITIES: dict[str, dict[str, str]] = _TABLE["entities"]
ANSWERS: dict[str, str] = _TABLE["answers"]
REFUSING = {"refuse", "absent", "say"}  # endpoints that never go well; and there are no registrations

WORDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda v: isinstance(v, str),
    "id": lambda v: isinstance(v, str) and v.isascii() and v.isdigit(),
    "time": lambda v: bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", str(v))),
    "day": lambda v: bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(v))),
    "address": lambda v: isinstance(v, str) and bool(re.fullmatch(r"https?://\S+", v)),
    "stream": lambda v: isinstance(v, str) and bool(re.fullmatch(r"wss?://[^\s/]+", v)),
    "flag": lambda v: isinstance(v, bool),
    "count": lambda v: isinstance(v, int) and not isinstance(v, bool) and v >= 0,
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "never": lambda v: False,
}


def problems(value: Any, word: str, where: str) -> Iterator[str]:
    """What about `value` is not as `word` says."""
    if word.endswith("?"):
        if value is not None:
            yield from problems(value, word[:-1], where)
    elif word == "{}":
        if value != {}:
            yield f"{where}: {value!r} is not an empty object"
    elif word[0] in "[{":
        yield from _of_many(value, word, where)
    elif word in ENTITIES:
        yield from _of_entity(value, word, where)
    elif word[0].isupper():
        yield from min((list(problems(value, one, where)) for one in word.split("|")), key=len)
    elif not (WORDS[word](value) if word in WORDS else value in word.split("|")):
        yield f"{where}: {value!r} is no {word}"


def _of_many(value: Any, word: str, where: str) -> Iterator[str]:
    if not isinstance(value, list if word[0] == "[" else dict):
        yield f"{where}: {value!r} is not {word}"
        return
    for one in value if word[0] == "[" else value.values():
        yield from problems(one, word[1:-1], f"{where}[]")


def _of_entity(value: Any, name: str, where: str) -> Iterator[str]:
    fields = dict(ENTITIES[name])
    fields |= ENTITIES[fields.pop("extends")] if "extends" in fields else {}
    if not isinstance(value, dict):
        yield f"{where}: {value!r} is no {name}"
        return
    yield from (f"{where}.{key}: is not in the table" for key in value.keys() - fields.keys())
    for key, word in fields.items():
        if key in value or not word.endswith("?"):
            yield from problems(value.get(key), word, f"{where}.{key}")


class Caller:
    """Calls endpoints and holds each answer against the table."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self.paths = Table(ENDPOINTS)
        self.asked: set[str] = set()
        self.wrong: set[str] = set()

    def __call__(self, who: Someone | None, line: str, status: int = 200, **kwargs: Any) -> Any:
        """`line`: "GET /api/…"."""
        method, _, path = line.partition(" ")
        found = self.paths.find(path.partition("?")[0])
        assert found, line
        name = f"{method} {found[0][method].path}"
        answer = (
            who.ask(method, path, **kwargs)
            if who
            else requests.request(method, self.server.url + path, timeout=20, **kwargs)
        )
        assert answer.status_code == status, (line, answer.text)
        if status == 200:
            self.asked.add(name)
            self.wrong.update(problems(answer.json(), ANSWERS.get(name, "never"), name))
        return answer.json()


class Cast:
    """Four people, of whom the third is locked."""

    def __init__(self, server: Running) -> None:
        self.anna, self.ben, self.eve = (server.someone(n) for n in ("anna", "ben", "eve"))
        self.locked = server.someone("lock", locked=True)
        self.all = (self.anna, self.ben, self.eve, self.locked)


def picture() -> tuple[str, bytes, str]:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return "a.png", out.getvalue(), "image/png"


S, A, N = "/api/v1/statuses", "/api/v1/accounts", "/api/v1/notifications"


def apps(call: Caller, cast: Cast) -> None:
    form = {"client_name": "A", "redirect_uris": "https://a.example/x", "website": "https://a.example"}
    app = call(None, "POST /api/v1/apps", json=form)
    client = {name: app[name] for name in ("client_id", "client_secret")}
    token = call(None, "POST /oauth/token", data=client | {"grant_type": "client_credentials"})
    as_app = {"Authorization": f"Bearer {token['access_token']}"}
    call(None, "GET /api/v1/apps/verify_credentials", headers=as_app)
    call(None, "POST /oauth/revoke", data=client | {"token": token["access_token"]})
    for line in ("GET /oauth/userinfo", "POST /oauth/userinfo", "GET /api/v1/preferences"):
        call(cast.anna, line)
    call(None, "GET /.well-known/oauth-authorization-server")


def profiles(call: Caller, cast: Cast) -> None:
    me = f"PATCH {A}/update_credentials"
    call(cast.anna, me, files={"avatar": picture(), "header": picture()})
    fields = [{"name": "Web", "value": "https://a.example"}, {"name": "Since", "value": "1903"}]
    call(cast.anna, me, json={"display_name": "Anna", "note": "Hi #rye", "fields_attributes": fields})
    call(cast.anna, f"GET {A}/verify_credentials")
    call(cast.ben, f"GET {A}/search?q={cast.anna.handle}")
    for who in (cast.ben, None):
        call(who, f"GET {A}/{cast.anna.id}")
        call(who, f"GET {A}/lookup?acct={cast.anna.handle}")
        call(who, f"GET {A}?id[]={cast.anna.id}&id[]={cast.ben.id}")
        for what in ("featured_tags", "endorsements"):
            call(who, f"GET {A}/{cast.anna.id}/{what}")
    for what in ("lists", "identity_proofs"):
        call(cast.ben, f"GET {A}/{cast.anna.id}/{what}")
    for what in ("avatar", "header"):
        call(cast.anna, f"DELETE /api/v1/profile/{what}")


def ties(call: Caller, cast: Cast) -> None:
    anna, ben, eve, locked = cast.all
    for fan in (ben, eve):
        call(fan, f"POST {A}/{anna.id}/follow", json={"notify": True})
        call(fan, f"POST {A}/{locked.id}/follow")
    call(anna, f"POST {A}/{ben.id}/follow")
    call(locked, "GET /api/v1/follow_requests")
    call(locked, f"POST /api/v1/follow_requests/{ben.id}/authorize")
    call(locked, f"POST /api/v1/follow_requests/{eve.id}/reject")
    for what in ("followers", "following"):
        call(eve, f"GET {A}/{anna.id}/{what}")
    call(eve, f"GET {A}/familiar_followers?id[]={anna.id}&id[]={locked.id}")
    call(eve, f"POST {A}/{ben.id}/mute", json={"duration": 3600})
    call(eve, "GET /api/v1/mutes")
    call(eve, f"POST {A}/{ben.id}/unmute")
    call(eve, f"POST {A}/{ben.id}/block")
    call(eve, "GET /api/v1/blocks")
    call(eve, f"GET {A}/relationships?id[]={ben.id}&id[]={anna.id}")
    call(eve, f"POST {A}/{ben.id}/unblock")
    call(eve, f"POST {A}/{ben.id}/note", json={"comment": "Pays late"})
    call(locked, f"POST {A}/{ben.id}/remove_from_followers")
    call(ben, f"POST {A}/{locked.id}/unfollow")


def statuses(call: Caller, cast: Cast) -> None:
    anna, ben, _, _ = cast.all
    media = [call(anna, f"POST {v}", files={"file": picture()}) for v in ("/api/v1/media", "/api/v2/media")]
    call(anna, f"PUT /api/v1/media/{media[0]['id']}", json={"description": "A loaf", "focus": "0.5,-1"})
    call(anna, f"GET /api/v1/media/{media[0]['id']}")
    loose = call(anna, "POST /api/v2/media", files={"file": picture()})
    call(anna, f"DELETE /api/v1/media/{loose['id']}")
    poll = {"options": ["a", "b"], "expires_in": 600, "hide_totals": True, "multiple": True}
    forms: tuple[dict[str, Any], ...] = (
        {"status": f"#rye for @{ben.handle} https://a.example", "spoiler_text": "food", "language": "en"},
        {"status": "look", "media_ids": [one["id"] for one in media], "sensitive": True},
        {"status": "which?", "poll": poll},
        *({"status": f"@{ben.handle} {v}", "visibility": v} for v in ("unlisted", "private", "direct")),
    )
    made = [call(anna, f"POST {S}", json=form) for form in forms]
    made += [call(ben, f"POST {S}", json={"status": f"@{anna.handle} yes", "in_reply_to_id": made[0]["id"]})]
    call(ben, f"POST /api/v1/polls/{made[2]['poll']['id']}/votes", json={"choices": [0, 1]})
    call(anna, f"PUT {S}/{made[0]['id']}", json={"status": "#rye and #spelt"})
    call(anna, f"PUT {S}/{made[1]['id']}", json={"status": "look!", "media_ids": [media[1]["id"]]})
    made += [call(ben, f"POST {S}/{made[n]['id']}/reblog") for n in (0, 2)]
    for one in made:
        hidden = one["visibility"] in {"private", "direct"}
        for who, status in ((anna, 200), (ben, 200), (None, 404 if hidden else 200)):
            for what in ("", "/context", "/history", "/favourited_by", "/reblogged_by"):
                call(who, f"GET {S}/{one['id']}{what}", status)
            if one["poll"]:
                call(who, f"GET /api/v1/polls/{one['poll']['id']}")
    call(anna, f"GET {S}?id[]={made[0]['id']}&id[]={made[2]['id']}")
    call(anna, f"GET {S}/{made[0]['id']}/source")
    call(anna, f"DELETE {S}/{made[1]['id']}")
    quote = call(ben, f"POST {S}", json={"status": "see", "quoted_status_id": made[0]["id"]})
    call(anna, f"POST {S}", json={"status": "see him", "quoted_status_id": quote["id"]})
    for who in (anna, None):
        call(who, f"GET {S}/{made[0]['id']}/quotes")
    call(anna, f"PUT {S}/{made[0]['id']}/interaction_policy", json={"quote_approval_policy": "followers"})
    call(anna, f"POST {S}/{made[0]['id']}/quotes/{quote['id']}/revoke")


def deeds(call: Caller, cast: Cast) -> None:
    made = call(cast.anna, f"POST {S}", json={"status": "do something with me #rye"})["id"]
    for deed in ("favourite", "bookmark", "reblog", "mute", "unmute"):
        call(cast.eve, f"POST {S}/{made}/{deed}")
    call(cast.anna, f"POST {S}/{made}/pin")
    for what in ("favourited_by", "reblogged_by"):
        call(cast.anna, f"GET {S}/{made}/{what}")
    for what in ("favourites", "bookmarks"):
        call(cast.eve, f"GET /api/v1/{what}")
    for who in (cast.anna, cast.ben, None):
        call(who, "GET /api/v1/timelines/public")
        call(who, "GET /api/v1/timelines/tag/rye")
        call(who, "GET /api/v2/search?q=rye")
        call(who, "GET /api/v1/tags/rye")
        for query in ("", "?pinned=true", "?only_media=true"):
            call(who, f"GET {A}/{cast.anna.id}/statuses{query}")
    for who in cast.all:
        call(who, "GET /api/v1/timelines/home")
    report = {"account_id": str(cast.anna.id), "status_ids": [made], "comment": "rude", "forward": False}
    call(cast.eve, "POST /api/v1/reports", json=report | {"category": "spam", "rule_ids": []})
    for deed in ("unfavourite", "unbookmark", "unreblog"):
        call(cast.eve, f"POST {S}/{made}/{deed}")
    call(cast.anna, f"POST {S}/{made}/unpin")
    for deed in ("follow", "unfollow"):
        call(cast.anna, "POST /api/v1/tags/spelt/follow")
        call(cast.anna, "GET /api/v1/followed_tags")
        call(cast.anna, f"POST /api/v1/tags/spelt/{deed}")


def planned(call: Caller, cast: Cast) -> None:
    anna, at = cast.anna, iso(now_ms() + DAY)
    media = call(anna, "POST /api/v2/media", files={"file": picture()})["id"]
    root = call(anna, f"POST {S}", json={"status": "root"})["id"]
    poll = {"options": ["a", "b"], "expires_in": 600}
    for more in ({"media_ids": [media]}, {"poll": poll, "in_reply_to_id": root, "spoiler_text": "x"}):
        call(anna, f"POST {S}", json={"status": "later", "scheduled_at": at} | more)
    found = call(anna, "GET /api/v1/scheduled_statuses")
    assert len(found) == 2
    one = f"/api/v1/scheduled_statuses/{found[0]['id']}"
    call(anna, f"GET {one}")
    call(anna, f"PUT {one}", json={"scheduled_at": iso(now_ms() + HOUR)})
    call(anna, f"DELETE {one}")


def told(call: Caller, cast: Cast) -> None:
    anna = cast.anna
    notices = call(anna, f"GET {N}")
    assert {one["type"] for one in notices} >= {"mention", "follow", "reblog"}
    for query in ("", "?expand_accounts=partial_avatars"):
        groups = call(anna, f"GET /api/v2/notifications{query}")["notification_groups"]
    for one in groups:
        call(anna, f"GET /api/v2/notifications/{one['group_key']}")
        call(anna, f"GET /api/v2/notifications/{one['group_key']}/accounts")
    call(anna, f"GET {N}/{notices[0]['id']}")
    call(anna, "POST /api/v1/markers", json={"notifications": {"last_read_id": notices[-1]["id"]}})
    call(anna, "GET /api/v1/markers?timeline[]=home&timeline[]=notifications")
    for version in ("v1", "v2"):
        call(anna, f"GET /api/{version}/notifications/unread_count")
    call(anna, "GET /api/v2/notifications/policy")
    call(anna, "PATCH /api/v2/notifications/policy", json={"for_new_accounts": "accept"})
    call(anna, f"POST {N}/{notices[0]['id']}/dismiss")
    call(anna, f"POST /api/v2/notifications/{groups[-1]['group_key']}/dismiss")
    call(anna, f"POST {N}/clear")
    for who in (cast.ben, cast.eve, cast.locked):
        call(who, f"GET {N}")


def found(call: Caller, cast: Cast) -> None:
    """Who may be found, and who is suggested."""
    call(cast.anna, "GET /api/v1/directory?order=new&local=true")
    call(cast.anna, "GET /api/v1/suggestions")
    for one in call(cast.anna, "GET /api/v2/suggestions"):
        call(cast.anna, f"DELETE /api/v1/suggestions/{one['account']['id']}")


def the_server(call: Caller, cast: Cast) -> None:
    """What needs no more than to be asked, and what is always empty."""
    for name, shape in ANSWERS.items():
        if name.startswith("GET") and "{" not in name and name not in call.asked:
            assert shape == "[never]" or "instance" in name or "merged" in name, name
            call(cast.anna, name)


def test_every_answer_has_the_documented_shape(server: Running) -> None:
    call, cast = Caller(server), Cast(server)
    for chapter in (apps, profiles, ties, statuses, deeds, planned, told, found, the_server):
        chapter(call, cast)
    assert sorted(call.wrong) == []
    answering = {f"{e.method} {e.path}" for e in ENDPOINTS if e.run.__name__ not in REFUSING}
    assert call.asked == ANSWERS.keys() == answering - {"POST /api/v1/accounts"}


def test_the_table_has_teeth() -> None:
    good = {"id": "1", "text": "x", "spoiler_text": ""}
    assert list(problems(good, "StatusSource", "x")) == []
    for bad in ({"id": 1}, {"text": None}, {"more": 1}, {"spoiler_text": []}):
        assert len(list(problems(good | bad, "StatusSource", "x"))) == 1
    assert list(problems({"id": "1", "text": "x"}, "StatusSource", "x"))
    assert list(problems({"a": 1}, "{}", "x"))
    for word, bad in (("time", "2026-11-26"), ("flag", 0), ("count", True), ("[id]?", ["x"]), ("a|b", "c")):
        assert list(problems(bad, word, "x")), word


def test_errors_have_the_documented_shape(server: Running) -> None:
    anna = server.someone("anna")
    for line, form, status in (
        (f"POST {S}", {"status": "x" * 500}, 422),
        (f"POST {S}", {"status": "x", "visibility": "all"}, 422),
        (f"PATCH {A}/update_credentials", {"display_name": "x" * 5000}, 422),
        (f"GET {S}/1", None, 404),
        ("GET /api/v1/conversations", None, 404),
        (f"POST {A}", {}, 403),
    ):
        method, _, path = line.partition(" ")
        answer = anna.ask(method, path, json=form)
        assert answer.status_code == status
        found = answer.json()
        assert isinstance(found.pop("error"), str)
        for field, ills in found.pop("details", {}).items():
            assert isinstance(field, str)
            assert all(ill["error"].startswith("ERR_") and ill["description"] for ill in ills)
        assert found == {}


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v3/statuses", "/api/v1/annual_reports", "/api/"])
def test_what_is_not_there_is_told_in_json(server: Running, path: str) -> None:
    for method in ("GET", "POST"):
        answer = requests.request(method, server.url + path, timeout=20)
        assert (answer.status_code, answer.json()["error"]) == (404, "This server has no such endpoint")
