"""A simulated firm: daily visits with weekdays, a trend, shocks that last, chance, and a known effect of posting.

The world of the paper: Poisson around a mean with log-normal AR(1) day shocks (so that counts are spread like a
negative binomial), a weekday profile, a trend of 10 % over the trial, and an effect that arrives over four days.
"""

import math
import random
from collections.abc import Sequence

from linnet.desk.trial.protocol import freeze
from linnet.desk.trial.reckoning import calendar
from linnet.desk.trial.values import DayRecord, Design, PageRecord, Protocol, Worth
from linnet.kernel.value import changed

WEEKDAYS = (1.1, 1.15, 1.1, 1.05, 1.0, 0.75, 0.85)
SPREAD = (0.6, 0.25, 0.1, 0.05)
WORTH = Worth("EUR", 1000, 100_000, 100_000, 100_000, 30)
START = "2026-11-30"


def poisson(chance: random.Random, mean: float) -> int:
    """A Poisson number: by products of uniforms (Knuth), a large mean in pieces."""
    total = 0
    while mean > 0:
        part = min(mean, 30.0)
        mean -= part
        limit, product = math.exp(-part), chance.random()
        while product > limit:
            total += 1
            product *= chance.random()
    return total


def shocks(chance: random.Random, days: int, sd: float = 0.2, rho: float = 0.4) -> list[float]:
    """What each day's mean is multiplied by: exp of an AR(1) with this standard deviation."""
    value = chance.gauss(0, sd)
    found = []
    for _ in range(days):
        found.append(math.exp(value - sd * sd / 2))
        value = rho * value + chance.gauss(0, sd * math.sqrt(1 - rho * rho))
    return found


def visits(
    chance: random.Random,
    on: Sequence[float],
    *,
    base: float = 50,
    effect: float = 0,
    spread: Sequence[float] = SPREAD,
    searches: float = 0,
    sd: float = 0.2,
    first: int = 0,
) -> list[tuple[int, int]]:
    """(visits that came not from search, search visits) of each day. `on`: posted that day. `effect`: visits
    of a day of posting, spread over that day and the next ones. `first`: the first day's weekday."""
    days = len(on)
    rows = []
    for t, shock in enumerate(shocks(chance, days, sd)):
        usual = WEEKDAYS[(first + t) % 7] * (0.95 + 0.1 * t / days) * shock
        extra = sum(effect * part * on[t - lag] for lag, part in enumerate(spread) if t >= lag)
        rows.append((poisson(chance, base * usual + extra), poisson(chance, searches * usual)))
    return rows


def seed(chance: random.Random) -> str:
    return f"{chance.getrandbits(256):064x}"


def plan(
    key: str,
    *,
    kind: str = "half_week",
    weeks: int = 12,
    worth: Worth = WORTH,
    draws: int = 999,
    **how: object,
) -> Protocol:
    """A frozen protocol with fewer draws than a real one: the test keeps its size with any number."""
    design = Design(kind, START, weeks, "Europe/Berlin", pages=tuple(how.pop("pages", ())))
    protocol = freeze(design, worth, key, baseline_days=56, waived=False, now=1, **how)
    return changed(protocol, rules=changed(protocol.rules, draws=draws))


def trial(chance: random.Random, protocol: Protocol, key: str, **world: object) -> list[DayRecord]:
    """The days of a trial that was followed to the letter."""
    on = [day.on for day in calendar.calendar(protocol.design, key).days]
    return records(protocol.design, on, visits(chance, on, **world))


def plan_three(
    key: str, *, kind: str = "half_week", weeks: int = 12, light: int = 1, draws: int = 999
) -> Protocol:
    """A frozen protocol of three arms, as `plan`."""
    design = Design(kind, START, weeks, "Europe/Berlin", light=light)
    worth = changed(WORTH, light_cost=WORTH.cost // 3, light_minutes=WORTH.minutes // 3)
    protocol = freeze(design, worth, key, baseline_days=56, waived=False, now=1, early_looks=False)
    return changed(protocol, rules=changed(protocol.rules, draws=draws))


def three(
    chance: random.Random, protocol: Protocol, key: str, *, full: float = 0, light: float = 0, **world: object
) -> list[DayRecord]:
    """The days of a trial of three arms that was followed to the letter: what a full day brings, and a light one."""
    arms = [day.arm for day in calendar.calendar(protocol.design, key).days]
    brings = {"on": full, "light": light, "quiet": 0}
    rows = visits(chance, [brings[arm] for arm in arms], effect=1, **world)
    most = protocol.design.light
    found = records(protocol.design, [arm != "quiet" for arm in arms], rows)
    return [
        changed(day, posted={"on": most + 2, "light": most, "quiet": 0}[arm])
        for day, arm in zip(found, arms, strict=True)
    ]


def records(design: Design, posted: Sequence[bool], rows: Sequence[tuple[int, int]]) -> list[DayRecord]:
    days = calendar.days_between(design.start, calendar.last_day(design))
    return [
        DayRecord(day, other, search, other + search, int(on))
        for day, on, (other, search) in zip(days, posted, rows, strict=True)
    ]


def pages(
    chance: random.Random, protocol: Protocol, key: str, *, base: float = 7, effect: float = 0
) -> list[PageRecord]:
    """Weeks of pages: each page has its own mean, each week its own shock."""
    design = protocol.design
    means = [base * math.exp(chance.gauss(0, 0.4)) for _ in design.pages]
    found = []
    for week in calendar.page_calendar(design, key).weeks:
        shock = math.exp(chance.gauss(0, 0.15))
        for page, mean in zip(design.pages, means, strict=True):
            on = page in week.promoted
            own = mean * shock * math.exp(chance.gauss(0, 0.2))
            found.append(PageRecord(page, week.week, poisson(chance, own + effect * on), int(on)))
    return found


def pages_by_day(
    chance: random.Random,
    protocol: Protocol,
    key: str,
    lost: Sequence[Sequence[int]],
    *,
    base: float = 7,
    effect: float = 0,
) -> list[PageRecord]:
    """The same day by day, with weekdays: the post about a page is written on one of the first four days of its
    week, and what it brings is spread over four. `lost`: for each week, its days without figures."""
    design = protocol.design
    means = [base * math.exp(chance.gauss(0, 0.4)) for _ in design.pages]
    usual = [x / sum(WEEKDAYS) for x in WEEKDAYS]
    found = []
    for week in calendar.page_calendar(design, key).weeks:
        days = shocks(chance, 7, 0.15, 0.6)
        gone = lost[week.week]
        why = f"{len(gone)} of its days have no figures." if len(gone) > protocol.rules.lost_days else ""
        for page, mean in zip(design.pages, means, strict=True):
            on = page in week.promoted
            own = mean * math.exp(chance.gauss(0, 0.2))
            first = chance.randrange(4)
            seen = 0
            for day in range(7):
                extra = effect * SPREAD[day - first] if on and 0 <= day - first < len(SPREAD) else 0.0
                seen += poisson(chance, own * usual[day] * days[day] + extra) * (day not in gone)
            found.append(PageRecord(page, week.week, seen, int(on), why, len(gone)))
    return found
