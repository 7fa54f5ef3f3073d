"""How much this server is used, as it tells apps and other servers. A fourth file of queries of table
`account`: it reads only."""

from linnet.db.tx import Tx
from linnet.kernel.clock import DAY
from linnet.kernel.value import Value

# One walk over our own accounts (index account_here), however many of other servers are known.
USAGE = """SELECT COUNT(*) AS total,
        COUNT(CASE WHEN last_post_at >= :month THEN 1 END) AS month,
        COUNT(CASE WHEN last_post_at >= :half_year THEN 1 END) AS half_year,
        CAST(COALESCE(SUM(posts_count), 0) AS BIGINT) AS posts
    FROM account WHERE host = '' AND suspended_at IS NULL"""


class Usage(Value):
    """Accounts, those that posted in the last 30 and 180 days, posts."""

    total: int
    month: int
    half_year: int
    posts: int


def usage(tx: Tx, now: int) -> Usage:
    """As it is at `now` (ms)."""
    found = tx.one(Usage, USAGE, month=now - 30 * DAY, half_year=now - 180 * DAY)
    return found or Usage(0, 0, 0, 0)
