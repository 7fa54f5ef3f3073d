"""What the play costs: minutes before the pages, calls of an app, time written down. Pure.

Every post of the bakery was written by somebody: the time follows from what was said.
"""

from collections.abc import Sequence
from datetime import date
from random import Random

from linnet.demo import cast
from linnet.demo.script import FIRST_TRIAL_WEEK, Calendar, Said
from linnet.desk.effort.app_use import REPLY
from linnet.kernel.clock import MINUTE, SECOND, moment
from linnet.kernel.value import Value

BEAT = 15 * SECOND

_ENTRIES = (
    (1, "tue", "ina", 25, "other", "The shop's window: a note that we write here"),
    (2, "fri", "jonas", 15, "phone", "Who comes to the course"),
    (3, "tue", "ina", 20, "phone", "The oven"),
    (4, "thu", "ina", 30, "newsletter", "Letter to customers"),
    (5, "sat", "jonas", 10, "instagram", "Photographs of the queue"),
    (6, "thu", "ina", 35, "newsletter", "Letter to customers"),
    (7, "wed", "ina", 45, "meeting", "The magazine's visit, without the baking"),
    (8, "sat", "jonas", 20, "other", "Signs for the long market"),
)


class Sitting(Value):
    """Somebody sat before one page: from `start`, so many beats."""

    start: int
    by: str
    activity: str
    tab: str
    beats: int

    @property
    def ms(self) -> int:
        """How long."""
        return (self.beats - 1) * BEAT

    @property
    def end(self) -> int:
        """Until when."""
        return self.start + self.ms


class Called(Value):
    """A call that an app made for somebody."""

    at: int
    by: str
    kind: str


class Entry(Value):
    """Time that somebody wrote down, on the evening of that day."""

    at: int
    by: str
    day: str
    minutes: int
    channel: str
    note: str


class Work(Value):
    """All of it, in order."""

    sittings: tuple[Sitting, ...]
    calls: tuple[Called, ...]
    entries: tuple[Entry, ...]


def work(said: Sequence[Said], calendar: Calendar, chance: Random) -> Work:
    """The effort behind what was said."""
    measured = {someone.key for someone in cast.BAKERS if someone.measured}
    own = [post for post in said if post.who == cast.FIRM and post.by in measured]
    wanted = [_writing(post, chance) for post in own if "app" not in post.options]
    wanted += _rounds({moment(post.at, calendar.zone).date() for post in own}, calendar, chance)
    return Work(
        tuple(_one_after_the_other(wanted, calendar, chance)),
        tuple(_calls([post for post in own if "app" in post.options], calendar, chance)),
        tuple(_entries(calendar)),
    )


def _writing(post: Said, chance: Random) -> tuple[int, str, str, int]:
    """(start, who, activity, seconds): what is planned is written when it is planned."""
    seconds = chance.randrange(40, 110) if post.to else chance.randrange(90, 300)
    until = post.written_at or post.at
    return until - seconds * SECOND, post.by, "answer" if post.to else "write", seconds


def _rounds(wrote: set[date], calendar: Calendar, chance: Random) -> list[tuple[int, str, str, int]]:
    """What goes by itself: reading at noon, in the trial only where somebody `wrote`; and since it is over
    news three times a week, the figures on Mondays."""
    found = []
    for on in calendar.days(calendar.day(FIRST_TRIAL_WEEK, "mon")):
        day, weekday = calendar.on(on, 0), on.weekday()
        if weekday < 6 and (on in wrote or day >= calendar.start):
            noon = day + (12 * 60 + 40 + chance.randrange(50)) * MINUTE
            found.append((noon, "ina", "read", chance.randrange(60, 260)))
        if day < calendar.start:
            continue
        if weekday in {1, 3, 4}:
            found.append(
                (
                    day + (15 * 60 + chance.randrange(60)) * MINUTE,
                    "jonas",
                    "find_news",
                    chance.randrange(150, 520),
                )
            )
        if weekday == 0:
            found.append(
                (day + (19 * 60 + chance.randrange(40)) * MINUTE, "ina", "manage", chance.randrange(240, 620))
            )
        if weekday == 2:
            found.append(
                (
                    day + (16 * 60 + chance.randrange(60)) * MINUTE,
                    "jonas",
                    "find_people",
                    chance.randrange(60, 200),
                )
            )
    return found


def _one_after_the_other(
    wanted: list[tuple[int, str, str, int]], calendar: Calendar, chance: Random
) -> list[Sitting]:
    """Nobody sits before two pages at once: who is still at one begins the next when it is done."""
    found: list[Sitting] = []
    free = {someone.key: 0 for someone in cast.BAKERS}
    for start, by, activity, seconds in sorted(wanted):
        begun = max(start, free[by])
        sitting = Sitting(begun, by, activity, f"{chance.getrandbits(48):012x}", seconds * SECOND // BEAT + 1)
        if sitting.beats > 1 and sitting.end < calendar.now:
            found.append(sitting)
            free[by] = sitting.end + BEAT
    return found


def _calls(posts: Sequence[Said], calendar: Calendar, chance: Random) -> list[Called]:
    """An app before and after each post that was written with it: home, what came, the post."""
    found = []
    for post in posts:
        at = post.at - chance.randrange(100, 260) * SECOND
        for kind in ("GET timelines/home", "GET notifications", "GET timelines/home"):
            found.append(Called(at, post.by, kind))
            at += chance.randrange(7, 40) * SECOND
        found.append(Called(post.at, post.by, REPLY if post.to else "POST statuses"))
        found.append(Called(post.at + chance.randrange(9, 60) * SECOND, post.by, "GET notifications"))
    return sorted((call for call in found if call.at < calendar.now), key=lambda call: call.at)


def _entries(calendar: Calendar) -> list[Entry]:
    found = []
    for week, name, by, minutes, channel, note in _ENTRIES:
        day = calendar.day(week, name)
        found.append(Entry(calendar.on(day, 20), by, day.isoformat(), minutes, channel, note))
    return found
