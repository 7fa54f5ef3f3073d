"""One address for people and for servers; what is not there, what is gone, and who may not read."""

import json

import pytest

from linnet.federation.doors import accept
from linnet.federation.vocab import CONTENT_TYPE, LD_TYPE
from linnet.kernel.clock import DAY
from linnet.kernel.ids import new_id
from linnet.social.people import actions as people
from linnet.social.polls.rules import NewPoll
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import NewPost
from tests.federation.neighbours import NOW, TERMS, URL
from tests.federation.readable import BROWSER, SERVER

# the same address for people and for servers


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("", ""),
        ("/followers", "/followers"),
        ("/following", "/following"),
        ("/outbox", ""),
        ("/posts/POST", "/POST"),
        ("/posts/POST/replies", "/POST"),
    ],
)
def test_browsers_are_sent_to_the_page(still, path, page):
    id = str(still.said["public"])
    answer = still.get(still.at(path.replace("POST", id)), BROWSER)
    assert (answer.status, answer.headers["location"]) == (302, f"{URL}/@bakery{page.replace('POST', id)}")
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [
        (CONTENT_TYPE, CONTENT_TYPE),
        (LD_TYPE, LD_TYPE),
        (f"{CONTENT_TYPE}, {LD_TYPE}", CONTENT_TYPE),
        ("application/json+activity", CONTENT_TYPE),
        ("*/*", CONTENT_TYPE),
        ("", CONTENT_TYPE),
        ("application/ld+json", CONTENT_TYPE),
        (";;q=,,,\xff", CONTENT_TYPE),
        ("text/html;q=0.1, application/activity+json", CONTENT_TYPE),
        ("application/json", CONTENT_TYPE),
    ],
)
def test_whatever_is_accepted_a_server_gets_its_document(still, accepted, kind):
    answer = still.get(still.post("public"), {"accept": accepted})
    assert (answer.status, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept, Signature"


def test_a_pages_address_is_a_document_to_servers_and_a_page_to_people(still):
    id = still.said["public"]
    assert still.json("/@bakery")["id"] == f"{URL}{still.at()}"
    assert still.json("/@BAKERY")["id"] == f"{URL}{still.at()}"
    assert still.json(f"/@bakery/{id}")["id"] == f"{URL}{still.post('public')}"
    for headers in (BROWSER, {"accept": "*/*"}, {}, {"accept": "image/avif,*/*;q=0.5"}):
        answer = still.get("/@bakery", headers)
        assert (answer.body, answer.headers["vary"]) == (b"a page", "Accept")
    assert still.get("/@bakery.json", {"accept": "application/json"}).body == b"a page"
    assert still.get("/@fay@fay.example", SERVER).body == b"a page"
    assert still.get("/@nobody", SERVER).status == 404
    assert still.get(f"/@ada/{id}", SERVER).status == 404
    assert still.get(f"/@bakery/{still.said['direct']}", SERVER).status == 404


def test_weights_of_accept():
    assert accept.wants_page("text/html, application/activity+json;q=0.9")
    assert not accept.wants_page("text/html;q=0.8, application/activity+json")
    assert accept.wants_document("application/activity+json, text/html;q=0.9")
    assert not accept.wants_document("text/html, application/json")
    assert not accept.wants_document("*/*")


@pytest.mark.parametrize(
    "path",
    [
        "/ap/users/1", "/ap/users/0", "/ap/users/x", "/ap/users/-1", "/ap/users/99999999999999999999",
        "/ap/users/9223372036854775808", "/ap/users/٣", "OWN/nonsense", "OWN/posts/x", "OWN/posts/1/nonsense",
        "OWN/outbox?page=true&max_id=x", "OWN/outbox?page=true&max_id=-1", "OWN/followers?page=1&max_id=%00",
        "PUBLIC/replies?page=true&min_id=x", "OTHER",
    ],
)  # fmt: skip
def test_what_is_not_there(still, path):
    path = path.replace("OWN", still.at()).replace("PUBLIC", still.post("public"))
    path = path.replace("OTHER", f"/ap/users/{still.who['ada']}/posts/{still.said['public']}")
    answer = still.get(path)
    assert (answer.status, json.loads(answer.body)) == (404, {"error": "Not found"})
    assert set(still.keys.asked) <= {0, still.who["bakery"]}  # no key is made for nobody


def test_accounts_elsewhere_and_invented_ones_do_not_speak_here(house):
    assert house.get(f"/ap/users/{house.who['fay']}").status == 404
    house.db.write_now(people.mark_invented, house.who["bakery"])
    for path in ("", "/outbox", "/followers", f"/posts/{house.said['public']}"):
        assert house.get(house.at(path)).status == 404
        assert house.get(house.at(path), BROWSER).status == 404
    assert house.get("/.well-known/webfinger?resource=acct:bakery@linnet.example").status == 404


def test_a_suspended_account_shows_its_key_and_nothing_else(house):
    house.db.write_now(
        lambda tx: tx.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=house.who["bakery"])
    )
    assert house.json(house.at())["suspended"] is True
    for path in ("/outbox", "/followers", "/featured", "/tags", f"/posts/{house.said['public']}"):
        assert house.get(house.at(path)).status == 404
    assert house.get("/.well-known/webfinger?resource=acct:bakery@linnet.example").status == 404


