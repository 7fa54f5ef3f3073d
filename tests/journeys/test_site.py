"""Chromium against a real server, at phone and desktop width: from the set-up to a conversation,
with keys, live arrivals and no complaint of the browser. Pictures of the pages go to
LINNET_SHOTS, where that is set."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from linnet.desk.firm import actions as firm
from linnet.kernel.clock import now_ms
from linnet.social.follows import actions as follows
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people.passwords import hash_password
from tests import cast
from tests.doors.conftest import Running, _running
from tests.pictures import picture
from tests.waiting import PATIENCE

pytestmark = pytest.mark.slow

WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}
PASSWORD = "rye and spelt at four"

# what stands on the page wider than the window, or is too small for a thumb
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"
TOO_SMALL = """() => [...document.querySelectorAll('.bar a, .act, .tool, .button, .menu > summary, .tabs a')]
    .filter((e) => e.checkVisibility() && e.getBoundingClientRect().width)
    .filter((e) => e.getBoundingClientRect().height < 43.5 || e.getBoundingClientRect().width < 43.5)
    .map((e) => e.className + ' ' + e.textContent.trim())"""
NAMELESS = """() => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary')]
    .filter((e) => e.checkVisibility() && !e.closest('[aria-hidden=true]'))
    .filter((e) => !(e.textContent.trim() || e.getAttribute('aria-label') || e.querySelector('img:not([alt=""])') || e.labels?.length || e.title))
    .map((e) => e.outerHTML.slice(0, 120))"""
# what a reader of the page with their ears would miss
UNHEARD = r"""() => [
    ...[...document.querySelectorAll('table')].filter((e) => !(e.caption || e.ariaLabel || e.getAttribute('aria-labelledby')))
        .map((e) => 'a table without a name: ' + e.textContent.trim().slice(0, 40)),
    ...[...document.querySelectorAll('th')].filter((e) => !e.textContent.trim()).map(() => 'an empty heading of a table'),
    ...['aria-labelledby', 'aria-describedby', 'aria-controls'].flatMap((name) => [...document.querySelectorAll(`[${name}]`)]
        .flatMap((e) => e.getAttribute(name).trim().split(/\s+/)).filter((id) => !document.getElementById(id))
        .map((id) => `no ${id} for ${name}`)),
    ...[...document.querySelectorAll('h1, h2, h3, h4')].filter((e) => e.checkVisibility()).map((e) => Number(e.tagName[1]))
        .filter((level, at, all) => level > (all[at - 1] ?? 0) + 1).map((level) => `a heading skips to ${level}`),
    ...[...document.querySelectorAll('.post .text')].filter((e) => !e.lang)
        .map((e) => 'a post without a language: ' + e.textContent),
]"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Running]:
    with _running(tmp_path, "sqlite") as running:
        yield running


class Eyes:
    """A window, and everything that the browser complained about in it."""

    def __init__(self, chromium: Browser, width: str, scheme: str = "light") -> None:
        wide, high = WIDTHS[width]
        self.name = f"{width}-{scheme}"
        self.context: BrowserContext = chromium.new_context(
            viewport={"width": wide, "height": high},
            color_scheme=scheme,
            locale="en-GB",
            timezone_id="Europe/Berlin",
            has_touch=width == "phone",
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on(
            "console",
            lambda line: self.complaints.append(line.text) if line.type in {"error", "warning"} else None,
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.set_default_timeout(PATIENCE * 1000)

    def look(self, name: str) -> None:
        """Nothing sticks out, every id stands once, everything has a name and is large enough to touch."""
        ids = self.page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids)), sorted(ids)
        assert not self.page.evaluate(TOO_WIDE), name
        assert self.page.evaluate(NAMELESS) == [], name
        assert self.page.evaluate(UNHEARD) == [], name
        if self.name.startswith("phone"):
            assert self.page.evaluate(TOO_SMALL) == [], name
        if "LINNET_SHOTS" in os.environ:
            self.page.screenshot(path=Path(os.environ["LINNET_SHOTS"]) / f"{name}-{self.name}.png")

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []


