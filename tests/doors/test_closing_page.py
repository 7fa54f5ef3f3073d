"""The page that closes an account, and the command."""

import io

import pytest

from linnet import cli
from linnet.desk.firm import queries as firms
from linnet.kernel.clock import HOUR, now_ms
from linnet.social.closing import actions, queries
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from tests import cast
from tests.doors.browser import HASH, PASSWORD, Site, site


@pytest.fixture
def bakery(tmp_path):
    with site(tmp_path) as made:
        made.set_up()
        made.someone("tom", role="writer")

        def more(tx):
            jana = people_queries.person_by_email(tx, "jana@bakery.example")
            shop = cast.account(tx, "shop", now=now_ms())
            uwe = cast.person(tx, "uwe", password_hash=HASH, now=now_ms())
            people.join(tx, uwe.id, shop.id, "owner", now_ms())
            return jana.id, shop.id, uwe.id

        made.jana, made.shop, made.uwe = made.db.write_now(more)
        yield made


def test_the_owner_types_the_name_and_the_password(bakery: Site) -> None:
    uwe = bakery.logged_in("uwe@example.org")
    page = uwe.get("/settings/close")
    assert page.status == 200
    for words in ("What goes, for good", "What stays", "nobody can have it again", "no way back"):
        assert words in page.text
    wrong = uwe.submit("/settings/close", handle="shap", password=PASSWORD)
    assert wrong.status == 422
    assert "is not @shop" in wrong.text
    assert 'value="shap"' in wrong.text
    assert PASSWORD not in wrong.text
    wrong = uwe.submit("/settings/close", handle="shop", password="something else entirely")
    assert wrong.status == 422
    assert "Password is not right." in wrong.text
    assert bakery.db.read_now(queries.closing, bakery.shop) is None
    page = uwe.submit("/settings/close", handle="@Shop", password=PASSWORD)
    assert "@shop is closed." in page.text
    assert bakery.db.read_now(queries.closing, bakery.shop).person_id == bakery.uwe
    # the only account of this person: logged out, and not let in again
    assert uwe.get("/settings").url.startswith("/login")
    for path in ("", "/followers", "/following", "/with_replies", ".atom", ".json"):
        gone = bakery.browser().get(f"/@shop{path}")
        assert gone.status == 410, path
    assert "This account was closed" in bakery.browser().get("/@shop").text
    never = bakery.browser().get("/@shop/1")  # as what it wrote for few: nobody learns which there were
    assert (never.status, "This account was closed" in never.text) == (410, True)
    assert bakery.shop not in [one.id for one in bakery.db.read_now(people_queries.local_accounts)]


def test_who_has_another_account_goes_on_as_that_one(bakery: Site) -> None:
    bakery.db.write_now(people.join, bakery.jana, bakery.shop, "owner", now_ms())
    jana = bakery.logged_in("jana@bakery.example")
    jana.get("/settings")
    jana.submit("/switch", account_id=str(bakery.shop))
    jana.get("/settings/close")
    page = jana.submit("/settings/close", handle="shop", password=PASSWORD)
    assert "@shop is closed." in page.text
    assert jana.get("/settings").status == 200


def test_the_firms_own_account_says_why_not(bakery: Site) -> None:
    jana = bakery.logged_in("jana@bakery.example")
    page = jana.get("/settings/close")
    assert "close the others first" in page.text
    assert 'name="password"' not in page.text
    assert jana.get("/settings").text.count("/settings/close") == 1


def test_only_an_owner_of_the_account(bakery: Site) -> None:
    tom = bakery.logged_in("tom@example.org")
    assert tom.get("/settings/close").status == 403
    assert "/settings/close" not in tom.get("/settings").text
    assert bakery.browser().get("/settings/close").url.startswith("/login")


def test_guessing_the_password_has_an_end(bakery: Site) -> None:
    uwe = bakery.logged_in("uwe@example.org")
    found = []
    for _ in range(11):
        uwe.get("/settings/close")
        found.append(uwe.submit("/settings/close", handle="shop", password="a guess of mine").status)
    assert found == [422] * 10 + [429]


def test_the_command_asks_for_the_name_and_spares_the_firms_own(bakery: Site, monkeypatch, capsys) -> None:
    monkeypatch.setenv("LINNET_DATA", str(bakery.house.settings.data))
    monkeypatch.setenv("LINNET_URL", "https://linnet.example")
    monkeypatch.setattr("sys.stdin", io.StringIO("something\n"))
    assert cli.main(["account", "close", "shop"]) == 1
    assert "is not @shop" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert cli.main(["account", "close", "shop"]) == 1
    assert "--yes" in capsys.readouterr().err
    assert cli.main(["account", "close", "nobody"]) == 1
    firm = bakery.db.read_now(firms.must_firm)
    own = bakery.db.read_now(people_queries.must_account, firm.account_id)
    assert cli.main(["account", "close", own.handle, "--yes", "--last"]) == 1
    assert "close the others first" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO("shop\n"))
    assert cli.main(["account", "close", "@shop"]) == 0
    assert "@shop is closed." in capsys.readouterr().out
    kinds = bakery.db.read_now(lambda tx: tx.all(str, "SELECT kind FROM job ORDER BY kind"))
    assert "CloseAccount" in kinds
    assert "Tell" in kinds  # the servers are told although it was not the server that closed it
    for account in bakery.db.read_now(people_queries.local_accounts):
        if account.id not in (own.id, bakery.shop):
            assert cli.main(["account", "close", account.handle, "--yes"]) == 0
    assert cli.main(["account", "close", own.handle, "--yes"]) == 1
    assert "--last" in capsys.readouterr().err
    assert cli.main(["account", "close", own.handle, "--yes", "--last"]) == 0
    while bakery.db.write_now(actions.take_away, own.id, now_ms() + HOUR):
        pass
    assert bakery.db.read_now(queries.closing, own.id).done_at is not None
    assert bakery.browser().get("/").status == 200
