"""The statement in Chromium: its three parts as tabs, its chart, and the sheet of paper that both become."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from linnet.kernel.clock import now_ms
from linnet.kernel.days import day_of
from linnet.social.people import actions as people
from tests.doors.conftest import _running
from tests.journeys.test_desk import BERLIN, Bakery
from tests.journeys.test_site import WIDTHS

pytestmark = pytest.mark.slow

SIDES = ("benefits", "drawbacks", "todo")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bakery]:
    with _running(tmp_path_factory.mktemp("statement"), "sqlite") as running:
        yield Bakery(running)


def month(shop: Bakery) -> str:
    return f"{shop.server.url}/statement?period={day_of(now_ms(), BERLIN)[:7]}"


def only(page: Page, wanted: str) -> None:
    """One tab is chosen, and its part is the only one to be seen."""
    for side in SIDES:
        tab = page.locator(f'[role="tab"][href="#{side}"]')
        expect(tab).to_have_attribute("aria-selected", "true" if side == wanted else "false")
        expect(tab).to_have_attribute("tabindex", "0" if side == wanted else "-1")
        expect(page.locator(f"#{side}")).to_be_visible(visible=side == wanted)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_tabs_by_mouse_and_by_keys(chromium: Browser, shop: Bakery, width: str, scheme: str) -> None:
    jana = shop.window(chromium, width, scheme)
    page = jana.page
    page.goto(month(shop))
    only(page, "benefits")
    jana.look("statement-benefits")
    page.get_by_role("tab", name="Drawbacks").click()
    only(page, "drawbacks")
    jana.look("statement-drawbacks")
    for key, side in (
        ("ArrowRight", "todo"),
        ("ArrowRight", "benefits"),
        ("ArrowLeft", "todo"),
        ("Home", "benefits"),
        ("End", "todo"),
    ):
        page.keyboard.press(key)
        only(page, side)
        expect(page.locator(f'[role="tab"][href="#{side}"]')).to_be_focused()
    jana.look("statement-todo")
    assert page.url.endswith("#todo")
    page.reload()
    only(page, "todo")  # the address keeps the part
    jana.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_chart_can_be_pointed_at(chromium: Browser, shop: Bakery, width: str) -> None:
    jana = shop.window(chromium, width)
    page = jana.page
    page.goto(f"{shop.server.url}/statement")
    plots = page.locator("[data-plot] canvas")
    expect(plots).to_have_count(2)
    expect(page.locator("[data-chart] > svg")).to_be_hidden()
    # a day stands above itself: both plots begin and end at the same place
    left, right = (
        page.locator("[data-plot] .u-over").evaluate_all(
            f"plots => plots.map(p => p.getBoundingClientRect().{edge})"
        )
        for edge in ("left", "right")
    )
    assert left[0] == left[1]
    assert right[0] == right[1]
    words = page.locator("[data-days] tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )
    at = next(n for n, row in enumerate(words) if row[3] not in {"", "0"})
    box = page.locator("[data-plot] .u-over").first.bounding_box()
    assert box
    # the scale reaches 0.6 days beyond the first and the last
    page.mouse.move(box["x"] + box["width"] * (at + 0.6) / (len(words) + 0.2), box["y"] + box["height"] / 2)
    day, minutes, confirmed, probable = words[at][:4]
    expect(page.locator("[data-readout]")).to_have_text(
        f"{day}: {probable} probable, {confirmed} confirmed, {minutes} min"
    )
    jana.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_of_it_is_on_paper(chromium: Browser, shop: Bakery, scheme: str, tmp_path: Path) -> None:
    jana = shop.window(chromium, "desktop", scheme)
    page = jana.page
    page.goto(month(shop))
    page.get_by_role("tab", name="What to do?").click()
    page.emulate_media(media="print")
    for side in SIDES:
        expect(page.locator(f"#{side}")).to_be_visible()
        expect(page.locator(f"#{side} > h2")).to_be_visible()
        expect(page.locator(f"#{side} > h2")).to_have_css("clip-path", "none")
    # those that were away stand as wide as the one that was chosen
    widths = page.locator(".side").evaluate_all(
        "sides => sides.map(side => side.getBoundingClientRect().width)"
    )
    assert max(widths) - min(widths) < 1
    expect(page.locator("[data-chart] > svg")).to_be_visible()
    expect(page.locator("[data-plot]")).to_be_hidden()
    for away in ("[role=tablist]", "[data-readout]", ".ways", "details"):
        expect(page.locator(away).last).to_be_hidden()
    for part in ("body", ".side .figures", ".unknown li", ".todo li"):
        expect(page.locator(part).first).to_have_css("color", "rgb(0, 0, 0)")
    pdf = page.pdf(path=tmp_path / "month.pdf", format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf)) == 1
    page.emulate_media(media="screen")
    only(page, "todo")
    jana.close()


def test_without_a_script_the_parts_stand_one_below_the_other(chromium: Browser, shop: Bakery) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    cookie = shop.server.write(
        people.open_session, shop.who.person_id, shop.who.account_id, "a test", now_ms()
    )
    context.add_cookies([{"name": "sid", "value": cookie, "url": shop.server.url}])
    page = context.new_page()
    page.goto(month(shop))
    for side in SIDES:
        expect(page.locator(f"#{side}")).to_be_visible()
        expect(page.locator(f"#{side} > h2")).to_be_visible()
    expect(page.locator("[data-chart] > svg")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    page.get_by_role("link", name="What to do?").click()
    expect(page.locator("#todo")).to_be_in_viewport()
    context.close()