def set_up(eyes: Eyes, server: Running, start: str = "Start today") -> None:
    token = server.write(firm.new_setup_token)
    page = eyes.page
    page.goto(f"{server.url}/setup?token={token}")
    eyes.look("setup")
    page.get_by_label("Name of the firm").fill("Bäckerei am Eck")
    expect(page.get_by_label("Handle")).to_have_value("backerei_am_eck")
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    page.get_by_label("Handle").fill("bakery")
    page.get_by_label("Your own website").fill("bakery.example")
    page.get_by_label("What an hour costs you").fill("40")
    page.get_by_label("Words of your field").fill("bread, rye")
    page.get_by_label("Your name").fill("Jana")
    page.get_by_label("E-mail address").fill("jana@bakery.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label(start).check()
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url(f"{server.url}/")


def tom_with_window(chromium: Browser, server: Running, width: str) -> Eyes:
    """A neighbour who follows the bakery, in a window of his own."""

    def come(tx) -> None:
        person, account = (
            cast.person(tx, "tom", password_hash=hash_password(PASSWORD)),
            cast.account(tx, "tom"),
        )
        people.join(tx, person.id, account.id, "owner", 1)
        bakery = people_queries.by_handle(tx, "bakery")
        follows.follow(tx, account.id, bakery.id, now=now_ms())
        follows.follow(tx, bakery.id, account.id, now=now_ms())

    server.write(come)
    eyes = Eyes(chromium, width, "dark")
    eyes.page.goto(f"{server.url}/login")
    eyes.look("login")
    eyes.page.get_by_label("E-mail address").fill("tom@example.org")
    eyes.page.get_by_label("Password").fill(PASSWORD)
    eyes.page.get_by_role("button", name="Log in").click()
    eyes.page.wait_for_url(f"{server.url}/")
    return eyes


@pytest.mark.parametrize("width", WIDTHS)
def test_from_the_set_up_to_a_conversation(chromium: Browser, server: Running, width: str):
    jana = Eyes(chromium, width)
    set_up(jana, server)
    words = jana.page.get_by_label("Your update")
    left = jana.page.locator("[data-left]")
    expect(left).to_have_text("140")
    words.fill("Rye is out 👩🏽‍🌾 https://www.bakery.example/a/very/long/address/that/counts/little")
    expect(left).to_have_text(str(140 - 11 - 2 - 23))
    words.fill("x" * 141)
    expect(left).to_have_text("-1")
    jana.page.get_by_role("button", name="Post", exact=True).click(force=True)
    expect(jana.page.get_by_role("status")).to_contain_text("too long")
    words.fill("Rye is out, still warm. #bread")
    jana.page.reload()
    expect(words).to_have_value("Rye is out, still warm. #bread")  # the browser remembers
    jana.page.locator("[data-pick]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
    )
    jana.page.get_by_label("What can be seen?").fill("Red beside blue")
    jana.look("home-writing")
    jana.page.get_by_role("button", name="Post", exact=True).click()
    expect(jana.page.locator(".post .text")).to_contain_text("still warm")
    expect(words).to_have_value("")
    jana.look("home-first")

    tom = tom_with_window(chromium, server, width)
    expect(tom.page.locator(".post")).to_have_count(1)
    tom.look("home-dark")
    heart = tom.page.locator("[data-deed=favourite]")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(heart).to_be_focused()
    tom.page.locator("[data-answer]").click()
    tom.look("answer")
    answer = tom.page.get_by_label("Your answer")
    expect(answer).to_have_value("@bakery ")
    answer.fill("@bakery Keep two for me, please.")
    tom.page.keyboard.press("Control+Enter")
    expect(tom.page.locator(".toast")).to_contain_text("Your answer is out.")
    tom.look("thread")

    fresh = jana.page.get_by_role("button", name="1 new post")
    fresh.click()
    expect(jana.page.locator(".post").first).to_contain_text("Keep two for me")
    bell = jana.page.locator('a[href="/notifications"] .waits').first
    expect(bell).to_contain_text(
        re.compile("[23]")
    )  # the follow came while the page was loading, or after it
    jana.page.goto(f"{server.url}/notifications")
    jana.look("notifications")
    jana.page.locator(".post .time").first.click()
    jana.page.get_by_label("Your answer").fill("@tom Two are put aside.")
    jana.page.get_by_role("button", name="Answer", exact=True).last.click()
    expect(jana.page.locator(".thread")).to_contain_text("Two are put aside.")
    jana.look("thread-answered")
    for path in (
        "/@tom",
        "/search?q=rye",
        "/settings",
        "/bookmarks",
        "/keys",
        "/@bakery/followers",
        "/about",
    ):
        jana.page.goto(server.url + path)
        jana.look(path.strip("/@").replace("/", "-").partition("?")[0])
    tom.close()
    jana.close()


def test_everything_by_keyboard(chromium: Browser, server: Running):
    jana = Eyes(chromium, "desktop")
    set_up(jana, server)
    page = jana.page
    for text in ("First", "Second"):
        page.keyboard.press("n")
        page.keyboard.type(text)
        page.keyboard.press("Control+Enter")
        expect(page.locator(".post").first).to_contain_text(text)
    page.keyboard.press("j")
    expect(page.locator(".post").first).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("f")
    expect(page.locator(".post").nth(1).locator("[data-deed=favourite]")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("m")
    expect(page.locator(".post").nth(1).locator("[data-deed=bookmark]")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.keyboard.press("k")
    page.keyboard.press("r")
    page.wait_for_url("**/compose?to=*")
    expect(page.locator("textarea:focus")).to_be_visible()  # a moment after the page is there
    page.keyboard.press("Escape")
    for keys, place in (("gd", "/desk"), ("ga", "/answers"), ("gs", "/statement")):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(f"{server.url}{place}")
    page.keyboard.press("s")
    page.wait_for_url("**/plan/new")
    expect(page.get_by_label("What you want to say")).to_be_focused()  # a moment after the page is there
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Write something new")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    expect(page.locator("[data-search]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(f"{server.url}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    menu = page.locator(".post .menu > summary").first
    menu.focus()
    page.keyboard.press("Enter")  # means what has the focus, not the post around it
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Open").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(menu.locator("..").locator("a, button").count() + 1):
        page.keyboard.press("Tab")
    expect(page.locator("details.menu[open]")).to_have_count(0)  # left by the tab key
    page.get_by_role("link", name="Keys", exact=True).last.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Single keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("s")
    page.locator(".post").first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{server.url}/#main")
    page.get_by_role("link", name="Settings").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/settings")
    jana.close()


def test_a_draft_from_the_composer(chromium: Browser, server: Running):
    jana = Eyes(chromium, "phone")
    set_up(jana, server)
    jana.page.get_by_label("Your update").fill("For Friday: " + "plum cake, " * 20)
    jana.page.get_by_role("button", name="Keep it as a draft").click()
    jana.page.wait_for_url("**/plan**")
    expect(jana.page.locator("main")).to_contain_text("For Friday")
    jana.page.goto(server.url)
    expect(jana.page.get_by_label("Your update")).to_have_value("")
    jana.close()


def test_what_was_begun_is_kept_for_another_time_by_one_key(chromium: Browser, server: Running):
    jana = Eyes(chromium, "desktop")
    set_up(jana, server)
    jana.page.get_by_label("Your update").fill("For Friday: plum cake")
    jana.page.keyboard.press("Escape")
    jana.page.keyboard.press("s")
    jana.page.wait_for_url("**/plan/*")
    expect(jana.page.get_by_label("What you want to say")).to_have_value("For Friday: plum cake")
    jana.close()


def test_a_lost_connection_loses_nothing(chromium: Browser, server: Running):
    jana = Eyes(chromium, "phone")
    set_up(jana, server)
    page, words = jana.page, jana.page.get_by_label("Your update")
    words.fill("Rye is out")
    jana.context.set_offline(True)
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("no connection")
    expect(words).to_have_value("Rye is out")
    jana.context.set_offline(False)
    expect(page.locator(".post .text")).to_contain_text("Rye is out")  # sent by itself
    expect(page.locator(".post")).to_have_count(1)
    expect(words).to_have_value("")
    page.reload()
    expect(words).to_have_value("")

    words.fill("Plum cake too")
    page.route("**/posts", lambda route: route.abort())  # the line breaks while it is sent
    page.get_by_role("button", name="Post", exact=True).click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/posts")
    page.goto(server.url)
    expect(words).to_have_value("Plum cake too")
    jana.complaints = [
        said
        for said in jana.complaints
        if "ERR_INTERNET_DISCONNECTED" not in said and "ERR_FAILED" not in said
    ]
    jana.close()


def test_the_bar_of_five(chromium: Browser, server: Running):
    jana = Eyes(chromium, "phone")
    set_up(jana, server)
    places = jana.page.locator(".bar a")
    assert places.all_inner_texts() == ["Home", "Desk", "Write", "Answers", "Statement"]
    boxes = [place.bounding_box() for place in places.all()]
    assert {round(box["width"]) for box in boxes if box} == {78}
    jana.page.get_by_role("link", name="Answers").click()
    expect(jana.page.locator("main")).to_contain_text("Nobody waits for an answer")
    jana.look("answers-none")
    jana.page.get_by_role("link", name="Notifications").click()
    expect(jana.page).to_have_url(f"{server.url}/notifications")
    jana.close()


def test_everything_works_without_a_script(chromium: Browser, server: Running):
    """Set-up, a post with a picture, an answer, a search, settings, a planned post, the statement."""
    context = chromium.new_context(
        viewport=dict(zip(("width", "height"), WIDTHS["phone"], strict=True)), java_script_enabled=False
    )
    page = context.new_page()
    page.goto(f"{server.url}/setup?token={server.write(firm.new_setup_token)}")
    for label, text in (
        ("Name of the firm", "Corner Bakery"),
        ("Handle", "bakery"),
        ("Your own website", "bakery.example"),
        ("What an hour costs you", "40"),
        ("Your name", "Jana"),
        ("E-mail address", "jana@bakery.example"),
        ("Password", PASSWORD),
    ):
        page.get_by_label(label).fill(text)
    page.get_by_label("Start today").check()
    page.get_by_role("button", name="Set up").click()
    page.get_by_label("Your update").fill("Rye is out")
    page.locator("summary", has_text="Add a picture").click()
    page.locator("[name=file0]").set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
    )
    page.locator("[name=alt0]").fill("Two loaves")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".post .text")).to_contain_text("Rye is out")
    expect(page.get_by_alt_text("Two loaves")).to_be_visible()
    page.locator("[data-deed=favourite]").click()
    expect(page.locator("[data-deed=favourite]")).to_have_attribute("aria-pressed", "true")
    page.locator("[data-answer]").click()
    page.get_by_label("Your answer").fill("And it is warm")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(".thread")).to_contain_text("And it is warm")
    page.goto(f"{server.url}/search")
    page.get_by_label("People, hashtags, words").last.fill("rye")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".post")).to_contain_text("Rye is out")
    page.goto(f"{server.url}/settings")
    page.get_by_label("About").fill("Bread since 1961")
    page.get_by_role("button", name="Save the profile").click()
    page.goto(f"{server.url}/@bakery")
    expect(page.locator(".bio")).to_have_text("Bread since 1961")
    page.goto(f"{server.url}/plan/new")
    page.get_by_label("What you want to say").fill("Tomorrow: plum cake")
    page.get_by_role("button", name="Next free slot").click()
    expect(page.locator(".spot.set").first).to_contain_text("plum cake")
    page.goto(f"{server.url}/statement")
    expect(page.locator("main")).to_contain_text("What it cost")
    page.get_by_role("link", name="Month").click()
    page.locator(".figures .figure a").first.click()
    expect(page.get_by_role("link", name="To the statement")).to_be_visible()
    context.close()


