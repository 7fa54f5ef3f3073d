"""Who may read what, and what stands in collections."""

import pytest

from linnet.desk.publishing import actions as publishing
from linnet.kernel.ids import new_id
from linnet.social.follows import actions as follows
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import ProfileChange
from linnet.social.posts import actions as posts
from linnet.social.posts import foreign
from linnet.social.posts.rules import Author, NewPost
from linnet.social.reactions import actions as reactions
from linnet.social.safety import actions as safety
from tests.federation.neighbours import NOW, TERMS, URL, their_post
from tests.federation.readable import BROWSER

# visibility x reader x surface (security paper 1.D: D01, D03, D06, D08)

READERS = ("nobody", "a server", "fay", "gil", "hal")  # fay follows, gil is named, hal is blocked
MAY = {
    "public": {"nobody", "a server", "fay", "gil", "hal"},  # who is blocked may read it unsigned anyway
    "quiet": {"nobody", "a server", "fay", "gil", "hal"},
    "followers": {"fay"},
    "direct": {"gil"},
}
OF_ONE = ("", "/activity", "/replies", "/likes", "/shares", "/context", "/replies?page=true")


@pytest.mark.parametrize("visibility", MAY)
def test_d03_who_may_read_a_post(house, visibility):
    for reader in READERS:
        for surface in OF_ONE:
            _reads(house, visibility, reader, surface)


def _reads(house, visibility, reader, surface):
    answer = house.as_reader(reader, house.post(visibility, surface))
    assert (reader, surface, answer.status) == (reader, surface, 200 if reader in MAY[visibility] else 404)
    if answer.status == 404:  # as for what never was
        never = house.as_reader(reader, house.at(f"/posts/123{surface}"))
        assert (answer.status, answer.body, answer.headers) == (never.status, never.body, never.headers)
    if visibility in {"followers", "direct"}:
        assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize("visibility", MAY)
def test_d03_who_may_read_a_post_where_everybody_must_sign(house, visibility):
    strict = house.strict()
    for reader in READERS:
        may = reader in MAY[visibility] and reader != "hal"  # who is blocked has said who it is
        wanted = 401 if reader == "nobody" else 200 if may else 404
        for surface in OF_ONE:
            answer = strict.as_reader(reader, house.post(visibility, surface))
            assert (reader, surface, answer.status) == (reader, surface, wanted)
            assert answer.headers["cache-control"] == "private, no-store"


LISTS = (
    "/outbox?page=true",
    "/featured",
    "/outbox",
    "/tags",
    "/followers?page=true",
    "/following?page=true",
    "",
)


def test_d01_lists_hold_what_everybody_may_see(house):
    def pin(tx):
        for visibility in ("public", "quiet", "followers"):
            reactions.pin(tx, house.who["bakery"], house.said[visibility], NOW)

    house.db.write_now(pin)
    for reader in READERS:
        for surface in LISTS:
            text = house.as_reader(reader, house.at(surface)).body.decode()
            assert f"/posts/{house.said['direct']}" not in text
            assert f"/posts/{house.said['followers']}" not in text
            if surface in {"/outbox?page=true", "/featured"}:
                assert "This is public" in text
                assert "This is quiet" in text


def test_d01_numbers_count_what_everybody_may_see(house):
    assert house.json(house.at("/outbox"))["totalItems"] == 2


def test_d04_private_answers_are_in_no_list(house):
    def answer(tx):
        for visibility in ("public", "followers", "direct"):
            new = NewPost(f"re {visibility} @bakery", visibility=visibility, reply_to_id=house.said["public"])
            posts.publish(tx, Author(house.who["ada"], None), new, TERMS, id=new_id(), now=NOW)

    house.db.write_now(answer)
    for surface in ("/replies", "/context"):
        whole, page = (
            house.json(house.post("public", surface)),
            house.json(house.post("public", f"{surface}?page=true")),
        )
        assert whole["totalItems"] == len(page["items"]) == (1 if surface == "/replies" else 2)


# collections


def test_an_outbox_is_paged_and_whole(house):
    def more(tx):
        theirs = their_post(tx, people_of(tx, house.who["gil"]), "news")
        posts.boost(tx, house.author, theirs, id=new_id(), now=NOW)
        for n in range(25):
            posts.publish(tx, house.author, NewPost(f"loaf {n}"), TERMS, id=new_id(), now=NOW)

    house.db.write_now(more)
    whole = house.json(house.at("/outbox"))
    assert (whole["type"], whole["totalItems"]) == ("OrderedCollection", 28)
    first = house.json(whole["first"].removeprefix(URL))
    assert (first["type"], first["partOf"], len(first["orderedItems"])) == (
        "OrderedCollectionPage",
        whole["id"],
        20,
    )
    assert first["id"] == whole["first"]
    second = house.json(first["next"].removeprefix(URL))
    assert "next" not in second
    items = [*first["orderedItems"], *second["orderedItems"]]
    assert len({item["id"] for item in items}) == 28
    assert {item["type"] for item in items} == {"Create", "Announce"}
    assert all("@context" not in item for item in items)
    assert items[0]["object"]["content"] == "<p>loaf 24</p>"


