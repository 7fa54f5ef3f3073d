"""What one stranger can make us do in one transaction, or keep for ever."""

import asyncio
from typing import Any

import pytest

from linnet.db.database import Database
from linnet.federation import names
from linnet.federation.authority import Drop
from linnet.federation.doors import kept
from linnet.federation.letters import rules as letters
from linnet.federation.reading import leaving
from linnet.jobs import rows
from linnet.kernel.clock import DAY
from linnet.kernel.page import WIDE
from linnet.social.media import queries as media
from linnet.social.media.elsewhere import RemotePicture
from linnet.social.people import queries as people
from linnet.social.posts import foreign
from linnet.social.posts import queries as posts
from tests.conftest import NOW
from tests.federation.neighbours import neighbour, their_post

COUNT = "SELECT COUNT(*) FROM post WHERE account_id = :id"


@pytest.mark.parametrize(("objects", "makers"), [(1, 401), (201, 1), (190, 190), (150, 2)])
def test_a_letter_is_about_so_much_and_no_more(objects: int, makers: int) -> None:
    """A million bytes of addresses would be looked at one by one, before anybody has proven who they are."""
    place = "https://far.example"
    about = [
        {"id": f"{place}/{n}", "attributedTo": [f"https://h{n}-{m}.example/" for m in range(makers)]}
        for n in range(objects)
    ]
    found = letters.shape({"id": f"{place}/1", "type": "Like", "actor": f"{place}/vera", "object": about})
    said = min(objects, 200) * (1 + min(makers, 200))
    assert isinstance(found, Drop) == (said > letters.MOST_NAMED)


def test_an_address_of_ours_with_a_number_that_no_row_can_have(db: Database) -> None:
    url, most = "https://linnet.example", "9" * 19
    for address in (f"{url}/ap/users/{most}", f"{url}/ap/users/1/posts/{most}"):
        own = names.ours(url, address)
        assert own is not None
        assert max(own.account_id, own.post_id) == WIDE
        assert db.read_now(people.account, own.account_id) is None
        assert db.read_now(posts.post, own.post_id) is None


def test_documents_are_kept_up_to_so_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for page after page of everything."""
    monkeypatch.setattr(kept, "BYTES", 1000)
    monkeypatch.setattr(kept, "MOST_PAGES", 8)
    shelf = kept.Kept(clock=lambda: 0.0)

    def held() -> int:
        return sum(len(made.body) for pages in shelf._topics.values() for _, made in pages.values())

    async def ask(topic: int, key: int, size: int) -> None:
        async def make() -> kept.Made:
            return kept.Made(200, b"x" * size)

        await shelf.get(("post", topic), key, make)

    async def story() -> None:
        for topic in range(20):
            for key in range(20):
                await ask(topic, key, 10 * (1 + key % 3))
                assert held() == shelf._bytes <= 1000
        await ask(99, 0, 5000)  # more than may be kept
        assert held() == shelf._bytes == 0
        await ask(1, 1, 500)
        shelf.forget(("post", 1))
        assert held() == shelf._bytes == 0

    asyncio.run(story())


class Taken:
    """A table of which these ids are taken."""

    def __init__(self, ids: range) -> None:
        self.ids = ids
        self.asked = 0

    def value(self, _sql: str, *, id: int) -> int | None:
        self.asked += 1
        return 1 if id in self.ids else None


@pytest.mark.parametrize("crowd", [0, 1, 300, 70_000, 5_000_000])
def test_a_crowd_that_says_to_be_of_one_moment_finds_its_ids_at_once(crowd: int) -> None:
    table: Any = Taken(range(1000, 1000 + crowd))
    id = posts.free_id(table, 1000)
    assert id not in table.ids
    assert 1000 <= id <= 1000 + 2 * crowd
    assert table.asked < 50


def test_whoever_wrote_much_and_is_gone_goes_in_slices(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leaving, "SLICE", 2)
    vera = db.write_now(neighbour, "vera", "far.example")
    for n in range(5):
        db.write_now(their_post, vera, str(n))
    db.write_now(leaving.gone, vera.id, NOW)
    found = db.read_now(people.must_account, vera.id)
    assert found.hidden  # at once, before the posts themselves are gone
    left = []
    while jobs := db.write_now(rows.claim, "look", n=9, claim=len(left) + 1, now=NOW, lease=1000):
        assert [job.kind for job in jobs] == ["ForgetPosts"]
        db.write_now(leaving.take_away, vera.id, NOW)
        db.write_now(rows.done, jobs[0])
        left.append(db.read_now(lambda tx: tx.value(COUNT, id=vera.id)))
    assert left == [3, 1, 0, 0]
    assert db.read_now(posts.is_gone, f"{vera.uri}/0", vera.id)


def test_what_was_deleted_and_never_here_is_not_remembered_for_ever(db: Database) -> None:
    vera = db.write_now(neighbour, "vera", "far.example")
    assert not db.write_now(foreign.forget, f"{vera.uri}/1", vera.id, NOW)
    db.write_now(foreign.sweep, NOW + foreign.GONE_KEPT)
    assert db.read_now(posts.is_gone, f"{vera.uri}/1", vera.id)
    db.write_now(foreign.sweep, NOW + foreign.GONE_KEPT + DAY)
    assert not db.read_now(posts.is_gone, f"{vera.uri}/1", vera.id)


def test_of_a_post_that_is_edited_without_end_so_many_versions_are_kept(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with other pictures. The history is read as a whole by whoever looks at it."""
    monkeypatch.setattr(foreign, "MOST_VERSIONS", 3)
    vera = db.write_now(neighbour, "vera", "far.example")
    id = db.write_now(their_post, vera, "1")
    for n in range(1, 9):
        said = foreign.RemotePost(
            f"{vera.uri}/1",
            "",
            vera.id,
            f"<p>{n}</p>",
            "",
            False,
            "public",
            "",
            NOW,
            NOW + n * 2000,
            None,
            (),
            (),
            (RemotePicture("https://far.example/stays.png"), RemotePicture(f"https://far.example/{n}.png")),
        )
        db.write_now(foreign.revise, said, NOW + n * 2000)
    assert [one.html for one in db.read_now(posts.versions, id)] == ["<p>1</p>", "<p>1</p>", "<p>2</p>"]
    shown = db.read_now(media.of_post, id)
    assert [one.remote_url.rpartition("/")[2] for one in shown] == ["stays.png", "8.png"]
    ever = {one.remote_url.rpartition("/")[2] for one in db.read_now(media.ever_of_post, id)}
    assert ever == {"stays.png", "1.png", "2.png", "8.png"}
    last = db.read_now(posts.post, id)
    assert last is not None
    assert last.html == "<p>8</p>"
