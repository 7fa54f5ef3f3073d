"""The desk in Chromium, at phone and desktop width: a draft that saves itself, set for a time,
two people at one draft, every page of the desk, the statement on paper."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from linnet.db.tx import Tx
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts.rules import Content
from linnet.desk.effort import actions as effort
from linnet.desk.firm import actions as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.kernel.clock import DAY, HOUR, MINUTE, moment, now_ms, zone
from linnet.kernel.days import day_of
from linnet.kernel.ids import new_id
from linnet.social.people import actions as people
from linnet.social.posts.rules import Author, Terms
from tests import bakery, cast, desk
from tests.doors.conftest import Running, _running
from tests.journeys.test_site import WIDTHS, Eyes

pytestmark = pytest.mark.slow

BERLIN = zone("Europe/Berlin")


class Bakery:
    """A server with a firm that has been at it for a day."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self.code = ""
        self.terms = Terms(server.url, 140)
        new = NewFirm(
            "Corner Bakery", "bakery", ("bakery.example",), "Europe/Berlin", "EUR", "40", words="bread"
        )
        made = server.write(
            firm.set_up, new, FirstPerson("Jana", "jana@bakery.example", cast.HASH), token=None, now=now_ms()
        )
        self.who = Author(made.account.id, made.person.id)
        server.write(self.work)

    def work(self, tx: Tx) -> None:
        now = now_ms()
        self.code = bakery.morning(tx, self.who, self.terms, now - HOUR)
        missed = drafts.keep(tx, self.who, Content("Last call for pumpkin bread"), id=new_id(), now=now)
        drafts.schedule(tx, self.who, missed, now + HOUR, terms=self.terms, now=now)
        drafts.miss(tx, missed, "The server was not running at that time.", now)
        guest = cast.account(tx, "guest")
        desk.post(tx, guest.id, now - HOUR, mentions=(self.who.account_id,))
        effort.measure(tx, self.who.person_id or 0, True, now)
        for n in range(30):
            at = now - 30 * MINUTE + n * 15_000
            effort.beat(tx, self.who.person_id or 0, self.who.account_id, "write", "tab1", at)
        today = day_of(now, BERLIN)
        effort.add_entry(
            tx,
            self.who.person_id or 0,
            self.who.account_id,
            day=today,
            minutes=5,
            note="phone",
            id=new_id(),
            now=now,
        )

    def window(self, chromium: Browser, width: str, scheme: str = "light") -> Eyes:
        """Jana's."""
        eyes = Eyes(chromium, width, scheme)
        cookie = self.server.write(
            people.open_session, self.who.person_id, self.who.account_id, "a test", now_ms()
        )
        eyes.context.add_cookies([{"name": "sid", "value": cookie, "url": self.server.url}])
        return eyes


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Bakery]:
    with _running(tmp_path, "sqlite") as running:
        yield Bakery(running)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_draft_saves_itself_and_goes_into_the_week(chromium: Browser, shop: Bakery, width: str) -> None:
    jana = shop.window(chromium, width)
    page, url = jana.page, shop.server.url
    page.goto(f"{url}/plan")
    jana.look("plan")
    page.get_by_role("link", name="Write a draft", exact=True).click()
    words = page.get_by_label("What you want to say")
    left = page.locator("[data-left]")
    words.fill("Stollen from Friday on 🎄 https://bakery.example/a/very/long/address/that/counts/little")
    expect(left).to_have_text(str(140 - 25 - 23))
    jana.look("draft")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/plan/*")
    words.fill("Stollen from Friday on, until they are gone.")
    expect(page.locator("[data-saved]")).to_have_text("Saved")
    other = shop.window(chromium, width, "dark")
    other.page.goto(page.url)
    expect(other.page.get_by_label("What you want to say")).to_have_value(
        "Stollen from Friday on, until they are gone."
    )

    day = moment(now_ms() + DAY, BERLIN).date()
    tomorrow, tomorrow_words = day.isoformat(), f"{day:%A}, {day.day} {day:%B}"
    page.get_by_label("Day").fill(tomorrow)
    page.get_by_label("Time").fill("10:30")
    page.get_by_role("button", name="Set for this time").click()
    page.wait_for_url("**/plan?week=*")
    expect(page.locator(".spot.set")).to_contain_text("Stollen from Friday on")
    expect(page.locator(".toast")).to_contain_text(f"Set for {tomorrow_words}, 10:30.")
    jana.look("plan-set")

    other.page.get_by_label("What you want to say").fill("Words of the second")
    other.page.get_by_role("button", name="Save", exact=True).click()
    expect(other.page.get_by_role("alert")).to_contain_text("Somebody else changed this draft")
    expect(other.page.get_by_label("What you want to say")).to_have_value("Words of the second")
    expect(other.page.locator(".theirs")).to_contain_text("until they are gone")
    other.look("draft-both")
    jana.close()
    other.complaints = [line for line in other.complaints if "409" not in line]
    other.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_desk(chromium: Browser, shop: Bakery, width: str, scheme: str) -> None:
    jana = shop.window(chromium, width, scheme)
    today = day_of(now_ms(), BERLIN)
    for path in (
        "/desk",
        "/plan",
        "/plan/new",
        "/worth-sharing",
        "/worth-sharing/later",
        "/sources",
        "/links",
        "/links/new",
        "/links/came",
        "/links/hits",
        "/links/snippet",
        f"/links/{shop.code}",
        "/statement",
        f"/statement?period={today[:7]}",
        f"/statement/rows/visits?class=probable&from={today}&to={today}",
        f"/statement/rows/sales?from={today}&to={today}",
        "/time",
        f"/time?day={today}",
        "/sales",
    ):
        reply = jana.page.goto(shop.server.url + path)
        assert reply
        assert reply.status == 200, path
        jana.look("desk" + path.replace("/", "-").partition("?")[0])
        headings = jana.page.evaluate(
            "[...document.querySelectorAll('main :is(h1, h2, h3)')].map((e) => +e.tagName[1])"
        )
        assert headings.count(1) == 1, path
        assert all(b - a <= 1 for a, b in pairwise(headings)), (path, headings)
    jana.close()


