"""What `reach` needs, read: posts with their followers then, what a post costs, what a visit is worth."""

from bisect import bisect_right

from linnet.db.tx import Tx
from linnet.desk.effort import spent
from linnet.desk.firm.rules import Firm
from linnet.desk.sales import queries as sales
from linnet.desk.sales import trails
from linnet.desk.statement import queries, reach
from linnet.desk.statement.reach import Enough, PostReach
from linnet.desk.visits import figures
from linnet.kernel.clock import DAY, zone
from linnet.kernel.days import day_of

LOOKED_BACK = 365 * DAY
SETTLED = 7 * DAY  # a post has had its week
WORTH = 90 * DAY  # of which cost and value are taken


def enough(tx: Tx, firm: Firm, now: int) -> Enough:
    """How many followers are enough, as known at `now`. Followers at a post: those who follow today and
    did so then; who left since is not known any more."""
    since = queries.followed_since(tx, firm.account_id)
    linked = queries.linked_posts(tx, firm.account_id, now - LOOKED_BACK, now - SETTLED)
    posts = [PostReach(bisect_right(since, post.created_at), post.visits) for post in linked]
    if len(posts) < reach.FEWEST:
        return reach.enough(posts, len(since), None, None)
    return reach.enough(posts, len(since), _cost_of_post(tx, firm, now), _value_of_visit(tx, firm, now))


def _cost_of_post(tx: Tx, firm: Firm, now: int) -> float | None:
    own = zone(firm.time_zone)
    cost = spent.of_period(tx, day_of(now - WORTH, own), day_of(now, own), now).total
    written = queries.posts(tx, firm.account_id, now - WORTH, now).written
    return cost / written if written and cost else None


def _value_of_visit(tx: Tx, firm: Firm, now: int) -> float | None:
    """Money observed with a trail, in the firm's currency and less refunds, for each probable visit by
    its links."""
    sold = sales.sales(tx, now - WORTH, now)
    followed = trails.of_sales(tx, sold, zone(firm.time_zone))
    money = sum(
        sale.amount for sale in sold if sale.currency == firm.currency and followed[sale.ref].observed
    )
    visits = figures.counts(tx, now - WORTH, now, firm.account_id).probable
    return money / visits if visits and money > 0 else None
