"""A trial lived through: frozen, obeyed, counted once, looked at in time, judged. On both engines."""

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.drafts.rules import Content, Draft
from linnet.desk.publishing import actions as publishing
from linnet.desk.trial import actions, obeying, queries, rules
from linnet.desk.trial.actions import PowerState
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import QuietTime, Trial, TrialDay
from linnet.desk.trial.values import Protocol
from linnet.kernel.clock import DAY, HOUR, moment, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.errors import Conflict, Invalid, LinnetError, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.kernel.wire import decode_as, encode_text
from linnet.social.people import actions as people
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost
from tests import cast, fresh
from tests import lived_trial as trials
from tests.lived_trial import BERLIN, PLAN, TERMS, THREE, days, refused, say

ZONE = zone(BERLIN)
MOVE = "UPDATE firm SET time_zone = :zone WHERE id = 1"


@pytest.fixture
def ada(db: Database) -> Author:
    person, account = db.write_now(cast.both, "ada")
    db.write_now(trials.found, account.id)
    return Author(account.id, person.id)


def first(db: Database, trial: Trial, arm: str, after: str = "") -> int:
    """Ten in the morning of the first day of the first such stretch."""
    day = next(d for d in days(db, trial) if d.arm == arm and d.day > after)
    return day_start(day.day, ZONE) + 10 * HOUR


# freezing


def test_a_plan_is_frozen_once_and_then_kept(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now)
    assert (trial.stage, trial.first_day, trial.last_day) == ("frozen", "2026-11-02", "2026-12-13")
    assert len(days(db, trial)) == 42
    assert trial.seed_hash != trial.seed
    assert decode_as(Protocol, trial.protocol).commitment == trial.seed_hash
    for change in (
        lambda: trials.begin(db, ada, now, trials.longer(PLAN, weeks=8)),
        lambda: db.write_now(actions.freeze, ada, trial.id, plan_text=trial.plan, seed="0" * 64, now=now),
        lambda: db.write_now(actions.plan, ada, PLAN, id=new_id(), time_zone=BERLIN, now=now),
    ):
        with pytest.raises(Conflict, match="frozen"):
            change()
    assert trials.again(db, trial) == trial


def test_of_two_people_one_freezes(db: Database, ada: Author, now: int):
    ben = db.write_now(cast.person, "ben")
    db.write_now(people.join, ben.id, ada.account_id, "owner", now)
    id = db.write_now(actions.plan, ada, PLAN, id=new_id(), time_zone=BERLIN, now=now)
    other = trials.longer(PLAN, weeks=8)
    theirs = Author(ada.account_id, ben.id)
    assert db.write_now(actions.plan, theirs, other, id=new_id(), time_zone=BERLIN, now=now) == id
    with pytest.raises(Conflict, match="changed the plan"):
        db.write_now(actions.freeze, ada, id, plan_text=encode_text(PLAN), seed=trials.SEED, now=now)
    db.write_now(actions.freeze, theirs, id, plan_text=encode_text(other), seed=trials.SEED, now=now)
    with pytest.raises(Conflict, match="frozen"):
        db.write_now(actions.freeze, ada, id, plan_text=encode_text(other), seed=trials.SEED, now=now)


def test_what_must_not_start_is_refused(db: Database, ada: Author, now: int):
    def plan(**more: object) -> None:
        trials.begin(db, ada, now, trials.longer(PLAN, **more))

    with pytest.raises(Invalid, match="coins"):
        plan(weeks=4)
    with pytest.raises(Invalid, match=r"28 days"):
        plan(waived=False, baseline_days=27)
    with pytest.raises(Conflict, match="power step is not finished"):
        plan(waived=False, baseline_days=40)


def test_light_days_that_cost_what_full_ones_do_are_refused_when_they_are_planned(
    db: Database, ada: Author, now: int
):
    for name in ("light_cost", "light_minutes"):
        as_much = changed(THREE.worth, **{name: getattr(THREE.worth, name.removeprefix("light_"))})
        plan = changed(THREE, worth=as_much)
        with pytest.raises(Invalid, match="full and light are the same"):
            db.write_now(actions.plan, ada, plan, id=new_id(), time_zone=BERLIN, now=now)


