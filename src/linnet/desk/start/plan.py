"""A start with a date: what should stand before a firm's first post, so that before and after can be told
apart. Nothing is kept about it but the day: each line ticks itself off by what is in the data."""

from linnet.db.tx import Tx
from linnet.desk.firm.rules import Firm
from linnet.desk.start import actions, queries, rules
from linnet.desk.trial import queries as trials
from linnet.kernel.clock import zone
from linnet.kernel.days import day_of
from linnet.kernel.value import Value
from linnet.social.people.rules import Account

TIPS, PEOPLE = 5, 20


class Line(Value):
    """What to do, where, and whether it is done."""

    words: str
    path: str
    done: bool


class Launch(Value):
    """The plan of a start. `day`: when it is, '' as long as nothing was ever counted; `days`: how many are
    counted."""

    day: str
    days: int
    lines: tuple[Line, ...]


def launch(tx: Tx, firm: Firm, account: Account, days: int, now: int) -> Launch | None:
    """The plan of an account that has posted nothing yet. None for any other, once the baseline is whole, and
    where somebody did without it. `days` with visits recorded, as the trial counts them."""
    if account.posts_count or days >= rules.LEAST:
        return None
    begun = trials.first_visit(tx)
    first = day_of(begun, zone(firm.time_zone)) if begun is not None else ""
    day = rules.reckoned(first, days, day_of(now, zone(firm.time_zone)))
    if queries.start(tx, account.id) is not None:
        held = actions.hold(tx, firm, now)
        if held is None:
            return None
        day = held.day
    return Launch(day, days, lines_of(tx, account))


def lines_of(tx: Tx, account: Account) -> tuple[Line, ...]:
    """What should stand on that day, and what of it does."""
    return lines(account, queries.drafts(tx, account.id), trials.first_visit(tx) is not None)


def lines(account: Account, drafts: int, counting: bool) -> tuple[Line, ...]:
    """What should stand on that day, in the order in which it helps. Pure."""
    return (
        Line("Visits to your website are counted", "/links/snippet", counting),
        Line(
            "The profile has a name and a picture",
            "/settings#profile",
            bool(account.name and account.avatar_id),
        ),
        Line("The profile says what you do", "/settings#profile", bool(account.bio)),
        Line(f"{TIPS} useful tips wait as drafts", "/plan/new", drafts >= TIPS),
        Line(f"{PEOPLE} people of your field are followed", "/search", account.following_count >= PEOPLE),
        Line("One more draft says that you are here", "/plan/new", drafts > TIPS),
    )
