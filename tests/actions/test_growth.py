"""Pages that must not become slower with the server: each reads one index in the order of the page and
stops when the page is full. And they hold what a plain filter over everything holds."""

import random
from collections.abc import Iterator

import pytest

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.kernel.ids import new_id
from linnet.kernel.page import WIDE, Page
from linnet.social.notices import queries as notices
from linnet.social.notices.rules import KINDS, Notice
from linnet.social.people import queries as people
from linnet.social.posts import actions
from linnet.social.posts.rules import Author, NewPost, Terms
from linnet.social.search import queries as search
from linnet.social.timelines import queries as timelines
from tests.cast import both

TERMS = Terms("https://linnet.example", 140)
PAGE = {"below": WIDE, "above": 0, "n": 20}
VIEW = {"viewer_id": 1}
OWN = {"account_id": 1, "visibilities": ["public"], "replies": True, "boosts": True, "tag": "bread"}
PLANS = {
    timelines.PUBLIC_DOWN: (VIEW | {"remote": False}, "post_public"),
    timelines.HERE_DOWN: (VIEW, "post_here"),
    timelines.HERE_UP: (VIEW, "post_here"),
    timelines.PICTURES_DOWN: (VIEW | {"local": True, "remote": False}, "media_post"),
    timelines.TAG_DOWN: (VIEW | {"key": "bread", "local": False, "with_media": False}, "t USING PRIMARY KEY"),
    timelines.ACCOUNT_DOWN: (OWN, "post_account"),
    timelines.ALBUM_DOWN: (OWN, "media_account"),
    timelines.UNDER_TAG_DOWN: (OWN, "t USING PRIMARY KEY"),
    notices.ALL_DOWN: ({"account_id": 1, "from_id": 0}, "notice_account"),
    notices.KIND_DOWN: (
        {"account_id": 1, "from_id": 0, "kind": "poll"},
        "n USING COVERING INDEX notice_kind",
    ),
    notices.KIND_UP: ({"account_id": 1, "from_id": 0, "kind": "poll"}, "n USING COVERING INDEX notice_kind"),
    search.LITE_POSTS: (VIEW | {"match": "bread", "author_id": 0, "skip": 0}, "s VIRTUAL TABLE"),
}


def test_a_page_reads_one_index_in_its_order(db: Database) -> None:
    if db.dialect != "sqlite":
        pytest.skip("PostgreSQL plans by its statistics, which an empty table has not")

    def plan(tx: Tx, sql: str, given: dict[str, object]) -> list[str]:
        return [str(row[-1]) for row in tx._fetch(f"EXPLAIN QUERY PLAN {sql}", PAGE | given)[0]]

    for sql, (given, index) in PLANS.items():
        steps = db.read_now(plan, sql, given)
        assert any(index in step for step in steps), (sql, steps)
        assert not [step for step in steps if "ORDER BY" in step], (sql, steps)
        assert not [step for step in steps if step.startswith("SCAN ") and "VIRTUAL TABLE" not in step], steps


def pages(last: int) -> Iterator[Page]:
    """Every way to ask: from the top, from the bottom, between."""
    for size in (1, 3, 50):
        yield Page(size)
        yield Page(size, ascending=True)
        yield Page(size, below=last // 2)
        yield Page(size, above=last // 2)
        yield Page(size, above=last // 3, ascending=True)


def cut(ids: list[int], page: Page) -> list[int]:
    """What a page of `ids` is, said plainly."""
    within = sorted(id for id in ids if page.above < id < page.below)
    chosen = within[: page.size] if page.ascending else within[-page.size :]
    return chosen[::-1]


def test_a_page_of_some_kinds_is_a_page_of_all_without_the_others(db: Database) -> None:
    rng = random.Random(7)
    given = [
        Notice(id, rng.choice((1, 2)), rng.choice(KINDS), rng.choice((3, 4)), None, id)
        for id in range(1, 200)
    ]

    def act(tx: Tx) -> None:
        for notice in given:
            notices.insert(tx, notice)

    db.write_now(act)
    for page in pages(200):
        for kinds in (KINDS, ("mention",), ("mention", "quote"), KINDS[1:], ()):
            for from_id in (0, 3):
                wanted = [
                    n.id for n in given if n.account_id == 1 and n.kind in kinds and from_id in (0, n.from_id)
                ]
                found = db.read_now(notices.page, 1, page, kinds, from_id)
                assert [n.id for n in found] == cut(wanted, page)


MEDIA = """INSERT INTO media (id, account_id, post_id, use, position, mime, width, height, bytes, file, loose_since)
    VALUES (:id, :account_id, :post_id, 'post', :position, 'image/png', 1, 1, 1, :file, 0)"""


def lived_in(tx: Tx) -> tuple[Author, list[tuple[int, bool, bool]]]:
    """Sixty posts of ada: id, whether it shows a picture, whether it carries #bread. Some pictures were taken
    out by an edit, and of some posts only the second is left."""
    who, speaks = both(tx, "ada")
    ada = Author(speaks.id, who.id)
    rng = random.Random(3)
    made = []
    for n in range(60):
        tagged, shown = rng.random() < 0.3, rng.choice(((), (), (0,), (0, 1, 2), (-1, 1, 2), (-1, -1)))
        text = f"number {n} {'#bread' if tagged else 'rye'}"
        id = actions.publish(tx, ada, NewPost(text), TERMS, id=new_id(), now=n)
        for position in shown:
            file = new_id()
            tx.run(MEDIA, id=file, account_id=ada.account_id, post_id=id, position=position, file=str(file))
        made.append((id, any(position >= 0 for position in shown), tagged))
    return ada, made


@pytest.mark.parametrize("seldom", [0, 2_000])
def test_pictures_and_tags_of_an_account(db: Database, monkeypatch: pytest.MonkeyPatch, seldom: int) -> None:
    monkeypatch.setattr(timelines, "SELDOM", seldom)
    ada, made = db.write_now(lived_in)
    for page in pages(made[-1][0]):
        for with_media in (False, True):
            for tag in ("", "bread"):
                wanted = [id for id, media, tagged in made if media >= with_media and (tagged or not tag)]
                found = db.read_now(timelines.account, ada.account_id, page, with_media=with_media, tag=tag)
                assert found == cut(wanted, page)
            wanted = [id for id, media, _ in made if media >= with_media]
            assert db.read_now(timelines.public, page, with_media=with_media) == cut(wanted, page)
            assert db.read_now(timelines.public, page, local=True, with_media=with_media) == cut(wanted, page)
            assert db.read_now(timelines.public, page, remote=True, with_media=with_media) == []
            assert db.read_now(timelines.public, page, local=True, remote=True, with_media=with_media) == []
            tagged = [id for id, media, tagged in made if tagged and media >= with_media]
            assert db.read_now(timelines.tag, "bread", page, with_media=with_media) == cut(tagged, page)


def test_search_is_newest_first_and_turns_its_pages(db: Database) -> None:
    ada, made = db.write_now(lived_in)
    newest = [id for id, _, _ in reversed(made)]

    def found(tx: Tx, **more: int) -> list[int]:
        return search.posts(tx, "number", viewer_id=ada.account_id, **more)

    assert db.read_now(found, n=50) == newest[:50]
    assert db.read_now(found, n=10, skip=10) == newest[10:20]
    assert db.read_now(found, n=5, below=newest[20]) == newest[21:26]
    assert db.read_now(found, n=50, above=newest[4]) == newest[:4]
    assert db.read_now(people.must_account, ada.account_id).posts_count == 60
