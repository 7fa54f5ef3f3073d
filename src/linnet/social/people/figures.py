"""How many follow an account elsewhere, and how much it wrote, as its own server says. A third file of
actions: it writes the same table."""

from linnet.db.tx import Tx
from linnet.kernel.value import Value

MOST = 1_000_000_000  # a claim is a claim (security paper A31)

RECOUNT = """UPDATE account SET followers_count = COALESCE(:followers, followers_count),
        following_count = COALESCE(:following, following_count), posts_count = COALESCE(:posts, posts_count),
        hides_network = COALESCE(:hides, hides_network), revision = revision + 1
    WHERE id = :id AND host <> '' AND (followers_count <> COALESCE(:followers, followers_count)
        OR following_count <> COALESCE(:following, following_count)
        OR posts_count <> COALESCE(:posts, posts_count)
        OR hides_network <> COALESCE(:hides, hides_network))"""
WROTE = """UPDATE account SET last_post_at = :at, revision = revision + 1
    WHERE id = :id AND COALESCE(last_post_at, 0) < :at"""


class Figures(Value):
    """Totals as they are claimed; None where nothing sensible is."""

    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    hides_network: bool | None = None  # who follows whom cannot be read


def recount(tx: Tx, account_id: int, said: Figures) -> None:
    """Takes the totals over for an account elsewhere."""
    tx.run(
        RECOUNT,
        id=account_id,
        followers=_bounded(said.followers),
        following=_bounded(said.following),
        posts=_bounded(said.posts),
        hides=said.hides_network,
    )


def wrote(tx: Tx, account_id: int, at: int) -> None:
    """It wrote something at `at` (ms), which was only found later."""
    tx.run(WROTE, id=account_id, at=at)


def _bounded(said: int | None) -> int | None:
    return None if said is None else min(max(said, 0), MOST)
