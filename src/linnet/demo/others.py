"""Trials that other firms told: invented ones too, each lived through in numbers and read by the same analysis as
anybody's. What stands here is where a firm lives and what is true there; what came of it is reckoned.

They are taken in as documents are that were fetched: read, checked, kept. Only the signature is left out, because
behind an invented key stands nobody.
"""

from collections.abc import Iterator
from datetime import date
from random import Random

from linnet.db.tx import Tx
from linnet.demo import cast
from linnet.demo.story import SEED, Story
from linnet.desk.pool import actions, rules
from linnet.desk.pool.rules import Summary
from linnet.desk.trial import protocol
from linnet.desk.trial.planning import cost_of
from linnet.desk.trial.reckoning import calendar, judging
from linnet.desk.trial.values import DayRecord, Design, Protocol, Worth
from linnet.kernel.clock import DAY, HOUR, zone
from linnet.kernel.days import day_of, day_start, next_day
from linnet.kernel.value import Value
from linnet.kernel.wire import encode

HOURLY = 4000
WORTH = (60_000, 110_000, 170_000)  # thousandths of a cent that a visit is worth to them
FOUND_AFTER = 3 * DAY


class Firm(Value):
    """`ago`: the weeks since its trial ended (below 0: it runs); `visits`: on a quiet day, `more`: on one with
    posts; `posts`: in how many of 100 stretches for posting it posted; `told`: whether it told the end."""

    name: str
    host: str
    field: tuple[str, ...]
    followers: int
    weeks: int
    ago: int
    visits: float
    more: float
    minutes: int
    posts: int = 95
    told: bool = True


FIRMS = (
    Firm("Kiln & Cup", "kiln-and-cup.example", ("pottery", "courses"), 64, 8, 3, 14, 8.5, 7),
    Firm("Harbour Cheese", "harbour-cheese.example", ("cheese", "shop"), 45, 8, 9, 22, 9.0, 12),
    Firm(
        "Third Street Cycles", "third-street-cycles.example", ("bicycles", "repairs"), 28, 8, 12, 31, 3.0, 15
    ),
    Firm("Elm Yard Nursery", "elm-yard.example", ("plants", "garden"), 90, 10, 5, 18, 6.5, 8),
    Firm("Oat & Barley", "oat-and-barley.example", ("bakery", "bread"), 52, 12, 20, 16, 11.0, 6),
    Firm("The Paper Lantern", "paper-lantern.example", ("books", "cards"), 38, 8, 7, 26, 1.0, 20),
    Firm("Brightwater Soap", "brightwater-soap.example", ("soap",), 71, 8, 15, 12, 4.5, 10, posts=50),
    Firm("Low Bridge Brewing", "low-bridge.example", ("beer", "tours"), 410, 12, 10, 85, 14.0, 25),
    Firm("Stove Street Dumplings", "stove-street.example", ("kitchen",), 33, 8, 6, 20, 4.0, 10, told=False),
    Firm("Two Geese Wool", "two-geese.example", ("wool", "patterns"), 57, 8, -3, 15, 5.0, 10),
)


def keep(tx: Tx, story: Story) -> None:
    """Each is read as if it had been fetched, and kept."""
    for firm in FIRMS:
        for summary, at in told(firm, story.now):
            document = rules.read_document(encode(summary))
            actions.keep(tx, summary.id, rules.read_summary(document, summary.id), at)


def told(firm: Firm, now: int) -> Iterator[tuple[Summary, int]]:
    """What the firm made public, with the moment at which it was found: that it tries, and how it ended."""
    own = zone(cast.ZONE)
    monday = date.fromisoformat(day_of(now, own)).weekday()
    start = next_day(day_of(now, own), -monday - 7 * (firm.weeks + firm.ago))
    chance = Random(f"{SEED}:{firm.host}")  # noqa: S311 # dice of a play, no secret
    seed = f"{chance.getrandbits(256):064x}"
    began = day_start(start, own)
    frozen = protocol.freeze(
        Design("half_week", start, firm.weeks, cast.ZONE),
        Worth(cast.NEW_FIRM.currency, cost_of(firm.minutes, HOURLY), *WORTH, firm.minutes),
        seed,
        baseline_days=35,
        waived=False,
        now=began - 5 * HOUR,
    )
    said = _registered(firm, frozen, began - 4 * HOUR)
    yield said, said.registered_at + FOUND_AFTER
    if firm.told and firm.ago >= 0:
        until = calendar.last_day(frozen.design)
        reading = protocol.read(frozen, seed, list(_days(firm, frozen, seed, chance)), (), until)
        kind = judging.judge(frozen, reading).kind
        over = day_start(next_day(until, 3), own)
        yield rules.with_result(said, reading, kind, seed), min(over + FOUND_AFTER, now)
    else:
        yield said, now - DAY  # looked at again each week, the last time yesterday


def _registered(firm: Firm, frozen: Protocol, at: int) -> Summary:
    hash_of = protocol.protocol_hash(frozen)
    return Summary(
        type=rules.TYPE,
        version=rules.VERSION,
        id=f"https://{firm.host}/trials/{hash_of}.json",
        actor=f"https://{firm.host}/users/firm",
        firm=f"{firm.name} (invented)",
        field=firm.field,
        state="registered",
        protocol_hash=hash_of,
        seed_hash=frozen.commitment,
        design=frozen.design.kind,
        weeks=firm.weeks,
        first=frozen.design.start,
        last=calendar.last_day(frozen.design),
        baseline=rules.band(firm.visits, rules.BASELINES),
        followers=rules.band(firm.followers, rules.FOLLOWERS),
        minutes=rules.minutes_of(frozen),
        waived=False,
        registered_at=at,
    )


def _days(firm: Firm, frozen: Protocol, seed: str, chance: Random) -> Iterator[DayRecord]:
    """What was counted: every stretch is kept to, or is not, as chance has it."""
    posted: dict[int, bool] = {}
    for day in calendar.calendar(frozen.design, seed).days:
        if day.block not in posted:
            posted[day.block] = day.on and chance.randrange(100) < firm.posts
        sunday = date.fromisoformat(day.day).weekday() == 6
        mean = firm.visits * (0.6 if sunday else 1.07) + firm.more * posted[day.block]
        visits, searches = _about(mean, chance), _about(firm.visits / 4, chance)
        yield DayRecord(day.day, visits, searches, visits + searches, int(posted[day.block]), "")


def _about(many: float, chance: Random) -> int:
    """A count around `many` (Poisson; where there are many, by the normal distribution)."""
    return max(0, round(chance.gauss(many, many**0.5)))