def people_of(tx, account_id):
    return people_queries.must_account(tx, account_id)


def test_followers_are_listed_or_only_counted(house):
    whole = house.json(house.at("/followers"))
    assert (whole["totalItems"], whole["type"]) == (1, "OrderedCollection")
    page = house.json(whole["first"].removeprefix(URL))
    assert page["orderedItems"] == ["https://fay.example/users/fay"]
    house.db.write_now(follows.follow, house.who["bakery"], house.who["ada"], now=NOW)
    page = house.json(house.at("/following?page=true"))
    assert page["orderedItems"] == [f"{URL}/ap/users/{house.who['ada']}"]
    house.db.write_now(people.change_profile, house.who["bakery"], ProfileChange(hides_network=True))
    for part in ("/followers", "/following", "/followers?page=true", "/following?page=true"):
        found = house.json(house.at(part))
        assert found["totalItems"] == 1
        assert not {"first", "orderedItems"} & set(found)


def test_shares_and_replies_name_what_is_elsewhere_by_its_address(house):
    def act(tx):
        gil = people_of(tx, house.who["gil"])
        foreign.boost(
            tx, gil.id, house.said["public"], uri="https://gil.example/boost/1", id=new_id(), now=NOW
        )
        their_post(tx, gil, "answer", reply_to_id=house.said["public"])
        return posts.boost(tx, Author(house.who["ada"], None), house.said["public"], id=new_id(), now=NOW)

    boost = house.db.write_now(act)
    shares = house.json(house.post("public", "/shares?page=true"))["items"]
    assert sorted(shares) == sorted(
        ["https://gil.example/boost/1", f"{URL}/ap/users/{house.who['ada']}/posts/{boost}"]
    )
    assert house.json(house.post("public", "/shares"))["totalItems"] == 2
    assert house.json(house.post("public", "/replies?page=true"))["items"] == [
        "https://gil.example/users/gil/answer"
    ]
    thread = house.json(house.post("public", "/context"))
    assert (thread["type"], thread["attributedTo"]) == ("Collection", f"{URL}{house.at()}")
    assert len(house.json(thread["first"].removeprefix(URL))["items"]) == 2
    announce = house.json(f"/ap/users/{house.who['ada']}/posts/{boost}")
    assert (announce["type"], announce["object"]) == ("Announce", f"{URL}{house.post('public')}")
    assert house.get(f"/ap/users/{house.who['ada']}/posts/{boost}/replies").status == 404


def test_who_is_blocked_is_in_no_collection_of_the_post(house):
    def act(tx):
        their_post(tx, people_of(tx, house.who["gil"]), "answer", reply_to_id=house.said["public"])
        safety.block(tx, house.who["bakery"], house.who["gil"], NOW)

    house.db.write_now(act)
    for surface in ("/replies?page=true", "/context?page=true", "/shares?page=true"):
        assert "gil.example" not in house.get(house.post("public", surface)).body.decode()


def test_long_collections_have_further_pages(house):
    def act(tx):
        for _ in range(61):
            new = NewPost("re", reply_to_id=house.said["public"])
            posts.publish(tx, Author(house.who["ada"], None), new, TERMS, id=new_id(), now=NOW)

    house.db.write_now(act)
    first = house.json(house.post("public", "/replies?page=true"))
    second = house.json(first["next"].removeprefix(URL))
    assert (len(first["items"]), len(second["items"]), "next" in second) == (60, 1, False)
    assert not set(first["items"]) & set(second["items"])


def test_hashtags_of_the_bio_are_featured(house):
    house.db.write_now(people.change_profile, house.who["bakery"], ProfileChange(bio="Bread #Rye #rye #Öl"))
    found = house.json(house.at("/tags"))
    assert [one["name"] for one in found["items"]] == ["#rye", "#Öl"]


def test_the_servers_own_actor(still):
    found = still.json("/ap/actor")
    assert (found["type"], found["publicKey"]["publicKeyPem"]) == ("Application", "PEM 0")
    assert still.json("/ap/actor/outbox")["orderedItems"] == []
    assert still.get("/ap/actor", BROWSER).headers["location"] == f"{URL}/about"


# what a tracked link looks like to others


def test_a_link_is_attached_without_its_code(house):
    def act(tx):
        tx.run(
            "INSERT INTO site (host, url, position) VALUES ('bakery.example', 'https://bakery.example/', 0)"
        )
        new = NewPost("Today https://bakery.example/today and https://other.example/x?ln=keep")
        return publishing.publish(tx, house.author, new, TERMS, id=new_id(), now=NOW)

    house.said["link"] = house.db.write_now(act)
    found = house.json(house.post("link"))
    assert [one["href"] for one in found["attachment"]] == [
        "https://bakery.example/today",
        "https://other.example/x?ln=keep",
    ]
    assert "https://bakery.example/today?ln=" in found["content"]
    assert house.json(house.at())["attributionDomains"] == ["bakery.example"]
