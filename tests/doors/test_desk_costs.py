"""Pages of time and cost: taps, timers, files, rates, tools, and what an owner may see of others."""

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.effort import prices, queries, written
from linnet.desk.effort.rules import Overhead, Rate
from linnet.kernel.clock import HOUR, MINUTE, SECOND, now_ms, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.ids import new_id
from linnet.social.people import queries as people
from linnet.social.people.actions import join
from tests import cast
from tests.actions.test_written import CALENDAR
from tests.doors.browser import Browser, Site, site

BERLIN = zone("Europe/Berlin")


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("costs")) as made:
        made.set_up()
        yield made


@pytest.fixture
def jana(here: Site) -> Browser:
    return here.logged_in("jana@bakery.example")


@pytest.fixture
def today() -> str:
    return day_of(now_ms(), BERLIN)


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ").split())


def who(here: Site, email: str = "jana@bakery.example") -> int:
    person = here.db.read_now(people.person_by_email, email)
    assert person
    return person.id


def account(here: Site) -> int:
    found = here.db.read_now(people.by_handle, "bakery")
    assert found
    return found.id


def entries(here: Site, person_id: int) -> list[tuple[str, int, str]]:
    found = here.db.read_now(queries.entries_of, person_id, "2020-01-01", "2199-01-01")
    return [(entry.channel, entry.minutes, entry.note) for entry in found]


def forget_all(here: Site, person_id: int) -> None:
    def act(tx):
        for entry in queries.entries_of(tx, person_id, "2020-01-01", "2199-01-01"):
            queries.drop_entry(tx, entry.id, person_id)
        queries.drop_timer(tx, person_id)

    here.db.write_now(act)


# -- taps and timers ------------------------------------------------------------------------------


def test_one_tap_is_five_minutes(here: Site, jana: Browser) -> None:
    forget_all(here, who(here))
    for total in (5, 10):
        jana.get("/time")
        jana.submit("/time/tap", channel="phone")
        assert f"Phone: {total} min today" in plain(jana.page.text)
    assert "Phone 10 min today" in plain(jana.page.text)
    assert entries(here, who(here)) == [("phone", 10, "")]
    jana.get("/time")
    assert jana.submit("/time/tap", channel="linnet").status == 422


def test_a_timer_runs_on_the_server(here: Site, jana: Browser) -> None:
    forget_all(here, who(here))
    jana.get("/time")
    jana.submit("/time/timer", channel="linkedin", note="<b>course</b>")
    assert "The timer runs" in plain(jana.page.text)
    assert "LinkedIn, <b>course</b> since" in plain(jana.page.text)
    here.db.write_now(_turn_back, who(here), 25 * MINUTE)
    jana.get("/time")
    assert "25 min." in plain(jana.page.text)
    jana.submit("/time/timer/stop")
    assert "LinkedIn: 25 min written down" in plain(jana.page.text)
    assert entries(here, who(here)) == [("linkedin", 25, "<b>course</b>")]
    jana.get("/time")
    jana.submit("/time/timer", channel="other", note="")
    assert jana.page.status == 422
    assert "Note must be 1 to 80" in plain(jana.page.text)
    jana.get("/time")
    jana.submit("/time/timer", channel="phone", note="")
    jana.submit("/time/timer/drop")
    assert "Thrown away" in plain(jana.page.text)
    assert len(entries(here, who(here))) == 1
    assert jana.post("/time/timer/stop", {"form_key": jana.key()}).status == 404


def _turn_back(tx, person_id: int, ms: int) -> None:
    timer = queries.timer(tx, person_id)
    assert timer
    queries.drop_timer(tx, person_id)
    queries.put_timer(
        tx, type(timer)(person_id, timer.account_id, timer.channel, timer.note, timer.started_at - ms)
    )


