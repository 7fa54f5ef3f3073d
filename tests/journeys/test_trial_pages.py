"""A trial of pages in Chromium, at phone and desktop width: planned with its bar, frozen, a page of the other
week in the way of a post, judged."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from linnet.desk.trial import queries
from linnet.desk.trial.pages import queries as page_queries
from linnet.desk.trial.pages import rules as page_rules
from linnet.desk.trial.rules import Trial
from linnet.kernel.clock import DAY, now_ms
from linnet.kernel.days import day_of
from tests import lived_pages, lived_trial
from tests.doors.conftest import _running
from tests.journeys.test_site import WIDTHS
from tests.journeys.test_trial import ZONE, Shop
from tests.lived_pages import PLAN

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with _running(tmp_path, "sqlite") as running:
        yield Shop(running)


def lived(shop: Shop, back: int, effect: float) -> Trial:
    """A trial that was frozen `back` days ago."""
    now, db = now_ms(), shop.server.db
    trial = lived_trial.begin(db, shop.who, now - back * DAY, PLAN)
    lived_pages.world(db, trial, effect=effect)
    lived_pages.linked(db, trial)
    lived_trial.live(db, now - back * DAY, now)
    return lived_trial.again(db, trial)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_trial_of_pages(chromium: Browser, shop: Shop, width: str) -> None:
    lived_pages.past(shop.server.db, day_of(now_ms(), ZONE))
    jana = shop.window(chromium, width)
    page, url, server = jana.page, shop.server.url, shop.server
    page.goto(f"{url}/desk/trial")
    page.get_by_role("link", name="Few visits? A trial of pages").click()
    jana.look("pages-plan")
    page.get_by_label("Minutes for a page and week").fill("8")
    page.get_by_label("At the least").fill("1")
    page.get_by_label("Probably").fill("1,50")
    page.get_by_label("At the most").fill("2")
    page.get_by_role("button", name="See what it can tell").click()
    expect(page.get_by_role("heading", name="Freeze it")).to_be_visible(timeout=120_000)
    jana.look("pages-power")
    page.get_by_role("button", name="Freeze and begin on").click()
    expect(page.get_by_role("heading", name="The first week")).to_be_visible()
    jana.look("pages-frozen")
    page.get_by_role("button", name="Give it up before it begins").click()
    expect(page.get_by_role("heading", name="To post or not to post")).to_be_visible()

    trial = lived(shop, 24, 8)
    page.goto(f"{url}/desk/trial")
    expect(page.get_by_role("heading", name="This week")).to_be_visible()
    jana.look("pages-running")
    week = page_rules.week_of(trial.first_day, day_of(now_ms(), ZONE))
    turns = server.read(page_queries.turns, trial.id)
    held = next(turn.page for turn in turns if turn.week == week and not turn.promoted)
    page.goto(f"{url}/")
    words = page.get_by_label("Your update")
    words.fill(f"Fresh: https://{held}")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".wrong").first).to_contain_text("which your trial does not promote until Monday")
    expect(words).to_have_value(f"Fresh: https://{held}")
    note = page.get_by_text("Not to be linked to this week: 4 pages")
    if not page.get_by_label("Link to it all the same").is_visible():
        note.click()
    jana.look("pages-compose")
    page.get_by_label("Link to it all the same").check()
    jana.complaints.clear()  # the browser says that it was refused
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Posted")
    page.goto(f"{url}/plan/new")
    jana.look("pages-draft")
    page.goto(f"{url}/desk/trial")
    expect(page.get_by_text("it was insisted on")).to_be_visible()
    page.get_by_role("link", name="End the trial before its time").click()
    page.get_by_role("button", name="End it").click()
    lived_trial.live(server.db, now_ms(), now_ms() + 2 * DAY)
    lived_trial.read(server.db, trial)

    over = lived(shop, 8 * 7 + 12, 8)
    lived_trial.read(server.db, over)
    assert server.read(queries.trial, over.id).stage == "judged"
    page.goto(f"{url}/desk/trial/{over.id}")
    expect(page.get_by_role("img", name="The range against what pays")).to_be_visible()
    jana.look("pages-verdict")
    dark = shop.window(chromium, width, "dark")
    dark.page.goto(page.url)
    dark.look("pages-verdict")
    dark.page.goto(f"{url}/desk/trial/{trial.id}")
    dark.look("pages-stopped")
    dark.close()
    jana.close()
