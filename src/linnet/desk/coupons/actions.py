"""Giving out coupon codes."""

from linnet.db.tx import Tx
from linnet.desk.coupons import queries, rules
from linnet.desk.coupons.rules import Coupon
from linnet.desk.links import queries as links
from linnet.desk.links.rules import check_channel
from linnet.kernel.errors import Conflict, Invalid, NotFound


def add(
    tx: Tx, typed: str, *, id: int, channel: str, code: str, account_id: int, since: int, now: int
) -> Coupon:
    """A code that sales may come with, given out on `channel`, or with the link `code`, whose channel it
    then has. Raises Invalid, or Conflict when there is one with this word."""
    shown = rules.check_word(typed)
    if code:
        link = links.link(tx, code)
        if link is None or link.account_id != account_id:
            raise Invalid("code", "is no link of yours")
        channel = link.channel
    row = Coupon(id, rules.fold(shown), shown, check_channel(channel), code, account_id, since, None, now)
    if not queries.insert(tx, row):
        raise Conflict(f"There is a coupon {shown!r} already: two would be one to a shop.")
    return row


def end(tx: Tx, id: int, account_id: int, now: int) -> None:
    """Sales from now on are not observed by it any more. Raises NotFound."""
    if not queries.end(tx, id, account_id, now):
        raise NotFound("coupon")
