"""A trial in Chromium, at phone and desktop width: planned with its bar, frozen, quiet time in the way of
a post and gone past, ended, judged, taken away as a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from linnet.db.tx import Tx
from linnet.desk.firm import actions as firm
from linnet.desk.firm.rules import FirstPerson, NewFirm
from linnet.desk.trial import protocol, queries
from linnet.desk.trial.rules import Trial
from linnet.kernel.clock import DAY, HOUR, now_ms, zone
from linnet.kernel.days import day_of, days_between, next_day
from linnet.social.people import actions as people
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost
from tests import cast, lived_trial
from tests.doors.conftest import Running, _running
from tests.journeys.test_site import WIDTHS, Eyes
from tests.lived_trial import BERLIN, PLAN, TERMS

pytestmark = pytest.mark.slow

ZONE = zone(BERLIN)


class Shop:
    """A firm whose website was counted for eighty days."""

    def __init__(self, server: Running) -> None:
        self.server = server
        new = NewFirm("Corner Bakery", "bakery", ("bakery.example",), BERLIN, "EUR", "40", words="bread")
        made = server.write(
            firm.set_up, new, FirstPerson("Jana", "jana@bakery.example", cast.HASH), token=None, now=now_ms()
        )
        self.who = Author(made.account.id, made.person.id)
        server.write(self.past)

    def past(self, tx: Tx) -> None:
        today = day_of(now_ms(), ZONE)
        for n, day in enumerate(days_between(next_day(today, -80), next_day(today, -1))):
            lived_trial.visits(tx, day, other=20 + n % 7 - n % 3, search=10 + n % 5)

    def window(self, chromium: Browser, width: str, scheme: str = "light") -> Eyes:
        eyes = Eyes(chromium, width, scheme)
        cookie = self.server.write(
            people.open_session, self.who.person_id, self.who.account_id, "a test", now_ms()
        )
        eyes.context.add_cookies([{"name": "sid", "value": cookie, "url": self.server.url}])
        return eyes

    def quiet_trial(self) -> Trial:
        """One that was frozen 60 days ago and is quiet now."""
        now = now_ms()
        plan = lived_trial.longer(PLAN, weeks=12)
        begun = now - 60 * DAY
        seed = lived_trial.seed_with("quiet", plan, begun, now)
        trial = lived_trial.begin(self.server.db, self.who, begun, plan, seed=seed)
        self.server.write(lambda tx: tx.run("DELETE FROM visit"))
        lived_trial.world(self.server.db, trial, effect=45)
        lived_trial.posted(self.server.db, trial)
        lived_trial.live(self.server.db, begun, now)
        return trial


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with _running(tmp_path, "sqlite") as running:
        yield Shop(running)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_trial_from_its_plan_to_its_verdict(
    chromium: Browser, shop: Shop, width: str, tmp_path: Path
) -> None:
    jana = shop.window(chromium, width)
    page, url, server = jana.page, shop.server.url, shop.server
    page.goto(f"{url}/desk")
    page.goto(f"{url}/desk/trial")
    jana.look("trial-plan")
    page.get_by_label("Length").select_option("8")
    page.get_by_label("Minutes on a day with posts").fill("30")
    page.get_by_label("At the least").fill("1")
    page.get_by_label("Probably").fill("1,50")
    page.get_by_label("At the most").fill("2")
    page.get_by_role("button", name="See what it can tell").click()
    expect(page.get_by_role("progressbar", name="Power step")).to_be_visible()
    jana.look("trial-power-step")
    # the bar moves by itself, and what was found comes by itself
    expect(page.get_by_role("heading", name="Freeze it")).to_be_visible(timeout=120_000)
    jana.look("trial-power")
    page.get_by_label("Make the hash public").check()
    page.get_by_role("button", name="Freeze and begin on").click()
    expect(page.get_by_role("heading", name="The trial is frozen")).to_be_visible()
    jana.look("trial-frozen")
    frozen = server.read(queries.current, shop.who.account_id)
    page.get_by_role("link", name="The post that made it public").click()
    expect(page.locator(".post.main")).to_contain_text(frozen.protocol_hash)
    page.goto(f"{url}/desk/trial")
    page.get_by_role("button", name="Give it up before it begins").click()

    trial = shop.quiet_trial()
    guest = server.write(cast.account, "guest")
    nice = server.write(
        posts.publish,
        Author(guest.id, None),
        NewPost("Nice bread"),
        TERMS,
        id=lived_trial.new_id(),
        now=now_ms(),
    )
    page.goto(f"{url}/desk/trial")
    expect(page.get_by_role("heading", name="The trial is running")).to_be_visible()
    jana.look("trial-running")
    page.goto(f"{url}/plan")
    expect(page.get_by_role("link", name="quiet time of the trial")).to_be_visible()
    jana.look("plan-quiet")
    page.goto(f"{url}/")
    expect(page.locator(".quiet-note")).to_contain_text("Quiet time of your trial")
    jana.look("home-quiet")
    words = page.get_by_label("Your update")
    words.fill("Fresh rye from six")
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".wrong").first).to_contain_text("quiet time until")
    expect(words).to_have_value("Fresh rye from six")
    page.get_by_label("Post it all the same").check()
    jana.complaints.clear()  # the browser says that it was refused
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Posted")
    page.goto(f"{url}/@guest/{nice}")
    page.get_by_role("button", name="Boost").click()
    page.wait_for_url("**/boost")
    jana.look("boost-quiet")
    page.get_by_role("link", name="Leave it").click()
    jana.complaints.clear()

    page.goto(f"{url}/desk/trial")
    expect(page.get_by_text("because it was insisted on")).to_be_visible()
    page.get_by_role("link", name="End the trial before its time").click()
    jana.look("trial-stop")
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_role("heading", name="The trial was ended")).to_be_visible()
    lived_trial.live(server.db, now_ms(), now_ms() + DAY + HOUR)
    lived_trial.read(server.db, trial)
    page.goto(f"{url}/desk/trial")
    page.locator("main").get_by_role("link", name="Worth it").click()
    expect(page.get_by_role("img", name="The range against what pays")).to_be_visible()
    jana.look("trial-verdict")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the trial").click()
    file = tmp_path / "trial.json"
    download.value.save_as(file)
    assert protocol.verify(file.read_bytes()).ok
    dark = shop.window(chromium, width, "dark")
    dark.page.goto(page.url)
    dark.look("trial-verdict")
    dark.close()
    jana.close()