def test_a_timer_survives_a_restart(tmp_path: Path) -> None:
    with site(tmp_path) as one:
        one.set_up()
        browser = one.logged_in("jana@bakery.example")
        browser.get("/time")
        browser.submit("/time/timer", channel="forum", note="sourdough")
        one.db.write_now(_turn_back, who(one), 12 * MINUTE)
    with site(tmp_path) as again:
        browser = again.logged_in("jana@bakery.example")
        assert "Forum: your timer runs" in plain(browser.get("/desk").text)
        browser.get("/time")
        browser.submit("/time/timer/stop")
        assert entries(again, who(again)) == [("forum", 12, "sourdough")]


def test_a_forgotten_timer_asks(here: Site, jana: Browser) -> None:
    forget_all(here, who(here))
    jana.get("/time")
    jana.submit("/time/timer", channel="phone", note="")
    here.db.write_now(_turn_back, who(here), 20 * HOUR)
    jana.get("/time")
    assert "Was it forgotten?" in plain(jana.page.text)
    key = jana.key()
    jana.post("/time/timer/stop", {"form_key": key})
    assert jana.page.status == 409
    assert "say how many minutes it really was" in plain(jana.page.text)
    jana.submit("/time/timer/stop", minutes="3000")
    assert jana.page.status == 422
    jana.submit("/time/timer/stop", minutes="35")
    assert entries(here, who(here)) == [("phone", 35, "")]


# -- files ----------------------------------------------------------------------------------------


def test_a_calendar_is_shown_before_anything_is_written(here: Site, jana: Browser, today: str) -> None:
    forget_all(here, who(here))
    since = next_day(today, -27)
    start = next_day(today, -15)
    data = CALENDAR.format(zone="Europe/Berlin").replace("20261020", start.replace("-", "")).encode()
    jana.get("/time/files")
    jana.submit(
        "/time/files/calendar",
        files={"calendar": ("c.ics", data)},
        first=since,
        last=today,
        channel="meeting",
    )
    said = plain(jana.page.text)
    assert jana.page.status == 200
    assert "Which of these was work elsewhere?" in said
    assert "Call, the mill" in said
    assert "repeated within a day" in said
    assert entries(here, who(here)) == []
    jana.submit("/time/files/events")
    assert jana.page.status == 422
    assert "were not ticked" in plain(jana.page.text)
    jana.get("/time/files")
    jana.submit(
        "/time/files/calendar",
        files={"calendar": ("c.ics", data)},
        first=since,
        last=today,
        channel="meeting",
    )
    jana.submit("/time/files/events", tick=["0"])
    assert "1 line is new" in plain(jana.page.text)
    ((channel, minutes, note),) = entries(here, who(here))
    assert (channel, minutes, note) == ("meeting", 30, "Call, the mill")
    jana.get("/time/files")
    jana.submit(
        "/time/files/calendar",
        files={"calendar": ("c.ics", data)},
        first=since,
        last=today,
        channel="meeting",
    )
    assert "written down already" in plain(jana.page.text)
    jana.submit("/time/files/events", all="1")
    assert "1 was there already" in plain(jana.page.text)


def test_calendars_that_cannot_be(here: Site, jana: Browser, today: str) -> None:
    sealed = '{"events":[{"uid":"x","at":9000000000000000000,"end":1,"minutes":5,"title":"t"}]}'
    for data, first, sentence in (
        (b"hello", today, "Calendar is no calendar in the format iCalendar"),
        (b"", today, "Calendar is empty"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "2020-01-01", "First must be a day before"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "x", "First is not a day"),
    ):
        jana.get("/time/files")
        jana.submit("/time/files/calendar", files={"calendar": ("c.ics", data)}, first=first, last=today)
        assert jana.page.status == 422, data
        assert sentence in plain(jana.page.text)
    jana.get("/time/files")
    key = jana.key()
    for events in ("", "[]", "{", sealed, '{"events":[{"uid":"x","at":-5,"end":1,"minutes":5,"title":"t"}]}'):
        reply = jana.post(
            "/time/files/events", {"form_key": key, "events": events, "channel": "phone", "all": "1"}
        )
        assert reply.status in {400, 422}, events
    jana.submit("/time/files/calendar", first=today, last=today)
    assert "Calendar is missing" in plain(jana.page.text)


