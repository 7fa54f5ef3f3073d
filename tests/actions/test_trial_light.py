"""Light days, kept: so many posts and no more, by hand, by the queue, by two at once. On both engines."""

import contextlib
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linnet.db.database import Database
from linnet.db.migrate import migrate
from linnet.db.sqlite import SqliteDatabase
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.drafts.rules import Content, Draft
from linnet.desk.publishing import actions as publishing
from linnet.desk.trial import actions, obeying, queries
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import QuietTime, Trial
from linnet.kernel.clock import DAY, HOUR, MINUTE, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode_as
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost
from tests import cast
from tests import lived_trial as trials
from tests.lived_trial import BERLIN, TERMS, THREE, days, refused, say

ZONE = zone(BERLIN)


@pytest.fixture
def ada(db: Database) -> Author:
    person, account = db.write_now(cast.both, "ada")
    db.write_now(trials.found, account.id)
    return Author(account.id, person.id)


def first(db: Database, trial: Trial, arm: str, then: str = "", after: int = 1) -> int:
    """Nine in the morning of the first day of a stretch of `arm`, of which a stretch `then` comes next."""
    every = days(db, trial)
    arms = {day.span: day.arm for day in every}
    day = next(d for d in every if d.span >= after and d.arm == arm and then in {"", arms.get(d.span + 1)})
    return day_start(day.day, ZONE) + 9 * HOUR


def planned(db: Database, ada: Author, at: int, now: int, *, insists: bool = False) -> int:
    id: int = db.write_now(drafts.keep, ada, Content("Planned"), id=new_id(), now=now)
    db.write_now(drafts.schedule, ada, id, at, terms=TERMS, now=now, insists=insists)
    return id


def draft(db: Database, id: int) -> Draft:
    found = db.read_now(draft_queries.draft, id)
    assert found is not None
    return found


def test_a_light_day_has_two_posts_and_answers_stay_free(db: Database, ada: Author, now: int):
    guest = db.write_now(cast.account, "guest")
    trial = trials.begin(db, ada, now, THREE)
    at = first(db, trial, "light")
    trials.live(db, now, at)
    them = Author(guest.id, None)
    asked = db.write_now(posts.publish, them, NewPost("@ada open?"), TERMS, id=new_id(), now=at)
    other = db.write_now(posts.publish, them, NewPost("Nice weather"), TERMS, id=new_id(), now=at)
    found = db.read_now(obeying.known, ada.account_id, at)
    assert obeying.now_light(found, at).left == 2
    one = say(db, ada, at)
    boost = db.write_now(publishing.boost, ada, other, id=new_id(), now=at + 1)
    error = refused(lambda: say(db, ada, at + 2))
    assert error.sentence.startswith("Text cannot go out now: the 2 posts of a light day of your trial have")
    assert error.until == day_start(next_day(day_of(at, ZONE)), ZONE)
    third = db.write_now(posts.publish, them, NewPost("Rain"), TERMS, id=new_id(), now=at)
    refused(lambda: db.write_now(publishing.boost, ada, third, id=new_id(), now=at + 2))
    why = db.read_now(obeying.why_no_boost, ada.account_id, third, at + 2)
    assert why.startswith("The 2 posts of a light day of your trial have their places until")
    say(db, ada, at + 3, "@guest until noon", reply_to_id=asked)
    say(db, ada, at + 4, "@guest privately", visibility="direct")
    insisted = say(db, ada, at + 5, "All the same", insists=True)
    noted = db.read_now(queries.posts, trial.id)
    assert [(p.post_id, p.quiet) for p in noted] == [(one, False), (boost, False), (insisted, True)]
    words = [n.words for n in db.read_now(queries.notes, trial.id) if n.what == "override"]
    assert words == ["A post went out on a light day beyond its 2, because it was insisted on."]
    tomorrow = next_day(day_of(at, ZONE))
    if next(d for d in days(db, trial) if d.day == tomorrow).arm == "light":
        say(db, ada, day_start(tomorrow, ZONE))  # each light day has its own


def test_full_days_have_no_number_and_quiet_ones_stay_quiet(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now, THREE)
    at = first(db, trial, "on")
    for n in range(4):
        say(db, ada, at + n)
    refused(lambda: say(db, ada, first(db, trial, "quiet")))
    found = db.read_now(obeying.known, ada.account_id, at)
    assert (obeying.now_quiet(found, at), obeying.now_light(found, at)) == ("", None)


