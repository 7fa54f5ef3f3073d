"""Proofs of links as rows and jobs, on both databases."""

import pytest

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.jobs import rows
from linnet.kernel.clock import DAY, HOUR
from linnet.social.people import actions as people
from linnet.social.people import queries
from linnet.social.people.rules import Account, AccountChanged, ProfileChange, ProfileField, fields_of
from linnet.social.proofs import actions, rules
from linnet.social.proofs.actions import CheckLinks
from linnet.social.proofs.rules import Found
from tests.cast import account

URL, NOW = "https://linnet.example", 1_790_000_000_000
SHOP = "https://shop.example/"
JOBS = "SELECT run_at FROM job WHERE kind = 'CheckLinks'"


@pytest.fixture
def ada(db: Database) -> Account:
    made = db.write_now(account, "ada")
    fields = (ProfileField("Shop", SHOP), ProfileField("Open", "9 to 5"))
    return db.write_now(people.change_profile, made.id, ProfileChange(fields=fields))


def waits(db: Database) -> list[int]:
    return [at - NOW for at in db.read_now(lambda tx: tx.all(int, JOBS))]


def checked(db: Database, ada: Account, found: Found, tries: int = 0, page: str = SHOP) -> int | None:
    """What became of the proof."""
    db.write_now(actions.checked, CheckLinks(ada.id, tries), URL, {page: found}, NOW)
    return fields_of(db.read_now(queries.must_account, ada.id))[0].proven_at


def test_a_proof_comes_and_goes_and_the_revision_with_it(db: Database, ada: Account) -> None:
    def revision() -> int:
        return db.read_now(queries.must_account, ada.id).revision

    before = revision()
    assert checked(db, ada, "no") is None
    assert revision() == before  # nothing that a reader sees
    assert checked(db, ada, "yes") == NOW
    assert revision() == before + 1
    (week,) = waits(db)
    assert 7 * DAY <= week < 8 * DAY
    assert checked(db, ada, "yes") == NOW
    assert revision() == before + 1
    assert checked(db, ada, "away") == NOW
    assert waits(db) == [HOUR]
    assert checked(db, ada, "away", tries=1) == NOW
    assert waits(db) == [4 * HOUR]
    assert checked(db, ada, "away", tries=2) is None
    assert revision() == before + 2


def test_what_was_changed_while_the_page_was_asked_is_asked_next(db: Database, ada: Account) -> None:
    assert checked(db, ada, "yes", page="https://old.example/") is None
    assert waits(db) == [rules.SOON]


def test_a_saved_profile_is_looked_at_once_and_soon(db: Database, ada: Account) -> None:
    def saved(tx: Tx, at: int) -> None:
        actions.account_changed(tx, AccountChanged(ada.id), at)

    db.write_now(saved, NOW)
    db.write_now(saved, NOW + 5)
    assert waits(db) == [rules.SOON + 5]
    db.write_now(actions.look, ada.id, NOW)  # who looks at it waits for what is planned
    db.write_now(actions.replan, NOW)
    assert waits(db) == [rules.SOON + 5]
    db.write_now(rows.cancel, f"links:{ada.id}")
    db.write_now(actions.replan, NOW)
    assert len(waits(db)) == 1
    plain = db.write_now(account, "bob")
    db.write_now(rows.cancel, f"links:{ada.id}")
    db.write_now(actions.account_changed, AccountChanged(plain.id), NOW)
    assert waits(db) == []  # nothing to look at
