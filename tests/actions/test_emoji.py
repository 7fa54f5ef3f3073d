"""Emoji of other servers: kept once, renewed, bounded; and favourites that were said with one."""

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.social.emoji import actions, queries, rules
from linnet.social.emoji.rules import Reaction, RemoteEmoji, Said
from linnet.social.marks import queries as marks
from linnet.social.media import elsewhere
from linnet.social.media import queries as media
from linnet.social.media.rules import Picture
from linnet.social.notices import queries as notices
from linnet.social.people import foreign as people
from linnet.social.people import queries as people_queries
from linnet.social.people.foreign import RemoteAccount
from linnet.social.people.rules import Account
from linnet.social.polls.rules import ForeignPoll
from linnet.social.posts import actions as posts
from linnet.social.posts import foreign, views
from linnet.social.posts.foreign import RemotePost
from linnet.social.posts.rules import Author, NewPost, PostView, Terms
from linnet.social.reactions import actions as reactions
from tests.cast import both
from tests.races import race

CAT = RemoteEmoji("a.example", "cat", "https://a.example/cat.png", 5)
DOG = RemoteEmoji("a.example", "dog", "https://a.example/dog.png", 5)
ROWS = "SELECT COUNT(*) FROM emoji"
MADE = Picture("image/png", 9, 9, 100, "f" * 32 + ".png", "f" * 32 + "-small.webp", 9, 9, "LEHV6nWB2yk8")


def kit(**more: object) -> RemoteAccount:
    plain = RemoteAccount(
        uri="https://a.example/users/kit", url="https://a.example/@kit", handle="kit", host="a.example",
        kind="person", name="Kit", bio="", fields=(), locked=False, discoverable=True, indexable=True,
        hides_network=False, avatar="", header="", created_at=1,
    )  # fmt: skip
    return changed(plain, **more)


def note(account: Account, **more: object) -> RemotePost:
    plain = RemotePost(
        uri="https://a.example/notes/1", url="https://a.example/notes/1", account_id=account.id,
        html="<p>Meow :cat:</p>", warning="", sensitive=False, visibility="public", language="",
        published=1_000, updated=None, reply_to_id=None, mention_ids=(), tags=(), pictures=(), emoji=(CAT,),
    )  # fmt: skip
    return changed(plain, **more)


def names(emoji: str) -> list[str]:
    return [one.name for one in rules.of(emoji)]


def test_an_emoji_is_kept_once_for_its_host(db: Database, now: int) -> None:
    first = db.write_now(actions.put, [CAT, DOG], now)
    assert db.write_now(actions.put, [CAT], now) == rules.as_text(rules.of(first)[:1])
    other = db.write_now(actions.put, [changed(CAT, host="b.example")], now)
    assert rules.of(other)[0].picture != rules.of(first)[0].picture
    assert db.read_now(lambda tx: tx.value(ROWS)) == 3
    assert db.write_now(actions.put, [], now) == ""


def test_a_new_picture_is_fetched_for_everything_that_shows_it(db: Database, now: int) -> None:
    (cat,) = rules.of(db.write_now(actions.put, [CAT], now))
    assert db.write_now(elsewhere.fetched, cat.picture, MADE, now)
    newer = changed(CAT, url="https://a.example/cat2.png", updated=6)
    assert rules.of(db.write_now(actions.put, [newer], now)) == (cat,)
    row = db.read_now(media.media, cat.picture)
    assert row is not None
    assert (row.remote_url, row.file, row.bytes) == ("https://a.example/cat2.png", "", 0)
    jobs = db.read_now(lambda tx: tx.all(str, "SELECT body FROM job WHERE kind = 'RemoveFiles'"))
    assert MADE.file in jobs[0]
    db.write_now(actions.put, [CAT], now)  # an old post says how it was then
    same = db.read_now(media.media, cat.picture)
    assert same is not None
    assert same.remote_url == "https://a.example/cat2.png"
    db.write_now(actions.put, [changed(newer, updated=7)], now)  # another picture at the same address
    assert db.read_now(queries.known, "a.example", ["cat"])["cat"].updated_at == 7


def test_one_host_does_not_fill_the_database(db: Database, now: int, monkeypatch) -> None:
    monkeypatch.setattr(rules, "MOST_OF_HOST", 3)
    many = [RemoteEmoji("a.example", f"n{n}", "https://a.example/n.png") for n in range(5)]
    assert names(db.write_now(actions.put, many, now)) == ["n0", "n1", "n2"]
    assert names(db.write_now(actions.put, [DOG, many[0]], now)) == ["n0"]
    assert names(db.write_now(actions.put, [changed(CAT, host="b.example")], now)) == ["cat"]


