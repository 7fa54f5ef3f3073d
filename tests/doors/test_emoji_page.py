"""Emoji of other servers through the doors: Mastodon.py, pages, how often the database is asked, and
pictures at addresses that nobody may ask."""

from dataclasses import replace

import pytest

from linnet.db.sqlite import SqliteTx
from linnet.db.tx import Tx
from linnet.door.pictures import EMOJI_BYTES, Gallery
from linnet.kernel.clock import now_ms
from linnet.kernel.errors import TooMany
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.net.client import Answer, Policy
from linnet.social.emoji.rules import Reaction, RemoteEmoji, of
from linnet.social.marks import queries as marks
from linnet.social.media.rules import Picture, Use
from linnet.social.media.workshop import Workshop
from linnet.social.people import foreign as people
from linnet.social.people.foreign import RemoteAccount
from linnet.social.people.rules import Account
from linnet.social.polls.rules import ForeignPoll
from linnet.social.posts import actions as posts
from linnet.social.posts import foreign
from linnet.social.posts import queries as post_queries
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import Author, Post
from linnet.social.reactions import actions as reactions
from tests.doors.browser import Browser, Site, site
from tests.doors.conftest import Running
from tests.doors.test_site_posts import write
from tests.pictures import picture


def emoji(name: str, url: str = "") -> RemoteEmoji:
    return RemoteEmoji("a.example", name, url or f"https://a.example/{name}.png")


def kit(tx: Tx) -> Account:
    theirs = RemoteAccount(
        uri="https://a.example/users/kit", url="https://a.example/@kit", handle="kit", host="a.example",
        kind="person", name="Kit :cat:", bio="<p>:dog: person</p>", fields=(("Pet", ":fish:"),), locked=False,
        discoverable=True, indexable=True, hides_network=False, avatar="", header="", created_at=1,
        emoji=(emoji("cat"), emoji("dog"), emoji("fish")),
    )  # fmt: skip
    return people.put(tx, theirs, id=new_id(), now=now_ms())


def note(
    tx: Tx, account: Account, number: int, *shown: RemoteEmoji, text: str = "Meow :cat:", **more
) -> Post:
    uri = f"https://a.example/notes/{number}"
    theirs = RemotePost(
        uri=uri, url=uri, account_id=account.id, html=f"<p>{text}</p>", warning="", sensitive=False,
        visibility="public", language="", published=now_ms(), updated=None, reply_to_id=None, mention_ids=(),
        tags=(), pictures=(), emoji=shown,
    )  # fmt: skip
    id = foreign.receive(tx, changed(theirs, **more), id=new_id(), now=now_ms(), live=False)
    found = post_queries.post(tx, id)
    assert found
    return found


def test_the_library_shows_them_and_what_changes_is_shown_anew(server: Running) -> None:
    anna = server.someone("anna")
    theirs = server.write(kit)
    poll = ForeignPoll(((":fish:", 1), ("none", 0)), False, now_ms() + 86_400_000, 1)
    shown = (emoji("cat"), emoji("fish"))
    post = server.write(note, theirs, new_id(), *shown, poll=poll)
    found = anna.api.status(post.id)
    assert [one.shortcode for one in found.emojis] == ["cat", "fish"]
    assert [one.shortcode for one in found.account.emojis] == ["cat", "dog", "fish"]
    assert [one.shortcode for one in found.poll.emojis] == ["fish"]
    cat = found.emojis[0]
    assert cat.url.startswith(f"{server.url}/media/elsewhere/")
    assert cat.static_url == f"{cat.url}/small"
    assert cat.visible_in_picker is False
    assert [one.shortcode for one in anna.api.account(theirs.id).emojis] == ["cat", "dog", "fish"]
    assert [one.shortcode for one in anna.api.poll(found.poll.id).emojis] == ["fish"]
    assert anna.api.custom_emojis() == []

    plain = server.write(note, theirs, new_id(), emoji("cat"))
    assert [one.shortcode for one in anna.api.status(plain.id).emojis] == ["cat"]  # kept from now on
    server.write(_forget_emoji, plain)
    assert anna.api.status(plain.id).emojis == []
    assert [one.emojis for one in anna.api.status_history(plain.id)] == [[]]


def _forget_emoji(tx: Tx, post: Post) -> None:
    """Its server brings it without them."""
    account = kit(tx)
    theirs = RemotePost(
        uri=post.uri, url=post.url, account_id=account.id, html=post.html, warning="", sensitive=False,
        visibility="public", language="", published=post.created_at, updated=None, reply_to_id=None,
        mention_ids=(), tags=(), pictures=(),
    )  # fmt: skip
    assert foreign.revise(tx, theirs, now_ms()) == post.id


def test_a_reaction_stays_a_favourite_in_the_client_api(server: Running) -> None:
    anna = server.someone("anna")
    mine = anna.api.status_post("Cake")
    theirs = server.write(kit)
    server.write(reactions.favourite, theirs.id, int(mine.id), now_ms(), Reaction("🎉"))
    (told,) = anna.api.notifications()
    assert (told.type, told.account.acct, told.status.favourites_count) == ("favourite", "kit@a.example", 1)
    assert not {"emoji", "emoji_url", "reaction"} & set(told)  # documented nowhere for this type
    assert [one.acct for one in anna.api.status_favourited_by(mine.id)] == ["kit@a.example"]


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory):
    with site(tmp_path_factory.mktemp("emoji")) as made:
        made.set_up()
        yield made
        made.runner.run(made.house.client.close())  # it was asked for pictures


@pytest.fixture(scope="module")
def jana(bakery: Site) -> Browser:
    return bakery.logged_in("jana@bakery.example")


