"""The client API through Mastodon.py: timelines, notifications, search, hashtags."""

import pytest
import requests
from mastodon import Mastodon, MastodonAPIError, MastodonNotFoundError
from mastodon.return_types import Status

from tests.doors.conftest import Running


def test_home_holds_what_one_follows_and_pages_through_it(server: Running) -> None:
    anna, ben, eve = server.someone("anna"), server.someone("ben"), server.someone("eve")
    anna.api.account_follow(ben.id)
    said = [ben.api.status_post(f"Number {n}") for n in range(5)]
    eve.api.status_post("Not for Anna")
    assert [one.id for one in anna.api.timeline_home()] == [one.id for one in reversed(said)]
    first = anna.api.timeline_home(limit=2)
    second = anna.api.fetch_next(first)
    assert [one.id for one in second] == [said[2].id, said[1].id]
    assert [one.id for one in anna.api.fetch_previous(second)] == [said[4].id, said[3].id]
    assert [one.id for one in anna.api.timeline_home(since_id=said[3].id)] == [said[4].id]
    assert [one.id for one in anna.api.timeline_home(min_id=said[0].id, limit=1)] == [said[1].id]
    ben.api.status_delete(said[4].id)
    assert anna.api.timeline_home()[0].id == said[3].id


def test_flags_in_home_are_the_readers_own_and_never_stale(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    anna.api.account_follow(ben.id)
    status = ben.api.status_post("Like me")
    assert not anna.api.timeline_home()[0].favourited
    anna.api.status_favourite(status.id)
    assert anna.api.timeline_home()[0].favourited
    assert not ben.api.timeline_home()[0].favourited
    assert ben.api.timeline_home()[0].favourites_count == 1
    ben.api.status_update(status.id, "Love me")
    assert anna.api.timeline_home()[0].content == "<p>Love me</p>"
    ben.api.account_update_credentials(display_name="Benedict")
    assert anna.api.timeline_home()[0].account.display_name == "Benedict"


def test_public_and_tag_timelines_need_no_token(server: Running) -> None:
    anna = server.someone("anna")
    anybody = Mastodon(api_base_url=server.url)
    public = anna.api.status_post("Hello #Straße")
    anna.api.status_post("Quietly #Straße", visibility="unlisted")
    assert anybody.timeline_public()[0].id == public.id
    assert anybody.timeline_local(limit=1)[0].id == public.id
    assert not {public.id} & {one.id for one in anybody.timeline_public(remote=True)}
    assert [one.id for one in anybody.timeline_hashtag("STRASSE")] == [public.id]
    seen = [one.visibility for one in anybody.account_statuses(anna.id)]
    assert seen == ["unlisted", "public"]
    assert (
        not hasattr(anybody.status(public.id), "favourited") or anybody.status(public.id).favourited is None
    )
    assert anybody.account_statuses(anna.id, tagged="strasse", limit=1)[0].visibility == "unlisted"


def ids(*statuses: Status) -> list[str]:
    return [str(status.id) for status in statuses]


def test_a_tag_timeline_can_ask_for_more_tags_and_fewer(server: Running) -> None:
    anna, path = server.someone("anna"), "/api/v1/timelines/tag/oat"
    oat, rye = anna.api.status_post("#oat alone"), anna.api.status_post("#mixrye alone")
    both, three = anna.api.status_post("#oat #mixrye"), anna.api.status_post("#oat #mixrye #salt")

    def found(**more: list[str]) -> list[str]:
        params = {f"{name}[]": tags for name, tags in more.items()}
        return [one["id"] for one in anna.ask("GET", path, params=params).json()]

    assert found(any=["MixRye"]) == ids(three, both, rye, oat)
    assert found(all=["mixrye"]) == ids(three, both)
    assert found(none=["salt"]) == ids(both, oat)
    assert found(any=["mixrye"], all=["oat"], none=["salt"]) == ids(both, oat)
    assert anna.ask("GET", path, params={"any[]": list("abcde")}).status_code == 422
    second = anna.ask("GET", path, params={"any[]": "mixrye", "limit": "2"}).links["next"]["url"]
    assert [one["id"] for one in anna.ask("GET", second.removeprefix(server.url)).json()] == ids(rye, oat)


def test_notifications_come_by_kind_and_go(server: Running) -> None:
    anna, ben, eve = server.someone("anna"), server.someone("ben"), server.someone("eve")
    status = anna.api.status_post("Hear me")
    ben.api.account_follow(anna.id)
    ben.api.status_favourite(status.id)
    eve.api.status_favourite(status.id)
    eve.api.status_reply(status, "I do", untag=False)
    api = anna.api
    assert [one.type for one in api.notifications()] == ["mention", "favourite", "favourite", "follow"]
    assert [one.type for one in api.notifications(types=["mention", "follow"])] == ["mention", "follow"]
    assert [one.type for one in api.notifications(exclude_types=["favourite"])] == ["mention", "follow"]
    assert {one.account.acct for one in api.notifications(account_id=ben.id)} == {ben.handle}
    newest = api.notifications()[0]
    assert api.notifications(id=newest.id).status.content.endswith("I do</p>")
    grouped = api.grouped_notifications()
    assert [group.notifications_count for group in grouped.notification_groups] == [1, 2, 1]
    favourites = grouped.notification_groups[1]
    assert [str(id) for id in favourites.sample_account_ids] == [str(eve.id), str(ben.id)]
    assert {one.acct for one in api.grouped_notification_accounts(favourites.group_key)} == {
        ben.handle,
        eve.handle,
    }
    assert api.grouped_notification(favourites.group_key).statuses[0].id == status.id
    assert api.unread_grouped_notifications_count() == 3
    api.dismiss_grouped_notification(favourites.group_key)
    api.notifications_dismiss(newest.id)
    assert [one.type for one in api.notifications()] == ["follow"]
    assert ben.ask("POST", f"/api/v1/notifications/{api.notifications()[0].id}/dismiss").status_code == 404
    api.notifications_clear()
    assert api.notifications() == []


def test_search_finds_people_statuses_and_tags_and_follows_addresses(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    status = anna.api.status_post("Pumpernickel for all #Pumpernickel")
    found = ben.api.search("pumpernickel")
    assert [one.id for one in found.statuses] == [status.id]
    assert [tag.name for tag in found.hashtags] == ["pumpernickel"]
    assert ben.api.search("pumpernickel", result_type="accounts").statuses == []
    assert [one.id for one in ben.api.search(status.url, resolve=True).statuses] == [status.id]
    assert [one.acct for one in ben.api.search(status.account.url).accounts] == [anna.handle]
    anybody = requests.get(f"{server.url}/api/v2/search", params={"q": "pumpernickel"}, timeout=20).json()
    assert (len(anybody["statuses"]), len(anybody["hashtags"])) == (0, 1)
    for rude in ('"', "* OR NEAR(", "a:b", "') --", "\u0000x"):
        answer = ben.ask("GET", "/api/v2/search", params={"q": rude})
        assert answer.status_code in {200, 422}
    strange = requests.get(f"{server.url}/api/v2/search", params={"q": "x", "resolve": "1"}, timeout=20)
    assert strange.status_code == 401


def test_a_tag_is_followed_and_brings_posts_home(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    assert anna.api.tag_follow("Sauerkraut").following
    assert [tag.name for tag in anna.api.followed_tags()] == ["sauerkraut"]
    status = ben.api.status_post("Fresh #sauerkraut")
    assert [one.id for one in anna.api.timeline_home()] == [status.id]
    assert not anna.api.tag_unfollow("sauerkraut").following
    assert anna.api.followed_tags() == []
    with pytest.raises(MastodonAPIError):
        anna.api.tag_follow("12345")


def test_what_is_blocked_or_private_stays_out_of_every_list(server: Running) -> None:
    anna, ben = server.someone("anna"), server.someone("ben")
    mine = anna.api.status_post("For my followers", visibility="private")
    assert ben.api.account_statuses(anna.id) == []
    with pytest.raises(MastodonNotFoundError):
        ben.api.status_favourite(mine.id)
    ben.api.account_follow(anna.id)
    assert [one.id for one in ben.api.timeline_home()] == [mine.id]
    ben.api.status_favourite(mine.id)
    with pytest.raises(MastodonAPIError, match="403"):
        ben.api.status_reblog(mine.id)
    anna.api.account_block(ben.id)
    assert ben.api.timeline_home() == []
    assert ben.api.favourites() == []
    with pytest.raises(MastodonNotFoundError):
        ben.api.status(mine.id)
