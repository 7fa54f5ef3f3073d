"""Relays: asked in both manners, believed only when asked, and what they pass on comes from its origin."""

from typing import Any

import pytest

from linnet.db.database import Database
from linnet.federation.relays import actions, queries, rules
from linnet.federation.relays.rules import Relay
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.value import changed
from tests.federation.elsewhere import PUBLIC, Elsewhere
from tests.federation.test_standing import decide
from tests.federation.village import Resident, Village

URL = "https://a.example"
SERVER = f"{URL}/ap/actor"
ROW = Relay(
    7,
    "https://relay.example/actor",
    "litepub",
    "https://relay.example/actor",
    "https://relay.example/inbox",
    "asked",
    "",
    False,
    0,
    0,
    None,
    None,
)


def test_what_we_say_to_a_relay() -> None:
    said = rules.follow(URL, ROW)
    assert (said["id"], said["actor"], said["object"]) == (f"{SERVER}#relays/7", SERVER, ROW.actor)
    said = rules.follow(URL, changed(ROW, style="mastodon", actor=""))
    assert (said["object"], "to" in said) == (PUBLIC, False)
    undo = rules.unfollow(URL, ROW)
    assert (undo["type"], undo["actor"], undo["object"]["id"]) == ("Undo", SERVER, f"{SERVER}#relays/7")
    assert "@context" not in undo["object"]


@pytest.mark.parametrize(
    ("answer", "id"),
    [
        (f"{SERVER}#relays/7", 7),
        ({"id": f"{SERVER}#relays/7", "type": "Follow", "actor": SERVER}, 7),
        ({"id": "https://relay.example/odd", "type": "Follow", "actor": SERVER}, 0),
        ({"type": "Follow", "actor": {"id": SERVER}}, 0),
        (f"{SERVER}#relays/x", None),
        (f"{SERVER}#relays/" + "9" * 30, None),
        (f"{URL}/ap/users/1#follows/7", None),
        ({"id": f"{URL}/ap/users/1#follows/7", "type": "Follow", "actor": f"{URL}/ap/users/1"}, None),
        ({"type": "Follow", "actor": "https://b.example/ap/actor"}, None),
        (None, None),
        (7, None),
        ([], None),
    ],
)
def test_which_relay_an_answer_means(answer: object, id: int | None) -> None:
    assert rules.answered_by(URL, answer) == id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://relay.example/inbox",
        "https://u@relay.example/",
        "relay example",
        "https://relay.example/#x",
    ],
)
def test_odd_addresses_are_refused(text: str) -> None:
    with pytest.raises(Invalid, match="address"):
        rules.address_of(text)


def test_rows(db: Database) -> None:
    relay = db.write_now(actions.add, "relay.example/actor", followed_tags=True, now=5)
    assert (relay.address, relay.state, relay.followed_tags) == ("https://relay.example/actor", "asked", True)
    with pytest.raises(Conflict):
        db.write_now(actions.add, "https://RELAY.example/actor", now=6)
    with pytest.raises(Invalid):
        db.write_now(actions.add, "https://x.example/", style="other", now=6)
    assert db.read_now(queries.by_actor, "https://relay.example/actor") is None
    db.write_now(
        actions.ask,
        relay.id,
        URL,
        style="litepub",
        actor="https://relay.example/actor",
        inbox="https://relay.example/inbox",
        now=7,
    )
    for wrong in ("https://relay.example/other", "https://evil.example/actor"):
        with pytest.raises(NotFound):
            db.write_now(actions.answer, relay.id, wrong, 8, yes=True)
    db.write_now(actions.answer, relay.id, "https://relay.example/actor", 8, yes=True)
    db.write_now(actions.took, relay.id, 9)
    found = db.read_now(queries.by_actor, "https://relay.example/actor")
    assert found is not None
    assert (found.state, found.answered_at, found.taken, found.heard_at) == ("accepted", 8, 1, 9)
    with pytest.raises(NotFound):  # nobody asked again
        db.write_now(actions.answer, relay.id, "https://relay.example/actor", 10, yes=True)
    db.write_now(actions.limit, relay.id, followed_tags=False)
    assert db.read_now(actions.named, "relay.example/actor").followed_tags is False
    db.write_now(actions.remove, relay.id, URL, 11)
    assert db.read_now(queries.relays) == []
    with pytest.raises(NotFound):
        db.write_now(actions.remove, relay.id, URL, 11)
    for n in range(rules.MOST):
        db.write_now(actions.add, f"https://r{n}.example/actor", now=5)
    with pytest.raises(Invalid):
        db.write_now(actions.add, "https://more.example/actor", now=5)


