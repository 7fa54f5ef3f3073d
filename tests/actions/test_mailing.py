"""The statement of the week by mail, on both engines: who gets it, when, and once."""

import asyncio
import re
from html import unescape

import pytest
from msgspec.structs import replace

from linnet.desk.mailing import actions, letter, queries
from linnet.desk.mailing.actions import MailStatement
from linnet.desk.mailing.errands import mail_statement
from linnet.desk.mailing.rules import AT
from linnet.desk.statement import report
from linnet.jobs import rows as jobs
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.days import parse_period
from linnet.kernel.errors import Invalid, NotAllowed, NotFound, Upstream
from linnet.net.mail import Letter
from linnet.social.people import actions as people
from tests import cast
from tests.desk import BERLIN, found_firm, link, visit

WEEK = parse_period("2026-W43", BERLIN)  # ends with 25 hours
MORNING = WEEK.end + AT
URL = "https://bakery.example"


class Box:
    """A Mailer that keeps what it is given, or refuses."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        if self.error:
            raise self.error
        self.letters.append(letter)


@pytest.fixture
def ann(db):
    def made(tx):
        person, bakery = cast.both(tx, "bakery")
        found_firm(tx, bakery.id)
        return person, bakery

    return db.write_now(made)


JOBS = "SELECT body FROM job WHERE kind = 'MailStatement'"


def waiting(db) -> list[str]:
    return db.read_now(lambda tx: tx.all(str, JOBS))


def send(db, box: Box, person_id: int, week: str = WEEK.name) -> None:
    asyncio.run(mail_statement(db, box, URL, MailStatement(person_id, week)))


def test_the_first_one_comes_on_the_next_monday_morning_and_once(db, ann):
    person, _ = ann
    db.write_now(actions.ask, person.id, WEEK.start + DAY)
    for at in (WEEK.start + 2 * DAY, WEEK.end, MORNING - 1):
        db.write_now(actions.plan, at)
        assert waiting(db) == []
    db.write_now(actions.plan, MORNING)
    db.write_now(actions.plan, MORNING + 10 * MINUTE)
    assert len(waiting(db)) == 1
    box = Box()
    send(db, box, person.id)
    db.write_now(jobs.cancel, f"statement mail {person.id}")  # as a worker that is done with it
    for at in (MORNING + HOUR, MORNING + 6 * DAY):
        db.write_now(actions.plan, at)
        assert waiting(db) == []
    db.write_now(actions.plan, MORNING + 7 * DAY)
    assert len(waiting(db)) == 1
    assert [letter.to for letter in box.letters] == [person.email]


def test_what_stands_in_it_is_what_the_statement_says(db, ann):
    person, bakery = ann

    def week(tx):
        link(tx, "Ab3xK7q", bakery.id, WEEK.start)
        for n in range(4):
            visit(tx, WEEK.start + n * HOUR, "person", "Ab3xK7q")
        actions.ask(tx, person.id, WEEK.start)

    db.write_now(week)
    box = Box()
    send(db, box, person.id)
    [letter] = box.letters
    assert letter.subject == "Corner Bakery, 19 to 25 October 2026: 4 visits by your links for 0.00 EUR"
    assert letter.id == f"statement.2026-W43.{person.id}"
    assert "Visits, probable people (with the confirmed), by your links  4 (range 1.1 to 10.2)" in letter.text
    assert f"{URL}/statement?period=2026-W43" in letter.text
    assert f"{URL}/statement/mail" in letter.text
    assert "No time was recorded: not recorded is not nothing." in letter.text


def test_the_page_says_what_the_text_says_and_fetches_nothing(db, ann):
    person, bakery = ann

    def week(tx):
        link(tx, "Ab3xK7q", bakery.id, WEEK.start)
        visit(tx, WEEK.start, "person", "Ab3xK7q")
        actions.ask(tx, person.id, WEEK.start)

    db.write_now(week)
    box = Box()
    send(db, box, person.id)
    [sent] = box.letters
    words = unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", sent.html, flags=re.DOTALL))
    for line in sent.text.splitlines():
        for part in re.split(r" {2,}|: https|, (?=2026)| \(|\)$|^- ", line):
            if part and not part.startswith(("://", "You get", "The whole")):
                assert part in words
    assert f'href="{URL}/statement?period=2026-W43"' in sent.html
    assert (sent.by, sent.stop) == ("Corner Bakery", f"{URL}/statement/mail")
    assert not re.search(r"<img|<link|<script|url\(|@import", sent.html)


def test_a_firm_of_any_name_stays_text(db, ann):
    person, _ = ann
    db.write_now(actions.ask, person.id, WEEK.start)
    statement = db.read_now(report.statement, WEEK, WEEK.end)
    page = letter.html(replace(statement, firm="<b>Rye & Co</b>"), URL, f'{URL}/"x')
    assert "<b>" not in page
    assert "&lt;b&gt;Rye &amp; Co" in page
    assert "/&quot;x" in page


def test_sent_twice_it_is_one_letter(db, ann):
    person, _ = ann
    db.write_now(actions.ask, person.id, WEEK.start)
    box = Box()
    send(db, box, person.id)
    send(db, box, person.id)
    assert len({letter.id for letter in box.letters}) == 1


def test_who_ended_it_or_left_the_firm_gets_none(db, ann):
    person, bakery = ann
    tom = db.write_now(cast.person, "tom")
    db.write_now(people.join, tom.id, bakery.id, "reader", 1)
    for one in (person, tom):
        db.write_now(actions.ask, one.id, WEEK.start)
    db.write_now(actions.end, person.id)
    db.write_now(people.leave, tom.id, bakery.id)
    box = Box()
    send(db, box, person.id)
    send(db, box, tom.id)
    assert box.letters == []
    assert db.read_now(queries.subscribers) == []


def test_strangers_cannot_ask_for_it(db, ann):
    stranger, _ = db.write_now(cast.both, "stranger")
    with pytest.raises(NotAllowed):
        db.write_now(actions.ask, stranger.id, WEEK.start)
    with pytest.raises(NotFound):
        db.write_now(actions.send_now, stranger.id, WEEK.start)


def test_last_weeks_at_once(db, ann):
    person, _ = ann
    db.write_now(actions.ask, person.id, WEEK.end + DAY)
    assert db.write_now(actions.send_now, person.id, WEEK.end + DAY) == WEEK.name
    assert len(waiting(db)) == 1


def test_what_is_refused_for_good_is_shown_and_not_tried_again(db, ann):
    person, _ = ann
    db.write_now(actions.ask, person.id, WEEK.start)
    send(db, Box(Invalid("mail", "was refused by the mail server: 550 no")), person.id)
    found = db.read_now(queries.subscriber, person.id)
    assert "550 no" in found.problem
    db.write_now(actions.plan, MORNING + HOUR)
    assert waiting(db) == []
    send(db, Box(), person.id, "2026-W44")
    assert db.read_now(queries.subscriber, person.id).problem == ""


def test_what_is_busy_is_tried_again(db, ann):
    person, _ = ann
    db.write_now(actions.ask, person.id, WEEK.start)
    with pytest.raises(Upstream):
        send(db, Box(Upstream("The mail server is busy.")), person.id)
    found = db.read_now(queries.subscriber, person.id)
    assert found.sent_week < WEEK.name
    assert found.problem == "The mail server is busy. It is tried again by itself."
    send(db, Box(), person.id)
    assert db.read_now(queries.subscriber, person.id).problem == ""


def test_before_the_set_up_nothing_is_planned(db):
    db.write_now(actions.plan, MORNING)
    assert waiting(db) == []
