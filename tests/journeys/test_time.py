"""Time and cost in Chromium: what an open page says of itself, and the pages at phone and desktop width."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect

from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.effort import written
from linnet.kernel.clock import HOUR, MINUTE, now_ms
from linnet.kernel.days import day_of, next_day
from linnet.kernel.ids import new_id
from linnet.social.people.actions import join
from tests import cast
from tests.doors.conftest import _running
from tests.journeys.test_desk import BERLIN, Bakery
from tests.journeys.test_site import WIDTHS

pytestmark = pytest.mark.slow

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:a
DTSTART;TZID=Europe/Berlin:{day}T000500
DTEND;TZID=Europe/Berlin:{day}T003500
RRULE:FREQ=DAILY;COUNT=4
SUMMARY:The mill, about flour and the oven, with a title that is long
END:VEVENT
BEGIN:VEVENT
UID:b
DTSTART;VALUE=DATE:{day}
SUMMARY:Holiday
END:VEVENT
END:VCALENDAR
"""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Bakery]:
    with _running(tmp_path, "sqlite") as running:
        yield Bakery(running)


def work(shop: Bakery, tx: Tx) -> None:
    """Some weeks of two people, tools, a rate, an overhead."""
    now, who = now_ms(), shop.who
    today = day_of(now, BERLIN)
    clerk = cast.person(tx, "clerk")
    join(tx, clerk.id, who.account_id, "editor", now)
    effort.measure(tx, clerk.id, True, now)
    for n in range(30):
        for person, channel, minutes, activity in (
            (who.person_id or 0, "phone", 10 + n % 7, "outside"),
            (clerk.id, "facebook", 5 + n % 3, "write"),
        ):
            effort.add_entry(
                tx,
                person,
                who.account_id,
                day=next_day(today, -n),
                minutes=minutes,
                note="the mill",
                channel=channel,
                activity=activity,
                id=new_id(),
                now=now,
            )
    first = f"{today[:7]}-01"
    effort.add_tool(tx, name="Scheduler", amount=1550, currency="EUR", first=first, id=new_id())
    effort.add_tool(
        tx, name="Pictures, a plan with a long name", amount=999, currency="USD", first=first, id=new_id()
    )
    effort.set_rate(tx, clerk.id, 2250, first)
    effort.set_overhead(tx, 1250, first)
    written.start_timer(
        tx, who.person_id or 0, who.account_id, channel="phone", note="course", now=now - 23 * MINUTE
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_time_and_cost(
    chromium: Browser, shop: Bakery, width: str, scheme: str, tmp_path: Path
) -> None:
    jana = shop.window(chromium, width, scheme)
    page, url = jana.page, shop.server.url
    for path in ("/costs", "/costs/people", "/time/files"):
        page.goto(url + path)
        jana.look(f"bare{path.replace('/', '-')}")
    shop.server.write(lambda tx: work(shop, tx))
    month = day_of(now_ms(), BERLIN)[:7]
    for path in ("/time", "/time/files", f"/costs?period={month}", "/costs/people"):
        reply = page.goto(url + path)
        assert reply
        assert reply.status == 200, path
        jana.look(f"full{path.replace('/', '-').partition('?')[0]}")
    page.goto(f"{url}/time/files")
    file = tmp_path / "calendar.ics"
    day = next_day(day_of(now_ms(), BERLIN), -4).replace("-", "")
    file.write_text(CALENDAR.format(day=day))
    page.get_by_label("Calendar file").set_input_files(file)
    page.get_by_role("button", name="Show its events").click()
    expect(page.get_by_text("Which of these was work elsewhere?")).to_be_visible()
    jana.look("offer")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Write down what is ticked").click()
    expect(page.get_by_role("status").first).to_contain_text("1 line is new")
    shop.server.write(written.drop_timer, shop.who.person_id or 0)
    shop.server.write(
        lambda tx: written.start_timer(
            tx,
            shop.who.person_id or 0,
            shop.who.account_id,
            channel="phone",
            note="",
            now=now_ms() - 20 * HOUR,
        )
    )
    page.goto(f"{url}/time")
    expect(page.get_by_text("Was it forgotten?")).to_be_visible()
    jana.look("forgotten")
    page.get_by_label("Minutes, really").fill("35")
    page.get_by_role("button", name="Write it down").first.click()
    expect(page.locator(".toast")).to_contain_text("Phone: 35 min written down.")
    page.get_by_role("button", name="LinkedIn").click()
    expect(page.locator(".toast")).to_contain_text("LinkedIn: 5 min today")
    jana.close()


# -- what an open page says of itself -------------------------------------------------------------


TOLD = """(() => {
    const send = window.fetch;
    window.told = [];
    window.fetch = (where, how) => { if (where === "/beat") window.told.push(String(how.body)); return send(where, how); };
})()"""


class Beats:
    """The beats of a page whose clock is ours, as its script sends them: what the network hears of them, and
    when, is another's business."""

    def __init__(self, page: Page) -> None:
        self._page = page
        page.add_init_script(TOLD)

    @property
    def heard(self) -> list[dict[str, str]]:
        told: list[str] = self._page.evaluate("window.told")
        return [{key: value[0] for key, value in parse_qs(one).items()} for one in told]

    def since(self, n: int) -> list[int]:
        """Quiet in seconds of those behind the first `n`."""
        return [round(int(beat["quiet"]) / 1000) for beat in self.heard[n:]]


def hide(page: Page, hidden: bool) -> None:
    page.evaluate(
        """(state) => { Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
        document.dispatchEvent(new Event("visibilitychange")); }""",
        "hidden" if hidden else "visible",
    )


def test_an_open_page_beats_while_somebody_is_there(chromium: Browser, shop: Bakery) -> None:
    jana = shop.window(chromium, "desktop")
    page = jana.page
    page.clock.install()
    beats = Beats(page)
    page.goto(f"{shop.server.url}/time")
    assert beats.since(0) == [0]
    page.clock.run_for(60_000)
    assert beats.since(0) == [0, 15, 30, 45, 60]
    page.keyboard.press("Shift")  # after a quiet minute an input is said at once
    assert beats.since(5) == [0]
    page.clock.run_for(10_000)
    page.keyboard.press("Shift")
    page.clock.run_for(15_000)
    assert beats.since(6) == [5]  # 15 seconds after the one before, whatever came between
    n = len(beats.heard)
    page.clock.run_for(15 * 60_000)  # nobody is there: quiet of five minutes, and then silence
    assert max(beats.since(n)) <= 300
    assert 18 <= len(beats.since(n)) <= 20
    word = beats.heard[-1]["tab"]
    page.keyboard.press("Shift")
    n = len(beats.heard)
    hide(page, hidden=True)
    assert len(beats.heard) == n + 1
    page.clock.run_for(120_000)
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert len(beats.heard) == n + 1  # a hidden page is silent, also when it is closed
    hide(page, hidden=False)
    assert beats.since(n + 1) == [0]
    assert beats.heard[-1]["tab"] != word  # another look, another word
    page.clock.run_for(15_000)
    assert beats.since(n + 1) == [0, 15]
    jana.close()
