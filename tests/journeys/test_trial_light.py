"""A trial of three ways in Chromium, at phone and desktop width: planned, on a light day, looked at, judged."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from linnet.db.tx import Tx
from linnet.desk.trial import queries
from linnet.desk.trial.rules import Trial
from linnet.kernel.clock import DAY, now_ms
from linnet.kernel.days import day_of
from tests import lived_trial
from tests.doors.conftest import _running
from tests.journeys.test_site import WIDTHS
from tests.journeys.test_trial import ZONE, Shop
from tests.lived_trial import THREE

pytestmark = pytest.mark.slow

TODAY = "DELETE FROM trial_post WHERE day >= :day"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with _running(tmp_path, "sqlite") as running:
        yield Shop(running)


def light_trial(shop: Shop) -> Trial:
    """Eighteen weeks, frozen a hundred and twenty days ago; it is a light day now, and none of it is used up."""
    db, now = shop.server.db, now_ms()
    plan = lived_trial.longer(THREE, weeks=18)
    begun = now - 120 * DAY
    seed = lived_trial.seed_with("light", plan, begun, now)
    trial = lived_trial.begin(db, shop.who, begun, plan, seed=seed)
    shop.server.write(lambda tx: tx.run("DELETE FROM visit"))
    lived_trial.world(db, trial, effect=45, light=16)
    lived_trial.posted(db, trial)
    lived_trial.live(db, begun, now)
    lived_trial.read(db, trial)

    def unused(tx: Tx) -> None:
        tx.run(TODAY, day=day_of(now, ZONE))

    shop.server.write(unused)
    return trial


@pytest.mark.parametrize("width", WIDTHS)
def test_three_ways_from_the_plan_to_the_verdict(chromium: Browser, shop: Shop, width: str) -> None:
    jana = shop.window(chromium, width)
    dark = shop.window(chromium, width, "dark")
    page, url, server = jana.page, shop.server.url, shop.server
    page.goto(f"{url}/desk/trial")
    expect(page.get_by_label("Posts on a light day, at most")).to_be_hidden()
    page.get_by_label("Three ways: full, light and quiet").check()
    page.get_by_label("Posts on a light day, at most").fill("2")
    page.get_by_label("Its share of a full day’s minutes").fill("35")
    page.get_by_label("Length").select_option("12")
    page.get_by_label("Minutes on a day with posts").fill("30")
    page.get_by_label("At the least").fill("1")
    page.get_by_label("Probably").fill("1,50")
    page.get_by_label("At the most").fill("2")
    jana.look("three-plan")
    page.get_by_role("button", name="See what it can tell").click()
    expect(page.get_by_role("heading", name="Freeze it")).to_be_visible(timeout=180_000)
    expect(page.get_by_text("of full days and of light days alike")).to_be_visible()
    jana.look("three-power")
    page.get_by_role("button", name="Give this plan up").click()

    trial = light_trial(shop)
    for eyes in (jana, dark):
        eyes.page.goto(f"{url}/desk/trial")
        expect(eyes.page.get_by_text("At most 2 posts a day").first).to_be_visible()
        expect(
            eyes.page.get_by_role("img", name="Full and light days against what pays").first
        ).to_be_visible()
        eyes.look("three-running")
    page.goto(f"{url}/")
    expect(page.locator(".light-note")).to_contain_text("2 of 2 posts left")
    jana.look("three-home")
    for text in ("Rye", "Loaf"):
        page.get_by_label("Your update").fill(text)
        page.get_by_role("button", name="Post", exact=True).click()
        expect(page.locator(".toast")).to_contain_text("Posted")
    page.goto(f"{url}/")
    expect(page.locator(".quiet-note")).to_contain_text("no more is left")
    jana.look("three-home-full")
    page.goto(f"{url}/plan/new")
    jana.look("three-draft")
    page.goto(f"{url}/plan")
    jana.look("three-week")

    lived_trial.live(server.db, now_ms(), now_ms() + 20 * DAY)
    lived_trial.read(server.db, trial)
    assert server.read(queries.current, shop.who.account_id) is None
    for eyes in (jana, dark):
        eyes.page.goto(f"{url}/desk/trial/{trial.id}")
        expect(eyes.page.get_by_role("heading", name="Full against light")).to_be_visible()
        eyes.look("three-verdict")
    dark.close()
    jana.close()
