"""The client API through Mastodon.py: accounts, and what stands between them."""

import io

import pytest
import requests
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError
from PIL import Image

from tests.doors.conftest import Running


def test_one_sees_oneself_as_one_is(server: Running) -> None:
    anna = server.someone("anna", bio="Bread & cake\n\nsince 1903", locked=True)
    me = anna.api.account_verify_credentials()
    assert str(me.id) == str(anna.id)
    assert (me.username, me.acct, me.locked) == (anna.handle, anna.handle, True)
    assert me.note == "<p>Bread &amp; cake</p><p>since 1903</p>"
    assert me.source.note == "Bread & cake\n\nsince 1903"
    assert me.url == f"{server.url}/@{anna.handle}"
    assert anna.api.account(anna.id).acct == anna.handle
    assert anna.api.account_lookup(f"@{anna.handle.upper()}").id == me.id
    host = server.url.removeprefix("http://")
    assert Mastodon(api_base_url=server.url).account_lookup(f"{anna.handle}@{host}").id == me.id


def test_a_profile_is_changed_in_one_go_or_not_at_all(server: Running) -> None:
    anna = server.someone("anna")
    out = io.BytesIO()
    Image.new("RGB", (50, 50), "red").save(out, "PNG")
    me = anna.api.account_update_credentials(
        display_name="Anna's Bread",
        note="Fresh daily",
        bot=True,
        locked=True,
        fields=[("Web", "https://bakery.example"), ("Since", "1903")],
        avatar=out.getvalue(),
        avatar_mime_type="image/png",
    )
    assert (me.display_name, me.bot, me.locked) == ("Anna's Bread", True, True)
    assert [field.name for field in me.fields] == ["Web", "Since"]
    assert 'rel="nofollow noopener me"' in me.fields[0].value
    assert me.avatar.startswith(f"{server.url}/media/")
    path = "/api/v1/accounts/update_credentials"
    form = {"source[privacy]": "unlisted", "source[sensitive]": "true", "source[language]": "de"}
    answer = anna.ask("PATCH", path, data=form)
    assert answer.json()["source"]["privacy"] == "unlisted"
    assert anna.api.preferences()["posting:default:language"] == "de"
    refused = anna.ask("PATCH", path, json={"display_name": "Other", "note": "x" * 501})
    assert refused.status_code == 422
    assert list(refused.json()["details"]) == ["note"]
    assert anna.api.me().display_name == "Anna's Bread"
    bare = anna.ask("DELETE", "/api/v1/profile/avatar").json()
    drawn = requests.get(bare["avatar"], timeout=20)
    assert Image.open(io.BytesIO(drawn.content)).size == (200, 200)
    assert Image.open(io.BytesIO(requests.get(bare["header"], timeout=20).content)).size == (600, 200)


