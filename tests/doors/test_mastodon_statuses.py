"""The client API through Mastodon.py: writing, reading and reacting to statuses."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from mastodon import MastodonAPIError, MastodonNotFoundError
from PIL import Image

from tests.doors.conftest import Running, Someone


def picture(colour: str = "teal") -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(out, "PNG")
    out.seek(0)
    return out


def refused(someone: Someone, code: int, **form: object) -> str:
    """Posts what must be refused with `code`; answers the sentence."""
    answer = someone.ask("POST", "/api/v1/statuses", json=form)
    assert answer.status_code == code, answer.text
    assert answer.json()["error"]
    return str(answer.json()["error"])


def test_a_status_is_written_read_changed_and_taken_away(server: Running) -> None:
    anna = server.someone("anna")
    made = anna.api.status_post(
        f"Fresh #Bread for @{anna.handle}, see https://bakery.example/menu",
        language="en",
        spoiler_text="food",
    )
    assert (made.visibility, made.language, made.spoiler_text) == ("public", "en", "food")
    assert made.url == f"{server.url}/@{anna.handle}/{made.id}"
    assert 'class="mention hashtag"' in made.content
    assert [tag.name for tag in made.tags] == ["Bread"]
    assert [person.acct for person in made.mentions] == [anna.handle]
    assert anna.api.status(made.id).content == made.content
    source = anna.api.status_source(made.id)
    assert source.text.startswith("Fresh #Bread")
    anna.api.status_update(made.id, "Stale bread", spoiler_text="")
    history = anna.api.status_history(made.id)
    assert [one.spoiler_text for one in history] == ["food", ""]
    assert history[1].content == "<p>Stale bread</p>"
    gone = anna.api.status_delete(made.id)
    assert gone.text == "Stale bread"
    with pytest.raises(MastodonNotFoundError):
        anna.api.status(made.id)


def test_a_thread_hangs_together_and_each_reader_sees_what_is_for_them(server: Running) -> None:
    anna, ben, eve = server.someone("anna"), server.someone("ben"), server.someone("eve")
    root = anna.api.status_post("Who wants cake?")
    answer = ben.api.status_reply(root, "I do")
    secret = anna.api.status_reply(answer, "Come by at five", visibility="direct")
    assert answer.in_reply_to_id == root.id
    assert secret.visibility == "direct"
    context = ben.api.status_context(answer.id)
    assert [one.id for one in context.ancestors] == [root.id]
    assert [one.id for one in context.descendants] == [secret.id]
    assert eve.api.status_context(answer.id).descendants == []
    with pytest.raises(MastodonNotFoundError):
        eve.api.status(secret.id)
    assert (
        server.read(lambda tx: tx.value("SELECT replies_count FROM post WHERE id = :id", id=int(root.id)))
        == 1
    )


def test_boosts_favourites_bookmarks_and_pins_are_counted_and_listed(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    status = anna.api.status_post("Open until six today")
    boosted = ben.api.status_reblog(status.id)
    assert boosted.reblog.id == status.id
    assert boosted.reblog.reblogged
    assert ben.api.status_reblog(status.id).id == boosted.id
    assert ben.api.status_favourite(status.id).favourites_count == 1
    assert ben.api.status_bookmark(status.id).bookmarked
    assert anna.api.status_pin(status.id).pinned
    assert [one.id for one in anna.api.status_reblogged_by(status.id)] == [ben.api.me().id]
    assert [one.acct for one in anna.api.status_favourited_by(status.id)] == [ben.handle]
    assert [one.id for one in ben.api.favourites()] == [status.id]
    assert [one.id for one in ben.api.bookmarks()] == [status.id]
    assert [one.id for one in ben.api.account_statuses(anna.id, pinned=True)] == [status.id]
    assert not anna.api.status(status.id).favourited
    kinds = sorted(notice.type for notice in anna.api.notifications())
    assert kinds == ["favourite", "reblog"]
    assert not ben.api.status_unreblog(status.id).reblogged
    assert ben.api.status_unfavourite(status.id).favourites_count == 0
    assert not ben.api.status_unbookmark(status.id).bookmarked
    assert not anna.api.status_unpin(status.id).pinned
    assert ben.api.bookmarks() == []
    assert ben.api.status_mute(status.id).muted
    assert not ben.api.status_unmute(status.id).muted


def test_a_poll_is_asked_answered_once_and_read(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    poll = anna.api.make_poll(["Rye", "Spelt"], expires_in=3600)
    status = anna.api.status_post("Which bread tomorrow?", poll=poll)
    assert [option.title for option in status.poll.options] == ["Rye", "Spelt"]
    voted = ben.api.poll_vote(status.poll.id, [1])
    assert voted.own_votes == [1]
    assert [option.votes_count for option in anna.api.poll(status.poll.id).options] == [0, 1]
    with pytest.raises(MastodonAPIError):
        ben.api.poll_vote(status.poll.id, [0])
    with pytest.raises(MastodonAPIError):
        anna.api.poll_vote(status.poll.id, [0])


def test_pictures_come_with_words_and_stand_in_the_status(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    media = anna.api.media_post(picture(), mime_type="image/png", description="A loaf", focus=(0.5, -0.5))
    assert (media.type, media.description) == ("image", "A loaf")
    assert media.blurhash
    assert anna.api.media_update(media.id, description="A round loaf").description == "A round loaf"
    assert refused(ben, 422, status="mine", media_ids=[str(media.id)]).startswith(
        "Validation failed: Media ids"
    )
    status = anna.api.status_post("Look", media_ids=[media.id], sensitive=True)
    assert [one.description for one in status.media_attachments] == ["A round loaf"]
    assert status.sensitive
    assert [one.id for one in ben.api.account_statuses(anna.id, only_media=True)] == [status.id]
    anna.api.status_update(
        status.id,
        "Look again",
        media_attributes=[anna.api.generate_media_edit_attributes(media.id, description="A loaf, cut")],
    )
    shown = anna.api.status(status.id).media_attachments[0]
    assert shown.description == "A loaf, cut"
    not_a_picture = anna.ask("POST", "/api/v2/media", files={"file": ("x.png", b"<svg/>", "image/png")})
    assert not_a_picture.status_code == 422
    assert "picture" in not_a_picture.json()["error"]


def test_the_same_key_publishes_once(server: Running) -> None:
    anna = server.someone("anna")
    first = anna.api.status_post("Only once", idempotency_key="key-1")
    second = anna.api.status_post("Only once", idempotency_key="key-1")
    assert first.id == second.id
    assert len(anna.api.account_statuses(anna.id)) == 1


def test_a_status_can_be_planned_moved_and_called_off(server: Running) -> None:
    anna = server.someone("anna")
    at = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
    planned = anna.api.status_post("Tomorrow", scheduled_at=at, idempotency_key="plan-1")
    again = anna.api.status_post("Tomorrow", scheduled_at=at, idempotency_key="plan-1")
    assert planned.id == again.id
    assert planned.scheduled_at == at
    assert planned.params.text == "Tomorrow"
    assert [one.id for one in anna.api.scheduled_statuses()] == [planned.id]
    later = at + timedelta(hours=2)
    assert anna.api.scheduled_status_update(planned.id, later).scheduled_at == later
    anna.api.scheduled_status_delete(planned.id)
    assert anna.api.scheduled_statuses() == []
    assert anna.api.account_statuses(anna.id) == []
    assert "past" in refused(anna, 422, status="Too late", scheduled_at="2020-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({}, 422, "status"),
        ({"status": "   "}, 422, "status"),
        ({"status": "x" * 141}, 422, "status"),
        ({"status": "nul\x00"}, 422, "status"),
        ({"status": ["a", "b"]}, 422, "status"),
        ({"status": "hi", "visibility": "secret"}, 422, "visibility"),
        ({"status": "hi", "in_reply_to_id": "77"}, 404, None),
        ({"status": "hi", "in_reply_to_id": "x"}, 422, "in_reply_to_id"),
        ({"status": "hi", "media_ids": ["77"]}, 422, "media_ids"),
        ({"status": "hi", "language": "klingon!"}, 422, "language"),
        ({"status": "hi", "poll": {"options": ["a"], "expires_in": 600}}, 422, "poll"),
        ({"status": "hi", "poll": {"options": ["a", "b"]}}, 422, "poll"),
        ({"status": "hi", "poll": {"options": ["a", "b"], "expires_in": 600, "quiz": 1}}, 422, "poll"),
        ({"status": "hi", "quoted_status_id": "1"}, 404, None),
        ({"status": "hi", "content_type": "text/markdown"}, 422, "content_type"),
        ({"status": "hi", "scheduled_at": "soon"}, 422, "scheduled_at"),
        ({"status": "hi", "sensitive": "perhaps"}, 422, "sensitive"),
    ],
)
def test_what_cannot_be_published_is_refused_by_name(
    server: Running, form: dict[str, object], status: int, field: str | None
) -> None:
    anna = server.someone("anna")
    answer = anna.ask("POST", "/api/v1/statuses", json=form)
    assert answer.status_code == status, answer.text
    if field:
        assert list(answer.json()["details"]) == [field]
        assert answer.json()["error"].startswith("Validation failed: ")
    assert anna.api.account_statuses(anna.id) == []


def test_what_an_edit_cannot_change_may_be_sent_as_it_is(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    poll = anna.api.make_poll(["Rye", "Spelt"], expires_in=3600)
    status = anna.api.status_post("Which?", poll=poll)
    path = f"/api/v1/statuses/{status.id}"
    same = {"options": ["Rye", "Spelt"], "expires_in": 3600, "multiple": False}
    whole = anna.ask("PUT", path, json={"status": "Which one?", "visibility": "public", "poll": same})
    assert whole.status_code == 200, whole.text
    assert whole.json()["poll"]["id"] == str(status.poll.id)
    assert anna.ask("PUT", path, json={"status": "x", "visibility": "private"}).status_code == 422
    other = same | {"options": ["Rye", "Oat"]}
    assert anna.ask("PUT", path, json={"status": "x", "poll": other}).status_code == 422
    assert ben.ask("PUT", path, json={"status": "mine now"}).status_code == 403
    assert ben.ask("DELETE", path).status_code == 403
    assert ben.ask("GET", f"{path}/source").status_code == 404
    assert anna.api.status(status.id).content == "<p>Which one?</p>"


def test_a_role_does_what_it_may(server: Running) -> None:
    boss = server.someone("boss")
    status = boss.api.status_post("Questions?")
    answerer = server.someone("helper", role="answerer")
    assert answerer.api.status_reply(status, "Yes!").in_reply_to_id == status.id
    assert "answerer" in refused(answerer, 403, status="My own words")
    reader = server.someone("reader", role="reader")
    assert reader.api.timeline_home() == []
    assert "reader" in refused(reader, 403, status="hello", in_reply_to_id=str(status.id))
    assert reader.ask("POST", f"/api/v1/statuses/{status.id}/favourite").status_code == 403