def test_light_and_dark_can_be_pinned(chromium: Browser, server: Running):
    jana = Eyes(chromium, "desktop", "dark")
    set_up(jana, server)
    ground = "getComputedStyle(document.body).backgroundColor"
    assert jana.page.evaluate(ground) == "rgb(23, 21, 19)"
    jana.page.goto(f"{server.url}/settings")
    jana.page.get_by_label("Light", exact=True).check(force=True)
    jana.page.get_by_role("button", name="Use it").click()
    expect(jana.page.locator("html")).to_have_attribute("data-theme", "light")
    assert jana.page.evaluate(ground) == "rgb(251, 248, 243)"
    jana.close()


WEIGHT = """() => [...performance.getEntriesByType('resource'), ...performance.getEntriesByType('navigation')]
    .filter((e) => !/[/](media|logo|favicon)/.test(e.name))
    .reduce((sum, e) => sum + e.decodedBodySize, 0)"""


def test_a_public_post_is_light_and_sets_nothing(chromium: Browser, server: Running):
    """At most 30 kB before pictures, unpacked; no script, no cookie."""
    jana = Eyes(chromium, "phone")
    set_up(jana, server)
    jana.page.get_by_label("Your update").fill("Rye is out, still warm. https://bakery.example/rye #bread")
    jana.page.get_by_role("button", name="Post", exact=True).click()
    address = jana.page.locator(".post .time").get_attribute("href")
    jana.close()
    stranger = Eyes(chromium, "phone")
    stranger.page.goto(f"{server.url}{address}")
    stranger.look("public-post")
    assert 10_000 < stranger.page.evaluate(WEIGHT) <= 30_000
    assert stranger.page.locator("script").count() == 0
    assert stranger.context.cookies() == []
    stranger.close()
