"""WebFinger, host-meta and NodeInfo; and whatever is asked (by hypothesis)."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linnet.federation.doors import accept, discovery
from linnet.federation.doors import routes as doors
from linnet.federation.vocab import CONTENT_TYPE, LD_TYPE
from tests.asgi import Answer
from tests.federation.neighbours import HERE, PUBLIC, URL
from tests.federation.readable import House, build

# WebFinger, host-meta, NodeInfo


def finger(house: House, resource: str, more: str = "") -> Answer:
    return house.get(f"/.well-known/webfinger?resource={resource}{more}", {})


@pytest.mark.parametrize(
    "resource",
    [
        "acct:bakery@bakery.example", "acct:BAKERY@Bakery.Example", "acct:bakery@social.bakery.example",
        "bakery@bakery.example", "https://social.bakery.example/@bakery", "https://social.bakery.example/ap/users/ID",
    ],
)  # fmt: skip
def test_an_account_is_found_by_each_of_its_names(db, tmp_path, resource):
    house = build(
        db, tmp_path, LINNET_URL="https://social.bakery.example", LINNET_HANDLE_DOMAIN="bakery.example"
    )
    id = house.who["bakery"]
    answer = finger(house, resource.replace("ID", str(id)))
    assert (answer.status, answer.headers["content-type"]) == (200, "application/jrd+json")
    assert answer.headers["access-control-allow-origin"] == "*"
    found = json.loads(answer.body)
    actor = f"https://social.bakery.example/ap/users/{id}"
    assert found["subject"] == "acct:bakery@bakery.example"
    assert found["aliases"] == ["https://social.bakery.example/@bakery", actor]
    self = next(link for link in found["links"] if link["rel"] == "self")
    assert (self["type"], self["href"]) == (CONTENT_TYPE, actor)
    assert json.loads(house.get(f"/ap/users/{id}").body)["preferredUsername"] == "bakery"


def test_the_server_is_found_too(still):
    for resource in ("acct:linnet.example@linnet.example", f"{URL}/ap/actor", URL, f"{URL}/"):
        found = json.loads(finger(still, resource).body)
        assert found["subject"] == "acct:linnet.example@linnet.example"
        assert {link["href"] for link in found["links"] if link["rel"] == "self"} == {f"{URL}/ap/actor"}


def test_only_the_links_that_were_asked_for(still):
    found = json.loads(finger(still, "acct:bakery@linnet.example", "&rel=self").body)
    assert [link["rel"] for link in found["links"]] == ["self"]


@pytest.mark.parametrize(
    ("resource", "status"),
    [
        ("", 400), ("%00", 400), ("x" * 600, 400), ("acct:nobody@linnet.example", 404), ("acct:bakery@other.example", 404),
        ("acct:bakery", 404), ("acct:fay@fay.example", 404), ("https://other.example/@bakery", 404),
        ("https://[", 404), ("https://linnet.example/@bakery/1", 404), ("mailto:bakery@linnet.example", 404),
    ],
)  # fmt: skip
def test_nobody_is_found_otherwise(still, resource, status):
    answer = finger(still, resource)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (status, "*")


def test_host_meta_names_the_place_to_ask(still):
    answer = still.get("/.well-known/host-meta", {})
    assert (answer.status, answer.headers["content-type"]) == (200, "application/xrd+xml")
    assert f'template="{URL}/.well-known/webfinger?resource={{uri}}"'.encode() in answer.body
    for path, headers in (
        ("/.well-known/host-meta.json", {}),
        ("/.well-known/host-meta", {"accept": "application/json"}),
    ):
        found = json.loads(still.get(path, headers).body)
        assert found["links"][0]["template"] == f"{URL}/.well-known/webfinger?resource={{uri}}"


def test_nodeinfo_says_what_runs_here_and_how_much(house):
    index = json.loads(house.get("/.well-known/nodeinfo", {}).body)
    places = {link["rel"].rpartition("/")[2]: link["href"].removeprefix(URL) for link in index["links"]}
    assert set(places) == {"2.0", "2.1"}
    for version, path in places.items():
        answer = house.get(path, {})
        assert answer.headers["content-type"].endswith(f'schema/{version}#"')
        found = json.loads(answer.body)
        assert (found["version"], found["software"]["name"]) == (version, "linnet")
        assert found["metadata"]["upstream"] == {"name": "mastodon"}
        assert found["usage"]["users"]["total"] == 2
        assert found["usage"]["localPosts"] == 4
        assert found["protocols"] == ["activitypub"]
        assert found["openRegistrations"] is False
    assert house.get("/nodeinfo/3.0", {}).status == 404


def test_who_reads_reads_what_is_public(still):
    found = still.json(still.post("public"))
    assert (found["to"], found["type"]) == ([PUBLIC], "Note")
    assert still.json(still.post("public", "/activity"))["object"]["id"] == found["id"]


# whatever is asked


@given(st.text(max_size=80))
def test_no_accept_makes_the_doors_stumble(text):
    for part in (text, f"application/activity+json;{text}", f"text/html;q={text},{text}"):
        assert accept.wants_page(part) in {True, False}
        assert accept.wants_document(part) in {True, False}
        assert accept.content_type(part) in {CONTENT_TYPE, LD_TYPE}
    doors.has_document(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.sampled_from(["", "acct:", f"{URL}/", f"{URL}/@", "https://"]),
)
def test_no_resource_makes_webfinger_stumble(still, text, before):
    found = still.db.read_now(discovery.finger, HERE, before + text)
    assert found is None or found["subject"].endswith("@linnet.example")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=40),
    st.sampled_from(
        ["/ap/users/", "/ap/users/7/", "/ap/users/7/posts/", "/.well-known/", "/nodeinfo/", "/@", "/ap/"]
    ),
)
def test_no_path_makes_the_doors_stumble(still, text, before):
    answer = still.get(before + text.replace("?", "").replace("#", ""))
    assert answer.status in {200, 302, 307, 400, 404, 405, 410}
