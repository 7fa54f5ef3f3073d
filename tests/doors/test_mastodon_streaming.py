"""Live streams: server-sent events as Mastodon.py reads them, and one WebSocket for many streams."""

import json
import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from mastodon import StreamListener
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from linnet.kernel.clock import now_ms
from linnet.mastodon.routes import streaming
from linnet.social.people import actions as people
from tests.doors.conftest import Running, Someone

PATIENCE = 10  # seconds after which a missing event is a failure


@contextmanager
def socket(someone: Someone, query: str = "", **kwargs: Any) -> Iterator[ClientConnection]:
    url = f"{someone.server.url.replace('http', 'ws')}/api/v1/streaming?access_token={someone.token}{query}"
    with connect(url, **kwargs) as made:
        yield made


def subscribe(made: ClientConnection, stream: str, **more: str) -> None:
    made.send(json.dumps({"type": "subscribe", "stream": stream, **more}))


def settle(made: ClientConnection) -> None:
    """Waits until the server has read what was sent: it answers rubbish at once."""
    made.send("{}")
    while "error" not in json.loads(made.recv(PATIENCE)):
        pass


def next_of(made: ClientConnection) -> tuple[list[str], str, Any]:
    letter = json.loads(made.recv(PATIENCE))
    payload = letter["payload"]
    return letter["stream"], letter["event"], json.loads(payload) if payload.startswith("{") else payload


class Ears(StreamListener):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()

    def on_update(self, status: Any) -> None:
        self.heard.put(("update", status))

    def on_status_update(self, status: Any) -> None:
        self.heard.put(("status.update", status))

    def on_delete(self, status_id: Any) -> None:
        self.heard.put(("delete", status_id))

    def on_notification(self, notification: Any) -> None:
        self.heard.put(("notification", notification))

    def next(self) -> tuple[str, Any]:
        return self.heard.get(timeout=PATIENCE)


def test_mastodon_py_hears_what_happens_at_home(server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "BREATH", 0.1)  # the listener looks up only when a line comes
    anna, ben = server.someone("anna"), server.someone("ben")
    anna.api.account_follow(ben.id)
    assert anna.api.stream_healthy()
    ears = Ears()
    handle = anna.api.stream_user(ears, run_async=True)
    try:
        while not handle.is_receiving():
            pass
        said = ben.api.status_post(f"Hello @{anna.handle}")
        assert {ears.next()[0], ears.next()[0]} == {"update", "notification"}
        ben.api.status_update(said.id, "Hello all")
        kind, status = ears.next()
        assert (kind, status.content) == ("status.update", "<p>Hello all</p>")
        ben.api.status_delete(said.id)
        assert ears.next() == ("delete", said.id)
    finally:
        handle.close()


def test_one_socket_carries_many_streams(server: Running) -> None:
    anna, ben, eve = server.someone("anna"), server.someone("ben"), server.someone("eve")
    anna.api.account_follow(ben.id)
    with socket(anna, "&stream=user") as made:
        subscribe(made, "hashtag", tag="Rye")
        subscribe(made, "user:notification")
        settle(made)
        first = ben.api.status_post("No tag")
        assert next_of(made)[:2] == (["user"], "update")
        tagged = eve.api.status_post("Good #rye today")
        stream, event, status = next_of(made)
        assert (stream, event, status["id"]) == (["hashtag", "Rye"], "update", str(tagged.id))
        assert "favourited" not in status
        eve.api.status_post("Not for Anna's ears")
        anna_said = anna.api.status_post("Mine")
        assert next_of(made)[2]["id"] == str(anna_said.id)
        eve.api.status_favourite(anna_said.id)
        both = {tuple(next_of(made)[0]), tuple(next_of(made)[0])}
        assert both == {("user",), ("user:notification",)}
        ben.api.status_delete(first.id)
        assert next_of(made) == (["user"], "delete", str(first.id))
        made.send(json.dumps({"type": "unsubscribe", "stream": "hashtag", "tag": "rye"}))
        settle(made)
        eve.api.status_post("More #rye")
        ben.api.status_post("The next thing Anna hears")
        assert next_of(made)[0] == ["user"]


def test_a_public_stream_shows_what_its_timeline_shows(server: Running) -> None:
    anna, ben, eve = server.someone("anna"), server.someone("ben"), server.someone("eve")
    anna.api.account_block(eve.id)
    with socket(anna) as made:
        subscribe(made, "public:local")
        settle(made)
        eve.api.status_post("Blocked")
        ben.api.status_post("Quiet", visibility="unlisted")
        ben.api.status_post(f"@{anna.handle} secret", visibility="direct")
        shown = ben.api.status_post("Shown")
        assert next_of(made)[2]["id"] == str(shown.id)


def test_a_stream_ends_with_its_token(server: Running) -> None:
    anna = server.someone("anna")
    with socket(anna, "&stream=user") as made:
        settle(made)
        server.write(people.disable_person, anna.person.id, now_ms())
        with pytest.raises(ConnectionClosed) as closed:
            made.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008


def test_what_cannot_be_listened_to_is_said(server: Running) -> None:
    anna = server.someone("anna", scopes="read:statuses")
    with socket(anna) as made:
        for message, status in (
            ({"type": "subscribe", "stream": "direct"}, 422),
            ({"type": "subscribe", "stream": "list", "list": "1"}, 422),
            ({"type": "subscribe", "stream": "hashtag"}, 422),
            ({"type": "subscribe", "stream": "user:notification"}, 403),
            ({"type": "sing"}, 422),
            ([1], 422),
        ):
            made.send(json.dumps(message))
            answer = json.loads(made.recv(PATIENCE))
            assert answer["status"] == status, message
            assert answer["error"]
        made.send("not json")
        assert json.loads(made.recv(PATIENCE))["status"] == 422
    base = f"{server.url}/api/v1/streaming"
    assert requests.get(f"{base}/user", timeout=20).status_code == 401
    assert anna.ask("GET", "/api/v1/streaming/user/notification").status_code == 403
    assert anna.ask("GET", "/api/v1/streaming/hashtag").status_code == 422
    assert anna.ask("GET", "/api/v1/streaming/public?frobnicate=1").status_code == 422
    for stream in ("direct", "list"):
        answer = anna.ask("GET", f"/api/v1/streaming/{stream}")
        assert (answer.status_code, answer.json()["error"]) == (404, "This stream is not supported yet.")
    assert requests.get(f"{base}/user", params={"access_token": "lnt_no"}, timeout=20).status_code == 401


def test_a_browser_names_its_token_as_a_subprotocol(server: Running) -> None:
    anna = server.someone("anna")
    url = f"{server.url.replace('http', 'ws')}/api/v1/streaming?stream=user"
    with connect(url, subprotocols=[Subprotocol(anna.token)]) as made:
        settle(made)
        said = anna.api.status_post("Heard by myself")
        assert next_of(made)[2]["id"] == str(said.id)
    for bad in (f"{url}&access_token=lnt_wrong", url.replace("streaming", "nothing")):
        with pytest.raises(Exception, match=r"HTTP|closed|1008|403"), connect(bad) as refused:
            refused.recv(PATIENCE)
