"""Cards of posts: one fetch for a page, whoever links to it; kept, tried again, taken away (B16, C17)."""

import asyncio
from typing import Any

import pytest

from linnet.db.database import Database
from linnet.kernel.clock import DAY, HOUR, MINUTE, now_ms
from linnet.kernel.errors import Invalid, Upstream
from linnet.kernel.ids import new_id
from linnet.kernel.wire import decode_as
from linnet.net.client import Answer
from linnet.social.cards import actions as cards
from linnet.social.cards import queries, rules
from linnet.social.cards.actions import FetchCard
from linnet.social.media import queries as media
from linnet.social.posts import actions, errands, views
from linnet.social.posts.rules import Author, NewPost, PostChange, Terms
from tests.cast import both

TERMS = Terms("https://linnet.example", 500)
PAGE = b"""<html lang="en"><head><title>Rye</title><meta name="description" content="Every day">
<meta property="og:image" content="/rye.jpg"></head>"""
URL = "https://mill.example/rye"
DUE = "SELECT body FROM job WHERE kind = 'FetchCard' AND run_at <= :at ORDER BY run_at, id"
RUN_AT = "SELECT MAX(run_at) FROM job WHERE kind = 'FetchCard'"


class Pages:
    """`pages[url]`: bytes, (status, headers), an Answer, or an exception."""

    def __init__(self, **pages: Any) -> None:
        self.pages: dict[str, Any] = pages
        self.asked: list[str] = []

    async def get(self, url: str, *, headers: Any = None, policy: Any = None) -> Answer:
        assert policy.cut
        assert "text/html" in policy.types
        self.asked.append(url)
        found = self.pages.get(url, (404, {}))
        await asyncio.sleep(0)
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Answer):
            return found
        if isinstance(found, tuple):
            return Answer(found[0], url, found[1], b"")
        return Answer(200, url, {"content-type": "text/html; charset=utf-8"}, found)


class Desk:
    """Somebody who posts, and the worker of the cards."""

    def __init__(self, db: Database, pages: dict[str, Any]) -> None:
        self.db, self.world = db, Pages()
        self.world.pages = pages
        self.author = db.write_now(self._author)

    def _author(self, tx: Any) -> Author:
        who, speaks = both(tx, "ada")
        return Author(speaks.id, who.id)

    def post(self, text: str, **more: Any) -> int:
        new, id = NewPost(text, **more), new_id()
        return self.db.write_now(actions.publish, self.author, new, TERMS, id=id, now=now_ms())

    def due(self, at: int) -> list[FetchCard]:
        return [decode_as(FetchCard, body) for body in self.db.read_now(lambda tx: tx.all(str, DUE, at=at))]

    def work(self, ahead: int = MINUTE, clean: Any = lambda tx, url, own: url) -> int:
        """Does the jobs that are due by then; answers how many."""
        jobs = self.due(now_ms() + ahead)
        self.db.write_now(
            lambda tx: [tx.run("DELETE FROM job WHERE key = :key", key=f"card:{job.post_id}") for job in jobs]
        )

        async def all_of() -> None:
            for job in jobs:
                await errands.fetch_card(self.db, self.world, clean, TERMS.url, job)

        asyncio.run(all_of())
        return len(jobs)

    def card(self, post_id: int) -> Any:
        return self.db.read_now(views.view, post_id, self.author.account_id).card

    def revision(self, post_id: int) -> int:
        return self.db.read_now(views.view, post_id, self.author.account_id).post.revision


@pytest.fixture
def desk(db: Database) -> Desk:
    return Desk(db, {URL: PAGE})


def test_one_fetch_for_a_page_and_every_post_shows_it(desk: Desk) -> None:
    first = desk.post(f"Read {URL}?utm_source=me and https://other.example/never")
    second = desk.post(f"Also {URL}#crumbs")
    assert desk.card(first) is None
    before = desk.revision(first)
    assert desk.work() == 2
    assert desk.world.asked == [URL]
    for id in (first, second):
        card = desk.card(id)
        assert (card.url, card.host, card.title, card.description, card.language) == (
            URL,
            "mill.example",
            "Rye",
            "Every day",
            "en",
        )
        picture = desk.db.read_now(media.media, card.picture)
        assert (picture.remote_url, picture.use, picture.file) == ("https://mill.example/rye.jpg", "card", "")
    assert desk.revision(first) > before  # rendered copies are known to be old
    third = desk.post(f"And {URL}")
    desk.work()
    assert desk.world.asked == [URL]
    assert desk.card(third).title == "Rye"


