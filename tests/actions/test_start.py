"""The start: asked, waived, moved, and the first public post noted, on both engines."""

import pytest

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts import queries as draft_queries
from linnet.desk.drafts.rules import Content
from linnet.desk.firm import actions as firms
from linnet.desk.firm import queries as firm_queries
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.desk.publishing import actions as publishing
from linnet.desk.start import actions, queries
from linnet.desk.statement import report
from linnet.desk.trial import history
from linnet.kernel.clock import DAY, HOUR, moment, zone
from linnet.kernel.days import day_of, day_start, next_day, week_of
from linnet.kernel.errors import Conflict, Invalid
from linnet.kernel.ids import new_id
from linnet.social.posts.rules import Author, NewPost, Terms
from tests import cast, desk
from tests.races import race

pytestmark = pytest.mark.wide

ZONE = zone("Europe/Berlin")
TERMS = Terms("https://linnet.example", 140)
NEW = NewFirm("Corner Bakery", "bakery", ("bakery.example",), "Europe/Berlin", "EUR", "40")


class Firm:
    """A firm that was asked at its set-up."""

    def __init__(self, db: Database, now: int, choice: str = "count") -> None:
        self.db, self.now = db, now
        first = FirstPerson("Jana", "jana@bakery.example", cast.HASH)
        made = db.write_now(firms.set_up, NEW, first, token=None, now=now)
        db.write_now(actions.choose, made.person.id, choice, now)
        self.jana = Author(made.account.id, made.person.id)

    def counts(self, days: int) -> None:
        """Visits on so many whole days, and on the day before them."""

        def visits(tx: Tx) -> None:
            for day in range(1, days + 2):
                tx.run(desk.VISIT, id=new_id(), code="", at=self.now - day * DAY, kind="probable")

        self.db.write_now(visits)

    def hold(self, now: int = 0):
        return self.db.read_now(lambda tx: actions.hold(tx, firm_queries.must_firm(tx), now or self.now))

    def row(self):
        return self.db.read_now(queries.start, self.jana.account_id)

    def post(self, text: str = "Rye", author: Author | None = None, **more) -> int:
        new = NewPost(text, **more)
        return self.db.write_now(
            publishing.publish, author or self.jana, new, TERMS, id=new_id(), now=self.now
        )

    def day(self, days: int) -> str:
        return next_day(day_of(self.now, ZONE), days)

    def said(self) -> str:
        week = week_of(day_of(self.now, ZONE), ZONE)
        found = self.db.read_now(report.statement, week, self.now)
        return next((one.words for one in found.not_known if one.key == "first_post"), "")


@pytest.fixture
def asked(db, now):
    return Firm(db, now)


def test_counting_first_holds_the_first_post_until_the_baseline_is_whole(asked):
    assert asked.hold().day == ""
    asked.counts(9)
    hold = asked.hold()
    assert (hold.day, hold.days) == (asked.day(19), 9)
    assert asked.said() == ""  # nothing was waived, nothing begun


def test_days_are_counted_as_a_trial_counts_them(asked):
    def visits(tx: Tx) -> None:
        # none on the third and fifth day; on the second only a machine, on the seventh only the firm's own people
        for day, kind in (
            (1, "probable"),
            (2, "preview"),
            (4, "unsure"),
            (6, "confirmed"),
            (7, "staff"),
            (200, "probable"),
        ):
            tx.run(desk.VISIT, id=new_id(), code="", at=asked.now - day * DAY, kind=kind)

    asked.db.write_now(visits)

    def both(tx: Tx) -> tuple[int, int]:
        firm = firm_queries.must_firm(tx)
        return actions.days(tx, firm, asked.now), history.basis(tx, firm, 100, asked.now).baseline_days

    assert asked.db.read_now(both) == (4, 4)


def test_the_whole_baseline_holds_nothing_back_and_says_nothing(asked):
    asked.counts(28)
    assert asked.hold() is None
    asked.post()
    assert asked.row().begun_days == 28
    assert asked.said() == ""


def test_today_is_a_waiver_with_who_when_and_how_many_days(db, now):
    firm = Firm(db, now, "today")
    assert firm.hold() is None
    row = firm.row()
    assert (row.waived_by, row.waived_at, row.waived_days) == (firm.jana.person_id, now, 0)
    assert "waived on " in firm.said()
    assert "by Jana" in firm.said()
    firm.post()
    assert (firm.row().begun_how, firm.row().begun_days) == ("page", 0)
    with pytest.raises(Conflict):
        db.write_now(lambda tx: actions.waive(tx, firm_queries.must_firm(tx), 1, now=now))


def test_an_unknown_choice_is_refused(db, now):
    with pytest.raises(Invalid):
        Firm(db, now, "later")


def test_what_is_not_public_or_answers_somebody_is_no_first_post(asked):
    guest = asked.db.write_now(lambda tx: cast.account(tx, "guest"))
    asked_us = asked.db.write_now(desk.post, guest.id, asked.now - HOUR, mentions=(asked.jana.account_id,))
    asked.post("Only followers", visibility="followers")
    asked.post("Until six", reply_to_id=asked_us)
    assert asked.row().begun_at is None
    asked.post("Rye is out", visibility="quiet")
    assert asked.row().begun_at == asked.now