def test_a_power_step_of_another_plan_is_not_kept(db: Database, ada: Author, now: int):
    plan = trials.longer(PLAN, baseline_days=40)
    id = db.write_now(actions.plan, ada, plan, id=new_id(), time_zone=BERLIN, now=now)
    assert db.write_now(actions.keep_power, id, encode_text(plan), PowerState(1, 2))
    assert not db.write_now(actions.keep_power, id, encode_text(PLAN), PowerState(2, 2))
    db.write_now(actions.drop, ada.account_id, id, now)
    assert not db.write_now(actions.keep_power, id, encode_text(plan), PowerState(2, 2))
    trials.begin(db, ada, now)  # one that was given up is in nobody's way


# quiet time


def test_quiet_time_holds_posts_and_boosts_and_lets_answers_out(db: Database, ada: Author, now: int):
    guest = db.write_now(cast.account, "guest")
    trial = trials.begin(db, ada, now)
    at = first(db, trial, "quiet")
    trials.live(db, now, at)
    asked = db.write_now(
        posts.publish, Author(guest.id, None), NewPost("@ada open on Sunday?"), TERMS, id=new_id(), now=at
    )
    other = db.write_now(
        posts.publish, Author(guest.id, None), NewPost("Nice weather"), TERMS, id=new_id(), now=at
    )
    error = refused(lambda: say(db, ada, at))
    assert "quiet time until" in error.sentence
    refused(lambda: say(db, ada, at, "@guest look at us", reply_to_id=other))
    refused(lambda: db.write_now(publishing.boost, ada, other, id=new_id(), now=at))
    say(db, ada, at, "@guest until noon", reply_to_id=asked)
    say(db, ada, at, "@guest privately", visibility="direct")
    say(db, Author(guest.id, None), at, "A guest posts when they like")
    assert db.read_now(queries.posts, trial.id) == []
    own = say(db, ada, at, "All the same", insists=True)
    boost = db.write_now(publishing.boost, ada, other, id=new_id(), now=at, insists=True)
    answer = say(db, ada, at, "And more", reply_to_id=own, insists=True)
    noted = db.read_now(queries.posts, trial.id)
    assert [(post.post_id, post.kind, post.quiet) for post in noted] == [
        (own, "post", True), (boost, "boost", True), (answer, "post", True),
    ]  # fmt: skip
    notes = [note for note in db.read_now(queries.notes, trial.id) if note.what == "override"]
    assert [note.person_id for note in notes] == [ada.person_id] * 3
    # at the very end of quiet time it is over
    say(db, ada, error.until)
    assert refused(lambda: say(db, ada, error.until - 1)).until == error.until


def test_only_this_stretch_and_the_next_are_known(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now)
    every = days(db, trial)
    start = day_start(trial.first_day, ZONE)
    for at in (now, start, start + 5 * DAY, start + 20 * DAY):
        shown = rules.seen_days(every, day_of(at, ZONE))
        current = max((d.span for d in every if d.day <= day_of(at, ZONE)), default=-1)
        assert {d.span for d in shown} == set(range(current + 2))
        found = db.read_now(obeying.known, ada.account_id, at)
        assert all(quiet.end <= day_start(next_day(shown[-1].day), ZONE) for quiet in found.times)


def draft_at(db: Database, ada: Author, at: int, now: int, **more: object) -> int:
    insists = bool(more.pop("insists", False))
    id: int = db.write_now(drafts.keep, ada, Content("Planned", **more), id=new_id(), now=now)
    db.write_now(drafts.schedule, ada, id, at, terms=TERMS, now=now, insists=insists)
    return id


def draft(db: Database, id: int) -> Draft:
    found = db.read_now(draft_queries.draft, id)
    assert found is not None
    return found


