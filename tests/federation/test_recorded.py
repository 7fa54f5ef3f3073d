"""What other software sends, and what Linnet shows of it (tests/fixtures/<software>)."""

from typing import Any

import pytest

from linnet.social.text.clean import plain
from tests.federation import recorded
from tests.federation.recorded import Stranger
from tests.federation.village import Resident, Village


def anna_of(village: Village) -> Resident:
    return village.town("linnet.example").person("anna")


def words(html: str) -> str:
    return " ".join(plain(html).split())


def drops(village: Village) -> list[tuple[str, str]]:
    """What was not taken, and why: for whoever reads a failure."""
    db = village.towns["linnet.example"].db
    read = "SELECT reason || ' ' || host FROM dropped"
    parked = "SELECT uri || ' ' || reason FROM letter"
    return db.read_now(lambda tx: tx.all(str, read) + tx.all(str, parked))


@pytest.mark.parametrize("software", recorded.SOFTWARE)
def test_an_account(village: Village, software: str) -> None:
    stranger = Stranger(village, anna_of(village), software)
    wanted = stranger.expected["actor"]

    async def story() -> None:
        account = await stranger.befriend()
        assert account["acct"] == wanted["acct"]
        assert account["display_name"] == wanted["name"]
        assert words(account["note"]).startswith(wanted["bio"])
        assert account["url"] == wanted["url"]
        assert account["locked"] is wanted.get("locked", False)
        assert [field["name"] for field in account["fields"]] == wanted["fields"]
        assert (account["bot"], account["group"]) == (wanted["bot"], wanted["group"])
        assert account["avatar"].startswith("https://linnet.example/")
        assert [one["shortcode"] for one in account["emojis"]] == wanted.get("emojis", [])

    village.run(story())


@pytest.mark.parametrize(("software", "name"), recorded.files(but=("actor",)))
def test_a_post(village: Village, software: str, name: str) -> None:
    anna = anna_of(village)

    async def story() -> None:
        asked = await anna.says("Who wants rye?")
        stranger = Stranger(village, anna, software, asked["uri"])
        await stranger.befriend()
        letter = await stranger.send(name, form="rfc9421" if software == "hollo" else "cavage")
        uri = letter["object"]["id"]
        found = await anna.find(uri, "statuses")
        assert found, f"{uri} is not here: {drops(village)}"
        shows(found, stranger.expected[name])
        if stranger.expected[name].get("answers"):
            assert found["in_reply_to_id"] == asked["id"]
        elif "direct" not in found["visibility"]:
            assert uri in [one["uri"] for one in await anna.home()]
        if "anna" in stranger.expected[name].get("mentions", ()):
            assert "mention" in [kind for kind, _ in await anna.notices()]
        if letter["object"] == stranger.read(name)["object"] and software != "gotosocial":
            fetched = await other_reader(village, stranger, uri)  # what is fetched reads as what was sent
            assert fetched is None or fetched["content"] == found["content"]

    village.run(story())


async def other_reader(village: Village, stranger: Stranger, uri: str) -> Any:
    """The same post where it was looked up instead of sent; None where only some may see it."""
    town = village.towns.get("other.example") or village.town("other.example")
    return await town.person("otto").find(uri, "statuses")


def shows(status: Any, wanted: dict[str, Any]) -> None:
    """Does the status say what is wanted?"""
    assert words(status["content"]) == wanted["text"]
    assert status["visibility"] == wanted["visibility"]
    if "language" in wanted:
        assert status["language"] == wanted["language"]
    assert status["spoiler_text"] == wanted.get("warning", "")
    if "sensitive" in wanted:
        assert status["sensitive"] is wanted["sensitive"]
    assert [tag["name"] for tag in status["tags"]] == wanted.get("tags", [])
    assert [one["acct"] for one in status["mentions"]] == wanted.get("mentions", [])
    assert [one["shortcode"] for one in status["emojis"]] == wanted.get("emojis", [])
    if "pictures" in wanted:
        assert [one["description"] or "" for one in status["media_attachments"]] == [
            alt for alt, _ in wanted["pictures"]
        ]
    if "picture" in wanted:
        assert status["media_attachments"][0]["remote_url"] == wanted["picture"]
    if "title" in wanted:
        assert f"<strong>{wanted['title'].replace('&', '&amp;')}</strong>" in status["content"]
        assert f'href="{wanted["link"]}"' in status["content"]
        assert status["url"] == wanted["link"]
    if "url" in wanted:
        assert status["url"] == wanted["url"]
    if "poll" in wanted:
        poll = status["poll"]
        assert [[one["title"], one["votes_count"]] for one in poll["options"]] == wanted["poll"]
        assert poll["multiple"] is wanted.get("multiple", False)
        assert poll["expired"] is False
        assert [one["shortcode"] for one in poll["emojis"]] == wanted.get("poll_emojis", [])
    if "voters" in wanted:
        assert status["poll"]["voters_count"] == wanted["voters"]
    if "counts" in wanted:
        counts = (status["replies_count"], status["reblogs_count"], status["favourites_count"])
        assert list(counts) == wanted["counts"]


