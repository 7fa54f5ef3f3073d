"""What we send: the shapes."""

import pytest

from linnet.federation.render import activities, actors, collections, context, posts
from linnet.federation.render.facts import ActorFacts, Here, PostFacts, audience
from linnet.kernel.wire import encode_text
from linnet.social.people.rules import ProfileField
from linnet.social.polls.rules import Option, Poll, PollView
from linnet.social.posts.rules import Tag
from tests.federation.neighbours import HERE, NOW, PUBLIC, URL
from tests.federation.rows import AS, account, picture, post, view

HAL = account(
    9, "hal", host="hal.example", uri="https://hal.example/users/hal", url="https://hal.example/@hal"
)


def test_a_company_is_an_organization_with_all_that_others_need():
    whole = account(
        avatar_file="a.png",
        header_file="h.jpg",
        locked=True,
        fields=encode_text(
            [ProfileField("Shop", "https://bakery.example/"), ProfileField("Open", "<daily>")]
        ),
    )
    facts = ActorFacts(whole, "PEM", "https://new.example/a", ("https://old.example/a",), ("bakery.example",))
    found = actors.actor(Here(URL, "bakery.example"), facts)
    me = f"{URL}/ap/users/7"
    assert found["@context"][:2] == [AS, "https://w3id.org/security/v1"]
    assert (found["id"], found["type"], found["preferredUsername"]) == (me, "Organization", "bakery")
    assert found["webfinger"] == "bakery@bakery.example"
    assert found["url"] == f"{URL}/@bakery"
    assert found["publicKey"] == {"id": f"{me}#main-key", "owner": me, "publicKeyPem": "PEM"}
    assert found["endpoints"] == {"sharedInbox": f"{URL}/ap/inbox"}
    places = {"inbox": "inbox", "outbox": "outbox", "followers": "followers", "following": "following"}
    places |= {"featured": "featured", "featuredTags": "tags"}
    assert {name: found[name] for name in places} == {name: f"{me}/{at}" for name, at in places.items()}
    assert found["icon"] == {"type": "Image", "mediaType": "image/png", "url": f"{URL}/media/a.png"}
    assert found["image"]["mediaType"] == "image/jpeg"
    assert found["published"] == "2026-10-26T07:33:20Z"
    assert (found["movedTo"], found["alsoKnownAs"]) == ("https://new.example/a", ["https://old.example/a"])
    assert found["attributionDomains"] == ["bakery.example"]
    assert found["manuallyApprovesFollowers"] is True
    shop, daily = found["attachment"]
    assert shop["type"] == "PropertyValue"
    assert 'href="https://bakery.example/"' in shop["value"]
    assert "me" in shop["value"].partition('rel="')[2].partition('"')[0].split()
    assert daily["value"] == "&lt;daily&gt;"
    assert found["tag"] == [{"type": "Hashtag", "href": f"{URL}/tags/rye", "name": "#Rye"}]


@pytest.mark.parametrize(
    ("kind", "type"), [("person", "Person"), ("organization", "Organization"), ("service", "Service")]
)
def test_kinds_of_accounts(kind, type):
    assert actors.actor(HERE, ActorFacts(account(kind=kind), "PEM"))["type"] == type


def test_of_a_suspended_account_only_the_key_is_told():
    found = actors.actor(HERE, ActorFacts(account(suspended_at=1), "PEM"))
    assert (found["suspended"], found["name"], found["summary"]) == (True, "", "")
    assert found["publicKey"]["publicKeyPem"] == "PEM"
    assert "attachment" not in found


def test_the_server_itself_is_an_application_with_an_inbox_of_its_own():
    found = actors.server(Here("https://social.bakery.example:8443", "bakery.example"), "PEM")
    assert (found["type"], found["preferredUsername"]) == ("Application", "bakery.example")
    assert found["inbox"] == "https://social.bakery.example:8443/ap/inbox"
    assert found["publicKey"]["owner"] == found["id"] == "https://social.bakery.example:8443/ap/actor"