class Scene:
    """Anna's server follows a relay; Vera writes somewhere else."""

    def __init__(self, village: Village, style: str = "litepub", **more: Any) -> None:
        self.village, self.anna = village, village.town("a.example").person("anna")
        self.relay, self.far = Elsewhere(village, "relay.example"), Elsewhere(village, "far.example")
        self.actor = self.relay.person("relay", type="Application", inbox="https://relay.example/inbox")
        self.vera = self.far.person("vera")
        self.address = self.actor if style == "litepub" else "https://relay.example/inbox"
        self.more = more
        self.count = 0

    async def follow(self) -> dict[str, Any]:
        self.anna.town.db.write_now(actions.add, self.address, now=1, **self.more)
        await self.village.settle()
        return next(body for _, body in reversed(self.relay.got) if body["type"] == "Follow")

    async def accepted(self) -> None:
        await self.answer("Accept", await self.follow())

    async def answer(self, kind: str, follow: object, maker: str = "") -> None:
        site = self.relay if not maker else self.far
        self.count += 1
        said = {
            "id": f"{maker or self.actor}/answers/{self.count}",
            "type": kind,
            "actor": maker or self.actor,
            "object": follow,
        }
        assert await site.send(maker or self.actor, said, self.anna.town) == 202
        await self.village.settle()

    async def passes_on(self, object: object, maker: str = "") -> None:
        site = self.relay if not maker else self.far
        self.count += 1
        said = {
            "id": f"{maker or self.actor}/announces/{self.count}",
            "type": "Announce",
            "actor": maker or self.actor,
            "object": object,
            "to": [PUBLIC],
        }
        assert await site.send(maker or self.actor, said, self.anna.town) in (202, 403)
        await self.village.settle()

    def row(self) -> Relay:
        return self.anna.town.db.read_now(queries.relays)[0]

    async def public(self) -> list[str]:
        return [s["uri"] for s in await self.anna.get("/v1/timelines/public", remote=True)]


@pytest.mark.parametrize("style", ["litepub", "mastodon"])
def test_followed_in_both_manners(village: Village, style: str) -> None:
    scene = Scene(village, style)

    async def story() -> None:
        follow = await scene.follow()
        assert follow["object"] == (scene.actor if style == "litepub" else PUBLIC)
        assert scene.row().style == style
        post = scene.far.post(scene.vera, 1, "Hello")
        await scene.passes_on(post["id"])
        assert await scene.public() == []  # it has not accepted us yet
        await scene.answer("Accept", follow)
        assert (scene.row().state, scene.row().actor) == ("accepted", scene.actor)
        await scene.passes_on(post["id"])
        (shown,) = await scene.anna.get("/v1/timelines/public", remote=True)
        assert (shown["uri"], shown["account"]["acct"], shown["reblog"]) == (
            post["id"],
            "vera@far.example",
            None,
        )
        assert await scene.anna.home() == []
        assert scene.row().taken == 1
        await scene.passes_on(post["id"])
        assert scene.row().taken == 1
        scene.anna.town.db.write_now(actions.remove, scene.row().id, scene.anna.town.url, 5)
        await village.settle()
        assert scene.relay.got[-1][1]["type"] == "Undo"
        assert scene.relay.got[-1][1]["object"]["id"] == follow["id"]
        await scene.passes_on(scene.far.post(scene.vera, 2)["id"])
        assert await scene.public() == [post["id"]]

    village.run(story())


def test_refused(village: Village) -> None:
    scene = Scene(village)

    async def story() -> None:
        await scene.answer("Reject", await scene.follow())
        assert scene.row().state == "refused"
        await scene.passes_on(scene.far.post(scene.vera, 1)["id"])
        assert await scene.public() == []

    village.run(story())


