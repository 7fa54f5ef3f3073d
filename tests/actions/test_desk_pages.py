"""What the desk's pages read, on both engines."""

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.drafts import queries as drafts
from linnet.desk.visits import figures
from linnet.kernel.clock import DAY, HOUR
from linnet.kernel.page import WIDE
from linnet.site.desk_hits import drawer
from linnet.site.desk_links import sheet, shelf
from tests import cast, desk


def test_the_calendar_has_what_was_begun_not_what_was_answered(db: Database, now: int) -> None:
    def act(tx: Tx) -> None:
        me, other = cast.account(tx, "me").id, cast.account(tx, "other").id
        theirs = desk.post(tx, other, now - HOUR)
        mine = desk.post(tx, me, now)
        on = desk.post(tx, me, now + 1, to=(mine, me), root=mine)
        desk.post(tx, me, now + 2, to=(theirs, other), root=theirs)
        desk.post(tx, me, now + 3, boost_of=theirs)
        desk.post(tx, me, now + 4, visibility="direct")
        desk.post(tx, me, now + DAY)
        assert [p.id for p in drafts.published(tx, me, now, now + DAY)] == [mine, on]
        assert drafts.published(tx, me, now + 2 * DAY, now + 3 * DAY) == []

    db.write_now(act)


def test_links_by_channel(db: Database, now: int) -> None:
    def act(tx: Tx) -> None:
        me, other = cast.account(tx, "me").id, cast.account(tx, "other").id
        desk.link(tx, "aaaaaaa", me, now - DAY)
        desk.link(tx, "bbbbbbb", other, now - DAY)
        for kind in ("person", "confirmed", "preview", "unsure", "staff"):
            desk.visit(tx, now, kind, "aaaaaaa")
        desk.visit(tx, now, "person", "bbbbbbb")
        desk.visit(tx, now - 2 * DAY, "person", "aaaaaaa")
        found = figures.counts_by_channel(tx, me, since=now - DAY, until=now + 1)
        assert set(found) == {"fediverse"}
        counts = found["fediverse"]
        assert (counts.confirmed, counts.probable, counts.all, counts.staff) == (1, 2, 4, 1)
        page = shelf(tx, me, WIDE, now)
        assert [link.code for link in page.links] == ["aaaaaaa"]
        assert page.counts["aaaaaaa"].probable == 3
        one = sheet(tx, "aaaaaaa", me, (WIDE, WIDE), 0)
        assert len(one.visits) == 6
        assert sum(t.visits for t in drawer(tx, now).tallies) == 7

    db.write_now(act)
