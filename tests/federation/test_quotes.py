"""Quotes (FEP-044f): two Linnets, and a server that lies. Asked on both sides by the client API."""

import json
from typing import Any

import pytest

from linnet.net.client import Answer
from tests.federation.elsewhere import Elsewhere
from tests.federation.village import Resident, Village


def both(village: Village) -> tuple[Resident, Resident]:
    a, b = village.town("a.example"), village.town("b.example")
    return a.person("anna"), b.person("ben")


async def documents(village: Village, address: str) -> tuple[int, Any]:
    answer = await village.ask("GET", address, {"accept": "application/activity+json"}, b"")
    return answer.status, json.loads(answer.body)


async def shown(who: Resident, id: str) -> tuple[str, str]:
    """How the quote of a post stands for somebody, and whose post is seen in it."""
    quote = (await who.get(f"/v1/statuses/{id}"))["quote"]
    seen = quote.get("quoted_status")
    return quote["state"], seen["uri"] if seen else ""


def test_asked_granted_seen_and_taken_back(village: Village) -> None:
    anna, ben = both(village)
    cora = village.town("c.example").person("cora")

    async def story() -> None:
        await anna.follow(ben)
        await cora.follow(anna)
        theirs = await ben.says("Fresh rye at six")
        there = (await anna.home())[0]
        assert there["quote_approval"] == {
            "automatic": ["public"],
            "manual": [],
            "current_user": "automatic",
        }
        mine = await anna.post("/v1/statuses", status="Go there!", quoted_status_id=there["id"])
        assert mine["quote"] == {"state": "pending", "quoted_status": None}
        await village.settle()
        assert await shown(anna, mine["id"]) == ("accepted", theirs["uri"])
        # he is told, and the count stands on his post
        told = (await ben.get("/v1/notifications"))[0]
        assert (told["type"], told["account"]["acct"], told["status"]["uri"]) == (
            "quote",
            "anna@a.example",
            mine["uri"],
        )
        assert told["status"]["quote"]["quoted_status"]["id"] == theirs["id"]
        assert (await ben.get(f"/v1/statuses/{theirs['id']}"))["quotes_count"] == 1
        quotes = await ben.get(f"/v1/statuses/{theirs['id']}/quotes")
        assert [one["uri"] for one in quotes] == [mine["uri"]]
        # a third town believes the stamp, which it looked at on his server
        at_cora = (await cora.home())[0]
        assert await shown(cora, at_cora["id"]) == ("accepted", theirs["uri"])
        status, note = await documents(village, mine["uri"])
        assert (status, note["quote"], note["_misskey_quote"]) == (200, theirs["uri"], theirs["uri"])
        assert note["content"].startswith('<p class="quote-inline">RE: <a href="https://b.example/')
        _, stamp = await documents(village, note["quoteAuthorization"])
        assert stamp["attributedTo"] == ben.uri
        assert (stamp["interactingObject"], stamp["interactionTarget"]) == (mine["uri"], theirs["uri"])
        # he does not want it any more
        revoked = await ben.post(f"/v1/statuses/{theirs['id']}/quotes/{quotes[0]['id']}/revoke")
        assert revoked["quote"] == {"state": "revoked", "quoted_status": None}
        await village.settle()
        assert await shown(anna, mine["id"]) == ("revoked", "")
        assert (await cora.get(f"/v1/statuses/{at_cora['id']}"))["quote"] in (
            None,
            {"state": "revoked", "quoted_status": None},
        )
        assert (await documents(village, stamp["id"]))[0] == 410
        assert "quoteAuthorization" not in (await documents(village, mine["uri"]))[1]
        assert (await ben.get(f"/v1/statuses/{theirs['id']}"))["quotes_count"] == 0
        assert await ben.get(f"/v1/statuses/{theirs['id']}/quotes") == []

    village.run(story())


@pytest.mark.parametrize(("policy", "follows", "good"), [
    ("public", False, True),
    ("followers", True, True),
    ("followers", False, False),
    ("nobody", True, False),
])  # fmt: skip
def test_whom_the_author_lets(village: Village, policy: str, follows: bool, good: bool) -> None:
    anna, ben = both(village)

    async def story() -> None:
        if follows:
            await anna.follow(ben)
        theirs = await ben.says("Look at this", quote_approval_policy=policy)
        there = await anna.find(theirs["uri"], "statuses")
        may = there["quote_approval"]["current_user"]
        assert may == ("automatic" if good else "denied")
        status, made = await anna.call(
            "POST", "/v1/statuses", {"status": "Hm", "quoted_status_id": there["id"]}, good=False
        )
        assert status == (200 if good else 403)
        await village.settle()
        if good:
            assert await shown(anna, made["id"]) == ("accepted", theirs["uri"])

    village.run(story())