@pytest.mark.parametrize("style", ["litepub", "mastodon"])
def test_a29_only_the_one_that_was_asked_may_answer(village: Village, style: str) -> None:
    scene = Scene(village, style)

    async def story() -> None:
        follow = await scene.follow()
        await scene.answer("Accept", follow, scene.vera)
        await scene.answer("Accept", follow["id"], scene.vera)
        await scene.answer("Reject", follow, scene.vera)
        assert scene.row().state == "asked"
        await scene.passes_on(scene.far.post(scene.vera, 1)["id"], scene.vera)
        assert await scene.public() == []
        await scene.answer("Accept", follow["id"])  # by its address alone, as some do
        assert scene.row().state == "accepted"

    village.run(story())


def test_a17_what_is_passed_on_comes_from_its_origin_and_only_what_is_for_everybody(village: Village) -> None:
    scene = Scene(village)
    far, vera = scene.far, scene.vera
    far.pages[vera]["discoverable"] = True
    true = far.post(vera, "true", "What vera said", days=0.01)
    quiet = far.post(vera, "quiet", to=[f"{vera}/followers"], cc=[PUBLIC])
    closed = far.post(vera, "closed", to=[f"{vera}/followers"], cc=[])
    answer = far.post(vera, "answer", inReplyTo=f"{vera}/posts/unknown")
    gone = f"{vera}/posts/gone"

    async def story() -> None:
        await scene.accepted()
        await scene.passes_on(true | {"content": "FORGED"})
        for one in (
            quiet["id"],
            closed["id"],
            answer["id"],
            gone,
            vera,
            scene.anna.uri,
            "",
            7,
            f"{scene.actor}",
        ):
            await scene.passes_on(one)
        assert await scene.public() == [true["id"]]
        found = await scene.anna.get("/v2/suggestions")  # whom nobody here knew before
        assert [one["account"]["uri"] for one in found] == [vera]
        texts = scene.anna.town.db.read_now(lambda tx: tx.all(str, "SELECT html FROM post"))
        assert texts == ["<p>What vera said</p>"]
        assert f"{vera}/posts/unknown" not in far.asked

    village.run(story())


def test_only_followed_hashtags(village: Village) -> None:
    scene = Scene(village, followed_tags=True)

    def tagged(name: str, *tags: str) -> dict[str, Any]:
        return scene.far.post(
            scene.vera, name, days=0.01, tag=[{"type": "Hashtag", "name": f"#{t}"} for t in tags]
        )

    async def story() -> None:
        await scene.accepted()
        await scene.anna.post("/v1/tags/Bread/follow")
        bread, other = tagged("bread", "bread", "rye"), tagged("other", "cars")
        for one in (bread, other, tagged("none")):
            await scene.passes_on(one["id"])
        assert await scene.public() == [bread["id"]]
        assert [s["uri"] for s in await scene.anna.home()] == [bread["id"]]
        scene.anna.town.db.write_now(actions.limit, scene.row().id, followed_tags=False)
        await scene.passes_on(other["id"])
        assert sorted(await scene.public()) == sorted([other["id"], bread["id"]])

    village.run(story())


def test_a23_nothing_of_suspended_and_limited_servers(village: Village) -> None:
    scene = Scene(village)
    one, two = scene.far.post(scene.vera, 1), scene.far.post(scene.vera, 2)

    async def story() -> None:
        await scene.accepted()
        decide(scene.anna.town, "far.example", "suspend")
        await village.settle()
        asked = len(scene.far.asked)
        await scene.passes_on(one["id"])
        assert len(scene.far.asked) == asked
        decide(scene.anna.town, "far.example", "limit")
        await village.settle()
        await scene.passes_on(two["id"])
        assert scene.anna.town.db.read_now(lambda tx: tx.all(str, "SELECT uri FROM post")) == []

    village.run(story())


def test_a_relay_that_is_none_and_one_that_is_away(village: Village) -> None:
    anna: Resident = village.town("a.example").person("anna")
    site = Elsewhere(village, "relay.example")
    site.pages["https://relay.example/note"] = {"id": "https://relay.example/note", "type": "Note"}

    async def story() -> None:
        db = anna.town.db
        note = db.write_now(actions.add, "https://relay.example/note", now=1)
        away = db.write_now(actions.add, "https://away.example/actor", now=1)
        odd = db.write_now(actions.add, "https://relay.example/nothing", style="litepub", now=1)
        await village.settle()
        states = {row.id: (row.state, bool(row.problem)) for row in db.read_now(queries.relays)}
        assert states == {note.id: ("failed", True), away.id: ("asked", True), odd.id: ("failed", True)}
        assert site.got == []

    village.run(story())
