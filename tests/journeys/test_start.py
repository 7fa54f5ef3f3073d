"""The first post in Chromium: a firm that counts first keeps one for the start, looks at the start, and starts today;
with and without a script."""

import pytest
from playwright.sync_api import Browser, expect

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY, now_ms
from linnet.kernel.ids import new_id
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from tests import desk
from tests.doors.conftest import Running
from tests.journeys.test_site import WIDTHS, Eyes, server, set_up

pytestmark = pytest.mark.slow

__all__ = ["server"]  # a fixture


def counted(tx: Tx) -> None:
    """Nine whole days of visits."""
    for day in range(1, 11):
        tx.run(desk.VISIT, id=new_id(), code="", at=now_ms() - day * DAY, kind="probable")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_count_first_then_start(chromium: Browser, server: Running, width: str, scheme: str) -> None:
    jana = Eyes(chromium, width, scheme)
    page = jana.page
    set_up(jana, server, "First count for four weeks")
    expect(page.get_by_text("No visit was counted yet")).to_be_visible()
    jana.look("first-uncounted")
    server.write(counted)
    page.goto(f"{server.url}/")
    keep = page.get_by_role("button", name="Keep for the start on")
    expect(keep).to_have_attribute("aria-disabled", "true")
    words = page.get_by_label("Your update")
    words.fill("Stollen from Friday on")
    expect(keep).to_have_attribute("aria-disabled", "false")
    jana.look("first-counted")
    words.press("Control+Enter")  # keeps, and does not publish
    page.wait_for_url("**/plan?week=*")
    expect(page.get_by_role("status")).to_contain_text("Kept for the start")
    expect(page.locator(".spot", has_text="Stollen from Friday on")).to_be_visible()
    jana.look("first-plan")
    page.get_by_role("link", name="The start").click()
    expect(page.get_by_text("1 post that is set moves along")).to_be_visible()
    jana.look("first-start")
    page.goto(f"{server.url}/plan/new")
    jana.look("first-draft")
    page.goto(f"{server.url}/")
    expect(words).to_have_value("")  # what was kept is not here any more
    words.fill("Rye is out")
    page.get_by_role("button", name="Start today").click()
    expect(page.get_by_role("status")).to_contain_text("Posted")
    expect(page.locator(".post", has_text="Rye is out")).to_be_visible()
    expect(page.get_by_role("button", name="Post", exact=True)).to_be_visible()
    page.goto(f"{server.url}/plan/start")
    expect(page.get_by_text("28 days were waived")).to_be_visible()
    jana.look("first-begun")
    page.goto(f"{server.url}/statement#drawbacks")
    expect(page.locator(".unknown")).to_contain_text("with 9 days of visits counted before it")
    jana.close()


def test_without_a_script(chromium: Browser, server: Running) -> None:
    jana = Eyes(chromium, "phone")
    set_up(jana, server, "First count for four weeks")
    server.write(counted)
    person = server.read(people_queries.person_by_email, "jana@bakery.example")
    account = server.read(people_queries.by_handle, "bakery")
    cookie = server.write(people.open_session, person.id, account.id, "a test", now_ms())
    plain = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    plain.add_cookies([{"name": "sid", "value": cookie, "url": server.url}])
    page = plain.new_page()
    page.goto(f"{server.url}/compose")
    page.get_by_label("Your update").fill("Stollen")
    page.get_by_role("button", name="Keep for the start on").click()
    page.wait_for_url("**/plan?week=*")
    page.goto(f"{server.url}/compose")
    page.get_by_label("Your update").fill("Rye is out")
    page.get_by_role("button", name="Start today").click()
    page.wait_for_url(f"{server.url}/")
    expect(page.locator(".post", has_text="Rye is out")).to_be_visible()
    plain.close()
    jana.close()
