"""The search page suggests whom one might know while nothing is looked for; nobody where there is nobody."""

from pathlib import Path

from linnet.kernel.clock import now_ms
from linnet.social.people import actions as people
from linnet.social.people.rules import ProfileChange
from tests.doors.browser import site


def test_suggested_while_nothing_is_looked_for(tmp_path: Path) -> None:
    with site(tmp_path) as bakery:
        bakery.set_up()
        jana = bakery.logged_in("jana@bakery.example")
        assert "Whom are you looking for?" in jana.get("/search").text
        tom = bakery.someone("tom")
        bakery.db.write_now(people.count_post, tom.id, 1, now_ms())
        page = jana.get("/search").text
        assert "You might like to follow" in page
        assert 'href="/@tom"' in page
        assert "You might like to follow" not in bakery.browser().get("/search").text
        bakery.db.write_now(people.change_profile, tom.id, ProfileChange(discoverable=False))
        assert "You might like to follow" not in jana.get("/search").text
