"""What the owner decides about a domain, on every surface: suspended is shown to nobody, limited to who
follows (security paper A23)."""

from typing import Any

import pytest

from linnet.db.database import Database
from linnet.federation.peers import actions as peers
from linnet.federation.peers import marking
from linnet.federation.peers.domains import Rule
from linnet.kernel.clock import now_ms
from linnet.social.follows import actions as follows
from linnet.social.notices import actions as notices
from linnet.social.notices import queries as notice_queries
from linnet.social.people import queries as people
from linnet.social.posts import queries as posts
from linnet.social.posts import views
from linnet.social.posts.rules import Post
from linnet.social.search import queries as search
from linnet.social.tags import queries as tags
from linnet.social.text.scan import Hashtag
from linnet.social.timelines import queries as timelines
from tests.cast import account
from tests.federation.elsewhere import Elsewhere, create
from tests.federation.neighbours import neighbour, their_post
from tests.federation.village import Resident, Village

NOW = 1_793_000_000_000
TAG = Hashtag(0, 0, "bread", "bread")


def decide(town: Any, domain: str, severity: str) -> None:
    town.db.write_now(peers.decide, Rule(domain, severity), own=("a.example",), now=now_ms())
    town.program.office.rulebook.forget()  # as the running server does when it hears of it


def rules(*said: tuple[str, str]) -> dict[str, Rule]:
    return {domain: Rule(domain, severity) for domain, severity in said}


@pytest.mark.parametrize(
    ("said", "places", "held"),
    [
        ([], ("a.example",), ""),
        ([("a.example", "limit")], ("a.example",), "limit"),
        ([("a.example", "limit")], ("x.a.example",), "limit"),
        ([("a.example", "limit")], ("ba.example",), ""),
        ([("a.example", "suspend"), ("x.a.example", "allow")], ("x.a.example",), ""),
        ([("a.example", "limit")], ("b.example", "a.example:8443"), "limit"),  # the handle's, or the server's
        ([("a.example", "limit"), ("b.example", "suspend")], ("a.example", "b.example"), "suspend"),
        ([("a.example", "suspend")], ("", "nonsense host"), ""),
    ],
)
def test_the_severer_rule_counts(said: Any, places: tuple[str, ...], held: str) -> None:
    assert marking.held_by(rules(*said), *places) == held


class Scene:
    """Anna, who follows Fay; Cleo, who follows nobody; Fay lives elsewhere."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.anna, self.cleo, self.fay = db.write_now(self._people)
        self.post = db.write_now(self._post)

    def _people(self, tx: Any) -> tuple[int, int, int]:
        anna, cleo = account(tx, "anna").id, account(tx, "cleo").id
        fay = neighbour(tx, "fay", "far.example").id
        follows.follow(tx, anna, fay, now=NOW)
        follows.accept(tx, fay, anna, NOW)
        return anna, cleo, fay

    def _post(self, tx: Any) -> int:
        id = their_post(tx, people.must_account(tx, self.fay), "bread")
        posts.put_tags(tx, id, [TAG])
        return id

    def hold(self, severity: str) -> None:
        def act(tx: Any) -> None:
            peers.decide(tx, Rule("far.example", severity), own=(), now=NOW)
            marking.place_account(tx, self.fay, "far.example", "far.example")

        self.db.write_now(act)

    def seen_by(self, viewer: int) -> set[str]:
        """On which surfaces the viewer meets Fay's post, or Fay."""
        read = self.db.read_now
        row: Post | None = read(posts.post, self.post)
        assert row is not None
        shown = {
            "page": read(posts.visible, self.post, viewer) is not None,
            "view": bool(read(views.views, [self.post], viewer)),
            "line": bool(read(views.lines, [self.post], viewer)),
            "home": [line.id for line in read(views.home_lines, viewer)] == [self.post],
            "public": read(timelines.public, viewer_id=viewer) == [self.post],
            "remote": read(timelines.public, viewer_id=viewer, remote=True) == [self.post],
            "tag": read(timelines.tag, "bread", viewer_id=viewer) == [self.post],
            "tags": read(tags.tagged, ["bread"], every=[], none=[], viewer_id=viewer) == [self.post],
            "search": read(search.posts, "bread", viewer_id=viewer) == [self.post],
            "people": read(search.accounts, "fa", viewer_id=viewer) == [self.fay],
            "exact": read(search.accounts, "fay", viewer_id=viewer) == [self.fay],
            "thread": self.answer() in read(views.context, row, viewer).descendants,
        }
        return {name for name, yes in shown.items() if yes}

    def answer(self) -> int:
        """An answer of Fay's to herself."""
        if not hasattr(self, "_answer"):
            self._answer = self.db.write_now(
                lambda tx: their_post(
                    tx, people.must_account(tx, self.fay), "more", reply_to_id=self.post, visibility="quiet"
                )
            )
            self.db.write_now(lambda tx: tx.run("DELETE FROM timeline WHERE post_id = :id", id=self._answer))
        return self._answer

    def told(self, whom: int) -> list[str]:
        """Which notices about Fay arrive now."""

        def act(tx: Any) -> None:
            notices.add(tx, account_id=whom, kind="mention", from_id=self.fay, post_id=self.post, now=NOW)

        self.db.write_now(act)
        return [one.kind for one in self.db.read_now(notice_queries.page, whom)]