def test_two_who_bring_the_same_emoji_at_once_keep_one(db: Database, now: int) -> None:
    for n in range(5):
        shown = [changed(CAT, shortcode=f"cat{n}"), changed(DOG, shortcode=f"dog{n}")]
        first, second = race(
            db,
            lambda tx, shown=shown: actions.put(tx, shown, now),
            lambda tx, shown=shown: actions.put(tx, shown[::-1], now),
        )
        assert sorted(one.picture for one in rules.of(first)) == sorted(
            one.picture for one in rules.of(second)
        )
        assert db.read_now(lambda tx: tx.value(ROWS)) == 2 * n + 2
    assert db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM media WHERE use = 'emoji'")) == 10


def test_a_profile_carries_what_stands_in_its_words(db: Database, now: int) -> None:
    theirs = kit(
        name="Kit :cat:", fields=(("Pet", "<p>:dog:</p>"),), emoji=(CAT, DOG, changed(CAT, shortcode="x"))
    )
    account = db.write_now(people.put, theirs, id=new_id(), now=now)
    assert names(account.emoji) == ["cat", "dog"]
    again = db.write_now(people.put, theirs, id=new_id(), now=now)
    assert again.revision == account.revision
    fewer = db.write_now(people.put, changed(theirs, emoji=(DOG,)), id=new_id(), now=now)
    assert names(fewer.emoji) == ["dog"]
    assert fewer.revision > account.revision  # whoever kept the page renders it anew


def view(db: Database, id: int) -> PostView:
    return db.read_now(views.view, id, 0)


def test_a_post_carries_what_stands_in_text_warning_and_answers(db: Database, now: int) -> None:
    account = db.write_now(people.put, kit(), id=new_id(), now=now)
    poll = ForeignPoll(((":fish:", 1), ("none", 2)), False, now * 2, 3)
    fish = changed(CAT, shortcode="fish")
    theirs = note(account, warning=":dog:", poll=poll, emoji=(CAT, DOG, fish, changed(CAT, shortcode="x")))
    id = db.write_now(foreign.receive, theirs, id=new_id(), now=now, live=False)
    assert names(view(db, id).post.emoji) == ["cat", "dog", "fish"]
    before = view(db, id).post.revision
    db.write_now(foreign.revise, changed(theirs, emoji=(CAT,), poll=None), now)
    assert names(view(db, id).post.emoji) == ["cat"]
    assert view(db, id).post.revision > before
    assert view(db, id).post.edited_at is None  # the words are the same
    edit = changed(theirs, html="<p>Wow :dog:</p>", warning="", poll=None, updated=now)
    db.write_now(foreign.revise, edit, now)
    assert names(view(db, id).post.emoji) == ["dog"]
    assert view(db, id).post.edited_at is not None
    db.write_now(foreign.revise, changed(theirs, emoji=(CAT,)), now)  # what it said before
    assert names(view(db, id).post.emoji) == ["dog"]


def said(tx: Tx, post_id: int, account_id: int) -> Said | None:
    return marks.sayings(tx, [post_id], [account_id]).get((post_id, account_id))


def test_a_reaction_is_one_favourite(db: Database, now: int) -> None:
    _, anna = db.write_now(both, "anna")
    mine = db.write_now(
        posts.publish,
        Author(anna.id, None),
        NewPost("Cake"),
        Terms("https://l.example", 500),
        id=new_id(),
        now=now,
    )
    kit_ = db.write_now(people.put, kit(), id=new_id(), now=now)
    react = lambda reaction: db.write_now(reactions.favourite, kit_.id, mine, now, reaction)  # noqa: E731 # one line each
    back = lambda reaction: db.write_now(reactions.unfavourite, kit_.id, mine, reaction)  # noqa: E731 # short words for what is done often below
    count = lambda: view(db, mine).post.favourites_count  # noqa: E731 # short words for what is done often below
    party, cat = Reaction("🎉"), Reaction(":cat:", CAT)

    react(party)
    react(party)
    assert (count(), db.read_now(said, mine, kit_.id)) == (1, Said("🎉"))
    react(cat)
    picture = db.read_now(queries.known, "a.example", ["cat"])["cat"].media_id
    assert (count(), db.read_now(said, mine, kit_.id)) == (1, Said(":cat:", picture))
    react(None)  # a plain one takes no emoji away
    assert db.read_now(said, mine, kit_.id) == Said(":cat:", picture)
    assert len(db.read_now(notices.page, anna.id)) == 1
    back(party)  # its place was taken: the favourite stays
    assert count() == 1
    back(cat)
    assert (count(), db.read_now(said, mine, kit_.id)) == (0, None)
    assert db.read_now(notices.page, anna.id) == []
    react(cat)
    back(None)  # whoever does not say with what takes it back
    assert count() == 0
    react(Reaction(":dog:"))  # without a picture it is its name
    assert db.read_now(said, mine, kit_.id) == Said(":dog:")
    assert db.read_now(people_queries.must_account, kit_.id).host == "a.example"