def test_they_stand_in_names_words_lines_and_polls(bakery: Site, jana: Browser) -> None:
    theirs = bakery.db.write_now(kit)
    poll = ForeignPoll(((":cow:", 1), ("none", 0)), False, now_ms() + 86_400_000, 1)
    shown = (emoji("cat"), emoji("hen"), emoji("cow"))
    post = bakery.db.write_now(note, theirs, 1, *shown, warning="Careful :hen:", poll=poll)
    page = jana.get(f"/@kit@a.example/{post.id}").text
    for name in ("cat", "hen", "cow"):
        assert f'alt=":{name}:" title=":{name}:"' in page
    profile = jana.get("/@kit@a.example").text
    head = profile.partition('class="profile"')[2].partition("</section")[0]
    for name in ("cat", "dog", "fish"):
        assert f'alt=":{name}:" title=":{name}:"' in head
    assert "a.example/cat.png" not in page + profile
    assert "<title>Kit :cat:" in profile  # words where only words can be


def test_what_one_of_ours_writes_stays_words(bakery: Site, jana: Browser) -> None:
    bakery.db.write_now(kit)
    id = write(jana, "I like :cat: too")
    page = jana.get(f"/@bakery/{id}").text
    assert "I like :cat: too" in page
    assert 'class="emoji"' not in page.partition("<main")[2].partition("</main")[0]


def test_the_database_is_not_asked_more_often(
    bakery: Site, jana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = bakery.db.write_now(kit)
    seen: list[str] = []
    plain = SqliteTx._fetch

    def counting(self, sql, parameters):
        seen.append(sql)
        return plain(self, sql, parameters)

    def asked(path: str) -> int:
        jana.get(path)
        seen.clear()
        assert jana.get(path).status == 200
        return len(seen)

    own = write(jana, "Counted")
    with monkeypatch.context() as patched:
        patched.setattr(SqliteTx, "_fetch", counting)
        before = asked("/")
        for n in range(5):
            post = bakery.db.write_now(
                note,
                theirs,
                100 + n,
                *(emoji(f"e{m}") for m in range(9)),
                text=" ".join(f":e{m}:" for m in range(9)),
            )
            bakery.db.write_now(_boost, bakery, post)
        after = asked("/")
        assert jana.page.text.count('class="emoji"') >= 45
        for n in range(3):
            other = bakery.db.write_now(_somebody, n)
            bakery.db.write_now(reactions.favourite, other.id, own, now_ms(), Reaction(":cat:", emoji("cat")))
        told = asked("/notifications")
        sayings = [sql for sql in seen if sql == marks.SAID_OF]
        assert jana.page.text.count("reacted with <img") == 3
    assert after <= before + 1
    assert (told <= 12, len(sayings)) == (True, 1)


def _boost(tx: Tx, bakery: Site, post: Post) -> None:
    del bakery
    mine = tx.value("SELECT id FROM account WHERE handle = 'bakery'")
    posts.boost(tx, Author(mine, None), post.id, id=new_id(), now=now_ms())


def _somebody(tx: Tx, n: int) -> Account:
    theirs = RemoteAccount(
        uri=f"https://a.example/users/{n}", url="", handle=f"user{n}", host="a.example", kind="person",
        name=f"User {n}", bio="", fields=(), locked=False, discoverable=True, indexable=True,
        hides_network=False, avatar="", header="", created_at=1,
    )  # fmt: skip
    return people.put(tx, theirs, id=new_id(), now=now_ms())


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/cat.png",
        "https://10.0.0.1/cat.png",
        "https://[::1]/cat.png",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/cat.png",
    ],
)
def test_b07_a_picture_at_a_private_address_is_not_asked_for(bakery: Site, url: str) -> None:
    theirs = bakery.db.write_now(kit)
    post = bakery.db.write_now(note, theirs, new_id(), emoji(f"x{new_id()}", url), text="none")
    assert post.emoji == ""
    name = f"x{new_id()}"
    post = bakery.db.write_now(note, theirs, new_id(), emoji(name, url), text=f":{name}:")
    (one,) = of(post.emoji)
    for path in (f"/media/elsewhere/{one.picture}", f"/media/elsewhere/{one.picture}/small"):
        assert bakery.browser().get(path).status == 404
    assert f'alt=":{name}:"' in bakery.browser().get(f"/@kit@a.example/{post.id}").text


class Busy:
    """A workshop with no place left, once."""

    def __init__(self, workshop: Workshop) -> None:
        self.asked = 0
        self._workshop = workshop

    async def make(self, data: bytes, use: Use) -> Picture:
        self.asked += 1
        if self.asked == 1:
            raise TooMany("Too many pictures are being made ready right now.", retry_after=10)
        return await self._workshop.make(data, use)


class Pictures:
    async def get(self, url: str, *, headers: object = None, policy: Policy) -> Answer:
        assert policy.max_bytes == EMOJI_BYTES
        return Answer(200, url, {}, picture("PNG", (40, 40)))


def test_that_we_were_busy_says_nothing_about_a_picture(bakery: Site) -> None:
    busy = Busy(bakery.house.workshop)

    async def wanted(_host: str) -> bool:
        return True

    gallery = Gallery(replace(bakery.house, workshop=busy, client=Pictures()), wanted)
    post = bakery.db.write_now(note, bakery.db.write_now(kit), 900, emoji("busy"), text=":busy:")
    (one,) = of(post.emoji)
    with pytest.raises(TooMany):
        bakery.runner.run(gallery.file(one.picture, small=True))
    assert bakery.runner.run(gallery.file(one.picture, small=True)).endswith("-small.webp")
    assert busy.asked == 2