def test_what_is_queued_beyond_a_light_day_moves_on_by_itself(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now, THREE)
    at = first(db, trial, "light", then="quiet", after=3)
    ids = [planned(db, ada, at + n * 10 * MINUTE, now) for n in range(4)]  # so far off nothing is known
    insisted = planned(db, ada, at + HOUR, now, insists=True)
    assert db.write_now(drafts.keep_quiet, now) == 0
    before = at - 2 * DAY
    trials.live(db, now, before)
    assert db.write_now(drafts.keep_quiet, before) == 3
    assert db.write_now(drafts.keep_quiet, before) == 0
    kept, *moved = [draft(db, id) for id in ids]
    assert (kept.due_at, draft(db, insisted).due_at) == (at, at + HOUR)
    span = {d.day: d.arm for d in days(db, trial)}
    per_day = Counter(day_of(one.due_at or 0, ZONE) for one in (kept, draft(db, insisted), *moved))
    for day, n in per_day.items():
        assert span[day] != "quiet"
        assert n <= 2 or span[day] == "on"
    assert "a light day of the trial, for 2 posts, so it was moved here" in moved[0].moved
    assert [n.what for n in db.read_now(queries.notes, trial.id)].count("moved") == 3


def test_a_light_day_that_is_in_sight_takes_no_third_plan(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now, THREE)
    at = first(db, trial, "light")
    soon = at - 6 * HOUR
    trials.live(db, now, soon)
    one = planned(db, ada, at, soon)
    planned(db, ada, at + HOUR, soon)
    error = refused(lambda: planned(db, ada, at + 2 * HOUR, soon))
    assert error.field == "scheduled_at"
    db.write_now(
        drafts.schedule, ada, one, at + 3 * HOUR, terms=TERMS, now=soon
    )  # its own place stays its own
    planned(db, ada, at + 2 * HOUR, soon, insists=True)


def test_the_third_of_a_light_day_moves_when_its_time_comes(db: Database, ada: Author, now: int):
    """Two were planned; one more was posted by hand before them."""
    trial = trials.begin(db, ada, now, THREE)
    at = first(db, trial, "light")
    trials.live(db, now, at - 6 * HOUR)
    one, two = (planned(db, ada, at + n * HOUR, at - 6 * HOUR) for n in range(2))
    say(db, ada, at - HOUR)
    db.write_now(drafts.publish_due, one, TERMS, 15, id=new_id(), now=at)
    assert draft(db, one).stage == "sent"
    db.write_now(drafts.publish_due, two, TERMS, 15, id=new_id(), now=at + HOUR)
    later = draft(db, two)
    assert later.stage == "set"
    arms = {d.day: d.arm for d in days(db, trial)}
    assert day_of(later.due_at or 0, ZONE) > day_of(at, ZONE)
    assert arms[day_of(later.due_at or 0, ZONE)] != "quiet"


def test_of_two_at_once_a_light_day_lets_out_what_it_may(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now, trials.longer(THREE, light=1))
    at = first(db, trial, "light")

    def try_it(n: int) -> bool:
        with contextlib.suppress(QuietTime):
            say(db, ada, at + n)
            return True
        return False

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(try_it, range(8))) == 1
    assert len(db.read_now(queries.posts, trial.id)) == 1


@pytest.mark.wide
def test_a_trial_of_three_arms_ends_in_its_verdict(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now, trials.longer(THREE, early_looks=False))
    assert Counter(d.arm for d in days(db, trial)) == {"on": 28, "light": 28, "quiet": 28}
    trials.world(db, trial, effect=45, light=15)
    trials.posted(db, trial)
    trials.live(db, now, day_start(next_day(trial.last_day), ZONE) + DAY + HOUR)
    trials.read(db, trial)
    found = decode_as(Judged, trials.again(db, trial).verdict)
    light = found.reading.light
    assert found.verdict.kind == "worth_it"
    assert (light.followed, light.blocks, light.heavier, light.kept) == (8, 8, 8, True)
    assert light.quiet.low < 15 < light.quiet.high
    assert light.rest.low < 30 < light.rest.high
    assert [one.name for one in found.beside] == ["All visits"]
    assert actions.frozen_protocol(trial).design.light == 2


@pytest.mark.wide
@given(due=st.lists(st.integers(0, 30 * 24), max_size=12), posted=st.integers(0, 3))
@settings(max_examples=12, deadline=None)
def test_whatever_is_planned_no_light_day_in_sight_has_too_much(due: list[int], posted: int):
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(SqliteDatabase(Path(folder) / "linnet.sqlite")) as db,
    ):
        migrate(db, 1)
        person, account = db.write_now(cast.both, "ada")
        db.write_now(trials.found, account.id)
        ada, now = Author(account.id, person.id), 1_793_000_000_000
        trial = trials.begin(db, ada, now, THREE)
        at = first(db, trial, "light")
        for hour in due:
            with contextlib.suppress(QuietTime):
                planned(db, ada, at + hour * HOUR + HOUR, now)
        for n in range(min(posted, 2)):
            say(db, ada, at + n)
        db.write_now(drafts.keep_quiet, at + 2)
        db.write_now(drafts.keep_quiet, at + 2)
        found = db.read_now(obeying.known, ada.account_id, at + 2)
        for light in found.lights:
            waiting = db.read_now(draft_queries.planned, ada.account_id, light.start, light.end)
            assert len(waiting) <= light.left
        for quiet in found.times:
            assert db.read_now(draft_queries.planned, ada.account_id, quiet.start, quiet.end) == []
