"""An open thread gets what is new of it, in a real browser, and leaves alone what somebody writes; and
how a card looks."""

import pytest
from playwright.sync_api import Browser, expect

from linnet.kernel.clock import now_ms
from linnet.social.cards import actions as cards
from linnet.social.cards.page import read_page
from linnet.social.posts import linked
from tests.doors.conftest import Running
from tests.journeys.test_site import WIDTHS, Eyes, server, set_up

pytestmark = pytest.mark.slow
__all__ = ("server",)  # a fixture

URL = "https://mill.example/rye"
TITLE = "Rye flour, stone ground at low heat: how we mill and why it takes so long to do it well"


def card(tx, post_id: int) -> None:
    html = f'<html lang="en"><title>{TITLE}</title><meta name="description" content="{TITLE} {TITLE}">'
    cards.claim(tx, URL, now_ms())
    cards.tie(tx, post_id, URL, "")
    linked.arrived(tx, URL, URL, read_page(html, URL), now_ms())


@pytest.mark.parametrize("width", WIDTHS)
def test_more_of_an_open_thread(chromium: Browser, server: Running, width: str):
    jana = Eyes(chromium, width)
    set_up(jana, server)
    tom = server.someone("tom")
    root = tom.api.status_post(f"Who bakes with {URL} ?")
    server.write(card, int(root.id))
    jana.page.goto(f"{server.url}/@{tom.handle}/{root.id}")
    shown = jana.page.locator(".page-card")
    expect(shown).to_contain_text("mill.example")
    jana.look("thread-with-card")
    words = jana.page.get_by_label("Your answer")
    words.fill("While I write")
    tom.api.status_post("I do, for one", in_reply_to_id=root.id)
    expect(jana.page.locator(".thread")).to_contain_text("I do, for one")
    expect(words).to_have_value("While I write")
    expect(words).to_be_focused()
    tom.api.status_post("And again", in_reply_to_id=root.id)
    expect(jana.page.locator(".thread .post")).to_have_count(3)
    jana.look("thread-grown")
    jana.close()