def test_a_timesheet_in_and_out(here: Site, jana: Browser, today: str) -> None:
    forget_all(here, who(here))
    text = f"date;minutes;channel;note\n{today};25;Phone;=the mill\n{today};1:05;blog;Grüße\n"
    jana.get("/time/files")
    jana.submit("/time/files/sheet", files={"file": ("t.csv", text.encode("cp1252"))})
    assert "2 lines are new" in plain(jana.page.text)
    reply = jana.get(f"/time.csv?first={today}&last={today}")
    assert reply.header("content-type") == "text/csv; charset=utf-8"
    assert "no-store" in reply.header("cache-control")
    rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    assert [(r["date"], r["person"], r["channel"], r["minutes"], r["note"]) for r in rows] == [
        (today, "Jana", "Blog", "65", "Grüße"),
        (today, "Jana", "Phone", "25", "'=the mill"),
    ]
    jana.get("/time/files")
    jana.submit("/time/files/sheet", files={"file": ("t.csv", reply.body)})
    assert "0 lines are new, 2 were there already" in plain(jana.page.text)
    wrong = f"date,minutes\n{today},5\nsoon,5\n{today},x\n"
    jana.get("/time/files")
    jana.submit("/time/files/sheet", files={"file": ("t.csv", wrong.encode())})
    said = plain(jana.page.text)
    assert jana.page.status == 422
    assert "Nothing was written down: 2 lines need another look" in said
    assert "Line 3:" in said
    assert "Line 4: Minutes must be whole minutes" in said
    assert len(entries(here, who(here))) == 2
    calendar = jana.get(f"/time.ics?first={today}&last={today}")
    assert calendar.header("content-type").startswith("text/calendar")
    assert "SUMMARY:Grüße\\, 65 min" in calendar.text
    for path in ("/time.csv?first=x", "/time.csv?first=2020-01-01", "/time.ics?last=2019-01-01"):
        assert jana.get(path).status == 422


# -- costs ----------------------------------------------------------------------------------------


def test_what_it_costs(here: Site, jana: Browser, today: str) -> None:
    forget_all(here, who(here))
    month = today[:7]
    here.db.write_now(
        lambda tx: effort.add_entry(
            tx,
            who(here),
            account(here),
            day=today,
            minutes=60,
            note="",
            channel="phone",
            id=new_id(),
            now=now_ms(),
        )
    )
    said = plain(jana.get(f"/costs?period={month}").text)
    assert "Phone 1 h 00 min" in said
    assert "Here, in Linnet not recorded" in said
    assert "too few for a share, which needs 20" in said
    jana.submit(
        "/costs/tools", name="scheduler <b>", amount="15,50", currency="eur", first=f"{month}-01", last=""
    )
    assert "scheduler <b>" in plain(jana.page.text)
    (tool,) = here.db.read_now(prices.tools)
    assert (tool.name, tool.amount, tool.currency) == ("scheduler <b>", 1550, "EUR")
    jana.get(f"/costs?period={month}")
    jana.submit(f"/costs/tools/{tool.id}/end")
    assert here.db.read_now(prices.tool, tool.id).last == today
    for field, value, sentence in (
        ("amount", "x", "Amount is not an amount"),
        ("currency", "EURO", "Currency is not a currency"),
        ("name", " ", "Name must be 1 to 80"),
        ("last", "2020-01-01", "Last is before the first"),
    ):
        jana.get("/costs")
        values = {"name": "kept", "amount": "1", "currency": "EUR", "first": today, "last": "", field: value}
        jana.submit("/costs/tools", **values)
        assert jana.page.status == 422, field
        assert sentence in plain(jana.page.text)
    jana.get("/costs")
    jana.submit(f"/costs/tools/{tool.id}/delete")
    assert here.db.read_now(prices.tools) == []