def test_a_note_with_everything():
    row = post(
        text="Look @hal@hal.example #Rye",
        language="de",
        warning="Food",
        sensitive=True,
        edited_at=NOW + 61_500,
        favourites_count=3,
        boosts_count=2,
        quotable="public",
    )
    shown = view(
        row, media=(picture(), picture(alt="", blurhash="")), mentions=(HAL,), tags=(Tag(1, "rye", "Rye"),)
    )
    facts = PostFacts(
        shown, "https://hal.example/1", HAL, f"{URL}/ap/users/7/posts/21/context", ("https://shop.example/",)
    )
    found = posts.post(HERE, facts, NOW)
    id = f"{URL}/ap/users/7/posts/21"
    assert (found["@context"][0], found["type"], found["id"]) == (AS, "Note", id)
    assert found["attributedTo"] == f"{URL}/ap/users/7"
    assert found["url"] == f"{URL}/@bakery/21"
    assert (found["published"], found["updated"]) == ("2026-10-26T07:33:20Z", "2026-10-26T07:34:21Z")
    assert (found["summary"], found["sensitive"]) == ("Food", True)
    assert found["contentMap"] == {"de": found["content"]}
    assert found["inReplyTo"] == "https://hal.example/1"
    assert found["context"] == found["conversation"] == f"{id}/context"
    assert (found["to"], found["cc"]) == ([PUBLIC], [f"{URL}/ap/users/7/followers", HAL.uri])
    assert found["replies"] == f"{id}/replies"
    assert found["likes"] == {"id": f"{id}/likes", "type": "Collection", "totalItems": 3}
    assert found["shares"]["totalItems"] == 2
    assert found["interactionPolicy"] == {"canQuote": {"automaticApproval": [PUBLIC]}}
    assert found["tag"] == [
        {"type": "Mention", "href": HAL.uri, "name": "@hal@hal.example"},
        {"type": "Hashtag", "href": f"{URL}/tags/rye", "name": "#Rye"},
    ]
    # a mention leads to the page at its own home, and is marked as one
    assert (
        '<a href="https://hal.example/@hal" class="u-url mention">@<span>hal</span></a>' in found["content"]
    )
    with_alt, without, link = found["attachment"]
    assert with_alt == {
        "type": "Document",
        "mediaType": "image/png",
        "url": f"{URL}/media/ab.png",
        "width": 640,
        "height": 480,
        "focalPoint": [0.5, -0.25],
        "name": "A loaf",
        "summary": "A loaf",
        "blurhash": "LKO2",
    }
    assert not {"name", "summary", "blurhash"} & set(without)
    assert link == {"type": "Link", "href": "https://shop.example/"}


@pytest.mark.parametrize(
    ("visibility", "told"), [("public", True), ("quiet", True), ("followers", False), ("direct", False)]
)
def test_what_everybody_may_see_says_who_may_quote_it(visibility, told):
    found = posts.post(HERE, PostFacts(view(post(visibility=visibility))), NOW)
    assert ("interactionPolicy" in found) is told


@pytest.mark.parametrize(
    ("quotable", "who"),
    [("public", PUBLIC), ("followers", f"{URL}/ap/users/7/followers"), ("nobody", f"{URL}/ap/users/7")],
)
def test_who_may_quote(quotable, who):
    found = posts.post(HERE, PostFacts(view(post(quotable=quotable))), NOW)
    assert found["interactionPolicy"] == {"canQuote": {"automaticApproval": [who]}}


def test_a_quote_is_said_in_every_way_that_is_read():
    quoted = "https://hal.example/p/1?a=1&b=2"
    stamp = "https://hal.example/stamps/1"
    found = posts.post(HERE, PostFacts(view(post()), quotes=quoted, quoted=HAL, quote_stamp=stamp), NOW)
    said = {found[key] for key in ("quote", "quoteUri", "quoteUrl", "_misskey_quote")}
    assert (said, found["quoteAuthorization"]) == ({quoted}, stamp)
    line = '<p class="quote-inline">RE: <a href="https://hal.example/p/1?a=1&amp;b=2">'
    assert found["content"].startswith(line)
    waits = posts.post(HERE, PostFacts(view(post()), quotes=quoted, quoted=HAL), NOW)
    assert "quoteAuthorization" not in waits


