"""How many notices are new: what stands beside the bell."""

from linnet.db.database import Database
from linnet.social.markers import actions as markers
from linnet.social.notices import actions as notices
from linnet.social.notices import queries
from tests import cast


def test_new_notices_are_those_after_the_marker(db: Database, now: int):
    me, other = db.write_now(cast.account, "me"), db.write_now(cast.account, "other")
    assert db.read_now(queries.unseen, me.id) == 0
    for kind in ("follow", "mention", "boost"):
        db.write_now(notices.add, account_id=me.id, kind=kind, from_id=other.id, now=now)
    assert db.read_now(queries.unseen, me.id) == 3
    assert db.read_now(queries.unseen, me.id, 2) == 2
    newest = db.read_now(queries.page, me.id)
    db.write_now(markers.read_to, me.id, {"notifications": newest[1].id, "home": newest[0].id}, now)
    assert db.read_now(queries.unseen, me.id) == 1
    assert db.read_now(queries.unseen, other.id) == 0
