"""Drafts: kept, changed by two people, planned, sent exactly once, or missed with a reason."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.drafts import actions, errands, queries, rules
from linnet.desk.drafts.actions import PublishDraft
from linnet.desk.drafts.rules import Content, Draft
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Claimed, Waiting
from linnet.kernel.clock import DAY, HOUR, MINUTE, now_ms
from linnet.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.social.media import actions as media
from linnet.social.media import queries as media_queries
from linnet.social.media.rules import Picture
from linnet.social.people import actions as people
from linnet.social.polls.rules import NewPoll
from linnet.social.posts import actions as published
from linnet.social.posts import queries as posts
from linnet.social.posts.rules import Author, Terms
from linnet.social.timelines import queries as timelines
from tests import cast, fresh

TERMS = Terms("https://linnet.example", 140)
GRACE = 15
JOBS = "SELECT id, lane, kind, run_at, tries, error FROM job WHERE key LIKE 'draft:%' ORDER BY run_at"


@pytest.fixture
def ada(db: Database) -> Author:
    person, account = db.write_now(cast.both, "ada")
    return Author(account.id, person.id)


def keep(db: Database, author: Author, text: str = "Rye from six.", *, now: int, **more) -> int:
    id: int = db.write_now(actions.keep, author, Content(text, **more), id=new_id(), now=now)
    return id


def draft(db: Database, id: int) -> Draft:
    found = db.read_now(queries.draft, id)
    assert found is not None
    return found


def plan(db: Database, author: Author, id: int, at: int, now: int, **more) -> None:
    db.write_now(actions.schedule, author, id, at, terms=TERMS, now=now, **more)


def due(db: Database, id: int, now: int) -> None:
    db.write_now(actions.publish_due, id, TERMS, GRACE, id=new_id(), now=now)


def waiting(db: Database, now: int) -> list[Claimed]:
    return [
        job
        for job in db.write_now(jobs.claim, "desk", n=50, claim=1, now=now, lease=1)
        if job.kind == "PublishDraft"
    ]


def planned_jobs(db: Database) -> list[Waiting]:
    return db.read_now(lambda tx: tx.all(Waiting, JOBS))


def timeline(db: Database, author: Author) -> list[int]:
    return db.read_now(timelines.home, author.account_id)


def test_keep_and_change_with_two_people(db: Database, ada: Author, now: int) -> None:
    id = db.write_now(actions.keep, ada, Content("", go_links=True), id=7, now=now, key="once")
    assert db.write_now(actions.keep, ada, Content("again"), id=8, now=now, key="once") == id == 7
    first = draft(db, id)
    assert (first.stage, first.version, first.text, first.go_links) == ("draft", 1, "", True)

    poll = NewPoll(("Rye", "Wheat"), HOUR)
    mine = Content("Rye", visibility="quiet", warning="bread", language="de", poll=poll)
    db.write_now(actions.change, ada, id, mine, version=1, now=now + 1, terms=TERMS)
    with pytest.raises(Conflict, match="Somebody else changed this draft"):
        db.write_now(actions.change, ada, id, Content("Wheat"), version=1, now=now + 2, terms=TERMS)
    after = draft(db, id)
    assert (after.text, after.version, after.updated_at) == ("Rye", 2, now + 1)
    assert actions.content_of(after) == mine

    with pytest.raises(Invalid, match="Visibility"):
        db.write_now(actions.change, ada, id, Content("x", "nobody"), version=2, now=now, terms=TERMS)
    with pytest.raises(NotFound):
        db.write_now(actions.change, ada, 404, mine, version=None, now=now, terms=TERMS)
    stranger = db.write_now(cast.both, "bob")
    other = Author(stranger[1].id, stranger[0].id)
    for act in (actions.unschedule, actions.discard):
        with pytest.raises(NotFound):
            db.write_now(act, other, id, now=now)
    for role, refused in (("reader", "draft"), ("answerer", "draft")):
        with pytest.raises(NotAllowed, match=refused):
            keep(db, changed(ada, role=role), now=now)
    writer = changed(ada, role="writer")
    with pytest.raises(NotAllowed, match="post"):
        plan(db, writer, id, now + HOUR, now)
    plan(db, ada, id, now + HOUR, now)
    with pytest.raises(NotAllowed, match="post"):  # what is set to go out is changed by those who may post
        db.write_now(actions.change, writer, id, mine, version=None, now=now, terms=TERMS)


def test_an_idea_that_is_changed_is_a_draft(db: Database, ada: Author, now: int) -> None:
    id = db.write_now(actions.keep, ada, Content("A thought"), id=new_id(), now=now, stage="idea")
    assert [d.stage for d in db.read_now(queries.drafts, ada.account_id, ("idea",))] == ["idea"]
    db.write_now(actions.change, ada, id, Content("A better one"), version=None, now=now, terms=TERMS)
    assert draft(db, id).stage == "draft"


def test_planned_and_sent_exactly_once(db: Database, ada: Author, now: int) -> None:
    id = keep(db, ada, "Rye from six: bakery.example", now=now)
    with pytest.raises(Invalid, match="in the past"):
        plan(db, ada, id, now, now)
    with pytest.raises(Invalid, match="more than a year"):
        plan(db, ada, id, now + 367 * DAY, now)
    with pytest.raises(Conflict):
        plan(db, ada, id, now + HOUR, now, version=9)
    empty = keep(db, ada, "", now=now)
    with pytest.raises(Invalid) as wrong:
        plan(db, ada, empty, now + HOUR, now)
    assert wrong.value.field == "text"

    at = now + HOUR
    plan(db, ada, id, at, now, version=1)
    plan(db, ada, id, at + HOUR, now)  # moved: one job, at the new time
    assert db.read_now(queries.taken, ada.account_id, now) == [at + HOUR]
    assert [d.id for d in db.read_now(queries.planned, ada.account_id, now, at + DAY)] == [id]
    assert db.read_now(jobs.next_due, "desk") == at + HOUR

    due(db, id, at)  # a job of the old time that was on its way already
    assert draft(db, id).stage == "set"
    assert timeline(db, ada) == []
    for _ in range(3):  # killed after the commit: the job comes again
        due(db, id, at + HOUR)
    sent = draft(db, id)
    assert sent.stage == "sent"
    assert timeline(db, ada) == [sent.post_id]
    post = db.read_now(posts.post, sent.post_id)
    assert (post.person_id, post.created_at) == (ada.person_id, at + HOUR)

    for act in (actions.unschedule, actions.discard):
        with pytest.raises(Conflict, match="published already"):
            db.write_now(act, ada, id, now=now)
    with pytest.raises(Conflict, match="published already"):
        db.write_now(actions.change, ada, id, Content("late"), version=None, now=now, terms=TERMS)
    with pytest.raises(Conflict, match="published already"):
        plan(db, ada, id, at + DAY, now)
    for _ in range(2):
        assert db.write_now(actions.publish_now, ada, id, TERMS, id=new_id(), now=now) == sent.post_id
    assert timeline(db, ada) == [sent.post_id]


def test_taken_back_sent_by_hand_and_thrown_away(db: Database, ada: Author, now: int) -> None:
    back, hand, gone = (keep(db, ada, text, now=now) for text in ("one", "two", "three"))
    for id in (back, hand, gone):
        plan(db, ada, id, now + HOUR, now)
    db.write_now(actions.unschedule, ada, back, now=now)
    post_id = db.write_now(actions.publish_now, ada, hand, TERMS, id=new_id(), now=now + 1)
    db.write_now(actions.discard, ada, gone, now=now)
    assert waiting(db, now + DAY) == []
    for id in (back, hand, gone):
        due(db, id, now + HOUR)  # nothing is left to do
    assert timeline(db, ada) == [post_id]
    assert (draft(db, back).stage, draft(db, back).due_at) == ("draft", None)
    assert db.read_now(queries.draft, gone) is None


def test_missed_is_asked_and_never_a_surprise(db: Database, ada: Author, now: int) -> None:
    def second(tx: Tx) -> Author:
        eve = cast.person(tx, "eve")
        people.join(tx, eve.id, ada.account_id, "editor", now)
        return Author(ada.account_id, eve.id, "editor")

    eve = db.write_now(second)
    at = now + HOUR
    late, just, left, locked, shrunk = (keep(db, ada, f"post {n}", now=now) for n in range(5))
    for id in (late, just, shrunk):
        plan(db, ada, id, at, now)
    for id in (left, locked):
        plan(db, eve, id, at, now)

    due(db, just, at + GRACE * MINUTE)
    assert draft(db, just).stage == "sent"
    due(db, late, at + GRACE * MINUTE + 1)
    assert draft(db, late).stage == "missed"
    assert "15 minutes late" in draft(db, late).problem

    db.write_now(people.disable_person, eve.person_id, now)
    due(db, locked, at)
    db.write_now(people.leave, eve.person_id, ada.account_id)
    due(db, left, at)
    assert [draft(db, id).stage for id in (left, locked)] == ["missed", "missed"]
    assert "may no longer post" in draft(db, left).problem

    with pytest.raises(Invalid):  # longer than this server allows since: the errand turns it into "missed"
        db.write_now(
            actions.publish_due, shrunk, changed(TERMS, max_characters=3), GRACE, id=new_id(), now=at
        )
    assert draft(db, shrunk).stage == "set"
    db.write_now(actions.miss, shrunk, "Text is too long", at)
    assert (draft(db, shrunk).stage, draft(db, shrunk).problem) == ("missed", "Text is too long")
    assert len(timeline(db, ada)) == 1

    plan(db, ada, late, at + DAY, at + HOUR)  # a person says: yes, then
    assert (draft(db, late).stage, draft(db, late).problem) == ("set", "")
    due(db, late, at + DAY)
    assert draft(db, late).stage == "sent"


def test_what_lost_its_job_is_missed_too(db: Database, ada: Author, now: int) -> None:
    lost, sent, later = (keep(db, ada, f"post {n}", now=now) for n in range(3))
    at = now + HOUR
    for id, when in ((lost, at), (sent, at), (later, at + DAY)):
        plan(db, ada, id, when, now)
    due(db, sent, at)
    for too_early in (at, at + GRACE * MINUTE + MINUTE):
        assert db.write_now(actions.miss_overdue, too_early, grace_minutes=GRACE) == 0
    for found in (1, 0):
        assert (
            db.write_now(actions.miss_overdue, at + GRACE * MINUTE + MINUTE + 1, grace_minutes=GRACE) == found
        )
    assert [draft(db, id).stage for id in (lost, sent, later)] == ["missed", "sent", "set"]
    assert "went wrong here" in draft(db, lost).problem
    assert [(job.kind, job.run_at) for job in planned_jobs(db)] == [
        ("PublishDraft", at),
        ("PublishDraft", at + DAY),
    ]


def test_the_errand_says_why_it_could_not(db: Database, ada: Author) -> None:
    now = now_ms()
    question = keep(db, ada, "A question", now=now)
    post_id = db.write_now(actions.publish_now, ada, question, TERMS, id=new_id(), now=now)
    id = keep(db, ada, "An answer", now=now, reply_to_id=post_id)
    plan(db, ada, id, now + 2 * MINUTE, now)
    db.write_now(published.delete, ada, post_id, now)
    db.write_now(lambda tx: tx.run("UPDATE draft SET due_at = :at WHERE id = :id", at=now, id=id))
    for _ in range(2):
        asyncio.run(errands.publish(db, TERMS, GRACE, PublishDraft(id)))
    assert draft(db, id).stage == "missed"
    assert draft(db, id).problem
    assert timeline(db, ada) == []


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"reply_to_id": 404}, NotFound),
        ({"poll": NewPoll(("one",), HOUR)}, Invalid),
        ({"poll": NewPoll(("one", "one"), HOUR)}, Invalid),
        ({"poll": NewPoll(("one", "two"), 1)}, Invalid),
    ],
)
def test_what_could_never_go_out_is_not_planned(db: Database, ada: Author, now: int, more, error) -> None:
    id = keep(db, ada, now=now, **more)
    with pytest.raises(error):
        plan(db, ada, id, now + HOUR, now)
    assert draft(db, id).stage == "draft"
    assert waiting(db, now + DAY) == []


def test_pictures_wait_with_their_draft(db: Database, ada: Author, now: int) -> None:
    def pictures(tx: Tx) -> list[int]:
        made = []
        for n in range(3):
            name = f"{n:032x}"
            file = Picture(
                "image/png", 40, 30, 123, f"{name}.png", f"{name}-small.webp", 40, 30, "LEHV6nWB2yk8"
            )
            made.append(
                media.add(tx, file, id=new_id(), account_id=ada.account_id, person_id=None, now=now).id
            )
        return made

    def loose(tx: Tx) -> list[int]:
        return sorted(row.id for row in media_queries.loose(tx, now + DAY, 10))

    one, two, three = db.write_now(pictures)
    with pytest.raises(Invalid):
        keep(db, ada, "not mine", now=now, media_ids=(404,))
    id = keep(db, ada, "", now=now, media_ids=(one, two))
    assert db.read_now(loose) == [three]
    swapped = Content("", media_ids=(two, three))
    db.write_now(actions.change, ada, id, swapped, version=1, now=now, terms=TERMS)
    assert db.read_now(loose) == [one]
    plan(db, ada, id, now + HOUR, now)  # a picture says enough
    due(db, id, now + HOUR)
    assert [m.id for m in db.read_now(media_queries.of_post, draft(db, id).post_id)] == [two, three]
    other = keep(db, ada, "", now=now, media_ids=(one,))
    db.write_now(actions.discard, ada, other, now=now)
    assert db.read_now(loose) == [one]


class Calendar(RuleBasedStateMachine):
    """Whatever people do to drafts in whatever order, and however often a job comes: every draft
    that was ever sent is one post, and a planned one has exactly one job at its time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.db = fresh.database(Path(self.folder.name))
        person, account = self.db.write_now(cast.both, "ada")
        self.ada = Author(account.id, person.id)
        self.now = 1_793_000_000_000
        self.ids: list[int] = []
        self.gone: set[int] = set()

    @rule(text=st.sampled_from(["", "Rye", "Wheat", "x" * 141]))
    def write(self, text: str) -> None:
        self.ids.append(keep(self.db, self.ada, text, now=self.now))

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), what=st.sampled_from(["plan", "change", "back", "now", "discard", "job", "job"]))
    def act(self, data: st.DataObject, what: str) -> None:
        id = data.draw(st.sampled_from(self.ids))
        try:
            if what == "plan":
                plan(self.db, self.ada, id, self.now + data.draw(st.integers(1, 50)) * MINUTE, self.now)
            elif what == "change":
                new = Content(data.draw(st.sampled_from(["Rye", "Spelt", ""])))
                self.db.write_now(actions.change, self.ada, id, new, version=None, now=self.now, terms=TERMS)
            elif what == "back":
                self.db.write_now(actions.unschedule, self.ada, id, now=self.now)
            elif what == "now":
                self.db.write_now(actions.publish_now, self.ada, id, TERMS, id=new_id(), now=self.now)
            elif what == "discard":
                self.db.write_now(actions.discard, self.ada, id, now=self.now)
                self.gone.add(id)
            else:
                due(self.db, id, self.now)
        except (Invalid, Conflict, NotFound):
            pass

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @invariant()
    def one_post_each(self) -> None:
        drafts = {id: self.db.read_now(queries.draft, id) for id in self.ids}
        assert {id for id, found in drafts.items() if found is None} == self.gone
        sent = [found.post_id for found in drafts.values() if found and found.stage == "sent"]
        assert sorted(sent) == sorted(timeline(self.db, self.ada))

        def plans(tx: Tx) -> list[tuple[str, int]]:
            return [
                (str(key), at)
                for key in tx.all(str, "SELECT key FROM job WHERE kind = 'PublishDraft' ORDER BY key")
                for at in tx.all(int, "SELECT run_at FROM job WHERE key = :key", key=key)
            ]

        set_ = sorted((f"draft:{d.id}", d.due_at) for d in drafts.values() if d and d.stage == "set")
        assert [plan for plan in self.db.read_now(plans) if plan in set_] == set_

    def teardown(self) -> None:
        self.db.close()
        self.folder.cleanup()


Calendar.TestCase.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestCalendar = Calendar.TestCase


def test_there_is_an_end_of_open_drafts(
    db: Database, ada: Author, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_OPEN", 2)
    keep(db, ada, now=now)
    keep(db, ada, now=now)
    with pytest.raises(Invalid, match="2 open drafts"):
        keep(db, ada, now=now)
