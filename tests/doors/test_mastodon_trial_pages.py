"""A trial of pages through the client API: what leads to a page of the other week is refused with a sentence
that says how to post all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from mastodon import MastodonAPIError

from linnet.desk.drafts import actions as drafts
from linnet.desk.trial import queries
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages import rules as page_rules
from linnet.kernel.clock import DAY, now_ms, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.social.posts.rules import Author
from tests import lived_trial
from tests.doors.conftest import Running, Someone, a_bakery, a_server
from tests.lived_pages import PLAN
from tests.lived_trial import BERLIN

ZONE = zone(BERLIN)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a firm of its own."""
    with a_server(request, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def bakery(shop: Running) -> Someone:
    """The firm's own account, in a trial of pages."""
    made = a_bakery(shop)
    begun = now_ms() - 24 * DAY
    lived_trial.begin(shop.db, Author(made.account.id, made.person.id), begun, PLAN)
    lived_trial.live(shop.db, begun, now_ms())
    return made


def page(bakery: Someone, *, promoted: bool, at: int = 0) -> str:
    trial = bakery.server.read(queries.current, bakery.id)
    week = page_rules.week_of(trial.first_day, day_of(at or now_ms(), ZONE))
    turns = bakery.server.read(page_queries.turns, trial.id)
    return next(turn.page for turn in turns if turn.week == week and turn.promoted == promoted)


def noted(bakery: Someone) -> list[tuple[str, bool]]:
    trial = bakery.server.read(queries.current, bakery.id)
    return [(link.page, link.held) for link in bakery.server.read(page_queries.links, trial.id)]


def test_a_link_to_a_page_of_the_other_week_is_refused_with_the_way_around_it(bakery: Someone) -> None:
    before, held = noted(bakery), page(bakery, promoted=False)
    text = f"Look https://{held}?utm_source=x"
    answer = bakery.ask("POST", "/api/v1/statuses", data={"status": text})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(
        f"Validation failed: Status cannot go out now: it leads to {held}, which your trial does not promote until"
    )
    assert "linnet_override=quiet" in answer.json()["error"]
    assert list(answer.json()["details"]) == ["status"]
    assert noted(bakery) == before
    made = bakery.ask("POST", "/api/v1/statuses", data={"status": text, "linnet_override": "quiet"})
    assert made.status_code == 200
    assert sorted(set(noted(bakery)) - set(before)) == [(held, True)]
    trial = bakery.server.read(queries.current, bakery.id)
    override = [note for note in bakery.server.read(queries.notes, trial.id) if note.what == "override"]
    assert override[-1].person_id == bakery.person.id


def test_all_else_is_free(bakery: Someone) -> None:
    before, good = len(noted(bakery)), page(bakery, promoted=True)
    bakery.api.status_post("Nothing to link to")
    bakery.api.status_post("Another page https://bakery.example/elsewhere")
    assert len(noted(bakery)) == before
    bakery.api.status_post(f"Its week https://{good}")
    assert (good, False) in noted(bakery)
    anna = bakery.server.someone("anna")
    asked = anna.api.status_post("@bakery where is it?")
    bakery.api.status_post(f"@{anna.handle} https://{page(bakery, promoted=False)}", in_reply_to_id=asked.id)


def test_a_boost_of_such_a_post_needs_the_word_too(bakery: Someone) -> None:
    berta = bakery.server.someone("berta")
    said = berta.api.status_post(f"Lovely https://{page(bakery, promoted=False)}")
    with pytest.raises(MastodonAPIError, match=r"422.*it leads to.*linnet_override=quiet"):
        bakery.api.status_reblog(said.id)
    path = f"/api/v1/statuses/{said.id}/reblog"
    assert bakery.ask("POST", path, data={"linnet_override": "quiet"}).status_code == 200


def test_scheduled_statuses_wait_for_their_week(bakery: Someone) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=20)
    server, held = bakery.server, page(bakery, promoted=False, at=int(soon.timestamp() * 1000))
    with pytest.raises(MastodonAPIError, match=r"422.*Scheduled at cannot go out then: it leads to"):
        bakery.api.status_post(f"Soon https://{held}", scheduled_at=soon)
    trial = server.read(queries.current, bakery.id)
    week = page_rules.week_of(trial.first_day, day_of(now_ms(), ZONE))
    far = day_start(next_day(trial.first_day, 7 * (week + 3)), ZONE) + 3 * DAY
    made = bakery.api.status_post(f"Far https://{held}", scheduled_at=datetime.fromtimestamp(far / 1000, UTC))
    server.write(drafts.keep_quiet, now_ms())  # beyond what may be known: it is taken as it is
    assert bakery.api.scheduled_status(made.id).scheduled_at.timestamp() * 1000 == far
    bakery.api.scheduled_status_delete(made.id)
