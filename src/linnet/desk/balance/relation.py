"""The account's own relation: what came of posts about itself and of the others. Observed, not tried out:
posts about oneself also go out on other days, at other hours, to other people."""

import bisect
from collections.abc import Mapping, Sequence

from linnet.db.tx import Tx
from linnet.desk.balance import queries, reading
from linnet.desk.balance.queries import Unfollow
from linnet.desk.balance.rules import Classed
from linnet.desk.statement.ranges import poisson_range
from linnet.kernel.clock import DAY
from linnet.kernel.value import Value

ENOUGH = 200  # items
MOST = 600  # items that are looked at
UNFOLLOW_WITHIN = DAY
PER = 1000  # deliveries


class Rate(Value):
    """A count by 1,000 deliveries with its range (95 %, Poisson); `n` is the count. `of`: deliveries."""

    n: int
    of: int
    rate: float
    low: float
    high: float


class Side(Value):
    """One kind of posts. `unfollows` None: nobody's going was written down in their time."""

    posts: int
    deliveries: int
    replies: Rate | None
    unfollows: Rate | None


class Relation(Value):
    """`missing`: items that are missing to 200 (then there are no sides). `since`: from when on
    unfollows are written down, ms."""

    missing: int
    since: int = 0
    own: Side | None = None
    rest: Side | None = None


def relation(tx: Tx, account_id: int, base: str) -> Relation:
    """The relation of the newest 600 items, as soon as there are 200. Up to twelve queries."""
    n = queries.how_many(tx, account_id)
    if n < ENOUGH:
        return Relation(ENOUGH - n)
    items = [one for one in reading.sheet(tx, account_id, base, above=0, n=MOST).items if _goes_out(one)]
    since = queries.counted_since(tx)
    return compare(
        items,
        queries.replies(tx, account_id, [one.item.id for one in items]),
        queries.followed_since(tx, account_id),
        queries.unfollows(tx, account_id, since),
        since,
    )


def _goes_out(one: Classed) -> bool:
    """Only what goes to followers: an answer goes to whom it answers, a boost is somebody else's."""
    return one.item.answers is None and bool(one.item.text)


def compare(
    items: Sequence[Classed],
    replies: Mapping[int, int],
    follows: Sequence[int],
    gone: Sequence[Unfollow],
    since: int,
) -> Relation:
    """Both sides. `follows`: since when each follower follows, rising; `gone`: who went since `since`.
    A post was delivered to those who followed then. Who went counts for the last post before, within a
    day."""
    times = [one.item.at for one in items]  # rising: the items are
    blamed: dict[int, int] = {}
    for one in gone:
        at = bisect.bisect_right(times, one.at) - 1
        if at >= 0 and one.at - times[at] <= UNFOLLOW_WITHIN:
            blamed[items[at].item.id] = blamed.get(items[at].item.id, 0) + 1

    def reached(at: int) -> int:
        return bisect.bisect_right(follows, at) + sum(one.since <= at < one.at for one in gone)

    def side(mine: Sequence[Classed]) -> Side:
        deliveries = {one.item.id: reached(one.item.at) for one in mine}
        late = [one.item.id for one in mine if one.item.at >= since]
        return Side(
            len(mine),
            sum(deliveries.values()),
            rate(sum(replies.get(id, 0) for id in deliveries), sum(deliveries.values())),
            rate(sum(blamed.get(id, 0) for id in late), sum(deliveries[id] for id in late)),
        )

    own = [one for one in items if one.kind == "P"]
    return Relation(0, since, side(own), side([one for one in items if one.kind != "P"]))


def rate(n: int, of: int) -> Rate | None:
    """`n` by 1,000 of `of`, with the exact range; None of none."""
    if not of:
        return None
    low, high = poisson_range(n)
    return Rate(n, of, n * PER / of, low * PER / of, high * PER / of)
