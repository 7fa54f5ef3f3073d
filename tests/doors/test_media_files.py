"""`/media/{name}` through the web framework."""

import asyncio
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette

from linnet.kernel.errors import NotFound
from linnet.site import media_files
from linnet.social.media.store import Store

ELSEWHERE: list[str] = []  # names of the picture that the tests have from elsewhere


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "media")


def get(store, path, **headers):
    """Status, headers and body of a request, as an ASGI server would ask."""

    async def elsewhere(id, small):
        if id != 7:
            raise NotFound("picture")
        return next(name for name in ELSEWHERE if name.endswith("-small.webp") == small)

    app = Starlette(routes=media_files.routes(store, elsewhere))
    sent = []
    asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive():
        for message in asked:
            return message
        return await asyncio.get_running_loop().create_future()  # the caller stays and says no more

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": headers.pop("method", "GET"),
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
    fields = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], fields, b"".join(m.get("body", b"") for m in sent[1:])


def test_a_picture_is_served_harmless_and_for_ever(store):
    name, small = store.keep_now(b"picture", "image/jpeg", b"thumb")
    status, headers, body = get(store, f"/media/{name}", accept="application/activity+json")
    assert (status, body) == (200, b"picture")
    assert headers["content-type"] == "image/jpeg"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["content-disposition"] == "inline"
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "set-cookie" not in headers
    assert get(store, f"/media/{small}")[1]["content-type"] == "image/webp"
    etag = headers["etag"]
    for asked in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        status, again, body = get(store, f"/media/{name}", if_none_match=asked)
        assert (status, body, again["etag"]) == (304, b"", etag)
    assert get(store, f"/media/{name}", if_none_match='"x"')[0] == 200
    status, headers, body = get(store, f"/media/{name}", method="HEAD")
    assert (status, headers["content-length"], body) == (200, "7", b"")
    assert get(store, f"/media/{name}", method="POST")[0] == 405


@pytest.mark.parametrize(
    "path",
    [
        "..%2f..%2fetc%2fpasswd",
        "%252e%252e%252fetc%252fpasswd",
        "..;/x",
        "%00",
        "%2fetc%2fpasswd",
        "..%5c..%5cwin.ini",
        "00000000000000000000000000000000.jpg",
        "00000000000000000000000000000000.svg",
        "",
        ".",
        "..",
    ],
)
def test_c12_nothing_else_is_served(store, path):
    store.keep_now(b"picture", "image/jpeg", b"thumb")
    (store.root.parent / "secret").write_text("secret")
    status, _, body = get(store, f"/media/{path}")
    assert status == 404
    assert b"secret" not in body


def test_a_picture_of_another_server_comes_from_us(store, monkeypatch):
    names = store.keep_now(b"theirs", "image/png", b"thumb")
    monkeypatch.setattr("tests.doors.test_media_files.ELSEWHERE", list(names))
    status, headers, body = get(store, "/media/elsewhere/7")
    assert (status, body, headers["content-type"]) == (200, b"theirs", "image/png")
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "immutable" not in headers["cache-control"]  # it may have to be fetched again
    assert get(store, "/media/elsewhere/7/small")[2] == b"thumb"
    assert get(store, "/media/elsewhere/7", if_none_match=headers["etag"])[0] == 304
    assert get(store, "/media/elsewhere/8")[0] == 404
    assert get(store, "/media/elsewhere/x")[0] == 404