def test_of_two_at_once_one_is_the_first(asked):
    def post(text: str, at: int):
        return lambda tx: publishing.publish(tx, asked.jana, NewPost(text), TERMS, id=new_id(), now=at)

    first, second = race(asked.db, post("Rye", asked.now), post("Wheat", asked.now + 5))
    assert first != second
    assert asked.row().begun_at == asked.now


def test_an_app_is_not_held_back_and_noted_as_one(asked):
    asked.counts(3)
    asked.post(author=Author(asked.jana.account_id, asked.jana.person_id, app_id=7))
    assert (asked.row().begun_how, asked.row().begun_days) == ("app", 3)
    assert "started from an app" in asked.said()
    assert "3 days of visits" in asked.said()
    assert asked.hold() is None


def test_another_account_of_the_server_is_not_the_firm(asked):
    person, account = asked.db.write_now(cast.both, "mila")
    asked.post(author=Author(account.id, person.id))
    assert asked.row().begun_at is None


def test_sooner_is_a_waiver_and_later_takes_it_back(asked):
    asked.counts(9)

    def move(day: str):
        return asked.db.write_now(
            lambda tx: actions.move(tx, firm_queries.must_firm(tx), asked.jana.person_id, day, now=asked.now)
        )

    assert move(asked.day(5)) == (asked.day(19), asked.day(5))
    assert asked.row().waived_days == 9
    assert asked.hold().day == asked.day(5)  # and until then it waits
    assert asked.hold(asked.now + 5 * DAY) is None
    move(asked.day(30))
    assert asked.row().waived_at is None
    assert asked.hold().day == asked.day(30)
    with pytest.raises(Invalid):
        move(asked.day(0))


def test_a_day_needs_a_counter(asked):
    with pytest.raises(Invalid, match="before a visit was counted"):
        asked.db.write_now(
            lambda tx: actions.move(tx, firm_queries.must_firm(tx), None, asked.day(30), now=asked.now)
        )


def planned(asked: Firm, at: int, app_id: int | None = None) -> int:
    who = Author(asked.jana.account_id, asked.jana.person_id, app_id=app_id)
    id = asked.db.write_now(drafts.keep, who, Content("Rye"), id=new_id(), now=asked.now)
    asked.db.write_now(drafts.schedule, who, id, at, terms=TERMS, now=asked.now)
    return id


def test_what_is_set_moves_along(asked):
    asked.counts(9)
    at = asked.now + 19 * DAY
    ours, app = planned(asked, at), planned(asked, at + HOUR, app_id=7)
    assert asked.db.write_now(drafts.move_all, asked.jana.account_id, 3, ZONE, asked.now) == 1
    assert asked.db.read_now(draft_queries.draft, ours).due_at == at + 3 * DAY
    assert asked.db.read_now(draft_queries.draft, app).due_at == at + HOUR


def test_what_is_set_keeps_its_time_of_day_when_the_clock_changes_on_the_way(asked):
    asked.counts(9)
    year = int(asked.day(0)[:4])
    changes = next(n for n in range(30, 400) if asked.day(n).startswith(f"{year + 1}-03-2"))
    at = day_start(asked.day(changes), ZONE) + 9 * HOUR  # a day in the last days of March, before the change
    id = planned(asked, at)
    asked.db.write_now(drafts.move_all, asked.jana.account_id, 14, ZONE, asked.now)
    moved = moment(asked.db.read_now(draft_queries.draft, id).due_at, ZONE)
    assert (moved.date().isoformat(), moved.hour, moved.minute) == (asked.day(changes + 14), 9, 0)


def test_an_answer_to_somebody_does_not_move_with_the_start(asked):
    asked.counts(9)
    guest = asked.db.write_now(lambda tx: cast.account(tx, "guest"))
    wrote = asked.db.write_now(desk.post, guest.id, asked.now - HOUR, mentions=(asked.jana.account_id,))
    who, at = asked.jana, asked.now + DAY
    id = asked.db.write_now(
        drafts.keep, who, Content("Until six", reply_to_id=wrote), id=new_id(), now=asked.now
    )
    asked.db.write_now(drafts.schedule, who, id, at, terms=TERMS, now=asked.now)
    for days in (9, -9):
        assert asked.db.write_now(drafts.move_all, who.account_id, days, ZONE, asked.now) == 0
    assert asked.db.read_now(draft_queries.draft, id).due_at == at


def test_a_planned_first_post_waits_once_more_when_days_were_lost(asked):
    asked.counts(9)
    at = asked.now + 19 * DAY
    id = planned(asked, at)
    # nothing was counted since: the days are missing, and its time has come
    asked.db.write_now(drafts.publish_due, id, TERMS, 15, id=new_id(), now=at)
    draft = asked.db.read_now(draft_queries.draft, id)
    assert draft.stage == "set"
    assert draft.due_at == at + 19 * DAY
    assert "not enough days" in draft.moved
    assert asked.row().begun_at is None


def test_what_an_app_planned_goes_out(asked):
    asked.counts(9)
    at = asked.now + 2 * DAY
    id = planned(asked, at, app_id=7)
    asked.db.write_now(drafts.publish_due, id, TERMS, 15, id=new_id(), now=at)
    assert asked.db.read_now(draft_queries.draft, id).stage == "sent"
    assert asked.row().begun_how == "app"
