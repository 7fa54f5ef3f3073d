"""What is bought and asked in the play: by some of those who followed a link, and by others. Pure."""

from collections.abc import Sequence
from random import Random

from linnet.demo.script import FIRST_WEEK, Calendar
from linnet.demo.visitors import BREAD_PATHS, Came
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.value import Value, changed

# By the page that was looked at: how likely somebody buys there, and for how much, in cents.
_BUYS = {
    "/order": (0.45, (740, 1180, 980, 1620, 2240, 1310)),
    "/today": (0.16, (690, 1150)),
    "/cakes": (0.2, (3200, 3800, 4400, 2900)),
    "/courses": (0.16, (4500, 4500, 9000)),
    "/delivery": (0.3, (1240, 960, 1780)),
    "/vouchers": (0.36, (2500, 5000)),
    "/bread/pear": (0.3, (1240, 620, 1860)),
    "/bread/rye": (0.12, (980, 1470)),
    **dict.fromkeys(BREAD_PATHS, (0.22, (580, 890, 1160))),
}
_ASKS = {"/cakes": 0.3, "/jobs": 0.4, "/courses": 0.14, "/delivery": 0.1, "/order": 0.03}
_HEARD = ("your posts", "", "", "a friend", "read it on Mastodon", "the bag", "")
_ALONE_HEARD = ("walked past", "a friend", "", "the bag", "my sister brought the pear")
GIVEN = (
    ("FIRSTSLICE", -7, 0),
    ("OVENDOOR", 2, 9),
)  # coupons: from the Monday of which week to the end of which
_ALONE_A_DAY = 0.9  # sales in the web shop that no link led to


class Sold(Value):
    """A sale, or with `refund_of` a refund. `link`: whose tag it carries, '' for none; `trail`: what
    the statement must say of it; `by_hook`: reported by the shop at once, and not by a file."""

    ref: str
    at: int
    amount: int
    link: str
    email: str
    trail: bool
    refund_of: str = ""
    coupon: str = ""
    by_hook: bool = True


class Asked(Value):
    """A lead."""

    ref: str
    at: int
    link: str
    email: str
    heard: str
    trail: bool


def trade(
    came: Sequence[Came], calendar: Calendar, chance: Random
) -> tuple[tuple[Sold, ...], tuple[Asked, ...]]:
    """Sales and leads, each in order; the shop numbers them as they come."""
    dice = [Random(chance.getrandbits(64)) for _ in range(5)]  # noqa: S311 # of a play
    sold, asked = _by_link(came, dice[0])
    sold += _with_coupons(_alone(calendar, dice[1]), calendar, dice[4])
    asked += _by_themselves(calendar, dice[2])
    sold += _later(asked, dice[3])
    sold = sorted((sale for sale in sold if sale.at < calendar.now - MINUTE), key=lambda sale: sale.at)
    sold = [changed(sale, ref=f"order-{10_412 + number}") for number, sale in enumerate(sold)]
    back = [sale for sale in _back(sold) if sale.at < calendar.now - MINUTE]
    asked = sorted((one for one in asked if one.at < calendar.now - MINUTE), key=lambda one: one.at)
    asked = [changed(one, ref=f"form-{311 + number}") for number, one in enumerate(asked)]
    return tuple(sorted([*sold, *back], key=lambda sale: (sale.at, sale.ref))), tuple(asked)


def _by_link(came: Sequence[Came], chance: Random) -> tuple[list[Sold], list[Asked]]:
    """Those whom the page itself saw arrive."""
    sold, asked = [], []
    for number, visit in enumerate(came):
        if visit.kind != "confirmed" or not visit.link:
            continue
        path = visit.pages[0][1]
        likely, prices = _BUYS.get(path, (0.0, (1,)))
        at = visit.at + visit.pages[-1][0] + chance.randrange(90, 1500) * SECOND
        email = f"guest{number}@post.example"
        if chance.random() < likely:
            if chance.random() < 0.15:  # slept over it, on the same page of the browser
                at += chance.randrange(1, 5) * DAY
            coupon = "BREADPAPER" if path == "/vouchers" else ""
            sold.append(Sold("", at, chance.choice(prices), visit.link, email, True, coupon=coupon))
        elif chance.random() < _ASKS.get(path, 0.0):
            asked.append(Asked("", at, visit.link, email, chance.choice(_HEARD), True))
    return sold, asked


def _alone(calendar: Calendar, chance: Random) -> list[Sold]:
    """Customers who know the address: they carry no tag."""
    found = []
    for day in calendar.days(calendar.day(FIRST_WEEK, "mon")):
        if chance.random() < _ALONE_A_DAY:
            at = calendar.on(day, 0) + chance.randrange(7 * 60, 20 * 60) * MINUTE
            amount = chance.choice((640, 980, 1450, 1990, 3400, 1180))
            found.append(Sold("", at, amount, "", "", trail=False, by_hook=chance.random() < 0.7))
    return found


def _with_coupons(alone: Sequence[Sold], calendar: Calendar, chance: Random) -> list[Sold]:
    """Some of them had the code of a coupon, which is all that is known of where they came from."""
    found = []
    for sale in alone:
        word = next((word for word, first, last in GIVEN if first <= calendar.week(sale.at) <= last), "")
        if word and chance.random() < 0.14:
            found.append(changed(sale, coupon=word, trail=True))
        else:
            found.append(sale)
    return found


def _by_themselves(calendar: Calendar, chance: Random) -> list[Asked]:
    """Once or twice a week the form is filled in by somebody who followed no link."""
    found = []
    for day in calendar.days(calendar.day(FIRST_WEEK, "mon")):
        if chance.random() < 0.2:
            at = calendar.on(day, 0) + chance.randrange(8 * 60, 19 * 60) * MINUTE
            found.append(
                Asked("", at, "", f"guest{at // DAY}@mail.example", chance.choice(_ALONE_HEARD), False)
            )
    return found


def _later(asked: Sequence[Asked], chance: Random) -> list[Sold]:
    """Who asked in the morning and bought by telephone before the evening: only the e-mail address
    joins the two, and only on one day."""
    found = []
    for one in asked:
        hour = (one.at // HOUR) % 24
        if one.link and 6 <= hour < 16 and chance.random() < 0.3:
            found.append(
                Sold(
                    "",
                    one.at + 2 * HOUR,
                    chance.choice((3600, 5200)),
                    "",
                    one.email,
                    trail=True,
                    by_hook=False,
                )
            )
    return found


def _back(sold: Sequence[Sold]) -> list[Sold]:
    """One cake was not needed after all, and one order came with a dent."""
    dear = [sale for sale in sold if sale.link and sale.amount >= 2900]
    small = [sale for sale in sold if sale.link and sale.amount < 1700]
    back = []
    if len(dear) > 2:
        whole = dear[-3]
        back.append(_refund(whole, -whole.amount, 26 * HOUR))
    if len(small) > 4:
        back.append(_refund(small[-5], -450, 20 * HOUR))
    return back


def _refund(sale: Sold, amount: int, after: int) -> Sold:
    return Sold(
        f"back-{sale.ref.removeprefix('order-')}",
        sale.at + after,
        amount,
        "",
        "",
        sale.trail,
        refund_of=sale.ref,
    )
