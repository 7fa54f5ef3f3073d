"""What becomes of a letter that cannot be written down at once, and of posts of one second."""

import asyncio

import pytest

from linnet.federation.finding.finder import id_at
from linnet.federation.letters import actions as letters
from linnet.federation.letters.actions import ReadLetter
from linnet.federation.letters.rules import Letter
from linnet.federation.reading import reader
from linnet.federation.reading.reader import Reader
from linnet.kernel.clock import MINUTE
from linnet.kernel.errors import Collision, Conflict
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed
from linnet.social.posts import foreign, queries
from tests.conftest import NOW
from tests.federation.neighbours import neighbour, their_post


def test_posts_of_one_second_get_ids_of_their_own(db):
    ann = db.write_now(neighbour, "ann", "peer.example")
    first = db.write_now(their_post, ann, "first")
    row = db.read_now(queries.post, first)
    for id, name in ((first, "second"), (first, "third"), (first + 7, "fourth")):
        said = foreign.RemotePost(
            f"{ann.uri}/{name}", "", ann.id, name, "", False, "public", "", NOW, None, None, (), (), ()
        )
        db.write_now(foreign.receive, said, id=id, now=NOW, live=True)
    found = [db.read_now(queries.by_uri, f"{ann.uri}/{name}") for name in ("second", "third", "fourth")]
    assert [one.id - first for one in found] == [1, 2, 7]
    assert db.read_now(queries.post, first) == changed(
        row, revision=db.read_now(queries.post, first).revision
    )
    boost = db.write_now(foreign.boost, ann.id, first, uri=f"{ann.uri}/boost", id=first, now=NOW)
    assert boost == first + 3


def test_ids_of_the_past_are_of_their_moment():
    long_ago = NOW - 10 * MINUTE
    assert id_at(long_ago, NOW) >> 16 == long_ago
    assert id_at(NOW, NOW) >> 16 != NOW >> 16  # news stands above what a reader has seen


@pytest.mark.parametrize(("error", "left"), [(Collision("It is already there"), 1), (Conflict("no"), 0)])
def test_whoever_meets_another_at_a_row_reads_again(db, monkeypatch, error, left):
    uri = "https://peer.example/likes/1"
    row = Letter(new_id(), uri, "https://peer.example/users/ann", "peer.example", None, "{}", NOW)
    db.write_now(letters.accept, row, NOW)

    def meet(_tx, _now):
        raise error

    async def effect(_self, _row):
        return meet

    monkeypatch.setattr(reader.Reader, "_effect", effect)
    run = Reader(db, None, "https://linnet.example").read  # type: ignore[arg-type] # nothing is looked up

    if left:
        with pytest.raises(Collision):
            asyncio.run(run(ReadLetter(row.id)))
    else:
        asyncio.run(run(ReadLetter(row.id)))
    assert db.read_now(lambda tx: tx.value("SELECT COUNT(*) FROM letter")) == left