@pytest.mark.parametrize(
    ("visibility", "named", "answered", "to", "cc"),
    [
        ("public", (), "", [PUBLIC], ["me/followers"]),
        ("public", ("a",), "b", [PUBLIC], ["me/followers", "a", "b"]),
        ("public", ("a",), "a", [PUBLIC], ["me/followers", "a"]),
        ("quiet", ("a",), "b", ["me/followers"], [PUBLIC, "a", "b"]),
        ("followers", ("a",), "b", ["me/followers"], ["a"]),
        ("direct", ("a",), "b", ["a"], []),
        ("direct", (), "b", [], []),
    ],
)
def test_addressing(visibility, named, answered, to, cc):
    assert audience(visibility, "me", named, answered).json() == {"to": to, "cc": cc}


def poll(**more) -> PollView:
    fields = {"multiple": False, "hide_totals": False, "expires_at": NOW + 1000, "voters_count": 5}
    return PollView(
        Poll(id=1, post_id=21, account_id=7, **(fields | more)),
        (Option(1, 0, "Rye", 2), Option(1, 1, "Wheat", 3)),
    )


def test_a_question_counts_and_closes():
    open_ = posts.post(HERE, PostFacts(view(poll=poll())), NOW)
    assert [one["replies"]["totalItems"] for one in open_["oneOf"]] == [2, 3]
    assert (open_["type"], open_["endTime"], open_["votersCount"]) == ("Question", "2026-10-26T07:33:21Z", 5)
    assert "closed" not in open_
    assert posts.post(HERE, PostFacts(view(poll=poll())), NOW + 1000)["closed"] == open_["endTime"]
    assert "anyOf" in posts.post(HERE, PostFacts(view(poll=poll(multiple=True))), NOW)
    hidden = posts.post(HERE, PostFacts(view(poll=poll(hide_totals=True))), NOW)
    assert [one["replies"]["totalItems"] for one in hidden["oneOf"]] == [0, 0]
    assert "votersCount" not in hidden
    assert posts.post(HERE, PostFacts(view(poll=poll(hide_totals=True))), NOW + 1000)["votersCount"] == 5


def test_a_local_mention_by_the_domain_is_known_as_ours():
    here = Here("https://social.bakery.example", "bakery.example")
    ada = account(8, "ada")
    for text in ("hi @ada", "hi @ada@bakery.example", "hi @ada@social.bakery.example"):
        found = posts.post(here, PostFacts(view(post(text=text), mentions=(ada,))), NOW)
        assert found["tag"][0]["name"] == "@ada@bakery.example"
        assert 'href="https://social.bakery.example/@ada"' in found["content"]


def test_other_activities_have_the_shapes_that_everybody_takes():
    me, you = f"{URL}/ap/users/7", HAL.uri
    assert activities.delete_actor(me)["object"] == me == activities.delete_actor(me)["actor"]
    moved = activities.move(me, you, NOW)
    assert (moved["type"], moved["actor"], moved["object"], moved["target"]) == ("Move", me, me, you)
    told = activities.flag(HERE, 5, account=you, posts=[f"{you}/1"], comment="Spam")
    assert (told["actor"], told["object"]) == (f"{URL}/ap/actor", [you, f"{you}/1"])
    assert told["content"] == "Spam"
    tomb = activities.tombstone(f"{me}/posts/21", NOW)
    assert (tomb["type"], tomb["deleted"]) == ("Tombstone", "2026-10-26T07:33:20Z")
    with pytest.raises(ValueError, match="boost"):
        activities.announce(HERE, PostFacts(view()))


def test_pages_of_collections():
    whole = collections.paged("c", total=3, ordered=True)
    assert (whole["totalItems"], whole["first"]) == (3, "c?page=true")
    assert "first" not in collections.paged("c", total=3, ordered=True, hidden=True)
    first = collections.page(
        "c", ["a"], bound=collections.START[True], next=9, ordered=True, kind=context.PLAIN
    )
    assert (first["id"], first["next"], first["partOf"]) == ("c?page=true", "c?page=true&max_id=9", "c")
    last = collections.page("c", ["a"], bound=9, next=0, ordered=False, kind=context.PLAIN)
    assert (last["id"], last["items"], "next" in last) == ("c?page=true&min_id=9", ["a"], False)
