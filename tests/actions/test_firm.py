"""Setting a server up, once."""

from zoneinfo import ZoneInfo

import pytest

from linnet.db.facts import drop_fact, fact, keep_fact
from linnet.desk.effort import queries as effort
from linnet.desk.effort.rules import rate_on
from linnet.desk.firm import actions, queries
from linnet.desk.firm.rules import FirmChange, FirmChanged, FirstPerson, NewFirm
from linnet.kernel.clock import DAY
from linnet.kernel.days import day_of
from linnet.kernel.errors import Conflict, Invalid, NotFound, Unknown
from linnet.kernel.value import changed
from linnet.social.people import queries as people
from tests import cast

BAKERY = NewFirm(
    "Corner Bakery",
    "bakery",
    ("https://www.bakery.example", "shop.bakery.example"),
    "Europe/Berlin",
    "EUR",
    "40",
    words="bread",
)
OWNER = FirstPerson("Owner", "Owner@bakery.example", cast.HASH)


def test_a_server_is_set_up_once(db, now):
    assert db.read_now(queries.firm) is None
    with pytest.raises(NotFound):
        db.write_now(actions.change, FirmChange(firm="x"), 1)

    def act(tx):
        return actions.set_up(tx, BAKERY, OWNER, token=None, now=now), list(tx.events)

    made, events = db.write_now(act)
    assert db.read_now(queries.firm) == made.firm
    assert made.firm.hourly_cost == 4000
    assert made.firm.words == ["bread"]
    assert FirmChanged(made.account.id) in events
    assert [s.host for s in db.read_now(queries.sites)] == ["bakery.example", "shop.bakery.example"]
    account = db.read_now(people.by_handle, "bakery")
    assert (account.id, account.kind, account.name) == (made.firm.account_id, "organization", "Corner Bakery")
    person = db.read_now(people.person_by_email, "owner@bakery.example")
    assert person.owner
    assert [(m.person_id, m.role) for m in db.read_now(people.members_of, account.id)] == [
        (person.id, "owner")
    ]
    with pytest.raises(Conflict, match="Corner Bakery"):
        db.write_now(actions.set_up, BAKERY, OWNER, token=None, now=now)


def test_a_set_up_that_fails_leaves_nothing(db, now):
    token = db.write_now(actions.new_setup_token)
    for new, first, field in (
        (changed(BAKERY, time_zone="Mars"), OWNER, "time_zone"),
        (changed(BAKERY, handle="no good"), OWNER, "handle"),
        (BAKERY, changed(OWNER, email="nobody"), "email"),
        (BAKERY, changed(OWNER, name=""), "name"),
    ):
        with pytest.raises(Invalid) as caught:
            db.write_now(actions.set_up, new, first, token=token, now=now)
        assert caught.value.field == field
        assert db.read_now(queries.firm) is None
        assert db.read_now(people.local_accounts) == []
        assert db.read_now(people.people) == []
        assert db.read_now(queries.sites) == []
        assert db.read_now(actions.setup_token_good, token)  # nothing typed is lost: try again


def test_the_set_up_address_is_good_once(db, now):
    old = db.write_now(actions.new_setup_token)
    token = db.write_now(actions.new_setup_token)
    assert token not in str(db.read_now(fact, actions.SETUP_FACT))
    for wrong in (old, "", "lnz_", token[:-1], token.replace("lnz_", "lns_"), "é"):
        assert not db.read_now(actions.setup_token_good, wrong)
        with pytest.raises(Unknown):
            db.write_now(actions.set_up, BAKERY, OWNER, token=wrong, now=now)
    assert db.read_now(actions.setup_token_good, token)
    db.write_now(actions.set_up, BAKERY, OWNER, token=token, now=now)
    assert not db.read_now(actions.setup_token_good, token)
    with pytest.raises(Conflict):
        db.write_now(actions.set_up, BAKERY, OWNER, token=token, now=now)
    with pytest.raises(Conflict):
        db.write_now(actions.new_setup_token)


def test_a_firm_changes(db, now):
    made = db.write_now(actions.set_up, BAKERY, OWNER, token=None, now=now)
    change = FirmChange(firm="Corner Bakery & Café", sites=("cafe.example",), office_hours="Sat 08:00-12:00")
    firm = db.write_now(actions.change, change, now)
    assert db.read_now(queries.firm) == firm
    assert firm.week[5] == (480, 720)
    assert [s.host for s in db.read_now(queries.sites)] == ["cafe.example"]
    assert db.read_now(people.account, made.account.id).name == "Corner Bakery & Café"
    with pytest.raises(Invalid):
        db.write_now(actions.change, FirmChange(firm="Other", sites=("no site",)), now)
    with pytest.raises(Invalid, match="pictures"):
        db.write_now(actions.change, FirmChange(firm="Other", logo_id=99), now)
    assert db.read_now(queries.firm) == firm


def test_a_new_hourly_cost_leaves_what_was(db, now):
    """A statement of last month says the same tomorrow."""
    db.write_now(actions.set_up, BAKERY, OWNER, token=None, now=now)

    def cost(day):
        usual = db.read_now(queries.firm).hourly_cost
        return rate_on(db.read_now(effort.rates), 1, day, usual)

    today, tomorrow = (day_of(at, ZoneInfo("Europe/Berlin")) for at in (now, now + DAY))
    before = cost(today)
    db.write_now(actions.change, FirmChange(words="bread"), now)
    assert db.read_now(effort.rates) == []
    db.write_now(actions.change, FirmChange(hourly_cost="55"), now + DAY)
    assert [cost(day) for day in ("2001-01-01", today, tomorrow)] == [before, before, 5500]
    db.write_now(actions.change, FirmChange(hourly_cost="50"), now + DAY)
    assert [cost(day) for day in (today, tomorrow)] == [before, 5000]
    db.write_now(actions.change, FirmChange(currency="CHF", hourly_cost="60"), now + DAY)
    assert [cost(day) for day in (today, tomorrow)] == [6000, 6000]  # nobody converts it


def test_the_first_hourly_cost_is_for_all_days(db, now):
    free = changed(BAKERY, hourly_cost="0")
    db.write_now(actions.set_up, free, OWNER, token=None, now=now)
    db.write_now(actions.change, FirmChange(hourly_cost="40"), now)
    assert db.read_now(effort.rates) == []


def test_facts(db):
    assert db.read_now(fact, "x") is None
    db.write_now(keep_fact, "x", "1")
    db.write_now(keep_fact, "x", "2")
    assert db.read_now(fact, "x") == "2"
    assert db.write_now(drop_fact, "x")
    assert not db.write_now(drop_fact, "x")
