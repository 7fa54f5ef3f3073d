"""The balance on both databases: reading items, one hint a day, corrections, settings, unfollows."""

import pytest

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.balance import actions, queries, reading, relation
from linnet.desk.balance.actions import SettingChange
from linnet.desk.balance.reading import Draft
from linnet.desk.closing import actions as closing
from linnet.desk.publishing import actions as publishing
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import first_id_at, new_id
from linnet.social.follows import actions as follows
from linnet.social.follows.rules import Unfollowed
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost, Terms
from tests import cast, desk
from tests.conftest import NOW

TERMS = Terms("https://social.example", 500)
SITE = "INSERT INTO site (host, url, position) VALUES ('bakery.example', 'https://bakery.example', 0)"
TODAY = "2026-11-26"


class Firm:
    """The bakery with its website, and a guest."""

    def __init__(self, tx: Tx) -> None:
        person, account = cast.both(tx, "bakery")
        _, self.guest = cast.both(tx, "guest")
        self.id = account.id
        self.author = Author(account.id, person.id)
        self.at = NOW
        desk.found_firm(tx, account.id)
        tx.run(SITE)

    def post(self, tx: Tx, text: str, *, by: Author | None = None, go: bool = False, **more: object) -> int:
        self.at += MINUTE
        return publishing.publish(
            tx,
            by or self.author,
            NewPost(text, **more),
            TERMS,
            id=first_id_at(self.at),
            now=self.at,
            go_links=go,
        )

    def say(self, tx: Tx, text: str, **more: object) -> int:
        return self.post(tx, text, by=Author(self.guest.id, None), **more)

    def sheet(self, tx: Tx) -> list[tuple[str, str]]:
        found = reading.sheet(tx, self.id, TERMS.url, above=0, n=50)
        return [(one.kind, one.item.text) for one in found.items]


