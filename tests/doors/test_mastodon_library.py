"""Mastodon.py, unmodified, through what the other files leave out: what is answered, what is always
empty, and what is refused in a sentence."""

import io
import queue
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError, StreamListener
from PIL import Image

from linnet.mastodon.routes import streaming
from tests.doors.conftest import Running, Someone

PATIENCE = 10  # seconds after which a missing event is a failure


def picture(colour: str, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def test_a_picture_may_bring_its_own_thumbnail(server: Running) -> None:
    anna = server.someone("anna")
    more = {"thumbnail": picture("red", (40, 40)), "thumbnail_mime_type": "image/png"}
    made = anna.api.media_post(picture("teal", (900, 300)), "image/png", description="A loaf", **more)
    full, small = (
        Image.open(io.BytesIO(requests.get(url, timeout=20).content)).convert("RGB")
        for url in (made.url, made.preview_url)
    )
    assert (full.size, small.size) == ((900, 300), (40, 40))
    assert small.getpixel((20, 20))[0] > 200
    assert (made.meta.small.width, made.meta.original.width) == (40, 900)
    with pytest.raises(MastodonAPIError, match=r"422.*Thumbnail"):
        anna.api.media_update(made.id, thumbnail=picture("red"), thumbnail_mime_type="image/png")
    for bad in (b"<svg/>", b""):
        files = {"file": ("a.png", picture("teal")), "thumbnail": ("b.png", bad)}
        refused = anna.ask("POST", "/api/v2/media", files=files)
        assert (refused.status_code, list(refused.json()["details"])) == (422, ["thumbnail"])


def test_a_page_is_walked_through_by_the_library(server: Running) -> None:
    anna = server.someone("anna")
    said = [anna.api.status_post(f"Number {n}").id for n in range(5)]
    first = anna.api.account_statuses(anna.id, limit=2)
    assert [one.id for one in anna.api.pagination_iterator(first)] == said[::-1]
    assert [one.id for one in anna.api.timeline("public", min_id=said[0], limit=2)] == [said[2], said[1]]
    assert [one.id for one in anna.api.timeline_local(max_id=said[1], limit=1)] == [said[0]]
    assert [one.id for one in anna.api.statuses([said[3], said[1]])] == [said[3], said[1]]


def test_search_has_types_pages_and_an_author(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    said = [anna.api.toot(f"Kaiserschmarrn {n} #schmarrn{n}").id for n in range(3)]
    ben.api.toot("Kaiserschmarrn too")
    search = anna.api.search_v2
    mine = search("kaiserschmarrn", resolve=True, result_type="statuses", account_id=anna.id)
    assert ([one.id for one in mine.statuses], mine.accounts, mine.hashtags) == (said[::-1], [], [])
    second = search("kaiserschmarrn", result_type="statuses", account_id=anna.id, offset=1, min_id=said[0])
    assert [one.id for one in second.statuses] == [said[1]]
    assert len(search("schmarrn", result_type="hashtags").hashtags) == 3
    assert [one.acct for one in anna.api.account_search(ben.handle, limit=1)] == [ben.handle]
    assert anna.api.account_search(ben.handle, following=True) == []


def test_scheduled_statuses_keep_all_that_was_written(server: Running) -> None:
    anna = server.someone("anna")
    root = anna.api.status_post("Root")
    media = anna.api.media_post(picture("teal"), "image/png", description="A loaf").id
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    made = anna.api.status_post(
        "Later", in_reply_to_id=root.id, media_ids=[media], visibility="unlisted", spoiler_text="food",
        sensitive=True, language="de", scheduled_at=at, idempotency_key="later",
    )  # fmt: skip
    found = anna.api.scheduled_status(made.id)
    told = found.params
    assert (told.text, told.visibility, told.spoiler_text, told.language) == (
        "Later",
        "unlisted",
        "food",
        "de",
    )
    assert (told.in_reply_to_id, told.sensitive, told.idempotency) == (root.id, True, "later")
    assert [one["description"] for one in found.media_attachments] == ["A loaf"]
    poll = anna.api.make_poll(["a", "b"], expires_in=600, multiple=True, hide_totals=True)
    asked = anna.api.status_post("Which?", poll=poll, scheduled_at=at)
    kept = anna.api.scheduled_status(asked.id).params.poll
    assert (kept.options, kept.expires_in, kept.multiple, kept.hide_totals) == (["a", "b"], 600, True, True)
    assert [one.id for one in anna.api.scheduled_statuses(limit=1)] == [asked.id]
    assert [one.id for one in anna.api.scheduled_statuses(max_id=asked.id)] == [made.id]


def test_a_muted_thread_tells_no_more(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    root = anna.api.status_post("Who is there?")
    assert anna.api.status_mute(root.id).muted
    ben.api.status_reply(root, "Me", untag=False)
    assert anna.api.notifications() == []
    assert not anna.api.status_unmute(root.id).muted
    ben.api.status_reply(root, "Me again", untag=False)
    assert [one.type for one in anna.api.notifications()] == ["mention"]


def test_a_poll_of_several_choices_hides_its_counts_until_it_is_over(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    poll = anna.api.make_poll(["Rye", "Spelt", "Oat"], expires_in=3600, multiple=True, hide_totals=True)
    asked = anna.api.status_post("Which ones?", poll=poll).poll
    mine = ben.api.poll_vote(asked.id, [0, 2])
    assert (mine.own_votes, mine.voted, mine.votes_count, mine.voters_count) == ([0, 2], True, 2, 1)
    assert [option.votes_count for option in mine.options] == [None] * 3
    assert Mastodon(api_base_url=server.url).poll(asked.id).expired is False


def test_what_the_server_says_of_itself(server: Running) -> None:
    anna, anybody = server.someone("anna"), Mastodon(api_base_url=server.url)
    assert anybody.instance_health()
    assert anybody.verify_minimum_version("4.3.0")
    assert anybody.oauth_authorization_server_info().token_endpoint == f"{server.url}/oauth/token"
    assert anybody.timeline_is_available("public")
    assert anybody.instance_extended_description().updated_at is not None
    assert anna.api.notifications_policy().for_new_accounts == "accept"
    assert anna.api.update_notifications_policy(for_new_accounts="accept").summary.pending_requests_count == 0
    assert anna.api.notifications_merged()
    empty = (
        anybody.trends(),
        anna.api.notification_requests(), anna.api.featured_tag_suggestions(), anybody.tag("rye").history,
    )  # fmt: skip
    assert [len(one) for one in empty] == [0] * len(empty)
    assert anybody.instance_translation_languages() == {}


def test_people_who_wish_to_be_found(server: Running) -> None:
    anna, ben, eve = (server.someone(name) for name in ("anna", "ben", "eve"))
    for one in (ben, eve):
        one.api.status_post("Here I am")
    anybody = Mastodon(api_base_url=server.url)
    assert [one.acct for one in anybody.directory(limit=2)] == [eve.handle, ben.handle]
    assert anybody.directory(order="new", local=True, limit=1)[0].acct == eve.handle
    eve.api.account_update_credentials(discoverable=False)
    assert anybody.directory(limit=1)[0].acct == ben.handle
    named = {one.acct for one in anna.api.suggestions_v1()}
    assert named & {anna.handle, ben.handle, eve.handle} == {ben.handle}
    (found,) = [one for one in anna.api.suggestions_v2() if one.account.acct == ben.handle]
    assert (found.source, found.sources) == ("global", ["most_followed"])
    anna.api.suggestion_delete(ben.id)
    assert ben.handle not in {one.acct for one in anna.api.suggestions_v1()}


def test_who_follows_whom_may_be_kept_to_oneself(server: Running) -> None:
    anna, ben, eve, ole = (server.someone(name) for name in ("anna", "ben", "eve", "ole"))
    ben.api.account_follow(anna.id)
    anna.api.account_follow(eve.id)
    ben.api.account_follow(ole.id)
    ole.api.account_follow(anna.id)
    anybody = Mastodon(api_base_url=server.url)

    def seen(api: Mastodon) -> tuple[int, int, int]:
        told = ben.api.account_familiar_followers(anna.id)[0].accounts
        return len(api.account_followers(anna.id)), len(api.account_following(anna.id)), len(told)

    assert seen(anybody) == (2, 1, 1)
    assert eve.handle in {one.acct for one in ben.api.suggestions_v1()}
    (before,) = [one for one in ben.api.suggestions_v2() if one.account.acct == eve.handle]
    assert before.sources == ["friends_of_friends"]
    path, hide = "/api/v1/accounts/update_credentials", {"hide_collections": "true"}
    mine = anna.ask("PATCH", path, data=hide).json()
    assert (mine["hide_collections"], mine["source"]["hide_collections"]) == (True, True)
    assert seen(anybody) == seen(ben.api) == (0, 0, 0)
    assert seen(anna.api)[:2] == (2, 1)
    assert anybody.account(anna.id).followers_count == 2
    for page in ("followers", "following"):
        said = requests.get(f"{server.url}/@{anna.handle}/{page}", timeout=10).text
        assert "does not tell who follows whom" in said
        assert ben.handle not in said
        assert eve.handle not in said
    assert not [one for one in ben.api.suggestions_v2() if one.sources == ["friends_of_friends"]]


Asked = Callable[[Mastodon, Someone], Any]
REFUSED: dict[str, tuple[int, Asked]] = {
    "instance_domain_blocks": (404, lambda api, _: api.instance_domain_blocks()),
    "account_endorse": (404, lambda api, ben: api.account_endorse(ben.id)),
    "account_pin": (404, lambda api, ben: api.account_pin(ben.id)),
    "account_unpin": (404, lambda api, ben: api.account_unpin(ben.id)),
    "announcement_dismiss": (404, lambda api, ben: api.announcement_dismiss(1)),
    "announcement_reaction_create": (404, lambda api, ben: api.announcement_reaction_create(1, "x")),
    "collection_create": (404, lambda api, ben: api.collection_create("x")),
    "conversations": (404, lambda api, ben: api.conversations()),
    "conversations_read": (404, lambda api, ben: api.conversations_read(1)),
    "domain_unblock": (422, lambda api, ben: api.domain_unblock("evil.example")),
    "email_resend_confirmation": (404, lambda api, ben: api.email_resend_confirmation()),
    "featured_tag_delete": (404, lambda api, ben: api.featured_tag_delete(1)),
    "filter": (404, lambda api, ben: api.filter(1)),
    "filter_create": (422, lambda api, ben: api.filter_create("x", ["home"])),
    "filter_v2": (404, lambda api, ben: api.filter_v2(1)),
    "filter_keywords_v2": (404, lambda api, ben: api.filter_keywords_v2(1)),
    "add_filter_keyword_v2": (404, lambda api, ben: api.add_filter_keyword_v2(1, "x")),
    "add_filter_status_v2": (404, lambda api, ben: api.add_filter_status_v2(1, 1)),
    "instance_activity": (404, lambda api, ben: api.instance_activity()),
    "instance_terms_of_service": (404, lambda api, ben: api.instance_terms_of_service()),
    "list": (404, lambda api, ben: api.list(1)),
    "list_accounts": (404, lambda api, ben: api.list_accounts(1)),
    "list_accounts_add": (404, lambda api, ben: api.list_accounts_add(1, [ben.id])),
    "list_update": (422, lambda api, ben: api.list_update(1, "x")),
    "notification_request": (404, lambda api, ben: api.notification_request(1)),
    "accept_notification_request": (404, lambda api, ben: api.accept_notification_request(1)),
    "profile": (404, lambda api, ben: api.profile()),
    "push_subscription": (404, lambda api, ben: api.push_subscription()),
    "quote": (404, lambda api, ben: api.status_post("x", quoted_status_id=1)),
    "report by rule": (422, lambda api, ben: api.report(ben.id, comment="x", rule_ids=[1])),
    "search_v1": (404, lambda api, ben: api.search_v1("x")),
    "status_quotes": (404, lambda api, ben: api.status_quotes(1)),
    "status_translate": (404, lambda api, ben: api.status_translate(1, "en")),
    "tag_feature": (404, lambda api, ben: api.tag_feature("rye")),
    "timeline_link": (404, lambda api, ben: api.timeline_link("https://a.example")),
    "timeline_list": (404, lambda api, ben: api.timeline_list(1)),
    "policy": (422, lambda api, ben: api.update_notifications_policy(for_not_following="drop")),
}


def test_what_is_not_there_is_refused_in_a_sentence(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    api = Mastodon(access_token=anna.token, api_base_url=server.url, version_check_mode="none")
    for name, (status, ask) in REFUSED.items():
        with pytest.raises(MastodonAPIError) as refused:
            ask(api, ben)
        _, code, _, sentence = refused.value.args
        assert (code, len(sentence) > 10) == (status, True), name
    for path in ("/api/v1/conversations", "/api/v1/timelines/direct"):
        answer = anna.ask("GET", path)
        assert (answer.status_code, answer.json()["error"].endswith(".")) == (404, True)
    with pytest.raises(MastodonNotFoundError):
        api.status(1)


class Ears(StreamListener):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.heard: queue.Queue[tuple[str, str]] = queue.Queue()

    def on_update(self, status: Any) -> None:
        self.heard.put(("update", status.content))

    def on_notification(self, notification: Any) -> None:
        self.heard.put(("notification", notification.status.content))


@pytest.mark.parametrize(
    "stream", ["stream_public", "stream_local", "stream_hashtag", "stream_user_notifications"]
)
def test_each_stream_of_events_brings_its_own(
    server: Running, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    monkeypatch.setattr(streaming, "BREATH", 0.1)  # a listener lets go only when a line comes
    anna, ben, ears = server.someone("anna"), server.someone("ben"), Ears()
    more = {"tag": "rye"} if stream == "stream_hashtag" else {}
    handle = getattr(anna.api, stream)(listener=ears, run_async=True, **more)
    try:
        while not handle.is_receiving():
            pass
        said = ben.api.status_post(f"@{anna.handle} good #rye")
        kind = "notification" if "notifications" in stream else "update"
        assert ears.heard.get(timeout=PATIENCE) == (kind, said.content)
    finally:
        handle.close()
