"""Whole threads: found when somebody opens them, within bounds (security paper A18, B12)."""

from typing import Any

from linnet.federation.finding import rules
from linnet.kernel.clock import MINUTE
from linnet.net.client import Answer
from linnet.social.posts.rules import ThreadGrew
from tests.federation.elsewhere import Elsewhere, create
from tests.federation.village import Resident, Village


async def thread(who: Resident, id: str) -> tuple[list[str], list[str]]:
    found = await who.get(f"/v1/statuses/{id}/context")
    return [s["uri"] for s in found["ancestors"]], [s["uri"] for s in found["descendants"]]


async def opened(who: Resident, id: str) -> tuple[list[str], list[str]]:
    """Opens it, lets the work be done, and looks again."""
    await thread(who, id)
    await who.town.village.settle()
    return await thread(who, id)


def forget(village: Village, who: Resident) -> None:
    """As if a quarter of an hour had gone by."""
    who.town.db.write_now(lambda tx: tx.run("UPDATE asked SET at = at - :ms", ms=16 * MINUTE))
    who.town.program.office.watch._lately._kept.clear()
    alone = who.town.program.office.library._asker._alone
    alone._kept.clear()


def test_answers_that_nobody_sent_us_come_when_a_thread_is_opened(village: Village) -> None:
    anna, ben = village.town("a.example").person("anna"), village.town("b.example").person("ben")
    cora = village.town("c.example").person("cora")

    async def story() -> None:
        await cora.follow(ben)
        first = await ben.says("Who bakes with spelt?")
        theirs = (await cora.home())[0]
        answer = await cora.says("@ben@b.example I do", in_reply_to_id=theirs["id"])
        at_ben = (await ben.get(f"/v1/statuses/{first['id']}/context"))["descendants"][0]
        again = await ben.says("@cora@c.example With what yeast?", in_reply_to_id=at_ben["id"])
        seen = await anna.find(first["uri"], "statuses")
        assert await thread(anna, seen["id"]) == ([], [])
        await village.settle()
        assert await thread(anna, seen["id"]) == ([], [answer["uri"], again["uri"]])
        assert (await anna.get(f"/v1/statuses/{seen['id']}"))["replies_count"] == 1
        # and what one answer is the beginning of for us joins when it is opened
        assert await anna.home() == []

    village.run(story())


def small_thread(far: Elsewhere, vera: str) -> tuple[Any, list[Any]]:
    root = far.post(vera, "root", days=3)
    answers = [far.post(vera, f"a{n}", inReplyTo=root["id"], days=2 - n / 10) for n in range(3)]
    root["replies"] = f"{root['id']}/replies"
    far.collection(root["replies"], [answers[0]["id"], answers[1]["id"]], size=1)
    answers[1]["replies"] = {
        "type": "Collection",
        "first": {"type": "CollectionPage", "items": [answers[2]["id"]]},
    }
    answers[2]["inReplyTo"] = answers[1]["id"]
    return root, answers