def test_what_was_deleted_is_gone(house):
    house.db.write_now(posts.delete, house.author, house.said["public"], NOW + DAY)
    for surface in ("", "/activity", "/replies"):
        answer = house.get(house.post("public", surface))
        assert (answer.status, answer.headers["content-type"]) == (410, CONTENT_TYPE)
        assert json.loads(answer.body) == {
            "@context": ["https://www.w3.org/ns/activitystreams"],
            "id": f"{URL}{house.post('public')}",
            "type": "Tombstone",
            "deleted": "2026-10-27T07:33:20Z",
        }
    other = f"/ap/users/{house.who['ada']}/posts/{house.said['public']}"
    assert house.get(other).status == 404


@pytest.mark.parametrize("name", ["followers", "direct"])
def test_that_something_private_was_deleted_is_told_to_nobody(house, name):
    house.db.write_now(posts.delete, house.author, house.said[name], NOW + DAY)
    assert house.get(house.post(name)).status == 404


def test_a_question_closes_as_time_goes_by(house):
    new = NewPost("Which?", poll=NewPoll(("Rye", "Wheat"), DAY))
    house.said["poll"] = house.db.write_now(posts.publish, house.author, new, TERMS, id=new_id(), now=NOW)
    assert "closed" in house.json(house.post("poll"))  # asked a month later


# who may not


def test_a_suspended_host_is_refused_whatever_it_asks_for(still):
    for claim in ('keyId="https://bad.example/users/x#main-key"', 'KeyId="https://BAD.example/k"'):
        for path in (still.at(), still.post("public"), "/ap/actor"):
            answer = still.get(path, SERVER | {"signature": claim})
            assert answer.status == 403
            assert b"bakery" not in answer.body
    claim = {"signature-input": 'sig1=();keyid="https://bad.example/k"', "signature": "sig1=:x:"}
    assert still.get(still.at(), SERVER | claim).status == 403


def test_a_bad_signature_is_said_to_be_one_only_where_it_matters(still):
    bad = SERVER | {"signature": "drop signature"}
    assert still.get(still.post("public"), bad).status == 200
    assert still.get(still.post("direct"), bad).status == 401
    assert still.strict().get(still.post("public"), bad).status == 401
    assert still.get(still.at(), bad).status == 200
    later = still.get(still.post("direct"), SERVER | {"signature": "drop unreachable"})
    assert (later.status, later.headers["retry-after"]) == (503, "300")


def test_where_everybody_must_sign_actors_stay_readable(still):
    strict = still.strict()
    assert strict.get(still.at()).status == 200
    assert strict.get("/ap/actor").status == 200
    assert strict.get("/.well-known/webfinger?resource=acct:bakery@linnet.example").status == 200
    for path in ("/outbox", "/followers", "/featured", "/tags"):
        assert strict.get(still.at(path)).status == 401
    assert strict.get(still.at("/outbox"), BROWSER).status == 302
    assert strict.as_reader("a server", still.at("/outbox")).status == 200
