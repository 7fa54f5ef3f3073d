"""The play as it is written down (script/*.txt), read: who says what, when, to whom.

    == mon                                   a day of the week that the file is for
    06:10 bakery.ina: Good morning.          at that time an account, by a person where it has several
        +14 nora: And to you.                so many minutes (+3h, +2d) after the post that it answers
    == last-2                                such times, two days before the last ones that are over
    == ahead 1                               such times on the first opening day to come

An answer to somebody else begins with their @name, unless it begins with ~, which is for words
that ask for no answer. In braces behind a text stand options, separated by semicolons.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from importlib import resources
from zoneinfo import ZoneInfo

from linnet.kernel.clock import DAY, HOUR, MINUTE, moment, to_ms
from linnet.kernel.value import Value

WEEKS = 8
TRIAL_WEEKS = 8  # before the first one: the trial
BASELINE_WEEKS = 5  # before that: visits are counted, and nothing is written
FIRST_TRIAL_WEEK = 1 - TRIAL_WEEKS
FIRST_WEEK = FIRST_TRIAL_WEEK - BASELINE_WEEKS
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WORDS = "pin pic plan poll votes boost fav keep edit app story key quiet followers direct insists"
OPTIONS = frozenset(_WORDS.split())

_UNITS = {"": MINUTE, "h": HOUR, "d": DAY}
_HEAD = re.compile(r"== (?:(mon|tue|wed|thu|fri|sat|sun)|last(?:-(\d+))?|ahead (\d+))")
_LINE = re.compile(
    r"(?P<indent> *)(?:(?P<hour>\d\d):(?P<minute>\d\d)|\+(?P<after>\d+)(?P<unit>[hd]?)) "
    r"(?P<who>[a-z]+)(?:\.(?P<by>[a-z]+))?: (?P<text>.*?)(?: \{(?P<options>[^{}]*)\})?"
)


class ScriptError(ValueError):
    """A line of the play cannot be read: a mistake of ours, found by the tests."""


class Line(Value):
    """A line as it stands there. `at` in ms; `to`: the key of what it answers, '' for nothing."""

    key: str
    at: int
    who: str
    by: str
    text: str
    to: str
    options: dict[str, str]


class Said(Value):
    """A post. `to`: the key of what it answers; `written_at`: when a planned one was planned, 0 for
    one that was sent at once."""

    id: int
    key: str
    at: int
    who: str
    by: str
    text: str
    to: str
    visibility: str
    options: dict[str, str]
    written_at: int = 0


class Calendar(Value):
    """The play ends now: its weeks are the eight before this one, and this one so far. Before week 1 lie
    those of the trial (week 0 is the last of them), and before these the weeks of counting."""

    now: int
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The local day of now."""
        return moment(self.now, self.zone).date()

    @property
    def monday(self) -> date:
        """Of this week."""
        return self.today - timedelta(days=self.today.weekday())

    @property
    def start(self) -> int:
        """When the first week begins."""
        return self.on(self.day(1, "mon"), 0)

    @property
    def begin(self) -> int:
        """When counting began: at noon, so that the first whole day is a Monday."""
        return self.on(self.day(FIRST_WEEK - 1, "sun"), 12)

    @property
    def trial(self) -> int:
        """When the trial begins."""
        return self.on(self.day(FIRST_TRIAL_WEEK, "mon"), 0)

    def ends(self) -> tuple[int, ...]:
        """Where the weeks from the first one of counting on end; the last one now."""
        found = [self.on(self.day(week + 1, "mon"), 0) for week in range(FIRST_WEEK, WEEKS + 1)]
        return (*found, self.now)

    def days(self, first: date) -> Iterator[date]:
        """The days from `first` until today."""
        day = first
        while day <= self.today:
            yield day
            day += timedelta(days=1)

    def day(self, week: int, name: str) -> date:
        """A day of week 1 to 8, of week 9, which is the one that runs, or of one before or after them."""
        return self.monday + timedelta(weeks=week - WEEKS - 1, days=DAYS.index(name))

    def week(self, at: int) -> int:
        """Which week a moment is in."""
        return (moment(at, self.zone).date() - self.day(0, "mon")).days // 7

    def on(self, day: date, hour: int, minute: int = 0) -> int:
        """A local time, in ms."""
        return to_ms(datetime.combine(day, time(hour, minute), self.zone))

    def last(self, hour: int, minute: int, days: int = 0) -> int:
        """The last such time of day that is over, or the one some days before."""
        day = self.today if self.on(self.today, hour, minute) < self.now else self.today - timedelta(days=1)
        return self.on(day - timedelta(days=days), hour, minute)

    def ahead(self, days: int, hour: int, minute: int) -> int:
        """Such a time on the n-th day to come; Sundays, when the shop is closed, are left out."""
        day = self.today
        for _ in range(days):
            day += timedelta(days=2 if day.weekday() == 5 else 1)
        return self.on(day, hour, minute)


