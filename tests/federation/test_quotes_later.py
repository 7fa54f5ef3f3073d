"""Quotes whose quoted post or stamp cannot be had when they come: asked for again, and given up."""

import pytest

from linnet.federation.finding.rules import QUOTE_AGAIN
from linnet.kernel.clock import DAY, MINUTE
from tests.federation.elsewhere import Elsewhere
from tests.federation.test_quotes import stamp_of
from tests.federation.village import Resident, Village

STAMP = "https://stamps.example/stamps/1"


async def later(who: Resident, wait: int) -> None:
    """So much later: what was to be left alone for five minutes may be asked for again."""
    who.town.program.office.library._asker._alone._kept.clear()
    await who.town.village.settle(ahead=wait)


def scene(village: Village, stamp: str) -> tuple[Resident, Elsewhere, Elsewhere, str]:
    """Anna, the server that quotes, the quoted one, and the address of the post that quotes."""
    anna = village.town("a.example").person("anna")
    far, theirs = Elsewhere(village, "far.example"), Elsewhere(village, "stamps.example")
    vera, walt = far.person("vera"), theirs.person("walt")
    quoted = theirs.post(walt, 1, "Look")
    note = far.post(vera, 1, "Hm", quote=quoted["id"], quoteAuthorization=stamp)
    theirs.pages[STAMP] = {"id": STAMP} | stamp_of(walt, note["id"], quoted["id"])
    return anna, far, theirs, note["id"]


async def state(anna: Resident, uri: str) -> str:
    """How the quote stands; '' for none."""
    found = anna.town.db.read_now(
        lambda tx: tx.value(
            "SELECT q.state FROM post p JOIN quote q ON q.post_id = p.id WHERE p.uri = :uri", uri=uri
        )
    )
    return found or ""


@pytest.mark.parametrize("when", range(len(QUOTE_AGAIN)))
def test_a_quoted_post_that_was_away(village: Village, when: int) -> None:
    anna, _far, _theirs, note = scene(village, STAMP)

    async def story() -> None:
        village.dead.add("stamps.example")
        await anna.find(note, "statuses")
        for at, wait in enumerate(QUOTE_AGAIN):
            assert await state(anna, note) == ""
            if at == when:
                village.dead.clear()
            await later(anna, wait - MINUTE)
            assert await state(anna, note) == ""
            await later(anna, wait + MINUTE)
            if at == when:
                break
        assert await state(anna, note) == "accepted"
        assert (await anna.find(note, "statuses"))["quote"]["quoted_status"]["content"] == "<p>Look</p>"

    village.run(story())


def test_a_stamp_that_is_never_to_be_had_is_given_up(village: Village) -> None:
    """What opens the thread asks once more, all the same."""
    anna, far, _theirs, note = scene(village, "https://nowhere.example/stamps/1")

    async def story() -> None:
        await anna.find(note, "statuses")
        for times, wait in enumerate(QUOTE_AGAIN, 1):
            assert await state(anna, note) == "pending"
            assert far.asked.count(note) == times
            await later(anna, wait + MINUTE)
        assert far.asked.count(note) == 1 + len(QUOTE_AGAIN)
        await later(anna, 60 * DAY)
        assert far.asked.count(note) == 1 + len(QUOTE_AGAIN)
        assert await state(anna, note) == "pending"
        far.pages[note] |= {"quoteAuthorization": STAMP}  # it was edited, or it moved
        id = (await anna.find(note, "statuses"))["id"]
        await anna.get(f"/v1/statuses/{id}/context")
        await later(anna, MINUTE)
        assert await state(anna, note) == "accepted"

    village.run(story())


def test_what_is_never_going_to_be_a_quote_is_not_asked_for_again(village: Village) -> None:
    """Its post is gone, its stamp is for another; and a chain of quotes is not walked along."""
    anna, far, theirs, note = scene(village, STAMP)
    theirs.pages[STAMP]["interactionTarget"] = "https://stamps.example/users/walt/posts/9"
    nothing = far.post("https://far.example/users/vera", 2, "x", quote="https://stamps.example/nothing")
    chain = [far.post("https://far.example/users/vera", f"c{n}", quote=f"https://far.example/users/vera/posts/c{n + 1}") for n in range(6)]  # fmt: skip

    async def story() -> None:
        for uri in (note, nothing["id"], chain[0]["id"]):
            await anna.find(uri, "statuses")
        await later(anna, 60 * DAY)
        assert [far.asked.count(uri) for uri in (note, nothing["id"])] == [1, 1]
        assert [far.asked.count(one["id"]) for one in chain] == [1, 1, 0, 0, 0, 0]

    village.run(story())