def test_other_times(jana: Browser) -> None:
    for period in ("2000-02", "2199-10", "2199-W48", "2000-W04", "2027-W01", "2026-02"):
        assert jana.get(f"/costs?period={period}").status == 200, period
        assert "not recorded" in jana.page.text
        assert jana.get(f"/costs/people?period={period}").status == 200, period
        assert jana.get(f"/costs/people.csv?period={period}").status == 200, period
    for path in ("/costs?period=soon", "/costs/people?period=2026-13", "/costs/people.csv?period=1"):
        assert jana.get(path).status == 422, path
    for day in ("2000-01-02", "2199-12-30"):
        for kind in ("csv", "ics"):
            assert jana.get(f"/time.{kind}?first={day}&last={day}").status == 200, (day, kind)


def test_rates_are_valid_from_their_day(here: Site, jana: Browser, today: str) -> None:
    person = who(here)
    jana.get("/costs")
    jana.submit("/costs/rates", person=str(person), hourly_cost="60", since_day=today)
    assert Rate(person, today, 6000) in here.db.read_now(queries.rates)
    jana.submit("/costs/overhead", overhead="1,25", overhead_since=today)
    assert here.db.read_now(prices.overheads) == [Overhead(today, 1250)]
    assert "times 1.25" in plain(jana.page.text)
    for action, values, sentence in (
        ("/costs/rates", {"hourly_cost": "-1"}, "Hourly cost must be"),
        ("/costs/rates", {"since_day": "soon", "hourly_cost": "1"}, "Since day is not a day"),
        ("/costs/rates", {"person": "5", "hourly_cost": "1"}, "Person is nobody who works here"),
        ("/costs/overhead", {"overhead": "0.5"}, "Overhead must be 1.0"),
        ("/costs/overhead", {"overhead": "many"}, "Overhead is not a factor"),
        ("/costs/overhead", {"overhead": "1.2345"}, "Overhead is not a factor"),
    ):
        jana.get("/costs")
        jana.submit(action, **values)
        assert jana.page.status == 422, values
        assert sentence in plain(jana.page.text)
    jana.get("/costs")
    jana.submit("/costs/overhead/delete")
    jana.submit("/costs/rates/delete")
    assert here.db.read_now(prices.overheads) == []
    assert Rate(person, today, 6000) not in here.db.read_now(queries.rates)


def test_an_owner_sees_days_and_nothing_finer(here: Site, jana: Browser, today: str) -> None:
    firm_account = account(here)

    def hire(tx: Tx) -> int:
        clerk = cast.person(tx, "clerk")
        join(tx, clerk.id, firm_account, "editor", now_ms())
        return clerk.id

    person = here.db.write_now(hire)
    now = day_start(today, BERLIN)

    def beats(tx):
        for n in range(41):
            effort.beat(tx, person, firm_account, "write", "tab1", now + n * 15 * SECOND)

    here.db.write_now(beats)
    said = plain(jana.get("/costs/people").text)
    assert "Writing" not in said  # nothing before they said yes
    assert "clerk" in said.partition("Not measured")[2]
    here.db.write_now(effort.measure, person, True, now)
    here.db.write_now(beats)
    here.db.write_now(written.tap, person, account(here), "phone", now_ms())
    said = plain(jana.get("/costs/people").text)
    assert "Writing 10 min" in said
    assert "clerk" not in said.partition("Not measured")[2]
    assert not re.search(r"\b\d\d:\d\d\b", said)
    sheet = jana.get("/costs/people.csv").text
    assert f"{today},clerk,Writing" in sheet
    assert "tab1" not in sheet
    own = here.logged_in("clerk@example.org")
    for path in ("/costs/people", "/costs/people.csv"):
        assert own.get(path).status == 403
    own.get("/costs")
    assert own.page.status == 200
    assert "What an hour costs" not in own.page.text
    key = own.key() if own.forms() else own.get("/time") and own.key()
    for path in (
        "rates",
        "rates/delete",
        "overhead",
        "overhead/delete",
        "tools",
        "tools/1/end",
        "tools/1/delete",
    ):
        assert own.post(f"/costs/{path}", {"form_key": key}).status == 403, path
