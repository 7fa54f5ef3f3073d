"""The card of a linked page on our pages and in feeds of ours: words, never markup (C02, C05, C06)."""

import pytest

from linnet.kernel.clock import now_ms
from linnet.social.cards import actions as cards
from linnet.social.cards import queries
from linnet.social.cards.page import read_page
from linnet.social.posts import linked
from tests.doors.browser import Site, site
from tests.doors.test_site_posts import write

URL = "https://mill.example/rye"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\u202e&lt;b&gt;"


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory):
    with site(tmp_path_factory.mktemp("cards")) as made:
        made.set_up()
        yield made


def card(tx, post_id: int, html: str, url: str = URL) -> None:
    now = now_ms()
    cards.claim(tx, URL, now)
    cards.tie(tx, post_id, URL, "")
    linked.arrived(tx, URL, url, read_page(html, url), now)


def test_a_card_on_the_page_of_a_post(bakery: Site):
    jana = bakery.logged_in("jana@bakery.example")
    id = write(jana, f"Read {URL}")
    assert "page-card" not in bakery.browser().get(f"/@bakery/{id}").text
    html = f'<title>Rye, today</title><meta name="description" content="Every day"><meta property="og:image" content="https://mill.example/{id}.png">'
    bakery.db.write_now(card, id, html)
    for path in (f"/@bakery/{id}", "/@bakery", "/"):
        page = bakery.browser().get(path).text
        assert (
            f'<a class="page-card" href="{URL}" target="_blank" rel="nofollow noopener noreferrer">' in page
        )
        assert "Rye, today" in page
        assert "mill.example</span>" in page
        assert 'src="/media/elsewhere/' in page
        assert f"{id}.png" not in page  # nobody's browser asks there


def test_c02_c06_hostile_words_stay_words(bakery: Site):
    jana = bakery.logged_in("jana@bakery.example")
    id = write(jana, f"Read {URL}")
    html = f'<meta property="og:title" content="{EVIL}"><meta property="og:description" content="{EVIL}"><meta property="og:image" content="javascript:alert(3)">'
    bakery.db.write_now(card, id, html, "https://\u0430pple.example/rye")
    page = bakery.browser().get(f"/@bakery/{id}").text
    shown = page[page.index('class="page-card"') :].partition("</a>")[0]
    assert "<script" not in shown
    assert "<img" not in shown
    assert "\u202e" not in shown
    assert "&lt;script&gt;" in shown
    assert "xn--pple-43d.example" in shown


def test_no_card_beside_pictures_or_behind_a_warning(bakery: Site):
    jana = bakery.logged_in("jana@bakery.example")
    id = write(jana, f"Read {URL}", warning="Careful")
    assert bakery.db.read_now(queries.card, URL)
    assert "page-card" not in bakery.browser().get(f"/@bakery/{id}").text