def test_planned_posts_move_when_their_time_comes_into_sight(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now)
    every = days(db, trial)
    far = next(d for d in every if d.arm == "quiet" and d.span >= 4)
    at = day_start(far.day, ZONE) + 10 * HOUR
    moved, second, insisted = (draft_at(db, ada, at, now, insists=n == 2) for n in range(3))
    assert db.write_now(drafts.keep_quiet, now) == 0  # nobody is to learn of it yet
    before = day_start(next(d for d in every if d.span == far.span - 1).day, ZONE) + HOUR
    assert db.write_now(drafts.keep_quiet, before - 2 * HOUR) == 0
    assert db.write_now(drafts.keep_quiet, before) == 2
    assert draft(db, insisted).due_at == at
    times = [draft(db, id).due_at or 0 for id in (moved, second)]
    assert times[1] - times[0] >= 3 * HOUR
    quiet = {d.day for d in every if d.arm == "quiet" and d.span == far.span}
    assert all(day_of(time, ZONE) not in quiet and time > at for time in times)
    assert "quiet time of the trial, so it was moved" in draft(db, moved).moved
    assert [n.what for n in db.read_now(queries.notes, trial.id)].count("moved") == 2
    # what is planned for a quiet time that is known is refused with its end
    with pytest.raises(QuietTime, match="cannot go out then"):
        draft_at(db, ada, at, before)
    # and a job that comes in quiet time all the same publishes nothing
    db.write_now(drafts.schedule, ada, moved, at, terms=TERMS, now=before, insists=True)
    db.write_now(lambda tx: tx.run("UPDATE draft SET insists = FALSE WHERE id = :id", id=moved))
    db.write_now(drafts.publish_due, moved, TERMS, 15, id=new_id(), now=at)
    assert draft(db, moved).stage == "set"
    assert (draft(db, moved).due_at or 0) > at
    db.write_now(drafts.publish_due, insisted, TERMS, 15, id=new_id(), now=at)
    assert draft(db, insisted).stage == "sent"


@pytest.mark.parametrize("hours", ["Mon-Sun 09:00-17:00", ""])
def test_moves_are_right_over_the_change_of_clocks(db: Database, ada: Author, hours: str):
    now = day_start("2027-03-15", ZONE) + 9 * HOUR
    db.write_now(lambda tx: tx.run(trials.HOURS, hours=encode_text(trials.parse_hours(hours))))
    for n in range(64):  # the Friday to Sunday with the change is quiet under this seed
        seed = f"{n:064x}"
        design = PLAN.design("2027-03-22", BERLIN)
        drawn = actions.calendar.calendar(design, seed).days
        if not drawn[6].on and drawn[7].on:
            break
    trial = trials.begin(db, ada, now, seed=seed)
    assert trial.first_day == "2027-03-22"
    at = day_start("2027-03-28", ZONE) + 9 * HOUR  # 10:00 summer time, on a day of 23 hours
    id = draft_at(db, ada, at, now)
    assert db.write_now(drafts.keep_quiet, day_start("2027-03-22", ZONE)) == 1
    then = moment(draft(db, id).due_at or 0, ZONE)
    assert (then.date().isoformat(), then.hour) == ("2027-03-29", 9 if hours else 10)
    quiet = db.read_now(obeying.known, ada.account_id, day_start("2027-03-26", ZONE)).times
    assert quiet[0].end == day_start("2027-03-29", ZONE)
    assert (quiet[0].end - quiet[0].start) == 3 * DAY - HOUR


# living through


