"""The toot command-line client, unmodified: logs in and does its daily work."""

from collections.abc import Callable
from pathlib import Path

import pytest
import toot.auth
from click.testing import CliRunner
from PIL import Image
from toot.cli import cli

from linnet.kernel.clock import now_ms
from linnet.social.apps import actions as apps
from linnet.social.apps.rules import OOB, Request
from tests.doors.conftest import Running, Someone

Toot = Callable[..., str]


@pytest.fixture
def anna(server: Running) -> Someone:
    return server.someone("anna")


@pytest.fixture
def call(anna: Someone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toot:
    """Runs toot as Anna, who has logged in with the code of the consent page."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def run(*args: str, input: str = "q" * 20) -> str:  # q: no more pages
        result = CliRunner().invoke(cli, [*args], input=input)
        assert result.exit_code == 0, (args, result.output, result.exception)
        return result.output

    app = toot.auth.get_or_create_app(anna.server.url)
    request = Request(app.client_id, OOB, "read write follow")
    code = anna.server.write(apps.authorize, request, anna.person.id, anna.id, now_ms()).code
    said = run("login", "-i", anna.server.url, input=f"n\n{code}\n")
    assert "Successfully logged in" in said
    return run


def test_toot_knows_who_it_is_and_where(anna: Someone, call: Toot) -> None:
    assert anna.handle in call("whoami")
    host = anna.server.url.removeprefix("http://")
    assert f"* {anna.handle}@{host} ACTIVE" in call("auth")
    assert host in call("instance")
    assert "Account updated" in call("update-account", "--display-name", "Anna's", "--note", "Hello", "--bot")
    assert anna.api.me().display_name == "Anna's"


def test_toot_writes_reads_and_reacts(anna: Someone, call: Toot, tmp_path: Path) -> None:
    ben = anna.server.someone("ben")
    Image.new("RGB", (20, 20), "red").save(tmp_path / "loaf.png")
    call("post", "A loaf #rye", "--media", str(tmp_path / "loaf.png"), "--description", "A red square")
    mine = anna.api.account_statuses(anna.id)[0]
    assert mine.media_attachments[0].description == "A red square"
    call("post", "Poll", "--poll-option", "Rye", "--poll-option", "Spelt", "--poll-expires-in", "1h")
    call("post", "Later", "--scheduled-in", "1 day")
    assert len(anna.api.scheduled_statuses()) == 1
    theirs = ben.api.status_post(f"For @{anna.handle} #rye")
    id = str(theirs.id)
    for deed in ("favourite", "bookmark", "reblog", "unreblog", "unbookmark", "unfavourite"):
        call(deed, id)
    call("reblog", theirs.url)
    assert ben.handle in call("status", id)
    call("post", "Thanks", "--reply-to", id)
    assert "Thanks" in call("thread", id)
    assert anna.handle in call("reblogged-by", id)
    assert "For @" in call("timelines", "tag", "rye")
    assert "Thanks" in call("timelines", "home", "--limit", "5")
    assert "For @" in call("timelines", "public", "--local", "--limit", "5")
    assert "Thanks" in call("timelines", "account", f"@{anna.handle}")
    assert "mentioned you" in call("notifications")
    assert ben.handle in call("search", ben.handle)
    call("notifications", "--clear")
    call("delete", str(mine.id))
    assert mine.id not in [one.id for one in anna.api.account_statuses(anna.id)]


def test_toot_minds_whom_it_follows(anna: Someone, call: Toot) -> None:
    ben = anna.server.someone("ben")
    for deed in ("follow", "unfollow", "follow", "mute", "unmute", "block", "unblock"):
        call(deed, ben.handle)
    call("follow", ben.handle)
    assert ben.handle in call("following")
    assert "No accounts" in call("muted")
    assert "No accounts" in call("blocked")
    assert ben.handle in call("whois", f"@{ben.handle}")
    call("tags", "follow", "rye")
    assert "rye" in call("tags", "followed")
    assert "no lists" in call("lists", "list").lower()
    anna.api.account_update_credentials(locked=True)
    ben.api.account_follow(anna.id)
    assert ben.handle in call("follow-requests", "list")
    call("follow-requests", "accept", ben.handle)
    assert ben.handle in call("followers")


def test_toot_uploads_votes_pins_and_searches(anna: Someone, call: Toot, tmp_path: Path) -> None:
    ben = anna.server.someone("ben")
    for name, size in (("loaf", (90, 60)), ("small", (30, 30))):
        Image.new("RGB", size, "red").save(tmp_path / f"{name}.png")
    loaf, small = str(tmp_path / "loaf.png"), str(tmp_path / "small.png")
    assert "/media/" in call("upload", loaf, "--description", "A red square")
    options = ("--description", "Loaf", "--thumbnail", small, "--visibility", "unlisted", "--sensitive")
    call("post", "Look", "--media", loaf, *options, "--spoiler-text", "Food", "--language", "en")
    mine = anna.api.account_statuses(anna.id)[0]
    assert (mine.visibility, mine.sensitive, mine.spoiler_text, mine.language) == (
        "unlisted",
        True,
        "Food",
        "en",
    )
    assert mine.media_attachments[0].meta.small.width == 30
    call("post", "And more", "--reply-last")
    assert anna.api.account_statuses(anna.id)[0].in_reply_to_id == mine.id
    poll = anna.api.make_poll(["Rye", "Spelt"], expires_in=3600)
    asked = ben.api.status_post(f"Which bread, @{anna.handle}? #spelt", poll=poll)
    call("polls", "vote", str(asked.poll.id), "1")
    assert "Spelt" in call("polls", "show", str(asked.poll.id))
    assert ben.api.poll(asked.poll.id).votes_count == 1
    for deed in ("pin", "unpin"):
        call(deed, str(mine.id))
    for deed, place in (("favourite", "favourites"), ("bookmark", "bookmarks")):
        call(deed, str(asked.id))
        assert "Which bread" in (call(place) if place == "bookmarks" else call("timelines", place))
    assert str(asked.id) in call("search", "Which bread", "--type", "statuses", "--limit", "5", "--resolve")
    assert "spelt" in call("search", "spelt", "--type", "hashtags", "--offset", "0")
    assert "spelt" in call("tags", "info", "spelt")


def test_toot_is_told_what_is_not_there(anna: Someone, call: Toot) -> None:
    for args, sentence in (
        (("lists", "create", "friends"), "lists are not supported yet"),
        (("tags", "feature", "rye"), "featured"),
        (("timelines", "link", "https://a.example"), "timelines of links"),
        (("post", "x", "--content-type", "text/markdown"), "Content type"),
    ):
        said = CliRunner().invoke(cli, [*args])
        assert said.exit_code != 0, args
        assert sentence in said.output + str(said.exception), args
    assert anna.api.account_statuses(anna.id) == []
    call("logout", f"{anna.handle}@{anna.server.url.removeprefix('http://')}")