def test_the_author_decides_whatever_the_other_server_believes(village: Village) -> None:
    """The setting changed, or there is a block, and the asking server has not heard of it."""
    anna, ben = both(village)

    async def story() -> None:
        theirs = await ben.says("Look at this")
        there = await anna.find(theirs["uri"], "statuses")
        await ben.put(f"/v1/statuses/{theirs['id']}/interaction_policy", quote_approval_policy="nobody")
        mine = await anna.says("Hm", quoted_status_id=there["id"])
        assert await shown(anna, mine["id"]) == ("rejected", "")
        assert await ben.notices() == []
        assert "quote" not in (await documents(village, mine["uri"]))[1]
        await ben.put(f"/v1/statuses/{theirs['id']}/interaction_policy", quote_approval_policy="public")
        await ben.post(f"/v1/accounts/{(await ben.find(anna.address))['id']}/block")
        again = await anna.call(
            "POST", "/v1/statuses", {"status": "?", "quoted_status_id": there["id"]}, good=False
        )
        await village.settle()
        assert again[0] == 200
        assert (await shown(anna, again[1]["id"]))[0] in ("pending", "rejected")
        assert await ben.get(f"/v1/statuses/{theirs['id']}/quotes") == []

    village.run(story())


def test_what_is_quoted_goes_away(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        await ben.follow(anna)
        theirs = await ben.says("Look at this")
        there = await anna.find(theirs["uri"], "statuses")
        mine = await anna.says("Hm", quoted_status_id=there["id"])
        await ben.delete(f"/v1/statuses/{theirs['id']}")
        await village.settle()
        assert (await anna.get(f"/v1/statuses/{mine['id']}"))["quote"] == {
            "state": "deleted",
            "quoted_status": None,
        }
        assert (await ben.home())[-1]["quote"]["state"] == "deleted"

    village.run(story())


def test_in_one_town_the_same_rules_without_letters(village: Village) -> None:
    town = village.town("a.example")
    anna, ben = town.person("anna"), town.person("ben")

    async def story() -> None:
        theirs = await ben.post("/v1/statuses", status="One", quote_approval_policy="followers")
        refused = await anna.call(
            "POST", "/v1/statuses", {"status": "x", "quoted_status_id": theirs["id"]}, good=False
        )
        assert refused[0] == 403
        await anna.post(f"/v1/accounts/{ben.id}/follow")
        mine = await anna.post("/v1/statuses", status="Two", quoted_status_id=theirs["id"])
        assert await shown(anna, mine["id"]) == ("accepted", theirs["uri"])
        assert mine["quote"]["quoted_status"]["quote"] is None
        # a quote of a quote names what it quotes, and shows it no further
        third = await ben.post("/v1/statuses", status="Three", quoted_status_id=mine["id"])
        assert third["quote"]["quoted_status"]["quote"] == {
            "state": "accepted",
            "quoted_status_id": theirs["id"],
        }
        assert await ben.notices() == [("quote", "anna"), ("follow", "anna")]
        _, note = await documents(village, mine["uri"])
        assert note["quoteAuthorization"].startswith(f"{ben.uri}/stamps/")
        await anna.post(f"/v1/accounts/{ben.id}/mute")
        assert (await anna.get(f"/v1/statuses/{mine['id']}"))["quote"] == {
            "state": "muted_account",
            "quoted_status": None,
        }
        await anna.post(f"/v1/accounts/{ben.id}/unmute")
        await ben.post(f"/v1/statuses/{theirs['id']}/quotes/{mine['id']}/revoke")
        assert await shown(anna, mine["id"]) == ("revoked", "")
        own = await ben.post("/v1/statuses", status="Mine", quoted_status_id=theirs["id"])
        assert own["quote"]["state"] == "accepted"
        for path, fields in (
            (f"/v1/statuses/{theirs['id']}/quotes/{own['id']}/revoke", {}),
            (f"/v1/statuses/{mine['id']}/quotes/{third['id']}/revoke", {}),
        ):
            assert (await anna.call("POST", path, fields, good=False))[0] in (200, 403)
        assert await shown(anna, own["id"]) == ("accepted", theirs["uri"])  # not hers to revoke
        hidden = await ben.post("/v1/statuses", status="Few", visibility="private")
        wide = await ben.call(
            "POST", "/v1/statuses", {"status": "x", "quoted_status_id": hidden["id"]}, good=False
        )
        assert wide[0] == 422

    village.run(story())


def stamp_of(author: str, quoting: str, quoted: str) -> dict[str, str]:
    return {
        "type": "QuoteAuthorization",
        "attributedTo": author,
        "interactingObject": quoting,
        "interactionTarget": quoted,
    }


CASES = {
    "a good stamp": ("accepted", {}),
    "none": ("pending", None),
    "for another post": ("rejected", {"interactingObject": "https://far.example/posts/9"}),
    "of another post": ("rejected", {"interactionTarget": "https://b.example/ap/users/1/posts/1"}),
    "by a neighbour of the author": ("rejected", {"attributedTo": "https://quoted.example/users/mallory"}),
    "by the quoting one": ("rejected", {"attributedTo": "https://far.example/users/vera"}),
    "of another kind": ("rejected", {"type": "Note"}),
    "revoked": ("revoked", 410),
    "never made": ("rejected", 404),
    "with another id": ("rejected", {"id": "https://quoted.example/stamps/2"}),
}


@pytest.mark.parametrize("case", CASES)
def test_a28_a_stamp_is_believed_only_from_its_author_about_just_this(village: Village, case: str) -> None:
    state, change = CASES[case]
    anna = village.town("a.example").person("anna")
    far, theirs = Elsewhere(village, "far.example"), Elsewhere(village, "quoted.example")
    vera, walt = far.person("vera"), theirs.person("walt")
    theirs.person("mallory")
    quoted = theirs.post(walt, 1, "Look")
    address = "https://quoted.example/stamps/1"
    more = {} if change is None else {"quoteAuthorization": address}
    note = far.post(vera, 1, "Hm", quote=quoted["id"], **more)
    good = {"id": address} | stamp_of(walt, note["id"], quoted["id"])
    theirs.pages[address] = (
        Answer(change, address, {}, b"") if isinstance(change, int) else good | (change or {})
    )

    async def story() -> None:
        found = await anna.find(note["id"], "statuses")
        assert found["quote"]["state"] == state
        seen = found["quote"]["quoted_status"]
        assert (seen["uri"] if seen else None) == (quoted["id"] if state == "accepted" else None)

    village.run(story())


def test_a28_a_stamp_from_another_origin(village: Village) -> None:
    """It says all the right words, on a server that has no say in it."""
    anna = village.town("a.example").person("anna")
    far, theirs = Elsewhere(village, "far.example"), Elsewhere(village, "quoted.example")
    vera, walt = far.person("vera"), theirs.person("walt")
    quoted, address = theirs.post(walt, 1, "Look"), "https://far.example/stamps/1"
    note = far.post(vera, 1, "Hm", quote=quoted["id"], quoteAuthorization=address)
    far.pages[address] = {"id": address} | stamp_of(walt, note["id"], quoted["id"])

    async def story() -> None:
        assert (await anna.find(note["id"], "statuses"))["quote"]["state"] == "rejected"

    village.run(story())


def test_a28_one_of_ours_is_quoted_with_a_stamp_that_we_never_gave(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")

    async def story() -> None:
        mine = await anna.says("Look at this", quote_approval_policy="public")
        note = far.post(vera, 1, "Hm", quote=mine["uri"], quoteAuthorization=f"{anna.uri}/stamps/1")
        found = await anna.find(note["id"], "statuses")
        assert found["quote"] == {"state": "pending", "quoted_status": None}
        assert (await anna.get(f"/v1/statuses/{mine['id']}"))["quotes_count"] == 0

    village.run(story())


async def asks(far: Elsewhere, town: Any, actor: str, quoted: str, note: Any, name: str = "q1") -> Any:
    """A QuoteRequest is sent and read; answers what came back."""
    request = {
        "id": f"{actor}#{name}",
        "type": "QuoteRequest",
        "actor": actor,
        "object": quoted,
        "instrument": note,
    }
    before = len(far.got)
    await far.send(actor, request, town)
    await town.village.settle()
    return [letter for _, letter in far.got[before:] if letter["type"] in ("Accept", "Reject")]


def test_a_request_is_for_a_post_of_ones_own_that_quotes_just_that(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    far = Elsewhere(village, "far.example")
    vera, mallory = far.person("vera"), far.person("mallory")

    async def story() -> None:
        mine = await anna.says("Look at this")
        other = await anna.says("And this")
        note = far.post(vera, 1, "Hm", quote=mine["uri"])
        assert await asks(far, town, mallory, mine["uri"], note, "a") == []  # not hers
        assert await asks(far, town, vera, other["uri"], note, "b") == []  # quotes another one
        assert await asks(far, town, vera, mine["uri"], "https://far.example/nothing", "c") == []
        assert await anna.notices() == []
        answer = (await asks(far, town, vera, mine["uri"], note["id"], "d"))[0]
        assert (answer["type"], answer["object"]["id"]) == ("Accept", f"{vera}#d")
        assert (await documents(village, answer["result"]))[1]["interactingObject"] == note["id"]
        again = (await asks(far, town, vera, mine["uri"], note, "e"))[0]
        assert again["result"] == answer["result"]  # one post, one stamp
        assert (await anna.get(f"/v1/statuses/{mine['id']}"))["quotes_count"] == 1
        assert await anna.notices() == [("quote", "vera@far.example")]
        quoting = (await anna.get(f"/v1/statuses/{mine['id']}/quotes"))[0]
        await anna.post(f"/v1/statuses/{mine['id']}/quotes/{quoting['id']}/revoke")
        await village.settle()
        assert (far.got[-1][1]["type"], far.got[-1][1]["object"]) == ("Delete", answer["result"])
        refused = (await asks(far, town, vera, mine["uri"], note, "f"))[0]
        assert (refused["type"], "result" in refused) == ("Reject", False)  # no means no

    village.run(story())


def test_only_who_gave_a_stamp_takes_it_back(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    theirs = Elsewhere(village, "quoted.example")
    walt, mallory = theirs.person("walt"), theirs.person("mallory")
    everybody = {"canQuote": {"automaticApproval": "https://www.w3.org/ns/activitystreams#Public"}}
    quoted = theirs.post(walt, 1, "Look", interactionPolicy=everybody)
    address = "https://quoted.example/stamps/1"

    async def story() -> None:
        there = await anna.find(quoted["id"], "statuses")
        mine = await anna.says("Hm", quoted_status_id=there["id"])
        request = next(letter for _, letter in theirs.got if letter["type"] == "QuoteRequest")
        assert (request["object"], request["instrument"]["id"]) == (quoted["id"], mine["uri"])
        yes = {"type": "Accept", "object": {**request, "instrument": mine["uri"]}, "result": address}
        theirs.pages[address] = {"id": address} | stamp_of(walt, mine["uri"], quoted["id"])
        await theirs.send(mallory, yes | {"id": f"{mallory}#1", "actor": mallory}, town)
        await village.settle()
        assert await shown(anna, mine["id"]) == ("pending", "")
        await theirs.send(walt, yes | {"id": f"{walt}#1", "actor": walt}, town)
        await village.settle()
        assert await shown(anna, mine["id"]) == ("accepted", quoted["id"])
        for who, state in ((mallory, "accepted"), (walt, "revoked")):
            gone = {"id": f"{who}#2", "type": "Delete", "actor": who, "object": address}
            await theirs.send(who, gone, town)
            await village.settle()
            assert (await shown(anna, mine["id"]))[0] == state

    village.run(story())


def test_who_quotes_a_post_stands_on_a_page_of_its_own(village: Village) -> None:
    anna, ben = both(village)
    carl = anna.town.person("carl")

    async def story() -> None:
        await ben.follow(anna)
        mine = await anna.says("Fresh rye at six")
        thread = f"/@anna/{mine['id']}"
        assert "/quotes" not in await carl.page(thread)
        there = (await ben.home())[0]
        await ben.says("Go there", quoted_status_id=there["id"])
        await carl.says("I was there", quoted_status_id=mine["id"])
        secret = await anna.says("Only for us", quoted_status_id=mine["id"], visibility="private")
        where = f"/posts/{mine['id']}/quotes"
        assert f'href="{where}">3 quotes</a>' in await carl.page(thread)
        page = await carl.page(where)
        assert [word for word in ("Go there", "I was there", "Only for us") if word in page] == [
            "Go there",
            "I was there",
        ]
        assert "Only for us" in await anna.page(where)
        assert 'aria-label="ben: Go there"' in page  # the address is for servers that show no quotes
        # who must not see a post is told nothing of its quotes
        hidden = {"host": anna.town.host}
        answer = await village.ask("GET", f"{anna.town.url}/posts/{secret['id']}/quotes", hidden, b"")
        assert answer.status == 404
        # a quote that is taken back is on the list no more
        (first,) = [
            q for q in await anna.get(f"/v1/statuses/{mine['id']}/quotes") if "Go there" in q["content"]
        ]
        await anna.post(f"/v1/statuses/{mine['id']}/quotes/{first['id']}/revoke")
        assert "Go there" not in await carl.page(where)

    village.run(story())