def test_days_are_counted_once_by_where_people_came_from(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now)
    day = trial.first_day
    start = day_start(day, ZONE)

    def came(tx: Tx) -> None:
        trials.visits(tx, day, other=5, search=3, mail=2, ads=1)
        trials.visits(tx, day, kind="machine", other=4)
        trials.visits(tx, day, kind="staff", other=9)
        trials.visits(tx, next_day(day), other=7)

    db.write_now(came)
    trials.live(db, now, start + 2 * DAY - 1)
    assert trials.again(db, trial).stage == "running"
    assert {d.state for d in days(db, trial)} == {"open"}
    trials.live(db, start + 2 * DAY - 1, start + 2 * DAY + HOUR)
    had = days(db, trial)[0]
    assert (had.state, had.visits, had.search, had.paid, had.machines) == ("counted", 5, 3, 3, 4)
    db.write_now(lambda tx: trials.visits(tx, day, other=50))  # an import that comes too late
    trials.live(db, start + 2 * DAY + HOUR, start + 3 * DAY + HOUR)
    assert days(db, trial)[0] == had
    assert days(db, trial)[1].visits == 7


def test_an_outage_drops_the_day_and_says_so(db: Database, ada: Author, now: int):
    usual = (30.0,) * 7
    trial = trials.begin(db, ada, now, trials.longer(PLAN, usual=usual))
    start = day_start(trial.first_day, ZONE)
    away = trials.live(db, now, start + DAY + 6 * HOUR)
    db.write_now(lambda tx: [trials.visits(tx, next_day(trial.first_day, n), other=20) for n in (0, 1, 3)])
    back = away + 3 * HOUR  # nothing for three hours
    db.write_now(actions.live, back)
    trials.live(db, back, start + 5 * DAY + HOUR)
    found = days(db, trial)[:4]
    assert [d.state for d in found] == ["counted", "dropped", "dropped", "counted"]
    assert found[1].reason == "The server did not count for 3 hours of this day."
    assert "counting was broken" in found[2].reason


def test_a_clock_that_is_set_back_uses_no_day_again(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now)
    trials.world(db, trial, effect=0)
    start = day_start(trial.first_day, ZONE)
    reached = trials.live(db, now, start + 6 * DAY + 12 * HOUR)
    had = [d for d in days(db, trial) if d.state == "counted"]
    assert len(had) == 5
    back = start + 2 * DAY
    trials.live(db, back, reached - HOUR)
    now_there = days(db, trial)
    assert [d for d in now_there if d.state == "counted"] == had
    assert [(d.day, d.state) for d in now_there if d.state == "dropped"] == [
        (day_of(reached, ZONE), "dropped")
    ]
    assert trials.again(db, trial).alive_at == reached
    assert [n.what for n in db.read_now(queries.notes, trial.id)].count("clock") == 1
    # what is posted in the hours that come again belongs to the day that had been reached
    say(db, ada, back + HOUR, insists=True)
    assert db.read_now(queries.posts, trial.id)[0].day == day_of(reached, ZONE)
    trials.live(db, reached - HOUR, reached + 2 * DAY)
    assert sum(d.state == "counted" for d in days(db, trial)) == 6


def test_the_trial_keeps_its_own_zone(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now)
    start = day_start(trial.first_day, ZONE)
    at = trials.live(db, now, start + 12 * HOUR)
    before = db.read_now(obeying.known, ada.account_id, at)
    db.write_now(lambda tx: tx.run(MOVE, zone="Pacific/Auckland"))
    trials.live(db, at, at + DAY)
    after = db.read_now(obeying.known, ada.account_id, at).times
    assert after[-1].end == before.times[-1].end == day_start(day_of(after[-1].end, ZONE), ZONE)
    notes = [n.words for n in db.read_now(queries.notes, trial.id) if n.what == "zone"]
    assert notes == ["The firm's time zone is Pacific/Auckland now. The trial keeps Europe/Berlin."]


# the end


def judged(db: Database, trial: Trial) -> Judged:
    trials.read(db, trial)
    now_there = trials.again(db, trial)
    assert now_there.stage == "judged"
    return decode_as(Judged, now_there.verdict)


