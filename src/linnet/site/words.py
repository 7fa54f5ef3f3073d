"""Numbers and times as the pages say them. Pure; the templates' filters."""

from collections.abc import Callable
from datetime import date, tzinfo

from markupsafe import Markup, escape

from linnet.kernel.clock import DAY, HOUR, MINUTE, iso, moment
from linnet.kernel.money import DECIMALS
from linnet.social.emoji import rules as emoji
from linnet.social.emoji.rules import Said
from linnet.social.people.rules import Account

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
THIN = "\u202f"

_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹"}


def ago(ms: int, now: int, zone: tzinfo) -> str:
    """A past time in few letters: now, 5 min, 2 h, 3 d, 12 Mar, 12 Mar 2024."""
    gone = now - ms
    if gone < MINUTE:
        return "now"
    if gone < HOUR:
        return f"{gone // MINUTE} min"
    if gone < DAY:
        return f"{gone // HOUR} h"
    if gone < 7 * DAY:
        return f"{gone // DAY} d"
    then, today = moment(ms, zone), moment(now, zone)
    day = f"{then.day} {MONTHS[then.month - 1][:3]}"
    return day if then.year == today.year else f"{day} {then.year}"


def when(ms: int, zone: tzinfo) -> str:
    """A time in full: Monday, 26 October 2026, 08:33."""
    then = moment(ms, zone)
    return f"{DAYS[then.weekday()]}, {day(then.date())}, {then:%H:%M}"


def day(day: date) -> str:
    """A date in words: 26 October 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def ahead(ms: int, now: int) -> str:
    """A time to come in few words: 5 minutes, 2 hours, 3 days."""
    left = max(ms - now, MINUTE)
    for unit, word in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
        if left >= unit:
            return f"{left // unit} {word}{'' if left // unit == 1 else 's'}"
    return "a minute"


def count(n: int) -> str:
    """A whole number with thin spaces: 12 345."""
    return f"{n:,}".replace(",", THIN)


def some(n: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 answer, 3 answers."""
    return f"{count(n)} {one if n == 1 else many or one + 's'}"


def money(minor: int, currency: str) -> str:
    """An amount: 1 234.50 €, 980 ¥, 12.00 CHF."""
    places = DECIMALS[currency]
    sign, whole = ("\u2212" if minor < 0 else ""), abs(minor)
    text = count(whole // 10**places) + (f".{whole % 10**places:0{places}d}" if places else "")
    return f"{sign}{text}\u00a0{_SIGNS.get(currency, currency)}"


def percent(part: int, whole: int) -> str:
    """A share as whole per cent; '' where there is nothing to share."""
    return f"{round(100 * part / whole)} %" if whole else ""


def machine(ms: int) -> str:
    """A time for <time datetime>."""
    return iso(ms)


def named(account: Account) -> Markup:
    """The name of an account, with the emoji in it."""
    return Markup(emoji.shown_in(account.name, account.emoji))  # noqa: S704 # escaped there


def said(text: str, emojis: str) -> Markup:
    """Plain words of somebody, with the emoji that their row carries."""
    return Markup(emoji.shown_in(text, emojis))  # noqa: S704 # escaped there


def written(html: str, emojis: str) -> Markup:
    """Clean HTML of somebody, with the emoji that their row carries."""
    return Markup(emoji.shown_in_html(html, emojis))  # noqa: S704 # cleaned when it came in


def reaction(favourite: Said) -> Markup:
    """What a favourite was said with."""
    if favourite.picture is None:
        return escape(favourite.text)
    return Markup(emoji.image(favourite.text.strip(":"), favourite.picture))  # noqa: S704 # a checked name


def avatar_path(account: Account) -> str:
    """Where the picture of an account is."""
    return f"/media/{account.avatar_file}"


# of templates, under their own names
FILTERS: dict[str, Callable[..., object]] = {
    one.__name__: one for one in (count, some, money, machine, percent, named, said, written, reaction)
}
