"""Coupons: codes given out where no link can be clicked, and the sales that came with each."""

from datetime import datetime, time

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.coupons import actions, queries
from linnet.desk.coupons.rules import Coupon, words_of
from linnet.desk.links import queries as links
from linnet.desk.links.rules import Link
from linnet.desk.sales import queries as sales
from linnet.kernel.clock import to_ms
from linnet.kernel.days import day_of
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.ids import new_id
from linnet.kernel.page import WIDE
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.desk_links import CHANNEL_WORDS
from linnet.site.frame import Frame, Visit

FIELDS = ("word", "channel", "code", "since")
OFFERED = 50  # links to choose among


class Brought(Value):
    """What came with a coupon in one currency; refunds are not taken off."""

    sales: int
    amount: int


class Shelf(Value):
    """Coupons, what each brought, by currency, and the links that one may belong to."""

    coupons: list[Coupon]
    brought: dict[int, dict[str, Brought]]
    links: list[Link]


def shelf(tx: Tx, account_id: int) -> Shelf:
    """Three queries."""
    found = queries.of_account(tx, account_id)
    by_word = {coupon.word: coupon for coupon in found}
    brought: dict[int, dict[str, Brought]] = {}
    for sale in sales.with_coupon(tx):
        for word in words_of(sale.coupon):
            coupon = by_word.get(word)
            if coupon and coupon.since <= sale.at < (coupon.ends_at or WIDE):
                each = brought.setdefault(coupon.id, {})
                had = each.get(sale.currency, Brought(0, 0))
                each[sale.currency] = Brought(had.sales + 1, had.amount + sale.amount)
    return Shelf(found, brought, links.of_account(tx, account_id, before=WIDE, n=OFFERED))


async def page(visit: Visit) -> Response:
    """Every coupon, the newest first."""
    return await _page(visit)


async def _page(visit: Visit, error: LinnetError | None = None) -> Response:
    found = await visit.db.read(shelf, visit.account.id)
    offered = [(link.code, f"{link.target[:60]} ({CHANNEL_WORDS[link.channel]})") for link in found.links]
    return visit.render(
        "desk/coupons.html",
        title="Coupons",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        shelf=found,
        channels=list(CHANNEL_WORDS.items()),
        channel_words=CHANNEL_WORDS,
        offered=[("", "no link, the channel only"), *offered],
        today=day_of(visit.now, visit.zone),
    )


async def add(visit: Visit) -> Response:
    """Gives out a code."""
    visit.must("post")
    form = visit.form
    try:
        coupon = await visit.db.write(
            actions.add,
            form.text("word")[:200],
            id=new_id(),
            channel=form.text("channel"),
            code=form.text("code")[:20],
            account_id=visit.account.id,
            since=_since(visit),
            now=visit.now,
        )
    except LinnetError as error:
        return await _page(visit, error)
    return visit.to("/links/coupons", flash=f"Sales with {coupon.shown} are observed from now on.")


def _since(visit: Visit) -> int:
    try:
        day = datetime.fromisoformat(visit.form.text("since").strip()).date()
        return to_ms(datetime.combine(day, time(), visit.zone))
    except (ValueError, OverflowError) as error:
        raise Invalid("since", "is not a day like 2026-11-24") from error


async def end(visit: Visit) -> Response:
    """A code that is over. Raises NotFound."""
    visit.must("post")
    await visit.db.write(actions.end, visit.id("coupon"), visit.account.id, visit.now)
    return visit.to("/links/coupons", flash="It is over: sales from now on are not observed by it.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes. They stand before those of single links."""
    return [
        frame.get("/links/coupons", page, who="member"),
        frame.post("/links/coupons", add),
        frame.post("/links/coupons/{coupon}/end", end),
    ]