@pytest.mark.parametrize(
    ("effect", "obeying", "kind"),
    [
        (40.0, True, "worth_it"),
        (0.0, True, "not_worth_it"),
        (17.0, True, "cannot_tell"),
        (40.0, False, "broken"),
    ],
)
def test_a_trial_ends_in_its_verdict(
    db: Database, ada: Author, now: int, effect: float, obeying: bool, kind: str
):
    plan = trials.longer(PLAN, weeks=8, early_looks=False)
    trial = trials.begin(db, ada, now, plan)
    trials.world(db, trial, effect=effect)
    trials.posted(db, trial, obeying=obeying)
    end = day_start(next_day(trial.last_day), ZONE)
    trials.live(db, now, end + HOUR)
    assert trials.again(db, trial).stage == "ended"
    trials.read(db, trial)  # too early: the last day is not counted
    assert trials.again(db, trial).stage == "ended"
    trials.live(db, end + HOUR, end + DAY + HOUR)
    found = judged(db, trial)
    assert found.verdict.kind == kind
    assert found.reading.days == 56
    assert [one.name for one in found.beside] == ["All visits"]
    trials.begin(db, ada, end + 2 * DAY)  # the next one may be planned


def test_looks_are_taken_at_their_dates_and_may_end_it(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now, trials.longer(PLAN, weeks=12))
    trials.world(db, trial, effect=60)
    trials.posted(db, trial)
    planned = actions.records.looks(decode_as(Protocol, trials.again(db, trial).protocol))
    assert len(planned) > 1
    at = now
    for look, day in planned[:-1]:
        due = day_start(next_day(day), ZONE) + DAY
        trials.live(db, at, due - HOUR)
        trials.read(db, trial)
        assert day not in {one.day for one in db.read_now(queries.looks, trial.id)}
        at = trials.live(db, due - HOUR, due + HOUR)
        trials.read(db, trial)
        assert day in {one.day for one in db.read_now(queries.looks, trial.id)}
        assert look.days
    last = next(day for look, day in reversed(planned[:-1]) if look.purpose == "verdict")
    with pytest.raises(Invalid, match="not taken"):
        db.write_now(actions.stop, ada, trial.id, at_look=trial.last_day, now=at)
    assert db.write_now(actions.stop, ada, trial.id, at_look=last, now=at) == "stopped"
    found = judged(db, trial)
    assert (found.reading.how, found.reading.until, found.verdict.kind) == ("look", last, "worth_it")


def test_stopped_before_its_time_it_has_the_wide_range(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now, trials.longer(PLAN, weeks=8))
    trials.world(db, trial, effect=40)
    trials.posted(db, trial)
    start = day_start(trial.first_day, ZONE)
    at = trials.live(db, now, start + 30 * DAY + HOUR)
    assert db.write_now(actions.stop, ada, trial.id, now=at) == "stopped"
    with pytest.raises(Conflict, match="stopped already"):
        db.write_now(actions.stop, ada, trial.id, now=at)
    say(db, ada, at)  # nothing is quiet any more
    trials.read(db, trial)
    assert trials.again(db, trial).stage == "stopped"
    trials.live(db, at, at + DAY)
    found = judged(db, trial)
    assert (found.reading.how, found.reading.until) == ("stopped", next_day(trial.first_day, 29))


def test_given_up_before_a_day_is_over(db: Database, ada: Author, now: int):
    trial = trials.begin(db, ada, now)
    with pytest.raises(Conflict, match="given up"):
        db.write_now(actions.stop, ada, trial.id, now=now)
    db.write_now(actions.drop, ada.account_id, trial.id, now)
    trial = trials.begin(db, ada, now)
    at = trials.live(db, now, day_start(trial.first_day, ZONE) + HOUR)
    with pytest.raises(Conflict, match="running"):
        db.write_now(actions.drop, ada.account_id, trial.id, at)
    assert db.write_now(actions.stop, ada, trial.id, now=at) == "dropped"
    with pytest.raises(NotFound):
        db.write_now(actions.drop, ada.account_id + 1, trial.id, at)


