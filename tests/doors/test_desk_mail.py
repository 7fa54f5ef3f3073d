"""The statement by mail: asked for, tried, ended; and said plainly where there is no mail server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from linnet.desk.mailing import queries
from linnet.social.people import queries as people
from tests.doors.browser import Browser, Reply, Site, site

JOBS = "SELECT body FROM job WHERE kind = 'MailStatement'"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("mail"), smtp="smtp://localhost:2525") as made:
        made.set_up()
        yield made


def press(browser: Browser, path: str, **fields: str) -> Reply:
    return browser.post(path, {"form_key": browser.key(), **fields})


def test_asked_for_tried_and_ended(here: Site) -> None:
    jana = here.logged_in("jana@bakery.example")
    jana.get("/statement")
    assert 'href="/statement/mail"' in jana.page.text
    jana.get("/statement/mail")
    assert "jana@bakery.example" in jana.page.text
    press(jana, "/statement/mail", wanted="on")
    person = here.db.read_now(people.person_by_email, "jana@bakery.example")
    assert person
    assert here.db.read_now(queries.subscriber, person.id)
    assert "The next one comes on Monday morning." in jana.page.text
    press(jana, "/statement/mail/now")
    assert "is on its way" in jana.page.text
    assert len(here.db.read_now(lambda tx: tx.all(str, JOBS))) == 1
    press(jana, "/statement/mail")
    assert here.db.read_now(queries.subscriber, person.id) is None
    assert here.db.read_now(lambda tx: tx.all(str, JOBS)) == []
    assert press(jana, "/statement/mail/now").status == 404


def test_without_a_mail_server_it_says_so(tmp_path: Path) -> None:
    with site(tmp_path) as made:
        made.set_up()
        jana = made.logged_in("jana@bakery.example")
        said = jana.get("/statement/mail").text
        assert "LINNET_SMTP" in said
        assert "docs/guide/mail.md" in said
        assert "0 visits by your links for 0.00 EUR" in said  # what would come
        assert "What is not known" in said
        assert press(jana, "/statement/mail", wanted="on").status == 409