@pytest.mark.parametrize("software", recorded.having("like") + recorded.having("react"))
def test_a_reaction_is_a_favourite_and_can_be_taken_back(village: Village, software: str) -> None:
    anna = anna_of(village)

    async def story() -> None:
        mine = await anna.says("Plum cake")
        stranger = Stranger(village, anna, software, mine["uri"])
        name = "like" if software in recorded.having("like") else "react"
        await stranger.send(name)
        assert (await anna.get(f"/v1/statuses/{mine['id']}"))["favourites_count"] == 1, drops(village)
        assert await anna.notices() == [("favourite", stranger.expected["actor"]["acct"])]
        if software in recorded.having("undo_like"):
            await stranger.send("undo_like")
            assert (await anna.get(f"/v1/statuses/{mine['id']}"))["favourites_count"] == 0, drops(village)

    village.run(story())


@pytest.mark.parametrize("software", recorded.having("announce"))
def test_a_boost_counts(village: Village, software: str) -> None:
    anna = anna_of(village)

    async def story() -> None:
        mine = await anna.says("Plum cake")
        stranger = Stranger(village, anna, software, mine["uri"])
        await stranger.befriend()
        await stranger.send("announce")
        assert (await anna.get(f"/v1/statuses/{mine['id']}"))["reblogs_count"] == 1, drops(village)
        assert ("reblog", stranger.expected["actor"]["acct"]) in await anna.notices()
        if software in recorded.having("undo_announce"):
            await stranger.send("undo_announce")
            assert (await anna.get(f"/v1/statuses/{mine['id']}"))["reblogs_count"] == 0, drops(village)

    village.run(story())


@pytest.mark.parametrize("software", recorded.having("delete"))
def test_what_is_deleted_is_gone(village: Village, software: str) -> None:
    anna = anna_of(village)

    async def story() -> None:
        stranger = Stranger(village, anna, software)
        await stranger.befriend()
        first = next(name for name in stranger.expected if name != "actor")
        uri = (await stranger.send(first))["object"]["id"]
        assert await anna.find(uri, "statuses"), drops(village)
        del stranger.documents[uri]
        await stranger.send("delete")
        assert await anna.find(uri, "statuses") is None
        assert await anna.home() == []

    village.run(story())


@pytest.mark.parametrize(
    ("software", "group", "first"), [("peertube", "channel", "video"), ("lemmy", "community", "page")]
)
def test_what_a_group_passes_on(village: Village, software: str, group: str, first: str) -> None:
    """PeerTube's channels and Lemmy's communities pass on what others posted in them."""
    anna = anna_of(village)

    async def story() -> None:
        stranger = Stranger(village, anna, software)
        account = await stranger.befriend(group)
        assert account["group"] is True
        await stranger.send("shared")
        if software in recorded.having("chatter"):  # what else happens there is no post that is passed on
            village.asked.clear()
            await stranger.send("chatter")
            assert [url for method, url in village.asked if method == "GET"] == []
        home = await anna.home()
        assert [one["account"]["acct"] for one in home] == [account["acct"]], drops(village)
        shows(home[0]["reblog"], stranger.expected[first])

    village.run(story())


def test_a_video_is_linked_to_and_not_shown_as_a_picture(village: Village) -> None:
    anna = anna_of(village)

    async def story() -> None:
        asked = await anna.says("Who wants rye?")
        stranger = Stranger(village, anna, "mastodon", asked["uri"])
        await stranger.befriend()
        letter = await stranger.send("reply")
        found = await anna.find(letter["object"]["id"], "statuses")
        media = found["media_attachments"][0]
        assert (media["type"], media["url"], media["description"]) == ("unknown", None, "Two loaves dance")
        assert media["remote_url"] == "https://mastodon.example/media/two.mp4"
        page = await anna.page(f"/@mia@mastodon.example/{found['id']}")
        assert (
            "<img" not in page.partition("Who wants rye?")[2].partition("I take")[2].partition("</article")[0]
        )
        assert 'href="https://mastodon.example/media/two.mp4"' in page

    village.run(story())