class Lives(RuleBasedStateMachine):
    """Whatever the clock and people do: stages only go forward, a settled day never changes, what is on and
    quiet never changes, one trial is open, and nothing that counts goes out in a known quiet time, or beyond what
    a light day may have, unless somebody insisted."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.db = fresh.database(Path(self.folder.name))
        person, account = self.db.write_now(cast.both, "ada")
        self.db.write_now(trials.found, account.id)
        self.ada = Author(account.id, person.id)
        self.now = 1_793_000_000_000
        self.ids: list[int] = []
        self.settled: dict[tuple[int, str], TrialDay] = {}
        self.arms: dict[tuple[int, str], str] = {}
        self.went: dict[int, int] = {}
        self.stages: dict[int, str] = {}

    @rule(hours=st.sampled_from([1, 2, 2, 26, 24 * 7, -1, -30]))
    def time(self, hours: int) -> None:
        if hours > 2:
            trials.live(self.db, self.now, self.now + hours * HOUR)
        self.now = max(1_793_000_000_000, self.now + hours * HOUR)
        self.db.write_now(actions.live, self.now)
        self.db.write_now(drafts.keep_quiet, self.now)

    @rule(what=st.sampled_from(["begin", "begin", "drop", "stop", "read"]))
    def act(self, what: str) -> None:
        current = self.db.read_now(queries.current, self.ada.account_id)
        try:
            if what == "begin":
                plan = (PLAN, THREE)[len(self.ids) % 2]
                self.ids.append(trials.begin(self.db, self.ada, self.now, plan).id)
            elif current and what == "drop":
                self.db.write_now(actions.drop, self.ada.account_id, current.id, self.now)
            elif current and what == "stop":
                self.db.write_now(actions.stop, self.ada, current.id, now=self.now)
            elif current:
                trials.read(self.db, current)
        except LinnetError:
            pass

    @rule(insists=st.booleans())
    def post(self, insists: bool) -> None:
        found = self.db.read_now(obeying.known, self.ada.account_id, self.now)
        quiet = found.at(obeying.lived(found, self.now)) is not None
        try:
            say(self.db, self.ada, self.now, insists=insists)
            assert insists or not quiet
        except QuietTime:
            assert (quiet, insists) == (True, False)

    @rule(ahead=st.integers(1, 20 * 24))
    def plan(self, ahead: int) -> None:
        with contextlib.suppress(QuietTime):
            draft_at(self.db, self.ada, self.now + ahead * HOUR, self.now)

    @invariant()
    def holds(self) -> None:
        opened = 0
        for id in self.ids:
            trial = self.db.read_now(queries.trial, id)
            assert trial is not None
            opened += trial.stage in rules.OPEN
            had = self.stages.get(id, trial.stage)
            steps = [had]
            while steps and trial.stage not in steps:
                steps = [after for stage in steps for after in rules.FOLLOWS[stage]]
            assert steps, (had, trial.stage)
            self.stages[id] = trial.stage
            for day in self.db.read_now(queries.days, id):
                key = (id, day.day)
                assert self.arms.setdefault(key, day.arm) == day.arm
                if day.state != "open":
                    assert self.settled.setdefault(key, day) == day
        assert opened <= 1

    @invariant()
    def nothing_waits_in_quiet_time(self) -> None:
        self.db.write_now(drafts.keep_quiet, self.now)
        found = self.db.read_now(obeying.known, self.ada.account_id, self.now)
        for quiet in found.times:
            assert self.db.read_now(draft_queries.planned, self.ada.account_id, quiet.start, quiet.end) == []
        for light in found.lights:
            waits = self.db.read_now(draft_queries.planned, self.ada.account_id, light.start, light.end)
            assert len(waits) <= light.left

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=15, stateful_step_count=25, deadline=None)


def test_the_state_machine_has_no_dead_end():
    reached, todo = set(), ["planned"]
    while todo:
        stage = todo.pop()
        if stage not in reached:
            reached.add(stage)
            todo += rules.FOLLOWS[stage]
    assert reached == set(rules.FOLLOWS)
