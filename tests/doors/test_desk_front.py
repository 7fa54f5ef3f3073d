"""Who waits for an answer, on a page of its own, and the ten steps of the first fortnight."""

import re
from collections.abc import Iterator

import pytest

from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.firm import first_steps
from linnet.desk.firm import queries as firms
from linnet.desk.firm.first_steps import Done
from linnet.kernel.clock import DAY, HOUR, now_ms
from linnet.kernel.value import changed
from linnet.social.people import queries as people
from linnet.social.people.rules import Account
from tests import desk
from tests.doors.browser import Browser, Site, site
from tests.doors.test_desk_news import bakery, plain


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("front")) as made:
        made.set_up()
        yield made


@pytest.fixture
def jana(here: Site) -> Browser:
    return here.logged_in("jana@bakery.example")


def asking(here: Site, handle: str, hours_ago: int, n: int = 1) -> list[int]:
    """Posts of somebody that name the bakery."""
    guest, to = here.someone(handle), bakery(here)

    def act(tx: Tx) -> list[int]:
        at = now_ms() - hours_ago * HOUR
        return [desk.post(tx, guest.id, at + k, mentions=(to.id,)) for k in range(n)]

    return here.db.write_now(act)


def test_nobody_waits(jana: Browser) -> None:
    said = plain(jana.get("/answers").text)
    assert "Nobody waits for an answer" in said
    assert 'href="/notifications?only=talk"' in jana.page.text


def test_who_waits_longest_stands_first_and_goes_when_answered(here: Site, jana: Browser) -> None:
    late, early = asking(here, "late", 2), asking(here, "early", 50)
    asking(here, "long_ago", 31 * 24)
    jana.get("/answers")
    assert "2 people wait for an answer" in plain(jana.page.text)
    assert re.findall(r'id="p(\d+)"', jana.page.text) == [str(early[0]), str(late[0])]
    jana.get(f"/compose?to={early[0]}")
    jana.submit("/posts", text="@early Two are put aside.")
    jana.get("/answers")
    assert "1 person waits for an answer" in plain(jana.page.text)
    assert re.findall(r'id="p(\d+)"', jana.page.text) == [str(late[0])]


def test_twenty_at_a_time(here: Site, jana: Browser) -> None:
    asked = [str(id) for id in asking(here, "keen", 5, n=23)]
    jana.get("/answers")
    shown = re.findall(r'id="p(\d+)"', jana.page.text)
    assert 'href="/answers?skip=20"' in jana.page.text
    jana.get("/answers?skip=20")
    assert shown + re.findall(r'id="p(\d+)"', jana.page.text) == asked
    assert "That is everybody" in plain(jana.page.text)


def test_the_first_fortnight_stands_beside_home_until_it_is_over(
    here: Site, jana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "0 of 10 done" in plain(jana.get("/").text)
    jana.submit("/posts", text="Rye is back")
    assert "1 of 10 done" in plain(jana.get("/").text)
    here.someone("tom")
    assert "of 10 done" not in plain(here.logged_in("tom@example.org").get("/").text)
    assert "of 10 done" not in plain(here.browser().get("/").text)
    monkeypatch.setattr(first_steps, "FORTNIGHT", 0)
    assert "of 10 done" not in plain(jana.get("/").text)


def test_a_step_ticks_itself_off_when_its_effect_is_there(here: Site) -> None:
    account = bakery(here)

    def done(tx: Tx) -> Done:
        person = people.person_by_email(tx, "jana@bakery.example")
        assert person
        return first_steps.done(tx, account.id, person.id)

    def act(tx: Tx) -> None:
        person = people.person_by_email(tx, "jana@bakery.example")
        assert person
        now = now_ms()
        guest = here_guest(tx)
        asked = desk.post(tx, guest.id, now - HOUR, mentions=(account.id,))
        desk.post(tx, account.id, now, to=(asked, guest.id), root=asked)
        effort.measure(tx, person.id, on=True, now=now)

    def here_guest(tx: Tx) -> Account:
        found = people.by_handle(tx, "guest")
        assert found
        return found

    here.someone("guest")
    assert here.db.read_now(done) == Done(0, False, False, False, False, False, False)
    here.db.write_now(act)
    assert here.db.read_now(done) == Done(0, False, False, True, False, False, True)


def test_ten_steps_and_when_each_is_done(here: Site) -> None:
    account, nothing = bakery(here), Done(0, False, False, False, False, False, False)
    assert [step.done for step in first_steps.steps(account, nothing)] == [False] * 10
    busy = changed(account, posts_count=1, bio="Bread", avatar_id=1, following_count=5)
    assert [step.done for step in first_steps.steps(busy, Done(3, True, True, True, True, True, True))] == [
        True
    ] * 10
    nearly = first_steps.steps(changed(busy, following_count=4), Done(2, True, True, True, True, True, True))
    assert [step.path for step in nearly if not step.done] == ["/search", "/sources"]
    firm = here.db.read_now(firms.must_firm)
    assert first_steps.is_fresh(firm, firm.created_at + 14 * DAY - 1)
    assert not first_steps.is_fresh(firm, firm.created_at + 14 * DAY)


def test_who_counts_first_begins_with_the_counter(here: Site) -> None:
    account, nothing = bakery(here), Done(0, False, False, False, False, False, False)
    first, *_, last = first_steps.steps(account, nothing, waits=True)
    assert (first.path, last.path) == ("/links/snippet", "/sales")
    assert "Write the first update" not in {
        step.words for step in first_steps.steps(account, nothing, waits=True)
    }
    had = changed(nothing, kept=True)
    kept = [step for step in first_steps.steps(account, had, waits=True) if step.done]
    assert [step.words for step in kept] == ["Keep a first update for the start"]
    assert len(first_steps.steps(account, had, waits=True)) == 10
    assert first_steps.steps(account, had)[0].words == "Write the first update"