def test_c17_where_it_was_found_is_what_is_shown(desk: Desk) -> None:
    desk.world.pages["https://short.example/x"] = Answer(
        200,
        "https://www.evil.example/bank",
        {"content-type": "text/html"},
        b'<title>Your bank</title><meta property="og:site_name" content="Bank"><meta property="og:url" content="https://bank.example/">',
    )
    id = desk.post("https://short.example/x")
    desk.work()
    assert (desk.card(id).host, desk.card(id).url) == ("evil.example", "https://www.evil.example/bank")


def test_a_link_that_counts_shows_the_clean_host_and_leads_through_the_count(desk: Desk) -> None:
    def clean(_tx: Any, url: str, _own: str) -> str:
        return URL if "/go/" in url else url.replace("?ln=4kQ9xRz", "")

    go = desk.post("https://linnet.example/go/4kQ9xRz")
    own = desk.post(f"{URL}?ln=4kQ9xRz")
    desk.work(clean=clean)
    assert desk.world.asked == [URL]  # a preview is no visit
    assert (desk.card(go).host, desk.card(go).url) == ("mill.example", "https://linnet.example/go/4kQ9xRz")
    assert (desk.card(own).host, desk.card(own).url) == ("mill.example", f"{URL}?ln=4kQ9xRz")


@pytest.mark.parametrize(
    "more",
    [
        {"warning": "Careful"},
        {"sensitive": True},
        {"visibility": "direct"},
        {"text": "@ada #tag and no link"},
    ],
)
def test_posts_without_a_card(desk: Desk, more: dict[str, Any]) -> None:
    id = desk.post(**({"text": f"Look {URL}"} | more))
    assert desk.work() == 0
    assert desk.card(id) is None


def test_our_own_pages_need_none(desk: Desk) -> None:
    id = desk.post("https://linnet.example/@ada")
    desk.work()
    assert (desk.world.asked, desk.card(id)) == ([], None)


def test_an_edit_changes_the_card_and_a_warning_takes_it_away(desk: Desk) -> None:
    desk.world.pages["https://other.example/"] = b"<title>Other</title>"
    id = desk.post(f"Read {URL}")
    desk.work()

    def edit(text: str, **more: Any) -> None:
        change = PostChange(text, **more)
        desk.db.write_now(actions.edit, desk.author, id, change, TERMS, now=now_ms())
        desk.work()

    edit("Read https://other.example")
    assert desk.card(id).title == "Other"
    edit("Read https://other.example", warning="Careful")
    assert desk.card(id) is None
    edit("Read https://other.example")
    assert desk.card(id).title == "Other"
    edit("Read nothing")
    assert desk.card(id) is None
    id = desk.post(f"Read {URL}")
    desk.db.write_now(actions.delete, desk.author, id, now_ms())
    assert desk.work() == 0
    assert desk.db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM post_card")) == 0


@pytest.mark.parametrize(
    "found",
    [
        (404, {}),
        (403, {}),
        Invalid("url", "is not on the public internet"),
        b"<p>no head</p>",
        b"",
        b"<title> \x00 </title>",
    ],
)
def test_a_page_without_a_card_is_left_alone_for_a_day(desk: Desk, found: Any) -> None:
    desk.world.pages[URL] = found
    one, two = desk.post(URL), desk.post(f"Again {URL}")
    desk.work()
    assert (desk.card(one), desk.card(two), desk.world.asked) == (None, None, [URL])
    assert desk.due(now_ms() + 3 * DAY) == []
    known = desk.db.read_now(queries.card, URL)
    assert known.problem
    assert HOUR < known.fresh_until - now_ms() <= DAY


