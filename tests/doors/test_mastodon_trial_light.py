"""A light day of a trial through the client API: so many posts, then the same 422 with the same way around it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from mastodon import MastodonAPIError

from linnet.desk.trial import queries
from linnet.kernel.clock import DAY, HOUR, MINUTE, now_ms, zone
from linnet.social.posts.rules import Author
from tests import lived_trial
from tests.doors.conftest import Running, Someone, a_bakery, a_server
from tests.lived_trial import BERLIN, THREE

ZONE = zone(BERLIN)
PLAN = lived_trial.longer(THREE, light=1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a firm of its own."""
    with a_server(request, tmp_path_factory) as made:
        yield made


@pytest.fixture(scope="module")
def bakery(shop: Running) -> Someone:
    """The firm's own account, on a light day with one post."""
    made = a_bakery(shop)
    who = Author(made.account.id, made.person.id)
    now = now_ms()
    begun = now - 20 * DAY
    lived_trial.begin(shop.db, who, begun, PLAN, seed=lived_trial.seed_with("light", PLAN, begun, now))
    lived_trial.live(shop.db, begun, now, 2 * HOUR)
    return made


def test_the_second_status_of_the_day_needs_the_override(bakery: Someone) -> None:
    anna = bakery.server.someone("anna")
    asked = anna.api.status_post("@bakery is there rye?")
    at = datetime.fromtimestamp((now_ms() + 6 * MINUTE) / 1000, UTC)
    bakery.api.status_post("Fresh rye")
    with pytest.raises(MastodonAPIError, match=r"422.*the one post of a light day.*linnet_override=quiet"):
        bakery.api.status_post("Plaited loaf")
    answer = bakery.ask("POST", f"/api/v1/statuses/{asked.id}/reblog")
    assert (answer.status_code, "linnet_override=quiet" in answer.json()["error"]) == (422, True)
    with pytest.raises(MastodonAPIError, match=r"422.*cannot go out then.*linnet_override=quiet"):
        bakery.api.status_post("Planned", scheduled_at=at)
    assert bakery.api.status_post("@anna until six", in_reply_to_id=asked.id).id
    made = bakery.ask("POST", "/api/v1/statuses", json={"status": "Loaf", "linnet_override": "quiet"})
    assert made.status_code == 200
    trial = bakery.server.read(queries.current, bakery.id)
    assert [post.quiet for post in bakery.server.read(queries.posts, trial.id)] == [False, True]
