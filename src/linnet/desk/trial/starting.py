"""A start with a date: what should stand before a firm's first post, so that before and after can be told
apart. Nothing is kept about it: each line ticks itself off by what is in the data."""

from linnet.db.tx import Tx
from linnet.desk.trial import queries
from linnet.desk.trial.protocol import BASELINE_LEAST
from linnet.kernel.clock import zone
from linnet.kernel.days import day_of, next_day
from linnet.kernel.value import Value
from linnet.social.people.rules import Account

TIPS, PEOPLE = 5, 20
DRAFTS = "SELECT COUNT(*) FROM draft WHERE account_id = :account_id AND stage IN ('draft', 'set')"


class Line(Value):
    """What to do, where, and whether it is done."""

    words: str
    path: str
    done: bool


class Start(Value):
    """The plan of a start. `day`: the first day with a whole baseline before it, '' as long as nothing
    was ever counted; `days`: how many there are."""

    day: str
    days: int
    lines: tuple[Line, ...]


def start(tx: Tx, account: Account, time_zone: str, days: int) -> Start | None:
    """The plan of an account that has posted nothing yet. None for any other, and once the baseline is
    whole. `days` with visits recorded, as the trial counts them."""
    if account.posts_count or days >= BASELINE_LEAST:
        return None
    begun = queries.first_visit(tx)
    # the day on which counting began is not a whole one
    day = next_day(day_of(begun, zone(time_zone)), BASELINE_LEAST + 1) if begun is not None else ""
    return Start(day, days, lines(account, tx.value(DRAFTS, account_id=account.id), begun is not None))


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
