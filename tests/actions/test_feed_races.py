"""A source is removed while a look at it comes back: nothing of it stays."""

from functools import partial

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.feeds import actions, queries
from linnet.desk.feeds.rules import Document, Item, Parsed
from linnet.jobs import rows as jobs
from linnet.kernel.clock import HOUR
from linnet.kernel.ids import new_id
from tests.races import race

LEFT = "SELECT (SELECT COUNT(*) FROM entry) + (SELECT COUNT(*) FROM entry_feed) + (SELECT COUNT(*) FROM feed)"


def document(now: int) -> Document:
    url = "https://mill.example/rye"
    story = Item("g1", url, "mill.example/rye", "Rye", "", "", now - HOUR)
    return Document(Parsed("atom", "Mill", "https://mill.example/", (story,)), "", "", "h")


def left(tx: Tx) -> int:
    return int(tx.value(LEFT))


def test_removed_while_it_is_read(db: Database, now: int) -> None:
    for removed_first in (True, False):
        feed = db.write_now(actions.add, "https://mill.example/feed", id=new_id(), now=now)
        take_in = partial(actions.take_in, feed_id=feed.id, document=document(now), pause=0, now=now)
        remove = partial(actions.remove, feed_id=feed.id)
        said = race(db, *((remove, take_in) if removed_first else (take_in, remove)))
        assert said == ((None, 0) if removed_first else (1, None))
        assert db.read_now(left) == 0
        assert db.read_now(jobs.next_due, "fetch") is None


def test_failed_while_somebody_wants_it_looked_at(db: Database, now: int) -> None:
    feed = db.write_now(actions.add, "https://mill.example/feed", id=new_id(), now=now)
    failed = partial(actions.failed, feed_id=feed.id, problem="It is away.", now=now)
    race(db, failed, failed)
    found = db.read_now(queries.feed, feed.id)
    assert found is not None
    assert found.failures == 2
