"""A picture is used at the moment at which it would have been swept: it stays."""

from functools import partial

import pytest

from linnet.db.database import Database
from linnet.desk.drafts import actions as drafts
from linnet.desk.drafts.rules import Content
from linnet.kernel.clock import DAY
from linnet.kernel.ids import new_id
from linnet.social.media import actions as media
from linnet.social.media import queries
from linnet.social.media.rules import Picture
from linnet.social.posts import actions as posts
from linnet.social.posts.rules import Author, NewPost, Terms
from tests import cast
from tests.races import race

TERMS = Terms("https://linnet.example", 140)
FILE = Picture("image/png", 40, 30, 123, f"{7:032x}.png", f"{7:032x}-small.webp", 40, 30, "LEHV6nWB2yk8")


@pytest.mark.parametrize("use", ["post", "draft"])
def test_used_and_swept_at_once(db: Database, now: int, use: str) -> None:
    person, account = db.write_now(cast.both, "ada")
    author, then = Author(account.id, person.id), now + 2 * DAY
    picture = db.write_now(media.add, FILE, id=new_id(), account_id=account.id, person_id=None, now=now)
    take = (
        partial(posts.publish, author=author, new=NewPost("Look", media_ids=(picture.id,)), terms=TERMS)
        if use == "post"
        else partial(drafts.keep, author=author, content=Content("Look", media_ids=(picture.id,)))
    )
    said, swept = race(db, partial(take, id=new_id(), now=then), partial(media.sweep, now=then))
    assert not isinstance(said, Exception)
    assert swept == 0
    assert db.read_now(queries.media, picture.id) is not None
