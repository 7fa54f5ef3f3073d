"""An account of ours is closed: who is told, by which key, and what stands at its addresses afterwards."""

import json

import pytest

from linnet.desk.closing import actions as closing
from linnet.federation.delivery import queries as deliveries
from linnet.federation.delivery.rules import Delivery
from linnet.federation.keys import actions as keys
from linnet.federation.keys import queries as key_queries
from linnet.federation.keys.rules import SigningKey
from linnet.kernel.clock import DAY, MINUTE, now_ms
from linnet.social.closing import actions as social
from linnet.social.closing import queries as closings
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.posts import queries as posts
from tests.federation.neighbours import NOW, PUBLIC, URL, follow_us, neighbour
from tests.federation.readable import BROWSER, build
from tests.federation.test_telling import FOLLOWERS, Scene
from tests.federation.village import Village


def close(db, account_id, now=NOW):
    handle = db.read_now(people_queries.must_account, account_id).handle
    db.write_now(closing.close, account_id, typed=handle, person_id=None, now=now)


@pytest.fixture
def scene(db):
    return Scene(db).followed()


def test_everybody_who_may_have_a_copy_is_told_once(scene):
    """Two followers share a server, Hal's server has only met it; Gone and Silent are not written to."""
    scene.db.write_now(neighbour, "gone", "gone.example")
    scene.db.write_now(lambda tx: tx.run("UPDATE actor SET gone_at = 1 WHERE authority = 'gone.example'"))
    scene.say("soon gone")
    (sent,) = scene.post.done(
        closing.close, scene.bakery.id, typed="bakery", person_id=scene.person.id, now=NOW
    )
    assert sent.inboxes == FOLLOWERS | {"https://hal.example/inbox": 0}
    assert sent.body == {
        "@context": ["https://www.w3.org/ns/activitystreams"],
        "id": f"{scene.uri}#delete",
        "type": "Delete",
        "actor": scene.uri,
        "to": [PUBLIC],
        "object": scene.uri,
    }
    assert (sent.kind, sent.object_uri) == ("Delete", scene.uri)


def test_what_the_job_takes_away_is_not_told_piece_by_piece(scene):
    scene.say("one")
    scene.say("@hal@hal.example two")
    scene.post.do(follow_us, scene.hal, scene.bakery)
    scene.post.tell()
    scene.post.done(closing.close, scene.bakery.id, typed="bakery", person_id=None, now=NOW)
    while scene.post.do(social.take_away, scene.bakery.id, NOW + DAY):
        pass
    assert scene.post.due() == []
    assert scene.db.read_now(closings.closing, scene.bakery.id).done_at == NOW + DAY


def test_an_invented_account_goes_without_a_word(scene):
    scene.db.write_now(people.mark_invented, scene.bakery.id)
    assert scene.post.done(closing.close, scene.bakery.id, typed="bakery", person_id=None, now=NOW) == []


def test_its_addresses_say_that_it_is_gone(db, tmp_path):
    house = build(db, tmp_path)
    close(db, house.who["bakery"])
    tombstone = {"type": "Tombstone", "deleted": "2026-10-26T07:33:20Z"}
    for path in ("", "/outbox", "/followers", "/following", "/featured", "/tags", "/outbox?page=true"):
        answer = house.get(house.at(path))
        assert answer.status == 410, path
        said = json.loads(answer.body)
        assert said == {"@context": said["@context"], "id": URL + house.at(), **tombstone}
    for name in house.said:  # also while the job has not come to them
        answer = house.get(house.post(name))
        assert (answer.status, json.loads(answer.body)["id"]) == (410, URL + house.post(name))
    assert house.get(house.at("/posts/5")).status == 410  # as one that was for few: nobody learns which
    assert house.get("/.well-known/webfinger?resource=acct:bakery@linnet.example").status == 404
    assert house.get(f"/.well-known/webfinger?resource={URL}{house.at()}").status == 404
    assert house.get(house.at(), BROWSER).status == 302  # to its page, which says so
    while db.write_now(social.take_away, house.who["bakery"], NOW):
        pass
    for name in house.said:
        assert house.get(house.post(name)).status == 410
    assert house.get(f"/ap/users/{house.who['ada']}").status == 200


def test_the_key_is_kept_until_the_last_letter_is_gone(scene):
    id = scene.bakery.id
    scene.db.write_now(keys.keep, SigningKey(id, "pem", "sealed", NOW))
    scene.db.write_now(keys.keep, SigningKey(0, "pem", "sealed", NOW))
    assert scene.db.write_now(keys.sweep, NOW + 100 * DAY) == 0  # nobody was closed
    close(scene.db, id)
    assert scene.db.write_now(keys.sweep, NOW + 13 * DAY) == 0

    def waits(tx):
        deliveries.add_activity(
            tx, id=9, account_id=id, kind="Delete", object_uri="x", post_id=None, body="{}", inboxes=1, hosts=1,
            followers=0, now=NOW,
        )  # fmt: skip
        deliveries.add(tx, [Delivery("slow.example", 1, 9, "https://slow.example/i", 0, 0, NOW)])

    scene.db.write_now(waits)
    assert scene.db.write_now(keys.sweep, NOW + 15 * DAY) == 0
    scene.db.write_now(deliveries.take_out, "slow.example", 1)
    assert scene.db.write_now(keys.sweep, NOW + 15 * DAY) == 1
    assert scene.db.read_now(key_queries.one, id) is None
    assert scene.db.read_now(key_queries.one, 0) is not None


def test_between_two_servers_nothing_is_left_and_nobody_comes_back(village: Village) -> None:
    here, there = village.town("here.example"), village.town("there.example")
    shop, ida, vera = here.person("shop"), here.person("ida"), there.person("vera")

    async def story() -> None:
        known = await vera.follow(shop)
        await shop.find(vera.address)
        post = await shop.says("Closing down")
        assert [one["content"] for one in await vera.home()]
        address = f"https://here.example/ap/users/{shop.id}/posts/{post['id']}"
        assert await there.db.read(posts.by_uri, address)
        await here.db.write(closing.close, shop.id, typed="shop", person_id=None, now=now_ms())
        # while it waits, the letter is signed by a key that stands at no address any more
        await village.settle(ahead=MINUTE)  # less than the job waits to look once more
        assert await vera.home() == []
        assert await there.db.read(posts.by_uri, address) is None
        gone = await there.db.read(people_queries.must_account, int(known["id"]))
        assert gone.suspended_at is not None
        answer = await village.ask("GET", shop.uri, {"accept": "application/activity+json"}, b"")
        assert answer.status == 410
        answer = await village.ask("GET", address, {"accept": "application/activity+json"}, b"")
        assert answer.status == 410
        assert await vera.find(shop.address) is None
        # a letter to it afterwards is refused, and the other account is none the worse
        assert (await ida.find(vera.address))["acct"] == "vera@there.example"
        assert (await ida.call("GET", "/v1/accounts/lookup", {"acct": "shop"}, good=False))[0] == 404

    village.run(story())
