"""The first public post where our pages would publish it: kept for the start, or today; without a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from linnet.db.tx import Tx
from linnet.desk.drafts import queries as drafts
from linnet.desk.start import actions, queries
from linnet.kernel.clock import DAY, now_ms, zone
from linnet.kernel.days import date_words, day_of, next_day
from linnet.kernel.ids import new_id
from linnet.site.desk_times import day_words
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people.rules import Account
from tests import cast, desk
from tests.doors.browser import HASH, Browser, Site, site

pytestmark = pytest.mark.wide

ZONE = zone("Europe/Berlin")


class Asked:
    """A firm that counts first, and Jana, who owns it."""

    def __init__(self, made: Site) -> None:
        self.site = made
        self.account: Account = made.set_up()
        self.person = made.db.read_now(people_queries.person_by_email, "jana@bakery.example")
        made.db.write_now(actions.choose, self.person.id, "count", now_ms())
        self.jana: Browser = made.logged_in("jana@bakery.example")

    def counts(self, days: int) -> None:
        def visits(tx: Tx) -> None:
            for day in range(1, days + 2):
                tx.run(desk.VISIT, id=new_id(), code="", at=now_ms() - day * DAY, kind="probable")

        self.site.db.write_now(visits)

    def start(self):
        return self.site.db.read_now(queries.start, self.account.id)

    def drafts(self, *stages: str):
        return self.site.db.read_now(drafts.drafts, self.account.id, stages or ("draft", "set", "sent"))

    def posts(self) -> int:
        return self.site.db.read_now(people_queries.must_account, self.account.id).posts_count

    def day(self, days: int) -> str:
        return next_day(day_of(now_ms(), ZONE), days)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    with site(tmp_path) as made:
        yield Asked(made)


def text(browser: Browser) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", browser.page.text).split())


def test_without_a_counter_it_is_told_and_one_press_starts_today(asked: Asked):
    jana = asked.jana
    jana.get("/")
    assert "No visit was counted yet" in text(jana)
    assert 'href="/links/snippet"' in jana.page.text
    values = {button.get("value") for button in jana.form("/posts").buttons if button.get("name") == "start"}
    assert values == {"keep", "today"}
    assert jana.submit("/posts", text="Rye is out", start="today").url == "/"
    assert asked.posts() == 1
    start = asked.start()
    assert (start.waived_by, start.waived_days, start.begun_how) == (asked.person.id, 0, "page")
    jana.get("/compose")
    assert "Your first post" not in text(jana)  # nobody is asked twice
    jana.get("/statement")
    assert f"Posting began on {date_words(asked.day(0))} with 0 days of visits counted before it" in text(
        jana
    )
    assert f"waived on {date_words(asked.day(0))} by Jana" in text(jana)


def test_it_is_kept_for_the_start_in_a_free_slot(asked: Asked):
    asked.counts(9)
    jana = asked.jana
    jana.get("/compose")
    day = asked.day(19)
    assert "9 days of visits are counted" in text(jana)
    jana.submit("/posts", text="Stollen", start="keep")
    jana.get("/compose")
    jana.submit("/posts", text="And rye", start="keep")
    assert "Kept for the start" in text(jana)
    first, second = sorted(asked.drafts("set"), key=lambda draft: draft.due_at)
    assert (first.text, second.text) == ("Stollen", "And rye")
    assert day_of(first.due_at, ZONE) >= day
    assert first.due_at < second.due_at
    assert asked.posts() == 0
    assert asked.start().waived_at is None
    jana.get("/plan")
    assert f"You begin to post on {day_words(day)}" in text(jana)


def test_without_a_day_it_is_kept_as_a_draft(asked: Asked):
    asked.jana.get("/compose")
    asked.jana.submit("/posts", text="Stollen", start="keep")
    assert "the start has no day" in text(asked.jana)
    assert [draft.text for draft in asked.drafts("draft")] == ["Stollen"]


def test_what_does_not_say_is_asked_and_nothing_typed_is_lost(asked: Asked):
    asked.counts(3)
    jana = asked.jana
    jana.get("/compose")
    reply = jana.submit("/posts", text="Rye is out")
    assert reply.status == 409
    assert "It is your first public post" in text(jana)
    assert "Rye is out" in reply.text
    assert asked.posts() == 0
    jana.submit("/posts", start="today")
    assert asked.posts() == 1
    assert asked.start().waived_days == 3


def test_followers_only_is_no_first_post(asked: Asked):
    asked.jana.get("/compose")
    asked.jana.submit("/posts", text="For you only", visibility="followers", start="today")
    assert asked.posts() == 1
    assert asked.start().waived_at is None
    assert asked.start().begun_at is None


def test_answers_to_people_who_wrote_are_free_and_others_are_asked(asked: Asked):
    guest = asked.site.db.write_now(lambda tx: cast.account(tx, "guest"))
    wrote = asked.site.db.write_now(desk.post, guest.id, now_ms() - DAY, mentions=(asked.account.id,))
    other = asked.site.db.write_now(desk.post, guest.id, now_ms() - DAY)
    jana = asked.jana
    jana.get(f"/compose?to={wrote}")
    assert "Your first post" not in text(jana)
    jana.submit("/posts", text="@guest Until six")
    assert asked.posts() == 1
    assert asked.start().begun_at is None
    jana.get(f"/compose?to={other}")
    assert jana.submit("/posts", text="@guest We bake that").status == 409
    jana.submit("/posts", start="today")
    assert asked.posts() == 2
    assert asked.start().begun_at is not None


def test_an_editor_keeps_and_does_not_waive(asked: Asked):
    def editor(tx: Tx) -> None:
        mila = cast.person(tx, "mila", password_hash=HASH)
        people.join(tx, mila.id, asked.account.id, "editor", now_ms())

    asked.site.db.write_now(editor)
    mila = asked.site.logged_in("mila@example.org")
    mila.get("/compose")
    assert "An owner of the firm can start sooner" in text(mila)
    assert mila.submit("/posts", text="Rye", start="today").status == 403
    assert asked.posts() == 0
    mila.get("/plan/start")
    assert "/plan/start/today" not in mila.page.text
    assert mila.post("/plan/start/today", {"form_key": mila.key() if mila.forms() else ""}).status == 403


def test_a_draft_waits_for_the_start_too(asked: Asked):
    asked.counts(9)
    jana = asked.jana
    jana.get("/plan/new")
    assert "Your first post waits for" in text(jana)
    reply = jana.submit("/plan/new", text="Rye", do="schedule", date=asked.day(2), time="10:00")
    assert reply.status == 422
    assert "is before your start" in text(jana)
    assert jana.submit("/plan/new", do="now").status == 409
    jana.submit("/plan/new", do="schedule", date=asked.day(19), time="10:00")
    jana.get("/plan/new")
    jana.submit("/plan/new", text="Wheat", do="slot")
    assert [day_of(d.due_at, ZONE) >= asked.day(19) for d in asked.drafts("set")] == [True, True]
    jana.get("/plan/new")
    jana.submit("/plan/new", text="Spelt", do="today")
    assert asked.posts() == 1
    assert asked.start().waived_days == 9


def test_the_day_can_be_changed_and_what_is_set_moves_along(asked: Asked):
    asked.counts(9)
    jana = asked.jana
    jana.get("/compose")
    jana.submit("/posts", text="Stollen", start="keep")
    before = asked.drafts("set")[0].due_at
    jana.get("/plan/start")
    assert "1 post that is set moves along" in text(jana)
    assert jana.submit("/plan/start", day=asked.day(0)).status == 422
    jana.submit("/plan/start", day=asked.day(26))
    assert f"You begin on {day_words(asked.day(26))}. 1 post moved along." in text(jana)
    assert day_of(asked.drafts("set")[0].due_at, ZONE) == next_day(day_of(before, ZONE), 7)
    assert asked.start().waived_at is None
    jana.submit("/plan/start", day=asked.day(3))
    assert asked.start().waived_days == 9
    jana.get("/plan/start")
    jana.submit("/plan/start/today")
    jana.get("/plan/start")
    assert "You may post. 28 days of counting were waived" in text(jana)


def test_a_firm_that_nobody_asked_is_never_asked(tmp_path: Path):
    with site(tmp_path) as made:
        made.set_up()
        jana = made.logged_in("jana@bakery.example")
        jana.get("/compose")
        assert "Your first post" not in text(jana)
        jana.submit("/posts", text="Rye")
        assert "Posted." in text(jana)
        jana.get("/plan/start")
        assert "Nothing holds your posts back" in text(jana)
