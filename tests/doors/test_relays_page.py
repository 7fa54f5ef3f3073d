"""The owner's page of relays, and the command."""

from dataclasses import replace

import pytest
from starlette.applications import Starlette

from linnet import cli
from linnet.federation.relays import actions, queries
from linnet.federation.relays.shelf import RelayShelf
from linnet.site import routes
from tests.doors.browser import Site, site

ADDRESS = "https://relay.example/actor"


@pytest.fixture
def bakery(tmp_path):
    with site(tmp_path) as made:
        made.set_up()
        made.someone("tom", role="writer")
        made.house = replace(made.house, relays=RelayShelf("https://linnet.example"))
        made.app = Starlette(routes=routes.routes(made.house))
        yield made


def test_one_more_limited_and_removed(bakery: Site) -> None:
    jana = bakery.logged_in("jana@bakery.example")
    page = jana.get("/settings/relays")
    assert (page.status, "One more" in page.text, "Keep all" in page.text) == (200, True, False)
    wrong = jana.submit("/settings/relays", address="http://relay.example/")
    assert wrong.status == 422
    assert "must be the https address of a relay" in wrong.text
    assert 'value="http://relay.example/"' in wrong.text  # what was typed is still there
    jana.get("/settings/relays")
    page = jana.submit("/settings/relays", address=ADDRESS, followed_tags="1")
    assert "The relay is asked now." in page.text
    assert f'{ADDRESS}</strong> <span class="badge">Asked, no answer yet</span>' in page.text
    (row,) = bakery.db.read_now(queries.relays)
    assert row.followed_tags
    assert jana.submit("/settings/relays", address=ADDRESS).status == 409
    jana.get("/settings/relays")
    page = jana.submit("/settings/relays/change", id=str(row.id), do="all")
    assert "All is kept now." in page.text
    bakery.db.write_now(actions.failed, row.id, "What is there is <no> relay.", for_good=True)
    page = jana.get("/settings/relays")
    assert "Could not be asked" in page.text
    assert "&lt;no&gt;" in page.text
    page = jana.submit("/settings/relays/change", id=str(row.id), do="remove")
    assert "followed no longer" in page.text
    assert bakery.db.read_now(queries.relays) == []


def test_only_the_owner_and_only_where_there_are_others(bakery: Site, tmp_path) -> None:
    assert bakery.logged_in("tom@example.org").get("/settings/relays").status == 403
    assert bakery.browser().get("/settings/relays").url.startswith("/login")
    bakery.app = Starlette(routes=routes.routes(replace(bakery.house, relays=None)))
    assert bakery.logged_in("jana@bakery.example").get("/settings/relays").status == 404


def test_the_command(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("LINNET_DATA", str(tmp_path))
    monkeypatch.setenv("LINNET_URL", "https://linnet.example")

    def said(*words: str) -> tuple[int, str, str]:
        code = cli.main(["relay", *words])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    assert said("list") == (0, "No relay is followed.\n", "")
    assert said("add", ADDRESS, "--followed-tags") == (
        0,
        f"{ADDRESS} is asked as soon as the server runs.\n",
        "",
    )
    assert said("list") == (0, f"{ADDRESS}  asked  followed hashtags only  0 posts\n", "")
    assert said("add", ADDRESS)[::2] == (1, "linnet: This relay is followed already.\n")
    assert said("add", "http://x.example/")[0] == 1
    assert said("remove", ADDRESS) == (0, f"{ADDRESS} is followed no longer.\n", "")
    assert said("remove", ADDRESS)[0] == 1
    monkeypatch.setenv("LINNET_URL", "http://localhost:8080")
    assert said("list")[0] == 1
