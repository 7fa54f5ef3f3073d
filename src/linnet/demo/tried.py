"""The trials of the play: one of days, which is over, and one of pages, which runs. What their calendars say
follows from their seeds; what is written follows from the calendars. Pure."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from linnet.demo import cast, script
from linnet.demo.script import DAYS, FIRST_TRIAL_WEEK, TRIAL_WEEKS, Calendar, Line, ScriptError
from linnet.desk.trial.reckoning import calendar as coins
from linnet.desk.trial.values import Design, PageWeek
from linnet.kernel.clock import HOUR, MINUTE, moment
from linnet.kernel.value import Value, changed

BREADS = ("carrot", "emmer", "potato", "spelt", "sunflower", "walnut")
PAGES = tuple(f"{cast.HOST}/bread/{bread}" for bread in BREADS)
PAGE_TRIAL_WEEK = 6  # of the play, in which the trial of pages begins
PAGE_WEEKS = 8
POSTED_ON = ("tue", "wed", "thu")  # one bread each
QUIET_FROM = 4  # the week of the trial, from 0, from which on the power may fail
AWAY = 5 * HOUR + 20 * MINUTE  # the server of the bakery, without power too

_BREAD = re.compile(r"([a-z]+): (\S.*)")


class DayTrial(Value):
    """The trial of days. `on`: its days for posting; `cut`: when the power failed, in quiet time; times in
    ms, `asked_at`: when it was planned and frozen."""

    seed: str
    asked_at: int
    on: tuple[date, ...]
    cut: tuple[int, int]


class PageTrial(Value):
    """The trial of pages."""

    seed: str
    asked_at: int
    weeks: tuple[PageWeek, ...]


class Tried(Value):
    """Both."""

    days: DayTrial
    pages: PageTrial


def tried(calendar: Calendar, chance: Random) -> Tried:
    """What the coins and lots say, and when what happened."""
    seed, page_seed = f"{chance.getrandbits(256):064x}", f"{chance.getrandbits(256):064x}"
    first = calendar.day(FIRST_TRIAL_WEEK, "mon")
    drawn = coins.calendar(Design("half_week", first.isoformat(), TRIAL_WEEKS, cast.ZONE), seed)
    days = {date.fromisoformat(day.day): day.arm for day in drawn.days}
    dark = next(
        day
        for day, arm in days.items()
        if arm == "quiet" and day.weekday() == 2 and day >= first + timedelta(weeks=QUIET_FROM)
    )
    cut = calendar.on(dark, 5, 40)
    page_first = calendar.day(PAGE_TRIAL_WEEK, "mon").isoformat()
    lots = coins.page_calendar(
        Design("which_page", page_first, PAGE_WEEKS, cast.ZONE, pages=PAGES), page_seed
    )
    return Tried(
        DayTrial(
            seed,
            calendar.on(first - timedelta(days=1), 19, 30),
            tuple(day for day, arm in days.items() if arm == "on"),
            (cut, cut + AWAY),
        ),
        PageTrial(page_seed, calendar.on(calendar.day(PAGE_TRIAL_WEEK - 1, "sun"), 19, 30), lots.weeks),
    )


def lines(found: Tried, calendar: Calendar) -> list[Line]:
    """What is written because of the trials."""
    return [*_of_days(found.days, calendar), *_of_pages(found.pages, calendar)]


def _of_days(trial: DayTrial, calendar: Calendar) -> Iterator[Line]:
    """On each day that is on the next post that was written for its weekday, with what is said to it; and
    the one of the day without power."""
    used = dict.fromkeys(DAYS, 0)
    for day in trial.on:
        name = DAYS[day.weekday()]
        if name == "sun":  # closed
            continue
        threads = _threads(_headed(name), calendar, day)
        if used[name] < len(threads):
            yield from threads[used[name]]
        used[name] += 1
    dark = moment(trial.cut[0], calendar.zone).date()
    for thread in _threads(_headed("quiet"), calendar, dark):
        root = thread[0]
        yield from (changed(root, options=root.options | {"insists": ""}), *thread[1:])


def _headed(name: str) -> str:
    """The lines of the file under one heading, as those of a weekday."""
    _, _, after = script.words("trial").partition(f"== {name}\n")
    if not after:
        raise ScriptError(f"trial: nothing for {name}")
    return after.partition("\n== ")[0]


def _threads(text: str, calendar: Calendar, day: date) -> list[list[Line]]:
    """The posts of a text as if they were all of `day`, each with its answers."""
    week = (day - calendar.day(0, "mon")).days // 7
    name = DAYS[day.weekday()]
    found: list[list[Line]] = []
    for line in script.read(f"== {name}\n{text}", f"trial.{day.isoformat()}", calendar, week):
        if not line.to:
            found.append([])
        found[-1].append(line)
    return found


def _of_pages(trial: PageTrial, calendar: Calendar) -> Iterator[Line]:
    """In each week that may be known, three posts: one for each page that is promoted in it."""
    said = dict.fromkeys(BREADS, 0)
    for week in trial.weeks[: script.WEEKS + 3 - PAGE_TRIAL_WEEK]:
        for page, name in zip(week.promoted, POSTED_ON, strict=True):
            bread = page.rpartition("/")[2]
            day = date.fromisoformat(week.first) + timedelta(days=DAYS.index(name))
            texts = breads(bread)
            if said[bread] < len(texts):
                key, text = f"bread {bread} {said[bread]}", texts[said[bread]]
                yield Line(key, calendar.on(day, 10, 15), cast.FIRM, "jonas", text, "", {"plan": ""})
            said[bread] += 1


def breads(name: str) -> list[str]:
    """What was written for a bread, in order."""
    read = (_BREAD.fullmatch(line) for _, line in script.numbered(script.words("breads")))
    return [match[2] for match in read if match and match[1] == name]


def early(trial: PageTrial, calendar: Calendar) -> tuple[int, str, int]:
    """(when it was written, text, when it was due): a post that was planned before it could be known that
    its page has another week."""
    coming = trial.weeks[script.WEEKS + 2 - PAGE_TRIAL_WEEK]
    page = next(page for page in PAGES if page not in coming.promoted)
    written = calendar.on(calendar.day(script.WEEKS, "wed"), 16, 40)
    due = calendar.on(date.fromisoformat(coming.first) + timedelta(days=4), 11)
    return written, f"{breads('early')[0]}{page.rpartition('/')[2]}", due


def sight(calendar: Calendar) -> int:
    """When the week that comes next came into sight."""
    return calendar.on(calendar.monday, 0, 10)
