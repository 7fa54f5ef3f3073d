"""Followers synchronisation (FEP-8fcf): what one side lost is put right on the other."""

import json
from typing import Any

import pytest

from linnet.db.tx import Tx
from linnet.federation.syncing import rules
from linnet.federation.syncing.rules import Said
from linnet.kernel.clock import MINUTE
from tests.federation.elsewhere import Elsewhere
from tests.federation.village import Resident, Village

LOSE = "DELETE FROM follow WHERE followee_id = :followee_id AND follower_id = :follower_id"


def lose(tx: Tx, followee_id: int, follower_id: int) -> None:
    """As after a backup was played back."""
    assert tx.run(LOSE, followee_id=followee_id, follower_id=follower_id) == 1


def both(village: Village) -> tuple[Resident, Resident]:
    a, b = village.town("a.example"), village.town("b.example")
    return a.person("anna"), b.person("ben")


async def listed(village: Village, address: str) -> int:
    return (await village.ask("GET", address, {"accept": "application/activity+json"}, b"")).status


def asked_for_lists(village: Village) -> list[str]:
    return [url for method, url in village.asked if method == "GET" and url.endswith("/followers/yours")]


def test_who_agrees_asks_for_nothing(village: Village) -> None:
    anna, ben = both(village)

    async def story() -> None:
        account = await anna.follow(ben)
        await ben.says("For my followers", visibility="private")
        await village.settle(ahead=MINUTE)
        assert asked_for_lists(village) == []
        assert (await anna.relation(account["id"]))["following"]

    village.run(story())


def test_a_follow_that_only_one_side_knows_ends(village: Village) -> None:
    """Anna's server believes that she follows; Ben's forgot. Carl's follow keeps the letters coming."""
    anna, ben = both(village)
    carl = anna.town.person("carl")

    async def story() -> None:
        account = await anna.follow(ben)
        await carl.follow(ben)
        there = await ben.find(anna.address)
        await ben.town.db.write(lose, ben.id, int(there["id"]))
        await ben.says("For my followers", visibility="private")
        await village.settle(ahead=MINUTE)
        assert asked_for_lists(village) == [f"{ben.uri}/followers/yours"]
        assert not (await anna.relation(account["id"]))["following"]
        assert (await carl.relation(account["id"]))["following"]
        assert await anna.home() == []
        assert len(await carl.home()) == 1
        # it can be had anew
        await anna.post(f"/v1/accounts/{account['id']}/follow")
        await village.settle()
        assert (await anna.relation(account["id"]))["following"]

    village.run(story())


def test_a_phantom_follower_gets_no_more_letters(village: Village) -> None:
    """Ben's server believes that Anna follows; hers forgot."""
    anna, ben = both(village)

    async def story() -> None:
        account = await anna.follow(ben)
        await anna.town.db.write(lose, int(account["id"]), anna.id)
        await ben.says("For my followers", visibility="private")
        await village.settle(ahead=MINUTE)
        assert await ben.get(f"/v1/accounts/{ben.id}/followers") == []
        before = len(village.asked)
        await ben.says("For my followers, again", visibility="private")
        assert [url for _, url in village.asked[before:]] == []

    village.run(story())


def test_an_answer_that_was_lost_is_made_good(village: Village) -> None:
    anna, ben = both(village)
    carl = anna.town.person("carl")

    async def story() -> None:
        await carl.follow(ben)
        account = await anna.find(ben.address)
        await ben.patch("/v1/accounts/update_credentials", locked=True)
        await village.settle(ahead=MINUTE)
        await anna.post(f"/v1/accounts/{account['id']}/follow")
        await village.settle()
        village.dead.add("a.example")
        asking = await ben.get("/v1/follow_requests")
        await ben.post(f"/v1/follow_requests/{asking[0]['id']}/authorize")
        await ben.town.program.worker.drain()
        await ben.town.db.write(lambda tx: tx.run("DELETE FROM delivery"))
        await ben.town.db.write(lambda tx: tx.run("UPDATE peer SET waiting = 0"))
        village.dead.clear()
        assert (await anna.relation(account["id"]))["requested"]
        await ben.says("For my followers", visibility="private")
        await village.settle(ahead=MINUTE)
        assert (await anna.relation(account["id"]))["following"]

    village.run(story())


def test_the_list_is_for_the_server_that_it_is_about(village: Village) -> None:
    anna, ben = both(village)
    cora = village.town("c.example").person("cora")

    async def story() -> None:
        await anna.follow(ben)
        await cora.follow(ben)
        address = f"{ben.uri}/followers/yours"
        assert await listed(village, address) == 401
        for who in (anna, cora):
            found = await who.town.program.office.library.document(address)
            assert found.document["orderedItems"] == [who.uri]

    village.run(story())


def test_everybody_may_see_needs_no_comparing(village: Village) -> None:
    anna, ben = both(village)
    far = Elsewhere(village, "far.example")
    seen: list[Any] = []

    async def story() -> None:
        await anna.follow(ben)
        vera = far.person("vera")
        follow = {"id": f"{vera}#f", "type": "Follow", "actor": vera, "object": ben.uri}
        await far.send(vera, follow, ben.town)
        await village.settle()

        def heard(method: str, url: str, headers: Any, body: bytes) -> Any:
            if method == "POST":
                seen.append((json.loads(body)["object"]["content"], headers.get(rules.HEADER, "")))
            return far(method, url, headers, body)

        village.strangers["far.example"] = heard
        await ben.says("All")
        await ben.says("Few", visibility="private")
        said = rules.read(dict(seen)["<p>Few</p>"], ben.uri)
        assert dict(seen)["<p>All</p>"] == ""
        assert said == Said(f"{ben.uri}/followers", f"{ben.uri}/followers/yours", rules.digest([vera]))

    village.run(story())


ACTOR = "https://far.example/users/vera"
GOOD = f'collectionId="{ACTOR}/followers", url="{ACTOR}/yours", digest="{"0a" * 32}"'


@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        GOOD.replace('url="https://far', 'url="https://evil'),
        GOOD.replace('collectionId="https://far', 'collectionId="https://evil'),
        GOOD.replace("https://far.example/users/vera/yours", "http://far.example/x"),
        GOOD.replace("0a" * 32, "0a"),
        GOOD.replace("0a" * 32, "zz" * 32),
        GOOD.replace("digest", "sum"),
        f'{GOOD}, url="{ACTOR}/other"',
        GOOD + " " * 5000,
    ],
)
def test_a_header_that_leads_elsewhere_or_is_none_says_nothing(value: str) -> None:
    assert rules.read(GOOD, ACTOR) == Said(f"{ACTOR}/followers", f"{ACTOR}/yours", "0a" * 32)
    assert rules.read(value, ACTOR) is None


def test_the_digest_is_the_same_in_whatever_order() -> None:
    uris = [f"https://a.example/users/{n}" for n in range(5)]
    assert rules.digest(uris) == rules.digest(reversed(uris)) != rules.digest(uris[1:])
    assert rules.digest([]) == "0" * 64
    # the example of the FEP
    assert (
        rules.digest(["https://testing.example.org/users/1", "https://testing.example.org/users/2"])
        == "c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"
    )