def test_following_blocking_and_muting_show_in_the_relationship(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    tie = anna.api.account_follow(ben.id, reblogs=False, notify=True)
    assert (tie.following, tie.showing_reblogs, tie.notifying) == (True, False, True)
    assert ben.api.account_relationships(anna.id)[0].followed_by
    assert [one.acct for one in ben.api.account_followers(ben.id)] == [anna.handle]
    assert [one.acct for one in ben.api.account_following(anna.id)] == [ben.handle]
    muted = anna.api.account_mute(ben.id, notifications=False, duration=3600)
    assert (muted.muting, muted.muting_notifications) == (True, False)
    assert anna.api.mutes()[0].mute_expires_at is not None
    assert not anna.api.account_unmute(ben.id).muting
    assert anna.api.account_note_set(ben.id, "Pays late").note == "Pays late"
    assert ben.api.account_block(anna.id).blocking
    assert [one.acct for one in ben.api.blocks()] == [anna.handle]
    assert anna.api.account_relationships(ben.id)[0].blocked_by
    with pytest.raises(MastodonAPIError):
        anna.api.account_follow(ben.id)
    assert not ben.api.account_unblock(anna.id).blocking
    assert not anna.api.account_unfollow(ben.id).following


def test_a_locked_account_accepts_and_turns_down(server: Running) -> None:
    anna, ben, eve = server.someone("anna", locked=True), server.someone("ben"), server.someone("eve")
    assert ben.api.account_follow(anna.id).requested
    eve.api.account_follow(anna.id)
    assert {one.acct for one in anna.api.follow_requests()} == {ben.handle, eve.handle}
    assert anna.api.me().source.follow_requests_count == 2
    assert anna.api.follow_request_authorize(ben.id).followed_by
    assert not anna.api.follow_request_reject(eve.id).requested_by
    with pytest.raises(MastodonNotFoundError):
        anna.api.follow_request_authorize(eve.id)
    assert not anna.api.account_remove_from_followers(ben.id).followed_by


def test_long_lists_are_paged_in_both_directions(server: Running) -> None:
    star, fans = server.someone("star"), [server.someone("fan") for _ in range(5)]
    for fan in fans:
        fan.api.account_follow(star.id)
    first = star.api.account_followers(star.id, limit=2)
    assert [one.acct for one in first] == [fans[4].handle, fans[3].handle]
    second = star.api.fetch_next(first)
    assert [one.acct for one in second] == [fans[2].handle, fans[1].handle]
    assert [one.acct for one in star.api.fetch_previous(second)] == [fans[4].handle, fans[3].handle]
    assert len(star.api.fetch_remaining(star.api.account_followers(star.id, limit=2))) == 5


def test_people_are_found_by_name_and_bio_and_known_through_others(server: Running) -> None:
    anna, ben, eve = (
        server.someone("anna"),
        server.someone("ben"),
        server.someone("eve", bio="Zymurgy teacher"),
    )
    assert [one.acct for one in anna.api.account_search("zymurgy")] == [eve.handle]
    host = server.url.removeprefix("http://")
    assert [
        one.acct for one in anna.api.search(f"@{ben.handle}@{host}", result_type="accounts").accounts
    ] == [ben.handle]
    anna.api.account_follow(ben.id)
    ben.api.account_follow(eve.id)
    familiar = anna.api.account_familiar_followers(eve.id)
    assert [one.acct for one in familiar[0].accounts] == [ben.handle]
    assert [one.acct for one in anna.api.accounts([eve.id, ben.id])] == [eve.handle, ben.handle]


def test_what_clients_ask_when_they_start_is_answered(server: Running) -> None:
    anna = server.someone("anna")
    api = anna.api
    assert api.instance_v1().uri == server.url.removeprefix("http://")
    two = api.instance_v2()
    assert two.configuration.statuses.max_characters == 140
    assert two.configuration.urls.streaming == server.url.replace("http", "ws")
    assert api.retrieve_mastodon_version().startswith("4.")
    empty = (
        api.custom_emojis(),
        api.announcements(),
        api.filters(),
        api.filters_v2(),
        api.lists(),
        api.domain_blocks(),
        api.trending_tags(),
        api.trending_statuses(),
        api.trending_links(),
        api.endorsements(),
        api.featured_tags(),
        api.followed_tags(),
        api.instance_rules(),
        api.instance_peers(),
        api.account_featured_tags(anna.id),
        api.account_lists(anna.id),
    )
    assert [len(one) for one in empty] == [0] * len(empty)
    for refused in (
        lambda: api.create_filter_v2("spoilers", ["home"], "hide"),
        lambda: api.list_create("friends"),
        lambda: api.domain_block("evil.example"),
        lambda: api.featured_tag_create("bread"),
    ):
        with pytest.raises(MastodonAPIError, match=r"422"):
            refused()


def test_markers_are_kept_and_counted_from(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    assert anna.api.markers_get(["home", "notifications"]) == {}
    status = anna.api.status_post("One")
    ben.api.status_favourite(status.id)
    assert anna.api.notifications_unread_count().count == 1
    newest = anna.api.notifications()[0].id
    made = anna.api.markers_set(["notifications"], [newest])
    assert str(made["notifications"].last_read_id) == str(newest)
    assert anna.api.notifications_unread_count().count == 0
    ben.api.status_reblog(status.id)
    assert anna.api.notifications_unread_count().count == 1
    assert anna.api.markers_set(["notifications"], [newest])["notifications"].version == 2