def test_replies_on_pages_and_embedded(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    root, answers = small_thread(far, far.person("vera"))

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        heard = listening(anna)
        assert await opened(anna, seen["id"]) == ([], [a["id"] for a in answers])
        assert heard == [int(seen["id"])]  # open pages may look again
        forget(village, anna)
        await opened(anna, seen["id"])
        assert len(heard) == 1  # nothing was new

    village.run(story())


def listening(who: Resident) -> list[int]:
    """Where threads begin that are said to have grown."""
    heard: list[int] = []
    hub = who.town.program.hub
    hub.listen(lambda event: heard.append(event.root_id) if isinstance(event, ThreadGrew) else None)
    return heard


def test_a_context_that_is_a_collection_is_enough(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far, other = Elsewhere(village, "far.example"), Elsewhere(village, "other.example")
    vera, bob = far.person("vera"), other.person("bob")
    root = far.post(vera, "root", days=3, context=f"{vera}/contexts/1")
    deep = other.post(bob, "deep", inReplyTo=f"{vera}/posts/answer", days=1)
    answer = far.post(vera, "answer", inReplyTo=root["id"])
    alien = other.post(bob, "alien", "Does not belong here")
    lost = other.post(bob, "lost", inReplyTo=f"{bob}/posts/unknown")
    # creates and posts, in any order, and things that are no part of it
    far.collection(
        f"{vera}/contexts/1", [deep["id"], create(answer), root["id"], alien["id"], lost["id"], 7, None]
    )

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        assert await opened(anna, seen["id"]) == ([], [answer["id"], deep["id"]])
        kept = anna.town.db.read_now(lambda tx: tx.all(str, "SELECT uri FROM post"))
        assert alien["id"] not in kept
        assert lost["id"] not in kept
        root["context"] = {"type": "Thing"}  # it may be anything
        forget(village, anna)
        assert len((await opened(anna, seen["id"]))[1]) == 2

    village.run(story())


def test_what_stands_above_is_found_later(village: Village) -> None:
    """The server of the first post was away when the answer came."""
    anna = village.town("a.example").person("anna")
    far, other = Elsewhere(village, "far.example"), Elsewhere(village, "other.example")
    vera, bob = far.person("vera"), other.person("bob")
    root = far.post(vera, "root", days=3)
    middle = far.post(vera, "middle", inReplyTo=root["id"], days=2.5)
    answer = other.post(bob, "answer", inReplyTo=middle["id"], days=2)

    async def story() -> None:
        village.dead.add("far.example")
        seen = await anna.find(answer["id"], "statuses")
        assert await thread(anna, seen["id"]) == ([], [])
        await village.settle()
        village.dead.clear()
        forget(village, anna)
        heard = listening(anna)
        assert await opened(anna, seen["id"]) == ([root["id"], middle["id"]], [])
        assert int(seen["id"]) in heard  # as it was known
        assert (await anna.get(f"/v1/statuses/{seen['id']}"))["in_reply_to_account_id"]

    village.run(story())


def test_counts_and_polls_are_those_of_the_origin(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    options = [{"type": "Note", "name": n, "replies": {"type": "Collection", "totalItems": 0}} for n in "xy"]
    root = far.post(
        vera, "root", type="Question", oneOf=options, votersCount=0, endTime="2099-01-01T00:00:00Z"
    )

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        await village.settle()
        options[0]["replies"]["totalItems"] = 7
        root["votersCount"] = 7
        root["likes"] = f"{root['id']}/likes"  # only named, as GoToSocial does
        far.collection(root["likes"], [], totalItems=12)
        root["shares"] = {"type": "Collection", "totalItems": 3}
        root["replies"] = {"type": "Collection", "totalItems": -4}
        await opened(anna, seen["id"])
        now = await anna.get(f"/v1/statuses/{seen['id']}")
        assert (now["favourites_count"], now["reblogs_count"], now["replies_count"]) == (12, 3, 0)
        assert [o["votes_count"] for o in now["poll"]["options"]] == [7, 0]
        assert now["poll"]["voters_count"] == 7

    village.run(story())


def test_answers_found_later_are_not_counted_twice(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    root, answers = small_thread(far, far.person("vera"))
    far.pages[root["replies"]]["totalItems"] = 5

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        await opened(anna, seen["id"])
        forget(village, anna)
        await opened(anna, seen["id"])
        assert (await anna.get(f"/v1/statuses/{seen['id']}"))["replies_count"] == 5
        first = await anna.find(answers[1]["id"], "statuses")
        assert first["replies_count"] == 1  # its server does not say: those that are here

    village.run(story())


def test_what_its_server_says_is_gone_goes(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    root, answers = small_thread(far, far.person("vera"))

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        await opened(anna, seen["id"])
        far.pages[answers[0]["id"]] = Answer(410, answers[0]["id"], {}, b"")
        forget(village, anna)
        assert await opened(anna, seen["id"]) == ([], [answers[1]["id"], answers[2]["id"]])
        forget(village, anna)
        assert await opened(anna, seen["id"]) == ([], [answers[1]["id"], answers[2]["id"]])  # and stays away

    village.run(story())


def test_b12_ten_thousand_answers(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    root = far.post(vera, "root", days=9)
    root["replies"] = f"{root['id']}/replies"
    answers = [far.post(vera, n, inReplyTo=root["id"], days=5 - n / 10_000) for n in range(10_000)]
    far.collection(root["replies"], [a["id"] for a in answers], size=5_000)
    root["context"] = root["replies"]

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        before = len(far.asked)
        _, below = await opened(anna, seen["id"])
        assert len(below) <= rules.MOST_NEW
        assert len(far.asked) - before <= rules.PER_HOST + 1
        # the next look goes on where this one ended, not before
        again = len(far.asked)
        await opened(anna, seen["id"])
        assert len(far.asked) == again
        assert len(below) >= 20

    village.run(story())


def test_b12_round_and_round(village: Village) -> None:
    """Answers that answer each other, pages that lead to themselves, a thread deeper than anybody reads."""
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    vera = far.person("vera")
    root = far.post(vera, "root", days=9)
    ring = [far.post(vera, f"ring{n}", days=8) for n in range(3)]
    for n, one in enumerate(ring):
        one["inReplyTo"] = ring[(n + 1) % 3]["id"]
    me = far.post(vera, "me", days=8)
    me["inReplyTo"] = me["id"]
    chain = [far.post(vera, f"deep{n}", days=7 - n / 100) for n in range(40)]
    for above, below in zip([root, *chain], chain, strict=False):
        below["inReplyTo"] = above["id"]
        above["replies"] = {"type": "Collection", "items": [below["id"]]}
    address = f"{root['id']}/replies"
    root["replies"] = address
    far.pages[address] = {
        "id": address,
        "type": "Collection",
        "items": [*[one["id"] for one in ring], me["id"], chain[0]["id"], root["id"], f"{root['id']}#x"],
        "next": address,
        "first": address,
    }

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        _, below = await opened(anna, seen["id"])
        assert below == [one["id"] for one in chain[: rules.DEEPEST]]
        # a ring that is opened from inside
        odd = await anna.find(ring[0]["id"], "statuses")
        assert odd
        await opened(anna, odd["id"])
        forget(village, anna)
        await opened(anna, odd["id"])

    village.run(story())


def test_b12_one_server_gets_no_more_than_its_share(village: Village) -> None:
    """A thread cannot be used to send us to a third server again and again."""
    anna = village.town("a.example").person("anna")
    far, victim = Elsewhere(village, "far.example"), Elsewhere(village, "victim.example")
    vera = far.person("vera")
    root = far.post(vera, "root")
    root["replies"] = {"type": "Collection", "items": [f"https://victim.example/{n}" for n in range(199)]}

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        await opened(anna, seen["id"])
        assert len(victim.asked) <= rules.PER_HOST

    village.run(story())


def test_a18_an_answer_cannot_be_claimed_by_the_one_it_answers(village: Village) -> None:
    """What stands whole in `replies` is not believed: it is fetched from where it lives."""
    anna = village.town("a.example").person("anna")
    far, other = Elsewhere(village, "far.example"), Elsewhere(village, "other.example")
    vera, bob = far.person("vera"), other.person("bob")
    root = far.post(vera, "root", days=3)
    true = other.post(bob, "said", "What bob said", inReplyTo=root["id"])
    unsaid = other.post(bob, "unsaid", inReplyTo=root["id"])
    del other.pages[unsaid["id"]]
    followers = other.post(bob, "closed", inReplyTo=root["id"], to=[f"{bob}/followers"], cc=[])
    forged = [true | {"content": "FORGED"}, unsaid | {"content": "FORGED"}, followers]
    root["replies"] = {"type": "Collection", "items": forged}

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        assert await opened(anna, seen["id"]) == ([], [true["id"]])
        texts = anna.town.db.read_now(lambda tx: tx.all(str, "SELECT html FROM post"))
        assert not [text for text in texts if "FORGED" in text]

    village.run(story())


def test_many_who_look_at_once_ask_once(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "far.example")
    root, answers = small_thread(far, far.person("vera"))

    async def story() -> None:
        seen = await anna.find(root["id"], "statuses")
        await opened(anna, seen["id"])
        asked = len(far.asked)
        answer = await anna.find(answers[0]["id"], "statuses")
        for id in (seen["id"], answer["id"], seen["id"]):  # it is one thread, whichever post is opened
            await opened(anna, id)
        assert len(far.asked) == asked
        forget(village, anna)
        await village.ask("GET", f"{anna.town.url}/api/v1/statuses/{seen['id']}/context", {}, b"")
        await village.settle()
        assert len(far.asked) == asked  # a stranger's look asks nobody
        mine = await anna.says("Of our own")
        await opened(anna, mine["id"])
        assert len(far.asked) == asked

    village.run(story())