def the_play(calendar: Calendar) -> list[Line]:
    """Every line, in order of time, also those that are still to come."""
    found: list[Line] = []
    for week in range(1, WEEKS + 1):
        found += read(words(f"week{week}"), f"week{week}", calendar, week)
    found += read(words("this_week"), "this_week", calendar, WEEKS + 1)
    found += read(words("lately"), "lately", calendar, WEEKS + 1)
    return sorted(found, key=lambda line: (line.at, line.key))


def words(name: str) -> str:
    """One file of the play."""
    return resources.files(__package__).joinpath("script", f"{name}.txt").read_text(encoding="utf-8")


def read(text: str, name: str, calendar: Calendar, week: int) -> list[Line]:
    """The lines of one file, in its order. Raises ScriptError."""
    found: list[Line] = []
    above: list[tuple[int, Line]] = []  # the posts that a deeper line may answer, with their indents
    heading = ""
    for number, written in numbered(text):
        if written.startswith("=="):
            heading, above = written, []
            continue
        match = _LINE.fullmatch(written)
        if match is None:
            raise ScriptError(f"{name}:{number}: {written}")
        indent = len(match["indent"])
        above = [(deep, line) for deep, line in above if deep < indent]
        parent = above[-1][1] if above else None
        line = _line(match, f"{name}:{number}", parent, calendar, week, heading)
        above.append((indent, line))
        found.append(line)
    return found


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines that say something."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            yield number, line.rstrip()


def options_of(text: str | None, known: frozenset[str] = OPTIONS) -> dict[str, str]:
    """`pin; boost nora wilma` as {"pin": "", "boost": "nora wilma"}. Raises ScriptError."""
    pairs = [piece.strip().partition(" ") for piece in (text or "").split(";") if piece.strip()]
    for name, _, _ in pairs:
        if name not in known:
            raise ScriptError(f"the option {name!r} means nothing")
    return {name: value.strip() for name, _, value in pairs}


def _line(
    match: re.Match[str], place: str, parent: Line | None, calendar: Calendar, week: int, heading: str
) -> Line:
    options = options_of(match["options"])
    if match["after"]:
        if parent is None:
            raise ScriptError(f"{place}: answers nothing")
        at = parent.at + int(match["after"]) * _UNITS[match["unit"]]
    else:
        at = _when(heading, int(match["hour"]), int(match["minute"]), calendar, week, place)
    text, who = match["text"], match["who"]
    if parent is not None and parent.who != who:
        text = text.removeprefix("~") if text.startswith("~") else f"@{parent.who} {text}"
    key = options.get("key") or place
    return Line(key, at, who, match["by"] or "", text, parent.key if parent else "", options)


def _when(heading: str, hour: int, minute: int, calendar: Calendar, week: int, place: str) -> int:
    match = _HEAD.fullmatch(heading)
    if match is None:
        raise ScriptError(f"{place}: no day before it")
    if match[1]:
        return calendar.on(calendar.day(week, match[1]), hour, minute)
    if match[3]:
        return calendar.ahead(int(match[3]), hour, minute)
    return calendar.last(hour, minute, int(match[2] or 0))


def length_of(text: str) -> int:
    """How long "2d" or "90" (minutes) is, in ms."""
    number, unit = re.fullmatch(r"(\d+)([hd]?)", text).groups()  # type: ignore[union-attr] # of our own files
    return int(number) * _UNITS[unit]


def visibility_of(options: Mapping[str, str]) -> str:
    """Who may read it."""
    return next((name for name in ("quiet", "followers", "direct") if name in options), "public")
