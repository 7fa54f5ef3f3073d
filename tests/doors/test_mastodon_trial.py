"""Quiet time of a trial through the client API: refused with a sentence that says how to post all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from mastodon import MastodonAPIError

from linnet.desk.drafts import actions as drafts
from linnet.desk.trial import obeying, queries
from linnet.kernel.clock import DAY, HOUR, MINUTE, now_ms, zone
from linnet.social.posts.rules import Author
from tests import lived_trial
from tests.doors.conftest import Running, Someone, a_bakery, a_server
from tests.lived_trial import BERLIN, PLAN

ZONE = zone(BERLIN)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a firm of its own."""
    with a_server(request, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def bakery(shop: Running) -> Someone:
    """The firm's own account, in quiet time of a trial."""
    made = a_bakery(shop)
    who = Author(made.account.id, made.person.id)
    now = now_ms()
    begun = now - 20 * DAY
    lived_trial.begin(shop.db, who, begun, seed=lived_trial.seed_with("quiet", PLAN, begun, now))
    lived_trial.live(shop.db, begun, now, 2 * HOUR)
    return made


def trial_posts(bakery: Someone) -> list[tuple[str, bool]]:
    trial = bakery.server.read(queries.current, bakery.id)
    return [(post.kind, post.quiet) for post in bakery.server.read(queries.posts, trial.id)]


def test_a_status_is_refused_with_the_way_around_it(bakery: Someone) -> None:
    before = len(trial_posts(bakery))
    with pytest.raises(MastodonAPIError, match=r"422.*quiet time until.*linnet_override=quiet"):
        bakery.api.status_post("Fresh rye")
    answer = bakery.ask("POST", "/api/v1/statuses", data={"status": "Fresh rye"})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(
        "Validation failed: Status cannot go out now: your trial has quiet time until"
    )
    assert list(answer.json()["details"]) == ["status"]
    wrong = bakery.ask("POST", "/api/v1/statuses", data={"status": "Fresh rye", "linnet_override": "yes"})
    assert (wrong.status_code, "Linnet override" in wrong.json()["error"]) == (422, True)
    made = bakery.ask("POST", "/api/v1/statuses", json={"status": "Fresh rye", "linnet_override": "quiet"})
    assert made.status_code == 200
    assert trial_posts(bakery)[before:] == [("post", True)]
    trial = bakery.server.read(queries.current, bakery.id)
    assert [n.person_id for n in bakery.server.read(queries.notes, trial.id) if n.what == "override"] == [
        bakery.person.id
    ]


def test_answers_to_people_who_wrote_go_out_others_do_not(bakery: Someone) -> None:
    anna = bakery.server.someone("anna")
    asked = anna.api.status_post("@bakery is there rye?")
    said = anna.api.status_post("Rain again")
    own = bakery.ask("POST", "/api/v1/statuses", data={"status": "Rye!", "linnet_override": "quiet"}).json()
    theirs = anna.api.status_post("Great", in_reply_to_id=own["id"])
    before = len(trial_posts(bakery))
    bakery.api.status_post(f"@{anna.handle} yes", in_reply_to_id=asked.id)
    bakery.api.status_post(f"@{anna.handle} thank you", in_reply_to_id=theirs.id)
    bakery.api.status_post(f"@{anna.handle} privately", visibility="direct")
    assert len(trial_posts(bakery)) == before
    for refused in (
        lambda: bakery.api.status_post("Come in", in_reply_to_id=said.id),
        lambda: bakery.api.status_post("More", in_reply_to_id=own["id"]),
        lambda: bakery.api.status_reblog(said.id),
    ):
        with pytest.raises(MastodonAPIError, match=r"422.*linnet_override=quiet"):
            refused()
    boosted = bakery.ask("POST", f"/api/v1/statuses/{said.id}/reblog", data={"linnet_override": "quiet"})
    assert boosted.status_code == 200
    assert trial_posts(bakery)[before:] == [("boost", True)]
    anna.api.status_post("A guest posts when they like")


def test_scheduled_statuses_keep_quiet_time_too(bakery: Someone) -> None:
    server = bakery.server
    soon = datetime.now(UTC) + timedelta(minutes=20)
    with pytest.raises(
        MastodonAPIError, match=r"422.*Scheduled at cannot go out then.*linnet_override=quiet"
    ):
        bakery.api.status_post("Soon", scheduled_at=soon)
    known = server.read(obeying.known, bakery.id, now_ms())
    quiet = known.at(now_ms())
    assert quiet is not None
    after = datetime.fromtimestamp(known.times[-1].end / 1000, UTC) + timedelta(hours=9)
    made = bakery.api.status_post("Later", scheduled_at=after)
    with pytest.raises(MastodonAPIError, match=r"422.*cannot go out then"):
        bakery.api.scheduled_status_update(made.id, soon)
    moved = bakery.ask(
        "PUT",
        f"/api/v1/scheduled_statuses/{made.id}",
        data={"scheduled_at": soon.isoformat(), "linnet_override": "quiet"},
    )
    assert moved.status_code == 200
    server.write(drafts.keep_quiet, now_ms())
    assert bakery.api.scheduled_status(made.id).scheduled_at < after  # insisted on: it stays
    bakery.api.scheduled_status_delete(made.id)
    assert quiet.end - now_ms() > -MINUTE