@pytest.mark.parametrize(
    ("found", "least", "most"),
    [
        (Upstream("It cannot be reached."), rules.AWAY_FOR - MINUTE, rules.AWAY_FOR),
        ((503, {"retry-after": "7200"}), 2 * HOUR - MINUTE, 2 * HOUR),
        ((429, {}), rules.AWAY_FOR - MINUTE, rules.AWAY_FOR),
        ((500, {"retry-after": "9999999"}), DAY - MINUTE, DAY),
    ],
)
def test_b16_who_asks_to_be_left_alone_is(desk: Desk, found: Any, least: int, most: int) -> None:
    desk.world.pages[URL] = found
    id = desk.post(URL)
    desk.work()
    wait = desk.db.read_now(lambda tx: tx.value(RUN_AT)) - now_ms()
    assert least < wait <= most
    other = desk.post(f"Too {URL}")
    desk.work(ahead=MINUTE)
    assert desk.world.asked == [URL]
    # and then it works
    desk.db.write_now(lambda tx: tx.run("UPDATE card SET fresh_until = 0"))
    desk.world.pages[URL] = PAGE
    desk.work(ahead=most)
    assert desk.card(id).title == "Rye"
    assert desk.card(other).title == "Rye"


def test_tried_a_few_times_and_no_more(desk: Desk) -> None:
    desk.world.pages[URL] = Upstream("It cannot be reached.")
    desk.post(URL)
    for _ in range(6):
        desk.work(ahead=DAY)
        desk.db.write_now(lambda tx: tx.run("UPDATE card SET fresh_until = 0"))
    assert len(desk.world.asked) == rules.TRIES


def test_two_at_once_ask_once(desk: Desk) -> None:
    one, two = desk.post(URL), desk.post(f"Also {URL}")
    jobs = desk.due(now_ms() + MINUTE)

    async def both_at_once() -> None:
        await asyncio.gather(
            *(
                errands.fetch_card(desk.db, desk.world, lambda _, url, own: url, TERMS.url, job)
                for job in jobs
            )
        )

    asyncio.run(both_at_once())
    assert desk.world.asked == [URL]
    desk.work()
    assert desk.card(one).title == desk.card(two).title == "Rye"
    assert desk.world.asked == [URL]


def test_others_wait_at_random_and_are_not_missed_after_an_hour(desk: Desk) -> None:
    now = now_ms()
    for _ in range(40):
        desk.db.write_now(cards.look, new_id(), URL, ours=False, now=now)
    waits = desk.db.read_now(lambda tx: tx.all(int, "SELECT run_at FROM job WHERE kind = 'FetchCard'"))
    assert all(0 <= at - now < MINUTE for at in waits)
    assert len({(at - now) // 10_000 for at in waits}) > 1
    late = FetchCard(new_id(), URL, now - 2 * HOUR)
    asyncio.run(errands.fetch_card(desk.db, desk.world, lambda _, url, own: url, TERMS.url, late))
    assert desk.world.asked == []


def test_an_old_card_is_asked_for_again_and_keeps_its_picture(desk: Desk) -> None:
    first = desk.post(URL)
    desk.work()
    picture = desk.card(first).picture
    desk.db.write_now(lambda tx: tx.run("UPDATE card SET fresh_until = 0"))
    desk.world.pages[URL] = PAGE.replace(b"Rye", b"Better rye")
    desk.post(f"New {URL}")
    desk.work()
    assert (desk.card(first).title, desk.card(first).picture) == ("Better rye", picture)
    desk.db.write_now(lambda tx: tx.run("UPDATE card SET fresh_until = 0"))
    desk.world.pages[URL] = PAGE.replace(b"/rye.jpg", b"/wheat.jpg")
    desk.post(f"Newer {URL}")
    desk.work()
    assert desk.card(first).picture not in (0, picture)
    assert desk.db.read_now(media.media, picture) is None


def test_cards_under_no_post_go_after_a_month(desk: Desk) -> None:
    kept, gone = desk.post(URL), desk.post("https://other.example/")
    desk.world.pages["https://other.example/"] = PAGE
    desk.work()
    picture = desk.card(gone).picture
    desk.db.write_now(actions.delete, desk.author, gone, now_ms())
    desk.db.write_now(cards.sweep, now_ms() + 29 * DAY)
    assert desk.db.read_now(queries.card, "https://other.example/")
    desk.db.write_now(cards.sweep, now_ms() + 31 * DAY)
    assert desk.db.read_now(queries.card, "https://other.example/") is None
    assert desk.db.read_now(media.media, picture) is None
    assert desk.card(kept).title == "Rye"
