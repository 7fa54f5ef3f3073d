"""The bar under the composer in a real browser: it comes while somebody types and nothing moves away, goes with
the text and with a click, and its three things lead somewhere."""

import pytest
from playwright.sync_api import Browser, expect

from linnet.db.tx import Tx
from linnet.kernel.clock import MINUTE, now_ms
from linnet.social.people import queries as people
from tests import desk
from tests.doors.conftest import Running
from tests.journeys.test_site import WIDTHS, Eyes, server, set_up

pytestmark = pytest.mark.slow
__all__ = ("server",)  # a fixture

TEXT = "UPDATE post SET text = :text WHERE id = :id"
YESTERDAY = "UPDATE balance_hint SET day = '2020-01-01'"


def six_loaves(tx: Tx) -> None:
    account = people.by_handle(tx, "bakery")
    assert account
    for n in range(6):
        id = desk.post(tx, account.id, now_ms() - (10 - n) * MINUTE)
        tx.run(TEXT, id=id, text=f"Loaf https://bakery.example/{n}")


def another_day(tx: Tx) -> None:
    tx.run(YESTERDAY)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_quiet_bar(chromium: Browser, server: Running, width: str, scheme: str):
    jana = Eyes(chromium, width, scheme)
    set_up(jana, server)
    server.write(six_loaves)
    page = jana.page
    page.goto(f"{server.url}/compose")
    words = page.get_by_label("Your update")
    bar = page.locator(".hint-bar")
    words.press_sequentially("More https://bakery.example/more")
    expect(bar).to_contain_text("With this, 6 of your last 6 posts carry your own link.")
    expect(words).to_be_focused()
    jana.look("hint")
    expect(page.locator("[data-loud]")).to_have_text("With this, 6 of your last 6 posts carry your own link.")
    words.fill("No link")
    expect(bar).to_have_count(0)
    words.fill("More https://bakery.example/more")
    expect(bar).to_have_count(1)
    bar.get_by_role("button", name="Dismiss this hint").click()
    expect(bar).to_have_count(0)
    expect(words).to_be_focused()
    with page.expect_response("**/desk/balance/ask") as answer:
        words.press_sequentially(" and more")
    assert answer.value.status == 204
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator("#toast")).to_have_text("Posted.")
    server.write(another_day)
    page.goto(f"{server.url}/plan/new")
    page.get_by_label("What you want to say").press_sequentially("Again https://bakery.example/again")
    expect(bar).to_have_count(1)
    jana.look("hint-plan")
    bar.get_by_role("button", name="Find somebody of your field").click()
    page.wait_for_url(f"{server.url}/search")
    page.goto(f"{server.url}/desk/balance")
    expect(page.get_by_text("The last hints: 2 shown, 1 followed, 1 dismissed.")).to_be_visible()
    jana.look("balance")
    jana.close()