def test_items_as_they_were_published(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        begin = firm.post(tx, "Rye https://bakery.example/rye")
        firm.post(tx, "and spelt", reply_to_id=begin)
        firm.post(tx, "Read https://news.example/a", go=True)
        theirs = firm.say(tx, "I like bread")
        firm.post(tx, "Thanks, @guest", reply_to_id=theirs)
        firm.post(tx, "See https://bakery.example", reply_to_id=theirs)
        posts.boost(tx, firm.author, theirs, id=first_id_at(firm.at + 1), now=firm.at + 1)
        posts.boost(tx, firm.author, begin, id=first_id_at(firm.at + 2), now=firm.at + 2)
        firm.post(tx, "Well said", quote_id=theirs)
        firm.post(tx, "Only for followers", visibility="followers")
        firm.post(tx, "@guest for you", visibility="direct")
        assert firm.sheet(tx) == [
            ("P", "Rye https://bakery.example/rye"),
            ("P", "and spelt"),
            ("S", "Read https://news.example/a"),
            ("C", "Thanks, @guest"),
            ("P", "See https://bakery.example"),
            ("S", ""),
            ("P", ""),
            ("S", "Well said"),
        ]

    db.write_now(act)


def test_a_thread_that_begins_before_the_window(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        id = firm.post(tx, "Rye https://bakery.example/rye")
        for n in range(6):
            id = firm.post(tx, f"part {n}", reply_to_id=id)
        found = reading.sheet(tx, firm.id, TERMS.url, above=0, n=2)
        assert [(one.kind, one.item.text) for one in found.items] == [("P", "part 4"), ("P", "part 5")]
        actions.correct(tx, firm.id, found.items[0].item.id, "O", person_id=1, now=NOW)
        assert [one.kind for one in reading.sheet(tx, firm.id, TERMS.url, above=0, n=2).items] == ["O", "P"]

    db.write_now(act)


def test_one_hint_a_day_whoever_asks(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        for n in range(6):
            firm.post(tx, f"Loaf https://bakery.example/{n}")
        draft = Draft("More https://bakery.example/more", key="a")
        found = actions.look(tx, firm.id, draft, TERMS, today=TODAY, now=firm.at).due
        assert found
        assert found.about == "every"
        hint = actions.show(tx, firm.author, draft, found, today=TODAY, now=firm.at)
        assert hint
        assert actions.show(tx, firm.author, draft, found, today=TODAY, now=firm.at) is None
        assert not queries.insert_hint(tx, hint), "the database says so too"
        assert actions.look(tx, firm.id, draft, TERMS, today=TODAY, now=firm.at).shown == hint
        assert (
            actions.look(tx, firm.id, Draft(draft.text, key="b"), TERMS, today=TODAY, now=firm.at).shown
            is None
        )
        actions.end(tx, firm.id, hint.id, "dismissed", firm.at)
        actions.end(tx, firm.id, hint.id, "followed", firm.at + 1)
        assert [(h.outcome, h.outcome_at) for h in queries.hints(tx, firm.id, 9)] == [("dismissed", firm.at)]
        assert actions.look(tx, firm.id, draft, TERMS, today="2026-11-27", now=firm.at).due
        with pytest.raises(NotFound):
            actions.end(tx, firm.guest.id, hint.id, "followed", firm.at)

    db.write_now(act)


def test_its_own_post_is_not_before_it(db: Database) -> None:
    """After the post is out the same is said as just before."""

    def act(tx: Tx) -> None:
        firm = Firm(tx)
        link = "https://bakery.example/rye"
        firm.post(tx, f"First {link}")
        id = firm.post(tx, f"Second {link}")
        draft = Draft(f"Second {link}", key="k")
        assert actions.review(tx, firm.id, draft, TERMS, post_id=id, today=TODAY, now=firm.at).due is None
        id = firm.post(tx, f"Third {link}")
        draft = Draft(f"Third {link}", key="k")
        found = actions.review(tx, firm.id, draft, TERMS, post_id=id, today=TODAY, now=firm.at).due
        assert found
        assert found.sentence == "This is the third time in 24 hours that you post the same link."

    db.write_now(act)


def test_its_own_post_is_no_update_before_it(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        for n in range(4):
            firm.post(tx, f"Loaf https://bakery.example/{n}")
        id = firm.post(tx, "Loaf https://bakery.example/4")
        draft = Draft("Loaf https://bakery.example/4", key="k")
        assert actions.review(tx, firm.id, draft, TERMS, post_id=id, today=TODAY, now=firm.at).due is None

    db.write_now(act)


def test_who_follows_is_no_stranger(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        text = "https://bakery.example/rye"

        def about(to: str) -> str | None:
            draft = Draft(f"{to} {text}", "direct", key="k")
            found = reading.found(tx, firm.id, draft, TERMS, firm.at)
            return found.about if found else None

        assert (
            about("@guest")
            == about("@Guest@social.example")
            == about("@guest@else.where.example")
            == "stranger"
        )
        assert about("nobody named") is None
        follows.follow(tx, firm.guest.id, firm.id, now=1)
        assert about("@guest") is about("@Guest@social.example") is None
        assert about("@guest and @nobody") == "stranger"

    db.write_now(act)


def test_settings(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        assert queries.setting(tx, firm.id).limit == 0.2
        change = SettingChange("own", "30", "Rye Club, rye club", "etsy.com/shop/a", "2026-12-24")
        done = actions.change_setting(tx, firm.id, change)
        assert queries.setting(tx, firm.id) == done
        assert (done.word_list, done.shop_list) == (["Rye Club"], ["https://etsy.com/shop/a"])
        actions.change_setting(tx, firm.id, SettingChange("80-20"))
        assert queries.setting(tx, firm.id).campaign_until == ""
        for wrong, field in (
            (SettingChange("80-20", campaign_until="soon"), "campaign_until"),
            (SettingChange("80-20", words="!"), "words"),
            (SettingChange("own", "0"), "percent"),
        ):
            with pytest.raises(Invalid) as error:
                actions.change_setting(tx, firm.id, wrong)
            assert error.value.field == field

    db.write_now(act)


def test_who_went_is_counted_without_a_name(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        since = first_id_at(NOW - DAY)
        guest, own = firm.guest.id, firm.id
        actions.note_unfollow(tx, Unfollowed(guest, own, guest, since, ""), NOW)
        actions.note_unfollow(tx, Unfollowed(guest, own, own, since, ""), NOW)  # they were removed
        actions.note_unfollow(tx, Unfollowed(own, guest, own, since, ""), NOW)
        tx.run("UPDATE account SET locked = TRUE WHERE id = :id", id=own)
        actions.note_unfollow(tx, Unfollowed(guest, own, guest, since, ""), NOW)  # perhaps only a request
        assert [(one.since, one.at) for one in queries.unfollows(tx, own, 0)] == [(NOW - DAY, NOW)]
        assert len(queries.unfollows(tx, guest, 0)) == 1

    db.write_now(act)


def test_a_relation_of_two_hundred(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        ids = [desk.post(tx, firm.id, NOW - n * HOUR) for n in range(199)]
        assert relation.relation(tx, firm.id, TERMS.url).missing == 1
        ids.append(desk.post(tx, firm.id, NOW - 200 * HOUR))
        follows.follow(tx, firm.guest.id, firm.id, now=1)
        desk.post(tx, firm.guest.id, NOW, to=(ids[0], firm.id))
        desk.post(tx, firm.id, NOW + 1, to=(ids[0], firm.id), root=ids[0])
        found = relation.relation(tx, firm.id, TERMS.url)
        assert found.missing == 0
        assert found.own
        assert found.rest
        assert (found.own.posts, found.rest.posts) == (0, 201)
        assert found.own.replies is None
        assert found.rest.replies
        assert found.rest.replies.n == 1

    db.write_now(act)


def test_a_closed_account_leaves_nothing(db: Database) -> None:
    def act(tx: Tx) -> None:
        firm = Firm(tx)
        _, other = cast.both(tx, "other")
        id = desk.post(tx, other.id, NOW)
        actions.change_setting(tx, other.id, SettingChange("thirds"))
        actions.correct(tx, other.id, id, "S", person_id=1, now=NOW)
        queries.insert_unfollow(tx, new_id(), other.id, queries.Unfollow(1, 2))
        closing.close(tx, other.id, typed="other", person_id=None, now=NOW)
        assert queries.setting(tx, other.id).rule == "80-20"
        assert queries.corrections(tx, other.id, [id]) == {}
        assert queries.unfollows(tx, other.id, 0) == []
        assert queries.hints(tx, firm.id, 1) == []

    db.write_now(act)
