"""Two at once at one trial: the one who comes second sees what the first one did."""

from functools import partial

import pytest

from linnet.db.database import Database
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.drafts.rules import Content
from linnet.desk.trial import actions, obeying, queries
from linnet.kernel.clock import DAY, HOUR, zone
from linnet.kernel.days import day_start
from linnet.kernel.errors import Conflict
from linnet.kernel.ids import new_id
from linnet.kernel.wire import encode_text
from linnet.social.posts.rules import Author
from tests import cast, lived_trial
from tests.lived_trial import BERLIN, PLAN, TERMS
from tests.races import race

ZONE = zone(BERLIN)
OPEN = "SELECT COUNT(*) FROM trial WHERE stage NOT IN ('judged', 'dropped')"


@pytest.fixture
def ada(db: Database) -> Author:
    person, account = db.write_now(cast.both, "ada")
    db.write_now(lived_trial.found, account.id)
    return Author(account.id, person.id)


def test_two_plans_at_once_are_one_trial(db: Database, ada: Author, now: int):
    plan = partial(actions.plan, author=ada, wanted=PLAN, time_zone=BERLIN, now=now)
    ids = race(db, partial(plan, id=new_id()), partial(plan, id=new_id()))
    assert ids[0] == ids[1]
    assert db.read_now(lambda tx: tx.value(OPEN)) == 1


def test_two_freezes_at_once_draw_one_calendar(db: Database, ada: Author, now: int):
    id = db.write_now(actions.plan, ada, PLAN, id=new_id(), time_zone=BERLIN, now=now)
    freeze = partial(actions.freeze, author=ada, trial_id=id, plan_text=encode_text(PLAN), now=now)
    first, second = race(db, partial(freeze, seed="a" * 64), partial(freeze, seed="b" * 64))
    assert first.seed == "a" * 64
    assert isinstance(second, Conflict)
    assert len(db.read_now(queries.days, id)) == 42
    trial = db.read_now(queries.trial, id)
    assert trial is not None
    assert trial.seed == "a" * 64


def test_a_change_and_a_freeze_at_once(db: Database, ada: Author, now: int):
    id = db.write_now(actions.plan, ada, PLAN, id=new_id(), time_zone=BERLIN, now=now)
    other = lived_trial.longer(PLAN, weeks=8)
    change = partial(actions.plan, author=ada, wanted=other, id=new_id(), time_zone=BERLIN, now=now)
    freeze = partial(
        actions.freeze, author=ada, trial_id=id, plan_text=encode_text(PLAN), seed=lived_trial.SEED, now=now
    )
    _, refused = race(db, change, freeze)
    assert isinstance(refused, Conflict)
    trial = db.read_now(queries.trial, id)
    assert trial is not None
    assert (trial.stage, trial.plan) == ("planned", encode_text(other))


def test_two_sweeps_at_once_live_through_a_time_once(db: Database, ada: Author, now: int):
    trial = lived_trial.begin(db, ada, now)
    start = day_start(trial.first_day, ZONE)
    lived_trial.live(db, now, start + 2 * DAY)
    at = start + 2 * DAY + HOUR
    race(db, partial(actions.live, now=at), partial(actions.live, now=at))
    days = db.read_now(queries.days, trial.id)
    assert [day.alive for day in days[:3]] == [DAY, DAY, HOUR]
    assert [day.state for day in days[:2]] == ["counted", "open"]


def test_a_stop_and_a_sweep_at_once(db: Database, ada: Author, now: int):
    trial = lived_trial.begin(db, ada, now)
    at = lived_trial.live(db, now, day_start(trial.last_day, ZONE) + DAY + HOUR - 1)
    stages = race(
        db,
        partial(actions.live, now=at + HOUR),
        partial(actions.stop, author=ada, trial_id=trial.id, now=at + HOUR),
    )
    assert isinstance(stages[1], Conflict)
    assert lived_trial.again(db, trial).stage == "ended"


def test_a_planned_post_that_moves_while_somebody_changes_it(db: Database, ada: Author, now: int):
    trial = lived_trial.begin(db, ada, now)
    quiet = next(day for day in db.read_now(queries.days, trial.id) if day.arm == "quiet" and day.span >= 4)
    due = day_start(quiet.day, ZONE) + 10 * HOUR
    id = db.write_now(drafts.keep, ada, Content("Rye"), id=new_id(), now=now)
    db.write_now(drafts.schedule, ada, id, due, terms=TERMS, now=now)
    at = due - HOUR
    change = partial(
        drafts.change, author=ada, draft_id=id, content=Content("Spelt"), version=None, now=at, terms=TERMS
    )
    race(db, change, partial(drafts.keep_quiet, now=at))
    moved = db.read_now(draft_queries.draft, id)
    assert moved is not None
    assert (moved.text, moved.stage) == ("Spelt", "set")
    assert moved.due_at is not None
    assert db.read_now(obeying.known, ada.account_id, at).at(moved.due_at) is None