def test_the_statement_is_one_sheet_of_paper(chromium: Browser, shop: Bakery, tmp_path: Path) -> None:
    jana = shop.window(chromium, "desktop", "dark")
    jana.page.goto(f"{shop.server.url}/statement")
    expect(jana.page.get_by_role("button", name="Print")).to_be_visible()
    jana.page.emulate_media(media="print")
    for part in (".rail", ".tabs", ".ways"):
        expect(jana.page.locator(part).first).to_be_hidden()
    expect(jana.page.get_by_role("heading", name="What is not known")).to_be_visible()
    assert jana.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for what in ("backgroundColor", "color"):  # black on white, also of a dark screen
        seen = jana.page.evaluate(f"getComputedStyle(document.querySelector('.heads .card')).{what}")
        assert seen == {"backgroundColor": "rgb(255, 255, 255)", "color": "rgb(0, 0, 0)"}[what]
    pdf = jana.page.pdf(path=tmp_path / "statement.pdf", format="A4", prefer_css_page_size=True)
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page/") <= 2
    jana.close()


def test_on_a_phone_without_a_script(chromium: Browser, shop: Bakery) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    cookie = shop.server.write(
        people.open_session, shop.who.person_id, shop.who.account_id, "a test", now_ms()
    )
    context.add_cookies([{"name": "sid", "value": cookie, "url": shop.server.url}])
    page = context.new_page()
    page.goto(f"{shop.server.url}/plan/new")
    page.get_by_label("What you want to say").fill("Without a script")
    page.get_by_role("button", name="Next free slot").click()
    expect(page.locator(".spot.set")).to_contain_text("Without a script")
    page.goto(f"{shop.server.url}/time")
    page.get_by_label("What", exact=True).fill("market")
    page.get_by_role("button", name="Write it down").click()
    expect(page.get_by_text("market").first).to_be_visible()
    context.close()
