"""A profile from elsewhere before anybody follows it (security paper A17, A31, B12)."""

import pytest

from linnet.kernel.clock import DAY, MINUTE, iso, now_ms
from tests.federation.elsewhere import PUBLIC, Elsewhere, create
from tests.federation.village import Resident, Village


async def statuses(who: Resident, id: str, **fields: object) -> list[str]:
    return [s["uri"] for s in await who.get(f"/v1/accounts/{id}/statuses", **fields)]


def test_two_linnets_see_each_others_profile_before_the_follow(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    ben, carl = (village.town("b.example").person("ben"), village.towns["b.example"].person("carl"))

    async def story() -> None:
        made = [await ben.says(f"Bread number {n}") for n in range(3)]
        answered = await ben.says("And one more", in_reply_to_id=made[0]["id"])
        await ben.says("Not for everybody", visibility="private")
        await ben.post(f"/v1/statuses/{made[1]['id']}/pin")
        await carl.post(f"/v1/accounts/{ben.id}/follow")
        found = await anna.find("@ben@b.example")
        assert await statuses(anna, found["id"]) == []  # nobody waits for another server
        await village.settle()
        assert await statuses(anna, found["id"]) == [answered["uri"], *[m["uri"] for m in reversed(made)]]
        assert await statuses(anna, found["id"], pinned=True) == [made[1]["uri"]]
        seen = await anna.get(f"/v1/accounts/{found['id']}")
        assert (seen["followers_count"], seen["following_count"]) == (1, 0)
        assert seen["statuses_count"] == 4
        assert seen["last_status_at"] is not None
        # none of it was news
        assert await anna.home() == []
        assert await anna.get("/v1/timelines/public", remote=True) != []
        # whoever follows now has them at home
        await anna.follow(ben)
        assert len(await anna.home()) == 4

    village.run(story())


def test_a_follow_that_was_faster_gets_the_last_posts_too(village: Village) -> None:
    anna, ben = village.town("a.example").person("anna"), village.town("b.example").person("ben")

    async def story() -> None:
        await ben.says("Before anybody looked")
        found = await anna.find("@ben@b.example")
        await anna.post(f"/v1/accounts/{found['id']}/follow")
        await village.settle()
        assert [s["content"] for s in await anna.home()] == ["<p>Before anybody looked</p>"]

    village.run(story())


def test_once_a_day_and_only_when_somebody_looks(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    far.collection(f"{vera}/outbox", [])

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        await village.settle()
        asked = len(far.asked)
        for _ in range(3):
            await anna.get(f"/v1/accounts/{found['id']}/statuses")
            await village.settle()
        assert len(far.asked) == asked
        anna.town.db.write_now(_yesterday)
        anna.town.program.office.watch._lately._kept.clear()
        await village.settle()
        assert len(far.asked) == asked
        stranger = f"/api/v1/accounts/{found['id']}/statuses"
        await village.ask(
            "GET", f"{anna.town.url}{stranger}", {}, b""
        )  # who is not logged in asks for nothing
        await village.settle()
        assert len(far.asked) == asked
        await anna.get(f"/v1/accounts/{found['id']}/statuses")
        await village.settle()
        assert len(far.asked) > asked

    village.run(story())


def test_who_could_not_be_asked_is_asked_again_before_the_day_is_over(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    post = far.post(vera, 1)
    far.collection(f"{vera}/outbox", [post])

    async def look(id: str, minutes: int) -> list[str]:
        anna.town.db.write_now(lambda tx: tx.run("UPDATE asked SET at = at - :ms", ms=minutes * MINUTE))
        anna.town.program.office.watch._lately._kept.clear()
        anna.town.program.office.library._asker._alone._kept.clear()
        await anna.get(f"/v1/accounts/{id}/statuses")
        await village.settle()
        return await statuses(anna, id)

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        village.dead.add("far.example")
        await village.settle()
        village.dead.clear()
        assert await look(found["id"], 9) == []
        assert await look(found["id"], 2) == [post["id"]]

    village.run(story())


def _yesterday(tx) -> None:
    tx.run("UPDATE asked SET at = at - :day", day=DAY + 1)


def test_a17_what_stands_in_an_outbox_is_believed_about_its_owner_only(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far, other = Elsewhere(village, "far.example"), Elsewhere(village, "other.example")
    vera, victim, bob = far.person("vera"), far.person("victim"), other.person("bob")
    own = far.post(vera, "own", "Mine")
    forged_here = far.post(victim, "forged", "Never said") | {"content": "<p>FORGED</p>"}
    del far.pages[forged_here["id"]]
    forged_there = other.post(bob, "forged", "Truly said") | {"content": "<p>FORGED</p>"}
    odd = {
        "id": f"{bob}/posts/odd",
        "type": "Note",
        "attributedTo": vera,
        "to": own["to"],
        "content": "FORGED",
    }
    announce = {"id": f"{vera}/boosts/1", "type": "Announce", "actor": vera, "object": forged_there}
    named = far.post(vera, "named", "Only named")
    hidden = far.post(vera, "hidden", "Not open", to=[f"{vera}/followers"], cc=[])
    answer = far.post(vera, "answer", "To nobody here", inReplyTo=f"{bob}/posts/unknown")
    items = [create(own), create(forged_here), create(forged_there), odd, announce, named["id"]]
    items += [create(hidden), create(answer), 7, None, {}, [], {"type": "Create", "object": 7}]
    far.collection(f"{vera}/outbox", items)

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        await village.settle()
        assert sorted(await statuses(anna, found["id"])) == sorted([own["id"], named["id"]])
        texts = anna.town.db.read_now(lambda tx: tx.all(str, "SELECT html FROM post"))
        assert not [text for text in texts if "FORGED" in text]
        assert f"{bob}/posts/unknown" not in other.asked  # a profile is no reason to climb threads

    village.run(story())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (5, 5),
        (-1, 0),
        ("12", 0),
        (10**15, 1_000_000_000),
        (1e300, 0),
        (True, 0),
        (None, 0),
        ({}, 0),
        (2.5, 0),
    ],
)
def test_a31_totals_are_claims(village: Village, said: object, shown: int) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    for name in ("followers", "following", "outbox"):
        far.collection(f"{vera}/{name}", [], totalItems=said)

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        await village.settle()
        seen = await anna.get(f"/v1/accounts/{found['id']}")
        counts = {seen[name] for name in ("followers_count", "following_count", "statuses_count")}
        assert counts == {shown}

    village.run(story())


def test_a31_collections_of_another_server_are_not_asked(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far, other = Elsewhere(village, "far.example"), Elsewhere(village, "other.example")
    bob = other.person("bob")
    other.collection(f"{bob}/outbox", [], totalItems=99)
    vera = far.person("vera", outbox=f"{bob}/outbox", followers=f"{bob}/outbox", featured=f"{bob}/outbox")

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        await village.settle()
        assert (await anna.get(f"/v1/accounts/{found['id']}"))["followers_count"] == 0
        assert other.asked == []
        assert vera in far.asked

    village.run(story())


def test_b12_an_outbox_without_an_end_costs_one_page(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    posts = [far.post(vera, n, days=n / 100) for n in range(300)]
    far.collection(f"{vera}/outbox", [post["id"] for post in posts], size=150)
    last = far.pages[f"{vera}/outbox?page=150"]
    last["next"] = f"{vera}/outbox?page=0"  # round and round
    far.collection(f"{vera}/featured", [posts[n]["id"] for n in range(50)])

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        asked = len(far.asked)
        await village.settle()
        assert len(far.asked) - asked <= 32
        assert f"{vera}/outbox?page=150" not in far.asked
        assert len(await statuses(anna, found["id"], limit=40)) == 20
        assert len(await statuses(anna, found["id"], pinned=True)) == 5

    village.run(story())


def test_pins_follow_what_their_server_says(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    one, two = far.post(vera, 1), far.post(vera, 2)
    far.collection(f"{vera}/outbox", [])
    far.collection(f"{vera}/featured", [one, two["id"]])  # whole as Mastodon, or named as GoToSocial

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        await village.settle()
        assert await statuses(anna, found["id"], pinned=True) == [one["id"], two["id"]]
        far.collection(f"{vera}/featured", [two["id"]])
        anna.town.db.write_now(_yesterday)
        anna.town.program.office.watch._lately._kept.clear()
        await anna.get(f"/v1/accounts/{found['id']}/statuses")
        await village.settle()
        assert await statuses(anna, found["id"], pinned=True) == [two["id"]]

    village.run(story())


def announce(maker: str, number: int, post: str, *, days: float, **more: object) -> dict[str, object]:
    return {
        "id": f"{maker}/boosts/{number}",
        "type": "Announce",
        "actor": maker,
        "object": post,
        "published": iso(now_ms() - int(days * DAY)),
        "to": [PUBLIC],
    } | more


async def boosted(who: Resident, id: str) -> list[tuple[str, str | None]]:
    """What stands in a profile: the address of each post, and of what it passes on."""
    found = await who.get(f"/v1/accounts/{id}/statuses")
    return [(s["uri"], s["reblog"]["uri"] if s["reblog"] else None) for s in found]


def test_a17_boosts_of_a_profile_are_taken_each_from_its_origin(village: Village) -> None:
    anna, carl = village.town("a.example").person("anna"), village.towns["a.example"].person("carl")
    far, other = Elsewhere(village, "far.example"), Elsewhere(village, "other.example")
    vera, victim, bob = far.person("vera"), far.person("victim"), other.person("bob")
    own, good = far.post(vera, "own", "Mine", days=3), other.post(bob, "good", "Rye is good")
    forged = other.post(bob, "forged", "Truly said") | {"content": "<p>FORGED</p>"}
    closed = other.post(bob, "closed", "For some", to=[f"{bob}/followers"], cc=[])
    answer = other.post(bob, "answer", "To nobody here", inReplyTo=f"{bob}/posts/unknown")
    lost = f"{bob}/posts/lost"
    items = [
        announce(vera, 1, good["id"], days=1),
        announce(vera, 2, forged, days=2),  # embedded: fetched all the same
        create(own),
        announce(vera, 4, closed["id"], days=4),
        announce(vera, 5, answer["id"], days=5),
        announce(vera, 6, lost, days=6),
        announce(vera, 7, f"{victim}/x", days=7, actor=victim),
        announce(vera, 8, good["id"], days=8),  # a second time
        announce(vera, 9, own["id"], days=9, to=[f"{vera}/followers"]),
        announce(vera, 10, own["id"], days=9, id=f"{bob}/boosts/1"),
    ]
    far.collection(f"{vera}/outbox", items)

    async def story() -> None:
        mine = await carl.says("From here")
        items.append(announce(vera, 11, mine["uri"], days=0.5))
        found = await anna.find("@vera@far.example")
        await village.settle()
        wanted = [
            (f"{vera}/boosts/11", mine["uri"]),
            (f"{vera}/boosts/1", good["id"]),
            (f"{vera}/boosts/2", f"{bob}/posts/forged"),
            (own["id"], None),
        ]
        assert await boosted(anna, found["id"]) == wanted
        texts = anna.town.db.read_now(lambda tx: tx.all(str, "SELECT html FROM post"))
        assert not [text for text in texts if "FORGED" in text or "For some" in text or "nobody here" in text]
        assert f"{bob}/posts/unknown" not in other.asked
        # history: in no home, no notice; but counted where it is ours to count
        assert (await carl.notices(), await anna.home()) == ([], [])
        assert (await carl.get(f"/v1/statuses/{mine['id']}"))["reblogs_count"] == 1
        shown = next(s for s in await anna.get(f"/v1/accounts/{found['id']}/statuses") if s["reblog"])
        assert (await anna.get(f"/v1/statuses/{shown['id']}"))["reblog"]["reblogs_count"] <= 1
        # who looks again a day later finds nothing twice
        anna.town.db.write_now(_yesterday)
        anna.town.program.office.watch._lately._kept.clear()
        await anna.get(f"/v1/accounts/{found['id']}/statuses")
        await village.settle()
        assert await boosted(anna, found["id"]) == wanted
        # whoever follows now has them, unless they want no boosts
        await anna.post(f"/v1/accounts/{found['id']}/follow", reblogs=False)
        await village.settle()
        yes = {"id": f"{vera}/accepts/1", "type": "Accept", "actor": vera, "object": far.got[-1][1]}
        await far.send(vera, yes, anna.town)
        await village.settle()
        assert [s["uri"] for s in await anna.home()] == [own["id"]]

    village.run(story())


def test_b12_a_profile_full_of_boosts_costs_no_more(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    sites = [Elsewhere(village, f"s{n}.example") for n in range(20)]
    posts = [site.post(site.person("bob"), 1, days=n / 100) for n, site in enumerate(sites)]
    pinned = far.post(vera, "pinned")
    items = [announce(vera, n, post["id"], days=n / 100) for n, post in enumerate(posts)]
    far.collection(f"{vera}/outbox", items)
    far.collection(f"{vera}/featured", [pinned["id"]])

    async def story() -> None:
        found = await anna.find("@vera@far.example")
        before = len(village.asked)
        await village.settle()
        assert len(village.asked) - before <= 32
        there = [about for _, about in await boosted(anna, found["id"]) if about]
        assert there == [post["id"] for post in posts[: len(there)]]  # the newest
        assert len(there) >= 6
        assert await statuses(anna, found["id"], pinned=True) == [pinned["id"]]

    village.run(story())
