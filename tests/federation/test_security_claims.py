"""Who may say what, end to end: keys, votes, answers, totals, quotes (security paper A26-A31)."""

import json
from typing import Any

import pytest

from linnet.federation.signing import signatures
from linnet.kernel.clock import HOUR, MINUTE, iso, now_ms
from linnet.kernel.errors import Conflict
from linnet.social.follows import queries as follows
from linnet.social.people import actions as people_actions
from linnet.social.posts import queries as posts
from tests import cast
from tests.federation.elsewhere import Elsewhere, Json, create
from tests.federation.signers import Signer
from tests.federation.strangers import Scene
from tests.federation.village import Village


def test_a26_a_new_key_counts_only_from_its_own_server(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        url = f"{scene.town.url}/ap/inbox"
        # says it in a letter, signed by the new key
        thief = Signer(f"{scene.vera}#main-key", "thief")
        doc = scene.victim.pages[scene.vera]
        forged = doc | {"publicKey": doc["publicKey"] | {"publicKeyPem": thief.pem}}
        assert (
            await scene.victim.send(
                scene.vera,
                {"id": f"{scene.vera}#up", "type": "Update", "actor": scene.vera, "object": forged},
                scene.town,
            )
            == 202
        )
        await scene.village.settle()
        assert await _signed_by(scene, thief, url) == 401
        # its server has it now: believed, because it was asked
        scene.victim.pages[scene.vera] = forged
        await scene.say(scene.victim, scene.vera, {"type": "Update", "object": scene.vera})
        library = scene.town.program.office.library
        library._lately = type(library._lately)()  # a minute later
        assert await _signed_by(scene, thief, url) == 202

    scene.village.run(story())


async def _signed_by(scene: Scene, signer: Signer, url: str) -> int:
    scene.number += 1
    said = {
        "id": f"{scene.vera}#x{scene.number}",
        "type": "Like",
        "actor": scene.vera,
        "object": scene.post["id"],
    }
    body = json.dumps(said).encode()
    headers = signatures.sign(signer, "cavage", "POST", url, body, now_ms())
    headers |= {"content-type": "application/activity+json"}
    return (await scene.village.ask("POST", url, headers, body)).status


def test_a26_who_is_gone_stays_gone_and_nobody_inherits(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        old = await scene.id_of(scene.vera)
        await scene.say(scene.victim, scene.vera, {"type": "Delete", "object": scene.vera})
        assert await scene.home() == []
        assert await scene.town.db.read(follows.follow, scene.anna.id, old) is None
        # the same name, another account: no follower comes along
        again = f"{scene.victim.url}/users/vera-2"
        scene.victim.person("vera-2", preferredUsername="vera")
        scene.victim.names["vera"] = again
        found = await scene.anna.find(again)
        assert (found["acct"], int(found["id"]) == old) == ("vera@victim.example", False)
        relation = await scene.anna.relation(found["id"])
        assert (relation["following"], relation["requested"]) == (False, False)
        # and the old one is not heard under its old address
        await scene.say(
            scene.victim,
            scene.vera,
            {"type": "Create", "object": scene.victim.post(scene.vera, 9, "Back", days=0)},
        )
        assert await scene.home() == []
        # a handle of ours is given once
        with pytest.raises(Conflict):
            scene.town.db.write_now(cast.account, "anna")
        assert not hasattr(people_actions, "delete_account")  # nobody's handle is ever free again

    scene.village.run(story())


def test_a27_votes_are_counted_once_or_never(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        poll = {"poll[options]": ["rye", "spelt"], "poll[expires_in]": 600}
        single = await scene.anna.post("/v1/statuses", status="Which?", **poll)
        many = await scene.anna.post("/v1/statuses", status="Which?", **(poll | {"poll[multiple]": True}))
        await scene.village.settle()

        def vote(post: Any, name: Any, **more: Any) -> Json:
            scene.number += 1
            made = {
                "id": f"{scene.mallory}#vote-{scene.number}",
                "type": "Note",
                "name": name,
                "attributedTo": scene.mallory,
                "inReplyTo": post["uri"],
                "to": [scene.anna.uri],
            }
            return made | more

        await scene.lie("Create", vote(single, "spelt", attributedTo=scene.vera))
        await scene.lie("Create", [vote(single, "spelt", attributedTo=[scene.vera, scene.mallory])])
        assert await _votes(scene, single) == ([0, 0], 0)
        for name in ("rye", "rye", "spelt", "oats", "", "RYE", 3, None, ["rye", "spelt"]):
            await scene.lie("Create", vote(single, name))
        await scene.lie("Create", [vote(single, "rye"), vote(single, "spelt")])
        await scene.lie("Create", vote(single, "spelt", attributedTo=scene.vera))
        for name in ("rye", "rye", "spelt", "spelt"):
            await scene.lie("Create", vote(many, name))
        assert await _votes(scene, single) == ([1, 0], 1)
        assert await _votes(scene, many) == ([1, 1], 1)
        # too late
        closed = "UPDATE poll SET expires_at = 1 WHERE post_id = :id"
        scene.town.db.write_now(lambda tx: tx.run(closed, id=int(single["id"])))
        await scene.say(scene.victim, scene.vera, {
            "type": "Create",
            "object": vote(single, "spelt", attributedTo=scene.vera, id=f"{scene.vera}#v"),
        })  # fmt: skip
        assert await _votes(scene, single) == ([1, 0], 1)

    scene.village.run(story())


def test_a27_a_poll_elsewhere_is_counted_elsewhere(scene: Scene) -> None:
    """A stranger that guesses the number under which it is kept here changes nothing."""

    async def story() -> None:
        await scene.begin()
        options = [{"type": "Note", "name": name, "replies": {"totalItems": 3}} for name in ("rye", "spelt")]
        question = scene.victim.post(scene.vera, 5, "Which?", days=0.01, type="Question", oneOf=options)
        question |= {"endTime": iso(now_ms() + HOUR), "votersCount": 6}
        await scene.say(scene.victim, scene.vera, create(question))
        here = await scene.town.db.read(posts.by_uri, question["id"])
        assert here is not None
        ours = [f"{scene.town.url}/ap/users/{id}/posts/{here.id}" for id in (scene.anna.id, here.account_id)]
        for n, uri in enumerate((*ours, question["id"])):
            note = {"id": f"{scene.mallory}#v{n}", "type": "Note", "name": "rye", "inReplyTo": uri}
            await scene.lie("Create", note | {"attributedTo": scene.mallory})
        assert await _votes(scene, {"id": here.id}) == ([3, 3], 6)

    scene.village.run(story())


def test_a27_ten_thousand_answers_to_choose_from(scene: Scene) -> None:
    async def story() -> None:
        await scene.begin()
        options: list[Any] = [
            {"type": "Note", "name": f"{n:04}" * 60, "replies": {"totalItems": 10**15}} for n in range(2000)
        ]
        question = scene.victim.post(scene.vera, 6, "Which?", days=0.01, type="Question", oneOf=options)
        await scene.say(scene.victim, scene.vera, create(question | {"votersCount": -4}))
        (shown,) = [s["poll"] for s in await scene.anna.home() if s["poll"]]
        assert len(shown["options"]) <= 20
        assert all(len(one["title"]) <= 200 and one["votes_count"] <= 10**9 for one in shown["options"])
        assert 0 <= shown["voters_count"] <= 10**9

    scene.village.run(story())


async def _votes(scene: Scene, post: Any) -> tuple[list[int], int]:
    shown = (await scene.anna.get(f"/v1/statuses/{post['id']}"))["poll"]
    return [one["votes_count"] for one in shown["options"]], shown["voters_count"]


def test_a29_an_accept_of_what_was_not_asked_for(village: Village) -> None:
    town = village.town("a.example")
    anna, zoe = town.person("anna"), town.person("zoe")
    site, evil = Elsewhere(village, "far.example"), Elsewhere(village, "evil.example")
    vera, mallory = site.person("vera"), evil.person("mallory")

    async def story() -> None:
        there, other = await anna.find(vera), await anna.find(mallory)
        made = {"type": "Follow", "id": f"{anna.uri}#follows/1", "actor": anna.uri, "object": vera}
        # never asked for
        await site.send(vera, {"id": f"{vera}#a1", "type": "Accept", "actor": vera, "object": made}, town)
        await village.settle()
        assert not (await anna.relation(there["id"]))["following"]
        # asked for, and answered by somebody else
        await anna.post(f"/v1/accounts/{there['id']}/follow")
        await village.settle()
        asked = next(one for _, one in site.got if one["type"] == "Follow")
        for n, about in enumerate(
            (asked, asked["id"], asked | {"object": mallory}, asked | {"actor": zoe.uri})
        ):
            for kind in ("Accept", "Reject"):
                lie = {"id": f"{mallory}#{kind}{n}", "type": kind, "actor": mallory, "object": about}
                await evil.send(mallory, lie, town)
        await village.settle()
        relation = await anna.relation(there["id"])
        assert (relation["following"], relation["requested"]) == (False, True)
        relation = await anna.relation(other["id"])
        assert (relation["following"], relation["requested"]) == (False, False)
        assert not (await zoe.relation(there["id"]))["following"]
        # a follow in another's name, and the end of another's follow
        forged = {"id": f"{mallory}#f", "type": "Follow", "actor": vera, "object": anna.uri}
        assert await evil.send(mallory, forged, town) == 401
        # by who was asked: then it stands
        yes = {"id": f"{vera}#a2", "type": "Accept", "actor": vera, "object": asked["id"]}
        await site.send(vera, yes, town)
        await village.settle()
        assert (await anna.relation(there["id"]))["following"]
        undo = {"id": f"{mallory}#u", "type": "Undo", "actor": mallory, "object": asked}
        await evil.send(mallory, undo, town)
        await village.settle()
        assert (await anna.relation(there["id"]))["following"]

    village.run(story())


def test_a31_totals_and_members_are_claims(village: Village) -> None:
    town = village.town("a.example")
    anna = town.person("anna")
    site = Elsewhere(village, "far.example")
    victim = Elsewhere(village, "victim.example")
    vera = victim.person("vera")

    async def story() -> None:
        lies: list[Any] = [10**12, -5, "many", 1.5, None, True, {"a": 1}, [3]]
        for n, lie in enumerate(lies):
            liars = Elsewhere(village, f"far{n}.example")
            who = liars.person("liar")
            for name in ("followers", "following", "outbox"):
                liars.collection(f"{who}/{name}", [], totalItems=lie)
            liars.post(
                who,
                1,
                "x",
                likes={"totalItems": lie},
                shares={"totalItems": lie},
                replies={"totalItems": lie},
            )
            found = await anna.find(who)
            await village.settle(ahead=MINUTE)
            found = await anna.get(f"/v1/accounts/{found['id']}")
            for name in ("followers_count", "following_count", "statuses_count"):
                assert isinstance(found[name], int)
                assert 0 <= found[name] <= 10**9, lie
            post = await anna.find(f"{who}/posts/1", "statuses")
            assert 0 <= post["favourites_count"] <= 10**9, lie
            assert 0 <= post["reblogs_count"] <= 10**9, lie
        # another server's collections are not theirs, and what others wrote is not on top of theirs
        true = victim.post(vera, 1, "True")
        thief = site.person(
            "thief", followers=f"{vera}/followers", outbox=f"{vera}/outbox", featured=f"{vera}/featured"
        )
        victim.collection(f"{vera}/featured", [true])
        found = await anna.find(thief)
        await village.settle(ahead=MINUTE)
        assert await anna.get(f"/v1/accounts/{found['id']}/statuses", pinned=True) == []
        assert await anna.get(f"/v1/accounts/{found['id']}/statuses") == []
        # nor does an Add make it so
        add = {
            "id": f"{thief}#add",
            "type": "Add",
            "actor": thief,
            "object": true["id"],
            "target": f"{vera}/featured",
        }
        await site.send(thief, add, town)
        await village.settle()
        assert await anna.get(f"/v1/accounts/{found['id']}/statuses", pinned=True) == []

    village.run(story())


@pytest.mark.parametrize("stamp", ["none", "of_the_quoter", "for_another", "no_such", "inline"])
def test_a28_no_post_is_shown_inside_another_without_its_authors_leave(scene: Scene, stamp: str) -> None:
    """Whatever the one who quotes says of having it: a stamp counts when its author's server shows it."""

    async def story() -> None:
        await scene.begin()
        mine = await scene.anna.says("Mine")
        for quoted, author in ((scene.post["id"], scene.vera), (mine["uri"], scene.anna.uri)):
            scene.number += 1
            uri = f"{scene.mallory}/posts/q{scene.number}"
            proof = {
                "id": f"{scene.mallory}/stamps/{scene.number}",
                "type": "QuoteAuthorization",
                "attributedTo": author,
                "interactingObject": uri,
                "interactionTarget": quoted,
            }
            if stamp == "for_another":
                proof |= {"id": f"{scene.vera}/stamps/{scene.number}", "interactingObject": f"{uri}-other"}
                scene.victim.pages[str(proof["id"])] = proof
            elif stamp == "of_the_quoter":
                scene.evil.pages[str(proof["id"])] = proof
            elif stamp == "no_such":
                proof |= {"id": f"{author}/stamps/99"}
            leave = {"none": {}, "inline": {"quoteAuthorization": proof}}.get(
                stamp, {"quoteAuthorization": proof["id"]}
            )
            post = scene.evil.post(
                scene.mallory,
                f"q{scene.number}",
                "Look",
                days=0.001,
                quote=quoted,
                quoteUrl=quoted,
                _misskey_quote=quoted,
                **leave,
            )
            assert post["id"] == uri
            await scene.lie("Create", post)
            shown = next(s for s in await scene.anna.home() if s["uri"] == uri)
            found = shown.get("quote") or {}
            assert found.get("state") != "accepted"
            assert not found.get("quoted_status")

    scene.village.run(story())