EVERYWHERE = {
    "page",
    "view",
    "line",
    "public",
    "remote",
    "tag",
    "tags",
    "search",
    "people",
    "exact",
    "thread",
}


def test_limited_is_for_followers_and_suspended_for_nobody(db: Database) -> None:
    scene = Scene(db)
    scene.answer()
    assert scene.seen_by(scene.anna) == EVERYWHERE | {"home"}
    assert scene.seen_by(scene.cleo) == EVERYWHERE
    assert scene.seen_by(0) == EVERYWHERE
    scene.hold("limit")
    assert scene.seen_by(scene.anna) == EVERYWHERE | {"home"}
    assert scene.seen_by(scene.cleo) == {"page", "view", "line", "exact"}  # who has the address may read it
    assert scene.seen_by(0) == {"page", "view", "line", "exact"}
    scene.hold("suspend")
    for viewer in (scene.anna, scene.cleo, 0):
        assert scene.seen_by(viewer) - {"thread"} == set()  # `views` leaves out what a thread names
    scene.hold("allow")
    assert scene.seen_by(scene.cleo) == EVERYWHERE


def test_notices_from_limited_and_suspended_servers(db: Database) -> None:
    scene = Scene(db)
    scene.hold("limit")
    assert scene.told(scene.cleo) == []
    assert scene.told(scene.anna) == ["mention"]
    scene.hold("suspend")
    assert scene.told(scene.anna) == []  # and those that were given are not shown
    assert db.read_now(notice_queries.unseen, scene.anna) == 0
    scene.hold("allow")
    assert scene.told(scene.cleo) == ["mention"]
    assert len(scene.told(scene.anna)) == 2


def test_a_limited_server_does_not_come_into_homes_by_hashtag(db: Database) -> None:
    scene = Scene(db)
    scene.hold("limit")

    def act(tx: Any) -> int:
        id = their_post(tx, people.must_account(tx, scene.fay), "again")
        (tag,) = posts.put_tags(tx, id, [TAG])
        tags.put(tx, scene.cleo, tag.id, NOW)
        timelines.fan_out_tags(tx, id, scene.fay, [tag.id])
        return id

    db.write_now(act)
    assert db.read_now(timelines.home, scene.cleo) == []


def test_rules_reach_accounts_that_are_here_and_those_that_come(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far = Elsewhere(village, "social.far.example")
    vera = far.person("vera")
    far.person("zoe")
    first = far.post(vera, "first")

    async def shown(who: Resident, handle: str) -> Any:
        found = await who.find(f"@{handle}@social.far.example")
        return found and (found.get("limited"), found.get("suspended"))

    async def story() -> None:
        assert await shown(anna, "vera") == (None, None)
        await anna.find(first["id"], "statuses")
        decide(anna.town, "far.example", "limit")
        await village.settle()
        assert await shown(anna, "vera") == (True, None)
        assert await shown(anna, "zoe") == (True, None)  # came later
        assert await anna.get("/v1/timelines/public") == []
        decide(anna.town, "far.example", "suspend")
        await village.settle()
        id = anna.town.db.read_now(people.by_handle, "vera", "social.far.example").id
        left = await anna.get(f"/v1/accounts/{id}")  # who it was, and nothing that it says
        assert (left["acct"], left["suspended"]) == ("vera@social.far.example", True)
        assert (left["display_name"], left["note"], left["fields"]) == ("", "", [])
        assert await shown(anna, "vera") is None
        status, _ = await anna.call("GET", f"/v1/statuses/{first_id(anna, first['id'])}", {}, good=False)
        assert status == 404
        anna.town.db.write_now(peers.undecide, "far.example", now_ms())
        await village.settle()
        assert await shown(anna, "vera") == (None, None)
        assert [s["uri"] for s in await anna.get("/v1/timelines/public")] == [first["id"]]

    village.run(story())


def first_id(who: Resident, uri: str) -> int:
    return who.town.db.read_now(posts.by_uri, uri).id


def test_a23_a_boost_of_somebody_suspended_comes_to_nothing(village: Village) -> None:
    anna = village.town("a.example").person("anna")
    far, bad = Elsewhere(village, "far.example"), Elsewhere(village, "bad.example")
    vera, eve = far.person("vera"), bad.person("eve")
    known, unknown = bad.post(eve, "known"), bad.post(eve, "unknown")

    def boost(n: int, of: str) -> dict[str, Any]:
        return {
            "id": f"{vera}/b/{n}",
            "type": "Announce",
            "actor": vera,
            "object": of,
            "to": create(known)["to"],
        }

    async def story() -> None:
        await anna.find(known["id"], "statuses")
        found = await anna.find("@vera@far.example")
        await anna.post(f"/v1/accounts/{found['id']}/follow")
        await village.settle()
        follow = next(body for _, body in far.got if body["type"] == "Follow")
        accept = {"id": f"{vera}/accepts/1", "type": "Accept", "actor": vera, "object": follow}
        assert await far.send(vera, accept, anna.town) == 202
        await village.settle()
        assert (await anna.relation(found["id"]))["following"]
        decide(anna.town, "bad.example", "suspend")
        await village.settle()
        asked = len(bad.asked)
        for n, post in enumerate((known, unknown)):
            assert await far.send(vera, boost(n, post["id"]), anna.town) in (202, 403)
        await village.settle()
        assert await anna.home() == []
        assert len(bad.asked) == asked

    village.run(story())
